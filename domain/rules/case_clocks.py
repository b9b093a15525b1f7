"""The limits of a case: what is left, when it is due, what a pause does. Pure.

A pause takes out the working days after the day it began up to and including
the day it ended (民法典 201: the day a term starts again is not counted). On
the last day of a limit the day is not over yet: it is given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from domain.model.case import Case, Clock, Pause
from domain.rules.workdays import Counted, WorkCalendar


def counted(clock: Clock, pauses: Sequence[Pause], calendar: WorkCalendar) -> Counted:
    """When a limit ends, the pauses that are over taken out; an open pause is not foreseen."""
    day, left = clock.starts_on, clock.working_days
    for pause in pauses:
        if pause.until is None or pause.until <= max(pause.since, day):
            continue
        used = calendar.between(day, max(pause.since, day))
        if used > left or (used == left and not calendar.is_workday(pause.since)):
            break
        day, left = pause.until, max(left - used, 1)
    return calendar.add(day, left)


def recounted(clocks: Iterable[Clock], pauses: Sequence[Pause], calendar: WorkCalendar) -> tuple[Clock, ...]:
    """The limits with their ends counted anew; one that was met, or is a day named, keeps its end."""
    return tuple(
        clock if clock.met_on or clock.dated else _recounted(clock, pauses, calendar) for clock in clocks
    )


def _recounted(clock: Clock, pauses: Sequence[Pause], calendar: WorkCalendar) -> Clock:
    end = counted(clock, pauses, calendar)
    return replace(clock, due_on=end.day, provisional=end.provisional)


def met(clocks: Iterable[Clock], action: str | None, on: date) -> tuple[Clock, ...]:
    """The limits after a step: those it meets are marked with the day; None, the end of the case, meets all."""
    return tuple(
        replace(clock, met_on=on) if clock.met_on is None and action in (None, clock.met_by) else clock
        for clock in clocks
    )


def due_clock(clocks: Iterable[Clock]) -> Clock | None:
    """The limit that sets the due date: of those that bind and are not met, the earliest (higher law first)."""
    running = [clock for clock in clocks if clock.binds and not clock.met_on]
    return min(running, key=lambda clock: clock.due_on, default=None)


def settled(case: Case, calendar: WorkCalendar) -> Case:
    """The case with its limits counted anew and its due date set.

    While a pause lasts there is no due date, except one that had passed before it began.
    A case that has ended keeps its due date, so that it shows whether it was kept.
    """
    if not case.open:
        return case
    clocks = recounted(case.clocks, case.pauses, calendar)
    first = due_clock(clocks)
    due_on = first.due_on if first else None
    if case.paused and due_on is not None and due_on >= case.pauses[-1].since:
        due_on = None
    return replace(case, clocks=clocks, due_on=due_on, provisional=bool(first and first.provisional))


def days_left(clock: Clock, case: Case, calendar: WorkCalendar, today: date) -> int:
    """Working days left of a limit, frozen while a pause lasts; negative: so many too late."""
    if clock.met_on is not None:
        return calendar.between(clock.met_on, clock.due_on)
    if case.paused and clock.due_on >= case.pauses[-1].since:
        return calendar.between(case.pauses[-1].since, clock.due_on)
    return calendar.between(today, clock.due_on)
