"""监管措施: the register of what holds for whom, filled when an assessment comes into force.

The register says who carries out which measure, since when, on what basis. It
follows the assessment: what is no longer due ends, what is new begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from domain.model.assessment import Assessment
from domain.model.measure import MeasureInForce
from domain.rules.rulebook_parts import Measure
from domain.services.work import Work

#: an assessment rests this long before the sweep enters it, so that no slower transaction is passed over
_SETTLED_AFTER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Followed:
    """What a new assessment did to the register of one subject."""

    ended: tuple[MeasureInForce, ...]
    begun: tuple[Measure, ...]


def follow(work: Work, assessment: Assessment) -> Followed:
    """Make the register of a subject say what its assessment in force entails; twice changes nothing."""
    subject = work.uow.subjects.get(assessment.subject_id)
    due = work.rulebook.measures_for(assessment.evaluation.code, subject.kind)
    held = work.uow.measures.in_force(subject.id)
    wanted = {(each.clause, each.text) for each in due}
    known = {each.key for each in held}
    ended = tuple(each for each in held if each.key not in wanted)
    begun = tuple(each for each in due if (each.clause, each.text) not in known)
    work.uow.measures.end([each.id for each in ended], on=work.today)
    work.uow.measures.enter(subject.id, assessment.id, begun, since=work.today)
    if ended or begun:
        work.uow.audit.append(
            "measures.followed",
            actor="system",
            subject_id=subject.id,
            ref=str(assessment.id),
            detail={"ended": len(ended), "begun": len(begun)},
        )
    return Followed(ended, begun)


def catch_up(work: Work, *, limit: int = 20) -> int:
    """Enter what came into force outside of a decision (imports, evaluations); how many, 0 at the end.

    Only the newest assessment of a subject counts; older ones that were
    overtaken meanwhile are passed over.
    """
    waiting = work.uow.measures.unentered(before=work.now - _SETTLED_AFTER, limit=limit)
    for assessment in waiting:
        present = work.uow.assessments.in_force(assessment.subject_id)
        if present is not None and present.id == assessment.id:
            follow(work, assessment)
    if waiting:
        work.uow.measures.note_entered(waiting[-1].id)
    return len(waiting)
