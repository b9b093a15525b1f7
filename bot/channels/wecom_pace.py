"""How fast one member may be written to: 30 messages a minute and 1000 an hour from one app.

WeCom drops what is over it and says that all is well. So nothing over it is
ever sent: it waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from domain.clock import Clock

#: the platform counts when a message arrives, and one may take longer on its way than the next
MARGIN = timedelta(seconds=5)
#: (messages, in how long)
LIMITS = ((30, timedelta(minutes=1) + MARGIN), (1000, timedelta(hours=1) + MARGIN))
_LONGEST = max(window for _, window in LIMITS)
#: members are forgotten in rounds, so that a corp of thousands costs no memory for ever
_SWEEP_AT = 5_000


def wait_before_next(sent: Sequence[datetime], now: datetime) -> timedelta:
    """How long the next message must wait after those ``sent`` (ascending); zero when it may go now.

    Counted over a sliding window, since nothing is known of where the
    platform's minutes begin.
    """
    waits = (sent[-count] + window - now for count, window in LIMITS if len(sent) >= count)
    return max((timedelta(0), *waits))


class MemberPace:
    """What this process sent to each member lately.

    In memory: a second process has its own count. Whoever sends from several
    asks ``wait_before_next`` with the times from the outbox.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent: dict[str, list[datetime]] = {}

    def wait(self, members: Iterable[str]) -> timedelta:
        """How long a message to all of these must wait; zero when it may go now."""
        now = self._clock.now()
        return max(
            (wait_before_next(self._recent(member, now), now) for member in members), default=timedelta(0)
        )

    def book(self, members: Iterable[str]) -> None:
        """A message to these goes out now."""
        now = self._clock.now()
        if len(self._sent) > _SWEEP_AT:
            self._sent = {member: recent for member in self._sent if (recent := self._recent(member, now))}
        for member in members:
            self._sent[member] = [*self._recent(member, now), now]

    def _recent(self, member: str, now: datetime) -> list[datetime]:
        return [at for at in self._sent.get(member, ()) if now - at < _LONGEST]
