"""The rules as staff read them, of all five places."""

from __future__ import annotations

import re

import pytest

from domain.rules.rulebook_reader import read
from storage.rulebook_files import load_rulebook, shipped_rulebooks
from tests.stories.conftest import OpenTown
from tests.stories.desks import hired
from tests.web.conftest import Enter

PAGE = "/h5/staff/rulebook"


@pytest.mark.parametrize("rulebook", shipped_rulebooks())
async def test_everything_that_applies_stands_on_the_page_with_its_clause(
    rulebook: str, sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url, rulebook=rulebook) as town:
        browser = await enter(town, await hired(town, "chen", "陈静", "经办"), PAGE)
        page = browser.last
        entries = [entry for section in read(load_rulebook(rulebook)) for entry in section.entries]
        assert re.findall(r'<article class="rule" id="([^"]+)"', page.text) == [e.anchor for e in entries]
        clauses = re.findall(r'<span class="clause">([^<]+)</span>', page.text)
        assert clauses == [entry.clause for entry in entries if entry.clause]
        marks = page.text.count('<strong class="unverified">未核实</strong>')
        assert marks == sum(not entry.verified for entry in entries)
        assert ("不得向企业引用" in page.text) is (rulebook == "huairen")
        assert len(page.body) < 400_000
        targets = set(re.findall(r'href="#([^"]+)"', page.text)) - {"main"}
        assert targets <= set(re.findall(r'id="([^"]+)"', page.text))
        found = await browser.opens(f"{PAGE}?q=异议&only=unverified")
        assert "未核实" in found.text
        assert "没有找到“&lt;b&gt;”" in (await browser.opens(f"{PAGE}?q=<b>")).text


async def test_a_firm_does_not_read_them(sqlite_url: str, open_town: OpenTown, enter: Enter) -> None:
    """C-24: what is not public stays in the office."""
    async with open_town(sqlite_url, rulebook="huairen") as town:
        wang = await town.story.follower("王会计")
        assert (await enter(town, wang, PAGE)).last.status == 403
