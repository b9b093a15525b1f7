"""What goes out: letters, cards, reminders, notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from domain.model.broadcast import Audience, Broadcast, Ledger


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


class Reminders(Protocol):
    """What was reminded of, whom, on which day: one row for each, decided once."""

    def claim(self, case_id: int, kind: str, day: date, recipient: str, at: datetime) -> bool:
        """Take a reminder for this transaction; False where it was given before."""
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
