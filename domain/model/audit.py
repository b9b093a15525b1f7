"""审计: rows of the audit log and of the query log as somebody reads them, and the state of the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One thing that was done."""

    id: int
    at: datetime
    action: str
    #: person:12, staff:chen, system
    actor: str
    subject_id: int | None
    ref: str
    detail: dict[str, Any]
    #: its number in the chain; None while it waits to be sealed
    sealed_no: int | None


@dataclass(frozen=True, slots=True)
class QueryRow:
    """Somebody looked at a subject."""

    id: int
    at: datetime
    subject_id: int
    viewer: str
    purpose: str


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What is looked for; what is left empty does not ask. The days are [since, until)."""

    #: an action, or how it begins: case.
    action: str = ""
    actor: str = ""
    ref: str = ""
    subject_id: int | None = None
    purpose: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What the last whole check of the chain found."""

    at: datetime
    sealed: int
    #: "" for a whole chain
    fault: str
    broken_at: int | None = None


@dataclass(frozen=True, slots=True)
class ChainState:
    """Where the chain stands, without a check."""

    #: number and seal of the last link
    sealed: int
    head: str
    #: rows that wait to be sealed, and since when; counting ends somewhere
    unsealed: int
    oldest_unsealed_at: datetime | None
    #: None where it was never checked
    verified: Verified | None
