"""Fixtures of the shell's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.driver import ACCOUNT
from tests.peer_scene import NOTICE, Scene, scene_of


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A platform with one follower and one template."""
    async with scene_of(replace(ACCOUNT, templates=(NOTICE,))) as scene:
        yield scene
