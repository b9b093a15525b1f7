"""What another rulebook, or another version, would make of the same subjects. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from domain.model.assessment import BaseGrade
from domain.model.record import Unit
from domain.rules.grading import Grader
from domain.rules.rulebook import Rulebook


class Move(NamedTuple):
    """Subjects that go from one outcome to another."""

    before: str
    after: str


def compare(
    subjects: Iterable[tuple[int, Sequence[Unit], BaseGrade | None]],
    one: Rulebook,
    other: Rulebook,
    on: date,
) -> Counter[Move]:
    """How many subjects have which outcome under the one and under the other rulebook."""
    before, after = Grader(one, on), Grader(other, on)
    return Counter(Move(before.code(units, base), after.code(units, base)) for _, units, base in subjects)


def value_changes(one: Rulebook, other: Rulebook) -> dict[str, tuple[str, str]]:
    """Values that differ between two rulebooks: key → (in the one, in the other), "" where absent."""
    first, second = _leaves(one.model_dump(mode="json")), _leaves(other.model_dump(mode="json"))
    keys = sorted(first.keys() | second.keys())
    return {
        key: (first.get(key, ""), second.get(key, "")) for key in keys if first.get(key) != second.get(key)
    }


def _leaves(value: object, key: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        return {
            k: v
            for name, item in value.items()
            for k, v in _leaves(item, f"{key}.{name}" if key else name).items()
        }
    if isinstance(value, list):
        return {
            k: v
            for number, item in enumerate(value, 1)
            for k, v in _leaves(item, f"{key}[{_label(item, number)}]").items()
        }
    return {key: str(value)}


def _label(item: object, number: int) -> object:
    """Lists of named tables are compared by name, so that an inserted one does not shift the rest."""
    if isinstance(item, dict):
        return item.get("code") or item.get("id") or number
    return number
