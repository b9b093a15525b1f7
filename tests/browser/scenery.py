"""What has happened in the demonstration before its pages are looked at: people with matters of every kind."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession, CookieJar
from sqlalchemy import select

from bot.demo.cast import CAST, STORY_FIRM
from bot.demo.house import PHONES
from bot.demo.population import SIZE as MANY
from bot.demo.serve import PEOPLE
from bot.simulator import Simulator
from bot.simulator.people import openid_of
from domain.model.person import Person
from storage.tables import papers
from storage.unit_of_work import SqlUnitOfWork
from tests.browser.town import Town
from tests.driver import Desk, Phone
from tests.stories.casework import applies, number_in, objects, reads
from tests.web.conftest import Browser
from tests.web.firm_forms import REASON, reads_all, writes
from tests.web.tables import LIST as IMPORTS
from tests.web.tables import uploads

_DOOR = re.compile(r'name="door" value="([^"]+)"')

#: bound to the firm of the story with a code; may sign for it; follows and is bound to nothing
ACCOUNTANT, OWNER, GUEST = (role.name for role in CAST)


@dataclass(frozen=True)
class Scenery:
    """A demonstration, and the names of what happened in it, for the addresses of pages."""

    town: Town
    #: name → what stands for it in an address
    names: dict[str, str]

    async def person(self, who: str) -> Person:
        """One of the phones by its owner's name, or a member of staff by userid."""
        if who in PEOPLE:
            return await self.town.firm(phone(self.town, who).openid)
        return await self.town.staff(who)


def simulator_of(town: Town) -> Simulator:
    """The platforms of the demonstration."""
    return town.app[PHONES]


def phone(town: Town, name: str) -> Phone:
    """The phone of somebody who is there from the start."""
    simulator = simulator_of(town)
    return Phone(simulator.platform.people[openid_of(simulator.platform.config.app_id, name)], simulator)


def desk(town: Town, userid: str) -> Desk:
    """The phone of a member of staff."""
    wecom = simulator_of(town).wecom
    return Desk(wecom.corp.members[userid], wecom)


async def bound(town: Town, name: str, code: str) -> Phone:
    """Somebody who follows and is bound to the firm of a code."""
    person = phone(town, name)
    if not person.person.following:
        await person.follows()
    await person.says(f"绑定 {code}")
    assert "绑定好了" in await person.says("确认")
    return person


async def set_up(town: Town) -> Scenery:
    """A firm with cases of every kind, forms half filled in, a table and a notice that wait for somebody."""
    story = (await town.hints())[STORY_FIRM]
    accountant = await bound(town, ACCOUNTANT, story.code)
    await phone(town, GUEST).follows()
    names = await town.read(lambda uow: _ids(uow, story.uscc))
    names |= {
        "objection": await objects(accountant),
        "repair": number_in(await applies(accountant)),
        "decided": await _objects_to_the_grade(accountant),
        "commitment": await _signs(phone(town, OWNER)),
    }
    await _decide(town, names["decided"])
    scenery = Scenery(town, names)
    await _begin_forms(scenery)
    names |= {"table": await _upload(scenery), "notice": await _write_notice(scenery)}
    names["code"] = await town.read(_code_of_a_paper)
    return scenery


def _ids(uow: SqlUnitOfWork, uscc: str) -> dict[str, str]:
    """The firm of the story, its records, and a firm whose worse grade waits for a name."""
    firm = uow.subjects.by_uscc(uscc)
    assert firm is not None
    records = [str(record.id) for record in uow.records.of_subject(firm.id)]
    waiting = next(each for each in uow.evaluations.page(after=0, limit=MANY) if each.waiting)
    return {"firm": str(firm.id), "record": records[-1], "waiting": str(waiting.subject_id)}


def _code_of_a_paper(uow: SqlUnitOfWork) -> str:
    return str(uow.connection.execute(select(papers.c.code).limit(1)).scalar_one())


@asynccontextmanager
async def visiting(scenery: Scenery, who: str, path: str) -> AsyncIterator[Browser]:
    """Somebody at a page, without a screen."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        browser = Browser(session, scenery.town.address)
        seen = await browser.opens(scenery.town.entrance(await scenery.person(who), path))
        assert seen.status == 200, seen.text
        yield browser


async def _begin_forms(scenery: Scenery) -> None:
    """One form of each kind up to its last page, not sent."""
    firm, decided = scenery.names["firm"], scenery.names["decided"]
    forms = (
        f"/h5/firm/{firm}/object/grade",
        f"/h5/firm/{firm}/repair/{scenery.names['record']}",
        f"/h5/firm/cases/{decided}/review",
    )
    for path in forms:
        async with visiting(scenery, ACCOUNTANT, path) as browser:
            doors = _DOOR.findall(browser.last.text)
            seen = await writes(browser, path, text=REASON, **({"door": doors[0]} if doors else {}))
            assert seen.path == f"{path}/check", seen.text
    path = f"/h5/firm/{firm}/commitments/voluntary"
    async with visiting(scenery, OWNER, path) as browser:
        assert (await reads_all(browser, path)).path == f"{path}/sign"


async def _upload(scenery: Scenery) -> str:
    """A table with a good and a bad row; its number."""
    async with visiting(scenery, "window1", IMPORTS) as browser:
        await uploads(browser)
        return browser.last.path.rsplit("/", 1)[1]


async def _write_notice(scenery: Scenery) -> str:
    """A notice to everybody that waits for its release; its number."""
    path = "/h5/staff/broadcasts/new"
    async with visiting(scenery, "window1", path) as browser:
        await browser.sends(path, {"text": "请各单位于12月10日前核对信用信息。", "to": "all"})
        return browser.last.path.rsplit("/", 1)[1]


async def _objects_to_the_grade(person: Phone) -> str:
    """An objection that the credit office itself decides; its number."""
    await person.says("异议")
    await person.says("1")
    await person.says("1")
    await person.says("评价没有计入已经修复的记录，请核对")
    return number_in(await person.says("确认"))


async def _signs(person: Phone) -> str:
    """A commitment, answered step by step as its form asks; its number."""
    said = ""
    for words in ("承诺", "1", "三十日内补交消防验收材料", "长期"):
        said = await reads(person, await person.says(words))
    while "“我承诺”" not in said:
        said = await reads(person, await person.says("同意" if "“同意”" in said else "知道了"))
    return number_in(await person.says("我承诺"))


async def _decide(town: Town, number: str) -> None:
    clerk, approver = desk(town, "window1"), desk(town, "approver")
    for member, action, text in ((clerk, "受理", ""), (approver, "驳回", "评价结果与上级平台一致")):
        await member.says(f"案件 {number}")
        said = await member.says(f"{action} {number} {text}".strip())
        assert number in said, said
