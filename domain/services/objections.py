"""异议 and 复核: a firm says that a grade or a record is wrong.

The matter is marked 异议中 at once where the rulebook says so. Of several
limits the earliest that binds is the due date, the same for both sides (C-08).
Upheld, the record is corrected and all that follows happens (S4-35, S4-36);
refused, the letter names the reason and the remedies: one review by somebody
else, and 行政复议.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.clock import legal_date
from domain.errors import Refused
from domain.model.case import Actor, Case, CaseKind
from domain.model.record import Record, RecordState
from domain.model.subject import Subject
from domain.rules.deadlines import clocks_for
from domain.rules.rulebook_cases import Door
from domain.services import cascade, case_owners, cases, letters, reversals
from domain.services.work import Work

AGAINST_GRADE = "grade"
AGAINST_RECORD = "record"
#: outcomes that may be reviewed
_REVIEWED = ("不成立", "部分成立")

ALREADY_OPEN = (
    "这一项已经有异议在办：{number}。回复“进度 {number}”看办到哪一步；有新材料，请回复“补充 {number} 说明”。"
)
NOTHING_DECIDED = "没有可以复核的决定。对等级或记录有异议，请先回复“异议”。"
REVIEWED_ALREADY = "{number}已经复核过一次，不能再申请复核。{remedies}"
REVIEW_CLOSED = "{number}申请复核的时间已过。{remedies}"
NO_REVIEW = "这里的规定没有复核程序。{remedies}"

FILED = "新的{kind}：{number}\n{name}\n{what}\n理由：{text}\n{due}\n受理请回复“受理 {number}”，看详情请回复“案件 {number}”。"
SAID = "说明：{text}"
UPHELD = "{number}：您的{kind}成立。{done}{text}"
PARTLY = "{number}：您的{kind}部分成立。{done}{text}"
REFUSED = "{number}：您的{kind}不成立。理由：{text}\n{remedies}"
MARK_ENDED = "“异议中”的标注已取消。"


@dataclass(frozen=True, slots=True)
class Target:
    """What an objection is against: the grade in force, or one record."""

    against: str
    text: str
    record: Record | None = None


def targets(work: Work, subject: Subject) -> list[Target]:
    """What a firm can object to: its grade where one is in force, and its records that count."""
    found: list[Target] = []
    in_force = work.uow.assessments.in_force(subject.id)
    if in_force is not None:
        evaluation = in_force.evaluation
        label = (
            f"{evaluation.grade}（{evaluation.class_name}）" if evaluation.grade else evaluation.class_name
        )
        found.append(Target(AGAINST_GRADE, f"信用等级：{label}"))
    for record in work.uow.records.of_subject(subject.id, limit=20):
        if record.state.counts:
            day = record.decided_on
            text = f"{day.year}年{day.month}月{day.day}日 {record.kind}：{record.title}"
            found.append(Target(AGAINST_RECORD, text, record))
    return found


def doors(work: Work, target: Target) -> tuple[Door, ...]:
    """Where the objection may be brought (S0-39, S4-33); outside windows are told, not opened here."""
    return tuple(door for door in work.rulebook.objection.doors if target.against in door.against)


def file(
    work: Work, person_id: int, actor: Actor, subject: Subject, target: Target, door: Door, text: str
) -> Case:
    """File an objection; ``Refused`` where one against the same matter is open already."""
    check_free(work, subject, target)
    record_id = target.record.id if target.record else None
    facts: dict[str, Any] = {
        "against": target.against,
        "record": record_id,
        "what": target.text,
        "door": door.id,
        "said": text,
    }
    if target.record is not None:
        facts["state_before"] = target.record.state.value
    case = cases.open_case(
        work,
        CaseKind.OBJECTION,
        subject_id=subject.id,
        applicant_id=person_id,
        department=case_owners.owner_of(work, door.owner, subject=subject, record=target.record),
        facts=facts,
        clocks=clocks_for(CaseKind.OBJECTION, work.rulebook, work.calendar, work.today),
        actor=actor,
        text=text,
    )
    if target.record is not None and work.rulebook.objection.annotation.on:
        work.uow.records.set_state(target.record.id, RecordState.CONTESTED)
    _tell_clerks(work, case, subject, target.text, text)
    return case


def check_free(work: Work, subject: Subject, target: Target) -> None:
    """``Refused`` where an objection against the same matter is open already."""
    if (running := running_against(work, subject, target)) is not None:
        raise Refused(ALREADY_OPEN.format(number=running.number))


def running_against(work: Work, subject: Subject, target: Target) -> Case | None:
    """The open objection or review of this matter."""
    return _running(work, subject.id, target.record.id if target.record else None)


def file_review(work: Work, person_id: int, actor: Actor, subject: Subject, decided: Case, text: str) -> Case:
    """Ask for the one review of a decision, by another person than the one who decided."""
    check_reviewable(work, decided)
    case = cases.open_case(
        work,
        CaseKind.REVIEW,
        subject_id=subject.id,
        applicant_id=person_id,
        department=decided.department,
        facts={**decided.facts, "what": f"对{decided.number}的决定", "said": text},
        clocks=clocks_for(CaseKind.REVIEW, work.rulebook, work.calendar, work.today),
        actor=actor,
        text=text,
        parent_id=decided.id,
    )
    _tell_clerks(work, case, subject, case.facts["what"], text)
    return case


def reviewable(work: Work, subject: Subject) -> list[Case]:
    """Decided objections of a firm that may still be reviewed."""
    found = []
    for case in work.uow.cases.of_subject(subject.id):
        try:
            check_reviewable(work, case)
        except Refused:
            continue
        found.append(case)
    return found


def check_reviewable(work: Work, decided: Case) -> None:
    """``Refused`` with the remedies left where the decision may not be reviewed (any more)."""
    if decided.kind is not CaseKind.OBJECTION or decided.outcome not in _REVIEWED:
        raise Refused(NOTHING_DECIDED)
    rule = work.rulebook.review
    remedies = work.rulebook.remedies_text
    if not rule.available:
        raise Refused(NO_REVIEW.format(remedies=remedies))
    before = [child for child in work.uow.cases.children(decided.id) if child.kind is CaseKind.REVIEW]
    if len(before) >= rule.times:
        raise Refused(REVIEWED_ALREADY.format(number=decided.number, remedies=remedies))
    if rule.apply_within_wd is not None and decided.closed_at is not None:
        last = work.calendar.add(legal_date(decided.closed_at), rule.apply_within_wd).day
        if work.today > last:
            raise Refused(REVIEW_CLOSED.format(number=decided.number, remedies=remedies))


# -- effects: run inside ``cases.act`` -----------------------------------------


def upheld(work: Work, case: Case, actor: Actor, text: str) -> None:
    """成立: the record is revoked, the subject evaluated anew, and all that follows; the firm is told."""
    if case.facts.get("record") is None:
        # a grade rests on data that others hold
        cascade.ask_source(work, case, _subject_id(case), text or case.facts["said"])
    after = _carry_out(work, case, actor)
    _tell(work, case, UPHELD, after.said, text)


def partly_upheld(work: Work, case: Case, actor: Actor, text: str) -> None:
    """部分成立: what was right is corrected by staff in the source; the subject is evaluated anew."""
    _unmark(work, case)
    back = reversals.taken_back(work, case, actor)
    cascade.ask_source(work, case, _subject_id(case), text)
    after = cascade.re_evaluated(work, case, _subject_id(case), by=actor.id)
    _tell(work, case, PARTLY, back or after.said, text)


def refused(work: Work, case: Case, actor: Actor, text: str) -> None:
    """不成立: the mark goes, the firm gets the reason and the remedies. A notice with legal effect."""
    _unmark(work, case)
    back = reversals.taken_back(work, case, actor)
    said = REFUSED.format(number=case.number, kind=case.kind, text=text, remedies=_ways_on(work, case))
    letters.tell_subject(
        work,
        _subject_id(case),
        f"{said}\n{back}".rstrip(),
        key=f"decided:{case.number}",
        kind=case.kind,
        legal_effect=True,
        case=case,
    )


def withdrawn(work: Work, case: Case, actor: Actor, text: str) -> None:
    """撤回: nothing was decided; the mark goes."""
    _unmark(work, case)


def _carry_out(work: Work, case: Case, actor: Actor) -> cascade.Aftermath:
    record_id = case.facts.get("record")
    if record_id is None:
        return cascade.re_evaluated(work, case, _subject_id(case), by=actor.id)
    return cascade.record_changed(work, case, _subject_id(case), record_id, RecordState.REVOKED, by=actor.id)


def _unmark(work: Work, case: Case) -> None:
    """Give the record the state back that it had before it was contested."""
    record_id = case.facts.get("record")
    record = work.uow.records.get(record_id) if record_id is not None else None
    if record is not None and record.state is RecordState.CONTESTED:
        work.uow.records.set_state(record.id, RecordState(case.facts.get("state_before", "有效")))


def _tell(work: Work, case: Case, template: str, done: str, text: str) -> None:
    why = SAID.format(text=text) if text else ""
    said = template.format(number=case.number, kind=case.kind, done=done, text=why)
    letters.tell_subject(
        work,
        _subject_id(case),
        said,
        key=f"decided:{case.number}",
        kind=case.kind,
        legal_effect=True,
        case=case,
    )


def _ways_on(work: Work, case: Case) -> str:
    review = ""
    if case.kind is CaseKind.OBJECTION and work.rulebook.review.available:
        review = f"不服可以申请一次复核，请回复“复核 {case.number}”。"
    return review + work.rulebook.remedies_text


def _running(work: Work, subject_id: int, record_id: int | None) -> Case | None:
    running = (
        case
        for case in work.uow.cases.of_subject(subject_id, open_only=True)
        if case.kind in (CaseKind.OBJECTION, CaseKind.REVIEW) and case.facts.get("record") == record_id
    )
    return next(running, None)


def _tell_clerks(work: Work, case: Case, subject: Subject, what: str, text: str) -> None:
    due = f"办结时限：{case.due_on.isoformat()}" if case.due_on else "办结时限：受理后起算"
    said = FILED.format(kind=case.kind, number=case.number, name=subject.name, what=what, text=text, due=due)
    letters.tell_staff(
        work, letters.clerks_of(work, case.department), said, key=f"opened:{case.number}", case=case
    )


def _subject_id(case: Case) -> int:
    assert case.subject_id is not None, "objections and reviews are about a subject"
    return case.subject_id
