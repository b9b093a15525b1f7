"""统计: figures of the office as they were counted last. No figure names anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class OpenCases:
    """Open cases of one department, kind and state."""

    department: str
    kind: str
    state: str
    many: int
    #: of these, past their due date
    late: int


@dataclass(frozen=True, slots=True)
class ClosedCases:
    """Cases of one kind that were due and closed in one month; ``month`` is 2026-11."""

    kind: str
    month: str
    on_time: int
    late: int


@dataclass(frozen=True, slots=True)
class Imports:
    """Imports of one kind that took effect in one month, and their rows."""

    kind: str
    month: str
    files: int
    accepted: int
    rejected: int
    duplicate: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them, of one moment."""

    at: datetime
    #: everybody in the register, with a grade or without
    subjects: int
    #: (code of a grade, or of an outcome without one; how many subjects)
    grades: tuple[tuple[str, int], ...]
    open_cases: tuple[OpenCases, ...]
    closed_cases: tuple[ClosedCases, ...]
    #: since ``letters_since``: (status, how many letters)
    letters_since: date
    letters: tuple[tuple[str, int], ...]
    imports: tuple[Imports, ...]
