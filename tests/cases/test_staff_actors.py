"""Who is an actor: roles, departments, deputies with dates, disabled people."""

from __future__ import annotations

from datetime import date

import pytest

from domain.errors import NotAllowed, NotFound, Refused
from domain.model.case import Doer
from domain.model.person import Staff
from domain.model.record import Record, RecordKind
from domain.model.subject import Subject, SubjectKind
from domain.services import cases
from domain.services.case_owners import departments, owner_of
from domain.services.staff import actor_of, appoint_deputy, end_deputy, staff_with
from tests.cases.conftest import CREDIT, MARKET, Desk

pytestmark = pytest.mark.usefixtures("engine_alone")


FROM, TO = date(2026, 11, 23), date(2026, 11, 27)


def test_a_member_has_the_rights_of_all_his_roles(desk: Desk) -> None:
    zhao = actor_of(desk.work, "zhao")
    assert (zhao.doers, zhao.department, zhao.label) == (
        frozenset({Doer.APPROVER, Doer.CLERK}),
        CREDIT,
        "staff:zhao",
    )
    assert actor_of(desk.work, "shen").doers == frozenset()


def test_strangers_and_disabled_people_take_no_step(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="unknown userid nobody") as unknown:
        actor_of(desk.work, "nobody")
    assert "还不在工作人员名单" in unknown.value.text
    desk.uow.staff.save(Staff("chen", "陈晨", ("经办",), "信用办", enabled=False))
    with pytest.raises(NotAllowed) as disabled:
        actor_of(desk.work, "chen")
    assert "已停用" in disabled.value.text


def test_a_deputy_has_the_rights_of_who_is_away_in_that_department_on_those_days(desk: Desk) -> None:
    appoint_deputy(desk.uow, "sun", "wang", since=FROM, until=TO, by="gao")
    case = desk.does("li", "受理", desk.open(department=MARKET))
    assert cases.allowed(desk.work, case, desk.who("wang")) == ()
    desk.clock.advance(days=3)
    assert "同意" in cases.allowed(desk.work, case, desk.who("wang"))
    # the department's clerk work was not handed over
    other = desk.open(department=MARKET)
    assert "受理" not in cases.allowed(desk.work, other, desk.who("wang"))
    assert cases.todo(desk.work, desk.who("wang")) == [case]
    desk.clock.advance(days=5)
    assert cases.allowed(desk.work, case, desk.who("wang")) == ()


def test_a_deputy_does_not_lend_four_eyes(desk: Desk) -> None:
    desk.clock.advance(days=3)
    appoint_deputy(desk.uow, "sun", "li", since=FROM, until=TO, by="gao")
    case = desk.does("li", "受理", desk.open(department=MARKET))
    with pytest.raises(NotAllowed, match="另一位"):
        desk.does("li", "同意", case)


def test_rights_of_who_was_disabled_are_not_inherited(desk: Desk) -> None:
    desk.clock.advance(days=3)
    appoint_deputy(desk.uow, "sun", "wang", since=FROM, until=TO, by="gao")
    desk.uow.staff.save(Staff("sun", "孙浩", ("审批",), "市场监管局", enabled=False))
    assert actor_of(desk.work, "wang").doers_in(MARKET) == frozenset()


def test_a_deputy_is_asked_instead_of_who_is_away(desk: Desk) -> None:
    assert [m.userid for m in staff_with(desk.work, "审批", CREDIT)] == ["wang", "zhao"]
    assert [m.userid for m in staff_with(desk.work, "审批", None)] == ["sun", "wang", "zhao"]
    desk.clock.advance(days=3)
    appoint_deputy(desk.uow, "wang", "zhao", since=FROM, until=TO, by="gao")
    assert [m.userid for m in staff_with(desk.work, "审批", "信用办")] == ["zhao"]
    assert end_deputy(desk.uow, "wang", on=desk.work.today, by="gao") == 1
    assert [m.userid for m in staff_with(desk.work, "审批", "信用办")] == ["wang", "zhao"]


def test_a_new_deputy_replaces_the_one_before_and_is_audited(desk: Desk) -> None:
    desk.clock.advance(days=3)
    appoint_deputy(desk.uow, "sun", "wang", since=FROM, until=TO, by="gao")
    appoint_deputy(desk.uow, "sun", "zhao", since=FROM, until=TO, by="gao")
    assert desk.uow.staff.deputies(FROM) == [("sun", "zhao")]
    assert [row.ref for row in desk.audit_rows() if row.action == "staff.deputy"] == ["sun", "sun"]


def test_deputies_that_make_no_sense_are_refused(desk: Desk) -> None:
    with pytest.raises(NotFound, match="nobody"):
        appoint_deputy(desk.uow, "sun", "nobody", since=FROM, until=TO, by="gao")
    with pytest.raises(Refused, match="本人代理本人"):
        appoint_deputy(desk.uow, "sun", "sun", since=FROM, until=TO, by="gao")
    with pytest.raises(Refused, match="早于开始"):
        appoint_deputy(desk.uow, "sun", "wang", since=TO, until=FROM, by="gao")
    desk.uow.staff.save(Staff("wang", "王伟", ("审批",), "信用办", enabled=False))
    with pytest.raises(Refused, match="已停用"):
        appoint_deputy(desk.uow, "sun", "wang", since=FROM, until=TO, by="gao")


def record(authority: str) -> Record:
    return Record(1, 1, RecordKind.PENALTY, "处罚", date(2026, 1, 1), authority=authority)


@pytest.mark.clause("S0-39")
@pytest.mark.clause("S0-42")
@pytest.mark.clause("C-17")
def test_every_door_leads_to_a_department_that_sees_the_case(desk: Desk) -> None:
    trader = Subject(1, SubjectKind.LEGAL_PERSON, "甲", industry="食品药品")
    assert departments(desk.work) == (CREDIT, MARKET)
    assert owner_of(desk.work, "evaluator", record=record("市场监管局")) == MARKET
    assert owner_of(desk.work, "authority", record=record("工商局")) == MARKET
    assert owner_of(desk.work, "regulator", subject=trader) == MARKET
    assert owner_of(desk.work, "credit_office", record=record("工商局")) == CREDIT
    assert owner_of(desk.work, "outside", record=record("工商局")) == CREDIT
    # nobody of the water office is here: the credit office takes it and passes it on
    assert owner_of(desk.work, "evaluator", record=record("示例县水利局")) == CREDIT
    assert owner_of(desk.work, "regulator", subject=Subject(1, SubjectKind.LEGAL_PERSON, "乙")) == CREDIT
    assert owner_of(desk.work, "evaluator") == CREDIT
