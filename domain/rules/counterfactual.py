"""怎么提升: what the outcome would be if a record were repaired, if one waits, if one earned it.

Each answer is the one grading function asked again, with other facts or another date; nothing here
knows a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from domain.model.assessment import BaseGrade, WouldChange
from domain.model.record import Unit
from domain.rules.grading import UNRATED, Grader, worse
from domain.rules.rulebook import Rulebook

#: changes by the mere passing of time that are listed
_CHANGES_AHEAD = 3
#: window ends looked at; a subject with more is told of those within reach
_DATES_AHEAD = 40


def would_change(
    units: Sequence[Unit], base: BaseGrade | None, rulebook: Rulebook, on: date
) -> tuple[WouldChange, ...]:
    """What would change the outcome: one repair, all repairs, waiting, meeting the best grade's conditions.

    Empty for imported results: who computes them decides, and nothing is promised here.
    """
    if rulebook.base != "criteria":
        return ()
    grader = Grader(rulebook, on)
    return (
        *_repairs(units, grader),
        *_waiting(units, grader),
        *_earning(units, grader),
    )


def _repairs(units: Sequence[Unit], grader: Grader) -> Iterator[WouldChange]:
    """Each adverse record taken out alone, then all of them together; only what improves."""
    now = grader.code(units)
    adverse = _adverse_records(units, grader)
    single: list[str] = []
    for record, unit in adverse.items():
        code = grader.code([other for other in units if other.record_id != record])
        if worse(grader.rulebook, now, code):
            single.append(code)
            text = f"{unit.on}的{unit.kind}记录完成修复或者被撤销"
            yield WouldChange(text, code, (record,))
    if len(adverse) < 2:
        return
    code = grader.code([unit for unit in units if unit.record_id not in adverse])
    best_single = min(single, key=grader.rulebook.order, default=now)
    if worse(grader.rulebook, best_single, code):
        yield WouldChange(f"{len(adverse)}条失信记录全部完成修复或者被撤销", code, tuple(adverse))


def _adverse_records(units: Sequence[Unit], grader: Grader) -> dict[int, Unit]:
    """Records that count today in a fact on which some outcome worse than UNRATED rests."""
    rulebook = grader.rulebook
    adverse = {
        test.fact
        for criterion in rulebook.criteria
        if worse(rulebook, criterion.leads_to, UNRATED)
        for test in criterion.tests
    }
    counting = {
        record for entry in grader.measured(units) for record in entry.records if entry.fact.id in adverse
    }
    return {unit.record_id: unit for unit in sorted(units, key=_place) if unit.record_id in counting}


def _place(unit: Unit) -> tuple[date, int, int]:
    return unit.on, unit.record_id, unit.seq


def _waiting(units: Sequence[Unit], grader: Grader) -> Iterator[WouldChange]:
    """The next changes that come with time alone, for better or worse."""
    quick = grader.quick(units)
    found = 0
    for _ in range(_DATES_AHEAD):
        if quick.valid_until is None or found == _CHANGES_AHEAD:
            return
        then = quick.valid_until
        later = grader.at(then).quick(units)
        if later.code != quick.code:
            found += 1
            yield WouldChange(f"到{then}，其间没有新的记录", later.code, on=then)
        quick = later


def _earning(units: Sequence[Unit], grader: Grader) -> Iterator[WouldChange]:
    """What the best grade asks for, with the condition that nothing worse stands in its way."""
    rulebook = grader.rulebook
    best = min(rulebook.grades, key=lambda grade: grade.order)
    ways = [criterion.public_text for criterion in rulebook.criteria if criterion.leads_to == best.code]
    if grader.code(units) == best.code or not ways:
        return
    first = "现有失信记录都已修复、撤销或者到期，并且" if _adverse_records(units, grader) else ""
    yield WouldChange(f"{first}{'，或者'.join(ways)}", best.code)
