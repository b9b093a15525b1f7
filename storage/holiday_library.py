"""What the library ``holidays`` knows of China's arrangement of a year. The only file that sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays.holiday_base import HolidayBase


@dataclass(frozen=True, slots=True)
class LibraryYear:
    """Days of one year. Without an announcement only the statutory days are known."""

    holidays: frozenset[date]
    makeup_days: frozenset[date]
    announced: bool


@cache
def library_year(year: int) -> LibraryYear:
    """One year as the library has it.

    Every notice so far named make-up days, so a year without any was not announced when the
    library was released. Then only the festivals themselves count as days off: the substitutes
    that the library works out beside them are its guess.
    """
    # a fifth of a second; processes that never count working days do not pay it
    from holidays.countries.china import China

    read: Callable[..., HolidayBase] = China
    known = read(years=year, observed=False)
    makeup = frozenset(day for day in known.weekend_workdays if day.year == year)
    days = read(years=year) if makeup else known
    return LibraryYear(frozenset(day for day in days if day.year == year), makeup, announced=bool(makeup))


@cache
def festival_names(year: int) -> dict[date, str]:
    """The festivals of a year by their Chinese names; days that were only moved have none."""
    from holidays.countries.china import China

    read: Callable[..., HolidayBase] = China
    named = read(years=year, observed=False, language="zh_CN")
    return {day: name.removeprefix("农历") for day, name in named.items() if not name.startswith("休息日")}
