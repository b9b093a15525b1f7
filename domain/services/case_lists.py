"""Lists of cases for staff: mine, my department's, everybody's; filtered, searched, a page at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.model.case import Actor, Case, CaseKind
from domain.model.case_search import CaseSearch
from domain.rules.case_clocks import days_left, due_clock
from domain.rules.case_tables import TABLES
from domain.services import case_view, grades, staff
from domain.services.case_view import handler_name
from domain.services.work import Work

PAGE = 20
#: nobody turns further; who looks for more narrows the search
MOST_PAGES = 50
#: a limit this many working days away is near
_NEAR = 2
_NUMBER = re.compile(r"[A-Za-z]{2}\d{5,12}")


class Urgency(StrEnum):
    """How soon something is due; the value is also the name of its look."""

    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    PAUSED = "paused"
    NONE = "none"
    CLOSED = "closed"


class Scope(StrEnum):
    """Whose cases; the value stands in the address."""

    MINE = "mine"
    DEPARTMENT = "department"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case in a list."""

    number: str
    kind: CaseKind
    state: str
    outcome: str
    #: whom it is about; "" where nobody in particular
    name: str
    department: str
    handler: str
    countdown: str
    urgency: Urgency
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a member of staff asked for, as it stands in the address."""

    scope: Scope = Scope.DEPARTMENT
    kind: CaseKind | None = None
    #: "open", "closed", or one state
    state: str = "open"
    overdue: bool = False
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page of a list, and what may be asked for."""

    rows: tuple[CaseRow, ...]
    filters: Filters
    scopes: tuple[Scope, ...]
    #: how many there are; more than can be turned to are not counted
    total: int
    #: whether counting stopped before the end
    more_than_total: bool
    pages: int


def found(work: Work, actor: Actor, filters: Filters) -> CaseList:
    """The page of cases that this member asked for, as far as the member may see them (PIPL 51)."""
    staff.require_member(actor)
    scopes = scopes_of(work, actor)
    scope = filters.scope if filters.scope in scopes else Scope.DEPARTMENT
    wanted = _search(work, actor, filters, scope)
    most = PAGE * MOST_PAGES
    total = work.uow.cases.count(wanted, limit=most + 1)
    pages = max(1, -(-min(total, most) // PAGE))
    page = min(max(1, filters.page), pages)
    cases = work.uow.cases.search(wanted, after=(page - 1) * PAGE, limit=PAGE)
    return CaseList(
        rows=tuple(row(work, case) for case in cases),
        filters=Filters(scope, filters.kind, filters.state, filters.overdue, filters.words, page),
        scopes=scopes,
        total=min(total, most),
        more_than_total=total > most,
        pages=pages,
    )


def row(work: Work, case: Case) -> CaseRow:
    """One case as it stands in a list."""
    return CaseRow(
        number=case.number,
        kind=case.kind,
        state=case.state,
        outcome=case.outcome,
        name=work.uow.subjects.get(case.subject_id).name if case.subject_id is not None else "",
        department=case.department,
        handler=handler_name(work, case),
        countdown=case_view.countdown(work, case),
        urgency=urgency(work, case),
        due_on=case.due_on,
    )


def urgency(work: Work, case: Case) -> Urgency:
    """How soon a case is due, by the same limit that both sides read."""
    if not case.open:
        return Urgency.CLOSED
    first = due_clock(case.clocks)
    if first is None:
        return Urgency.NONE
    if case.due_on is None:
        return Urgency.PAUSED
    if case.due_on < work.today:
        return Urgency.LATE
    if case.due_on == work.today:
        return Urgency.TODAY
    near = days_left(first, case, work.calendar, work.today) <= _NEAR
    return Urgency.SOON if near else Urgency.LATER


def scopes_of(work: Work, actor: Actor) -> tuple[Scope, ...]:
    """Whose cases this member may list: all of them in the credit office only."""
    everybody = (Scope.ALL,) if work.office.name in departments_of(actor) else ()
    return (Scope.MINE, Scope.DEPARTMENT, *everybody)


def departments_of(actor: Actor) -> tuple[str, ...]:
    """The departments in which this member has a seat, own or as a deputy."""
    return tuple(dict.fromkeys([where for where, _ in actor.seats] or [actor.department]))


def states() -> tuple[str, ...]:
    """Every state of every kind, each once."""
    return tuple(dict.fromkeys(state for table in TABLES.values() for state in table.states))


def _search(work: Work, actor: Actor, filters: Filters, scope: Scope) -> CaseSearch:
    one_state = filters.state if filters.state in states() else ""
    closed = filters.state == "closed" or any(one_state in table.closed for table in TABLES.values())
    words = filters.words.strip()[:60]
    number = words.upper() if _NUMBER.fullmatch(words) else ""
    subjects = () if number or not words else tuple(s.id for s in grades.find_subject(work.uow, words))
    return CaseSearch(
        closed=closed,
        everywhere=scope is Scope.ALL,
        departments=departments_of(actor) if scope is Scope.DEPARTMENT else (),
        handlers=_handled_by(work, actor),
        kind=filters.kind,
        state=one_state,
        due_before=work.today if filters.overdue and not closed else None,
        number=number,
        subjects=subjects,
        name_part="" if number or subjects else words,
    )


def _handled_by(work: Work, actor: Actor) -> tuple[str, ...]:
    """The member, and whomever he stands in for today."""
    away = (absent for absent, deputy in work.uow.staff.deputies(work.today) if deputy == actor.id)
    return (actor.id, *away)
