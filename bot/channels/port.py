"""What a channel needs from the house behind it."""

from __future__ import annotations

from typing import Protocol, TypeVar

from handlers.turn import Inbound

#: what a channel can say in its passive reply: a text, on WeCom also the update of a card
Said = TypeVar("Said", covariant=True)


class TurnPort(Protocol[Said]):
    """Takes one verified message and says what the push is answered with."""

    async def answer(self, inbound: Inbound, *, arrived: float) -> Said:
        """The passive reply; "" where silence or a later message is the answer.

        ``arrived`` is the loop's time at which the push came in. Raises
        ``domain.errors.Unavailable`` when nothing could be claimed, so that the
        platform shall push again.
        """
        ...
