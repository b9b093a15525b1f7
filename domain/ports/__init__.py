"""What the services need from outside, as synchronous Protocols.

One ``UnitOfWork`` is one transaction; ``storage`` implements it on both engines.
All times are aware UTC, all dates are Shanghai dates, all money is integer fen.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from domain.ports.accounts import AuditChain, AuditLog, AuditReading, QueryLog, Retention
from domain.ports.casework import (
    Calendar,
    CalendarDay,
    Cases,
    Commitments,
    Corrections,
    EvidenceBook,
    Measures,
    NamedMedia,
    Papers,
)
from domain.ports.desks import Drafts, Files, Intakes, Statistics
from domain.ports.letters import Broadcasts, Cards, Outbox, PhoneCard, Reminders, Undelivered
from domain.ports.people import BindCode, Bindings, Conversation, Conversations, People, StaffMembers
from domain.ports.register import Assessments, Batches, Records, Subjects

__all__ = [
    "Assessments",
    "AuditChain",
    "AuditLog",
    "AuditReading",
    "Batches",
    "BindCode",
    "Bindings",
    "Broadcasts",
    "Calendar",
    "CalendarDay",
    "Cards",
    "Cases",
    "Commitments",
    "Conversation",
    "Conversations",
    "Corrections",
    "Drafts",
    "EvidenceBook",
    "Files",
    "Intakes",
    "Measures",
    "NamedMedia",
    "Outbox",
    "Papers",
    "People",
    "PhoneCard",
    "QueryLog",
    "Records",
    "Reminders",
    "Retention",
    "Sealer",
    "StaffMembers",
    "Statistics",
    "Subjects",
    "Undelivered",
    "UnitOfWork",
]


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
