"""What was reminded of: one row for each case, kind, day and recipient, whoever asks for it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from storage.statements import insert_once
from storage.tables import reminders

_CLAIM = insert_once(reminders, "case_id", "kind", "day", "recipient")


class SqlReminders:
    """Implements ``domain.ports.Reminders``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, case_id: int, kind: str, day: date, recipient: str, at: datetime) -> bool:
        """Take a reminder for this transaction; False where it was given before."""
        row = {"case_id": case_id, "kind": kind, "day": day, "recipient": recipient, "at": at}
        return self._connection.execute(_CLAIM, row).scalar() is not None
