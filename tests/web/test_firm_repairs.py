"""修复 filed on pages: the first legal day, what is missing, files, and what we do where another window decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import FixedClock, MovableClock
from domain.clock import legal_date
from domain.model.record import RecordKind, Severity, Violation
from domain.model.subject import Subject
from tests.driver import Phone
from tests.stories.casework import applies, fined, may_sign, number_in
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import hired, sends
from tests.web.conftest import Enter
from tests.web.firm_forms import PDF, confirms, signs, writes

DONE = "罚款已缴清，价格已按规定公示"


@pytest.mark.clause("S0-42")
async def test_a_repair_from_the_page_goes_to_the_unit_that_found_it_and_is_seen_in_the_chat(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url, rulebook="xixia") as town:
        chen = await hired(town, "chen", "陈静", "经办")
        firm, wang = await fined(town, "西峡某某商贸有限公司")
        browser = await enter(town, wang, f"/h5/firm/{firm.id}/repair")
        assert "价格违法案" in browser.last.text
        assert "现在就可以申请" in browser.last.text
        path = f"/h5/firm/{firm.id}/repair/1"
        page = await writes(browser, path, text=DONE, files={"缴款凭证.pdf": PDF})
        assert "修复不收费" in page.text
        number = await confirms(browser, path)
        assert number.startswith("XF")
        assert number in await wang.says("进度")
        await sends(town)
        assert number in await chen.says("待办")
        assert DONE in await chen.says(f"案件 {number}")


@pytest.mark.clause("S4-38")
async def test_where_another_window_decides_the_page_prepares_links_and_says_what_it_does_not(
    town: Town, enter: Enter
) -> None:
    firm, wang = await fined(town, "平鲁晋北商贸有限公司")
    path = f"/h5/firm/{firm.id}/repair/1"
    browser = await enter(town, wang, path)
    for words in ("https://www.creditchina.gov.cn", "这里不做的", "核对条件", "要准备的材料"):
        assert words in browser.last.text
    await writes(browser, path, text=DONE)
    number = await confirms(browser, path)
    assert f"已提交 {number} 查询码" in browser.last.text
    assert "由“信用中国”受理和答复" in browser.last.text
    assert "不代替“信用中国”作决定" in browser.last.text
    assert "好的，已记下" in await wang.says(f"已提交 {number} CX2026")


async def test_what_is_missing_is_shown_and_ticked_as_it_comes(town: Town, enter: Enter) -> None:
    firm, wang = await fined(town, "平鲁晋北商贸有限公司")
    await may_sign(town, wang, firm)
    path = f"/h5/firm/{firm.id}/repair/1"
    browser = await enter(town, wang, path)
    page = browser.last.text
    assert (page.count("已具备"), page.count("还要准备"), page.count("由工作人员核对")) == (1, 2, 1)
    assert f"/h5/firm/{firm.id}/commitments/repair" in page
    await writes(browser, path, text=DONE, files={"缴款凭证.pdf": PDF}, action="draft")
    page = (await browser.opens(path)).text
    assert (page.count("已具备"), page.count("还要准备")) == (2, 1)


async def young(town: Town) -> tuple[Subject, Phone]:
    """A firm with a fine of twenty days ago."""
    firm = await town.firm()
    fine = Violation(1, "未按规定公示价格", ("罚款",), 200_000, severity=Severity.ORDINARY)
    today = legal_date(town.story.clock.now())
    facts = {"title": "价格违法案", "violations": (fine,), "published_on": today - timedelta(days=19)}
    await town.record(firm, RecordKind.PENALTY, days_ago=20, **facts)
    return firm, await town.bound(firm)


async def test_a_record_that_is_too_young_says_from_when_and_has_no_form(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    before_order_36 = MovableClock(FixedClock(datetime(2026, 3, 20, 2, tzinfo=UTC)))
    async with open_town(sqlite_url, clock=before_order_36) as town:
        firm, wang = await young(town)
        browser = await enter(town, wang, f"/h5/firm/{firm.id}/repair")
        assert "2026年5月29日起可以申请" in browser.last.text
        assert f'href="/h5/firm/{firm.id}/repair/1"' not in browser.last.text
        assert "最早从2026年5月29日起" in (await browser.opens(f"/h5/firm/{firm.id}/repair/1")).text


async def test_a_first_day_that_nobody_verified_is_a_reference_and_closes_nothing(
    town: Town, enter: Enter
) -> None:
    firm, wang = await young(town)
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/repair/1")
    assert "参考2027年2月2日起，请向信用办咨询" in browser.last.text
    assert "下一步：核对" in browser.last.text


async def test_a_repair_that_is_under_way_is_not_asked_for_again(town: Town, enter: Enter) -> None:
    firm, wang = await fined(town, "平鲁晋北商贸有限公司")
    number = number_in(await applies(wang))
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/repair")
    assert number in browser.last.text
    assert "已经在申请修复" in (await browser.opens(f"/h5/firm/{firm.id}/repair/1")).text


async def test_a_record_named_in_the_address_leads_to_its_form(town: Town, enter: Enter) -> None:
    firm, wang = await fined(town, "平鲁晋北商贸有限公司")
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/repair")
    assert (await browser.opens(f"/h5/firm/{firm.id}/repair?record=1")).path.endswith("/repair/1")
    assert (await browser.opens(f"/h5/firm/{firm.id}/object?record=1")).path.endswith("/object/record-1")
    assert "情况有变化" in (await browser.opens(f"/h5/firm/{firm.id}/repair?record=77")).text


async def test_another_firms_record_is_closed(town: Town, enter: Enter) -> None:
    await fined(town, "平鲁晋北商贸有限公司")
    other, li = await fined(town, "平鲁晋南商贸有限公司")
    browser = await enter(town, li, "/h5/firm/1/repair/1")
    assert browser.last.status == 403
    assert "情况有变化" in (await browser.opens(f"/h5/firm/{other.id}/repair/1")).text


async def test_a_commitment_for_the_repair_is_ticked_once_it_is_signed(town: Town, enter: Enter) -> None:
    firm, wang = await fined(town, "平鲁晋北商贸有限公司")
    await may_sign(town, wang, firm)
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/repair/1")
    assert "去签信用修复承诺书" in browser.last.text
    await signs(browser, f"/h5/firm/{firm.id}/commitments/repair", pledge="我承诺")
    page = (await browser.opens(f"/h5/firm/{firm.id}/repair/1")).text
    assert "去签信用修复承诺书" not in page
    assert page.count("还要准备") == 1
