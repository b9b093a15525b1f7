"""Here every fixture that reaches a database runs on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from storage.runner import Runner, open_runner
from storage.session import open_session
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.conftest import FixedClock


@pytest.fixture
def uow(database_url: str, sealer: Vault, clock: FixedClock) -> Iterator[SqlUnitOfWork]:
    """One transaction on a fresh database."""
    with open_session(database_url, sealer=sealer, clock=clock) as unit_of_work:
        yield unit_of_work


@pytest.fixture
async def runner(database_url: str, sealer: Vault, clock: FixedClock) -> AsyncIterator[Runner]:
    """A runner on a fresh database."""
    opened = await open_runner(database_url, sealer=sealer, clock=clock)
    yield opened
    await opened.close()
