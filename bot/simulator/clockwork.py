"""Moving the demonstration's clock: day by day to a later moment, and what arrived on the way.

A long way is not jumped: on each working morning the clock stops, what is due
then is done and arrives, so that every reminder bears its own day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from bot.simulator.actions import Simulator
from bot.simulator.backstage import Backstage
from bot.simulator.errors import NotPossibleError
from bot.simulator.people import Bubble, Side
from domain.clock import SHANGHAI, legal_date

#: where a day begins, for whoever jumps to it
MORNING: Final = time(9, 0)
#: further than this nobody needs to look, and every working day on the way is done
FURTHEST: Final = timedelta(days=400)
#: no holiday is longer
_DAYS_LOOKED_AT: Final = 30

ONLY_FORWARD: Final = (
    "时钟只能往前拨：已经到过的期限、发出的提醒收不回来。要从头再来，请运行 make demo-reset。"
)
TOO_FAR: Final = "一次最多往前拨 400 天。"
BUSY: Final = "时钟正在往前走，请稍等。"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that arrived on a phone while the clock moved."""

    at: datetime
    phone: str
    #: openid or userid
    who: str
    name: str
    text: str


class Clockwork:
    """The clock of one simulator and of the service behind it."""

    def __init__(self, simulator: Simulator, backstage: Backstage) -> None:
        self._simulator = simulator
        self._backstage = backstage
        self._moving = asyncio.Lock()

    @property
    def moving(self) -> bool:
        """Whether the clock is on its way."""
        return self._moving.locked()

    async def move(self, body: dict[str, Any]) -> list[Arrival]:
        """To where the button says: ``hours`` further, the ``next`` working day, or a ``date``.

        Raises ``NotPossibleError`` for what lies behind or too far, ``ValueError`` for what is no time.
        """
        if self.moving:
            raise NotPossibleError(BUSY)
        async with self._moving:
            target = await self._target(body)
            if target <= self._now():
                raise NotPossibleError(ONLY_FORWARD)
            if target - self._now() > FURTHEST:
                raise NotPossibleError(TOO_FAR)
            return await self._go(target)

    def _now(self) -> datetime:
        return self._simulator.platform.now()

    async def _target(self, body: dict[str, Any]) -> datetime:
        if "hours" in body:
            hours = float(body["hours"])
            if hours < 0:
                raise NotPossibleError(ONLY_FORWARD)
            return self._now() + timedelta(hours=min(hours, 10_000.0))
        if body.get("next") == "workday":
            return _morning(await self._next_workday())
        return _morning(date.fromisoformat(str(body["date"])))

    async def _next_workday(self) -> date:
        now = self._now()
        today = legal_date(now)
        first = today if now < _morning(today) else today + timedelta(days=1)
        days = await self._backstage.days(first, _DAYS_LOOKED_AT)
        return next(each.day for each in days if each.worked)

    async def _go(self, target: datetime) -> list[Arrival]:
        marks, arrived = _marks(self._simulator), list[Arrival]()
        for stop in await self._stops(target):
            self._simulator.advance(max(stop - self._now(), timedelta(0)))
            await self._backstage.run_due()
            await self._simulator.quiet()
            arrived += _since(self._simulator, marks)
            marks = _marks(self._simulator)
        return arrived

    async def _stops(self, target: datetime) -> list[datetime]:
        """The working mornings on the way, and the end."""
        today = legal_date(self._now())
        count = (legal_date(target) - today).days + 1
        days = await self._backstage.days(today, count)
        mornings = [_morning(each.day) for each in days if each.worked]
        return [*(stop for stop in mornings if self._now() < stop < target), target]


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, SHANGHAI).astimezone(UTC)


def _chats(simulator: Simulator) -> Iterator[tuple[str, str, str, list[Bubble]]]:
    """Phone, owner, name and chat, on both sides."""
    for person in simulator.platform.people.values():
        yield "firm", person.openid, person.name, person.history
    if simulator.has_wecom:
        corp, app = simulator.wecom.corp, simulator.wecom.app
        for member in corp.members.values():
            yield "staff", member.userid, member.name, corp.chat(app, member).history


def _marks(simulator: Simulator) -> dict[tuple[str, str], int]:
    """How far each chat has come."""
    return {
        (phone, who): history[-1].number if history else 0 for phone, who, _, history in _chats(simulator)
    }


def _since(simulator: Simulator, marks: dict[tuple[str, str], int]) -> Iterator[Arrival]:
    """What the service sent since then, chat by chat."""
    for phone, who, name, history in _chats(simulator):
        for bubble in history:
            if bubble.number > marks.get((phone, who), 0) and bubble.side is Side.ACCOUNT:
                yield Arrival(bubble.at, phone, who, name, bubble.text)
