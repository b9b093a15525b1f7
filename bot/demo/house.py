"""What stands behind the simulator's page: the database, the calendar, the jobs and the choice of rules."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.app import PARTS, Parts
from bot.demo import guide
from bot.demo.hints import demo_hints
from bot.demo.names import PLACES
from bot.simulator import Day, Guide, NotPossibleError, Rules, Simulator
from domain.rules.workdays import WorkCalendar
from storage.holiday_library import festival_names
from storage.rulebook_files import load_rulebook, shipped_rulebooks
from storage.runner import Priority
from storage.unit_of_work import SqlUnitOfWork

#: where a demonstration keeps its phones
PHONES: Final[web.AppKey[Simulator]] = web.AppKey("phones", Simulator)
#: goes over to the rules of this id; raises what ``ensure_demo`` raises
Switch = Callable[[str], Awaitable[None]]

_MAKEUP: Final = "班"
#: looks at the outbox until what is due has gone out
_LOOKS: Final = 200
_BETWEEN_LOOKS: Final = 0.03
_ONE_DAY: Final = timedelta(days=1)
_MOST_DUE: Final = 200


class DemoBackstage:
    """The house behind one demonstration."""

    def __init__(self, app: web.Application, rulebook: str, switch: Switch | None = None) -> None:
        self._app = app
        self._rulebook = rulebook
        self._switch = switch

    @property
    def _parts(self) -> Parts:
        return self._app[PARTS]

    async def guide(self) -> Guide:
        """The six steps, the hints, and who everybody is."""
        simulator = self._app[PHONES]

        def look(uow: SqlUnitOfWork) -> Guide:
            firms, so_far = demo_hints(uow), guide.progress(uow, simulator)
            return Guide(
                guide.hints(firms), guide.steps(simulator, so_far, firms), guide.labels(simulator, so_far)
            )

        return await self._parts.house.runner.run(look, priority=Priority.BACKGROUND, limit_ms=None)

    async def days(self, first: date, count: int) -> Sequence[Day]:
        """The working calendar as the house counts it, with the cases that are due."""

        def look(uow: SqlUnitOfWork) -> list[Day]:
            due = _due(uow, first + count * _ONE_DAY)
            calendar = uow.calendar.load()
            return [_day(calendar, first + n * _ONE_DAY, due) for n in range(count)]

        return await self._parts.house.runner.read(look)

    async def run_due(self) -> None:
        """Every job once, as ``xinshi tick`` does, and then the post."""
        await self._parts.scheduler.run_due()
        deliveries = [each for each in (self._parts.delivery, self._parts.staff_delivery) if each is not None]
        idle = 0
        for _ in range(_LOOKS):
            # a second look: the service's own loop may hold what is on its way
            idle = 0 if sum([await each.once() for each in deliveries]) else idle + 1
            if idle > 1:
                return
            await asyncio.sleep(_BETWEEN_LOOKS)

    def rulebooks(self) -> Sequence[Rules]:
        """The shipped rules, and those in force where they are a file of one's own."""
        ids = shipped_rulebooks()
        own = [] if self._rulebook in ids else [self._rulebook]
        return [_rules(each, current=each == self._rulebook) for each in (*ids, *own)]

    async def switch(self, rulebook: str) -> None:
        """The other rules' own demonstration, in this process and at this address."""
        if rulebook == self._rulebook:
            return
        if self._switch is None or rulebook not in shipped_rulebooks():
            raise NotPossibleError(
                f"这里换不了规则。请结束演示，再运行：XINSHI_RULEBOOK={Path(rulebook).stem} make demo"
            )
        await self._switch(rulebook)


def _rules(rulebook: str, *, current: bool) -> Rules:
    title = _title(rulebook)
    place = PLACES[rulebook][0] if rulebook in PLACES else title
    return Rules(rulebook, place, title, current)


@cache
def _title(rulebook: str) -> str:
    return load_rulebook(rulebook).display_name


def _due(uow: SqlUnitOfWork, until: date) -> list[date]:
    """The days on which open cases are due."""
    cases = uow.cases.due_by(until, after=0, limit=_MOST_DUE)
    return [case.due_on for case in cases if case.due_on is not None]


def _day(calendar: WorkCalendar, day: date, due: list[date]) -> Day:
    worked = calendar.is_workday(day)
    name = _MAKEUP if worked and day.weekday() >= 5 else "" if worked else _festival(calendar, day)
    return Day(day, worked, name, calendar.settled(day), due.count(day))


def _festival(calendar: WorkCalendar, day: date) -> str:
    """The festival of a day off; a day that was moved to one has its name, a plain weekend none."""
    if name := festival_names(day.year).get(day):
        return name
    run = _run_of_rest(calendar, day)
    moved = any(each.weekday() < 5 for each in run)
    return next((name for each in run if moved and (name := festival_names(each.year).get(each))), "")


def _run_of_rest(calendar: WorkCalendar, day: date) -> list[date]:
    """The days off around a day, without a working day between them."""
    first = last = day
    while not calendar.is_workday(first - _ONE_DAY):
        first -= _ONE_DAY
    while not calendar.is_workday(last + _ONE_DAY):
        last += _ONE_DAY
    return [first + n * _ONE_DAY for n in range((last - first).days + 1)]
