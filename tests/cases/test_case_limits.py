"""Limits that start or change with a step of a case."""

from __future__ import annotations

from datetime import date

import pytest

from domain.model.case import Case, CaseKind
from domain.rules.deadlines import clocks_for
from storage.rulebook_files import load_rulebook
from tests.cases.conftest import Desk


def file(desk: Desk, kind: CaseKind, **more: object) -> Case:
    limits = clocks_for(kind, desk.rulebook, desk.calendar, desk.work.today)
    return desk.open(kind, clocks=limits, **more)


@pytest.fixture
def hegang(desk: Desk) -> Desk:
    desk.rulebook = load_rulebook("hegang")
    desk.calendar = desk.uow.calendar.load()
    return desk


@pytest.fixture
def xixia(desk: Desk) -> Desk:
    desk.calendar = desk.uow.calendar.load()
    return desk


@pytest.mark.clause("S4-34")
def test_the_seven_days_of_hegang_run_from_the_receipt_that_staff_write_down(hegang: Desk) -> None:
    case = file(hegang, CaseKind.OBJECTION)
    assert case.due_on is None
    hegang.clock.advance(days=3)
    accepted = hegang.does("chen", "受理", case)
    assert accepted.due_on == date(2026, 12, 2)


@pytest.mark.clause("S4-34")
def test_a_case_that_is_passed_on_keeps_its_limit(hegang: Desk) -> None:
    case = hegang.does("chen", "受理", file(hegang, CaseKind.OBJECTION))
    hegang.clock.advance(days=4)
    moved = hegang.does("chen", "转办", case, "市场监管局")
    assert hegang.does("li", "受理", moved).due_on == case.due_on == date(2026, 12, 1)


@pytest.mark.clause("C-08")
def test_an_inquiry_with_the_provider_lets_the_longer_limit_bind(xixia: Desk) -> None:
    case = file(xixia, CaseKind.OBJECTION)
    assert case.due_on == date(2026, 11, 25)
    taken = xixia.does("chen", "受理", case)
    assert taken.due_on == date(2026, 11, 25)
    asked = xixia.does("chen", "核查", taken, "请市场监管局核对处罚决定")
    # the plan of the county binds all the same
    assert asked.due_on == date(2026, 11, 27)
    assert [clock.name for clock in asked.clocks if not clock.binds] == [
        "省条例时限（无须向提供单位核实）",
        "提供单位答复时限",
    ]
    again = xixia.does("chen", "核查", asked, "再问一次")
    assert again.clocks == asked.clocks


def test_the_limits_of_another_bodys_window_run_from_the_filing_there(hegang: Desk) -> None:
    case = hegang.open(CaseKind.REPAIR, state="待提交", clocks=())
    hegang.clock.advance(days=3)
    filed = hegang.does("firm", "已提交", case, "查询码 123456")
    assert filed.due_on == date(2026, 12, 7)
    back = hegang.does("chen", "登记补正", filed, "缺少缴款凭证")
    hegang.clock.advance(days=2)
    anew = hegang.does("firm", "已提交", back, "查询码 123457")
    assert anew.due_on == date(2026, 12, 9)
    assert len(anew.clocks) == 2
