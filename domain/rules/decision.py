"""From numbers to an outcome: criteria in their order of precedence (C-12)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import Decimal

from domain.rules.rulebook import Rulebook
from domain.rules.rulebook_parts import Criterion
from domain.rules.severity import yuan

#: how many different vectors are remembered before the memory starts anew
_MEMORY = 100_000


class Decider:
    """Decides over fact vectors; equal vectors share one decision."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._index = {fact.id: index for index, fact in enumerate(rulebook.facts)}
        self._fines = {fact.id for fact in rulebook.facts if fact.measure == "fines"}
        order = rulebook.precedence.order if rulebook.precedence else ()
        self._ladder = tuple(
            (code, tuple(criterion for criterion in rulebook.criteria if criterion.leads_to == code))
            for code in order
        )
        self._steps = tuple((self._index[fact], self._limits(rulebook, fact)) for fact in sorted(self._fines))
        self._known: dict[tuple[int, ...], tuple[str, ...]] = {}

    def matching(self, values: tuple[int, ...]) -> tuple[str, ...]:
        """Every outcome that some criterion leads to, in the order of precedence; () is UNRATED (C-11)."""
        key = self._key(values)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MEMORY:
                self._known.clear()
            found = self._known[key] = self._work_out(values)
        return found

    def _work_out(self, values: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(
            code
            for code, criteria in self._ladder
            if any(self._holds(criterion, values) for criterion in criteria)
        )

    def _key(self, values: tuple[int, ...]) -> tuple[int, ...]:
        """The vector with each sum of fines replaced by its place among the limits it is tested against.

        Sums are almost all different, their places are few: so that vectors repeat.
        """
        key = list(values)
        for index, limits in self._steps:
            value = values[index]
            key[index] = bisect_left(limits, value) + bisect_right(limits, value)
        return tuple(key)

    @staticmethod
    def _limits(rulebook: Rulebook, fact: str) -> list[Decimal]:
        tests = (test for criterion in rulebook.criteria for test in criterion.tests)
        return sorted({test.limit * 100 for test in tests if test.fact == fact})

    def _holds(self, criterion: Criterion, values: tuple[int, ...]) -> bool:
        return all(test.holds(self._value(test.fact, values)) for test in criterion.tests)

    def _value(self, fact: str, values: tuple[int, ...]) -> Decimal:
        value = values[self._index[fact]]
        return yuan(value) if fact in self._fines else Decimal(value)
