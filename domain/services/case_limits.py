"""Limits that start, or change, with a step of a case; those of the first day come with its opening."""

from __future__ import annotations

from domain.model.case import Actor, Case, Clock
from domain.rules.deadlines import after_inquiry, clocks_for
from domain.services import cases
from domain.services.work import Work


def accepted(work: Work, case: Case, actor: Actor, text: str) -> None:
    """受理: what counts from acceptance, or from formal receipt elsewhere, starts today (C-07, S4-34).

    A case that is passed on and accepted again keeps the limits it has.
    """
    known = {clock.name for clock in case.clocks}
    started = clocks_for(case.kind, work.rulebook, work.calendar, work.today, event="acceptance")
    _add(work, case, case.clocks, tuple(clock for clock in started if clock.name not in known))


def filed_outside(work: Work, case: Case, actor: Actor, text: str) -> None:
    """已提交: the other body's limits run from today; after more material was asked for, anew."""
    started = clocks_for(case.kind, work.rulebook, work.calendar, work.today)
    names = {clock.name for clock in started}
    _add(work, case, tuple(clock for clock in case.clocks if clock.name not in names), started)


def inquired(work: Work, case: Case, actor: Actor, text: str) -> None:
    """核查: the provider of the information is asked, so that the longer limit of the ordinance binds (C-08)."""
    clocks = after_inquiry(case.kind, work.rulebook, work.calendar, case.clocks, work.today)
    if clocks != case.clocks:
        cases.amend(work, case, clocks=clocks)


def _add(work: Work, case: Case, kept: tuple[Clock, ...], started: tuple[Clock, ...]) -> None:
    if started:
        cases.amend(work, case, clocks=(*kept, *started))
