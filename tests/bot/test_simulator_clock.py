"""The calendar of the page: where the clock may be moved, where it stops on the way, what arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.clock import FixedClock, MovableClock
from bot.simulator import (
    SIMULATOR,
    Act,
    Day,
    Guide,
    NotPossibleError,
    Rules,
    Simulator,
    Step,
    create_simulator,
)
from bot.simulator.people import Side
from bot.tasks import Nursery
from domain.clock import legal_date
from tests.driver import ACCOUNT, BEGINNING, serving

#: a made-up long weekend after the Friday on which stories begin, with a Saturday worked instead
HOLIDAYS = {date(2026, 11, 23): "元旦"}
MAKEUP = {date(2026, 11, 28)}


@dataclass
class House:
    """A house that sends one letter to everybody who holds a phone, at every stop of the clock."""

    simulator: Simulator | None = None
    stops: list[datetime] = field(default_factory=list)
    rulebook: str = "xixia"
    held: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def guide(self) -> Guide:
        step = Step("绑定一家企业", "先关注", False, (Act("填入“绑定”", "firm", "", "绑定"),))
        return Guide(steps=(step,), labels={"o-wang": "会计"})

    async def days(self, first: date, count: int) -> Sequence[Day]:
        return [self._day(first + timedelta(days=n)) for n in range(count)]

    def _day(self, day: date) -> Day:
        worked = day in MAKEUP or (day.weekday() < 5 and day not in HOLIDAYS)
        return Day(day, worked, HOLIDAYS.get(day, "班" if day in MAKEUP else ""))

    async def run_due(self) -> None:
        assert self.simulator is not None
        self.reached.set()
        if self.held is not None:
            await self.held.wait()
        platform = self.simulator.platform
        self.stops.append(platform.now())
        for person in platform.people.values():
            platform.show(person, Side.ACCOUNT, "text", f"早上好，{legal_date(platform.now())}")

    def rulebooks(self) -> Sequence[Rules]:
        ids = {"xixia": "西峡县", "pinglu": "平鲁区"}
        return [Rules(id_, place, f"{place}规则", id_ == self.rulebook) for id_, place in ids.items()]

    async def switch(self, rulebook: str) -> None:
        if rulebook not in ("xixia", "pinglu"):
            raise NotPossibleError("没有这份规则")
        self.rulebook = rulebook


@dataclass
class Strip:
    """The page's calendar, from outside."""

    house: House
    http: aiohttp.ClientSession
    url: str

    async def moves(self, **body: Any) -> tuple[int, dict[str, Any]]:
        return await self.posts("clock", **body)

    async def posts(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        async with self.http.post(f"{self.url}/{path}", json=body) as response:
            return response.status, await response.json()

    async def gets(self, path: str) -> dict[str, Any]:
        async with self.http.get(f"{self.url}/{path}") as response:
            return dict(await response.json())

    @property
    def days(self) -> list[str]:
        """Where the clock stopped."""
        return [f"{legal_date(stop):%m-%d}" for stop in self.house.stops]


@asynccontextmanager
async def strip_of(house: House) -> AsyncIterator[Strip]:
    nursery = Nursery()
    app = create_simulator(ACCOUNT, MovableClock(FixedClock(BEGINNING)), nursery, house)
    house.simulator = app[SIMULATOR]
    house.simulator.platform.add_person("王会计")
    async with serving(app) as url, aiohttp.ClientSession() as http:
        yield Strip(house, http, url)
    await nursery.close()


@pytest.fixture
async def strip() -> AsyncIterator[Strip]:
    async with strip_of(House()) as opened:
        yield opened


async def test_the_next_working_day_lies_behind_the_holiday_at_nine(strip: Strip) -> None:
    status, told = await strip.moves(next="workday")
    assert status == 200
    assert strip.house.stops == [datetime(2026, 11, 24, 1, 0, tzinfo=UTC)]
    assert [(each["name"], each["phone"], each["text"]) for each in told["fired"]] == [
        ("王会计", "firm", "早上好，2026-11-24")
    ]


async def test_a_long_way_stops_on_every_working_morning_make_up_days_included(strip: Strip) -> None:
    _, told = await strip.moves(date="2026-11-30")
    assert strip.days == ["11-24", "11-25", "11-26", "11-27", "11-28", "11-30"]
    assert [each["at"][:10] for each in told["fired"]] == [
        f"2026-11-{day}" for day in (24, 25, 26, 27, 28, 30)
    ]


async def test_an_hour_is_an_hour(strip: Strip) -> None:
    await strip.moves(hours=1)
    assert strip.house.stops == [BEGINNING + timedelta(hours=1)]


@pytest.mark.parametrize(
    "body", [{"hours": -1}, {"hours": 0}, {"date": "2026-11-19"}, {"date": "2026-11-20"}]
)
async def test_the_clock_goes_forward_only_and_says_why(strip: Strip, body: dict[str, Any]) -> None:
    status, told = await strip.moves(**body)
    assert status == 409
    assert "只能往前" in told["error"]
    assert strip.house.stops == []


@pytest.mark.parametrize("body", [{}, {"date": "明天"}, {"hours": "x"}, {"hours": "nan"}, {"date": None}])
async def test_what_is_no_time_moves_nothing(strip: Strip, body: dict[str, Any]) -> None:
    assert (await strip.moves(**body))[0] in (400, 409)
    assert strip.house.stops == []


async def test_too_far_is_refused(strip: Strip) -> None:
    status, told = await strip.moves(date="2030-01-01")
    assert (status, "400" in told["error"]) == (409, True)


async def test_while_the_clock_is_on_its_way_it_is_not_moved_again() -> None:
    house = House(held=asyncio.Event())
    async with strip_of(house) as strip:
        nursery = Nursery()
        moving = nursery.start(strip.moves(next="workday"), "moving")
        await house.reached.wait()
        assert (await strip.gets("state"))["moving"]
        assert (await strip.moves(hours=1))[0] == 409
        assert house.held is not None
        house.held.set()
        assert (await moving)[0] == 200
        assert not (await strip.gets("state"))["moving"]


async def test_the_strip_begins_on_the_monday_and_marks_rest_and_make_up_days(strip: Strip) -> None:
    days = (await strip.gets("calendar"))["days"]
    assert days[0]["day"] == "2026-11-16"
    assert [each["day"] for each in days if each["today"]] == ["2026-11-20"]
    marked = {each["day"]: (each["worked"], each["name"]) for each in days if each["name"]}
    assert marked == {"2026-11-23": (False, "元旦"), "2026-11-28": (True, "班")}


async def test_the_guide_tells_steps_people_and_rules_to_choose(strip: Strip) -> None:
    guide = await strip.gets("guide")
    assert guide["steps"][0]["acts"][0]["say"] == "绑定"
    assert guide["labels"] == {"o-wang": "会计"}
    assert [each["id"] for each in guide["rulebooks"] if each["current"]] == ["xixia"]
    assert (await strip.posts("rulebook", id="pinglu"))[0] == 200
    assert strip.house.rulebook == "pinglu"
    assert (await strip.posts("rulebook", id="nowhere"))[0] == 409


async def test_a_simulator_by_itself_has_plain_weeks_and_nothing_to_choose() -> None:
    nursery = Nursery()
    app = create_simulator(ACCOUNT, MovableClock(FixedClock(BEGINNING)), nursery)
    async with serving(app) as url, aiohttp.ClientSession() as http:
        strip = Strip(House(), http, url)
        assert (await strip.gets("guide"))["rulebooks"] == []
        assert [each["worked"] for each in (await strip.gets("calendar"))["days"]][:7] == [True] * 5 + [
            False
        ] * 2
        assert (await strip.moves(next="workday"))[1]["fired"] == []
        assert (await strip.gets("state"))["now"] == "2026-11-23T01:00:00+00:00"
        assert (await strip.posts("rulebook", id="pinglu"))[0] == 409
    await nursery.close()
