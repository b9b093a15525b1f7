"""群发: one notice to many, and who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a notice is for. Within one list any word fits; all lists that are filled must fit."""

    #: True: members of the staff; False: the people bound to firms
    staff: bool = False
    #: codes of grades in force
    grades: tuple[str, ...] = ()
    #: industries of subjects, and codes of the rulebook's domains
    trades: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    #: ids of subjects that were named one by one
    subjects: tuple[int, ...] = ()
    departments: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    #: the audience as people read it
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What counting has found so far."""

    firms: int = 0
    #: firms with somebody bound to them
    reached: int = 0
    people: int = 0
    #: names of the first three recipients
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A notice as stored. ``counted`` is None until every recipient is listed."""

    id: int
    case_id: int
    text: str
    audience: Audience
    found: Found
    counted: int | None
    cursor: int
    released_at: datetime | None
    reported_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of the letters of a notice; the numbers add up to ``listed``."""

    listed: int
    sent: int
    waiting: int
    #: given up or unknown: (reason, how many)
    failed: tuple[tuple[str, int], ...]
    unreachable: tuple[tuple[str, int], ...]
