"""待办: everything that waits for one member of staff, in the order in which it is urgent."""

from __future__ import annotations

from dataclasses import dataclass

from domain.model.case import Actor, CaseKind, Doer
from domain.ports import Undelivered
from domain.services import cases, dispatches, proposals, staff
from domain.services.case_lists import CaseRow, Urgency, row
from domain.services.proposals import ProposalLine
from domain.services.work import Work

#: of each kind of matter so many are listed
MOST = 50
#: who looks after letters that did not arrive
_LOOK_AFTER = frozenset({Doer.CLERK, Doer.ADMIN})
_URGENT = frozenset({Urgency.LATE, Urgency.TODAY, Urgency.SOON})

NOBODY = "没有角色"


@dataclass(frozen=True, slots=True)
class Seat:
    """In whose place the member may act, where, and as what."""

    department: str
    roles: str
    #: whom he stands in for; "" for his own seat
    instead_of: str


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that belong together."""

    title: str
    rows: tuple[CaseRow, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a member finds in the morning."""

    name: str
    seats: tuple[Seat, ...]
    #: who stands in for this member today; "" where nobody does
    deputy: str
    groups: tuple[Group, ...]
    count: int
    #: how many of them are overdue
    late: int
    proposals: tuple[ProposalLine, ...]
    #: letters that did not arrive, with the number of their case
    lost: tuple[tuple[Undelivered, str], ...]
    auditor: bool


def desk(work: Work, actor: Actor) -> Desk:
    """The desk of a member of staff; others are refused."""
    staff.require_member(actor)
    mine = cases.todo(work, actor)
    rows = [row(work, case) for case in mine[:MOST]]
    return Desk(
        name=actor.name,
        seats=_seats(work, actor),
        deputy=_deputy(work, actor),
        groups=tuple(group for group in _groups(rows) if group.rows),
        count=len(mine),
        late=sum(each.urgency is Urgency.LATE for each in rows),
        proposals=tuple(proposals.waiting(work, actor, limit=MOST)),
        lost=tuple(dispatches.undelivered(work, actor)) if actor.doers & _LOOK_AFTER else (),
        auditor=is_auditor(work, actor),
    )


def is_auditor(work: Work, actor: Actor) -> bool:
    """Whether the member has the role 审计 himself: nobody stands in for the auditor."""
    member = None if Doer.FIRM in actor.doers else work.uow.staff.get(actor.id)
    return member is not None and member.enabled and staff.AUDITOR in member.roles


def _groups(rows: list[CaseRow]) -> tuple[Group, ...]:
    apart = {CaseKind.STOP_ORDER: "待确认终止的措施", CaseKind.SERVICE: "待送达的通知"}
    decisions = [each for each in rows if each.kind not in apart]
    return (
        Group("急办", tuple(each for each in decisions if each.urgency in _URGENT)),
        *(Group(title, tuple(each for each in rows if each.kind is kind)) for kind, title in apart.items()),
        Group("其他待办", tuple(each for each in decisions if each.urgency not in _URGENT)),
    )


def _seats(work: Work, actor: Actor) -> tuple[Seat, ...]:
    """The member's own seat first, then those of everybody he stands in for today."""
    away = (absent for absent, deputy in work.uow.staff.deputies(work.today) if deputy == actor.id)
    people = (work.uow.staff.get(userid) for userid in (actor.id, *away))
    return tuple(
        Seat(
            member.department,
            "、".join(member.roles) or NOBODY,
            "" if member.userid == actor.id else member.name,
        )
        for member in people
        if member is not None and member.enabled
    )


def _deputy(work: Work, actor: Actor) -> str:
    deputy = dict(work.uow.staff.deputies(work.today)).get(actor.id)
    member = work.uow.staff.get(deputy) if deputy else None
    return member.name if member is not None else ""
