"""What stands behind the page in a demonstration, told to the simulator and never looked into by it.

The platforms know people, chats and the wire. What may be tried, which days are
worked, what is due and under which rules the house works, the demonstration
knows; a simulator in a test has nobody behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

from bot.simulator.config import Hint
from bot.simulator.errors import NotPossibleError


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar: whether it is worked, what it is called, how many cases are due on it."""

    day: date
    worked: bool
    #: of a holiday, or 班 for a weekend day that is worked; empty for plain days
    name: str = ""
    #: False: may still change, the arrangement of the year is not announced
    settled: bool = True
    due: int = 0


@dataclass(frozen=True, slots=True)
class Act:
    """A button of a step: whose phone, and the words put into the line there, or the page opened there."""

    label: str
    #: "firm", "staff" or "clock"
    phone: str
    #: openid or userid; empty: whoever holds the phone
    who: str = ""
    say: str = ""
    #: a path of the service's pages
    open: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the guided start."""

    title: str
    how: str
    done: bool
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """What a newcomer is shown beside the phones."""

    hints: Sequence[Hint] = ()
    steps: Sequence[Step] = ()
    #: openid → who that is: a trade, a firm
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """One rulebook that may be chosen; ``place`` is what people call it."""

    id: str
    place: str
    title: str
    current: bool = False


class Backstage(Protocol):
    """What the page asks of the demonstration."""

    async def guide(self) -> Guide:
        """What may be tried, and how far it went."""
        ...

    async def days(self, first: date, count: int) -> Sequence[Day]:
        """So many days of the calendar."""
        ...

    async def run_due(self) -> None:
        """Does what is due now; returns when what that sent has arrived."""
        ...

    def rulebooks(self) -> Sequence[Rules]:
        """The rules that may be chosen; empty where there is no choice."""
        ...

    async def switch(self, rulebook: str) -> None:
        """Goes over to other rules; ``NotPossibleError`` where that cannot be."""
        ...


class NobodyBehind:
    """A simulator by itself: plain weeks, nothing due, nothing to choose."""

    async def guide(self) -> Guide:
        return Guide()

    async def days(self, first: date, count: int) -> Sequence[Day]:
        days = (first + timedelta(days=n) for n in range(count))
        return [Day(day, day.weekday() < 5) for day in days]

    async def run_due(self) -> None:
        return None

    def rulebooks(self) -> Sequence[Rules]:
        return ()

    async def switch(self, rulebook: str) -> None:
        raise NotPossibleError("这里没有别的规则可换")
