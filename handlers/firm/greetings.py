"""What happens when somebody follows the account, leaves it, or scans the office's QR code."""

from __future__ import annotations

from domain.services import privacy
from handlers.context import Context
from handlers.firm import bindings, texts
from handlers.firm.privacy import notice
from handlers.scenes import SceneKind, decode


def follow(context: Context, scene: str) -> str:
    """A new or returning follower: welcome, the notice where it is due, and what the QR code opens."""
    now, office = context.now(), context.office
    context.uow.people.set_followed(context.person.id, True, now)
    opened = scan(context, scene) if scene else ""
    if context.person.notice_version == office.privacy.version:
        return opened or texts.WELCOME_BACK
    privacy.note_shown(context.uow, context.person, office.privacy.version, now)
    told = notice(office)
    if told in opened:
        return opened
    return "\n\n".join(filter(None, (texts.WELCOME.format(office=office.name), told, opened)))


def unfollow(context: Context) -> None:
    """Nobody can be answered any more; what was bound stays until it is ended."""
    context.uow.people.set_followed(context.person.id, False, context.now())


def scan(context: Context, scene: str) -> str:
    """What a QR code of the office opens; the same before and after following."""
    found = decode(scene)
    if found is None:
        return texts.UNKNOWN_SCENE
    return _OPENS[found.kind](context, found.token)


_OPENS = {SceneKind.BIND: bindings.bind}
