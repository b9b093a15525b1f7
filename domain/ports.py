"""What the services need from outside, as synchronous Protocols.

One ``UnitOfWork`` is one transaction; ``storage`` implements it on both engines.
All times are aware UTC, all dates are Shanghai dates, all money is integer fen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from domain.model.assessment import Assessment, BaseGrade, Evaluation
from domain.model.audit import AuditRow, AuditSearch, ChainState, QueryRow, Verified
from domain.model.broadcast import Audience, Broadcast, Ledger
from domain.model.case import Case, CaseEvent, CaseKind, Evidence
from domain.model.case_search import CaseSearch
from domain.model.commitment import Commitment, Performance
from domain.model.draft import Draft, HeldFile
from domain.model.intake import Intake
from domain.model.measure import Correction, MeasureInForce
from domain.model.paper import Paper, PaperKind
from domain.model.person import Binding, Channel, Deputyship, Person, Power, Staff
from domain.model.record import Record, RecordState
from domain.model.subject import Subject
from domain.rules.rulebook_parts import Measure
from domain.rules.workdays import WorkCalendar


class Subjects(Protocol):
    """Subjects, their former names and old codes."""

    def get(self, subject_id: int) -> Subject: ...
    def by_uscc(self, uscc: str) -> Subject | None: ...
    def by_legacy_code(self, code: str) -> Subject | None: ...
    def by_id_hash(self, id_hash: bytes) -> Subject | None: ...
    def by_name(self, name: str) -> list[Subject]:
        """Subjects whose present or former name is exactly this."""
        ...

    def add(self, subject: Subject, *, id_sealed: bytes = b"", id_hash: bytes = b"") -> int:
        """Store a new subject (its ``id`` is ignored); return the id."""
        ...

    def rename(self, subject_id: int, name: str) -> None:
        """Change the name; the present one joins the former names."""
        ...

    def add_legacy_code(self, code: str, subject_id: int) -> None: ...
    def count(self) -> int: ...


class Records(Protocol):
    """Records with their violations."""

    def of_subject(self, subject_id: int, *, limit: int = 200) -> list[Record]:
        """Newest first, whatever their state."""
        ...

    def get(self, record_id: int) -> Record | None: ...
    def add(self, record: Record, *, business_key: str, batch_id: int | None) -> int: ...
    def set_state(self, record_id: int, state: RecordState) -> None: ...
    def set_publicity(self, record_id: int, until: date | None) -> None:
        """It is public until this day (S4-39); None: without an end."""
        ...


class Assessments(Protocol):
    """Assessments in force, proposals, base grades."""

    def in_force(self, subject_id: int) -> Assessment | None: ...
    def history(self, subject_id: int, *, limit: int = 20) -> list[Assessment]: ...
    def proposal(self, subject_id: int) -> Assessment | None: ...

    def waiting(self, *, limit: int) -> list[Assessment]:
        """Proposals that nothing newer has replaced, the oldest first."""
        ...

    def due(self, today: date, *, after: int, limit: int) -> list[int]:
        """Subjects after ``after`` whose assessment in force may have changed by itself, in id order."""
        ...

    def put_in_force(
        self, subject_id: int, evaluation: Evaluation, *, at: datetime, batch_id: int | None, approved_by: str
    ) -> int: ...
    def propose(self, subject_id: int, evaluation: Evaluation, *, at: datetime, batch_id: int | None) -> int:
        """Store a worse outcome that waits for a named person; replaces an earlier proposal."""
        ...

    def base_grade(self, subject_id: int, scheme: str = "public") -> BaseGrade | None: ...


class People(Protocol):
    """Accounts of the channels."""

    def get_or_add(self, channel: Channel, account: str, sender: str, at: datetime) -> Person: ...
    def get(self, person_id: int) -> Person: ...
    def note_inbound(self, person_id: int, at: datetime) -> None: ...
    def set_followed(self, person_id: int, followed: bool, at: datetime) -> None: ...
    def set_notice(self, person_id: int, version: str, at: datetime) -> None:
        """Store which privacy notice was shown, and when."""
        ...

    def erase(self, person_id: int, at: datetime) -> None:
        """Delete what belongs to the person alone; the audit chain keeps ids and hashes only."""
        ...


class Bindings(Protocol):
    """Who may speak for which subject, and the codes that prove it."""

    def of_person(self, person_id: int) -> list[tuple[Binding, Subject]]: ...
    def of_subject(self, subject_id: int) -> list[tuple[Binding, Person]]: ...
    def bound_subjects(self, after: int, *, limit: int) -> list[int]:
        """Subjects after an id that somebody is bound to, in id order."""
        ...

    def add(
        self,
        person_id: int,
        subject_id: int,
        power: Power,
        *,
        at: datetime,
        proof: str,
        until: date | None = None,
        scope: Sequence[str] = (),
    ) -> int:
        """``scope``: kinds of commitment that the power is for; (): all."""
        ...

    def revoke(self, binding_id: int, *, at: datetime, reason: str) -> None: ...

    def add_code(
        self, subject_id: int, code_hash: bytes, power: Power, *, at: datetime, expires: datetime, by: str
    ) -> int: ...
    def code_by_hash(self, code_hash: bytes) -> BindCode | None: ...
    def use_code(self, code_id: int, person_id: int, at: datetime) -> bool:
        """Mark a code as used; False if somebody was faster."""
        ...

    def note_failure(self, person_id: int, at: datetime) -> None: ...
    def failures_since(self, person_id: int, since: datetime) -> list[datetime]:
        """When this person gave wrong codes, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class BindCode:
    id: int
    subject_id: int
    power: Power
    expires: datetime
    used: bool


@dataclass(slots=True)
class Conversation:
    """Where the talk with one person stands. ``state`` is JSON-able and sealed in the database."""

    person_id: int
    #: running form, "" when none; with its version, so that code changes do not break it
    form: str
    form_version: int
    step: str
    data: dict[str, Any]
    #: numbered choices offered last: what "1", "2", "3" mean now
    choices: list[str]
    #: rest of a paged reply, for 更多
    pages: list[str]
    #: the subject chosen by a person bound to several
    subject_id: int | None
    expires_at: datetime | None


class Conversations(Protocol):
    def load(self, person_id: int) -> Conversation:
        """The conversation, locked for this transaction; an empty one when there is none."""
        ...

    def save(self, conversation: Conversation, at: datetime) -> None: ...
    def expired(self, now: datetime, *, limit: int = 100) -> list[Conversation]:
        """Conversations whose form ran out of time and whose person was not told yet."""
        ...


class AuditLog(Protocol):
    """Append-only; ids and hashes only, no personal values."""

    def append(
        self,
        action: str,
        *,
        actor: str,
        subject_id: int | None = None,
        ref: str = "",
        detail: dict[str, Any] | None = None,
    ) -> None: ...


class AuditChain(Protocol):
    """The chain over the sealed rows of the audit log."""

    def head(self) -> tuple[int, str]:
        """Number and seal of the last link; (0, zeros) before the first."""
        ...


class AuditReading(Protocol):
    """The audit log and the query log, newest first, a bounded stretch at a time."""

    def rows(
        self, wanted: AuditSearch, *, before: int | None, limit: int
    ) -> tuple[list[AuditRow], int | None]:
        """Rows before a row number (None: the newest), and where to go on (None: that was all)."""
        ...

    def queries(
        self, wanted: AuditSearch, *, before: int | None, limit: int
    ) -> tuple[list[QueryRow], int | None]: ...
    def chain(self) -> ChainState:
        """Where the chain stands, from what is stored; nothing is checked."""
        ...

    def note_verified(self, found: Verified) -> None:
        """Keep what a whole check of the chain found."""
        ...


class QueryLog(Protocol):
    """Who looked at which subject (S0-38); kept five years."""

    def note(self, *, subject_id: int, viewer: str, purpose: str, at: datetime) -> None: ...
    def of_subject(self, subject_id: int, *, limit: int = 50) -> list[tuple[datetime, str, str]]: ...


class Retention(Protocol):
    """Deletes what is kept no longer than was promised (PIPL 19)."""

    def forget(
        self,
        *,
        talk_before: datetime,
        ended_bindings_before: datetime,
        queries_before: datetime,
        limit: int,
    ) -> int:
        """Delete up to ``limit`` rows of each kind; return how many rows went in all."""
        ...


class Outbox(Protocol):
    """Messages that wait for the delivery loop; unique on ``unique_key``."""

    def put(
        self,
        *,
        person_id: int,
        text: str,
        unique_key: str,
        at: datetime,
        kind: str = "notice",
        legal_effect: bool = False,
        card: dict[str, Any] | None = None,
        case_id: int | None = None,
        notice: str = "",
        due_at: datetime | None = None,
    ) -> bool:
        """Queue a text for a person; False where the key is already queued or sent.

        ``notice``: what the letters of one notice to several people share.
        ``due_at``: not before then; now where it is None.
        """
        ...

    def take_waiting(self, person_id: int, at: datetime, *, limit: int = 5) -> list[str]:
        """Texts still waiting for this person, marked as carried by the passive reply being written."""
        ...

    def undelivered(self, *, limit: int = 20) -> list[Undelivered]:
        """Letters that were given up, reached nobody, or of which nobody knows, newest first."""
        ...

    def resend(self, letter_id: int, at: datetime) -> bool:
        """Try an undelivered letter again, on demand; False where it is none."""
        ...

    def outcomes(self, notice: str) -> list[str]:
        """What became of each letter of one notice: the status of each."""
        ...

    def note_service(self, notice: str, service_id: int) -> None:
        """The case 送达 that was opened for the letters of a notice."""
        ...

    def served(self, *, limit: int = 20) -> list[int]:
        """Open cases 送达 of which a letter has arrived after all."""
        ...


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A letter that did not arrive, as staff see it."""

    id: int
    person_id: int
    kind: str
    #: dead | unreachable | unknown
    status: str
    reason: str
    case_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PhoneCard:
    """A card on the phone of a member of staff, and the code that changes it once."""

    task_id: str
    case_id: int
    userid: str
    version: int
    response_code: str


class Cards(Protocol):
    """Which version of a case each card shows that staff were sent."""

    def note(self, card: PhoneCard, at: datetime) -> None:
        """A card was sent, or pressed and answered: it shows this version, and this code changes it."""
        ...

    def stale(self, *, since: datetime, limit: int) -> list[PhoneCard]:
        """Cards behind their case whose code came after a moment and is not used up."""
        ...

    def use(self, card: PhoneCard) -> None:
        """The code of this card is spent."""
        ...


class StaffMembers(Protocol):
    """Members, and who stands in for whom from day to day."""

    def get(self, userid: str) -> Staff | None: ...
    def all(self) -> list[Staff]: ...
    def save(self, staff: Staff) -> None: ...
    def add_deputy(self, userid: str, deputy: str, *, since: date, until: date) -> None: ...
    def end_deputies(self, userid: str, on: date) -> int:
        """Nobody stands in for this member any longer, from this day on; returns how many did."""
        ...

    def deputies(self, on: date) -> list[tuple[str, str]]:
        """(who is away, who stands in) on a Shanghai date."""
        ...

    def deputyships(self, since: date) -> list[Deputyship]:
        """Those of this Shanghai date and of later ones, in the order of userids and days."""
        ...


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


class Batches(Protocol):
    """Import and evaluation batches: staged in chunks, made visible by one flip."""

    def open(self, kind: str, *, file_sha256: str, source: str, by: str, at: datetime) -> int: ...
    def flip(self, batch_id: int, at: datetime, totals: dict[str, int]) -> None: ...
    def abandon(self, batch_id: int, at: datetime, reason: str) -> None: ...


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


class Reminders(Protocol):
    """What was reminded of, whom, on which day: one row for each, decided once."""

    def claim(self, case_id: int, kind: str, day: date, recipient: str, at: datetime) -> bool:
        """Take a reminder for this transaction; False where it was given before."""
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


class Broadcasts(Protocol):
    """群发: notices with their audiences, and what became of them for each recipient."""

    def add(self, case_id: int, text: str, audience: Audience) -> int: ...
    def of_case(self, case_id: int) -> Broadcast | None: ...
    def uncounted(self) -> Broadcast | None:
        """One whose recipients are not listed yet, the oldest first."""
        ...

    def firms_in(self, audience: Audience, *, after: int, limit: int) -> tuple[list[int], int | None]:
        """Subjects of an audience after a subject's id, in id order, and where to go on (None: that was all)."""
        ...

    def enlist(self, broadcast_id: int, people: Sequence[int]) -> int:
        """List recipients, each once; how many were new."""
        ...

    def note_progress(self, broadcast: Broadcast) -> None:
        """Store where counting stands: cursor, found, counted."""
        ...

    def release(self, broadcast_id: int, at: datetime) -> None: ...
    def sending(self) -> Broadcast | None:
        """A released one with recipients that were not written to yet, the oldest first."""
        ...

    def unsent(self, broadcast_id: int, *, limit: int) -> list[int]:
        """Recipients that were not written to yet."""
        ...

    def note_letter(self, broadcast_id: int, person_id: int, unique_key: str) -> None:
        """The letter of this key is the one for this recipient."""
        ...

    def strike(self, broadcast_id: int, person_id: int) -> None:
        """This recipient no longer belongs to the audience."""
        ...

    def unreported(self, *, limit: int = 5) -> list[Broadcast]:
        """Released ones whose recipients were all written to, and which were not reported yet."""
        ...

    def ledger(self, broadcast_id: int) -> Ledger:
        """What became of the letters."""
        ...

    def opened(self, broadcast_id: int) -> int:
        """How many recipients wrote or tapped something after their letter had come."""
        ...

    def newest(self, *, limit: int) -> list[Broadcast]: ...
    def note_reported(self, broadcast_id: int, at: datetime) -> None: ...


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
    def loose(self, *, limit: int) -> list[str]:
        """Hashes of files that were let go of, the oldest first."""
        ...

    def held(self, sha256: str) -> bool:
        """Whether a draft, a case or a paper still holds a file."""
        ...

    def gone(self, sha256: str) -> None:
        """There is nothing left to do about a file that was let go of."""
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


class UnitOfWork(Protocol):
    """One transaction. Effects outside of it are forbidden: a turn may be run again."""

    @property
    def subjects(self) -> Subjects: ...
    @property
    def records(self) -> Records: ...
    @property
    def assessments(self) -> Assessments: ...
    @property
    def people(self) -> People: ...
    @property
    def bindings(self) -> Bindings: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def sealing(self) -> AuditChain: ...
    @property
    def auditing(self) -> AuditReading: ...
    @property
    def queries(self) -> QueryLog: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def staff(self) -> StaffMembers: ...
    @property
    def cards(self) -> Cards: ...
    @property
    def reminders(self) -> Reminders: ...
    @property
    def batches(self) -> Batches: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def measures(self) -> Measures: ...
    @property
    def corrections(self) -> Corrections: ...
    @property
    def commitments(self) -> Commitments: ...
    @property
    def evidence(self) -> EvidenceBook: ...
    @property
    def broadcasts(self) -> Broadcasts: ...
    @property
    def papers(self) -> Papers: ...
    @property
    def intakes(self) -> Intakes: ...
    @property
    def statistics(self) -> Statistics: ...
    @property
    def drafts(self) -> Drafts: ...

    def savepoint(self) -> AbstractContextManager[None]:
        """Effects inside are rolled back when the block raises."""
        ...


class Sealer(Protocol):
    """Seals personal values (AES-GCM, key id, one derived key for each purpose)."""

    def seal(self, purpose: str, plain: bytes) -> bytes: ...
    def open(self, purpose: str, sealed: bytes) -> bytes: ...
    def digest(self, purpose: str, plain: bytes) -> bytes:
        """A keyed hash: equal for equal input, useless without the key."""
        ...
