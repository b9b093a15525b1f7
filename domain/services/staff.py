"""Staff as actors: what somebody may do, for which department, and who stands in for whom."""

from __future__ import annotations

from datetime import date

from domain.errors import NotAllowed, NotFound, Refused
from domain.model.case import Actor, Doer
from domain.model.person import Person, Staff
from domain.ports import UnitOfWork
from domain.services.case_owners import canonical_department
from domain.services.work import Work

#: rights that come with a role; 审计 reads and takes no step
_DOERS = {doer.value: doer for doer in Doer if doer not in (Doer.FIRM, Doer.SYSTEM)}

UNKNOWN = "您还不在工作人员名单里，请联系信用办管理员登记。"
DISABLED = "您的工作人员账号已停用，请联系信用办管理员。"
NOT_STAFF = "这是工作人员的页面。"
#: reads the audit, and takes no step
AUDITOR = "审计"


def actor_of(work: Work, userid: str) -> Actor:
    """The actor behind a userid: own rights, and those of everybody he stands in for today.

    A right holds in the department of whoever it comes from. ``NotAllowed``
    for somebody unknown or disabled.
    """
    member = work.uow.staff.get(userid)
    if member is None:
        raise NotAllowed(UNKNOWN, log=f"unknown userid {userid}")
    if not member.enabled:
        raise NotAllowed(DISABLED, log=f"disabled userid {userid}")
    absent = (
        work.uow.staff.get(away) for away, deputy in work.uow.staff.deputies(work.today) if deputy == userid
    )
    seats = tuple(_seat(work, one) for one in (member, *absent) if one is not None and one.enabled)
    return Actor(userid, member.name, frozenset().union(*(doers for _, doers in seats)), seats[0][0], seats)


def require_member(actor: Actor) -> None:
    """``NotAllowed`` for everybody but staff."""
    if {Doer.FIRM, Doer.SYSTEM} & actor.doers:
        raise NotAllowed(NOT_STAFF, log=f"{actor.label} at a page of the staff")


def firm_actor(person: Person, name: str) -> Actor:
    """The actor for a person who speaks for a firm; whether he may is checked with each case."""
    return Actor(str(person.id), name, frozenset({Doer.FIRM}))


def staff_with(work: Work, role: str, department: str | None) -> list[Staff]:
    """Who is asked where a role is needed: enabled members of the department (None: of any).

    In the place of somebody who is away stands who stands in for him; each is named once.
    """
    deputies = dict(work.uow.staff.deputies(work.today))
    members = {member.userid: member for member in work.uow.staff.all() if member.enabled}
    wanted = None if department is None else canonical_department(work.office, department)
    found = (
        members.get(deputies.get(member.userid, ""), member)
        for member in members.values()
        if role in member.roles
        and (wanted is None or canonical_department(work.office, member.department) == wanted)
    )
    return list({member.userid: member for member in found}.values())


def appoint_deputy(uow: UnitOfWork, userid: str, deputy: str, *, since: date, until: date, by: str) -> None:
    """``deputy`` stands in for ``userid`` from one Shanghai date to another, both included.

    Raises ``NotFound`` for an unknown member, ``Refused`` for a deputy who is
    the member himself or disabled, and for days that run backwards. ``by`` is
    the actor of the audit.
    """
    away, stands_in = (_enabled(uow, wanted) for wanted in (userid, deputy))
    if away.userid == stands_in.userid:
        raise Refused("不能由本人代理本人，请换一位。")
    if until < since:
        raise Refused("代理的结束日期早于开始日期，请核对。")
    uow.staff.end_deputies(away.userid, since)
    uow.staff.add_deputy(away.userid, stands_in.userid, since=since, until=until)
    detail = {"deputy": stands_in.userid, "since": since.isoformat(), "until": until.isoformat()}
    uow.audit.append("staff.deputy", actor=by, ref=away.userid, detail=detail)


def end_deputy(uow: UnitOfWork, userid: str, *, on: date, by: str) -> int:
    """``userid`` is back: nobody stands in from this Shanghai date on; returns how many did.

    Raises ``NotFound`` for an unknown member.
    """
    member = known_member(uow, userid)
    ended = uow.staff.end_deputies(member.userid, on)
    if ended:
        uow.audit.append("staff.deputy_ended", actor=by, ref=member.userid)
    return ended


def known_member(uow: UnitOfWork, userid: str) -> Staff:
    """The member with this userid, disabled or not; ``NotFound`` where there is none."""
    member = uow.staff.get(userid)
    if member is None:
        raise NotFound(f"没有工作人员“{userid}”，请核对账号。")
    return member


def _enabled(uow: UnitOfWork, userid: str) -> Staff:
    member = known_member(uow, userid)
    if not member.enabled:
        raise Refused(f"{member.name}的账号已停用，不能设置代理。")
    return member


def _seat(work: Work, member: Staff) -> tuple[str, frozenset[Doer]]:
    doers = frozenset(_DOERS[role] for role in member.roles if role in _DOERS)
    return canonical_department(work.office, member.department), doers
