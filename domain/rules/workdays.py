"""Working days: operator overrides, then announced holidays and make-up days, then statutory days only.

Pure: the calendar's data comes from ``storage``. A count that touches a year
whose arrangement is not announced yet is provisional 暂定.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Counted:
    """A day reached by counting, and whether it may still move."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked. ``overrides`` (of the operator) go first."""

    #: days off on weekdays: statutory and 调休
    holidays: frozenset[date] = frozenset()
    #: weekend days that are worked
    makeup_days: frozenset[date] = frozenset()
    #: years whose arrangement was announced
    announced_years: frozenset[int] = frozenset()
    #: True: worked, False: off
    overrides: dict[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Whether a day is worked (law: 行政处罚法 85)."""
        if day in self.overrides:
            return self.overrides[day]
        if day in self.makeup_days:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def add(self, start: date, working_days: int) -> Counted:
        """The day on which a term of so many working days ends; the start day is not counted (民法典 201)."""
        day, left = start, working_days
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_workday(day)
        return Counted(day, self._provisional(start, day))

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_workday(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def _provisional(self, start: date, end: date) -> bool:
        return any(year not in self.announced_years for year in range(start.year, end.year + 1))
