"""Import and evaluation batches: staged in chunks, made visible by one flip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from domain.errors import Refused
from storage.tables import batches
from storage.types import AnyRow

_OPEN = insert(batches).returning(batches.c.id)
_PENDING = (
    batches.c.id == bindparam("wanted"),
    batches.c.flipped_at.is_(None),
    batches.c.abandoned_at.is_(None),
)
_FLIP = update(batches).where(*_PENDING).values(flipped_at=bindparam("at"), totals=bindparam("sums"))
_ABANDON = update(batches).where(*_PENDING).values(abandoned_at=bindparam("at"), reason=bindparam("why"))
_ADVANCE = update(batches).where(*_PENDING).values(cursor=bindparam("position"))
_GET = select(batches).where(batches.c.id == bindparam("wanted"))
_UNFINISHED = (
    select(batches)
    .where(
        batches.c.kind == bindparam("of_kind"),
        batches.c.flipped_at.is_(None),
        batches.c.abandoned_at.is_(None),
    )
    .order_by(batches.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch. ``cursor`` is where a resumable one stands."""

    id: int
    kind: str
    file_sha256: str
    source: str
    by: str
    opened_at: datetime
    touched_at: datetime | None
    flipped_at: datetime | None
    abandoned_at: datetime | None
    reason: str
    totals: dict[str, int]
    cursor: int


class SqlBatches:
    """Implements ``domain.ports.Batches``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, kind: str, *, file_sha256: str, source: str, by: str, at: datetime) -> int:
        values = {"kind": kind, "file_sha256": file_sha256, "source": source, "by": by, "opened_at": at}
        return int(self._connection.execute(_OPEN, values).scalar_one())

    def flip(self, batch_id: int, at: datetime, totals: dict[str, int]) -> None:
        """Make every row of the batch count, at once; ``Refused`` unless the batch is pending."""
        self._change(_FLIP, batch_id, at=at, sums=totals)

    def abandon(self, batch_id: int, at: datetime, reason: str) -> None:
        """Give the batch up: its rows never count; ``Refused`` unless the batch is pending."""
        self._change(_ABANDON, batch_id, at=at, why=reason)

    def advance(self, batch_id: int, cursor: int) -> None:
        """Remember how far a resumable batch came, in the transaction of its chunk."""
        self._change(_ADVANCE, batch_id, position=cursor)

    def get(self, batch_id: int) -> Batch | None:
        return self._one(_GET, wanted=batch_id)

    def unfinished(self, kind: str) -> Batch | None:
        """The newest batch of a kind that was neither flipped nor abandoned: what to resume."""
        return self._one(_UNFINISHED, of_kind=kind)

    def _change(self, statement: Any, batch_id: int, **values: object) -> None:
        if self._connection.execute(statement, {"wanted": batch_id} | values).rowcount != 1:
            raise Refused(
                f"批次 {batch_id} 不存在，或已生效、已放弃。", log=f"batch {batch_id} is not pending"
            )

    def _one(self, statement: Any, **values: object) -> Batch | None:
        row = self._connection.execute(statement, values).first()
        return None if row is None else _to_batch(row)


def _to_batch(row: AnyRow) -> Batch:
    return Batch(**row._mapping)
