"""Fixtures of the tests in a browser: one browser and one loop for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import CHROMIUM, REQUIRED, chromium
from tests.browser.window import PHONE, Inside, Scheme, Window, window

FOLDER = Path(__file__).parent
#: tests in a browser run where there is one, and must run where one is required
collect_ignore_glob = [] if CHROMIUM or REQUIRED else ["test_*.py"]

PageAt = Callable[..., Awaitable[Window]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser lives in one loop; every test that uses it runs there."""
    one_loop = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if FOLDER in item.path.parents and item.get_closest_marker("asyncio"):
            item.add_marker(one_loop, append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser of this run."""
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def page_at(browser: Browser) -> AsyncIterator[PageAt]:
    """Opens windows, each with cookies of its own: ``await page_at(375, 812, inside="wechat")``."""
    async with AsyncExitStack() as stack:

        async def opened(
            width: int = PHONE[0],
            height: int = PHONE[1],
            *,
            inside: Inside = "browser",
            scheme: Scheme = "light",
        ) -> Window:
            return await stack.enter_async_context(
                window(browser, (width, height), inside=inside, scheme=scheme)
            )

        yield opened
