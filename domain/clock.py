"""Time: aware UTC inside, Asia/Shanghai dates in law."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """The only source of the present."""

    def now(self) -> datetime:
        """The present as aware UTC."""
        ...


def legal_date(moment: datetime) -> date:
    """The Shanghai date of an aware moment."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no legal date")
    return moment.astimezone(SHANGHAI).date()
