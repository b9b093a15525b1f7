"""Fixtures of the shell's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.driver import ACCOUNT
from tests.peer_scene import NOTICE, QUICK, Scene, scene_of


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with scene_of(replace(ACCOUNT, knobs=QUICK, templates=(NOTICE,))) as scene:
        yield scene
