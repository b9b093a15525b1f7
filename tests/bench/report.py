"""What the benchmarks found, and how it is shown: tables of ratios, and the targets met or missed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure of several rounds: the median, and how far the rounds lie apart."""

    middle: float
    lowest: float
    highest: float
    rounds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(median(values), min(values), max(values), len(values))

    def shown(self, digits: int = 0) -> str:
        """``1,234 [1,200..1,260]``."""
        low, high = f"{self.lowest:,.{digits}f}", f"{self.highest:,.{digits}f}"
        return f"{self.middle:,.{digits}f} [{low}..{high}]"


@dataclass(frozen=True, slots=True)
class Table:
    """A small table: the first column is text, the others are figures."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the promise: what was wanted, what was found, whether that is enough."""

    what: str
    wanted: str
    found: str
    #: None: not comparable in this run, as with small sizes
    met: bool | None


@dataclass(frozen=True, slots=True)
class Finding:
    """All that one benchmark has to say."""

    name: str
    title: str
    tables: tuple[Table, ...] = ()
    targets: tuple[Target, ...] = ()
    notes: tuple[str, ...] = ()
    #: the raw figures of every round, for ``bench.json``
    raw: dict[str, Any] = field(default_factory=dict)


def render(findings: Sequence[Finding], *, heading: str = "") -> str:
    """The whole report as plain text: each finding with its tables and notes, all targets at the end."""
    parts = [heading] if heading else []
    for finding in findings:
        parts.append(f"{finding.title}\n{'=' * _width(finding.title)}")
        parts += [render_table(table) for table in finding.tables]
        parts += ["\n".join(finding.notes)] if finding.notes else []
    targets = [target for finding in findings for target in finding.targets]
    if targets:
        parts.append("Targets\n=======")
        parts.append(render_table(_target_table(targets)))
    return "\n\n".join(parts) + "\n"


def render_table(table: Table) -> str:
    """The table in columns; Chinese characters take two cells."""
    lines = [table.header, *table.rows]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(table.header))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_line(line, widths) for line in (table.header, rule, *table.rows))


def _target_table(targets: Sequence[Target]) -> Table:
    rows = tuple((target.what, target.wanted, target.found, _verdict(target.met)) for target in targets)
    return Table(("what", "wanted", "found", "met"), rows)


def _verdict(met: bool | None) -> str:
    return "—" if met is None else "yes" if met else "NO"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0] + " " * (widths[0] - _width(cells[0]))
    rest = (" " * (width - _width(cell)) + cell for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join((first, *rest)).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
