"""What a checked row becomes before it is stored, and how its problems are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from domain.model.record import RecordKind, RecordState, Violation
from domain.model.subject import SubjectKind
from domain.rules.cleaning import Cell

#: purposes under which ID numbers of natural persons are sealed and hashed
ID_PURPOSE = "subject-id-number"


class Clue(NamedTuple):
    """Whom a row is about, as far as the row tells."""

    name: str
    kind: SubjectKind | None
    uscc: str = ""
    #: old codes, cleaned
    legacy: tuple[str, ...] = ()
    id_hash: bytes = b""
    id_sealed: bytes = b""

    @property
    def is_person(self) -> bool:
        return self.kind is SubjectKind.NATURAL_PERSON

    @property
    def shown(self) -> str:
        """The name for reports; the names of natural persons are not repeated."""
        return "自然人" if self.is_person else self.name


class SubjectDraft(NamedTuple):
    row_no: int
    clue: Clue
    former_names: tuple[str, ...]
    industry: str
    domains: tuple[str, ...]


class GradeDraft(NamedTuple):
    row_no: int
    clue: Clue
    grade: str
    score: Decimal | None
    evaluated_on: date
    source: str


class RecordDraft(NamedTuple):
    row_no: int
    clue: Clue
    kind: RecordKind
    title: str
    decided_on: date
    authority: str
    doc_no: str
    source: str
    state: RecordState
    published_on: date | None
    publicity_until: date | None
    valid_until: date | None
    issuer_kind: str
    endorsed: bool
    violations: tuple[Violation, ...]


Draft = SubjectDraft | GradeDraft | RecordDraft


class Repair(NamedTuple):
    """One cell that was read as something else than it says."""

    row_no: int
    column: str
    before: str
    after: str
    note: str


@dataclass(slots=True)
class Checked:
    """What became of one row: a draft, or the reasons against it."""

    row_no: int
    #: the cells as read, personal numbers in wrong columns masked
    cells: list[Cell]
    name: str = ""
    draft: Draft | None = None
    reasons: list[str] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    #: a trial row (M25)
    quarantined: bool = False
    #: a personal number stood in a column where none belongs (M26)
    personal: bool = False
    nulls: int = 0
