"""What is kept of what was done: audit, queries, and how long."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from domain.model.audit import AuditRow, AuditSearch, ChainState, QueryRow, Verified


class AuditLog(Protocol):
    """Append-only; ids and hashes only, no personal values."""

    def append(
        self,
        action: str,
        *,
        actor: str,
        subject_id: int | None = None,
        ref: str = "",
        detail: dict[str, Any] | None = None,
    ) -> None: ...


class AuditChain(Protocol):
    """The chain over the sealed rows of the audit log."""

    def head(self) -> tuple[int, str]:
        """Number and seal of the last link; (0, zeros) before the first."""
        ...


class AuditReading(Protocol):
    """The audit log and the query log, newest first, a bounded stretch at a time."""

    def rows(
        self, wanted: AuditSearch, *, before: int | None, limit: int
    ) -> tuple[list[AuditRow], int | None]:
        """Rows before a row number (None: the newest), and where to go on (None: that was all)."""
        ...

    def queries(
        self, wanted: AuditSearch, *, before: int | None, limit: int
    ) -> tuple[list[QueryRow], int | None]: ...
    def chain(self) -> ChainState:
        """Where the chain stands, from what is stored; nothing is checked."""
        ...

    def note_verified(self, found: Verified) -> None:
        """Keep what a whole check of the chain found."""
        ...


class QueryLog(Protocol):
    """Who looked at which subject (S0-38); kept five years."""

    def note(self, *, subject_id: int, viewer: str, purpose: str, at: datetime) -> None: ...
    def of_subject(self, subject_id: int, *, limit: int = 50) -> list[tuple[datetime, str, str]]: ...


class Retention(Protocol):
    """Deletes what is kept no longer than was promised (PIPL 19)."""

    def forget(
        self,
        *,
        talk_before: datetime,
        ended_bindings_before: datetime,
        queries_before: datetime,
        limit: int,
    ) -> int:
        """Delete up to ``limit`` rows of each kind; return how many rows went in all."""
        ...
