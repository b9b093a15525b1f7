"""投递: letters that did not arrive, for those who look after them."""

from __future__ import annotations

from domain.errors import NotAllowed
from domain.model.case import Actor, Doer
from domain.ports import Undelivered
from domain.services.work import Work

_LOOK_AFTER = frozenset({Doer.CLERK, Doer.ADMIN})
NOT_YOURS = "没有送到的消息由经办或信用办管理员处理，您现在没有这个角色。"


def undelivered(work: Work, actor: Actor) -> list[tuple[Undelivered, str]]:
    """Lost letters, newest first, each with the number of the case it is about ("" where there is none)."""
    _check(actor)
    return [(each, _number(work, each.case_id)) for each in work.uow.outbox.undelivered()]


def resend(work: Work, actor: Actor, letter_id: int) -> bool:
    """Send a lost letter once more, as a named person's decision; False where it is none."""
    _check(actor)
    if not work.uow.outbox.resend(letter_id, work.now):
        return False
    work.uow.audit.append("letter.resent", actor=actor.label, ref=str(letter_id))
    return True


def _check(actor: Actor) -> None:
    if not _LOOK_AFTER & actor.doers:
        raise NotAllowed(NOT_YOURS, log=f"{actor.label} may not see undelivered letters")


def _number(work: Work, case_id: int | None) -> str:
    case = work.uow.cases.get(case_id) if case_id is not None else None
    return case.number if case is not None else ""
