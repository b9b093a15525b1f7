"""The register of staff: who is in it, with which roles, in which department."""

from __future__ import annotations

import re
from dataclasses import replace

from domain.errors import Refused
from domain.model.person import STAFF_ROLES, Staff, normal_userid
from domain.ports import UnitOfWork
from domain.services.staff import known_member

_BETWEEN_ROLES = re.compile(r"[、,，;；/|+\s]+")
#: what WeCom takes as a userid
_USERID = re.compile(r"[0-9a-z][0-9a-z_@.-]{0,63}")


def read_roles(text: str) -> tuple[str, ...]:
    """The roles that a text names, each once; ``Refused`` where one is no role."""
    roles = tuple(dict.fromkeys(filter(None, _BETWEEN_ROLES.split(text))))
    for role in roles:
        if role not in STAFF_ROLES:
            raise Refused(f"没有角色“{role}”；可用：{'、'.join(STAFF_ROLES)}")
    return roles


def read_userid(text: str) -> str:
    """A userid as it is kept; ``Refused`` where WeCom would not take it."""
    userid = normal_userid(text)
    if not _USERID.fullmatch(userid):
        raise Refused(f"账号“{text}”不对：应为企业微信账号，由字母、数字和 _-@. 组成，最长 64 位")
    return userid


def register(uow: UnitOfWork, member: Staff, *, by: str, only: bool = False) -> Staff:
    """Add a member, or bring one up to date: further roles come to those held (``only``: replace them).

    Returns the member as kept. A disabled one is enabled again. ``by`` is the actor of the audit.
    """
    before = uow.staff.get(member.userid)
    held = () if before is None or only else before.roles
    kept = replace(member, userid=read_userid(member.userid), roles=tuple(dict.fromkeys(held + member.roles)))
    save(uow, kept, by=by)
    return kept


def disable(uow: UnitOfWork, userid: str, *, by: str) -> Staff:
    """A member takes no step from now on; what he did stays. ``NotFound`` for an unknown one."""
    member = replace(known_member(uow, userid), enabled=False)
    uow.staff.save(member)
    uow.audit.append("staff.disabled", actor=by, ref=member.userid)
    return member


def save(uow: UnitOfWork, member: Staff, *, by: str) -> None:
    """Keep a member as he is given, and note who did it."""
    uow.staff.save(member)
    detail = {"roles": list(member.roles), "department": member.department, "enabled": member.enabled}
    uow.audit.append("staff.saved", actor=by, ref=member.userid, detail=detail)


def differences(before: Staff, after: Staff) -> list[str]:
    """What is different between two states of one member, in Chinese; empty for nothing."""
    pairs = (
        ("姓名", before.name, after.name),
        ("角色", "、".join(before.roles), "、".join(after.roles)),
        ("部门", before.department, after.department),
        ("状态", _state(before), _state(after)),
    )
    return [f"{what} {old or '无'} → {new or '无'}" for what, old, new in pairs if old != new]


def _state(member: Staff) -> str:
    return "在用" if member.enabled else "停用"
