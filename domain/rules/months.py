"""Terms in months as civil law counts them (民法典 201, 202)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The day on which a term of months from ``day`` ends: the same day of the end month, or its last.

    The start day itself is not counted (民法典 201), which is why the numbers of the days are equal.
    A term beyond the calendar ends on its last day.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_after(day: date) -> date:
    """The next day; the last day of the calendar has none and stays."""
    return day if day == date.max else day + _DAY
