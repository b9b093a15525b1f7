"""统计: the page shows what was counted, with a table beside each drawing."""

from __future__ import annotations

import pytest

from domain.model.record import RecordKind
from tests.stories.conftest import Town
from tests.stories.desks import hired, objected, runs
from tests.web.conftest import Browser, Enter

PAGE = "/h5/staff/dashboard"


async def counted(town: Town) -> None:
    """The figures as the job keeps them now, older than fresh."""
    town.story.passes(minutes=6)
    await runs(town, "statistics")


async def someone(town: Town, enter: Enter) -> Browser:
    return await enter(town, await hired(town, "shen", "沈计", "审计"), PAGE)


@pytest.mark.clause("C-11")
async def test_grades_cases_and_letters_are_drawn_and_told_in_tables(town: Town, enter: Enter) -> None:
    await objected(town)
    for name in ("平鲁甲商贸有限公司", "平鲁乙商贸有限公司"):
        firm = await town.firm(name)
        await town.record(firm, RecordKind.AWARD, issuer_kind="行政机关")
        await town.approves(firm)
    await town.firm("平鲁没有评价商贸有限公司")
    await counted(town)
    page = (await someone(town, enter)).last.text
    assert "名册里4个主体现行的等级" in page
    assert page.count("<svg") == page.count("</desc>") >= 3
    best = town.parts.house.rulebook.grade("A").class_name
    assert f'<td>A（{best}）</td><td class="number">2</td><td class="number">50.0%</td>' in page
    assert '<td>还没有评价</td><td class="number">1</td><td class="number">25.0%</td>' in page
    assert "<td>异议</td>" in page
    assert "数字截至2026年11月20日 10:06" in page
    assert "平鲁甲商贸有限公司" not in page


async def test_before_the_first_count_and_after_a_long_silence_the_page_says_so(
    town: Town, enter: Enter
) -> None:
    await counted(town)
    browser = await someone(town, enter)
    assert "名册里还没有主体" in browser.last.text
    assert "没有按时更新" not in browser.last.text
    town.story.passes(hours=1, minutes=50)
    browser = await someone(town, enter)
    assert "没有按时更新" in browser.last.text


async def test_figures_are_for_the_staff_alone(town: Town, enter: Enter) -> None:
    wang = await town.story.follower("王会计")
    browser = await enter(town, wang, "/h5/firm/cases")
    assert (await browser.opens(PAGE)).status in (302, 403, 404)
    shen = await someone(town, enter)
    assert (await shen.opens(PAGE)).status == 200


async def test_counting_goes_on_as_cases_are_closed(town: Town, enter: Enter) -> None:
    await objected(town)
    await counted(town)
    assert "现在在办的1件案件" in (await someone(town, enter)).last.text
    town.story.passes(minutes=1)
    await runs(town, "statistics")
    page = (await someone(town, enter)).last.text
    assert "数字截至2026年11月20日 10:06" in page


async def test_the_chat_says_the_figures_in_a_few_lines_and_leads_to_the_page(town: Town) -> None:
    await objected(town)
    chen = await hired(town, "chen", "陈静", "经办")
    await counted(town)
    said = await chen.says("统计")
    assert "名册：1个主体，1个有生效的评价结果" in said
    assert "在办案件：1件，其中超期0件" in said
    assert "/h5/staff/in/" in said
