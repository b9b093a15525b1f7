"""What a channel needs from the house behind it."""

from __future__ import annotations

from typing import Protocol

from handlers.turn import Inbound


class TurnPort(Protocol):
    """Takes one verified message and says what the push is answered with."""

    async def answer(self, inbound: Inbound, *, arrived: float) -> str:
        """The passive reply; "" where silence or a later message is the answer.

        ``arrived`` is the loop's time at which the push came in. Raises
        ``domain.errors.Unavailable`` when nothing could be claimed, so that the
        platform shall push again.
        """
        ...
