"""修复 as the chat goes: which records, from when, what is missing; the four effects, or the reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.model.person import Channel, Staff
from domain.model.record import RecordKind, RecordState, Severity, Violation
from domain.model.subject import Subject
from domain.services import cases
from domain.services.staff import actor_of
from tests.handlers.conftest import Talk, Town, work_of

LONG_AGO = date(2026, 4, 10)


@pytest.fixture
def here(town_of: object) -> Town:
    """Xixia: the unit that found the misconduct decides."""
    return _staffed(town_of("xixia"))  # type: ignore[operator]


@pytest.fixture
def outside(town_of: object) -> Town:
    """Hegang: 信用中国 decides."""
    return _staffed(town_of("hegang"))  # type: ignore[operator]


def _staffed(town: Town) -> Town:
    for userid, role in (("chen", "经办"), ("lin", "审批")):
        town.uow.staff.save(Staff(userid, userid, (role,), town.office.name))
    return town


def fined(
    town: Town,
    firm: Subject,
    on: date,
    severity: Severity = Severity.ORDINARY,
    *,
    publicity_until: date | None = None,
) -> int:
    violation = Violation(1, "未按规定公示价格", ("罚款",), 200_000, severity=severity)
    return town.record(
        firm,
        RecordKind.PENALTY,
        on,
        title="价格违法案",
        authority="县市场监督管理局",
        violations=(violation,),
        published_on=on,
        publicity_until=publicity_until,
    )


def applies(talk: Talk) -> str:
    assert "可以修复的记录" in talk.says("修复")
    assert "要准备" in talk.says("1")
    assert "不收费" in talk.says("罚款已缴清，价格已按规定公示")
    return talk.says("确认")


def waiting(town: Town, talk: Talk) -> str:
    return "\n".join(town.uow.outbox.take_waiting(talk.person().id, town.clock.now()))


@pytest.mark.clause("S0-42")
@pytest.mark.clause("S0-43")
def test_a_repair_decided_here_marks_the_record_and_does_all_that_follows(here: Town) -> None:
    firm = here.firm("西峡甲有限公司")
    record_id = fined(here, firm, LONG_AGO)
    talk = here.bound(firm)
    number = applies(talk).split("案号")[1][:10]
    assert number.startswith("XF")
    work = work_of(here)
    cases.act(work, number, "受理", actor=actor_of(work, "chen"))
    cases.act(work, number, "同意", actor=actor_of(work, "lin"))
    record = here.uow.records.get(record_id)
    assert record is not None
    assert record.state is RecordState.REPAIRED
    assert record.publicity_until == work.today
    told = waiting(here, talk)
    assert f"{number}：同意修复“价格违法案”" in told
    assert {each.what for each in here.uow.corrections.since(None)} >= {"记录状态", "公示"}
    assert "没有需要修复的记录" in talk.says("修复")


def test_a_refused_repair_says_why_and_what_is_left(here: Town) -> None:
    firm = here.firm("西峡乙有限公司")
    record_id = fined(here, firm, LONG_AGO)
    talk = here.bound(firm)
    number = applies(talk).split("案号")[1][:10]
    work = work_of(here)
    cases.act(work, number, "受理", actor=actor_of(work, "chen"))
    cases.act(work, number, "驳回", actor=actor_of(work, "lin"), text="罚款没有缴清")
    record = here.uow.records.get(record_id)
    assert record is not None
    assert record.state is RecordState.VALID
    told = waiting(here, talk)
    assert "罚款没有缴清" in told
    assert "行政复议" in told


@pytest.mark.clause("S4-39")
@pytest.mark.parametrize("until", [date(2027, 6, 30), None])
def test_a_corrected_repair_gives_the_publicity_its_earlier_end_back(here: Town, until: date | None) -> None:
    here.uow.staff.save(Staff("zhou", "周舟", ("审批",), here.office.name))
    firm = here.firm("西峡戊有限公司")
    record_id = fined(here, firm, LONG_AGO, publicity_until=until)
    talk = here.bound(firm)
    number = applies(talk).split("案号")[1][:10]
    work = work_of(here)
    cases.act(work, number, "受理", actor=actor_of(work, "chen"))
    cases.act(work, number, "同意", actor=actor_of(work, "lin"))
    assert public_until(here, record_id) == work.today
    anew = cases.act(work, number, "更正", actor=actor_of(work, "zhou"), text="罚款收据是伪造的")
    cases.act(work, anew.number, "驳回", actor=actor_of(work, "zhou"), text="罚款没有缴清")
    assert public_until(here, record_id) == until
    assert "公示按原来的期限继续" in waiting(here, talk)
    queued = [(c.what, c.before, c.after) for c in here.uow.corrections.since(None)]
    assert ("公示", "公示中", "停止公示") in queued
    assert queued.index(("公示", "停止公示", "公示中")) > queued.index(("公示", "公示中", "停止公示"))


def test_a_publicity_that_was_over_is_not_taken_down_again(here: Town) -> None:
    firm = here.firm("西峡戊有限公司")
    over = date(2026, 10, 1)
    record_id = fined(here, firm, LONG_AGO, publicity_until=over)
    number = applies(here.bound(firm)).split("案号")[1][:10]
    work = work_of(here)
    cases.act(work, number, "受理", actor=actor_of(work, "chen"))
    cases.act(work, number, "同意", actor=actor_of(work, "lin"))
    assert public_until(here, record_id) == over
    assert "公示" not in [c.what for c in here.uow.corrections.since(None)]


def public_until(town: Town, record_id: int) -> date | None:
    record = town.uow.records.get(record_id)
    assert record is not None
    return record.publicity_until


def test_a_repair_that_was_granted_in_error_is_corrected_by_another_approver(here: Town) -> None:
    here.uow.staff.save(Staff("zhou", "周舟", ("审批",), here.office.name))
    firm = here.firm("西峡戊有限公司")
    record_id = fined(here, firm, LONG_AGO)
    talk = here.bound(firm)
    number = applies(talk).split("案号")[1][:10]
    work = work_of(here)
    cases.act(work, number, "受理", actor=actor_of(work, "chen"))
    cases.act(work, number, "同意", actor=actor_of(work, "lin"))
    waiting(here, talk)
    anew = cases.act(work, number, "更正", actor=actor_of(work, "zhou"), text="罚款收据是伪造的")
    assert f"{number}：原来的决定（同意修复）需要更正" in waiting(here, talk)
    cases.act(work, anew.number, "驳回", actor=actor_of(work, "zhou"), text="罚款没有缴清")
    record = here.uow.records.get(record_id)
    assert record is not None
    assert record.state is RecordState.VALID
    assert "“价格违法案”这条记录恢复为“有效”" in waiting(here, talk)
    assert cases.find(work, number).outcome == "同意修复"


@pytest.mark.clause("S0-43")
def test_the_unit_that_decides_a_repair_reports_back_to_the_credit_office(here: Town) -> None:
    market = "示例县市场监督管理局"
    for userid, role in (("li", "联络员"), ("sun", "审批")):
        here.uow.staff.save(Staff(userid, userid, (role,), market))
    firm = here.firm("西峡己有限公司")
    violation = Violation(1, "未按规定公示价格", ("罚款",), 200_000, severity=Severity.ORDINARY)
    here.record(firm, RecordKind.PENALTY, LONG_AGO, title="案", authority=market, violations=(violation,))
    number = applies(here.bound(firm)).split("案号")[1][:10]
    work = work_of(here)
    assert cases.act(work, number, "受理", actor=actor_of(work, "li")).department == market
    cases.act(work, number, "同意", actor=actor_of(work, "sun"))
    clerk = here.uow.people.get_or_add(Channel.WECOM, work.staff_account, "chen", work.now)
    told = "\n".join(here.uow.outbox.take_waiting(clerk.id, work.now))
    assert f"抄送信用办：{number}的修复申请由{market}办结，结果：同意修复" in told


def test_a_record_that_is_too_young_shows_its_first_day(here: Town) -> None:
    firm = here.firm("西峡丙有限公司")
    fined(here, firm, here.clock.now().date() - timedelta(days=10))
    talk = here.bound(firm)
    shown = talk.says("修复")
    assert "2027年2月" in shown


def test_the_same_record_is_applied_for_once(here: Town) -> None:
    firm = here.firm("西峡丁有限公司")
    fined(here, firm, LONG_AGO)
    talk = here.bound(firm)
    number = applies(talk).split("案号")[1][:10]
    assert number in talk.says("修复")
    assert "已经在申请修复" in talk.says("1")


@pytest.mark.clause("S4-38")
@pytest.mark.clause("S4-39")
@pytest.mark.clause("S4-40")
def test_where_credit_china_decides_we_prepare_link_and_mirror(outside: Town) -> None:
    firm = outside.firm("鹤岗甲有限公司")
    record_id = fined(outside, firm, LONG_AGO)
    talk = outside.bound(firm)
    filed = applies(talk)
    assert "信用中国" in filed
    assert "creditchina.gov.cn" in filed
    number = filed.split("案号")[1][:10]
    assert "已记下" in talk.says(f"已提交 {number} CX20260001")
    work = work_of(outside)
    cases.act(work, number, "登记同意", actor=actor_of(work, "chen"), text="查询码 CX20260001，11月20日")
    record = outside.uow.records.get(record_id)
    assert record is not None
    assert record.state is RecordState.REPAIRED
    told = waiting(outside, talk)
    for effect in outside.rulebook.repair.effects:
        assert effect.public_text in told
