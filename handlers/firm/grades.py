"""查等级, 为什么, 怎么提升: for firms, in words that name rulebook, class, date and source.

A person bound to a firm sees that firm. Somebody bound to none sees what the
rulebook makes public: nothing, the rules, or also the grade of a named firm.
"""

from __future__ import annotations

from domain.model.assessment import Assessment, Evaluation, OutcomeKind, Source
from domain.model.record import Record
from domain.model.subject import Subject, SubjectKind
from domain.rules.codes import mask_personal
from domain.services import explanations, grades, reports
from domain.services.explanations import Reason
from handlers.context import Context
from handlers.firm import texts
from handlers.firm.forms import numbered
from handlers.firm.standing import look, nothing_yet
from handlers.firm.subjects import chosen, own
from handlers.firm.wording import dated, graded, outcome, record_line, spoken
from handlers.pages import with_link

#: records named under one step of the explanation
_RECORDS_NAMED = 5
#: characters of what somebody typed that are said back
_NAME_ECHOED = 40


def show(context: Context, argument: str) -> str:
    """查等级, alone or with the name or code of a firm."""
    found = (own(context, argument) or _named(context, argument)) if argument else chosen(context, "查等级")
    if isinstance(found, str):
        return _unbound(context) if found == texts.ASK_TO_BIND else found
    standing = look(context, found.subject, "查等级")
    if standing.assessment is None:
        return nothing_yet(context, standing.subject)
    text = grade_text(context, found.subject, standing.assessment) + texts.GRADE_NEXT
    text += texts.WAITING_CHANGE if standing.waiting else ""
    return _with_report(context, found.subject, text)


def why(context: Context, argument: str) -> str:
    """为什么: the grade, clause by clause and record by record."""
    found = chosen(context, "为什么")
    if isinstance(found, str):
        return found
    standing = look(context, found.subject, "为什么")
    if standing.assessment is None:
        return nothing_yet(context, standing.subject)
    evaluation = standing.assessment.evaluation
    opening = texts.WHY.format(
        name=found.subject.name, grade=graded(evaluation), dated=dated(standing.assessment)
    )
    closing = texts.WHY_NEXT.format(phone=context.office.phone, hours=context.office.hours)
    text = "\n".join([opening, *_reasons(context, found.subject, evaluation), closing])
    return _with_report(context, found.subject, text)


def improve(context: Context, argument: str) -> str:
    """怎么提升: what would make the outcome better, by asking the rules again."""
    found = chosen(context, "怎么提升")
    if isinstance(found, str):
        return found
    standing = look(context, found.subject, "怎么提升")
    if standing.assessment is None:
        return nothing_yet(context, standing.subject)
    rulebook, office = context.rulebook, context.office
    said = {"name": found.subject.name, "grade": graded(standing.assessment.evaluation)}
    if reports.is_best(rulebook, standing.assessment.evaluation.code):
        return texts.IMPROVE_BEST.format(**said)
    changes = grades.improvements(context.uow, found.subject.id, rulebook, context.today())
    if not changes:
        imported = standing.assessment.evaluation.source is Source.IMPORTED
        template = texts.IMPROVE_IMPORTED if imported else texts.IMPROVE_NONE
        return template.format(**said, phone=office.phone, hours=office.hours)
    lines = [
        texts.IMPROVE_LINE.format(
            number=number, condition=spoken(change.condition), grade=outcome(rulebook, change.outcome)
        )
        for number, change in enumerate(changes, 1)
    ]
    text = "\n".join([texts.IMPROVE.format(**said), *lines, texts.IMPROVE_NOTE])
    return _with_report(context, found.subject, text)


def _with_report(context: Context, subject: Subject, text: str) -> str:
    return with_link(context, text, f"/h5/firm/{subject.id}/grade", texts.WHOLE_REPORT)


def grade_text(context: Context, subject: Subject, assessment: Assessment) -> str:
    """Subject, grade with class, meaning, rulebook, date, source, and the disclaimer where one is due."""
    rulebook, evaluation = context.rulebook, assessment.evaluation
    text = texts.GRADE.format(
        name=subject.name,
        grade=graded(evaluation),
        meaning=rulebook.outcome_text(evaluation.code),
        rulebook=rulebook.display_name,
        dated=dated(assessment),
        source=spoken(evaluation.source_text or rulebook.wording.source_line),
    )
    if evaluation.outcome is OutcomeKind.NEEDS_REVIEW:
        office = context.office
        text += texts.NEEDS_REVIEW_NEXT.format(
            office=office.short_name, phone=office.phone, hours=office.hours
        )
    return f"{text}\n{rulebook.wording.disclaimer}" if rulebook.wording.disclaimer else text


# -- somebody bound to no firm, or asking for another --------------------------


def _unbound(context: Context) -> str:
    rulebook = context.rulebook
    if rulebook.unbound_sees == "nothing":
        return texts.ASK_TO_BIND
    if rulebook.unbound_sees == "grade":
        return texts.ASK_WHICH_PUBLIC
    lines = numbered([grade.public_text for grade in rulebook.grades])
    return texts.RULES_ONLY.format(rulebook=rulebook.display_name, lines=lines)


def _named(context: Context, wanted: str) -> str:
    """The grade of a named firm: where grades are public, and no more than the grade."""
    said = mask_personal(wanted[:_NAME_ECHOED])
    if context.rulebook.unbound_sees != "grade":
        return texts.NOT_YOURS
    found = grades.find_subject(context.uow, wanted)
    if len(found) > 1:
        return texts.SEVERAL_SUBJECTS.format(wanted=said)
    if not found or found[0].kind is SubjectKind.NATURAL_PERSON:
        return texts.NO_SUCH_SUBJECT.format(wanted=said)
    standing = look(context, found[0], "公开查询")
    if standing.assessment is None:
        return nothing_yet(context, standing.subject)
    return grade_text(context, found[0], standing.assessment) + texts.PUBLIC_NEXT


# -- the explanation ------------------------------------------------------------


def _reasons(context: Context, subject: Subject, evaluation: Evaluation) -> list[str]:
    """The trace in three parts: what decided, the conclusion, what was compared besides."""
    records = _records(context, subject) if explanations.records_used(evaluation) else {}
    told = explanations.explain(context.rulebook, evaluation, records)
    lines = [texts.WHY_RULES.format(citation=told.citation)] if told.citation else []
    for number, reason in enumerate(told.reasons, 1):
        lines += _reason_lines(context, number, reason)
    if told.conclusion:
        lines.append(texts.WHY_CONCLUSION.format(text=told.conclusion))
    if told.other_facts:
        facts = "；".join(f"{fact}：{value}" for fact, value in told.other_facts)
        lines.append(texts.WHY_OTHERS.format(facts=facts))
    return [*lines, texts.WHY_CLOSED] if told.others_untold else lines


def _reason_lines(context: Context, number: int, reason: Reason) -> list[str]:
    """One reason with its records."""
    text = (
        texts.STEP_QUOTED.format(article=reason.article, text=reason.text) if reason.article else reason.text
    )
    if not reason.verified:
        text += texts.UNVERIFIED.format(office=context.office.short_name)
    lines = [f"{number}. {spoken(text)}", *map(record_line, reason.records[:_RECORDS_NAMED])]
    if len(reason.records) > _RECORDS_NAMED:
        lines.append(texts.MORE_RECORDS.format(count=len(reason.records) - _RECORDS_NAMED))
    return lines


def _records(context: Context, subject: Subject) -> dict[int, Record]:
    found = context.uow.records.of_subject(subject.id, limit=grades.RECORDS_READ)
    return {record.id: record for record in found}
