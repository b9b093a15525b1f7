"""Who looked at which subject (S0-38)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from storage.prepared import Prepared
from storage.tables import query_log

_NOTE = Prepared(insert(query_log), "subject_id", "viewer", "purpose", "at")
_OF_SUBJECT = (
    select(query_log.c.at, query_log.c.viewer, query_log.c.purpose)
    .where(query_log.c.subject_id == bindparam("subject"))
    .order_by(query_log.c.at.desc(), query_log.c.id.desc())
    .limit(bindparam("at_most"))
)


class SqlQueryLog:
    """Implements ``domain.ports.QueryLog``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, *, subject_id: int, viewer: str, purpose: str, at: datetime) -> None:
        values = {"subject_id": subject_id, "viewer": viewer, "purpose": purpose, "at": at}
        _NOTE.run(self._connection, values)

    def of_subject(self, subject_id: int, *, limit: int = 50) -> list[tuple[datetime, str, str]]:
        """(when, who, what for), newest first."""
        rows = self._connection.execute(_OF_SUBJECT, {"subject": subject_id, "at_most": limit})
        return [(row.at, row.viewer, row.purpose) for row in rows]
