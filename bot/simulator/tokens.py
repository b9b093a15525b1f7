"""Access tokens: two desks that do not disturb each other."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.simulator.errors import ApiError
from domain.clock import Clock, legal_date

LIFETIME = timedelta(seconds=7200)
#: how long a replaced token still works
OVERLAP = timedelta(minutes=5)
FORCED_PER_DAY = 20
FORCED_GAP = timedelta(seconds=30)

_SHAPE = re.compile(r"[A-Za-z0-9_-]{64,512}")


@dataclass(slots=True)
class _Token:
    value: str
    #: what the platform promised when it handed it out
    expires_at: datetime
    #: until when it really works, which a successor may shorten or an overlap stretch
    works_until: datetime
    #: the error after that: 42001 by time, 40001 by a successor
    code_after: int = 42001


class TokenDesk:
    """Hands out and judges tokens of one account."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, _Token] = {}
        self._plain: _Token | None = None
        self._stable: _Token | None = None
        self._forced: list[datetime] = []

    def plain(self) -> tuple[str, int]:
        """``/token``: always a new one; the one before works five minutes more."""
        if self._plain is not None:
            self._retire(self._plain, OVERLAP)
        self._plain = self._issue()
        return self._plain.value, int(LIFETIME.total_seconds())

    def stable(self, *, force: bool) -> tuple[str, int]:
        """``/stable_token``: the same one until five minutes before its end; ``force`` kills it."""
        now = self._clock.now()
        if force:
            self._allow_force(now)
            if self._stable is not None:
                self._retire(self._stable, timedelta(0))
        elif self._stable is not None:
            left = self._stable.expires_at - now
            if left > OVERLAP:
                return self._stable.value, int(left.total_seconds())
            if left > timedelta(0):
                self._stable.works_until = now + OVERLAP
        self._stable = self._issue()
        return self._stable.value, int(LIFETIME.total_seconds())

    def check(self, value: str) -> None:
        """Raises 41001, 40014, 40001 or 42001 unless the token works now."""
        if not value:
            raise ApiError(41001)
        if not _SHAPE.fullmatch(value):
            raise ApiError(40014)
        token = self._known.get(value)
        if token is None:
            raise ApiError(40001)
        if self._clock.now() >= token.works_until:
            raise ApiError(token.code_after)

    def _issue(self) -> _Token:
        expires_at = self._clock.now() + LIFETIME
        # as long as the longest the documents tell to make room for
        value = secrets.token_urlsafe(384)
        token = _Token(value, expires_at, expires_at)
        self._known[value] = token
        return token

    def _retire(self, token: _Token, overlap: timedelta) -> None:
        end = self._clock.now() + overlap
        if end < token.works_until:
            token.works_until = end
            token.code_after = 40001

    def _allow_force(self, now: datetime) -> None:
        if self._forced and now - self._forced[-1] < FORCED_GAP:
            raise ApiError(45011)
        today = [moment for moment in self._forced if legal_date(moment) == legal_date(now)]
        if len(today) >= FORCED_PER_DAY:
            raise ApiError(45009)
        self._forced = [*today, now]
