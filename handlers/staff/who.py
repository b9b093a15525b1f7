"""Who speaks: the member of staff behind the account that a message came from."""

from __future__ import annotations

from domain.model.case import Actor
from domain.model.person import normal_userid
from domain.services import staff
from handlers.context import Context


def actor_of(context: Context) -> Actor:
    """The actor of this turn; ``NotAllowed`` in one polite line for somebody unknown or disabled."""
    return staff.actor_of(context.work(), normal_userid(context.person.sender))
