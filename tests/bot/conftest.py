"""Fixtures of the shell's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.browser import CHROMIUM, REQUIRED
from tests.driver import ACCOUNT
from tests.peer_scene import NOTICE, Scene, scene_of

#: tests in a browser run where there is one, and must run where one is required
collect_ignore_glob = [] if CHROMIUM or REQUIRED else ["test_*_browser.py"]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A platform with one follower and one template."""
    async with scene_of(replace(ACCOUNT, templates=(NOTICE,))) as scene:
        yield scene
