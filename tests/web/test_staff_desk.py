"""The desk: who one is, what waits, worse grades that a named person answers for, letters that were lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from domain.model.record import RecordKind, Severity, Violation
from domain.model.subject import Subject
from domain.services import grades, staff
from storage.tables import outbox
from storage.unit_of_work import SqlUnitOfWork
from tests.stories.conftest import Town
from tests.stories.desks import hired, objected
from tests.web.conftest import Browser, Enter, person_of

HOME = "/h5/staff/"


async def worse(town: Town, fines: int = 3) -> Subject:
    """A firm without a grade that would now get an adverse one."""
    firm = await town.firm("平鲁诚信矿业有限公司")
    await town.approves(firm)
    for _ in range(fines):
        await fine(town, firm)
    house = town.parts.house
    await town.write(lambda uow: grades.reassess(uow, firm.id, house.rulebook, house.clock.now()))
    return firm


async def fine(town: Town, firm: Subject) -> int:
    act = Violation(1, "未按规定公示价格", ("罚款",), 40_000_000, severity=Severity.ORDINARY)
    return await town.record(firm, RecordKind.PENALTY, title="价格违法案", violations=(act,))


async def code_in_force(town: Town, firm: Subject) -> str:
    found = await town.read(lambda uow: uow.assessments.in_force(firm.id))
    assert found is not None
    return found.evaluation.code


def proposal_on(browser: Browser) -> str:
    found = re.search(r'name="proposal" value="(\d+)"', browser.last.text)
    assert found is not None, browser.last.text
    return found[1]


async def test_a_worse_grade_takes_effect_when_an_approver_has_seen_its_reasons(
    town: Town, enter: Enter
) -> None:
    """PIPL 24: never by machine alone."""
    firm = await worse(town)
    liu = await hired(town, "liu", "刘海", "审批")
    browser = await enter(town, liu, HOME)
    assert "等级变化待核定（1）" in browser.last.text
    assert "暂无等级 → 待人工核定" in browser.last.text
    page = f"/h5/staff/proposals/{firm.id}"
    assert "价格违法案" in (await browser.opens(page)).text
    assert "S2-14" in browser.last.text
    done = await browser.sends(page, {"proposal": proposal_on(browser)})
    assert "已核定" in done.text
    assert "等级变化待核定" not in done.text
    assert await code_in_force(town, firm) == "NEEDS_REVIEW"
    in_force = await town.read(lambda uow: uow.assessments.in_force(firm.id))
    assert in_force is not None
    assert in_force.approved_by == "liu"
    assert (await browser.opens(page)).status == 404


async def test_only_approvers_of_the_credit_office_see_and_approve_grades(town: Town, enter: Enter) -> None:
    firm = await worse(town)
    chen = await hired(town, "chen", "陈静", "经办", "信用办管理员")
    sun = await hired(town, "sun", "孙丽", "审批", department="市场监管局")
    for desk in (chen, sun):
        browser = await enter(town, desk, HOME)
        assert "等级变化待核定" not in browser.last.text
        assert (await browser.opens(f"/h5/staff/proposals/{firm.id}")).status == 403
    assert await code_in_force(town, firm) == "UNRATED"


async def test_facts_that_changed_meanwhile_are_not_approved_unseen(town: Town, enter: Enter) -> None:
    firm = await worse(town)
    liu = await hired(town, "liu", "刘海", "审批")
    page = f"/h5/staff/proposals/{firm.id}"
    browser = await enter(town, liu, page)
    seen = proposal_on(browser)
    await fine(town, firm)
    assert "情况已经变化" in (await browser.sends(page, {"proposal": seen})).text
    assert await code_in_force(town, firm) == "UNRATED"
    await browser.opens(page)
    assert proposal_on(browser) != seen
    refused = await browser.sends(page, {"proposal": seen})
    assert "不在待核定之列" in refused.text
    await browser.opens(page)
    assert "已核定" in (await browser.sends(page, {"proposal": proposal_on(browser)})).text


async def test_a_deputy_reads_in_whose_place_he_acts(town: Town, enter: Enter) -> None:
    await objected(town)
    chen = await hired(town, "chen", "陈静", "经办")
    ma = await hired(town, "ma", "马超", "信用办管理员")
    on = town.story.clock.now().date()
    await town.write(
        lambda uow: staff.appoint_deputy(uow, "chen", "ma", since=on, until=on + timedelta(days=3), by="cli")
    )
    page = (await enter(town, ma, HOME)).last.text
    assert "今天代理陈静" in page
    assert "YY20260001" in page
    assert "您今天由马超代理" in (await enter(town, chen, HOME)).last.text


@pytest.mark.parametrize(("role", "sees"), [("信用办管理员", True), ("审批", False)])
async def test_lost_letters_are_sent_again_by_who_looks_after_them(
    town: Town, enter: Enter, role: str, sees: bool
) -> None:
    wang = await town.story.follower("王会计")
    now = town.story.clock.now()

    def lost(uow: SqlUnitOfWork) -> None:
        uow.outbox.put(person_id=person_of(uow, wang), text="通知", unique_key="k1", at=now, kind="异议")
        uow.connection.execute(outbox.update().values(status="dead", last_error="太忙<b>"))

    await town.write(lost)
    desk = await hired(town, "ma", "马超", role)
    browser = await enter(town, desk, HOME)
    assert ("没有送到的消息（1）" in browser.last.text) is sees
    if sees:
        assert "太忙&lt;b&gt;" in browser.last.text
        assert "会马上重新发送" in (await browser.sends("/h5/staff/letters/1")).text


async def test_somebody_with_nothing_to_do_is_told_where_to_look(town: Town, enter: Enter) -> None:
    browser = await enter(town, await hired(town, "wu", "吴岗"), HOME)
    assert "现在没有等您办的事" in browser.last.text
    assert "没有角色" in browser.last.text


@pytest.mark.parametrize(
    ("role", "closed"),
    [
        ("经办", {"审计"}),
        ("审批", {"审计"}),
        ("信用办管理员", {"审计"}),
        ("审计", {"导入", "通知"}),
    ],
)
async def test_only_the_ways_that_are_open_to_a_member_are_shown(
    town: Town, enter: Enter, role: str, closed: set[str]
) -> None:
    browser = await enter(town, await hired(town, "liu", "刘海", role), HOME)
    ways = re.findall(r'<a href="(/h5/staff/[a-z]*)"[^>]*>([^<]+)</a>', browser.last.text.split("</nav>")[0])
    assert {"待办", "案件", "文书", "导入", "通知", "统计", "规则", "审计"} - {
        words for _, words in ways
    } == closed
    for address, _ in ways:
        assert (await browser.opens(address)).status == 200
