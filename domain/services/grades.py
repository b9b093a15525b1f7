"""等级: the assessment in force, and the one place that decides what may come into force by itself.

The computed outcome is pure; what firms see is the assessment in force. An
equal or better outcome comes into force by itself. A worse one is proposed
and waits for a named person (PIPL 24): no machine alone makes a firm worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from domain.clock import legal_date
from domain.model.assessment import Assessment, BaseGrade, Evaluation, OutcomeKind, Source, Step, WouldChange
from domain.model.record import Record, Unit, units_of
from domain.model.subject import Subject
from domain.ports import UnitOfWork
from domain.rules.codes import BadCode, clean_uscc
from domain.rules.counterfactual import would_change
from domain.rules.grading import evaluate, worse
from domain.rules.rulebook import Rulebook
from domain.rules.rulebook_parts import Measure

#: a turn reads a bounded number of rows; nobody has more records that still count
RECORDS_READ = 1000


class Verdict(Enum):
    """What becomes of a computed outcome."""

    #: it is what is in force already
    UNCHANGED = "unchanged"
    #: equal or better, or approved by a named person
    IN_FORCE = "in force"
    #: worse: waits for a named person
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a subject stands today: what is in force, and whether something worse waits."""

    subject: Subject
    #: None where nothing has come into force yet
    assessment: Assessment | None
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Reassessment:
    """What a new evaluation led to."""

    verdict: Verdict
    evaluation: Evaluation
    #: in force afterwards
    assessment: Assessment | None


@dataclass(frozen=True, slots=True)
class GradeReport:
    """All that is known about a subject's grade on a day, for the command line and for papers."""

    subject: Subject
    rulebook: Rulebook
    evaluation: Evaluation
    #: False: computed only, for another day or as a proposal that waits
    in_force: bool
    records: Mapping[int, Record]
    measures: tuple[Measure, ...]
    would_change: tuple[WouldChange, ...]


def decide(
    rulebook: Rulebook, in_force: Evaluation | None, computed: Evaluation, *, approved: bool = False
) -> Verdict:
    """What becomes of a computed outcome beside the one in force.

    Where nothing is in force, the outcome is measured against 暂无等级: a first
    adverse grade needs a named person as much as a later one. ``approved``
    says that a named person answers for it, as for an approved import.
    """
    if in_force is not None and _same(in_force, computed):
        return Verdict.UNCHANGED
    before = in_force.code if in_force is not None else OutcomeKind.UNRATED.value
    if approved or not worse(rulebook, computed.code, before):
        return Verdict.IN_FORCE
    return Verdict.PROPOSED


def is_due(evaluation: Evaluation, today: date) -> bool:
    """Whether the outcome may have changed by itself since it was computed."""
    return evaluation.valid_until is not None and evaluation.valid_until <= today


def standing(uow: UnitOfWork, subject: Subject, rulebook: Rulebook, now: datetime) -> Standing:
    """The assessment in force; evaluated first where there is none or its time has passed.

    One statement where an assessment is in force and still holds.
    """
    in_force = uow.assessments.in_force(subject.id)
    if in_force is not None and not is_due(in_force.evaluation, legal_date(now)):
        return Standing(subject, in_force)
    done = _reassess(uow, subject.id, in_force, rulebook, now)
    return Standing(subject, done.assessment, waiting=done.verdict is Verdict.PROPOSED)


def reassess(
    uow: UnitOfWork, subject_id: int, rulebook: Rulebook, now: datetime, *, approved_by: str = ""
) -> Reassessment:
    """Evaluate a subject anew and carry out the verdict.

    ``approved_by`` is the userid of the person who answers for a worse outcome
    too; an imported result brings its own approver.
    """
    in_force = uow.assessments.in_force(subject_id)
    return _reassess(uow, subject_id, in_force, rulebook, now, approved_by=approved_by)


def reassess_due(
    uow: UnitOfWork, rulebook: Rulebook, now: datetime, *, after: int = 0, limit: int = 20
) -> int:
    """Evaluate again whose time has passed, ``limit`` subjects at a time; the last id, 0 at the end."""
    due = uow.assessments.due(legal_date(now), after=after, limit=limit)
    for subject_id in due:
        reassess(uow, subject_id, rulebook, now)
    return due[-1] if due else 0


def reassess_evaluated(
    uow: UnitOfWork, subject_ids: Iterable[int], rulebook: Rulebook, now: datetime
) -> list[Verdict]:
    """Evaluate again those of some subjects that have an assessment (S2-05); one verdict for each.

    Who was never evaluated is so when first asked about.
    """
    verdicts = []
    for subject_id in subject_ids:
        in_force = uow.assessments.in_force(subject_id)
        if in_force is not None:
            verdicts.append(_reassess(uow, subject_id, in_force, rulebook, now).verdict)
    return verdicts


def facts_of(uow: UnitOfWork, subject_id: int) -> tuple[list[Record], list[Unit], BaseGrade | None]:
    """Records, their counting units and the imported base grade of a subject."""
    records = uow.records.of_subject(subject_id, limit=RECORDS_READ)
    units = [unit for record in records for unit in units_of(record)]
    return records, units, uow.assessments.base_grade(subject_id)


def improvements(
    uow: UnitOfWork, subject_id: int, rulebook: Rulebook, today: date
) -> tuple[WouldChange, ...]:
    """What would make the outcome better: counterfactuals of the present facts."""
    _, units, base = facts_of(uow, subject_id)
    present = evaluate(units, base, rulebook, today).code
    changes = would_change(units, base, rulebook, today)
    return tuple(change for change in changes if worse(rulebook, present, change.outcome))


def find_subject(uow: UnitOfWork, wanted: str) -> list[Subject]:
    """The subjects that a code or an exact present or former name means; usually one, maybe none."""
    code = clean_uscc(wanted, as_text=True)
    if isinstance(code, BadCode):
        return uow.subjects.by_name(wanted.strip())
    found = uow.subjects.by_uscc(code.value)
    return [found] if found else []


def grade_report(
    uow: UnitOfWork, subject: Subject, rulebook: Rulebook, now: datetime, *, as_of: date | None = None
) -> GradeReport:
    """The assessment in force with its trace; for another day, the computed outcome, changing nothing."""
    today = legal_date(now)
    on = as_of or today
    records, units, base = facts_of(uow, subject.id)
    in_force = standing(uow, subject, rulebook, now).assessment if on == today else None
    evaluation = in_force.evaluation if in_force else evaluate(units, base, rulebook, on)
    return GradeReport(
        subject=subject,
        rulebook=rulebook,
        evaluation=evaluation,
        in_force=in_force is not None,
        records={record.id: record for record in records},
        measures=rulebook.measures_for(evaluation.code, subject.kind),
        would_change=would_change(units, base, rulebook, on),
    )


def grade_json(report: GradeReport) -> dict[str, Any]:
    """The outer contract's form of ``xinshi grade --json``; decimals as text, never as floats."""
    evaluation, rulebook = report.evaluation, report.rulebook
    return {
        "uscc": report.subject.uscc,
        "name": report.subject.name,
        "rulebook": rulebook.id,
        "rulebook_version": evaluation.rulebook_version or rulebook.version,
        "as_of": evaluation.as_of.isoformat(),
        "outcome": evaluation.outcome.value,
        "grade": evaluation.grade,
        "class": evaluation.class_name,
        "score": None if evaluation.score is None else str(evaluation.score),
        "source": evaluation.source.value,
        "trace": [_step_json(step, report.records) for step in evaluation.trace],
        "measures": [_measure_json(measure) for measure in report.measures],
        "would_change": [{"if": change.condition, "grade": change.outcome} for change in report.would_change],
        "disclaimer": rulebook.wording.disclaimer,
        "provisional": evaluation.provisional or not report.in_force,
    }


def _step_json(step: Step, records: Mapping[int, Record]) -> dict[str, Any]:
    return {
        "clause": step.clause,
        "article": step.article,
        "fact": step.fact,
        "value": step.value,
        "test": step.test,
        "holds": step.holds,
        "records": [_reference(records, record_id) for record_id in step.records],
    }


def _measure_json(measure: Measure) -> dict[str, Any]:
    return {
        "text": measure.text,
        "modality": measure.modality,
        "executor": measure.executor,
        "basis": measure.basis,
        "clause": measure.clause,
    }


def _same(one: Evaluation, other: Evaluation) -> bool:
    """Whether two evaluations say the same, whenever they were made."""
    return replace(one, as_of=other.as_of) == other


def _reassess(
    uow: UnitOfWork,
    subject_id: int,
    in_force: Assessment | None,
    rulebook: Rulebook,
    now: datetime,
    *,
    approved_by: str = "",
) -> Reassessment:
    _, units, base = facts_of(uow, subject_id)
    computed = evaluate(units, base, rulebook, legal_date(now))
    answers = approved_by or answers_for(computed, base)
    verdict = decide(rulebook, in_force.evaluation if in_force else None, computed, approved=bool(answers))
    if verdict is Verdict.IN_FORCE:
        in_force = _put_in_force(uow, subject_id, computed, now, answers)
    elif verdict is Verdict.PROPOSED:
        _propose(uow, subject_id, computed, now)
    return Reassessment(verdict, computed, in_force)


def answers_for(computed: Evaluation, base: BaseGrade | None) -> str:
    """Who answers for an outcome, "" for nobody: an import is an approved act of a named person."""
    return base.approved_by if base is not None and computed.source is Source.IMPORTED else ""


def _put_in_force(
    uow: UnitOfWork, subject_id: int, computed: Evaluation, now: datetime, approved_by: str
) -> Assessment:
    assessment_id = uow.assessments.put_in_force(
        subject_id, computed, at=now, batch_id=None, approved_by=approved_by
    )
    uow.audit.append("grade.in_force", actor="system", subject_id=subject_id, ref=str(assessment_id))
    return Assessment(
        id=assessment_id,
        subject_id=subject_id,
        rulebook_id=computed.rulebook_id,
        rulebook_version=computed.rulebook_version,
        evaluation=computed,
        in_force_from=now,
        approved_by=approved_by,
    )


def _propose(uow: UnitOfWork, subject_id: int, computed: Evaluation, now: datetime) -> None:
    """Propose a worse outcome, once: the same proposal is not written again each time somebody asks."""
    waiting = uow.assessments.proposal(subject_id)
    if waiting is not None and _same(waiting.evaluation, computed):
        return
    proposal_id = uow.assessments.propose(subject_id, computed, at=now, batch_id=None)
    uow.audit.append("grade.proposed", actor="system", subject_id=subject_id, ref=str(proposal_id))


def _reference(records: Mapping[int, Record], record_id: int) -> str:
    """How a record is named in the trace: its document number, else its number here."""
    record = records.get(record_id)
    return record.doc_no if record is not None and record.doc_no else f"#{record_id}"
