"""From counting units to numbers: how often, how much, in which time.

One reader serves both the fast path (numbers only) and the full one (numbers with the records
behind them), so that the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from domain.model.record import RecordState, Severity, Unit
from domain.rules.months import add_months, day_after
from domain.rules.rulebook import Rulebook
from domain.rules.rulebook_parts import Fact, Source
from domain.rules.severity import SeverityScale, yuan

#: how many different kinds of unit are remembered before the memory starts anew
_MEMORY = 20_000


class _Window(NamedTuple):
    months: int | None
    inclusive: bool


class _Claim(NamedTuple):
    """The facts that take a unit under one window."""

    window: int
    while_valid: bool
    counted: tuple[int, ...]
    summed: tuple[int, ...]


#: a unit, the claim on it, whether it counts on the date, and when that begins or ends; a plain tuple,
#: because a million firms make many millions of them
_Share = tuple[Unit, _Claim, bool, date]


class Vector(NamedTuple):
    """The numbers of a subject, in the order of the rulebook's facts; fines in fen."""

    values: tuple[int, ...]
    #: first date on which a number changes by itself; None: never
    valid_until: date | None


class Measured(NamedTuple):
    """One fact about a subject with what it rests on."""

    fact: Fact
    #: units, or fen
    raw: int
    records: tuple[int, ...] = ()
    contested: int = 0

    @property
    def value(self) -> Decimal:
        """Units, or yuan."""
        return Decimal(self.raw) if self.fact.measure == "count" else yuan(self.raw)

    @property
    def shown(self) -> int | str:
        """The value as the trace keeps it: a count, or yuan with two places."""
        return self.raw if self.fact.measure == "count" else str(yuan(self.raw))


class FactReader:
    """Reads the facts of one rulebook; remembers what it learnt about units and dates."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._facts = rulebook.facts
        self._scale = SeverityScale(rulebook.severity) if rulebook.severity else None
        self._words = {entry.id: frozenset(entry.words) for entry in rulebook.rating_sets}
        windows = [_Window(fact.window_months, fact.window_edge == "inclusive") for fact in self._facts]
        self._windows = tuple(dict.fromkeys(windows))
        self._window_of = tuple(self._windows.index(window) for window in windows)
        self._ends: tuple[dict[date, date], ...] = tuple({} for _ in self._windows)
        self._nothing = tuple(Measured(fact, 0) for fact in self._facts)
        self._claims: dict[Hashable, tuple[_Claim, ...]] = {}

    def vector(self, units: Iterable[Unit], on: date) -> Vector:
        """The numbers alone, and until when they hold."""
        values = [0] * len(self._facts)
        nearest = date.max
        for unit, claim, counts, changes_on in self._shares(units, on):
            if changes_on < nearest:
                nearest = changes_on
            if counts:
                for index in claim.counted:
                    values[index] += 1
                for index in claim.summed:
                    values[index] += unit.fine_fen
        return Vector(tuple(values), None if nearest == date.max else nearest)

    def measured(self, units: Iterable[Unit], on: date) -> tuple[tuple[Measured, ...], Vector]:
        """The facts with the records behind each, and the vector they make."""
        values = [0] * len(self._facts)
        nearest = date.max
        used: dict[int, list[Unit]] = {}
        for unit, claim, counts, changes_on in self._shares(units, on):
            if changes_on < nearest:
                nearest = changes_on
            if counts:
                for index in claim.counted:
                    values[index] += 1
                    used.setdefault(index, []).append(unit)
                for index in claim.summed:
                    values[index] += unit.fine_fen
                    used.setdefault(index, []).append(unit)
        measured = list(self._nothing)
        for index, behind in used.items():
            measured[index] = _measured(self._facts[index], values[index], behind)
        return tuple(measured), Vector(tuple(values), None if nearest == date.max else nearest)

    def _shares(self, units: Iterable[Unit], on: date) -> Iterator[_Share]:
        """Every share that counts on the date, or will begin to count after it.

        Repaired and revoked records are out (S4-39); contested ones stay in until decided.
        """
        for unit in units:
            if unit.state == RecordState.VALID or unit.state == RecordState.CONTESTED:
                for claim in self._claims_of(unit):
                    if unit.on > on:
                        yield unit, claim, False, unit.on
                        continue
                    end = self._end(unit, claim)
                    if end > on:
                        yield unit, claim, True, end

    def _end(self, unit: Unit, claim: _Claim) -> date:
        """First date on which the unit counts no more."""
        ends = self._ends[claim.window]
        end = ends.get(unit.on)
        if end is None:
            end = ends[unit.on] = _window_end(self._windows[claim.window], unit.on)
        if claim.while_valid and unit.valid_until is not None:
            return min(end, day_after(unit.valid_until))
        return end

    def _claims_of(self, unit: Unit) -> tuple[_Claim, ...]:
        step = self._scale.fine_step(unit.fine_fen) if self._scale else 0
        key = (unit.kind, unit.sanctions, unit.severity, unit.rating, unit.endorsed, unit.issuer_kind, step)
        claims = self._claims.get(key)
        if claims is None:
            if len(self._claims) >= _MEMORY:
                self._claims.clear()
            claims = self._claims[key] = self._work_out(unit)
        return claims

    def _work_out(self, unit: Unit) -> tuple[_Claim, ...]:
        groups: dict[tuple[int, bool], tuple[list[int], list[int]]] = {}
        for index, fact in enumerate(self._facts):
            source = next((source for source in fact.sources if self._takes(source, unit)), None)
            if source is not None:
                group = groups.setdefault((self._window_of[index], source.while_valid), ([], []))
                group[fact.measure == "fines"].append(index)
        return tuple(
            _Claim(window, while_valid, tuple(counted), tuple(summed))
            for (window, while_valid), (counted, summed) in groups.items()
        )

    def _takes(self, source: Source, unit: Unit) -> bool:
        within, beyond = source.sanctions_within, source.sanctions_beyond
        return (
            unit.kind in source.kinds
            and (not within or (bool(unit.sanctions) and set(unit.sanctions) <= set(within)))
            and (not beyond or not unit.sanctions or not set(unit.sanctions) <= set(beyond))
            and (not source.rating_set or unit.rating in self._words[source.rating_set])
            and (not source.issuer_kinds or unit.issuer_kind in source.issuer_kinds)
            and (source.endorsed is None or unit.endorsed == source.endorsed)
            and (not source.severity_at_least or self._severity(unit) >= source.severity_at_least)
        )

    def _severity(self, unit: Unit) -> Severity:
        """By this rulebook's table; what was stored counts only where no sanction is known."""
        if self._scale and (unit.sanctions or unit.fine_fen > 0):
            return self._scale.of(unit.sanctions, unit.fine_fen)
        return unit.severity


def _window_end(window: _Window, start: date) -> date:
    if window.months is None:
        return date.max
    end = add_months(start, window.months)
    return day_after(end) if window.inclusive else end


def _measured(fact: Fact, value: int, units: list[Unit]) -> Measured:
    records = {unit.record_id for unit in units}
    contested = {unit.record_id for unit in units if unit.state == RecordState.CONTESTED}
    return Measured(fact, value, tuple(sorted(records)), len(contested))
