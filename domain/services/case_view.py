"""A case as both sides see it: the same facts, the same countdown (S0-40).

Staff see also who handles it and the words meant for the office only; firms
read no names of staff. The source of a limit is one that anybody may read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.clock import legal_date
from domain.model.case import Case, CaseEvent, CaseKind, Clock, Pause
from domain.rules.case_clocks import days_left, due_clock
from domain.rules.case_tables import TABLES
from domain.services.work import Work


@dataclass(frozen=True, slots=True)
class StepLine:
    """One line of the log as this side reads it."""

    at: datetime
    who: str
    action: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case for one side. ``days_left`` are working days: 0 on the last day, negative when too late."""

    number: str
    kind: CaseKind
    state: str
    subject_name: str
    department: str
    #: who handles it; "" for firms and while nobody does
    handler: str
    opened_on: date
    #: None while a pause lasts and where no limit is set
    due_on: date | None
    days_left: int | None
    #: 暂定: the calendar of a year on the way is not announced yet
    provisional: bool
    #: 参考: the limit rests on a value that the office has not confirmed
    reference: bool
    #: why the clock stands still; "" while it runs
    paused_for: str
    pauses: tuple[Pause, ...]
    #: one sentence, the same for both sides
    countdown: str
    #: other limits with their source, one sentence each
    beside: tuple[str, ...]
    outcome: str
    closed_on: date | None
    steps: tuple[StepLine, ...]


def view(work: Work, case: Case, for_firm: bool) -> CaseView:
    """The case as one side sees it; both see the same dates, pauses and countdown."""
    first = due_clock(case.clocks)
    return CaseView(
        number=case.number,
        kind=case.kind,
        state=case.state,
        subject_name=_subject_name(work, case),
        department=case.department,
        handler="" if for_firm else handler_name(work, case),
        opened_on=legal_date(case.opened_at),
        due_on=case.due_on,
        days_left=None if first is None else days_left(first, case, work.calendar, work.today),
        provisional=case.provisional,
        reference=first is not None and not first.verified,
        paused_for=case.pauses[-1].reason if case.paused else "",
        pauses=case.pauses,
        countdown=countdown(work, case),
        beside=tuple(_beside(clock) for clock in case.clocks if clock is not first),
        outcome=case.outcome,
        closed_on=legal_date(case.closed_at) if case.closed_at else None,
        steps=tuple(_line(case, event, for_firm) for event in work.uow.cases.events(case.id)),
    )


def countdown(work: Work, case: Case) -> str:
    """How much time is left, in one sentence without its full stop, the same for both sides."""
    if case.closed_at is not None:
        return f"已于{_day(legal_date(case.closed_at))}办结"
    first = due_clock(case.clocks)
    if first is None:
        return "没有规定期限"
    left = days_left(first, case, work.calendar, work.today)
    if case.paused and case.due_on is None:
        pause = case.pauses[-1]
        return f"计时已暂停（{pause.reason}；自{_day(pause.since)}起），恢复后还有{left}个工作日"
    return _running(first, left, work.today) + _caveats(work, case, first)


def _running(clock: Clock, left: int, today: date) -> str:
    if today == clock.due_on:
        return f"今天（{_day(clock.due_on)}）到期"
    if today < clock.due_on:
        return f"还有{left}个工作日，{_day(clock.due_on)}到期"
    return f"已于{_day(clock.due_on)}到期" + (f"，超期{-left}个工作日" if left else "")


def _caveats(work: Work, case: Case, clock: Clock) -> str:
    notes = []
    if case.provisional:
        notes.append("暂定，放假安排公布后可能调整")
    if not clock.verified:
        notes.append(f"参考，以{work.office.short_name}确认为准")
    return f"（{'；'.join(notes)}）" if notes else ""


def _beside(clock: Clock) -> str:
    """Another limit: met or running, whether it binds, and its source."""
    if clock.met_on is not None:
        late = "" if clock.met_on <= clock.due_on else "，已超期"
        said = f"{clock.name}：已于{_day(clock.met_on)}完成{late}"
    else:
        counted = "" if clock.dated else f"{clock.working_days}个工作日，"
        said = f"{clock.name}：{counted}{_day(clock.due_on)}到期"
    notes = [] if clock.binds and clock.verified else ["参考"]
    if clock.basis:
        notes.append(f"依据：{clock.basis}")
    return said + (f"（{'；'.join(notes)}）" if notes else "")


def _line(case: Case, event: CaseEvent, for_firm: bool) -> StepLine:
    if not for_firm:
        return StepLine(event.at, event.actor_name, event.action, event.to_state, event.text)
    step = TABLES[case.kind].step(event.from_state, event.action)
    text = "" if step is not None and step.private else event.text
    who = "工作人员" if event.actor.startswith("staff:") else event.actor_name
    return StepLine(event.at, who, event.action, event.to_state, text)


def _subject_name(work: Work, case: Case) -> str:
    return "" if case.subject_id is None else work.uow.subjects.get(case.subject_id).name


def handler_name(work: Work, case: Case) -> str:
    """Who handles a case, by name; "" while nobody does. For staff only."""
    member = work.uow.staff.get(case.handler) if case.handler else None
    return member.name if member else case.handler


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def spoken_day(moment: datetime) -> str:
    """The Shanghai date of a moment: 2026年11月20日."""
    day = legal_date(moment)
    return f"{day.year}年{day.month}月{day.day}日"
