"""The register of staff beside the contact list of WeCom: who is new, who changed, who left.

Roles are never taken from there: WeCom knows none. A department is taken over where the office file knows
it, so that cases go on finding their way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.errors import Refused
from domain.model.person import Staff, normal_userid
from domain.office import Office
from domain.ports import UnitOfWork
from domain.services.case_owners import canonical_department
from domain.services.staff_register import save

NOBODY = "通讯录里没有一个已登记的工作人员，没有停用任何人；请核对应用的可见范围"


@dataclass(frozen=True, slots=True)
class Contact:
    """A member of the contact list. What the app may not see is empty."""

    userid: str
    name: str
    #: for each department of the member its name and those above it, the corp's own last
    departments: tuple[tuple[str, ...], ...]
    #: disabled in WeCom, or no longer of the corp
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the contact list would change; ``new`` members hold no role yet."""

    new: tuple[Staff, ...]
    #: before and after
    updated: tuple[tuple[Staff, Staff], ...]
    left: tuple[Staff, ...]


def compare(members: Iterable[Staff], contacts: Sequence[Contact], office: Office) -> Comparison:
    """Compare the register with the contact list; nothing is written.

    Whoever was disabled stays so. ``Refused`` where the list names nobody of
    the register: the app then sees too little of it, and everybody would be disabled.
    """
    listed = {normal_userid(each.userid): each for each in contacts if not each.gone}
    known = {member.userid: member for member in members}
    enabled = [member for member in known.values() if member.enabled]
    if not listed or (enabled and not any(member.userid in listed for member in enabled)):
        raise Refused(NOBODY)
    updated = ((member, _renewed(member, listed[member.userid], office)) for member in _both(enabled, listed))
    return Comparison(
        tuple(_new(userid, each, office) for userid, each in listed.items() if userid not in known),
        tuple((before, after) for before, after in updated if before != after),
        tuple(member for member in enabled if member.userid not in listed),
    )


def take_over(uow: UnitOfWork, found: Comparison, *, add: bool, by: str) -> None:
    """Write what the comparison found; new members only where ``add``, and without a role."""
    for member in found.new if add else ():
        save(uow, member, by=by)
    for _, after in found.updated:
        save(uow, after, by=by)
    for member in found.left:
        save(uow, replace(member, enabled=False), by=by)


def _both(members: Iterable[Staff], listed: Mapping[str, Contact]) -> Iterable[Staff]:
    return (member for member in members if member.userid in listed)


def _new(userid: str, contact: Contact, office: Office) -> Staff:
    department = _department(contact, office, "") or office.name
    return Staff(userid, contact.name[:60] or userid, (), department)


def _renewed(member: Staff, contact: Contact, office: Office) -> Staff:
    department = _department(contact, office, member.department)
    return replace(member, name=contact.name[:60] or member.name, department=department)


def _department(contact: Contact, office: Office, present: str) -> str:
    """The department of a member: the present one where the list agrees, one the office knows, or the list's.

    The corp itself, at the end of each chain, says nothing of a department.
    """
    chains = [[canonical_department(office, name) for name in chain if name] for chain in contact.departments]
    named = [name for chain in chains for name in chain]
    if present and canonical_department(office, present) in named:
        return present
    known = (name for name in named if name == office.name or office.department(name))
    own = (chain[0][:100] for chain in chains if len(chain) > 1)
    return next(known, "") or next(own, present)
