"""The pages for uploads in a real browser, on the screen of a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from bot.web.pages import ASSETS, page, paragraph
from bot.web.uploads import form_page
from domain.model.case import Case, CaseKind
from tests.browser.conftest import PageAt
from tests.conftest import FixedClock
from tests.driver import serving


@pytest_asyncio.fixture(loop_scope="session")
async def pages(clock: FixedClock) -> AsyncIterator[str]:
    case = Case(
        0, "YY20260001", CaseKind.OBJECTION, "待受理", 1, None, None, "信用办", "", clock.now(), None, False
    )

    async def form(_: web.Request) -> web.Response:
        return form_page(case)

    async def result(_: web.Request) -> web.Response:
        line = f'<li class="bad">{"很长的文件名" * 20}不是可以收的文件</li>'
        return page("上传结果", f'<ul class="card">{line}</ul>{paragraph("完")}')

    app = web.Application()
    app.add_routes([web.get("/form", form), web.get("/result", result), *ASSETS.routes()])
    async with serving(app) as url:
        yield url


@pytest.mark.parametrize("path", ["form", "result"])
async def test_a_page_fits_a_phone_and_keeps_its_own_policy(pages: str, path: str, page_at: PageAt) -> None:
    window = await page_at(375, 812, inside="wechat")
    await window.open(f"{pages}/{path}")
    assert await window.fits()
    assert await window.page.evaluate(
        "[...document.querySelectorAll('button, input, .button')]"
        ".every((each) => each.getBoundingClientRect().height >= 44)"
    )
    assert [each for each in window.complaints if "favicon" not in each] == []
