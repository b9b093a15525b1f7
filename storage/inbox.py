"""The claim of an inbound message, its stored reply, and who owns the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, bindparam, delete, func, select, update

from domain.ports import Sealer
from storage.prepared import Prepared
from storage.statements import insert_once, written
from storage.tables import inbox

PURPOSE = "inbox reply"

#: none → passive (the push that waits) | outbox; a repeat of the push takes a
#: passive answer over as ``repeat``, so that nobody moves it to the outbox as well
Owner = Literal["none", "passive", "repeat", "outbox"]

_CLAIM = Prepared(insert_once(inbox, "key"), "key", "person_id", "received_at", "answer_owner", "failed")
_KNOWN = select(inbox.c.id, inbox.c.reply, inbox.c.answer_owner).where(inbox.c.key == bindparam("wanted"))
_STORE = Prepared(
    update(inbox)
    .where(inbox.c.id == bindparam("wanted"))
    .values(
        reply=bindparam("sealed"),
        failed=bindparam("has_failed"),
        answer_owner=bindparam("owner"),
        person_id=func.coalesce(bindparam("person", type_=inbox.c.person_id.type), inbox.c.person_id),
    )
)
_OWN = (
    update(inbox)
    .where(
        inbox.c.id == bindparam("wanted"), inbox.c.answer_owner.in_(bindparam("from_owners", expanding=True))
    )
    .values(answer_owner=bindparam("owner"))
)
#: from which owners an answer may be taken
_TAKEN_FROM: dict[str, list[str]] = {
    "passive": ["none"],
    "repeat": ["none", "passive"],
    "outbox": ["none", "passive"],
}
_UNANSWERED = (
    select(inbox.c.id, inbox.c.person_id, inbox.c.reply)
    .where(
        inbox.c.answer_owner == written("none"),
        inbox.c.received_at < bindparam("before"),
        inbox.c.reply.is_not(None),
        inbox.c.person_id.is_not(None),
    )
    .order_by(inbox.c.received_at)
    .limit(bindparam("at_most"))
)


# ids ascend with time: only the oldest rows are looked at, whether they are old or not
_OLDEST = select(inbox.c.id).order_by(inbox.c.id).limit(bindparam("at_most"))
_FORGET = delete(inbox).where(
    inbox.c.id.in_(_OLDEST.scalar_subquery()), inbox.c.received_at < bindparam("before")
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim came to. ``reply`` is None while none is stored, "" for silence."""

    new: bool
    id: int
    reply: str | None
    owner: Owner


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A reply that nobody has taken to the person yet."""

    inbox_id: int
    person_id: int
    reply: str


class SqlInbox:
    """One row for each message; its unique key is what makes a repeat harmless."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def claim(self, key: str, person_id: int | None, at: datetime) -> Claim:
        """Claim a message for this transaction, or learn what became of it.

        On PostgreSQL a claim by another transaction that still runs is waited
        for, up to the lock time-out; the runner then runs the work again.
        """
        new = {"key": key, "person_id": person_id, "received_at": at, "answer_owner": "none", "failed": False}
        claimed = _CLAIM.first(self._connection, new)
        if claimed is not None:
            return Claim(True, claimed.id, None, "none")
        row = self._connection.execute(_KNOWN, {"wanted": key}).one()
        return Claim(False, row.id, self._unseal(row.reply), row.answer_owner)

    def store_reply(
        self,
        inbox_id: int,
        reply_text: str,
        failed: bool = False,
        *,
        person_id: int | None = None,
        owner: Literal["none", "passive"] = "none",
    ) -> None:
        """Keep the reply for repeats and for the sweep; silence is an answer that nobody has to carry."""
        values = {
            "wanted": inbox_id,
            "sealed": self._sealer.seal(PURPOSE, reply_text.encode()) if reply_text else b"",
            "has_failed": failed,
            "owner": owner if reply_text else "passive",
            "person": person_id,
        }
        _STORE.run(self._connection, values)

    def own(self, inbox_id: int, owner: Literal["passive", "repeat", "outbox"]) -> bool:
        """Take the answer; False where somebody else owns it already (compare-and-set)."""
        values = {"wanted": inbox_id, "owner": owner, "from_owners": _TAKEN_FROM[owner]}
        return self._connection.execute(_OWN, values).rowcount == 1

    def unanswered(self, before: datetime, limit: int = 100) -> list[Unanswered]:
        """Replies to messages received before ``before`` that have no owner, oldest first."""
        rows = self._connection.execute(_UNANSWERED, {"before": before, "at_most": limit}).all()
        return [Unanswered(row.id, row.person_id, self._unseal(row.reply) or "") for row in rows]

    def forget(self, before: datetime, limit: int = 2000) -> int:
        """Delete up to ``limit`` rows of messages received before ``before``; return how many."""
        return self._connection.execute(_FORGET, {"before": before, "at_most": limit}).rowcount

    def _unseal(self, sealed: bytes | None) -> str | None:
        if not sealed:
            return None if sealed is None else ""
        return self._sealer.open(PURPOSE, sealed).decode()
