"""How dates, grades and outcomes are said to firms: never a bare letter."""

from __future__ import annotations

import re
from datetime import date

from domain.model.assessment import Assessment, Evaluation, OutcomeKind
from domain.model.record import Record
from domain.rules.codes import mask_personal
from domain.rules.rulebook import Rulebook
from domain.services import reports
from handlers.firm import texts

_ISO_DATE = re.compile(r"(?<![\d-])(\d{4})-(\d\d)-(\d\d)(?![\d-])")


def day(when: date) -> str:
    """2026年3月5日."""
    return f"{when.year}年{when.month}月{when.day}日"


def spoken(text: str) -> str:
    """The text with dates like 2026-03-05 as they are read aloud."""
    return _ISO_DATE.sub(lambda found: f"{found[1]}年{int(found[2])}月{int(found[3])}日", text)


def outcome(rulebook: Rulebook, code: str) -> str:
    """An outcome with its class: B（一般失信）, or the class alone where there is no grade."""
    if code in (OutcomeKind.UNRATED, OutcomeKind.NEEDS_REVIEW):
        return rulebook.class_name(code)
    return f"{code}（{rulebook.class_name(code)}）"


def graded(evaluation: Evaluation) -> str:
    """The outcome of an evaluation, in the words of the rulebook version that made it."""
    said = f"{evaluation.grade}（{evaluation.class_name}）" if evaluation.grade else evaluation.class_name
    return said + (texts.PROVISIONAL if evaluation.provisional else "")


def dated(assessment: Assessment) -> str:
    """The date of a grade, and what kind of date it is."""
    label, on = reports.dated(assessment)
    return texts.DATED.format(label=label, date=day(on))


def record_line(record: Record) -> str:
    """One record under a step of the trace."""
    authority = f"（{record.authority}）" if record.authority else ""
    return texts.STEP_RECORD.format(
        date=day(record.decided_on), title=mask_personal(record.title), authority=authority
    )
