"""The house behind the simulator's page: its guide, its calendar, its jobs, and the change of rules."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.clock import FixedClock, MovableClock
from bot.demo.cast import NEWCOMER, SIGNER, STORY_FIRM
from bot.demo.house import PHONES, DemoBackstage
from bot.demo.serve import HOST, PEOPLE, Street, prepare
from bot.settings import load_demo_settings
from bot.simulator import NotPossibleError, Simulator
from bot.tasks import Nursery
from domain.model.person import Power
from tests.browser.town import Town, open_town

#: a Wednesday before 清明 2026: Monday the 6th is off, and Saturday nothing is worked
BEFORE_THE_FESTIVAL = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's database, loaded once for all towns of this file."""
    folder = tmp_path_factory.mktemp("loaded")
    clock = MovableClock(FixedClock(BEFORE_THE_FESTIVAL))
    prepare(load_demo_settings(rulebook="xixia", data_dir=folder), clock, lambda _: None)
    return folder


@pytest.fixture
async def town(loaded: Path, tmp_path: Path) -> AsyncIterator[Town]:
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    async with open_town(tmp_path, beginning=BEFORE_THE_FESTIVAL) as opened:
        yield opened


def house_of(town: Town) -> DemoBackstage:
    return DemoBackstage(town.app, town.settings.rulebook)


def openid(simulator: Simulator, name: str) -> str:
    return next(each.openid for each in simulator.platform.people.values() if each.name == name)


async def done(town: Town) -> list[bool]:
    return [step.done for step in (await house_of(town).guide()).steps]


async def opened(town: Town) -> None:
    """The account has its menu, and the one who signs has that power."""
    for _ in range(2000):
        if "签署" in "".join((await house_of(town).guide()).labels.values()):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody may sign")


async def test_the_legal_representative_follows_and_may_sign_from_the_start(town: Town) -> None:
    await opened(town)
    simulator = town.app[PHONES]
    guide = await house_of(town).guide()
    assert [guide.labels[openid(simulator, name)].partition(" ")[0] for name in PEOPLE] == [
        "会计",
        "法定代表人",
        "行政经理",
    ]
    person = await town.firm(openid(simulator, SIGNER))
    ties = await town.read(lambda uow: uow.bindings.of_person(person.id))
    assert [(tie.power, tie.until) for tie, _ in ties] == [(Power.SIGN, None)]
    hints = await town.hints()
    assert ties[0][1].name == hints[STORY_FIRM].name


async def test_the_steps_tick_themselves_off_as_they_happen(town: Town) -> None:
    await opened(town)
    simulator = town.app[PHONES]
    newcomer = openid(simulator, NEWCOMER)
    assert await done(town) == [False] * 6
    await simulator.follow(newcomer)
    step = (await house_of(town).guide()).steps[0]
    await simulator.say(newcomer, step.acts[0].say)
    await simulator.say(newcomer, step.acts[1].say)
    assert await done(town) == [True, False, False, False, False, False]
    await simulator.say(newcomer, "为什么")
    for line in ("异议", "2", "1", "这条记录已被复议决定撤销，文号附后", "确认"):
        await simulator.say(newcomer, line)
    assert await done(town) == [True, True, True, False, False, False]


async def test_a_clock_moved_over_a_festival_brings_the_reminder_to_the_clerks_phone(town: Town) -> None:
    await test_the_steps_tick_themselves_off_as_they_happen(town)
    async with aiohttp.ClientSession() as http:
        fired: list[dict[str, Any]] = []
        for _ in range(3):
            async with http.post(f"{town.address}/sim/clock", json={"next": "workday"}) as response:
                fired += (await response.json())["fired"]
    # 2, 3 and 7 April: between them lies 清明
    assert town.clock.now() == datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
    reminders = [each for each in fired if "提醒：" in each["text"]]
    # the record is that of a department, whose liaison has the case
    assert {each["who"] for each in reminders} == {"liaison2"}
    steps = (await house_of(town).guide()).steps
    assert steps[4].done
    assert [act.who for act in steps[5].acts] == ["liaison2"]


async def test_the_calendar_names_festivals_moved_days_and_days_on_which_cases_are_due(town: Town) -> None:
    await test_the_steps_tick_themselves_off_as_they_happen(town)
    house = house_of(town)
    april = {each.day: each for each in await house.days(date(2026, 4, 1), 10)}
    assert (april[date(2026, 4, 5)].name, april[date(2026, 4, 6)].name) == ("清明节", "清明节")
    assert not april[date(2026, 4, 6)].worked
    assert (april[date(2026, 4, 7)].worked, april[date(2026, 4, 7)].due) == (True, 1)
    september = {each.day: each for each in await house.days(date(2026, 9, 19), 24)}
    assert (september[date(2026, 9, 20)].name, september[date(2026, 9, 20)].worked) == ("班", True)
    assert (september[date(2026, 10, 7)].name, september[date(2026, 9, 19)].name) == ("国庆节", "")
    assert not (await house.days(date(2027, 1, 4), 1))[0].settled


async def test_a_house_that_stands_alone_says_how_to_change_the_rules(town: Town) -> None:
    house = house_of(town)
    assert [each.place for each in house.rulebooks()] == ["鹤岗市", "怀仁市", "平鲁区", "吴忠市", "西峡县"]
    with pytest.raises(NotPossibleError, match="XINSHI_RULEBOOK=pinglu make demo"):
        await house.switch("pinglu")
    await house.switch("xixia")


async def test_the_page_goes_over_to_other_rules_at_the_same_address(tmp_path: Path) -> None:
    told: list[str] = []
    nursery, clock = Nursery(), MovableClock(FixedClock(BEFORE_THE_FESTIVAL))
    settings = load_demo_settings(rulebook="xixia", data_dir=tmp_path)
    prepare(settings, clock, told.append)
    with socket.create_server((HOST, 0)) as listening:
        street = Street(settings, clock, listening, told.append)
        serving = nursery.start(street.serve(), "street")
        sim = f"http://{HOST}:{listening.getsockname()[1]}/sim"
        async with aiohttp.ClientSession() as http:

            async def current() -> list[str]:
                async with http.get(f"{sim}/guide") as response:
                    return [each["id"] for each in (await response.json())["rulebooks"] if each["current"]]

            assert await current() == ["xixia"]
            async with http.post(f"{sim}/rulebook", json={"id": "pinglu"}) as response:
                assert response.status == 200
            for _ in range(2000):
                # whoever comes while the houses change waits at the door
                if await current() == ["pinglu"]:
                    break
                await asyncio.sleep(0.01)
            else:
                raise AssertionError("still the old rules")
        street.end()
        await serving
    assert [line for line in told if "准备" in line] == [
        "正在准备西峡县信用分级分类监管规则的演示数据…",
        "正在准备平鲁区发改局信用分级分类监管的演示数据…",
    ]
