"""People who talk to us, what they may do, and where their talk stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from domain.model.person import Binding, Channel, Deputyship, Person, Power, Staff
from domain.model.subject import Subject


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
