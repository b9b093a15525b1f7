"""Reading the audit log and the query log: newest first, a page at a time, never more than a stretch of rows.

Neither log has an index for every question. A page walks back over a bounded
stretch of row numbers and says where to go on; days are found by halving.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Select, String, Table, and_, bindparam, func, or_, select

from domain.model.audit import AuditRow, AuditSearch, ChainState, QueryRow, Verified
from storage.audit import head_of
from storage.installation import SqlInstallation
from storage.tables import audit, query_log
from storage.types import AnyRow

#: rows that one page may walk over
STRETCH: Final = 20_000
_VERIFIED: Final = "audit_verified"
#: of the rows that wait to be sealed so many are counted
_TAIL_COUNTED: Final = 10_000

_ACTION = bindparam("action", type_=String)
_WHO = bindparam("actor", type_=String)
_REF = bindparam("ref", type_=String)
_SUBJECT = bindparam("subject", type_=BigInteger)
_PURPOSE = bindparam("purpose", type_=String)


def _page(table: Table, *conditions: Any) -> Select[tuple[Any, ...]]:
    """The newest rows of a stretch that fit."""
    return (
        select(table)
        .where(table.c.id < bindparam("before"), table.c.id >= bindparam("lowest"), and_(*conditions))
        .order_by(table.c.id.desc())
        .limit(bindparam("at_most"))
    )


_AUDIT = _page(
    audit,
    or_(_ACTION == "", func.substr(audit.c.action, 1, func.length(_ACTION)) == _ACTION),
    or_(_WHO == "", audit.c.actor == _WHO),
    or_(_REF == "", audit.c.ref == _REF),
    or_(_SUBJECT.is_(None), audit.c.subject_id == _SUBJECT),
)
_QUERIES = _page(
    query_log,
    or_(_WHO == "", query_log.c.viewer == _WHO),
    or_(_PURPOSE == "", query_log.c.purpose == _PURPOSE),
    or_(_SUBJECT.is_(None), query_log.c.subject_id == _SUBJECT),
)
_LAST = {table: select(func.max(table.c.id)) for table in (audit, query_log)}
_NEXT = {
    table: select(table.c.id, table.c.at)
    .where(table.c.id >= bindparam("wanted"))
    .order_by(table.c.id)
    .limit(1)
    for table in (audit, query_log)
}
_WAITING = (
    select(audit.c.id, audit.c.at)
    .where(audit.c.sealed_no.is_(None))
    .order_by(audit.c.id)
    .limit(_TAIL_COUNTED)
    .subquery()
)
_TAIL = select(func.count(), func.min(_WAITING.c.at))


class SqlAuditReading:
    """Implements ``domain.ports.AuditReading``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(
        self, wanted: AuditSearch, *, before: int | None, limit: int
    ) -> tuple[list[AuditRow], int | None]:
        """Rows of the audit log before a row number (None: the newest), and where to go on (None: that was all)."""
        found, after = self._walk(audit, _AUDIT, wanted, before, limit)
        return [
            AuditRow(r.id, r.at, r.action, r.actor, r.subject_id, r.ref, r.detail, r.sealed_no) for r in found
        ], after

    def queries(
        self, wanted: AuditSearch, *, before: int | None, limit: int
    ) -> tuple[list[QueryRow], int | None]:
        """Rows of the query log, in the same way."""
        found, after = self._walk(query_log, _QUERIES, wanted, before, limit)
        return [QueryRow(r.id, r.at, r.subject_id, r.viewer, r.purpose) for r in found], after

    def chain(self) -> ChainState:
        """Where the chain stands, from what is stored; nothing is checked."""
        sealed, head = head_of(self._connection)
        unsealed, oldest = self._connection.execute(_TAIL).one()
        return ChainState(sealed, head, unsealed, oldest, self._verified())

    def note_verified(self, found: Verified) -> None:
        """Keep what a whole check found, in the place of the one before."""
        values = {
            "at": found.at.isoformat(),
            "sealed": found.sealed,
            "fault": found.fault,
            "broken_at": found.broken_at,
        }
        SqlInstallation(self._connection).set(_VERIFIED, json.dumps(values, ensure_ascii=False))

    def _verified(self) -> Verified | None:
        stored = SqlInstallation(self._connection).get(_VERIFIED)
        if stored is None:
            return None
        values = json.loads(stored)
        return Verified(**values | {"at": datetime.fromisoformat(values["at"])})

    def _walk(
        self,
        table: Table,
        statement: Select[tuple[Any, ...]],
        wanted: AuditSearch,
        before: int | None,
        limit: int,
    ) -> tuple[list[AnyRow], int | None]:
        end = (self._connection.execute(_LAST[table]).scalar() or 0) + 1
        top = min(end, before or end, self._first_since(table, wanted.until, end))
        floor = self._first_since(table, wanted.since, end) if wanted.since else 1
        lowest = max(floor, top - STRETCH)
        values = {
            "before": top,
            "lowest": lowest,
            "at_most": limit + 1,
            "action": wanted.action,
            "actor": wanted.actor,
            "ref": wanted.ref,
            "subject": wanted.subject_id,
            "purpose": wanted.purpose,
        }
        found = list(self._connection.execute(statement, values))
        if len(found) > limit:
            return found[:limit], found[limit - 1].id
        return found, lowest if lowest > floor else None

    def _first_since(self, table: Table, moment: datetime | None, end: int) -> int:
        """The first row of a moment or later; ``end`` where there is none, or no moment is asked for.

        Row numbers ascend with time, but for transactions that ran side by side.
        """
        if moment is None:
            return end
        low, high = 1, end
        while low < high:
            middle = (low + high) // 2
            row = self._connection.execute(_NEXT[table], {"wanted": middle}).first()
            if row is None or row.at >= moment:
                high = middle
            else:
                low = row.id + 1
        return low
