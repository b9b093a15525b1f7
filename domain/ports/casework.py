"""Cases and what belongs to them: calendar, measures, commitments, evidence, papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from domain.model.assessment import Assessment
from domain.model.case import Case, CaseEvent, CaseKind, Evidence
from domain.model.case_search import CaseSearch
from domain.model.commitment import Commitment, Performance
from domain.model.measure import Correction, MeasureInForce
from domain.model.paper import Paper, PaperKind
from domain.model.person import Channel
from domain.rules.rulebook_parts import Measure
from domain.rules.workdays import WorkCalendar


class Cases(Protocol):
    """Cases, their logs, and who was shown which version."""

    def next_number(self, kind: CaseKind, year: int) -> int:
        """The next number of a kind and year; others who ask wait until this transaction ends."""
        ...

    def add(self, case: Case) -> Case:
        """Store a new case (its ``id`` is ignored); returned with its id."""
        ...

    def get(self, case_id: int) -> Case | None: ...
    def by_number(self, number: str, *, lock: bool = False) -> Case | None:
        """The case of a number; with ``lock`` nobody else changes it until this transaction ends."""
        ...

    def save(self, case: Case, *, was: int) -> bool:
        """Overwrite a case whose stored version is ``was``; False where it has moved on."""
        ...

    def append_event(self, event: CaseEvent) -> None: ...
    def events(self, case_id: int, *, texts: bool = True) -> list[CaseEvent]:
        """The log, oldest first; without ``texts`` nothing is unsealed."""
        ...

    def of_subject(self, subject_id: int, *, open_only: bool = False, limit: int = 50) -> list[Case]:
        """Newest first."""
        ...

    def of_applicant(self, person_id: int, *, open_only: bool = False, limit: int = 50) -> list[Case]:
        """Newest first."""
        ...

    def children(self, case_id: int) -> list[Case]:
        """Cases that go back to this one (复核, 更正, 终止措施 …), oldest first."""
        ...

    def open_in(self, departments: Sequence[str], handler: str = "", *, limit: int = 200) -> list[Case]:
        """Open cases of some departments, or that ``handler`` handles; the nearest due date first,
        those without one last."""
        ...

    def due_by(self, day: date, *, after: int, limit: int) -> list[Case]:
        """Open cases that are due on or before a day, after a case id, in id order."""
        ...

    def open_after(self, after: int, *, limit: int) -> list[Case]:
        """Open cases after a case id, in id order."""
        ...

    def search(self, wanted: CaseSearch, *, after: int, limit: int) -> list[Case]:
        """What is looked for, without the first ``after`` of them."""
        ...

    def count(self, wanted: CaseSearch, *, limit: int) -> int:
        """How many there are; counting ends at ``limit``."""
        ...

    def note_view(self, userid: str, case_id: int, version: int, at: datetime) -> None: ...
    def seen_version(self, userid: str, case_id: int) -> int | None: ...


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day that was set here: worked or off, and by what notice."""

    day: date
    worked: bool
    source: str


class Calendar(Protocol):
    """Days and years entered here, over those that the calendar library knows."""

    def load(self) -> WorkCalendar:
        """The calendar as it stands in this transaction; cached until something is entered."""
        ...

    def days_of(self, year: int) -> list[CalendarDay]:
        """What was set here for a year, in order."""
        ...

    def set_day(self, day: date, *, worked: bool, source: str, by: str, at: datetime) -> None: ...
    def announce(self, year: int, *, source: str, by: str, at: datetime) -> None:
        """From now on the year's arrangement is known: terms that touch it are final."""
        ...

    def recount_from(self) -> int | None:
        """After which case the open ones are still to be counted anew; None: nothing has changed.

        A new release of the library that knows another year counts as a change.
        """
        ...

    def recounted(self, after: int | None) -> None:
        """The open cases up to this one were counted anew; None: all."""
        ...


class Measures(Protocol):
    """The register of measures in force."""

    def in_force(self, subject_id: int) -> list[MeasureInForce]:
        """What holds for a subject today, in the order it was entered."""
        ...

    def enter(
        self, subject_id: int, assessment_id: int, measures: Sequence[Measure], *, since: date
    ) -> None: ...
    def end(self, ids: Sequence[int], *, on: date) -> None: ...
    def unentered(self, *, before: datetime, limit: int) -> list[Assessment]:
        """Assessments in force, made before a moment, whose measures were not entered yet, oldest first."""
        ...

    def note_entered(self, assessment_id: int) -> None:
        """Everything up to and including this assessment is entered."""
        ...


class Corrections(Protocol):
    """What the upper platform must change (S0-41), until it is exported."""

    def queue(self, correction: Correction) -> None: ...
    def since(self, moment: datetime | None) -> list[Correction]:
        """What was queued since a moment; None: what was not exported yet."""
        ...

    def note_exported(self, ids: Sequence[int], *, at: datetime) -> int:
        """These went out in a file, the first time counts; the number of the file, 0 where none was new."""
        ...

    def of_batch(self, batch: int) -> list[Correction]:
        """What first went out in a file."""
        ...

    def of_case(self, case_id: int) -> list[Correction]: ...
    def confirm(self, batch: int, receipt: str, *, by: str, at: datetime) -> None:
        """The platform above has done what this file asked for."""
        ...

    def unconfirmed(self) -> list[tuple[int, datetime]]:
        """Files without a receipt, oldest first: number, and when each went out."""
        ...


class Commitments(Protocol):
    """Commitments as signed."""

    def add(self, commitment: Commitment) -> Commitment:
        """Store a commitment (its ``id`` is ignored); returned with its id."""
        ...

    def of_case(self, case_id: int) -> Commitment | None: ...
    def judge(
        self, commitment_id: int, performance: Performance, text: str, *, on: date | None, by: str
    ) -> None: ...
    def changed_since(
        self, moment: datetime | None, day: date | None, *, after: int, limit: int
    ) -> list[Commitment]:
        """Signed since a moment or judged since a day (None: all), after an id, in the order of signing."""
        ...


@dataclass(frozen=True, slots=True)
class NamedMedia:
    """A temporary file of a platform that is still to be fetched for a case."""

    id: int
    case_id: int
    channel: Channel
    media_id: str
    #: label of who sent it: person:12
    by: str
    #: when it was sent; the platform keeps it for three days
    at: datetime
    attempts: int


class EvidenceBook(Protocol):
    """Files kept with cases, and media still to be fetched for them."""

    def add(self, item: Evidence) -> int | None:
        """Keep a file with a case (its ``id`` is ignored); None where the same one is there already."""
        ...

    def get(self, evidence_id: int) -> Evidence | None: ...
    def of_case(self, case_id: int) -> list[Evidence]:
        """In the order in which they came."""
        ...

    def count(self, case_id: int) -> int:
        """How many files a case has, those still on their way included."""
        ...

    def queue(self, case_id: int, channel: Channel, media_id: str, *, by: str, at: datetime) -> bool:
        """Have a platform's temporary file fetched; False where it is queued already."""
        ...

    def lease(self, now: datetime, lease_for: timedelta, *, limit: int) -> list[NamedMedia]:
        """Take what is due; it comes up again after the lease unless an end is reported."""
        ...

    def fetched(self, media_row: int) -> bool: ...
    def again(self, media_row: int, due_at: datetime) -> None: ...
    def failed(self, media_row: int, why: str) -> bool:
        """It will never come; False where that was said before."""
        ...


class Papers(Protocol):
    """文书 as issued."""

    def lock(self, kind: PaperKind, year: int) -> None:
        """Others who issue a paper of this kind wait until this transaction ends."""
        ...

    def next_number(self, kind: PaperKind, year: int) -> int:
        """The next number of a series: ascending, without gaps."""
        ...

    def add(self, paper: Paper) -> Paper:
        """Store a paper (its ``id`` is ignored); returned with its id."""
        ...

    def get(self, paper_id: int) -> Paper | None: ...
    def about(self, kind: PaperKind, about: str) -> Paper | None:
        """The one paper of this kind about something."""
        ...

    def by_code(self, code: str) -> Paper | None: ...
    def of_subject(self, subject_id: int, *, limit: int = 50) -> list[Paper]:
        """Newest first."""
        ...

    def of_case(self, case_id: int) -> list[Paper]:
        """In the order in which they were issued."""
        ...

    def note_printed(self, paper_id: int, pdf_sha256: str) -> bool:
        """The PDF of a paper is kept under this hash; False where another one is kept already."""
        ...

    def note_by_hand(self, paper_id: int, why: str) -> None:
        """It cannot be printed here."""
        ...

    def revoke(self, paper_id: int, *, at: datetime, why: str) -> bool:
        """It no longer holds; False where that was said before."""
        ...

    def reinstate(self, paper_id: int) -> None:
        """It holds again: what had ended it was itself corrected."""
        ...
