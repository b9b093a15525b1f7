"""Which limits run for a case, and how dated deadlines are kept. Pure.

Limits are law of a place: they stand in the rulebook and become clocks here. How a running clock is
paused, met and counted anew is in ``case_clocks.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from domain.model.case import CaseKind, Clock
from domain.rules.rulebook import Rulebook
from domain.rules.rulebook_cases import Limit, Procedure, Start, Step
from domain.rules.workdays import Shift, WorkCalendar

#: what has happened to the case on the day its clocks start
Event = Literal["submission", "acceptance", "request"]

#: the action of the staff that meets a limit; "" where only the decision does
_MET_BY: dict[Step, str] = {"accept": "受理", "decide": "", "provide": "反馈"}
_PROCEDURES: dict[CaseKind, Callable[[Rulebook], Procedure]] = {
    CaseKind.OBJECTION: lambda rulebook: rulebook.objection,
    CaseKind.REVIEW: lambda rulebook: rulebook.review,
    CaseKind.REPAIR: lambda rulebook: rulebook.repair,
    CaseKind.STOP_ORDER: lambda rulebook: rulebook.stop_order,
}


def clocks_for(
    kind: CaseKind,
    rulebook: Rulebook,
    calendar: WorkCalendar,
    started_on: date,
    *,
    event: Event = "submission",
    provider: bool = False,
) -> tuple[Clock, ...]:
    """All limits that start to run with an event of a case, side by side, each with its source (C-08).

    ``started_on`` is the day of the event and is not counted. What starts with ``submission`` (the firm
    filed) is all where the office itself receives the complete application; where the limit runs from
    formal receipt at another body's window (S4-34), it starts with ``acceptance``, when staff write the
    receipt down. Where another body decides, ``submission`` is the day on which the firm filed there. ``request``: the provider of the information was asked. ``provider``: somebody else must
    be asked, so that the longer of two limits of the ordinance binds. Kinds without limits give ().
    """
    procedure_of = _PROCEDURES.get(kind)
    if procedure_of is None:
        return ()
    procedure = procedure_of(rulebook)
    starts = _starts_with(event, outside=_received_outside(kind, rulebook))
    applies = _applying(kind, rulebook, provider=provider)
    return tuple(
        _clock(limit, rulebook, calendar, started_on, binds=_binds(limit, applies))
        for limit in procedure.limits
        if (limit.starts or procedure.clock_start) in starts
    )


def after_inquiry(
    kind: CaseKind, rulebook: Rulebook, calendar: WorkCalendar, running: Sequence[Clock], today: date
) -> tuple[Clock, ...]:
    """The limits once the provider of the information was asked: the longer one binds from the same start,
    and the provider's own limit runs beside it (C-08). For the step 核查; asking again changes nothing."""
    limits = {limit.name: limit for limit in _PROCEDURES[kind](rulebook).limits}
    applies = _applying(kind, rulebook, provider=True)
    kept = [replace(c, binds=_binds(limits[c.name], applies)) if c.name in limits else c for c in running]
    asked = clocks_for(kind, rulebook, calendar, today, event="request")
    return (*kept, *(clock for clock in asked if clock.name not in {c.name for c in running}))


def _received_outside(kind: CaseKind, rulebook: Rulebook) -> bool:
    if kind is CaseKind.OBJECTION:
        return rulebook.objection.decided_outside
    return kind is CaseKind.REPAIR and not rulebook.repair.decided_here


def _starts_with(event: Event, *, outside: bool) -> frozenset[Start]:
    """What a limit may say it starts with, for it to start with this event (C-07)."""
    if event == "request":
        return frozenset({"request"})
    if event == "submission":
        return frozenset({"submission"} if outside else {"submission", "receipt"})
    return frozenset({"acceptance", "receipt"} if outside else {"acceptance"})


def _clock(
    limit: Limit, rulebook: Rulebook, calendar: WorkCalendar, started_on: date, *, binds: bool
) -> Clock:
    counted = calendar.add(started_on, limit.working_days)
    return Clock(
        name=limit.name,
        starts_on=started_on,
        working_days=limit.working_days,
        due_on=counted.day,
        basis=rulebook.public_source(limit),
        provisional=counted.provisional,
        verified=limit.verified,
        binds=binds,
        met_by=_MET_BY[limit.step],
    )


def _applying(kind: CaseKind, rulebook: Rulebook, *, provider: bool) -> tuple[Limit, ...]:
    """The limits that this office can keep as things stand: acceptance at another body's window is not ours,
    nor is the answer of the provider."""
    kept: set[Step] = {"decide"} if _received_outside(kind, rulebook) else {"accept", "decide"}
    return tuple(
        limit
        for limit in _PROCEDURES[kind](rulebook).limits
        if limit.step in kept and (limit.asks == "always" or (limit.asks == "provider") is provider)
    )


def _binds(limit: Limit, applies: Sequence[Limit]) -> bool:
    """Whether the limit can set the due date; an unverified one cannot where a verified one does."""
    gives_way = not limit.verified and any(other.verified and other.step == limit.step for other in applies)
    return limit in applies and not gives_way


@dataclass(frozen=True, slots=True)
class DatedDeadline:
    """A deadline set by a date: from when it is pressed, and the last day on which it is kept."""

    remind_by: date
    accept_through: date
    provisional: bool


def dated(day: date, calendar: WorkCalendar, shift: Shift = "none") -> DatedDeadline:
    """A deadline on a date (C-06).

    ``none``, the default: people are reminded by the working day before, and what comes through the date
    itself is in time. ``next_wd``: the term ends on the next working day (民法典 203). ``previous_wd``:
    the working day before is the last.
    """
    before = calendar.on_or_before(day)
    if shift == "next_wd":
        after = calendar.on_or_after(day)
        return DatedDeadline(after.day, after.day, after.provisional)
    last = before.day if shift == "previous_wd" else day
    return DatedDeadline(before.day, last, before.provisional)
