"""The browser of the tests: the system's own Chromium, driven by Playwright. None is ever downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
#: where this is set, tests in a browser fail for want of one; elsewhere they are then not collected
REQUIRED = os.environ.get("REQUIRE_BROWSER") == "1"

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # a picture of the same page is the same picture on every machine
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--hide-scrollbars",
)
MISSING = "no Chromium on the PATH: apt-get install chromium fonts-noto-cjk"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A running browser without a window; fails where the machine has none."""
    if not CHROMIUM:
        pytest.fail(MISSING)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        try:
            yield browser
        finally:
            await browser.close()
