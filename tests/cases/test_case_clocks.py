"""Limits, pauses and due dates, as pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.case import Case, CaseKind, Clock, Pause
from domain.rules import case_clocks
from tests.cases.conftest import CALENDAR

FRIDAY = date(2026, 11, 20)


def limit(days: int = 5, starts: date = FRIDAY, **more: object) -> Clock:
    return Clock("办结", starts, days, CALENDAR.add(starts, days).day, "S0-40", **more)  # type: ignore[arg-type]


def case(*clocks: Clock, pauses: tuple[Pause, ...] = ()) -> Case:
    opened = datetime(2026, 11, 20, 4, tzinfo=UTC)
    made = Case(1, "YY20260001", CaseKind.OBJECTION, "办理中", 1, None, None, "甲", "", opened, None, False)
    return case_clocks.settled(replace(made, clocks=clocks, pauses=pauses), CALENDAR)


@pytest.mark.clause("C-08")
def test_of_several_limits_the_earliest_that_binds_is_the_due_date() -> None:
    local, ordinance, beside = limit(5), limit(3), limit(1, binds=False)
    assert case(local, ordinance, beside).due_on == ordinance.due_on
    assert case(local, replace(ordinance, met_on=FRIDAY)).due_on == local.due_on
    assert case(beside).due_on is None
    assert case().due_on is None


@pytest.mark.clause("C-07")
@pytest.mark.parametrize(
    "since, until, due",
    [
        # nobody waits: asked for and given on the same day
        (date(2026, 11, 24), date(2026, 11, 24), date(2026, 11, 27)),
        # Tuesday to Thursday: two of five days used, counting goes on after Thursday
        (date(2026, 11, 24), date(2026, 11, 26), date(2026, 12, 1)),
        # over a weekend: Saturday and Sunday are no loss and no gain
        (date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)),
        # asked on the last day: that day is given again
        (date(2026, 11, 27), date(2026, 12, 3), date(2026, 12, 4)),
        # asked too late: nothing is given back
        (date(2026, 11, 28), date(2026, 12, 3), date(2026, 11, 27)),
        (date(2026, 11, 30), date(2026, 12, 3), date(2026, 11, 27)),
        # asked on the day of filing
        (FRIDAY, date(2026, 11, 25), date(2026, 12, 2)),
    ],
)
def test_a_pause_gives_back_the_working_days_it_took(since: date, until: date, due: date) -> None:
    assert case(limit(), pauses=(Pause("补正", since, until),)).due_on == due


def test_two_pauses_add_up() -> None:
    first = Pause("补正", date(2026, 11, 23), date(2026, 11, 24))
    second = Pause("补正", date(2026, 11, 26), date(2026, 11, 30))
    assert case(limit(), pauses=(first, second)).due_on == date(2026, 12, 2)


def test_while_a_pause_lasts_nothing_is_due_and_what_is_left_stands_still() -> None:
    stopped = case(limit(), pauses=(Pause("补正", date(2026, 11, 24)),))
    assert stopped.due_on is None
    for today in (date(2026, 11, 24), date(2026, 12, 31)):
        assert case_clocks.days_left(stopped.clocks[0], stopped, CALENDAR, today) == 3


def test_a_limit_that_had_passed_stays_passed_in_a_pause() -> None:
    late = case(limit(), pauses=(Pause("补正", date(2026, 12, 1)),))
    assert late.due_on == date(2026, 11, 27)
    assert case_clocks.days_left(late.clocks[0], late, CALENDAR, date(2026, 12, 2)) == -3


def test_a_limit_that_was_met_says_how_much_was_left() -> None:
    done = replace(limit(), met_on=date(2026, 11, 25))
    assert case_clocks.days_left(done, case(done), CALENDAR, date(2026, 12, 31)) == 2


def test_a_limit_into_an_unannounced_year_is_provisional() -> None:
    over = case(limit(5, date(2026, 12, 28)))
    assert over.provisional
    assert not case(limit()).provisional


pauses = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=4)


@given(days=st.integers(1, 20), gaps=pauses, starts=st.dates(date(2026, 1, 5), date(2026, 11, 1)))
def test_a_pause_never_takes_time_away_and_never_gives_more_than_it_took(
    days: int, gaps: list[tuple[int, int]], starts: date
) -> None:
    made, day = [], starts
    for wait, length in gaps:
        since = day + timedelta(days=wait)
        day = since + timedelta(days=length)
        made.append(Pause("补正", since, day))
    plain = CALENDAR.add(starts, days).day
    due = case_clocks.counted(limit(days, starts), made, CALENDAR).day
    taken = sum((p.until - p.since).days for p in made if p.until)
    assert plain <= due <= CALENDAR.add(plain, taken + len(made)).day
    assert CALENDAR.is_workday(due)
