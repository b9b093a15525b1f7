"""导入 by two people: who may upload, look at, and confirm a table."""

from __future__ import annotations

from domain.errors import NotAllowed
from domain.model.case import Actor, Doer
from domain.model.intake import Intake
from domain.services import staff
from domain.services.case_owners import canonical_department
from domain.services.import_kinds import KINDS, STAFF, ImportKind
from domain.services.work import Work

NOT_YOURS = "导入由信用办管理员或经办人员办理，您现在没有这个角色。"
NOT_YOURS_TO_SEE = "导入由信用办管理员、经办人员办理，由审批人员确认，您现在没有这些角色。"
NOT_YOUR_KIND = "“{title}”只能由信用办管理员导入。"
OWN = "要由另一位同事确认：这份表格是您上传的。"
NOT_CONFIRMER = "确认导入由{department}或信用办的审批人员、信用办管理员办理，您现在没有这个角色。"
ADMINS_ONLY = "“{title}”要由另一位信用办管理员确认。"


def require_importer(actor: Actor, kind: ImportKind | None = None) -> None:
    """``NotAllowed`` unless the actor may upload tables, of this kind."""
    if not {Doer.ADMIN, Doer.CLERK} & actor.doers:
        raise NotAllowed(NOT_YOURS)
    if kind is STAFF and Doer.ADMIN not in actor.doers:
        # who grants roles is not granted by a table that he may upload himself
        raise NotAllowed(NOT_YOUR_KIND.format(title=kind.title))


def require_viewer(actor: Actor) -> None:
    """``NotAllowed`` for somebody who neither uploads nor confirms tables."""
    if not {Doer.ADMIN, Doer.CLERK, Doer.APPROVER} & actor.doers:
        raise NotAllowed(NOT_YOURS_TO_SEE)


def kinds_for(actor: Actor) -> list[ImportKind]:
    """What this actor may upload; nothing for somebody without the role."""
    if not {Doer.ADMIN, Doer.CLERK} & actor.doers:
        return []
    return [kind for kind in KINDS.values() if kind is not STAFF or Doer.ADMIN in actor.doers]


def may_see(work: Work, intake: Intake, actor: Actor) -> bool:
    """Whoever uploaded it or may confirm it, the administrators, and the importers of its department."""
    if actor.id == intake.by or Doer.ADMIN in actor.doers:
        return True
    if intake.kind == STAFF.id:
        return False
    here = {Doer.CLERK, Doer.APPROVER}
    places = (intake.department, work.office.name)
    return any(here & actor.doers_in(canonical_department(work.office, where)) for where in places)


def may_confirm(work: Work, intake: Intake, actor: Actor) -> bool:
    """Whether this actor can be the second person."""
    try:
        require_confirmer(work, intake, actor)
    except NotAllowed:
        return False
    return True


def require_confirmer(work: Work, intake: Intake, actor: Actor) -> None:
    if actor.id == intake.by:
        raise NotAllowed(OWN)
    if Doer.ADMIN in actor.doers:
        return
    if intake.kind == STAFF.id:
        raise NotAllowed(ADMINS_ONLY.format(title=STAFF.title))
    places = (intake.department, canonical_department(work.office, work.office.name))
    if not any(Doer.APPROVER in actor.doers_in(where) for where in places):
        raise NotAllowed(NOT_CONFIRMER.format(department=intake.department))


def confirmers(work: Work, intake: Intake) -> dict[str, str]:
    """Userids and names of those who may be the second person."""
    asked: list[tuple[str, str | None]] = [("信用办管理员", None)]
    if intake.kind != STAFF.id:
        asked += [("审批", intake.department), ("审批", work.office.name)]
    found = {m.userid: m.name for role, where in asked for m in staff.staff_with(work, role, where)}
    return {userid: name for userid, name in found.items() if userid != intake.by}
