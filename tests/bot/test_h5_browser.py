"""The pages for uploads in a real browser, on the screen of a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.web.pages import STATIC, page, paragraph
from bot.web.uploads import form_page
from domain.model.case import Case, CaseKind
from tests.browser import browse
from tests.conftest import FixedClock
from tests.driver import serving


@pytest.fixture
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
    app.add_routes([web.get("/form", form), web.get("/result", result), web.static("/h5/static", STATIC)])
    async with serving(app) as url:
        yield url


@pytest.mark.parametrize("path", ["form", "result"])
async def test_a_page_fits_a_phone_and_keeps_its_own_policy(pages: str, tmp_path: Path, path: str) -> None:
    async with browse(f"{pages}/{path}", tmp_path) as tab:
        await tab.size(375, 812)
        await tab.sees("document.styleSheets.length === 1 && document.styleSheets[0].cssRules.length > 5")
        assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await tab.evaluate(
            "[...document.querySelectorAll('button, input, .button')]"
            ".every((each) => each.getBoundingClientRect().height >= 44)"
        )
        assert [each for each in tab.complaints if "favicon" not in each] == []
