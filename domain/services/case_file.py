"""案卷: one case as its page shows it to staff: facts, what is contested, limits, files, log, and what may be done.

Opened, the case counts as shown to this member in its present version, and
that he looked at the subject is noted (S0-38).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.errors import NotAllowed
from domain.model.assessment import Assessment, Step
from domain.model.case import Actor, Case, CaseKind, Clock, Doer, Evidence
from domain.model.commitment import Commitment
from domain.model.person import POWER_NAMES
from domain.model.record import Record
from domain.model.subject import Subject
from domain.rules import case_table
from domain.rules.case_clocks import days_left, due_clock
from domain.rules.case_table import BACK, ClockEffect
from domain.rules.case_tables import TABLES
from domain.rules.file_types import spoken_type
from domain.rules.trace import deciding_steps
from domain.services import case_cards, case_view, cases, evidence, looks, objections, staff
from domain.services.case_lists import Urgency, urgency
from domain.services.case_owners import departments
from domain.services.case_rights import Rights
from domain.services.work import Work

PURPOSE = "案卷"
_ISO_LENGTH = len("2026-11-20")

#: facts of a case as they are named to staff, in this order
LABELS = {
    "what": "事项",
    "said": "对方说",
    "reason": "原因",
    "item": "承诺事项",
    "name": "被授权人",
    "scope": "授权范围",
    "until": "授权到期",
}
#: what the same facts are in some kinds
_OWN_LABELS: Mapping[CaseKind, Mapping[str, str]] = {
    CaseKind.SERVICE: {"said": "要送达的内容", "reason": "没有送到的原因"},
    CaseKind.BROADCAST: {"what": "对象", "said": "通知内容"},
    CaseKind.CONSULTATION: {"said": "要问的事"},
}

MET = "{day}已完成"
MET_LATE = "{day}完成，已超期"
WAITS = "暂停中"
DUE = "还有{left}个工作日"
DUE_TODAY = "今天到期"
OVERDUE = "超期{left}个工作日"
OVER = "已到期"

THEN_ENDS = "案件以“{outcome}”办结，并通知当事人"
THEN_PAUSES = "计时暂停，并通知当事人"
THEN_RESUMES = "计时恢复"
THEN_TRANSFERS = "案件转到所选部门，计时继续"
THEN_REOPENS = "原决定不改动，另立新案由您重新决定"
THEN_TAKES = "由您经办"
THEN_STATE = "案件进入“{state}”"
THEN_PRIVATE = "内容只给工作人员看"
#: what follows from a decision beside its end
THEN_UPHELD: Mapping[CaseKind, str] = {
    CaseKind.OBJECTION: "有关记录撤销或更正，信用等级重新评定，不再适用的措施解除并通知执行单位",
    CaseKind.REVIEW: "原决定撤销或变更，信用等级重新评定，不再适用的措施解除并通知执行单位",
    CaseKind.REPAIR: "停止公示，信用等级重新评定，不再适用的措施解除并通知执行单位",
    CaseKind.MANDATE: "对方从此可以代表单位签署承诺",
}
#: in the order in which they are offered
_LOOKS = ("primary", "bad", "secondary")
_FAVOURS = frozenset({"同意", "部分同意", "登记同意"})


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One limit, as it stands today."""

    name: str
    starts_on: date
    due_on: date
    #: "" for a day that was named
    length: str
    standing: str
    late: bool
    #: it sets the due date of the case
    leads: bool
    provisional: bool
    #: 参考: not confirmed, or beside another that binds
    reference: bool
    basis: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A step that this member may take now."""

    action: str
    #: what must be said with it; "" where nothing must
    asks: str
    then: str
    #: reasons that are often given, to begin with
    reasons: tuple[str, ...]
    #: departments, where the case goes to another one
    departments: tuple[str, ...]
    #: primary | secondary | bad
    look: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of the case."""

    id: int
    kind: str
    name: str
    size: str
    evidence: Evidence
    #: a picture, shown in the page itself
    shown: bool


@dataclass(frozen=True, slots=True)
class GradeShown:
    """The grade in question with the steps that led to it."""

    assessment: Assessment
    #: who approved it, by name; "" where it came into force by itself
    approver: str
    deciding: tuple[Step, ...]
    others: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything about one case that this member may read."""

    case: Case
    view: case_view.CaseView
    urgency: Urgency
    subject: Subject | None
    #: whoever applied, as far as it is known: how he is bound and what he may
    applicant: str
    facts: tuple[tuple[str, str], ...]
    measures: tuple[Mapping[str, Any], ...]
    record: Record | None
    commitment: Commitment | None
    grade: GradeShown | None
    clocks: tuple[ClockLine, ...]
    #: None: this member may not read the files
    files: tuple[FileLine, ...] | None
    choices: tuple[Choice, ...]
    #: steps that others take now, and why not this member
    barred: tuple[tuple[str, str], ...]
    parent: Case | None
    children: tuple[Case, ...]


def opened(work: Work, number: str, actor: Actor) -> CaseFile:
    """The whole file, for a member who may see the case; that he saw it is noted."""
    staff.require_member(actor)
    case = cases.find(work, number, actor=actor)
    cases.note_view(work, case, actor.id)
    if case.subject_id is not None:
        looks.note(work.uow, case.subject_id, viewer=actor.label, purpose=PURPOSE, at=work.now)
    subject = None if case.subject_id is None else work.uow.subjects.get(case.subject_id)
    record_id = case.facts.get("record")
    return CaseFile(
        case=case,
        view=case_view.view(work, case, for_firm=False),
        urgency=urgency(work, case),
        subject=subject,
        applicant=_applicant(work, case),
        facts=tuple(facts(case)),
        measures=tuple(case.facts.get("measures", ())),
        record=work.uow.records.get(record_id) if isinstance(record_id, int) else None,
        commitment=work.uow.commitments.of_case(case.id) if case.kind is CaseKind.COMMITMENT else None,
        grade=_grade(work, case),
        clocks=tuple(_clock(work, case, clock) for clock in case.clocks),
        files=_files(work, case, actor),
        choices=choices(work, case, actor),
        barred=tuple(_barred(work, case, actor)),
        parent=work.uow.cases.get(case.parent_id) if case.parent_id else None,
        children=tuple(work.uow.cases.children(case.id)),
    )


def choices(work: Work, case: Case, actor: Actor) -> tuple[Choice, ...]:
    """Every step that this member may take now: the way forward first, refusals next, what is aside last."""
    found = (_choice(work, case, action) for action in cases.allowed(work, case, actor))
    return tuple(sorted(found, key=lambda choice: _LOOKS.index(choice.look)))


def consequences(case: Case, step: case_table.Step) -> str:
    """What follows from a step, in one line without its full stop, from its line in the table."""
    if step.outcome:
        more = THEN_UPHELD.get(case.kind, "") if step.action in _FAVOURS else ""
        return "；".join(filter(None, (THEN_ENDS.format(outcome=step.outcome), more)))
    if step.reopens_as:
        return THEN_REOPENS
    if step.transfers:
        return THEN_TRANSFERS
    if step.clock is ClockEffect.PAUSE:
        return THEN_PAUSES
    if step.clock is ClockEffect.RESUME:
        return THEN_RESUMES
    state = case.state if step.target == BACK else step.target
    follows = (
        THEN_STATE.format(state=state) if state != case.state else "",
        THEN_TAKES if step.takes else "",
        THEN_PRIVATE if step.private else "",
    )
    return "，".join(filter(None, follows))


def _applicant(work: Work, case: Case) -> str:
    """How whoever applied is bound; the service knows no names of people."""
    if case.applicant_id is None:
        return ""
    held = (
        binding
        for binding, subject in work.uow.bindings.of_person(case.applicant_id)
        if subject.id == case.subject_id
    )
    binding = next(held, None)
    if binding is None:
        return f"办事人{case.applicant_id}号，现在没有绑定这家单位"
    since = case_view.spoken_day(binding.bound_at)
    return f"办事人{case.applicant_id}号，权限“{POWER_NAMES[binding.power]}”，{since}绑定"


def facts(case: Case) -> Iterator[tuple[str, str]]:
    """What the case is about as it was said: (name, value), for staff."""
    for key, label in LABELS.items():
        value = case.facts.get(key)
        if isinstance(value, str) and value:
            yield _OWN_LABELS.get(case.kind, {}).get(key, label), _spoken(value)


def _spoken(value: str) -> str:
    """A date as people read it; anything else as it stands."""
    try:
        day = date.fromisoformat(value) if len(value) == _ISO_LENGTH else None
    except ValueError:
        day = None
    return value if day is None else f"{day.year}年{day.month}月{day.day}日"


def _grade(work: Work, case: Case) -> GradeShown | None:
    """The grade in force, where the case is about it."""
    if case.facts.get("against") != objections.AGAINST_GRADE or case.subject_id is None:
        return None
    assessment = work.uow.assessments.in_force(case.subject_id)
    return None if assessment is None else grade_shown(work, assessment)


def grade_shown(work: Work, assessment: Assessment) -> GradeShown:
    """An assessment with its trace in two parts: what decided, and what was compared besides."""
    deciding = deciding_steps(assessment.evaluation)
    others = tuple(step for step in assessment.evaluation.trace if step not in deciding)
    approver = work.uow.staff.get(assessment.approved_by) if assessment.approved_by else None
    name = approver.name if approver is not None else assessment.approved_by
    return GradeShown(assessment, name, deciding, others)


def _clock(work: Work, case: Case, clock: Clock) -> ClockLine:
    standing, late = _standing(work, case, clock)
    return ClockLine(
        name=clock.name,
        starts_on=clock.starts_on,
        due_on=clock.due_on,
        length="" if clock.dated else f"{clock.working_days}个工作日",
        standing=standing,
        late=late,
        leads=clock is due_clock(case.clocks),
        provisional=clock.provisional,
        reference=not (clock.binds and clock.verified),
        basis=clock.basis,
    )


def _standing(work: Work, case: Case, clock: Clock) -> tuple[str, bool]:
    """Where a limit stands, and whether it was missed."""
    if clock.met_on is not None:
        late = clock.met_on > clock.due_on
        return (MET_LATE if late else MET).format(day=f"{clock.met_on.month}月{clock.met_on.day}日"), late
    if case.paused and clock.due_on >= case.pauses[-1].since:
        return WAITS, False
    if clock.due_on == work.today:
        return DUE_TODAY, False
    left = days_left(clock, case, work.calendar, work.today)
    if clock.due_on > work.today:
        return DUE.format(left=left), False
    return (OVERDUE.format(left=-left) if left else OVER), True


def _files(work: Work, case: Case, actor: Actor) -> tuple[FileLine, ...] | None:
    try:
        found = evidence.of_case(work, case, actor)
    except NotAllowed:
        return None
    return tuple(
        FileLine(
            id=item.id,
            kind=spoken_type(item.content_type),
            name=item.name,
            size=evidence.spoken_size(item.size),
            evidence=item,
            shown=evidence.shown_inline(item),
        )
        for item in found
    )


def _choice(work: Work, case: Case, action: str) -> Choice:
    step = TABLES[case.kind].step(case.state, action)
    assert step is not None, "what is allowed stands in the table"
    refuses = action in case_cards.REFUSALS
    return Choice(
        action=action,
        asks=step.asks_for,
        then=consequences(case, step),
        reasons=case_cards.reason_texts(case) if refuses else (),
        departments=_elsewhere(work, case) if step.transfers else (),
        look=_look(step),
    )


def _look(step: case_table.Step) -> str:
    """How a step is offered: an approver who decides nothing with it only sends the case back."""
    if step.action in case_cards.REFUSALS:
        return "bad"
    returns = not step.outcome and step.by <= {Doer.APPROVER}
    return "secondary" if step.aside or returns else "primary"


def _elsewhere(work: Work, case: Case) -> tuple[str, ...]:
    return tuple(name for name in departments(work) if name != case.department)


def _barred(work: Work, case: Case, actor: Actor) -> Iterator[tuple[str, str]]:
    """What the office does next and this member may not: each with the reason, as the engine gives it."""
    rights = Rights(work, case, actor)
    for step in TABLES[case.kind].steps_from(case.state):
        if step.aside or not step.by - {Doer.FIRM, Doer.SYSTEM}:
            continue
        try:
            rights.check(step)
        except NotAllowed as refusal:
            yield step.action, refusal.text
