"""查等级, 为什么, 怎么提升: for firms, in words that name rulebook, class, date and source.

A person bound to a firm sees that firm. Somebody bound to none sees what the
rulebook makes public: nothing, the rules, or also the grade of a named firm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.model.assessment import Assessment, Evaluation, OutcomeKind, Source, Step
from domain.model.record import Record
from domain.model.subject import Subject, SubjectKind
from domain.rules.codes import mask_personal
from domain.rules.rulebook import Rulebook
from domain.rules.trace import CONCLUSION, IMPORTED, deciding_steps
from domain.services import grades
from handlers.context import Context
from handlers.firm import texts
from handlers.firm.forms import numbered
from handlers.firm.standing import look, nothing_yet
from handlers.firm.subjects import chosen, own
from handlers.firm.wording import dated, graded, outcome, record_line, spoken

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
    return text + (texts.WAITING_CHANGE if standing.waiting else "")


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
    return "\n".join([opening, *_reasons(context, found.subject, evaluation), closing])


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
    if _is_best(rulebook, standing.assessment.evaluation.code):
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
    return "\n".join([texts.IMPROVE.format(**said), *lines, texts.IMPROVE_NOTE])


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


def _is_best(rulebook: Rulebook, code: str) -> bool:
    return rulebook.order(code) == min(grade.order for grade in rulebook.grades)


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
    deciding = deciding_steps(evaluation)
    records = _records(context, subject) if any(step.records for step in deciding) else {}
    lines: list[str] = []
    if context.rulebook.quotable:
        lines.append(texts.WHY_RULES.format(citation=context.rulebook.citation("")))
    for number, reason in enumerate(_by_criterion(deciding), 1):
        lines += _reason_lines(context, number, reason, records)
    conclusion = next((step for step in evaluation.trace if step.criterion == CONCLUSION), None)
    if conclusion is not None:
        lines.append(texts.WHY_CONCLUSION.format(text=conclusion.public_text))
    return lines + _others(context, evaluation, deciding)


def _by_criterion(steps: Sequence[Step]) -> list[list[Step]]:
    """The steps of each criterion together: one reason, however many facts it tests."""
    reasons: dict[str, list[Step]] = {}
    for step in steps:
        reasons.setdefault(step.criterion, []).append(step)
    return list(reasons.values())


def _reason_lines(
    context: Context, number: int, reason: list[Step], records: Mapping[int, Record]
) -> list[str]:
    """One reason with its facts and records. Where the document is not public, only words of our own."""
    first, *others = reason
    text = first.public_text + "".join(texts.FACT.format(fact=s.fact, value=s.value) for s in others)
    if context.rulebook.quotable and first.article:
        text = texts.STEP_QUOTED.format(article=first.article, text=text)
    if not all(step.verified for step in reason):
        text += texts.UNVERIFIED.format(office=context.office.short_name)
    ids = dict.fromkeys(record_id for step in reason for record_id in step.records)
    named = [records[record_id] for record_id in ids if record_id in records]
    lines = [f"{number}. {spoken(text)}", *map(record_line, named[:_RECORDS_NAMED])]
    if len(named) > _RECORDS_NAMED:
        lines.append(texts.MORE_RECORDS.format(count=len(named) - _RECORDS_NAMED))
    return lines


def _records(context: Context, subject: Subject) -> dict[int, Record]:
    found = context.uow.records.of_subject(subject.id, limit=grades.RECORDS_READ)
    return {record.id: record for record in found}


def _others(context: Context, evaluation: Evaluation, deciding: Sequence[Step]) -> list[str]:
    """Every other fact with its value; where the document is not public, that all were compared."""
    decided = {step.fact for step in deciding}
    others = {
        step.fact: step
        for step in evaluation.trace
        if step.criterion not in (CONCLUSION, IMPORTED) and step.fact not in decided
    }
    if not others:
        return []
    if not context.rulebook.quotable:
        return [texts.WHY_CLOSED]
    facts = "；".join(f"{fact}：{step.value}" for fact, step in others.items())
    return [texts.WHY_OTHERS.format(facts=facts)]
