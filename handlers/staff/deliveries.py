"""投递 and 重发: what did not reach its person, and another try."""

from __future__ import annotations

from domain.errors import Refused
from domain.services import cases, dispatches
from handlers.context import Context
from handlers.staff import texts
from handlers.staff.who import actor_of


def show(context: Context, argument: str) -> str:
    """投递: letters that were given up, reached nobody, or of which nobody knows."""
    lost = dispatches.undelivered(context.work(), actor_of(context))
    if not lost:
        return texts.DELIVERIES_NONE
    lines = "\n".join(
        texts.DELIVERY_LINE.format(
            id=each.id,
            at=cases.spoken(each.at),
            kind=each.kind,
            case=texts.ABOUT.format(number=number) if number else "",
            status=texts.STATUSES[each.status],
            reason=each.reason,
        )
        for each, number in lost
    )
    return texts.DELIVERIES.format(count=len(lost), lines=lines)


def resend(context: Context, argument: str) -> str:
    """重发 编号: try one of them again."""
    if not argument.isdecimal() or len(argument) > 12:
        raise Refused(texts.WHICH_RESENT)
    if not dispatches.resend(context.work(), actor_of(context), int(argument)):
        raise Refused(texts.NOT_RESENT.format(id=argument))
    return texts.RESENT.format(id=argument)
