"""Messages that wait for the delivery loop.

Status of a row: ``waiting`` (parked while ``due_at`` lies ahead), ``leased``,
then one of ``sent``, ``hinted`` (a template message says that there is
something), ``carried`` (by a passive reply), ``unknown`` (whether it
arrived nobody can say), ``dead`` (given up), ``unreachable`` (no way to the
person). A lease that runs out becomes ``unknown``: the platform offers no
idempotency key for such messages, and a letter is never sent twice silently.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update

from domain.model.person import Channel
from domain.ports import Sealer, Undelivered
from storage.prepared import Prepared
from storage.statements import insert_once
from storage.tables import cases, delivery_results, outbox, people
from storage.types import AnyRow

PURPOSE = "outbox"
#: the kind of a row that changes a card instead of saying something
CARD_UPDATE = "card-update"
#: the kind of a reply that missed its push
ANSWER = "answer"

_PUT = insert_once(outbox, "unique_key")
_WAITING = outbox.c.status == "waiting"
_FOR_PERSON = Prepared(
    select(outbox.c.id, outbox.c.payload)
    # whom no push reaches is reached now that they write
    .where(
        outbox.c.person_id == bindparam("person"),
        or_(_WAITING, outbox.c.status == "unreachable", outbox.c.status == "hinted"),
        outbox.c.kind != CARD_UPDATE,
    )
    .order_by(outbox.c.id)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_CARRY = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(status="carried", sent_at=bindparam("at"))
)

_before = outbox.alias("before")
# order holds among the rows of one person: one that is under way holds up the
# next, one that is parked does not
_HELD_UP = (
    select(_before.c.id)
    .where(
        _before.c.person_id == outbox.c.person_id,
        or_(
            _before.c.status == "leased",
            and_(
                _before.c.status == "waiting",
                _before.c.due_at <= bindparam("now"),
                _before.c.id < outbox.c.id,
            ),
        ),
    )
    .correlate(outbox)
    .exists()
)
_ON_CHANNELS = outbox.c.person_id.in_(
    select(people.c.id).where(people.c.channel.in_(bindparam("channels", expanding=True)))
)
_DUE = (
    select(outbox.c.id)
    .where(_WAITING, outbox.c.due_at <= bindparam("now"), _ON_CHANNELS, ~_HELD_UP)
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(status="leased", attempts=outbox.c.attempts + 1, lease_until=bindparam("until"))
    .returning(outbox)
)
_EXPIRED = and_(outbox.c.status == "leased", outbox.c.lease_until <= bindparam("now"))
# a card has an id by which the platform knows a repeat: it may go out again
_RELEASE = update(outbox).where(_EXPIRED, outbox.c.task_id != "").values(status="waiting", lease_until=None)
_EXPIRE = (
    update(outbox)
    .where(_EXPIRED)
    .values(status="unknown", last_error="the lease ran out before an outcome was reported")
)
_SENT = (
    update(outbox)
    # an outcome that comes after the lease ran out is still the truth
    .where(outbox.c.id == bindparam("wanted"), outbox.c.status.in_(("leased", "unknown")))
    .values(
        status=bindparam("becomes"), sent_at=bindparam("at"), platform_id=bindparam("platform"), last_error=""
    )
)
_END = (
    update(outbox)
    .where(outbox.c.id == bindparam("wanted"), outbox.c.status.in_(("leased", "unknown", "sent", "hinted")))
    .values(status=bindparam("becomes"), last_error=bindparam("error"))
)
_RETRY = (
    update(outbox)
    .where(outbox.c.id == bindparam("wanted"), outbox.c.status == "leased")
    .values(
        status="waiting",
        due_at=bindparam("due"),
        last_error=bindparam("error"),
        lease_until=None,
        attempts=outbox.c.attempts - bindparam("back"),
    )
)
# what waits with a letter for the same person and was said within so short a time goes with it
_TOGETHER = (
    select(outbox)
    .where(
        outbox.c.person_id == bindparam("person"),
        _WAITING,
        outbox.c.due_at <= bindparam("now"),
        outbox.c.created_at <= bindparam("latest"),
        outbox.c.task_id == "",
        outbox.c.kind.not_in((CARD_UPDATE, ANSWER)),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_NOTE_TASK = update(outbox).where(outbox.c.id == bindparam("wanted")).values(task_id=bindparam("task"))
_LOST = ("dead", "unreachable", "unknown")
_UNDELIVERED = (
    select(outbox)
    .where(outbox.c.status.in_(_LOST), outbox.c.payload != b"", outbox.c.kind != CARD_UPDATE)
    .order_by(outbox.c.id.desc())
    .limit(bindparam("at_most"))
)
_RESEND = (
    update(outbox)
    .where(outbox.c.id == bindparam("wanted"), outbox.c.status.in_(_LOST), outbox.c.payload != b"")
    # a new card: the platform would take one of the old id for a repeat
    .values(status="waiting", due_at=bindparam("at"), attempts=0, lease_until=None, task_id="")
)
_OUTCOMES = select(outbox.c.status).where(outbox.c.notice == bindparam("wanted"))
_NOTE_SERVICE = (
    update(outbox).where(outbox.c.notice == bindparam("wanted")).values(service_id=bindparam("case"))
)
_SERVED = (
    select(outbox.c.service_id)
    .distinct()
    .join(cases, cases.c.id == outbox.c.service_id)
    .where(outbox.c.status.in_(("sent", "carried")), cases.c.closed_at.is_(None))
    .limit(bindparam("at_most"))
)
_NOTE_RESULT = insert_once(delivery_results, "platform_id")
_RESULTS = (
    select(outbox, delivery_results.c.status.label("result"))
    .join(delivery_results, delivery_results.c.platform_id == outbox.c.platform_id)
    .order_by(outbox.c.id)
    .limit(bindparam("at_most"))
)
_FORGET_RESULTS = delete(delivery_results).where(
    delivery_results.c.platform_id.in_(bindparam("booked", expanding=True))
)
_FORGET_OLD_RESULTS = delete(delivery_results).where(delivery_results.c.at < bindparam("before"))


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message as the delivery loop sees it."""

    id: int
    unique_key: str
    person_id: int
    inbox_id: int | None
    kind: str
    text: str
    #: the card for staff as JSON, None where the text alone goes out
    card: dict[str, Any] | None
    legal_effect: bool
    status: str
    attempts: int
    last_error: str
    created_at: datetime
    case_id: int | None = None
    notice: str = ""
    task_id: str = ""


class SqlOutbox:
    """Implements ``domain.ports.Outbox`` and the side of the delivery loop."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def put(
        self,
        *,
        person_id: int,
        text: str,
        unique_key: str,
        at: datetime,
        kind: str = "notice",
        legal_effect: bool = False,
        inbox_id: int | None = None,
        card: dict[str, Any] | None = None,
        case_id: int | None = None,
        notice: str = "",
        due_at: datetime | None = None,
    ) -> bool:
        """Queue a text for a person, for staff also as a card; False where the key is already queued or sent.

        ``notice``: what the letters of one notice to several people share.
        """
        payload = json.dumps({"text": text, "card": card}, ensure_ascii=False).encode()
        values = {
            "unique_key": unique_key,
            "person_id": person_id,
            "inbox_id": inbox_id,
            "kind": kind,
            "payload": self._sealer.seal(PURPOSE, payload),
            "legal_effect": legal_effect,
            "due_at": due_at or at,
            "created_at": at,
            "case_id": case_id,
            "notice": notice,
        }
        return self._connection.execute(_PUT, values).scalar() is not None

    def take_waiting(self, person_id: int, at: datetime, *, limit: int = 5) -> list[str]:
        """Texts that did not reach this person yet, marked as carried by the passive reply being written."""
        rows = _FOR_PERSON.all(self._connection, {"person": person_id, "at_most": limit})
        if not rows:
            return []
        self._connection.execute(_CARRY, {"ids": [row.id for row in rows], "at": at})
        return [self._text(row.payload) for row in rows]

    def lease(
        self, now: datetime, lease_for: timedelta, limit: int, *, channels: Sequence[str] = tuple(Channel)
    ) -> list[OutboxRow]:
        """Take what is due, at most one message for each person, oldest first, until ``now + lease_for``.

        Only persons of the given channels: what nobody can push waits for their next message.

        Two loops never get the same row. Leases that ran out end as ``unknown`` here.
        """
        self._connection.execute(_RELEASE, {"now": now})
        self._connection.execute(_EXPIRE, {"now": now})
        due = {"now": now, "at_most": limit, "channels": list(channels)}
        ids = self._connection.execute(_DUE, due).scalars().all()
        if not ids:
            return []
        rows = self._connection.execute(_LEASE, {"ids": ids, "until": now + lease_for}).all()
        return [self._to_row(row) for row in sorted(rows, key=lambda row: ids.index(row.id))]

    def sent(self, row_id: int, platform_id: str | None, at: datetime, *, hint: bool = False) -> None:
        """The platform took the message; with ``hint`` only the word that there is one."""
        values = {
            "wanted": row_id,
            "platform": platform_id,
            "at": at,
            "becomes": "hinted" if hint else "sent",
        }
        self._connection.execute(_SENT, values)

    def retry(self, row_id: int, due_at: datetime, error: str, *, counts: bool = True) -> None:
        """The platform surely did not take it: park the row until ``due_at``.

        ``counts``: False for a wait that was no attempt.
        """
        values = {"wanted": row_id, "due": due_at, "error": error, "back": 0 if counts else 1}
        self._connection.execute(_RETRY, values)

    def unknown(self, row_id: int, error: str) -> None:
        """Whether the platform took it cannot be known: shown to staff, never repeated by itself."""
        self._end(row_id, "unknown", error)

    def dead(self, row_id: int, error: str) -> None:
        """Given up after the last attempt, or reported as failed by the platform afterwards."""
        self._end(row_id, "dead", error)

    def unreachable(self, row_id: int, error: str) -> None:
        """No channel leads to the person now."""
        self._end(row_id, "unreachable", error)

    def join(
        self, row: OutboxRow, now: datetime, until: datetime, *, within: timedelta, room: int
    ) -> list[OutboxRow]:
        """Lease what waits for the same person too and was said within a time of ``row``, oldest first.

        As many in order as fit into ``room`` bytes with a blank line between each.
        """
        asked = {"person": row.person_id, "now": now, "latest": row.created_at + within, "at_most": 20}
        ids: list[int] = []
        for other in self._connection.execute(_TOGETHER, asked).all():
            room -= len(self._text(other.payload).encode()) + 2
            if room < 0:
                break
            ids.append(other.id)
        if not ids:
            return []
        leased = self._connection.execute(_LEASE, {"ids": ids, "until": until}).all()
        return sorted(map(self._to_row, leased), key=lambda other: other.id)

    def note_task(self, row_id: int, task_id: str) -> None:
        """The id under which a card goes out, kept before it is sent: a repeat is then seen as one."""
        self._connection.execute(_NOTE_TASK, {"wanted": row_id, "task": task_id})

    def undelivered(self, *, limit: int = 20) -> list[Undelivered]:
        """Letters that were given up, reached nobody, or of which nobody knows, newest first."""
        rows = self._connection.execute(_UNDELIVERED, {"at_most": limit})
        return [
            Undelivered(r.id, r.person_id, r.kind, r.status, r.last_error, r.case_id, r.created_at)
            for r in rows
        ]

    def resend(self, letter_id: int, at: datetime) -> bool:
        """Try an undelivered letter again, on demand; False where it is none."""
        return self._connection.execute(_RESEND, {"wanted": letter_id, "at": at}).rowcount == 1

    def outcomes(self, notice: str) -> list[str]:
        """What became of each letter of one notice: the status of each."""
        return list(self._connection.execute(_OUTCOMES, {"wanted": notice}).scalars())

    def note_service(self, notice: str, service_id: int) -> None:
        """The case 送达 that was opened for the letters of a notice."""
        self._connection.execute(_NOTE_SERVICE, {"wanted": notice, "case": service_id})

    def served(self, *, limit: int = 20) -> list[int]:
        """Open cases 送达 of which a letter has arrived after all."""
        return list(self._connection.execute(_SERVED, {"at_most": limit}).scalars())

    def note_result(self, platform_id: str, result: str, at: datetime) -> None:
        """Keep what the platform reports of a send; the send itself may be booked only after it."""
        self._connection.execute(_NOTE_RESULT, {"platform_id": platform_id, "status": result, "at": at})

    def take_results(self, *, limit: int = 100) -> list[tuple[OutboxRow, str]]:
        """Letters with the result that the platform reported of them; each is handed out once."""
        rows = self._connection.execute(_RESULTS, {"at_most": limit}).all()
        if rows:
            self._connection.execute(_FORGET_RESULTS, {"booked": list({row.platform_id for row in rows})})
        return [(self._to_row(row), row.result) for row in rows]

    def forget_results(self, before: datetime) -> int:
        """Delete results of sends that are none of ours; return how many."""
        return self._connection.execute(_FORGET_OLD_RESULTS, {"before": before}).rowcount

    def _end(self, row_id: int, status: str, error: str) -> None:
        self._connection.execute(_END, {"wanted": row_id, "becomes": status, "error": error})

    def _text(self, payload: bytes) -> str:
        # erasure leaves an empty payload
        return str(json.loads(self._sealer.open(PURPOSE, payload))["text"]) if payload else ""

    def _card(self, payload: bytes) -> dict[str, Any] | None:
        card: dict[str, Any] | None = (
            json.loads(self._sealer.open(PURPOSE, payload))["card"] if payload else None
        )
        return card

    def _to_row(self, row: AnyRow) -> OutboxRow:
        return OutboxRow(
            id=row.id,
            unique_key=row.unique_key,
            person_id=row.person_id,
            inbox_id=row.inbox_id,
            kind=row.kind,
            text=self._text(row.payload),
            card=self._card(row.payload),
            legal_effect=row.legal_effect,
            status=row.status,
            attempts=row.attempts,
            last_error=row.last_error,
            created_at=row.created_at,
            case_id=row.case_id,
            notice=row.notice,
            task_id=row.task_id,
        )
