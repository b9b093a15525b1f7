"""Working days: the vectors of law, and what holds for every calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.workdays import Counted, WorkCalendar
from storage.calendar import YEARS, library_calendar

CALENDAR = library_calendar(YEARS)
DAY = timedelta(days=1)

days = st.dates(date(2024, 1, 1), date(2029, 12, 31))
terms = st.integers(0, 60)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Any calendar that works now and then: arbitrary days off, make-up days, overrides, announced years."""
    some_days = st.frozensets(days, max_size=12)
    return WorkCalendar(
        holidays=draw(some_days),
        makeup_days=draw(some_days),
        announced_years=draw(st.frozensets(st.integers(2024, 2030))),
        overrides=draw(st.dictionaries(days, st.booleans(), max_size=12)),
    )


@pytest.mark.parametrize(
    "start, term, due",
    [
        # 09-20 is a Sunday that is worked, 09-25 is off
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-30", 5, "2026-10-13"),
        ("2026-09-30", 7, "2026-10-15"),
        # 02-14 is worked, then nine days are off, 02-28 is worked
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-13", 7, "2026-03-02"),
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-04-30", 7, "2026-05-13"),
        ("2026-11-20", 5, "2026-11-27"),
        ("2026-11-20", 7, "2026-12-01"),
        ("2026-11-20", 10, "2026-12-04"),
    ],
)
def test_the_start_day_is_not_counted_and_make_up_days_are(start: str, term: int, due: str) -> None:
    counted = CALENDAR.add(date.fromisoformat(start), term)
    assert counted == Counted(date.fromisoformat(due), provisional=False)


@pytest.mark.parametrize(
    "day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
)
def test_make_up_days_are_weekend_days_that_are_worked(day: str) -> None:
    made_up = date.fromisoformat(day)
    assert made_up.weekday() >= 5
    assert CALENDAR.is_workday(made_up)


def test_new_year_is_off_even_in_a_year_that_is_not_announced() -> None:
    assert 2027 not in CALENDAR.announced_years
    assert not CALENDAR.is_workday(date(2027, 1, 1))
    assert CALENDAR.add(date(2026, 12, 25), 7) == Counted(date(2027, 1, 6), provisional=True)


def test_only_statutory_days_are_off_in_a_year_that_is_not_announced() -> None:
    off = [n for n in range(365) if date(2027, 1, 1) + n * DAY in CALENDAR.holidays]
    assert len(off) == 13


def test_the_last_days_of_december_wait_for_the_next_year() -> None:
    assert not CALENDAR.add(date(2026, 12, 18), 5).provisional
    assert CALENDAR.add(date(2026, 12, 25), 2).provisional
    assert not CALENDAR.add(date(2025, 12, 25), 4).provisional


def test_a_day_set_by_the_operator_goes_before_everything() -> None:
    flooded = date(2026, 11, 23)
    calendar = WorkCalendar(announced_years=frozenset({2026}), overrides={flooded: False})
    assert calendar.add(date(2026, 11, 20), 1).day == date(2026, 11, 24)
    worked = WorkCalendar(
        holidays=frozenset({flooded}), announced_years=frozenset({2026}), overrides={flooded: True}
    )
    assert worked.add(date(2026, 11, 20), 1) == Counted(flooded, provisional=False)


def test_a_term_that_ends_on_a_day_off_ends_on_the_next_working_day() -> None:
    assert CALENDAR.on_or_after(date(2026, 10, 1)).day == date(2026, 10, 8)
    assert CALENDAR.on_or_after(date(2026, 10, 10)).day == date(2026, 10, 10)
    assert CALENDAR.on_or_before(date(2026, 12, 20)).day == date(2026, 12, 18)


def test_a_negative_term_is_an_error() -> None:
    with pytest.raises(ValueError, match="-1 working days"):
        CALENDAR.add(date(2026, 11, 20), -1)


@given(calendars(), days, terms)
def test_adding_and_counting_agree(calendar: WorkCalendar, start: date, term: int) -> None:
    end = calendar.add(start, term).day
    assert calendar.between(start, end) == term
    assert calendar.between(end, start) == -term
    assert term == 0 or calendar.is_workday(end)


@given(calendars(), days, terms, terms)
def test_a_longer_term_never_ends_earlier(calendar: WorkCalendar, start: date, one: int, other: int) -> None:
    short, long = sorted((one, other))
    assert start <= calendar.add(start, short).day <= calendar.add(start, long).day


@given(calendars(), days, days, terms)
def test_who_starts_later_never_ends_earlier(
    calendar: WorkCalendar, one: date, other: date, term: int
) -> None:
    early, late = sorted((one, other))
    assert calendar.add(early, term).day <= calendar.add(late, term).day


@given(calendars(), days, days)
def test_a_count_forward_is_never_negative(calendar: WorkCalendar, one: date, other: date) -> None:
    early, late = sorted((one, other))
    assert 0 <= calendar.between(early, late) <= (late - early).days


@given(calendars(), days, terms)
def test_once_all_years_are_announced_nothing_is_provisional(
    calendar: WorkCalendar, start: date, term: int
) -> None:
    known = WorkCalendar(
        calendar.holidays, calendar.makeup_days, frozenset(range(2020, 2040)), calendar.overrides
    )
    assert known.add(start, term) == Counted(calendar.add(start, term).day, provisional=False)
