"""Facts about the installation: which rulebook it serves, whether it is a demonstration."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from domain.errors import Misconfigured
from storage.statements import insert_once, upsert
from storage.tables import installation

RULEBOOK = "rulebook_id"
DEMONSTRATION = "demonstration"

_GET = select(installation.c.value).where(installation.c.key == bindparam("wanted"))
_FIRST = insert_once(installation, "key")
_SET = upsert(installation, "key")


class SqlInstallation:
    """A handful of facts, by key."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> str | None:
        value = self._connection.execute(_GET, {"wanted": key}).scalar()
        return None if value is None else str(value)

    def set(self, key: str, value: str) -> None:
        self._connection.execute(_SET, {"key": key, "value": value})

    def remember_rulebook(self, rulebook_id: str) -> None:
        """Tie a new database to its jurisdiction; ``Misconfigured`` where it serves another one."""
        self._connection.execute(_FIRST, {"key": RULEBOOK, "value": rulebook_id})
        known = self.get(RULEBOOK)
        if known != rulebook_id:
            raise Misconfigured(
                f"XINSHI_RULEBOOK 不对：这个数据库属于 {known}，不是 {rulebook_id}；"
                f"请改回 {known}，或另设 XINSHI_DATABASE_URL"
                f" / XINSHI_RULEBOOK: this database serves the rulebook {known}, not {rulebook_id}; "
                f"expected {known}, or another XINSHI_DATABASE_URL"
            )

    @property
    def demonstration(self) -> bool:
        """Whether the database holds demonstration data."""
        return self.get(DEMONSTRATION) == "yes"

    def mark_demonstration(self) -> None:
        """Mark a database that holds invented data; the mark is never taken away."""
        self.set(DEMONSTRATION, "yes")
