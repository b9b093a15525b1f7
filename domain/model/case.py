"""案件: one thing that somebody asked for, with its owner, its clock and its log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class CaseKind(StrEnum):
    """Kinds of case; the value is what people read."""

    OBJECTION = "异议"
    REVIEW = "复核"
    REPAIR = "修复"
    COMMITMENT = "承诺"
    MANDATE = "签署授权"  # binding with the power 签署 by a letter of authority
    CONSULTATION = "人工"
    STOP_ORDER = "终止措施"
    SERVICE = "送达"  # a notice with legal effect that no channel could deliver
    BROADCAST = "群发"


#: the two capital letters of each kind's numbers
PREFIXES: dict[CaseKind, str] = {
    CaseKind.OBJECTION: "YY",
    CaseKind.REVIEW: "FH",
    CaseKind.REPAIR: "XF",
    CaseKind.COMMITMENT: "CN",
    CaseKind.MANDATE: "SQ",
    CaseKind.CONSULTATION: "RG",
    CaseKind.STOP_ORDER: "ZZ",
    CaseKind.SERVICE: "SD",
    CaseKind.BROADCAST: "QF",
}


class Doer(StrEnum):
    """Who may take a step: the firm's side, a role of the staff, or the system itself."""

    FIRM = "当事人"
    CLERK = "经办"
    APPROVER = "审批"
    LIAISON = "联络员"
    INSPECTOR = "检查人员"
    ADMIN = "信用办管理员"
    SYSTEM = "系统"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step. ``id`` is a person's number or a userid: never an openid."""

    id: str
    name: str
    doers: frozenset[Doer]
    department: str = ""
    #: where each right holds: (department, rights); a deputy brings the seat of whom he stands in for
    seats: tuple[tuple[str, frozenset[Doer]], ...] = ()

    def doers_in(self, department: str) -> frozenset[Doer]:
        """Which rights the actor has over a case of this department."""
        seats = self.seats or ((self.department, self.doers),)
        return frozenset(doer for where, doers in seats for doer in doers if where == department)

    @property
    def label(self) -> str:
        """How audit rows name the actor: person:12, staff:wang, system."""
        if Doer.SYSTEM in self.doers:
            return "system"
        return f"person:{self.id}" if Doer.FIRM in self.doers else f"staff:{self.id}"


SYSTEM_ACTOR = Actor("", "系统", frozenset({Doer.SYSTEM}))


@dataclass(frozen=True, slots=True)
class Clock:
    """One time limit of a case. Of several, the earliest that binds is the due date."""

    name: str
    #: the day after which counting starts (the start day itself is not counted)
    starts_on: date
    working_days: int
    due_on: date
    #: clause or law that sets the limit
    basis: str
    #: it crosses a year whose holidays are not announced yet
    provisional: bool = False
    #: False: shown beside, as 参考, with who decides
    verified: bool = True
    binds: bool = True
    #: the action that meets this limit (受理 …); "": only the decision does
    met_by: str = ""
    met_on: date | None = None
    #: ``due_on`` is a day that somebody named (a promise), not counted: no calendar moves it
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still: why, from when, until when (None: still)."""

    reason: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case as stored. ``version`` grows with every step; a card carries it."""

    id: int
    number: str
    kind: CaseKind
    state: str
    version: int
    subject_id: int | None
    #: the person who applied, where a person did
    applicant_id: int | None
    #: owner department and, once somebody took it, the userid who handles it
    department: str
    handler: str
    opened_at: datetime
    due_on: date | None
    provisional: bool
    clocks: tuple[Clock, ...] = ()
    pauses: tuple[Pause, ...] = ()
    #: what the case is about, by kind; sealed in the database
    facts: dict[str, Any] = field(default_factory=dict)
    #: 成立, 部分成立, 不成立, 同意, 不同意 …; "" while open
    outcome: str = ""
    closed_at: datetime | None = None
    parent_id: int | None = None

    @property
    def open(self) -> bool:
        return self.closed_at is None

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].until is None


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of a case's log."""

    case_id: int
    seq: int
    at: datetime
    #: ``Actor.label``, and the name as it was then
    actor: str
    actor_name: str
    action: str
    from_state: str
    to_state: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file kept with a case. The original name is sealed; the bytes lie in the attachments folder."""

    id: int
    case_id: int
    sha256: str
    content_type: str
    size: int
    name: str
    at: datetime
    by: str
