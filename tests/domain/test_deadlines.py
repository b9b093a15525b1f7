"""Which limits run for a case, which of them sets the date, and where dated deadlines go."""

from __future__ import annotations

from datetime import date

import pytest

from domain.model.case import CaseKind, Clock
from domain.rules.deadlines import DatedDeadline, after_inquiry, clocks_for, dated
from domain.rules.rulebook import Rulebook
from storage.calendar import library_calendar
from tests.domain.shipped import BOOKS, IDS
from tests.domain.units import TODAY, variant

CALENDAR = library_calendar()
OWN = "省条例时限（无须向提供单位核实）"
PLAN = "县方案时限"
ASKING = "省条例时限（须向提供单位核实）"


def objection(book: Rulebook, **more: object) -> dict[str, Clock]:
    clocks = clocks_for(CaseKind.OBJECTION, book, CALENDAR, TODAY, **more)  # type: ignore[arg-type]
    return {clock.name: clock for clock in clocks}


def binding(clocks: dict[str, Clock]) -> dict[str, date]:
    return {name: clock.due_on for name, clock in clocks.items() if clock.binds}


@pytest.mark.clause("S0-40")
@pytest.mark.clause("C-08")
def test_in_xixia_the_plan_of_the_county_runs_beside_the_ordinance_of_the_province() -> None:
    clocks = objection(BOOKS["xixia"])
    assert binding(clocks) == {OWN: date(2026, 11, 25), PLAN: date(2026, 11, 27)}
    assert clocks[ASKING].due_on == date(2026, 12, 1)
    assert clocks[OWN].basis == "河南省社会信用条例第四十一条"
    assert clocks[PLAN].basis == "《西峡县信用分级分类监管工作方案》五（二）"
    assert all(clock.verified and not clock.provisional for clock in clocks.values())


@pytest.mark.clause("C-08")
def test_once_the_provider_is_asked_the_longer_limit_of_the_ordinance_binds() -> None:
    assert binding(objection(BOOKS["xixia"], provider=True)) == {
        PLAN: date(2026, 11, 27),
        ASKING: date(2026, 12, 1),
    }
    running = tuple(objection(BOOKS["xixia"]).values())
    asked = after_inquiry(CaseKind.OBJECTION, BOOKS["xixia"], CALENDAR, running, date(2026, 11, 23))
    assert binding({clock.name: clock for clock in asked}) == {
        PLAN: date(2026, 11, 27),
        ASKING: date(2026, 12, 1),
    }
    provider = asked[-1]
    assert (provider.name, provider.due_on, provider.binds) == (
        "提供单位答复时限",
        date(2026, 11, 26),
        False,
    )
    again = after_inquiry(CaseKind.OBJECTION, BOOKS["xixia"], CALENDAR, asked, date(2026, 11, 24))
    assert again == asked


@pytest.mark.clause("S4-34")
@pytest.mark.clause("C-07")
def test_in_hegang_the_clock_starts_when_staff_write_down_the_formal_receipt() -> None:
    assert objection(BOOKS["hegang"]) == {}
    clocks = objection(BOOKS["hegang"], event="acceptance")
    assert binding(clocks) == {"市方案时限": date(2026, 12, 1)}
    assert "鹤信用发〔2022〕2号" in clocks["市方案时限"].basis


@pytest.mark.clause("S3-47")
@pytest.mark.clause("S1-20")
@pytest.mark.parametrize("book", ["wuzhong", "pinglu", "huairen"])
def test_where_no_limit_is_stated_a_setting_of_the_office_counts_as_reference(book: str) -> None:
    (clock,) = objection(BOOKS[book]).values()
    assert (clock.working_days, clock.verified, clock.binds) == (7, False, True)
    assert clock.basis == "信用办设定"


def test_where_the_office_receives_the_application_receipt_is_the_day_of_filing() -> None:
    book = variant("pinglu", ('clock_start = "submission"', 'clock_start = "receipt"'))
    assert len(objection(book)) == 1
    assert objection(book, event="acceptance") == {}


def test_a_clock_that_starts_with_acceptance_waits_for_it() -> None:
    book = variant("pinglu", ('clock_start = "submission"', 'clock_start = "acceptance"'))
    assert objection(book) == {}
    assert len(objection(book, event="acceptance")) == 1


def test_an_unverified_limit_sets_no_date_beside_a_verified_one() -> None:
    book = variant(
        "xixia",
        (
            'article = "五（二）"\nnote = "C-07：方案未写从哪天起算',
            'verified = false\nnote = "C-07：方案未写从哪天起算',
        ),
    )
    clocks = objection(book)
    assert binding(clocks) == {OWN: date(2026, 11, 25)}
    assert not clocks[PLAN].verified


@pytest.mark.clause("S0-43")
def test_a_repair_that_is_decided_here_is_accepted_in_three_days_and_decided_in_ten() -> None:
    clocks = clocks_for(CaseKind.REPAIR, BOOKS["xixia"], CALENDAR, TODAY)
    assert [(c.met_by, c.due_on, c.binds) for c in clocks] == [
        ("受理", date(2026, 11, 25), True),
        ("", date(2026, 12, 4), True),
    ]


@pytest.mark.parametrize("book", ["hegang", "huairen", "pinglu", "wuzhong"])
def test_acceptance_at_another_bodys_window_is_not_for_us_to_keep(book: str) -> None:
    clocks = clocks_for(CaseKind.REPAIR, BOOKS[book], CALENDAR, TODAY)
    assert [(c.working_days, c.binds) for c in clocks] == [(3, False), (10, True)]


def test_a_stop_order_has_a_limit_and_talk_with_a_person_has_none() -> None:
    (clock,) = clocks_for(CaseKind.STOP_ORDER, BOOKS["xixia"], CALENDAR, TODAY)
    assert (clock.due_on, clock.verified) == (date(2026, 11, 23), False)
    assert clocks_for(CaseKind.CONSULTATION, BOOKS["xixia"], CALENDAR, TODAY) == ()


@pytest.mark.parametrize("book", IDS)
def test_every_kind_that_is_decided_has_a_limit_that_binds(book: str) -> None:
    for kind in (CaseKind.OBJECTION, CaseKind.REVIEW, CaseKind.REPAIR, CaseKind.STOP_ORDER):
        clocks = [
            clock
            for event in ("submission", "acceptance")
            for clock in clocks_for(kind, BOOKS[book], CALENDAR, TODAY, event=event)  # type: ignore[arg-type]
        ]
        assert any(clock.binds and not clock.met_by for clock in clocks), kind


def test_no_limit_of_an_internal_document_names_it() -> None:
    document = BOOKS["huairen"].document
    for kind in (CaseKind.OBJECTION, CaseKind.REVIEW, CaseKind.REPAIR):
        for clock in clocks_for(kind, BOOKS["huairen"], CALENDAR, TODAY):
            assert document.title not in clock.basis
            assert document.number not in clock.basis


@pytest.mark.clause("C-06")
def test_a_date_on_a_sunday_is_pressed_on_friday_and_kept_through_sunday() -> None:
    sunday = date(2026, 12, 20)
    assert dated(sunday, CALENDAR) == DatedDeadline(date(2026, 12, 18), sunday, provisional=False)
    assert dated(sunday, CALENDAR, "previous_wd") == DatedDeadline(
        date(2026, 12, 18), date(2026, 12, 18), provisional=False
    )
    assert dated(sunday, CALENDAR, "next_wd") == DatedDeadline(
        date(2026, 12, 21), date(2026, 12, 21), provisional=False
    )


@pytest.mark.clause("C-06")
def test_a_date_on_a_working_day_stays_and_one_in_an_unknown_year_is_provisional() -> None:
    tuesday = date(2026, 12, 15)
    assert dated(tuesday, CALENDAR, "next_wd") == DatedDeadline(tuesday, tuesday, provisional=False)
    assert dated(date(2027, 1, 1), CALENDAR, "next_wd") == DatedDeadline(
        date(2027, 1, 4), date(2027, 1, 4), provisional=True
    )
