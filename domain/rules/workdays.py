"""Working days: operator overrides, then announced holidays and make-up days, then statutory days only.

Pure: the calendar's data comes from ``storage/calendar.py``. A count that touches a year whose
arrangement is not announced yet is provisional 暂定, and so is one that reaches the last days of
December before the next year is announced: its notice may move them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

#: where a dated deadline goes that falls on a day off (C-06)
Shift = Literal["none", "previous_wd", "next_wd"]

_DAY = timedelta(days=1)
#: from this day of December on, a year's days depend on the notice of the year after
_LAST_DAYS_OF_DECEMBER = 28


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
        """Whether a day is worked (行政处罚法 85)."""
        if day in self.overrides:
            return self.overrides[day]
        if day in self.makeup_days:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def settled(self, day: date) -> bool:
        """Whether it is known for good if this day is worked; days that the operator set are."""
        if day in self.overrides:
            return True
        late = day.month == 12 and day.day >= _LAST_DAYS_OF_DECEMBER
        return day.year in self.announced_years and (not late or day.year + 1 in self.announced_years)

    def add(self, start: date, working_days: int) -> Counted:
        """The day on which a term of so many working days ends; the start day is not counted (民法典 201).

        Provisional when a day on the way may still change. ValueError for a negative term.
        """
        if working_days < 0:
            raise ValueError(f"a term of {working_days} working days")
        day, left, settled = start, working_days, True
        while left > 0:
            day += _DAY
            left -= self.is_workday(day)
            settled = settled and self.settled(day)
        return Counted(day, not settled)

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_workday(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def on_or_after(self, day: date) -> Counted:
        """The day itself where it is worked, else the next that is: where a term ends that falls on a
        day off (民法典 203)."""
        settled = self.settled(day)
        while not self.is_workday(day):
            day += _DAY
            settled = settled and self.settled(day)
        return Counted(day, not settled)

    def on_or_before(self, day: date) -> Counted:
        """The day itself where it is worked, else the last before it that is."""
        settled = self.settled(day)
        while not self.is_workday(day):
            day -= _DAY
            settled = settled and self.settled(day)
        return Counted(day, not settled)
