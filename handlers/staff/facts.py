"""What a case is about, for staff: the firm, the request, the record or the grade with its reasons."""

from __future__ import annotations

from collections.abc import Iterator

from domain.model.case import Case
from domain.model.record import Record
from domain.model.subject import Subject
from domain.rules.codes import mask_personal
from domain.rules.trace import deciding_steps
from domain.services import objections
from domain.services.case_file import facts
from domain.services.work import Work
from handlers.context import Context
from handlers.firm.wording import dated, day, graded
from handlers.staff import texts
from handlers.staff.who import actor_of


def note_look(context: Context, subject: Subject, purpose: str) -> None:
    """Note in the query log that this member looked at a subject, and what for (S0-38)."""
    viewer = actor_of(context).label
    context.uow.queries.note(subject_id=subject.id, viewer=viewer, purpose=purpose, at=context.now())
    context.uow.audit.append(
        "subject.viewed", actor=viewer, subject_id=subject.id, detail={"purpose": purpose}
    )


def facts_of(context: Context, work: Work, case: Case, *, purpose: str) -> str:
    """The facts of a case, one line each; that somebody looked is noted."""
    lines: list[str] = []
    if case.subject_id is not None:
        subject = work.uow.subjects.get(case.subject_id)
        note_look(context, subject, purpose)
        code = f"（{subject.uscc}）" if subject.uscc else ""
        lines.append(texts.FACT.format(label="单位", value=f"{subject.name}{code}"))
    lines.append(texts.FACT.format(label="部门", value=case.department))
    lines += _said(case)
    lines += _measures(case)
    lines += _contested(work, case)
    lines += _corrections(work, case)
    if count := work.uow.evidence.count(case.id):
        lines.append(texts.EVIDENCE.format(count=count, number=case.number))
    return "\n".join(lines)


def _said(case: Case) -> Iterator[str]:
    for label, value in facts(case):
        yield texts.FACT.format(label=label, value=value)


def _measures(case: Case) -> Iterator[str]:
    """The measures that a stop order is about."""
    for no, measure in enumerate(case.facts.get("measures", ()), 1):
        yield texts.MEASURE.format(no=no, text=measure["text"], basis=measure["basis"])


def _contested(work: Work, case: Case) -> Iterator[str]:
    """The record in question, or the grade with the steps that led to it."""
    record_id = case.facts.get("record")
    record = work.uow.records.get(record_id) if isinstance(record_id, int) else None
    if record is not None:
        yield _record(record)
    if case.facts.get("against") == objections.AGAINST_GRADE and case.subject_id is not None:
        yield from _grade(work, case.subject_id)


def _corrections(work: Work, case: Case) -> Iterator[str]:
    """What a decision asks of the platform above, and how far each has got there (S4-39)."""
    for each in work.uow.corrections.of_case(case.id):
        stage = (
            texts.QUEUED if each.batch is None else texts.SENT if not each.confirmed_at else texts.CONFIRMED
        )
        yield texts.CORRECTION.format(
            what=each.what,
            before=each.before or "无",
            after=each.after or "无",
            stage=stage.format(batch=each.batch, receipt=each.receipt),
        )


def _record(record: Record) -> str:
    return texts.RECORD.format(
        date=day(record.decided_on),
        title=mask_personal(record.title),
        authority=record.authority,
        doc_no=f"，{record.doc_no}" if record.doc_no else "",
        state=record.state,
    )


def _grade(work: Work, subject_id: int) -> Iterator[str]:
    assessment = work.uow.assessments.in_force(subject_id)
    if assessment is None:
        return
    evaluation = assessment.evaluation
    yield texts.GRADE.format(grade=graded(evaluation), dated=dated(assessment))
    steps = deciding_steps(evaluation)
    if steps:
        lines = (
            texts.TRACE_LINE.format(
                article=f"{step.article}：" if step.article else "",
                text=step.public_text,
                fact=step.fact,
                value=step.value,
                test=step.test,
            )
            for step in steps
        )
        yield texts.TRACE.format(lines="\n".join(lines))
