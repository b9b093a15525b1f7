"""待核定的等级: worse outcomes that were computed and wait for a named person (PIPL 24).

Each is looked at by itself, with its reasons; who approves it answers for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.errors import NotAllowed, NotFound, Refused
from domain.model.assessment import Assessment
from domain.model.case import Actor, Doer
from domain.model.record import Record
from domain.model.subject import Subject
from domain.services import grades, looks
from domain.services.case_file import GradeShown, grade_shown
from domain.services.grades import Verdict
from domain.services.work import Work

PURPOSE = "等级核定"

NOT_YOURS = "等级变化由信用办的审批人员核定，您现在没有这个角色。"
GONE = "这项等级变化已经不在待核定之列：可能已有同事核定，或者情况已经变化。请回到待办看最新情况。"
CHANGED = "情况已经变化，重新评定的结果与您看到的不同，没有核定。请看最新的理由再办。"


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One proposal in a list."""

    id: int
    subject: Subject
    #: outcome in words, as it is and as it would be
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal with its reasons."""

    id: int
    subject: Subject
    #: None where nothing is in force yet
    in_force: Assessment | None
    proposed: GradeShown
    before: str
    after: str
    #: the records that the deciding steps rest on
    records: tuple[Record, ...]


def may_approve(work: Work, actor: Actor) -> bool:
    """Approvers of the credit office, which makes the public evaluation."""
    return Doer.APPROVER in actor.doers_in(work.office.name)


def waiting(work: Work, actor: Actor, *, limit: int) -> list[ProposalLine]:
    """What waits for an approver, the oldest first; empty for everybody else."""
    if not may_approve(work, actor):
        return []
    return [
        ProposalLine(
            each.id,
            work.uow.subjects.get(each.subject_id),
            _outcome(work, work.uow.assessments.in_force(each.subject_id)),
            _outcome(work, each),
        )
        for each in work.uow.assessments.waiting(limit=limit)
    ]


def opened(work: Work, actor: Actor, subject_id: int) -> Proposal:
    """What waits for a subject, with its reasons; that the member looked is noted (S0-38)."""
    found = _waiting_for(work, actor, subject_id)
    looks.note(work.uow, subject_id, viewer=actor.label, purpose=PURPOSE, at=work.now)
    in_force = work.uow.assessments.in_force(subject_id)
    shown = grade_shown(work, found)
    used = dict.fromkeys(record for step in shown.deciding for record in step.records)
    records = (work.uow.records.get(record) for record in used)
    return Proposal(
        id=found.id,
        subject=work.uow.subjects.get(subject_id),
        in_force=in_force,
        proposed=shown,
        before=_outcome(work, in_force),
        after=_outcome(work, found),
        records=tuple(record for record in records if record is not None),
    )


def approve(work: Work, actor: Actor, subject_id: int, proposal_id: int) -> str:
    """Put a proposal in force in the name of the actor; the outcome in words.

    ``Refused`` where it is no longer the one that waits. Where the facts have
    changed since, nothing is approved: "" comes back, and what is right now
    waits or is in force.
    """
    found = _waiting_for(work, actor, subject_id)
    if found.id != proposal_id:
        raise Refused(GONE)
    again = grades.reassess(work.uow, subject_id, work.rulebook, work.now)
    still = work.uow.assessments.proposal(subject_id)
    if again.verdict is not Verdict.PROPOSED or still is None or still.id != proposal_id:
        return ""
    done = grades.reassess(work.uow, subject_id, work.rulebook, work.now, approved_by=actor.id)
    work.uow.audit.append(
        "grade.approved",
        actor=actor.label,
        subject_id=subject_id,
        ref=str(proposal_id),
        detail={"outcome": done.evaluation.code},
    )
    return _outcome(work, done.assessment)


def _waiting_for(work: Work, actor: Actor, subject_id: int) -> Assessment:
    if not may_approve(work, actor):
        raise NotAllowed(NOT_YOURS, log=f"{actor.label} may not approve grades")
    found = work.uow.assessments.proposal(subject_id)
    if found is None:
        raise NotFound(GONE)
    return found


def _outcome(work: Work, assessment: Assessment | None) -> str:
    """An outcome with its class, in the words of the rules that made it."""
    if assessment is None:
        return work.rulebook.outcomes.unrated.class_name
    evaluation = assessment.evaluation
    return f"{evaluation.grade}（{evaluation.class_name}）" if evaluation.grade else evaluation.class_name
