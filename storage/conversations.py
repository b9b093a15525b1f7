"""Where the talk with each person stands. The state is sealed JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from domain.clock import Clock
from domain.ports import Conversation, Sealer
from storage.prepared import Prepared
from storage.statements import insert_once
from storage.tables import conversations

PURPOSE = "conversation"
_FIELDS = ("form", "form_version", "step", "data", "choices", "pages", "subject_id")

_ROW = select(conversations.c.person_id, conversations.c.state, conversations.c.expires_at)
# SQLite has one writer and ignores FOR UPDATE; PostgreSQL locks the row
_LOCKED = Prepared(_ROW.where(conversations.c.person_id == bindparam("person")).with_for_update())
_ADD = insert_once(conversations, "person_id")
_SAVE = Prepared(
    update(conversations)
    .where(conversations.c.person_id == bindparam("person"))
    .values(state=bindparam("sealed"), expires_at=bindparam("until"), updated_at=bindparam("at"))
)
_EXPIRED = (
    _ROW.where(conversations.c.expires_at <= bindparam("now"))
    .order_by(conversations.c.expires_at)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)


class SqlConversations:
    """Implements ``domain.ports.Conversations``."""

    def __init__(self, connection: Connection, sealer: Sealer, clock: Clock) -> None:
        self._connection = connection
        self._sealer = sealer
        self._clock = clock

    def load(self, person_id: int) -> Conversation:
        """The conversation, locked for this transaction; an empty one when there is none."""
        row = _LOCKED.first(self._connection, {"person": person_id})
        if row is None:
            # a first message has nothing to lock yet: two at once would both begin anew
            new = {"person_id": person_id, "state": b"", "updated_at": self._clock.now()}
            self._connection.execute(_ADD, new)
            (row,) = _LOCKED.all(self._connection, {"person": person_id})
        return self._unseal(*row)

    def save(self, conversation: Conversation, at: datetime) -> None:
        """Keep a loaded conversation; the sweep sees it while ``expires_at`` is set."""
        state = {name: getattr(conversation, name) for name in _FIELDS}
        plain = json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()
        values = {
            "person": conversation.person_id,
            "sealed": self._sealer.seal(PURPOSE, plain),
            "until": conversation.expires_at,
            "at": at,
        }
        _SAVE.run(self._connection, values)

    def expired(self, now: datetime, *, limit: int = 100) -> list[Conversation]:
        """Conversations whose form ran out of time, oldest first, locked; ``save`` without a date ends it."""
        rows = self._connection.execute(_EXPIRED, {"now": now, "at_most": limit}).all()
        return [self._unseal(*row) for row in rows]

    def _unseal(self, person_id: int, sealed: bytes, expires_at: datetime | None) -> Conversation:
        state = json.loads(self._sealer.open(PURPOSE, sealed)) if sealed else _nothing()
        return Conversation(person_id, expires_at=expires_at, **state)


def _nothing() -> dict[str, Any]:
    return {
        "form": "",
        "form_version": 0,
        "step": "",
        "data": {},
        "choices": [],
        "pages": [],
        "subject_id": None,
    }
