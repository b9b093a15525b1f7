"""Both sides see the same countdown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.model.case import Case
from domain.services import cases
from domain.services.case_view import countdown, view
from tests.cases.conftest import Desk

pytestmark = pytest.mark.usefixtures("engine_alone")


def both(desk: Desk, case: Case) -> str:
    """The countdown, after a look whether both sides are told the same."""
    firm, staff = view(desk.work, case, True), view(desk.work, case, False)
    same = ("due_on", "days_left", "countdown", "pauses", "provisional", "reference", "beside", "state")
    assert [getattr(firm, name) for name in same] == [getattr(staff, name) for name in same]
    assert firm.countdown == countdown(desk.work, case)
    return firm.countdown


@pytest.mark.clause("S0-40")
def test_both_sides_read_the_same_countdown_every_day(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open())
    assert both(desk, case) == "还有5个工作日，11月27日到期"
    desk.clock.advance(days=6)
    assert both(desk, case) == "还有1个工作日，11月27日到期"
    desk.clock.advance(days=1)
    assert both(desk, case) == "今天（11月27日）到期"
    desk.clock.advance(days=1)
    assert both(desk, case) == "已于11月27日到期"
    desk.clock.advance(days=2)
    assert both(desk, case) == "已于11月27日到期，超期1个工作日"
    case = desk.does("wang", "同意", case)
    assert both(desk, case) == "已于11月30日办结"


@pytest.mark.clause("C-07")
def test_a_pause_is_read_with_its_reason(desk: Desk) -> None:
    case = desk.does("chen", "补正", desk.open(), "请补充营业执照")
    desk.clock.advance(days=10)
    assert both(desk, case) == "计时已暂停（补正：请补充营业执照；自11月20日起），恢复后还有5个工作日"
    assert view(desk.work, case, True).paused_for == "补正：请补充营业执照"


@pytest.mark.clause("C-08")
def test_other_limits_stand_beside_with_their_source(desk: Desk) -> None:
    ordinance = replace(desk.limit(3, name="省条例时限"), basis="《河南省社会信用条例》第四十一条")
    province = replace(desk.limit(7, name="参考时限", binds=False), basis="", verified=False)
    case = desk.open(clocks=(desk.limit(5, name="县定时限"), ordinance, province))
    assert both(desk, case) == "还有3个工作日，11月25日到期"
    assert view(desk.work, case, True).beside == (
        "县定时限：5个工作日，11月27日到期（依据：S0-40）",
        "参考时限：7个工作日，12月1日到期（参考）",
    )


def test_an_unverified_limit_is_called_a_reference_and_says_who_decides(desk: Desk) -> None:
    case = desk.open(clocks=(replace(desk.limit(7), verified=False),))
    assert both(desk, case) == "还有7个工作日，12月1日到期（参考，以示例县信用办确认为准）"


def test_a_date_in_an_unannounced_year_is_called_provisional(desk: Desk) -> None:
    desk.clock.set(datetime(2026, 12, 30, 4, tzinfo=UTC))
    case = desk.open()
    assert both(desk, case).endswith("到期（暂定，放假安排公布后可能调整）")


def test_a_limit_that_was_met_is_shown_with_its_day(desk: Desk) -> None:
    limits = (desk.limit(3, met_by="受理", name="受理时限"), desk.limit(10))
    case = desk.open(clocks=limits)
    desk.clock.advance(days=10)
    case = desk.does("chen", "受理", case)
    assert view(desk.work, case, True).beside == ("受理时限：已于11月30日完成，已超期（依据：S0-40）",)


def test_a_day_that_somebody_named_is_no_count_and_no_calendar_moves_it(desk: Desk) -> None:
    named = replace(desk.limit(0, name="承诺完成日"), due_on=date(2026, 12, 5), dated=True, basis="")
    case = desk.open(clocks=(desk.limit(5), named))
    assert view(desk.work, case, True).beside == ("承诺完成日：12月5日到期",)
    assert cases.amend(desk.work, case, clocks=(named,)).due_on == date(2026, 12, 5)


def test_a_case_without_a_limit_says_so(desk: Desk) -> None:
    case = desk.open(clocks=())
    assert both(desk, case) == "没有规定期限"
    assert view(desk.work, case, True).days_left is None


def test_firms_read_no_names_of_staff_and_no_words_meant_for_the_office(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open())
    case = desk.does("chen", "报批", case, "拟不成立")
    case = desk.does("wang", "驳回", case, "记录属实")
    firm, staff = view(desk.work, case, True), view(desk.work, case, False)
    assert [(s.who, s.action, s.text) for s in firm.steps] == [
        ("示例甲公司经办人", "提交", "请核实"),
        ("工作人员", "受理", ""),
        ("工作人员", "报批", ""),
        ("工作人员", "驳回", "记录属实"),
    ]
    assert [s.text for s in staff.steps][2] == "拟不成立"
    assert (firm.handler, staff.handler) == ("", "陈晨")
    assert (staff.subject_name, staff.opened_on, staff.closed_on) == (
        "示例甲公司",
        date(2026, 11, 20),
        date(2026, 11, 20),
    )


@pytest.mark.clause("C-08")
def test_deadlines_are_counted_anew_when_the_calendar_changes(desk: Desk) -> None:
    desk.clock.set(datetime(2026, 12, 29, 4, tzinfo=UTC))
    moved, closed = desk.open(), desk.open()
    desk.does("firm", "撤回", closed)
    desk.open(clocks=())
    assert moved.due_on == date(2027, 1, 5)
    holidays = desk.calendar.holidays | {date(2027, 1, 1)}
    announced = desk.calendar.announced_years | {2027}
    desk.calendar = replace(desk.calendar, holidays=holidays, announced_years=announced)
    first = cases.recompute_deadlines(desk.work, limit=2)
    assert [(c.number, c.due_on, c.provisional, c.version) for c in first.moved] == [
        (moved.number, date(2027, 1, 6), False, 1)
    ]
    assert first.after is not None
    assert cases.recompute_deadlines(desk.work, first.after, 2) == cases.Recomputed(None, ())
    assert cases.recompute_deadlines(desk.work).moved == ()
    [row] = [row for row in desk.audit_rows() if row.action == "case.recounted"]
    assert row.detail == {"before": "2027-01-05", "due_on": "2027-01-06"}


def test_an_effect_may_set_the_limits_anew(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open(clocks=()))
    case = cases.amend(desk.work, case, clocks=(desk.limit(7),), facts={"provider": "市场监管局"})
    assert (case.due_on, case.version) == (date(2026, 12, 1), 2)
    assert case.facts == {"what": "等级", "provider": "市场监管局"}
    assert cases.find(desk.work, case.number) == case
