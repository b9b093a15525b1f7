"""What waits on a page or a desk: drafts, uploaded tables, figures, files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from domain.model.draft import Draft, HeldFile
from domain.model.intake import Intake


class Drafts(Protocol):
    """Forms of pages that were begun and not sent, with their files."""

    def get(self, person_id: int, form: str) -> Draft | None: ...
    def locked(self, person_id: int, form: str, at: datetime) -> Draft:
        """The draft, made where there is none; nobody else changes it until this transaction ends."""
        ...

    def put(self, draft: Draft) -> None:
        """Overwrite what was written; files are not touched."""
        ...

    def of_person(self, person_id: int) -> list[Draft]:
        """The latest first, those that were sent included."""
        ...

    def attach(self, draft: Draft, file: HeldFile) -> None: ...
    def detach(self, person_id: int, form: str, sha256: str) -> None:
        """Take a file away; its bytes go later."""
        ...

    def hand_over(self, draft: Draft) -> None:
        """The files of a draft are a case's from now on."""
        ...

    def erase(self, person_id: int) -> None: ...


class Intakes(Protocol):
    """Uploaded tables that wait for a check, a second person, or their import."""

    def add(self, intake: Intake) -> int:
        """Store a new one (its ``id`` is ignored); returns the id."""
        ...

    def get(self, intake_id: int, *, lock: bool = False) -> Intake | None: ...
    def save(self, intake: Intake, *, was: int) -> bool:
        """Overwrite one whose stored version is ``was``, and end its lease; False where it has moved on."""
        ...

    def newest(self, *, limit: int) -> list[Intake]: ...
    def of_file(self, kind: str, sha256: str) -> list[Intake]:
        """Open or imported ones of the very same file, newest first."""
        ...

    def lease(self, now: datetime, until: datetime) -> Intake | None:
        """Take the oldest that a job is to work on; it comes up again after the lease."""
        ...

    def note_progress(self, intake: Intake, done: int, in_all: int, until: datetime) -> bool:
        """How far the job is, and that it is alive; False where somebody took the table away."""
        ...

    def postpone(self, intake: Intake) -> None:
        """What was taken could not be worked on now: it comes up after its lease, and no try is counted."""
        ...

    def stale(self, *, idle_before: datetime, ended_before: datetime, limit: int) -> list[Intake]:
        """Those of which something lies in the file store that is not needed any more."""
        ...

    def columns_of(self, kind: str) -> dict[str, str]:
        """Header → column, as told by hand before."""
        ...

    def remember(self, kind: str, columns: Mapping[str, str], *, by: str, at: datetime) -> None:
        """Take these headers for these columns in the next file of the kind."""
        ...


class Statistics(Protocol):
    """What is counted for the figures of the office, and the figures as kept."""

    def last_subject(self) -> int: ...
    def grades(self, after: int, upto: int) -> tuple[int, dict[str, int]]:
        """Subjects whose id lies in a stretch: how many, and how many of each grade or outcome in force."""
        ...

    def open_cases(self, today: date) -> list[tuple[str, str, str, int, int]]:
        """(department, kind, state, how many, how many past their due date)."""
        ...

    def closed_cases(self, since: datetime) -> list[tuple[str, date, date, int]]:
        """Cases with a limit that were closed since a moment: (kind, due, closed on, how many)."""
        ...

    def last_letter(self) -> int: ...
    def letters(self, after: int, upto: int, since: datetime) -> dict[str, int]:
        """Letters whose id lies in a stretch and that were written since a moment, by status."""
        ...

    def imports(self, since: datetime) -> list[tuple[str, datetime, dict[str, int]]]:
        """Imports that took effect since a moment: (kind, when, totals)."""
        ...

    def counted_at(self) -> datetime | None: ...
    def save(self, at: datetime, figures: Mapping[str, Any]) -> None:
        """Keep the figures in place of the last ones."""
        ...

    def load(self) -> tuple[datetime, dict[str, Any]] | None:
        """The figures as they were counted last; None before the first time."""
        ...


class Files(Protocol):
    """The attachments folder: bytes under the hash of their content. Outside of every transaction."""

    def put(self, data: bytes, year: int) -> str:
        """Keep the bytes; returns their sha256. The same content is kept once."""
        ...

    def get(self, name: str) -> bytes:
        """The bytes behind a hash; ``NotFound`` where they are gone."""
        ...

    def exists(self, name: str) -> bool: ...
    def delete(self, name: str) -> None: ...
