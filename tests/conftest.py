"""Fixtures that every test may use."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.logging import configure
from storage.runner import Runner, open_runner
from storage.session import open_session
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.newest import make_newest
from tests.postgres import TestServer, own_server

# the machines that run the tests are shared and slow at times
settings.register_profile("xinshi", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("xinshi")


def pytest_collection_finish() -> None:
    """As in service: what stays for ever is kept out of full collections, which would stop turns for long."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Logs as in service: one line each, tracebacks without local variables."""
    configure("console")


class FixedClock:
    """A clock that stands still until it is moved. Starts on a Friday at noon in Shanghai."""

    def __init__(self, moment: datetime = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def set(self, moment: datetime) -> None:
        self._moment = moment

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        self._moment += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="session")
def sealer() -> Vault:
    return Vault("a secret key that is used in tests only")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    make_newest(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database of the newest schema."""
    path = tmp_path / "xinshi.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TestServer]:
    """A PostgreSQL server: the one named by ``XINSHI_TEST_PG_DSN``, or one of our own."""
    dsn = os.environ.get("XINSHI_TEST_PG_DSN")
    if dsn:
        server = TestServer(dsn)
        server.prepare()
        yield server
        server.forget()
    else:
        with own_server() as server:
            server.prepare()
            yield server


@pytest.fixture
def postgres_url(postgres_server: TestServer) -> Iterator[str]:
    """A fresh PostgreSQL database of the newest schema."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database; a test that uses it runs on both engines."""
    wanted = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(wanted))


@pytest.fixture
def uow(sqlite_url: str, sealer: Vault, clock: FixedClock) -> Iterator[SqlUnitOfWork]:
    """One transaction on a fresh SQLite database."""
    with open_session(sqlite_url, sealer=sealer, clock=clock) as unit_of_work:
        yield unit_of_work


@pytest.fixture
async def runner(sqlite_url: str, sealer: Vault, clock: FixedClock) -> AsyncIterator[Runner]:
    """A runner on a fresh SQLite database."""
    opened = await open_runner(sqlite_url, sealer=sealer, clock=clock)
    yield opened
    await opened.close()
