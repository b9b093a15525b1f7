"""Messages that wait for the delivery loop.

Status of a row: ``waiting`` (parked while ``due_at`` lies ahead), ``leased``,
then one of ``sent``, ``carried`` (by a passive reply), ``unknown`` (whether it
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

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from domain.model.person import Channel
from domain.ports import Sealer
from storage.prepared import Prepared
from storage.statements import insert_once
from storage.tables import outbox, people
from storage.types import AnyRow

PURPOSE = "outbox"

_PUT = insert_once(outbox, "unique_key")
_WAITING = outbox.c.status == "waiting"
_FOR_PERSON = Prepared(
    select(outbox.c.id, outbox.c.payload)
    # whom no push reaches is reached now that they write
    .where(outbox.c.person_id == bindparam("person"), or_(_WAITING, outbox.c.status == "unreachable"))
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
_EXPIRE = (
    update(outbox)
    .where(outbox.c.status == "leased", outbox.c.lease_until <= bindparam("now"))
    .values(status="unknown", last_error="the lease ran out before an outcome was reported")
)
_SENT = (
    update(outbox)
    # an outcome that comes after the lease ran out is still the truth
    .where(outbox.c.id == bindparam("wanted"), outbox.c.status.in_(("leased", "unknown")))
    .values(status="sent", sent_at=bindparam("at"), platform_id=bindparam("platform"), last_error="")
)
_END = (
    update(outbox)
    .where(outbox.c.id == bindparam("wanted"), outbox.c.status.in_(("leased", "unknown", "sent")))
    .values(status=bindparam("becomes"), last_error=bindparam("error"))
)
_RETRY = (
    update(outbox)
    .where(outbox.c.id == bindparam("wanted"), outbox.c.status == "leased")
    .values(status="waiting", due_at=bindparam("due"), last_error=bindparam("error"), lease_until=None)
)
_BY_PLATFORM_ID = select(outbox).where(outbox.c.platform_id == bindparam("wanted"))


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
    ) -> bool:
        """Queue a text for a person, for staff also as a card; False where the key is already queued or sent."""
        payload = json.dumps({"text": text, "card": card}, ensure_ascii=False).encode()
        values = {
            "unique_key": unique_key,
            "person_id": person_id,
            "inbox_id": inbox_id,
            "kind": kind,
            "payload": self._sealer.seal(PURPOSE, payload),
            "legal_effect": legal_effect,
            "due_at": at,
            "created_at": at,
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
        self._connection.execute(_EXPIRE, {"now": now})
        due = {"now": now, "at_most": limit, "channels": list(channels)}
        ids = self._connection.execute(_DUE, due).scalars().all()
        if not ids:
            return []
        rows = self._connection.execute(_LEASE, {"ids": ids, "until": now + lease_for}).all()
        return [self._to_row(row) for row in sorted(rows, key=lambda row: ids.index(row.id))]

    def sent(self, row_id: int, platform_id: str | None, at: datetime) -> None:
        """The platform took the message."""
        self._connection.execute(_SENT, {"wanted": row_id, "platform": platform_id, "at": at})

    def retry(self, row_id: int, due_at: datetime, error: str) -> None:
        """The platform surely did not take it: park the row until ``due_at``."""
        self._connection.execute(_RETRY, {"wanted": row_id, "due": due_at, "error": error})

    def unknown(self, row_id: int, error: str) -> None:
        """Whether the platform took it cannot be known: shown to staff, never repeated by itself."""
        self._end(row_id, "unknown", error)

    def dead(self, row_id: int, error: str) -> None:
        """Given up after the last attempt, or reported as failed by the platform afterwards."""
        self._end(row_id, "dead", error)

    def unreachable(self, row_id: int, error: str) -> None:
        """No channel leads to the person now."""
        self._end(row_id, "unreachable", error)

    def by_platform_id(self, platform_id: str) -> OutboxRow | None:
        """The message that the platform later reports on."""
        row = self._connection.execute(_BY_PLATFORM_ID, {"wanted": platform_id}).first()
        return None if row is None else self._to_row(row)

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
        )
