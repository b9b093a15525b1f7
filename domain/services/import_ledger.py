"""What a plan holds, and what a planner remembers of the rows before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from domain.model.record import Violation
from domain.services.import_changes import Change
from domain.services.import_drafts import Checked, GradeDraft, RecordDraft, SubjectDraft
from domain.services.import_known import KnownRecord


class SeenSubject(NamedTuple):
    id: int
    row_no: int
    draft: SubjectDraft | None
    name: str


class SeenAct(NamedTuple):
    act: int
    content: int
    seq: int


class SeenRecord(NamedTuple):
    """What the file said about one decision so far."""

    id: int
    row_no: int
    stored: bool
    head: int
    acts: tuple[SeenAct, ...]


class Held(NamedTuple):
    """An act that is new for a stored decision."""

    row: Checked
    draft: RecordDraft
    violation: Violation


@dataclass(slots=True)
class Waiting:
    """The held acts of one stored decision."""

    record: KnownRecord
    held: list[Held] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What is to be written for a chunk, and what became of each row."""

    subjects: list[dict[str, Any]] = field(default_factory=list)
    names: list[dict[str, Any]] = field(default_factory=list)
    legacy: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    violations: list[dict[str, Any]] = field(default_factory=list)
    grades: list[dict[str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    accepted: list[Checked] = field(default_factory=list)
    duplicates: list[Checked] = field(default_factory=list)
    rejected: list[tuple[Checked, str]] = field(default_factory=list)
    diffs: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    waiting: list[tuple[str, Waiting]] = field(default_factory=list)
    #: row number → names that a row without a usable code may mean
    suggestions: dict[int, str] = field(default_factory=dict)

    seen_subjects: dict[str, SeenSubject] = field(default_factory=dict)
    seen_records: dict[str, SeenRecord] = field(default_factory=dict)
    seen_grades: dict[tuple[int, date], GradeDraft] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        return bool(self.subjects or self.records or self.violations or self.grades or self.changes)


class Beside(NamedTuple):
    """The acts of a row beside those of the stored decision."""

    said: tuple[SeenAct, ...]
    corrections: list[Violation]
    unknown: list[Violation]
    #: the file says two things about one act
    torn: bool


class Resolved(NamedTuple):
    """A row whose subject is known."""

    row: Checked
    subject_id: int
    key: str = ""
