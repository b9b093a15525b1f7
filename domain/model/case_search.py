"""What somebody looks for among the cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.model.case import CaseKind


@dataclass(frozen=True, slots=True)
class CaseSearch:
    """All conditions must hold; one that is left empty does not ask."""

    #: False: those under way, the nearest due date first; True: those that ended, newest first
    closed: bool = False
    #: whose cases: of every department, or of these departments or handled by one of these
    everywhere: bool = False
    departments: tuple[str, ...] = ()
    handlers: tuple[str, ...] = ()
    kind: CaseKind | None = None
    state: str = ""
    #: due before this Shanghai date
    due_before: date | None = None
    #: a case number, a code, or part of a name
    words: str = ""
