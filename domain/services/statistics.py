"""统计: figures counted beside the talk, kept with their moment, and shown as they were kept.

Counting goes in stretches, each a short read of its own: a register of a
million costs a page nothing, since a page only shows what was counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.clock import SHANGHAI, legal_date
from domain.model.figures import ClosedCases, Figures, Imports, OpenCases
from domain.ports import UnitOfWork

#: figures younger than this are not counted again
FRESH = timedelta(minutes=5)
#: ids of one stretch
STRETCH = 20_000
MONTHS = 12
LETTERS_OVER = timedelta(days=30)


@dataclass(slots=True)
class Tally:
    """What was counted so far, stretch by stretch."""

    subjects: int = 0
    grades: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)


def stretches(uow: UnitOfWork, now: datetime) -> tuple[range, range] | None:
    """Where the stretches of the register and of the letters begin; None where the figures are fresh."""
    before = uow.statistics.counted_at()
    if before is not None and timedelta(0) <= now - before < FRESH:
        return None
    return (
        range(0, uow.statistics.last_subject(), STRETCH),
        range(0, uow.statistics.last_letter(), STRETCH),
    )


def letters_since(now: datetime) -> datetime:
    """Older letters are not counted."""
    return now - LETTERS_OVER


def keep(uow: UnitOfWork, tally: Tally, now: datetime) -> None:
    """Count what is few, and keep everything."""
    since = _months(now)[0]
    figures = Figures(
        at=now,
        subjects=tally.subjects,
        grades=tuple(sorted(tally.grades.items())),
        open_cases=tuple(OpenCases(*row) for row in uow.statistics.open_cases(legal_date(now))),
        closed_cases=tuple(_closed(uow.statistics.closed_cases(since))),
        letters_since=legal_date(letters_since(now)),
        letters=tuple(tally.letters.most_common()),
        imports=tuple(_imports(uow.statistics.imports(since))),
    )
    uow.statistics.save(now, _written(figures))


def stored(uow: UnitOfWork) -> Figures | None:
    """The figures as they were counted last; None before the first time."""
    found = uow.statistics.load()
    if found is None:
        return None
    at, kept = found
    return Figures(
        at=at,
        subjects=kept["subjects"],
        grades=tuple((code, many) for code, many in kept["grades"]),
        open_cases=tuple(OpenCases(**each) for each in kept["open_cases"]),
        closed_cases=tuple(ClosedCases(**each) for each in kept["closed_cases"]),
        letters_since=date.fromisoformat(kept["letters_since"]),
        letters=tuple((status, many) for status, many in kept["letters"]),
        imports=tuple(Imports(**each) for each in kept["imports"]),
    )


def months(figures: Figures) -> list[str]:
    """The months that the figures tell of, oldest first: 2026-11."""
    return [f"{first.astimezone(SHANGHAI):%Y-%m}" for first in _months(figures.at)]


def _months(now: datetime) -> list[datetime]:
    """When each of the last twelve months began in Shanghai, as aware UTC."""
    here = now.astimezone(SHANGHAI)
    numbers = range(here.year * 12 + here.month - MONTHS, here.year * 12 + here.month)
    return [datetime(n // 12, n % 12 + 1, 1, tzinfo=SHANGHAI).astimezone(UTC) for n in numbers]


def _closed(rows: Iterable[tuple[str, date, date, int]]) -> list[ClosedCases]:
    found: dict[tuple[str, str], list[int]] = {}
    for kind, due, on, many in rows:
        pair = found.setdefault((kind, f"{on:%Y-%m}"), [0, 0])
        pair[on > due] += many
    return [ClosedCases(kind, month, *pair) for (kind, month), pair in sorted(found.items())]


def _imports(rows: Iterable[tuple[str, datetime, dict[str, int]]]) -> list[Imports]:
    found: dict[tuple[str, str], Counter[str]] = {}
    for kind, at, totals in rows:
        sums = found.setdefault((kind, f"{at.astimezone(SHANGHAI):%Y-%m}"), Counter())
        sums.update({"files": 1} | {key: totals.get(key, 0) for key in _ROWS})
    return [
        Imports(kind, month, sums["files"], *(sums[key] for key in _ROWS))
        for (kind, month), sums in sorted(found.items())
    ]


_ROWS = ("accepted", "rejected", "duplicate")


def _written(figures: Figures) -> dict[str, Any]:
    """As JSON holds it."""
    return asdict(figures) | {
        "at": figures.at.isoformat(),
        "letters_since": figures.letters_since.isoformat(),
    }
