"""What staff hand out at the counter or on the telephone."""

from __future__ import annotations

from domain.errors import NotAllowed
from domain.model.case import Actor, Doer
from domain.model.subject import Subject
from domain.services import bindings
from domain.services.work import Work

_HANDS_OUT = frozenset({Doer.CLERK, Doer.ADMIN})
CODES_BY = "绑定码由经办或信用办管理员发放，您现在没有这个角色。"


def issue_code(work: Work, subject: Subject, actor: Actor) -> bindings.IssuedCode:
    """A one-time binding code for a subject; ``NotAllowed`` for other roles than clerk and administrator."""
    if not _HANDS_OUT & actor.doers:
        raise NotAllowed(CODES_BY, log=f"{actor.label} may not issue codes")
    return bindings.issue_code(work.uow, subject.id, by=actor.id, now=work.now, sealer=work.sealer)
