"""One window of the browser: a page that remembers what it complained of and what it weighed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request, Response, expect

#: milliseconds until a page that does not do what it should is given up
PATIENCE: Final = 20_000
expect.set_options(timeout=PATIENCE)
PHONE: Final = (375, 812)
DESK: Final = (1280, 800)

Scheme = Literal["light", "dark"]
#: what a page is opened in
Inside = Literal["wechat", "wecom", "browser"]
_PHONE_AGENT: Final = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/130.0.0.0 Mobile Safari/537.36 "
)
AGENTS: Final[dict[str, str | None]] = {
    "wechat": f"{_PHONE_AGENT}MicroMessenger/8.0.54.2760(0x28003637) WeChat/arm64 NetType/WIFI Language/zh_CN",
    "wecom": f"{_PHONE_AGENT}wxwork/4.1.30 MicroMessenger/7.0.1 NetType/WIFI Language/zh Lang/zh",
    "browser": None,
}
#: what a page weighs by; streams have no end, pictures are another matter
WEIGHED: Final = frozenset({"document", "stylesheet", "script", "font"})


@dataclass
class Window:
    """A page, what it complained of, and what was loaded for it."""

    page: Page
    #: errors of scripts, of loading, of the content security policy
    complaints: list[str] = field(default_factory=list)
    loaded: list[Response] = field(default_factory=list)

    def listen(self) -> None:
        """Hear what goes wrong, from now on."""
        self.page.on("console", self._console)
        self.page.on("pageerror", self._error)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._loaded)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

    def _error(self, error: Error) -> None:
        self.complaints.append(f"script: {error.message}")

    def _failed(self, request: Request) -> None:
        # a window that closes or goes on cuts what streams into it
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.failure} {request.url}")

    def _loaded(self, response: Response) -> None:
        self.loaded.append(response)

    async def open(self, url: str) -> Response:
        """Go to a page and wait until it and what belongs to it is there."""
        self.loaded.clear()
        response = await self.page.goto(url, wait_until="load")
        assert response is not None, url
        return response

    async def sees(self, script: str) -> Any:
        """The value of an expression in the page, as soon as it is true."""
        handle = await self.page.wait_for_function(script)
        return await handle.json_value()

    async def fits(self) -> bool:
        """Nothing hangs out of the screen sideways."""
        return bool(
            await self.page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )
        )

    async def weight(self) -> int:
        """Bytes that went over the wire for the page, without pictures, headers not counted."""
        sizes = [await response.request.sizes() for response in self.parts]
        return sum(size["responseBodySize"] for size in sizes)

    @property
    def parts(self) -> list[Response]:
        """What the page is made of."""
        return [each for each in self.loaded if each.request.resource_type in WEIGHED and each.ok]


@asynccontextmanager
async def window(
    browser: Browser,
    size: tuple[int, int] = PHONE,
    *,
    inside: Inside = "browser",
    scheme: Scheme = "light",
    sharp: bool = False,
) -> AsyncIterator[Window]:
    """A window with cookies of its own; ``sharp`` has more pixels, for pictures."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        user_agent=AGENTS[inside],
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme=scheme,
        reduced_motion="reduce",
        device_scale_factor=1.5 if sharp else 1,
        has_touch=size[0] < 600,
    )
    context.set_default_timeout(PATIENCE)
    try:
        opened = Window(await context.new_page())
        opened.listen()
        yield opened
    finally:
        await context.close()
