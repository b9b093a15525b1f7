"""监管措施, for firms: what follows from the grade, how binding it is, and who carries it out.

应当, 可以, 原则上 and 视情况 are kept apart (C-23). Where the document is not
public, text and basis come from our own words alone (C-24).
"""

from __future__ import annotations

from domain.rules.rulebook_parts import Measure
from handlers.context import Context
from handlers.firm import texts
from handlers.firm.standing import look, nothing_yet
from handlers.firm.subjects import chosen
from handlers.firm.wording import graded
from handlers.pages import with_link


def show(context: Context, argument: str) -> str:
    """监管措施: the measures for the grade in force."""
    found = chosen(context, "监管措施")
    if isinstance(found, str):
        return found
    subject, office = found.subject, context.office
    standing = look(context, subject, "监管措施")
    if standing.assessment is None:
        return nothing_yet(context, subject)
    evaluation = standing.assessment.evaluation
    measures = context.rulebook.measures_for(evaluation.code, subject.kind)
    if not measures:
        return texts.MEASURES_NONE.format(name=subject.name, grade=graded(evaluation))
    lines = [_line(context, number, measure) for number, measure in enumerate(measures, 1)]
    opening = texts.MEASURES.format(name=subject.name, grade=graded(evaluation))
    closing = texts.MEASURES_NEXT.format(phone=office.phone, hours=office.hours)
    text = "\n".join([opening, *lines, closing])
    return with_link(context, text, f"/h5/firm/{subject.id}/measures", texts.MEASURES_PAGE)


def _line(context: Context, number: int, measure: Measure) -> str:
    basis = texts.MEASURE_BASIS.format(basis=measure.basis) if context.rulebook.quotable else ""
    return texts.MEASURE_LINE.format(
        number=number,
        modality=texts.MODALITIES[measure.modality],
        text=measure.public_text,
        executor=measure.executor,
        basis=basis,
    )
