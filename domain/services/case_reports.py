"""我的办件 as pages: the same facts and the same countdown as in the chat, with what may be done now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.errors import Refused
from domain.model.case import Actor, Case, CaseKind, Clock
from domain.model.person import Power
from domain.rules.case_clocks import days_left, due_clock
from domain.rules.case_table import BACK
from domain.rules.case_tables import TABLES
from domain.rules.codes import mask_personal
from domain.rules.file_types import spoken_type
from domain.services import (
    bindings,
    case_rights,
    case_view,
    cases,
    evidence,
    objections,
    paper_shelf,
    repairs,
)
from domain.services.case_view import CaseView
from domain.services.paper_shelf import PaperLine
from domain.services.reports import person_behind
from domain.services.work import Work

#: closed cases are listed for so long
_LATELY = timedelta(days=400)
_LISTED = 50
#: with so many working days left or fewer a case is said to be urgent
_NEAR = 2

#: kinds that firms have a part in, with their stages in order and the states of each;
#: the last stage is every state in which a case has ended
STAGES: dict[CaseKind, tuple[tuple[str, frozenset[str]], ...]] = {
    CaseKind.OBJECTION: (
        ("受理", frozenset({"待受理"})),
        ("办理", frozenset({"办理中", "待补正", "中止办理", "待审批", "更正办理"})),
        ("办结", frozenset()),
    ),
    CaseKind.REVIEW: (
        ("受理", frozenset({"待受理"})),
        ("复核", frozenset({"办理中", "待补正", "中止办理", "待审批", "更正办理"})),
        ("办结", frozenset()),
    ),
    CaseKind.REPAIR: (
        ("受理", frozenset({"待受理", "待提交"})),
        ("办理", frozenset({"办理中", "待补正", "中止办理", "待审批", "更正办理", "信用中国办理中"})),
        ("办结", frozenset()),
    ),
    CaseKind.COMMITMENT: (
        ("签署", frozenset({"待签署"})),
        ("履行", frozenset({"履行中"})),
        ("认定", frozenset({"待认定", "更正办理"})),
        ("结束", frozenset()),
    ),
    CaseKind.MANDATE: (
        ("审核", frozenset({"待审核", "待补正", "更正办理"})),
        ("办结", frozenset()),
    ),
    CaseKind.CONSULTATION: (
        ("等待答复", frozenset({"待答复"})),
        ("沟通", frozenset({"沟通中"})),
        ("结束", frozenset()),
    ),
    CaseKind.STOP_ORDER: (("执行单位确认", frozenset({"待确认"})), ("已终止", frozenset())),
    CaseKind.SERVICE: (("送达", frozenset({"待送达"})), ("已送达", frozenset())),
}
_FILED = "提交"
#: outcomes that end a case before it went its way
_CUT_SHORT = frozenset({"撤回", "撤销", "不予受理"})

#: what the firm's side does on a page of a case, in this order; the rest has pages of its own
SUPPLY, SUBMITTED, WITHDRAW = "补充", "已提交", "撤回"
_ACTIONS = (SUPPLY, SUBMITTED, WITHDRAW)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list."""

    number: str
    kind: CaseKind
    firm: str
    about: str
    state: str
    outcome: str
    countdown: str
    #: ours: the firm has something to do; late, near: the clock presses; closed; "" otherwise
    tone: str


@dataclass(frozen=True, slots=True)
class MyCases:
    """What somebody has under way, the most pressing first, and what ended lately."""

    open: tuple[CaseLine, ...]
    closed: tuple[CaseLine, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage on the way: done, now or ahead."""

    words: str
    place: str


@dataclass(frozen=True, slots=True)
class Days:
    """The clock in working days: how many of how many are over; ``left`` is negative when too late."""

    left: int
    over: int
    total: int


@dataclass(frozen=True, slots=True)
class Material:
    """A file that the case has."""

    kind: str
    size: str
    at: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class Action:
    """Something that may be done now; ``asks_for``: what must be said with it."""

    action: str
    asks_for: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case as its firm sees it."""

    view: CaseView
    version: int
    subject_id: int | None
    about: str
    #: what the applicant wrote
    said: str
    stages: tuple[Stage, ...]
    #: None where nothing is counted
    days: Days | None
    #: what is to be brought before the case goes on; "" while nothing is
    asked_for: str
    material: tuple[Material, ...]
    takes_material: bool
    actions: tuple[Action, ...]
    #: the decision may be looked at again by somebody else
    reviewable: bool
    #: waits for the applicant's signature
    to_sign: bool
    #: where the application itself must be made; "" for all that is made here
    outside: str
    papers: tuple[PaperLine, ...]


def mine(work: Work, actor: Actor) -> MyCases:
    """The cases of all firms that the person files for, and his own."""
    person = person_behind(work, actor)
    held = bindings.active(work.uow, person, work.today)
    filed = [subject for binding, subject in held if binding.power >= Power.FILE]
    found = {c.id: c for s in filed for c in work.uow.cases.of_subject(s.id, limit=_LISTED)}
    found |= {c.id: c for c in work.uow.cases.of_applicant(person.id, limit=_LISTED)}
    names = {subject.id: subject.name for _, subject in held}
    seen = [case for case in found.values() if case_rights.may_see(work, case, actor)]
    since = work.now - _LATELY
    running = sorted((case for case in seen if case.open), key=_pressing)
    ended = sorted((c for c in seen if c.closed_at is not None and c.closed_at >= since), key=lambda c: -c.id)
    return MyCases(_lines(work, actor, running, names), _lines(work, actor, ended, names))


def page(work: Work, actor: Actor, number: str) -> CasePage:
    """One case; ``NotFound`` where there is none of this number, or none that the person may see."""
    person_behind(work, actor)
    case = cases.find(work, number, actor=actor)
    seen = case_view.view(work, case, for_firm=True)
    return CasePage(
        view=seen,
        version=case.version,
        subject_id=case.subject_id,
        about=_about(case),
        said=mask_personal(str(case.facts.get("said", ""))),
        stages=_stages(case, _standing(work, case)),
        days=_days(work, case),
        asked_for=seen.paused_for if case.state == "待补正" else "",
        material=_material(work, case, actor),
        takes_material=evidence.takes_material(case),
        actions=actions(work, case, actor),
        reviewable=_reviewable(work, case),
        to_sign=case.kind is CaseKind.COMMITMENT and case.state == "待签署",
        outside=repairs.door(work).url if case.state == repairs.AT_CREDIT_CHINA else "",
        papers=tuple(paper_shelf.of_case(work, case)),
    )


def actions(work: Work, case: Case, actor: Actor) -> tuple[Action, ...]:
    """What the firm's side may do on the page of a case, as it stands."""
    possible = cases.allowed(work, case, actor)
    return tuple(Action(each, cases.asks_for(case, each)) for each in _ACTIONS if each in possible)


def act(work: Work, actor: Actor, number: str, action: str, *, text: str, version: int) -> Case:
    """Take one of the steps that the page offers; ``Refused`` for any other, and as ``cases.act`` does."""
    person_behind(work, actor)
    case = cases.find(work, number, actor=actor)
    if action not in _ACTIONS:
        raise Refused(f"{case.number}在这里不能“{action[:8]}”。")
    return cases.act(work, case.number, action, actor=actor, text=text, version=version)


def _pressing(case: Case) -> tuple[bool, date, int]:
    return case.due_on is None, case.due_on or date.max, case.id


def _lines(work: Work, actor: Actor, found: Iterable[Case], names: dict[int, str]) -> tuple[CaseLine, ...]:
    return tuple(
        CaseLine(
            number=case.number,
            kind=case.kind,
            firm=names.get(case.subject_id or 0, ""),
            about=_about(case),
            state=case.state,
            outcome=case.outcome,
            countdown=case_view.countdown(work, case),
            tone=_tone(work, case, actor),
        )
        for case in found
    )


def _about(case: Case) -> str:
    return mask_personal(str(case.facts.get("what", "")))


def _tone(work: Work, case: Case, actor: Actor) -> str:
    if not case.open:
        return "closed"
    if case.state in ("待补正", "待提交", "待签署"):
        return "ours"
    days = _days(work, case)
    if days is None or case.paused:
        return ""
    if case.due_on is not None and case.due_on < work.today:
        return "late"
    return "near" if days.left <= _NEAR else ""


def _standing(work: Work, case: Case) -> str:
    """The state that says how far the case has come: of a halt, the one it goes back to."""
    table = TABLES[case.kind]
    if all(step.target != BACK for step in table.steps_from(case.state)):
        return case.state
    entered = [
        e for e in work.uow.cases.events(case.id, texts=False) if e.to_state == case.state != e.from_state
    ]
    return entered[-1].from_state if entered else case.state


def _stages(case: Case, state: str) -> tuple[Stage, ...]:
    """The way of the case from its filing to its end, and how far it has come."""
    stages = STAGES.get(case.kind, ())
    if not stages:
        return ()
    if case.outcome in _CUT_SHORT:
        return Stage(_FILED, "done"), Stage(case.outcome, "done")
    at = next((i for i, (_, states) in enumerate(stages) if state in states), len(stages) - 1)
    words = [_FILED, *(name for name, _ in stages)]
    ended = not case.open
    return tuple(
        Stage(word, "done" if place <= at or ended else "now" if place == at + 1 else "ahead")
        for place, word in enumerate(words)
    )


def _days(work: Work, case: Case) -> Days | None:
    first: Clock | None = due_clock(case.clocks)
    if first is None or case.closed_at is not None or first.dated:
        return None
    left = days_left(first, case, work.calendar, work.today)
    total = max(first.working_days, left, 1)
    return Days(left, min(total, max(0, total - left)), total)


def _material(work: Work, case: Case, actor: Actor) -> tuple[Material, ...]:
    """What the firm's side has brought; what staff added is theirs to show."""
    return tuple(
        Material(
            spoken_type(item.content_type), evidence.spoken_size(item.size), item.at, item.by == actor.label
        )
        for item in work.uow.evidence.of_case(case.id)
        if item.by.startswith("person:")
    )


def _reviewable(work: Work, case: Case) -> bool:
    if case.kind is not CaseKind.OBJECTION or case.outcome not in ("不成立", "部分成立"):
        return False
    try:
        objections.check_reviewable(work, case)
    except Refused:
        return False
    return True
