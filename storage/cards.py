"""Cards on the phones of staff: what each shows, and the code that changes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from domain.ports import PhoneCard
from storage.statements import upsert
from storage.tables import case_cards, cases

_NOTE = upsert(case_cards, "task_id")
_STALE = (
    select(
        case_cards.c.task_id,
        case_cards.c.case_id,
        case_cards.c.userid,
        case_cards.c.version,
        case_cards.c.response_code,
    )
    .join(cases, cases.c.id == case_cards.c.case_id)
    .where(
        case_cards.c.used.is_(False),
        case_cards.c.version < cases.c.version,
        case_cards.c.code_at >= bindparam("since"),
    )
    .order_by(case_cards.c.code_at)
    .limit(bindparam("at_most"))
)
_USE = (
    update(case_cards)
    # a press meanwhile brought another code
    .where(case_cards.c.task_id == bindparam("wanted"), case_cards.c.response_code == bindparam("code"))
    .values(used=True)
)


class SqlCards:
    """Implements ``domain.ports.Cards``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, card: PhoneCard, at: datetime) -> None:
        """A card was sent, or pressed and answered: it shows this version, and this code changes it."""
        values = {
            "task_id": card.task_id,
            "case_id": card.case_id,
            "userid": card.userid,
            "version": card.version,
            "response_code": card.response_code,
            "code_at": at,
            "used": not card.response_code,
        }
        self._connection.execute(_NOTE, values)

    def stale(self, *, since: datetime, limit: int) -> list[PhoneCard]:
        """Cards behind their case whose code came after a moment and is not used up, oldest first."""
        rows = self._connection.execute(_STALE, {"since": since, "at_most": limit})
        return [PhoneCard(*row) for row in rows]

    def use(self, card: PhoneCard) -> None:
        """The code of this card is spent."""
        self._connection.execute(_USE, {"wanted": card.task_id, "code": card.response_code})
