"""A real browser for the pages: Chromium without a window, spoken to over its own debugging protocol."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
#: where this is set, tests in a browser fail for want of one; elsewhere they are then not collected
REQUIRED = os.environ.get("REQUIRE_BROWSER") == "1"

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
#: seconds until a page that does not do what it should is given up
_PATIENCE = 30.0


@dataclass
class Tab:
    """One page of the browser."""

    socket: aiohttp.ClientWebSocketResponse
    #: what the page complained of: errors of scripts, of loading, of the security policy
    complaints: list[str] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _loaded: bool = False

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol, with its answer."""
        number = next(self._numbers)
        await self.socket.send_json({"id": number, "method": method, "params": params})
        while True:
            message = await self.socket.receive_json(timeout=_PATIENCE)
            if message.get("id") == number:
                return dict(message.get("result", {}))
            self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        if message["method"] == "Page.loadEventFired":
            self._loaded = True
        elif message["method"] == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        elif message["method"] == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    async def size(self, width: int, height: int) -> None:
        """The size of the screen in CSS pixels."""
        await self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    async def evaluate(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = await self.command(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def sees(self, script: str) -> Any:
        """The value of an expression as soon as it is true."""
        return await self.evaluate(
            f"new Promise((done) => {{ const look = () => {{ const seen = {script};"
            " seen ? done(seen) : setTimeout(look, 20); }; look(); })"
        )

    async def open(self, url: str) -> None:
        """Goes to a page and waits until it is loaded."""
        for domain in ("Page", "Runtime", "Log"):
            await self.command(f"{domain}.enable")
        self._loaded = False
        await self.command("Page.navigate", url=url)
        while not self._loaded:
            self._hear(await self.socket.receive_json(timeout=_PATIENCE))


@asynccontextmanager
async def browse(url: str, folder: Path) -> AsyncIterator[Tab]:
    """A browser with this page open; ``folder`` holds its profile."""
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *_FLAGS,
        f"--user-data-dir={folder}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with aiohttp.ClientSession() as session:
            address = await _page_of(session, process)
            async with session.ws_connect(address, max_msg_size=0) as socket:
                tab = Tab(socket)
                await tab.open(url)
                yield tab
    finally:
        process.terminate()
        # the pipe is read to its end, or it would be left open
        await process.communicate()


async def _page_of(session: aiohttp.ClientSession, process: asyncio.subprocess.Process) -> str:
    """The debugging address of the first page, once the browser has told its own."""
    assert process.stderr is not None
    async with asyncio.timeout(_PATIENCE):
        while not (told := re.search(rb"ws://([\d.]+:\d+)/", await process.stderr.readline())):
            pass
        while True:
            async with session.get(f"http://{told[1].decode()}/json") as response:
                for target in await response.json():
                    if target["type"] == "page":
                        return str(target["webSocketDebuggerUrl"])
            await asyncio.sleep(0.02)
