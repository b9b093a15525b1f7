"""Daily quotas of the interfaces, counted by the Shanghai day."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Final

from bot.simulator.errors import ApiError
from domain.clock import Clock, legal_date

#: calls a day of a certified account
DAILY: Final[dict[str, int]] = {
    "token": 2_000,
    "stable_token": 500_000,
    "menu/create": 1_000,
    "menu/get": 10_000,
    "menu/delete": 1_000,
    "media/upload": 100_000,
    "media/get": 200_000,
    "message/custom/send": 500_000,
    "message/template/send": 100_000,
    "qrcode/create": 100_000,
    "user/info": 5_000_000,
}


class Quotas:
    """What was used today; limits may be set lower than the platform's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._day: date | None = None
        self._used: Counter[str] = Counter()
        self.limits = dict(DAILY)

    def spend(self, name: str) -> None:
        """Counts one call; raises 45009 when the day's quota is used."""
        today = legal_date(self._clock.now())
        if today != self._day:
            self._day = today
            self._used.clear()
        if self._used[name] >= self.limits.get(name, 1_000_000):
            raise ApiError(45009)
        self._used[name] += 1
