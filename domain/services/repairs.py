"""修复: which records may be repaired, from when, what is missing; and what follows when one is.

Where a department of this office decides, the case is accepted and decided
here. Where 信用中国 decides, we prepare, check, link and mirror the status,
and never claim to decide (S4-38, order 36).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.errors import Refused
from domain.model.case import Actor, Case, CaseKind
from domain.model.record import Record, RecordState
from domain.model.subject import Subject
from domain.rules.deadlines import clocks_for
from domain.rules.repair_terms import RepairTerm, eligible, repairable
from domain.rules.rulebook_cases import Door
from domain.services import cascade, case_owners, cases, letters, reversals
from domain.services.work import Work

#: where the case begins when 信用中国 takes the application
AT_CREDIT_CHINA = "待提交"

ALREADY_OPEN = "这条记录已经在申请修复：{number}。回复“进度 {number}”看办到哪一步。"
TOO_EARLY = "这条记录最早从{date}起可以申请修复。{why}"
FILED = "新的修复申请：{number}\n{name}\n{what}\n已改正情况：{text}\n受理请回复“受理 {number}”，看详情请回复“案件 {number}”。"
REPAIRED = "{number}：同意修复“{title}”。\n{effects}\n{done}"
EFFECT = "✓ {text}"
REFUSED = "{number}：这次不予修复。理由：{text}\n改正后可以再申请。{remedies}"
NOT_ACCEPTED = "{number}：修复申请不予受理。理由：{text}\n条件具备后可以再申请。{remedies}"
COPIED = "抄送信用办：{number}的修复申请由{department}办结，结果：{outcome}。看详情请回复“案件 {number}”。"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that can be repaired at all, with its term and what is missing."""

    record: Record
    term: RepairTerm
    #: the case that is open for it already, or None
    running: Case | None


def candidates(work: Work, subject: Subject) -> list[Candidate]:
    """The firm's records that are repaired at all, newest first."""
    running = {
        case.facts.get("record"): case
        for case in work.uow.cases.of_subject(subject.id, open_only=True)
        if case.kind is CaseKind.REPAIR
    }
    return [
        Candidate(record, eligible(record, work.rulebook, work.today), running.get(record.id))
        for record in work.uow.records.of_subject(subject.id, limit=50)
        if repairable(record, work.rulebook)
    ]


def door(work: Work) -> Door:
    """Where the application goes: the unit that found the misconduct, or the window outside."""
    wanted = "authority" if work.rulebook.repair.decided_here else "outside"
    doors = work.rulebook.repair.doors
    return next((each for each in doors if each.owner == wanted), doors[0])


def check_open(work: Work, candidate: Candidate) -> None:
    """``Refused`` where the repair of this record is under way, or surely too early."""
    if candidate.running is not None:
        raise Refused(ALREADY_OPEN.format(number=candidate.running.number))
    term = candidate.term
    if term.first_day is not None and term.verified and term.first_day > work.today:
        day = f"{term.first_day.year}年{term.first_day.month}月{term.first_day.day}日"
        raise Refused(TOO_EARLY.format(date=day, why=f"依据：{term.citation}。" if term.citation else ""))


def file(work: Work, person_id: int, actor: Actor, subject: Subject, candidate: Candidate, text: str) -> Case:
    """Apply for the repair of one record; ``Refused`` where it is too early or is under way."""
    check_open(work, candidate)
    here = work.rulebook.repair.decided_here
    record = candidate.record
    facts: dict[str, Any] = {"record": record.id, "what": record.title, "said": text}
    case = cases.open_case(
        work,
        CaseKind.REPAIR,
        subject_id=subject.id,
        applicant_id=person_id,
        department=case_owners.owner_of(work, door(work).owner, subject=subject, record=record),
        facts=facts,
        clocks=clocks_for(CaseKind.REPAIR, work.rulebook, work.calendar, work.today) if here else (),
        actor=actor,
        text=text,
        state="" if here else AT_CREDIT_CHINA,
    )
    said = FILED.format(number=case.number, name=subject.name, what=record.title, text=text)
    letters.tell_staff(
        work, letters.clerks_of(work, case.department), said, key=f"opened:{case.number}", case=case
    )
    return case


# -- effects: run inside ``cases.act`` -----------------------------------------


def repaired(work: Work, case: Case, actor: Actor, text: str) -> None:
    """同意修复, or 信用中国 said so: the four effects and all that follows (S4-39, S4-40)."""
    assert case.subject_id is not None, "a repair is about a subject"
    after = cascade.record_changed(
        work, case, case.subject_id, case.facts["record"], RecordState.REPAIRED, by=actor.id
    )
    said = REPAIRED.format(
        number=case.number,
        title=case.facts["what"],
        effects="\n".join(EFFECT.format(text=each.public_text) for each in work.rulebook.repair.effects),
        done=after.said,
    )
    letters.tell_subject(
        work,
        case.subject_id,
        said,
        key=f"decided:{case.number}",
        kind=case.kind,
        legal_effect=True,
        case=case,
    )
    _copy(work, case)


def refused(work: Work, case: Case, actor: Actor, text: str) -> None:
    """不予修复: reason and remedies; the record stays as it is, or is again as it was (更正)."""
    back = reversals.taken_back(work, case, actor)
    _tell_refusal(work, case, REFUSED, text, back)
    _copy(work, case)


def not_accepted(work: Work, case: Case, actor: Actor, text: str) -> None:
    """不予受理: reason and remedies; asking again later is possible."""
    _tell_refusal(work, case, NOT_ACCEPTED, text)
    _copy(work, case)


def _copy(work: Work, case: Case) -> None:
    """The unit that decided reports back to the credit office (S0-43)."""
    if case.department != work.office.name:
        said = COPIED.format(number=case.number, department=case.department, outcome=case.outcome)
        clerks = letters.clerks_of(work, work.office.name)
        letters.tell_staff(work, clerks, said, key=f"copied:{case.number}", case=case)


def _tell_refusal(work: Work, case: Case, template: str, text: str, back: str = "") -> None:
    assert case.subject_id is not None, "a repair is about a subject"
    remedies = work.rulebook.remedies_text
    said = template.format(number=case.number, text=text, remedies=remedies)
    letters.tell_subject(
        work,
        case.subject_id,
        f"{said}\n{back}".rstrip(),
        key=f"decided:{case.number}",
        kind=case.kind,
        legal_effect=True,
        case=case,
    )
