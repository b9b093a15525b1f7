"""How dates, grades and outcomes are said to firms: never a bare letter."""

from __future__ import annotations

from datetime import date

from domain.model.assessment import Evaluation, OutcomeKind
from domain.model.record import Record
from domain.rules.codes import mask_personal
from domain.rules.rulebook import Rulebook
from handlers.firm import texts


def day(when: date) -> str:
    """2026年3月5日."""
    return f"{when.year}年{when.month}月{when.day}日"


def outcome(rulebook: Rulebook, code: str) -> str:
    """An outcome with its class: B（一般失信）, or the class alone where there is no grade."""
    if code in (OutcomeKind.UNRATED, OutcomeKind.NEEDS_REVIEW):
        return rulebook.class_name(code)
    return f"{code}（{rulebook.class_name(code)}）"


def graded(evaluation: Evaluation) -> str:
    """The outcome of an evaluation, in the words of the rulebook version that made it."""
    said = f"{evaluation.grade}（{evaluation.class_name}）" if evaluation.grade else evaluation.class_name
    return said + (texts.PROVISIONAL if evaluation.provisional else "")


def record_line(record: Record) -> str:
    """One record under a step of the trace."""
    authority = f"（{record.authority}）" if record.authority else ""
    return texts.STEP_RECORD.format(
        date=day(record.decided_on), title=mask_personal(record.title), authority=authority
    )
