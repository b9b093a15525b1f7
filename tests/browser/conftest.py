"""Fixtures of the tests in a browser: one browser and one loop for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import CHROMIUM, REQUIRED, chromium
from tests.browser.town import Town, open_town
from tests.browser.window import PHONE, Inside, Scheme, Window, window
from tests.driver import BEGINNING

FOLDER = Path(__file__).parent
#: tests in a browser run where there is one, and must run where one is required
collect_ignore_glob = [] if CHROMIUM or REQUIRED else ["test_*.py"]

PageAt = Callable[..., Awaitable[Window]]
OpenTown = Callable[..., AbstractAsyncContextManager[Town]]


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


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """The demonstration, for all tests of a file."""
    async with open_town(tmp_path_factory.mktemp("town")) as opened:
        yield opened


@pytest.fixture
def fresh_town(tmp_path: Path) -> OpenTown:
    """Opens a demonstration of one's own: ``async with fresh_town(rulebook="pinglu") as town:``"""

    @asynccontextmanager
    async def opened(*, rulebook: str = "xixia", beginning: datetime = BEGINNING) -> AsyncIterator[Town]:
        async with open_town(tmp_path, rulebook=rulebook, beginning=beginning) as town:
            yield town

    return opened
