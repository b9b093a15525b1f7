"""为什么: a trace put into what its firm may read, clause by clause and record by record.

One place decides what may be quoted, for the chat, the pages and the papers:
where the document is not public, nothing of its number, articles or tests
leaves it (C-24).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.model.assessment import Evaluation, Step
from domain.model.record import Record
from domain.rules.rulebook import Rulebook
from domain.rules.trace import CONCLUSION, IMPORTED, deciding_steps

#: further facts of one reason: its first one stands in its text
_FACT = "（{fact}：{value}）"


@dataclass(frozen=True, slots=True)
class Reason:
    """One criterion that decided, with the records it rests on."""

    #: "" where the document may not be quoted
    article: str
    text: str
    records: tuple[Record, ...]
    #: False: it rests on a reading that the office has not confirmed
    verified: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """One criterion that was looked at and did not decide."""

    article: str
    text: str
    holds: bool
    #: where it would have led
    leads_to: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an outcome is as it is."""

    #: document and number; "" where they may not be quoted
    citation: str
    reasons: tuple[Reason, ...]
    conclusion: str
    #: facts that were compared and changed nothing, each once: (label, value); empty where not quotable
    other_facts: tuple[tuple[str, int | str | None], ...]
    #: the same, criterion by criterion
    others: tuple[Comparison, ...]
    #: something else was compared that may not be told one by one
    others_untold: bool


def explain(rulebook: Rulebook, evaluation: Evaluation, records: Mapping[int, Record]) -> Explanation:
    """The trace in three parts: what decided, the conclusion, what was compared besides."""
    deciding = deciding_steps(evaluation)
    others = _others(evaluation, deciding)
    conclusion = next((step for step in evaluation.trace if step.criterion == CONCLUSION), None)
    told = others if rulebook.quotable else {}
    return Explanation(
        citation=rulebook.citation(""),
        reasons=tuple(_reason(rulebook, steps, records) for steps in _by_criterion(deciding).values()),
        conclusion=conclusion.public_text if conclusion is not None else "",
        other_facts=tuple((fact, step.value) for fact, step in told.items()),
        others=_comparisons(evaluation, deciding) if rulebook.quotable else (),
        others_untold=bool(others) and not rulebook.quotable,
    )


def records_used(evaluation: Evaluation) -> bool:
    """Whether the reasons name records, which then have to be read."""
    return any(step.records for step in deciding_steps(evaluation))


def _reason(rulebook: Rulebook, steps: Sequence[Step], records: Mapping[int, Record]) -> Reason:
    first, *others = steps
    ids = dict.fromkeys(record_id for step in steps for record_id in step.records)
    return Reason(
        article=first.article if rulebook.quotable else "",
        text=first.public_text + "".join(_FACT.format(fact=s.fact, value=s.value) for s in others),
        records=tuple(records[record_id] for record_id in ids if record_id in records),
        verified=all(step.verified for step in steps),
    )


def _by_criterion(steps: Sequence[Step]) -> dict[str, list[Step]]:
    """The steps of each criterion together: one reason, however many facts it tests."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        found.setdefault(step.criterion, []).append(step)
    return found


def _others(evaluation: Evaluation, deciding: Sequence[Step]) -> dict[str, Step]:
    """Every fact that no deciding step rests on."""
    decided = {step.fact for step in deciding}
    return {
        step.fact: step
        for step in evaluation.trace
        if step.criterion not in (CONCLUSION, IMPORTED) and step.fact not in decided
    }


def _comparisons(evaluation: Evaluation, deciding: Sequence[Step]) -> tuple[Comparison, ...]:
    decided = {step.criterion for step in deciding}
    rest = [step for step in evaluation.trace if step.criterion not in (CONCLUSION, IMPORTED, *decided)]
    return tuple(
        Comparison(
            article=steps[0].article,
            text=steps[0].public_text + "".join(_FACT.format(fact=s.fact, value=s.value) for s in steps[1:]),
            holds=all(step.holds for step in steps),
            leads_to=steps[0].leads_to,
        )
        for steps in _by_criterion(rest).values()
    )
