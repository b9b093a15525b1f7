"""The page's guide, its calendar, its clock and its choice of rules."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final

from aiohttp import web

from bot.simulator.backstage import Backstage
from bot.simulator.clockwork import Clockwork
from bot.simulator.errors import NotPossibleError
from bot.simulator.page_json import json_of, object_of
from bot.simulator.platform import Platform
from domain.clock import legal_date

#: of the strip: this week, and more than the month that follows
_DAYS_SHOWN: Final = 45


class BackstagePage:
    """What the page shows of the house behind it, and the two things it may ask of it."""

    def __init__(self, platform: Platform, backstage: Backstage, clockwork: Clockwork) -> None:
        self._platform = platform
        self._backstage = backstage
        self._clockwork = clockwork

    def routes(self) -> list[web.RouteDef]:
        """Looking at the house, moving its clock, changing its rules."""
        return [
            web.get("/guide", self._guide),
            web.get("/calendar", self._calendar),
            web.post("/clock", self._move),
            web.post("/rulebook", self._switch),
        ]

    async def _guide(self, request: web.Request) -> web.StreamResponse:
        guide = await self._backstage.guide()
        return json_of(
            {
                "hints": [asdict(hint) for hint in guide.hints],
                "steps": [asdict(step) for step in guide.steps],
                "labels": dict(guide.labels),
                "rulebooks": [asdict(each) for each in self._backstage.rulebooks()],
            }
        )

    async def _calendar(self, request: web.Request) -> web.StreamResponse:
        """From the Monday of this week on."""
        today = legal_date(self._platform.now())
        monday = today - timedelta(days=today.weekday())
        days = await self._backstage.days(monday, _DAYS_SHOWN)
        shown = [asdict(each) | {"day": each.day.isoformat(), "today": each.day == today} for each in days]
        return json_of({"days": shown, "latest": _plus_a_year(today).isoformat()})

    async def _move(self, request: web.Request) -> web.StreamResponse:
        body = await object_of(request)
        try:
            arrived = await self._clockwork.move(body)
        except NotPossibleError as error:
            return json_of({"error": str(error)}, 409)
        except (KeyError, ValueError, TypeError, OverflowError):
            return json_of({"error": "请选一个日期"}, 400)
        return json_of({"version": self._platform.feed.version, "fired": [asdict(each) for each in arrived]})

    async def _switch(self, request: web.Request) -> web.StreamResponse:
        body: dict[str, Any] = await object_of(request)
        try:
            await self._backstage.switch(str(body.get("id", "")))
        except NotPossibleError as error:
            return json_of({"error": str(error)}, 409)
        return json_of({"version": self._platform.feed.version})


def _plus_a_year(day: date) -> date:
    return day + timedelta(days=365)
