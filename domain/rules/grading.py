"""等级: facts + rulebook + date → outcome, trace, and until when it holds. Pure.

This is the only implementation of the rules. ``Grader`` is made once for a rulebook and a date;
``code`` is its fast answer for a million subjects, ``evaluate`` the full one with the trace.
Both read the same facts and take the same decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from domain.errors import Refused
from domain.model.assessment import BaseGrade, Evaluation, OutcomeKind, Source, Step
from domain.model.record import Unit
from domain.rules import trace
from domain.rules.decision import Decider
from domain.rules.facts import FactReader, Measured
from domain.rules.rulebook import Rulebook

UNRATED = OutcomeKind.UNRATED.value
NEEDS_REVIEW = OutcomeKind.NEEDS_REVIEW.value


class Quick(NamedTuple):
    """An outcome without its trace."""

    code: str
    #: first date on which the facts change by themselves; None: never
    valid_until: date | None


class Grader:
    """The rules of one rulebook on one date, ready for many subjects."""

    def __init__(self, rulebook: Rulebook, on: date, *, like: Grader | None = None) -> None:
        """``like``: a grader of the same rulebook whose memory is shared."""
        self.rulebook = rulebook
        self.on = on
        self._reader: FactReader = like._reader if like else FactReader(rulebook)
        self._decider: Decider = like._decider if like else Decider(rulebook)
        self._trace: trace.CriteriaTrace = like._trace if like else trace.CriteriaTrace(rulebook)
        self._computed = rulebook.base == "criteria"

    def at(self, on: date) -> Grader:
        """The same rules on another date."""
        return Grader(self.rulebook, on, like=self)

    def code(self, units: Iterable[Unit], base: BaseGrade | None = None) -> str:
        """The outcome alone: a grade, UNRATED or NEEDS_REVIEW."""
        return self.quick(units, base).code

    def quick(self, units: Iterable[Unit], base: BaseGrade | None = None) -> Quick:
        """The outcome and until when it holds."""
        if not self._computed:
            return imported_code(self.rulebook, base, self.on)
        vector = self._reader.vector(units, self.on)
        matching = self._decider.matching(vector.values)
        return Quick(matching[0] if matching else UNRATED, vector.valid_until)

    def evaluate(self, units: Sequence[Unit], base: BaseGrade | None = None) -> Evaluation:
        """The outcome with its trace: every condition, its value, its records, what it leads to."""
        if not self._computed:
            return self._imported(base)
        measured, vector = self._reader.measured(units, self.on)
        matching = self._decider.matching(vector.values)
        code = matching[0] if matching else UNRATED
        steps = (*self._trace.steps(measured), self._trace.conclusion(code, matching))
        return make_evaluation(
            self.rulebook,
            code,
            steps,
            Source.COMPUTED,
            self.on,
            valid_until=vector.valid_until,
        )

    def measured(self, units: Sequence[Unit]) -> tuple[Measured, ...]:
        """Every fact with its value and the records behind it."""
        return self._reader.measured(units, self.on)[0]

    def _imported(self, base: BaseGrade | None) -> Evaluation:
        code, valid_until = imported_code(self.rulebook, base, self.on)
        usable = base if base and base.evaluated_on <= self.on else None
        steps = (
            trace.imported_step(self.rulebook, "public", usable, code),
            trace.conclusion(self.rulebook, code, ()),
        )
        return make_evaluation(
            self.rulebook, code, steps, Source.IMPORTED, self.on, base=usable, valid_until=valid_until
        )


def evaluate(units: Sequence[Unit], base: BaseGrade | None, rulebook: Rulebook, on: date) -> Evaluation:
    """The computed outcome of a subject on a date, with trace and ``valid_until``."""
    return Grader(rulebook, on).evaluate(units, base)


def imported_code(rulebook: Rulebook, base: BaseGrade | None, on: date) -> Quick:
    """The outcome that an imported result gives.

    No result, or one without a grade: UNRATED. A grade that the rulebook does not know is never
    guessed at (M29): NEEDS_REVIEW. A result dated later than ``on`` does not count yet.
    """
    if base is None or not base.grade:
        return Quick(UNRATED, None)
    if base.evaluated_on > on:
        return Quick(UNRATED, base.evaluated_on)
    try:
        return Quick(rulebook.canonical_grade(base.grade), None)
    except Refused:
        return Quick(NEEDS_REVIEW, None)


def make_evaluation(
    rulebook: Rulebook,
    code: str,
    steps: tuple[Step, ...],
    source: Source,
    on: date,
    *,
    base: BaseGrade | None = None,
    score: Decimal | None = None,
    valid_until: date | None = None,
) -> Evaluation:
    """An evaluation for an outcome code, with class and source as this rulebook names them."""
    graded = code not in (UNRATED, NEEDS_REVIEW)
    return Evaluation(
        outcome=OutcomeKind.GRADED if graded else OutcomeKind(code),
        grade=code if graded else None,
        class_name=rulebook.class_name(code),
        score=base.score if base else score,
        source=source,
        as_of=on,
        trace=steps,
        valid_until=valid_until,
        source_text=trace.source_text(base) if base else rulebook.wording.source_line,
        rulebook_id=rulebook.id,
        rulebook_version=rulebook.version,
    )


def worse(rulebook: Rulebook, new_code: str, old_code: str) -> bool:
    """Whether an outcome is worse than another in this rulebook's order; codes as ``Evaluation.code``."""
    return rulebook.order(new_code) > rulebook.order(old_code)
