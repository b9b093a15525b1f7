"""From the chat to the pages: each answer ends with a link that opens the right one, for the right person."""

from __future__ import annotations

import re

import pytest

from domain.model.record import RecordKind
from handlers.paging import LIMIT
from tests.stories.casework import objects, reads, warned
from tests.stories.conftest import Town
from tests.web.conftest import Browser, Enter

_LINK = re.compile(r'<a href="https?://[^/"]+(/h5/firm/in/[^"]+)">([^<]+)</a>')


async def _opened(browser: Browser, said: str) -> str:
    """Where the link of an answer leads."""
    found = _LINK.search(said)
    assert found is not None, said
    return (await browser.opens(found[1])).path


@pytest.mark.parametrize(
    ("word", "words", "page"),
    [
        ("查等级", "看完整报告", "grade"),
        ("为什么", "看完整报告", "grade"),
        ("怎么提升", "看完整报告", "grade"),
        ("我的记录", "看每条记录的日期和办法", "records"),
        ("监管措施", "看正在执行的措施", "measures"),
    ],
)
async def test_an_answer_leads_to_the_page_that_says_it_in_full(
    town: Town, enter: Enter, word: str, words: str, page: str
) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    said = await reads(wang, await wang.says(word))
    assert f">{words}</a>" in said
    stranger = await town.story.follower("路人")
    browser = await enter(town, stranger, "/h5/firm/")
    assert await _opened(browser, said) == f"/h5/firm/{firm.id}/{page}"
    assert browser.last.status == 200


async def test_progress_leads_to_the_case(town: Town, enter: Enter) -> None:
    _, wang = await warned(town, "平鲁晋北商贸有限公司")
    number = await objects(wang)
    browser = await enter(town, wang, "/h5/firm/")
    assert await _opened(browser, await wang.says("进度")) == "/h5/firm/cases"
    assert await _opened(browser, await wang.says(f"进度 {number}")) == f"/h5/firm/cases/{number}"


async def test_a_link_is_never_cut_by_the_end_of_a_message(town: Town) -> None:
    firm = await town.firm("平鲁记录很多商贸有限公司")
    for _ in range(30):
        await town.record(firm, RecordKind.AWARD, authority="平鲁区发展和改革局")
    wang = await town.bound(firm)
    page = await wang.says("我的记录")
    pages = [page]
    while "回复“更多”继续" in page:
        page = await wang.says("更多")
        pages.append(page)
    assert len(pages) > 1
    assert all(len(each.encode()) <= LIMIT for each in pages)
    assert all(each.count("<a ") == each.count("</a>") for each in pages)
    assert _LINK.search(pages[-1])
