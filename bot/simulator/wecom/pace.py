"""How often: what is dropped without a word, and what is refused."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import date, datetime, timedelta
from typing import Final

from bot.simulator.wecom.errors import WeComError
from domain.clock import Clock, legal_date

#: messages of one app to one member: more in this span are dropped, with ``errcode`` 0
MEMBER_LIMITS: Final[tuple[tuple[timedelta, int], ...]] = (
    (timedelta(minutes=1), 30),
    (timedelta(hours=1), 1000),
)
#: person-sends an app has each day, for each account the corp pays for
DAILY_PER_ACCOUNT: Final = 200
#: calls of one interface within a minute; beyond them 45009 for a minute
PER_MINUTE: Final = 10_000
#: interfaces that are watched more closely
CLOSER: Final[dict[str, int]] = {"gettoken": 300}
_MINUTE: Final = timedelta(minutes=1)


class Pace:
    """The counters of one corp."""

    def __init__(self, clock: Clock, account_limit: int) -> None:
        self._clock = clock
        self.daily_limit = account_limit * DAILY_PER_ACCOUNT
        self.per_minute: dict[str, int] = dict(CLOSER)
        self._to_member: dict[tuple[int, str], deque[datetime]] = defaultdict(deque)
        self._calls: dict[str, deque[datetime]] = defaultdict(deque)
        self._day: date | None = None
        self._sent: dict[int, int] = {}

    def reaches(self, agent_id: int, userid: str) -> bool:
        """Whether one more message to a member is shown; one that is not leaves no trace."""
        now = self._clock.now()
        sent = self._to_member[agent_id, userid]
        longest = max(span for span, _ in MEMBER_LIMITS)
        _forget(sent, now - longest)
        if any(sum(at > now - span for at in sent) >= most for span, most in MEMBER_LIMITS):
            return False
        sent.append(now)
        return True

    def spend_day(self, agent_id: int, people: int) -> None:
        """Counts person-sends against the day; raises 45009."""
        today = legal_date(self._clock.now())
        if today != self._day:
            self._day = today
            self._sent.clear()
        sent = self._sent.get(agent_id, 0) + people
        if sent > self.daily_limit:
            raise WeComError(45009)
        self._sent[agent_id] = sent

    def spend_call(self, path: str) -> None:
        """Counts one call of an interface; raises 45009."""
        now = self._clock.now()
        calls = self._calls[path]
        _forget(calls, now - _MINUTE)
        if len(calls) >= self.per_minute.get(path, PER_MINUTE):
            raise WeComError(45009)
        calls.append(now)


def _forget(moments: deque[datetime], until: datetime) -> None:
    while moments and moments[0] <= until:
        moments.popleft()
