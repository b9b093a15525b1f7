"""rulebook compare: who moves where under another rulebook or version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.cli.workplace import Workplace
from domain.model.subject import Subject
from domain.rules.grading import Grader
from domain.rules.rulebook import Rulebook
from domain.services.evaluations import Comparison, SubjectFacts, compare

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Moves:
    """A comparison with the two rulebooks' own words for its outcomes."""

    first: Rulebook
    second: Rulebook
    comparison: Comparison
    subjects: dict[int, Subject]

    @property
    def total(self) -> int:
        return self.comparison.total

    @property
    def moved(self) -> int:
        """Subjects whose outcome code differs; equal letters may still be different classes."""
        return sum(count for (old, new), count in self.comparison.matrix.items() if old != new)

    def rows(self) -> list[tuple[str, str, str]]:
        """From, to and how many, in the first rulebook's order."""
        ranked = sorted(
            self.comparison.matrix.items(),
            key=lambda kv: (self.first.order(kv[0][0]), self.second.order(kv[0][1])),
        )
        return [
            (f"{old} {self.first.class_name(old)}", f"{new} {self.second.class_name(new)}", str(count))
            for (old, new), count in ranked
        ]

    def examples(self) -> list[str]:
        """A few subjects of each kind of move."""
        return [
            f"  {self.subjects[move.subject_id].uscc or '无代码'} {self.subjects[move.subject_id].name}："
            f"{move.first} → {move.second}"
            for move in self.comparison.examples
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "rulebooks": [f"{book.id} {book.version}" for book in (self.first, self.second)],
            "total": self.total,
            "moved": self.moved,
            "moves": [
                {"from": old, "to": new, "subjects": count}
                for (old, new), count in sorted(self.comparison.matrix.items())
            ],
            "examples": [
                {"uscc": self.subjects[m.subject_id].uscc, "from": m.first, "to": m.second}
                for m in self.comparison.examples
            ],
        }


def compare_rulebooks(place: Workplace, first: Rulebook, second: Rulebook, *, on: date) -> Moves:
    """Grade the stored population under both rulebooks; changes nothing."""

    def pages(after: int) -> list[SubjectFacts]:
        with place.session() as uow:
            return uow.evaluations.page(after=after, limit=_PAGE)

    result = compare(pages, Grader(first, on), Grader(second, on))
    with place.session() as uow:
        subjects = {move.subject_id: uow.subjects.get(move.subject_id) for move in result.examples}
    return Moves(first, second, result, subjects)
