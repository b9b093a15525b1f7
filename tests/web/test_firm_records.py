"""A firm's records and its first page over HTTP."""

from __future__ import annotations

from datetime import date

import pytest

from domain.model.record import RecordKind, RecordState, Severity, Violation
from tests.stories.casework import PUBLISHED, fined, objects, rated, warned
from tests.stories.conftest import OpenTown, Town
from tests.web.conftest import Enter
from tests.web.test_firm_grades import may_only_query, said


@pytest.mark.clause("S4-39")
async def test_a_record_shows_its_days_and_what_was_imposed(town: Town, enter: Enter) -> None:
    firm, wang = await fined(town, "平鲁价格商贸有限公司")
    page = said((await enter(town, wang, f"/h5/firm/{firm.id}/records")).last.text)
    assert "价格违法案" in page
    assert "未按规定公示价格：罚款2000元" in page
    assert "2026年4月10日 开始公示" in page
    assert "最早可以申请修复" in page


async def test_the_first_day_of_repair_is_marked_as_not_confirmed_where_it_is_not(
    town: Town, enter: Enter
) -> None:
    firm, wang = await fined(town, "平鲁价格商贸有限公司")
    page = said((await enter(town, wang, f"/h5/firm/{firm.id}/records")).last.text)
    assert "参考：最早可以申请修复" in page
    assert "仅供参考" in page
    assert town.parts.house.office.phone in page


async def test_a_record_leads_to_its_forms(town: Town, enter: Enter) -> None:
    firm, wang = await fined(town, "平鲁价格商贸有限公司")
    records = await town.read(lambda uow: uow.records.of_subject(firm.id))
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/records")
    for form in ("object", "repair"):
        assert f'href="/h5/firm/{firm.id}/{form}?record={records[0].id}"' in browser.last.text


@pytest.mark.clause("S0-39")
async def test_a_contested_record_says_so_and_leads_to_its_case(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    number = await objects(wang)
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/records")
    assert "异议中" in browser.last.text
    assert f'href="/h5/firm/cases/{number}"' in browser.last.text
    assert "/object?record=" not in browser.last.text


@pytest.mark.parametrize("state", [RecordState.REPAIRED, RecordState.REVOKED])
async def test_a_record_that_no_longer_counts_says_so_and_offers_nothing(
    town: Town, enter: Enter, state: RecordState
) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    records = await town.read(lambda uow: uow.records.of_subject(firm.id))
    await town.write(lambda uow: uow.records.set_state(records[0].id, state))
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/records")
    assert state.value in browser.last.text
    assert "其中0条在计入评价" in browser.last.text
    assert "record=" not in browser.last.text


async def test_numbers_of_persons_in_a_record_are_masked(town: Town, enter: Enter) -> None:
    firm = await town.firm()
    act = Violation(1, "法定代表人身份证140603199001011239未备案", ("警告",), severity=Severity.MINOR)
    await town.record(firm, RecordKind.PENALTY, title="电话13812345678一案", violations=(act,))
    wang = await town.bound(firm)
    html = (await enter(town, wang, f"/h5/firm/{firm.id}/records")).last.text
    assert "13812345678" not in html
    assert "140603199001011239" not in html


async def test_whoever_only_looks_sees_no_case_number(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    number = await objects(wang)
    li = await may_only_query(town, firm)
    browser = await enter(town, li, f"/h5/firm/{firm.id}/records")
    assert "异议中" in browser.last.text
    assert number not in browser.last.text


async def test_a_firm_without_records_is_led_on(town: Town, enter: Enter) -> None:
    firm = await town.firm()
    wang = await town.bound(firm)
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/records")
    assert "现在没有信用记录" in browser.last.text
    assert f"/h5/firm/{firm.id}/grade" in browser.last.text


async def test_measures_in_force_and_those_to_come_are_told_apart(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/measures")
    assert "现在没有登记在执行的措施" in browser.last.text
    assert "按等级还会有" in browser.last.text
    town.story.passes(minutes=1)
    job = next(job for job in town.parts.scheduler.jobs if "measures" in job.name)
    await town.parts.scheduler.run(job)
    page = said((await browser.opens(f"/h5/firm/{firm.id}/measures")).text)
    assert "按等级还会有" not in page
    assert "自2026年11月20日起" in page


async def test_the_first_page_shows_every_firm_with_its_grade_and_power(town: Town, enter: Enter) -> None:
    first, wang = await warned(town, "平鲁晋北商贸有限公司")
    second = await town.firm("平鲁晋南商贸有限公司")
    await wang.says(f"绑定 {await town.code(second)}")
    await wang.says("确认")
    browser = await enter(town, wang, "/h5/firm/")
    page = said(browser.last.text)
    assert "平鲁晋北商贸有限公司" in page
    assert "平鲁晋南商贸有限公司" in page
    assert "B 一般失信" in page
    assert "暂无等级" in page
    assert "您的权限：经办" in page
    for firm in (first, second):
        assert f"/h5/firm/{firm.id}/grade" in browser.last.text


async def test_whoever_is_bound_to_nothing_reads_how_to_begin(town: Town, enter: Enter) -> None:
    stranger = await town.story.follower("路人")
    browser = await enter(town, stranger, "/h5/firm/")
    assert "您还没有绑定单位" in browser.last.text
    assert town.parts.house.office.address in browser.last.text
    assert (await browser.opens("/h5/firm/cases")).status == 200
    assert "现在没有在办的事项" in browser.last.text


async def test_a_page_for_firms_shows_members_of_staff_no_firm(town: Town, enter: Enter) -> None:
    from tests.stories.desks import hired

    firm, _ = await warned(town, "平鲁晋北商贸有限公司")
    chen = await hired(town, "chen", "陈静", "经办")
    browser = await enter(town, chen, f"/h5/firm/{firm.id}/grade")
    assert browser.last.status == 403
    assert firm.name not in browser.last.text


async def test_where_somebody_else_decides_on_repairs_the_page_says_when(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url, rulebook="xixia") as town:
        firm, wang = await fined(town, "西峡价格商贸有限公司")
        await rated(town, firm, "B")
        browser = await enter(town, wang, f"/h5/firm/{firm.id}/records")
        assert "价格违法案" in browser.last.text
        assert date(2026, 4, 1) < PUBLISHED
