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
    #: a case number, or subjects whose cases these are: either is enough
    number: str = ""
    subjects: tuple[int, ...] = ()
    #: part of the name of a subject
    name_part: str = ""

    @property
    def named(self) -> bool:
        """Whether the cases are named exactly."""
        return bool(self.number or self.subjects)
