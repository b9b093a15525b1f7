"""The story driver: firms and staff with phones on one side, the service on the other, real HTTP between.

    async with open_story(service) as story:
        firm = await story.phone("石嘴山某某商贸有限公司")
        await firm.follows()
        assert "绑定" in await firm.says("帮助")
        chen = story.desk("chen")
        assert "YY20260001" in await chen.says("待办")
        assert "已受理" in await chen.presses("受理", card="YY20260001")

Two servers run: the simulator of both platforms, and the service. What a person
sends is signed, encrypted and pushed; what the service answers is checked as
the platform checks it; what it calls goes to the simulator's interfaces. A
service learns both addresses: ``WECHAT_API_BASE`` is what its factory gets,
``WECOM_API_BASE`` is ``staff_side`` of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.clock import FixedClock, MovableClock
from bot.simulator import (
    SIMULATOR,
    AppConfig,
    DepartmentConfig,
    Knobs,
    MemberConfig,
    Outcome,
    Simulator,
    SimulatorConfig,
    WeCom,
    WeComConfig,
    create_simulator,
)
from bot.simulator.people import Bubble, Person, Side
from bot.simulator.wecom.actions import Select
from bot.simulator.wecom.cards import Card
from bot.simulator.wecom.members import Chat, Member
from bot.tasks import Nursery

#: gets the address for WECHAT_API_BASE, returns the service
ServiceFactory = Callable[[str], web.Application]


def staff_side(api_base: str) -> str:
    """``WECOM_API_BASE``, told from the address a service's factory gets."""
    return f"{api_base.removesuffix('/wechat')}/wecom"


#: where a story begins: a Friday forenoon in Shanghai
BEGINNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

CORP = WeComConfig(
    corp_id="ww-demo-xinshi",
    apps=(
        AppConfig(
            agent_id=1000001,
            name="信使",
            secret="demo-corp-secret",
            token="demotoken",
            encoding_aes_key="demo0demo1demo2demo3demo4demo5demo6demo7dem",
        ),
    ),
    departments=(
        DepartmentConfig(1, "平鲁区人民政府", 0),
        DepartmentConfig(2, "信用办"),
        DepartmentConfig(3, "市场监管局"),
    ),
    members=(
        MemberConfig("chen", "陈静", "经办", (2,)),
        MemberConfig("liu", "刘海", "审批", (2,)),
        MemberConfig("ma", "马超", "信用办管理员", (2,)),
        MemberConfig("sun", "孙丽", "联络员", (3,)),
    ),
)

ACCOUNT = SimulatorConfig(
    app_id="wx-demo-xinshi",
    secret="demo-app-secret",
    token="demotoken",
    encoding_aes_key="demo0demo1demo2demo3demo4demo5demo6demo7dem",
    knobs=Knobs(cut_after=5.0),
    wecom=CORP,
)

#: a picture of one pixel
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
)


@dataclass(frozen=True)
class Phone:
    """One person's phone. Every verb returns the text the person then reads."""

    person: Person
    simulator: Simulator

    @property
    def openid(self) -> str:
        return self.person.openid

    @property
    def sees(self) -> tuple[Bubble, ...]:
        """The whole chat, oldest first."""
        return tuple(self.person.history)

    @property
    def last(self) -> str:
        """The text of the latest bubble that the account or WeChat itself put there."""
        return next((b.text for b in reversed(self.sees) if b.side is not Side.PERSON), "")

    async def follows(self, *, scene: str | None = None, late: float = 0.0) -> str:
        return await self._reads(self.simulator.follow(self.openid, scene), late)

    async def unfollows(self) -> None:
        await self.simulator.unfollow(self.openid)

    async def scans(self, scene: str, *, late: float = 0.0) -> str:
        return await self._reads(self.simulator.scan(self.openid, scene), late)

    async def says(self, text: str, *, late: float = 2.0) -> str:
        """The answer in the chat, at once or as a later message within ``late`` real seconds."""
        return await self._reads(self.simulator.say(self.openid, text), late)

    async def taps(self, key: str, *, late: float = 2.0) -> str:
        return await self._reads(self.simulator.tap(self.openid, key), late)

    async def chooses(self, item: str, text: str, *, late: float = 2.0) -> str:
        return await self._reads(self.simulator.choose(self.openid, item, text), late)

    async def sends_image(self, data: bytes = PICTURE, *, late: float = 2.0) -> str:
        return await self._reads(self.simulator.send_image(self.openid, data), late)

    async def sends_voice(self, speech: str, *, late: float = 2.0) -> str:
        return await self._reads(self.simulator.send_voice(self.openid, speech), late)

    async def sends_video(self, *, late: float = 2.0) -> str:
        return await self._reads(self.simulator.send_video(self.openid), late)

    async def sends_location(self, label: str = "文化街 1 号", *, late: float = 2.0) -> str:
        return await self._reads(self.simulator.send_location(self.openid, 38.49, 106.23, label), late)

    async def hears(self, *, after: int | None = None, late: float = 2.0) -> str:
        """The next message of the account, after a bubble number (now: after the latest)."""
        seen = after if after is not None else self._latest()
        feed = self.simulator.platform.feed
        try:
            async with asyncio.timeout(late):
                while (bubble := self._spoken(seen)) is None:
                    await feed.wait(feed.version, late)
        except TimeoutError:
            return ""
        return bubble.text

    async def _reads(self, act: Awaitable[Outcome], late: float) -> str:
        seen = self._latest()
        outcome = await act
        if outcome.text or not late:
            return outcome.text
        return await self.hears(after=seen, late=late)

    def _latest(self) -> int:
        return self.sees[-1].number if self.sees else 0

    def _spoken(self, after: int) -> Bubble | None:
        return next((b for b in self.sees if b.number > after and _is_said(b)), None)


def _is_said(bubble: Bubble) -> bool:
    return bubble.side is Side.ACCOUNT or bubble.kind == "fault"


@dataclass(frozen=True)
class Desk:
    """One member of staff and the phone with the app. Every verb returns the text the member then reads."""

    member: Member
    wecom: WeCom

    @property
    def userid(self) -> str:
        return self.member.userid

    @property
    def sees(self) -> tuple[Bubble, ...]:
        """The whole chat, oldest first; a card stands where it came, with its present face."""
        return tuple(self._chat.history)

    @property
    def last(self) -> str:
        """The text of the latest bubble that the app put there; of a card, everything that can be read."""
        return next((b.text for b in reversed(self.sees) if b.side is Side.ACCOUNT), "")

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards in the chat, oldest first: ``title``, ``text``, ``buttons``, ``questions``, ``pressed``."""
        return tuple(self._chat.cards.values())

    @property
    def _chat(self) -> Chat:
        return self.wecom.corp.chat(self.wecom.app, self.member)

    async def says(self, text: str, *, late: float = 2.0) -> str:
        """The answer in the chat, at once or as a later message within ``late`` real seconds."""
        return await self._reads(self.wecom.say(self.userid, text), late)

    async def enters(self, *, late: float = 0.0) -> str:
        """Opens the app."""
        return await self._reads(self.wecom.enter(self.userid), late)

    async def taps(self, key: str, *, late: float = 2.0) -> str:
        return await self._reads(self.wecom.tap(self.userid, key), late)

    async def sends_image(self, data: bytes = PICTURE, *, late: float = 2.0) -> str:
        return await self._reads(self.wecom.send_image(self.userid, data), late)

    async def sends_voice(self, speech: str = "", *, late: float = 2.0) -> str:
        return await self._reads(self.wecom.send_voice(self.userid, speech), late)

    async def presses(
        self, label: str, *, card: str | int | Card | None = None, select: Select = None, late: float = 2.0
    ) -> str:
        """Presses a button; then reads the card's new face, or what the app writes, whichever comes first.

        ``card``: the latest with such a button, or the latest that has this text on it, or a place
        in ``cards``, or a card. ``select``: the option chosen, by its text or id; for more than one
        question a mapping.
        """
        chosen = self.card(label, card)
        # the press itself is one change of the card; the update is the next
        seen, pressed = self._latest(), chosen.revision + 1
        outcome = await self.wecom.press(self.userid, chosen.number, label, select)
        if outcome is None or outcome.text or not late:
            return outcome.text if outcome else ""
        return await self._until(late, lambda: self._spoken(seen) or self._new_face(chosen, pressed))

    def card(self, label: str = "", which: str | int | Card | None = None) -> Card:
        """The card that ``presses`` would press."""
        if isinstance(which, Card):
            return which
        if isinstance(which, int):
            return self.cards[which]
        fitting = [each for each in self.cards if (which or "") in each.text]
        pressable = [each for each in fitting if label in each.buttons]
        found = pressable or fitting
        assert found, f"{self.member.name} 没有带「{which or label}」的卡片"
        return found[-1]

    async def hears(self, *, after: int | None = None, late: float = 2.0) -> str:
        """The next message or card of the app, after a bubble number (now: after the latest)."""
        seen = after if after is not None else self._latest()
        return await self._until(late, lambda: self._spoken(seen))

    async def sees_updated(self, card: Card, *, beyond: int | None = None, late: float = 2.0) -> str:
        """The new face of a card, once it changes beyond a revision (now: the present one)."""
        before = card.revision if beyond is None else beyond
        return await self._until(late, lambda: self._new_face(card, before))

    async def _reads(self, act: Awaitable[Outcome], late: float) -> str:
        seen = self._latest()
        outcome = await act
        if outcome.text or not late:
            return outcome.text
        return await self.hears(after=seen, late=late)

    async def _until(self, late: float, look: Callable[[], str]) -> str:
        """What ``look`` finds, now or after a change within so many real seconds."""
        feed = self.wecom.corp.feed
        try:
            async with asyncio.timeout(late):
                while not (found := look()):
                    await feed.wait(feed.version, late)
        except TimeoutError:
            return ""
        return found

    def _latest(self) -> int:
        return self.sees[-1].number if self.sees else 0

    def _spoken(self, after: int) -> str:
        return next((b.text for b in self.sees if b.number > after and b.side is Side.ACCOUNT), "")

    @staticmethod
    def _new_face(card: Card, before: int) -> str:
        return card.text if card.revision > before else ""


@dataclass(frozen=True)
class Story:
    """A running simulator and a running service."""

    simulator: Simulator
    clock: MovableClock
    service: web.Application
    service_url: str
    platform_url: str
    api_base: str

    async def phone(self, name: str) -> Phone:
        """A new person's phone; not a follower yet."""
        return Phone(self.simulator.platform.add_person(name), self.simulator)

    async def follower(self, name: str) -> Phone:
        """A new person who already follows."""
        phone = await self.phone(name)
        await phone.follows()
        return phone

    def desk(self, userid: str, name: str = "", label: str = "") -> Desk:
        """The phone of a member of staff; one who is not in the corp yet joins it."""
        wecom = self.simulator.wecom
        member = wecom.corp.members.get(userid.lower())
        return Desk(member or wecom.corp.add_member(Member(userid, name or userid, label)), wecom)

    def passes(self, **span: float) -> None:
        """Time goes by, for the platform and for the service: ``story.passes(hours=48)``."""
        self.clock.advance(timedelta(**span))


@asynccontextmanager
async def open_story(
    make_service: ServiceFactory,
    *,
    config: SimulatorConfig = ACCOUNT,
    clock: MovableClock | None = None,
    callback: str = "/wechat/callback",
    staff_callback: str = "/wecom/callback",
) -> AsyncIterator[Story]:
    """Starts both servers and ends them again; time stands still unless the story moves it."""
    clock = clock or MovableClock(FixedClock(BEGINNING))
    nursery = Nursery()
    mounted = create_simulator(config, clock, nursery)
    house = web.Application()
    house.add_subapp("/sim", mounted)
    async with serving(house) as platform_url:
        api_base = f"{platform_url}/sim/wechat"
        service = make_service(api_base)
        async with serving(service) as service_url:
            simulator = mounted[SIMULATOR]
            simulator.platform.callback_url = service_url + callback
            simulator.platform.own_url = f"{platform_url}/sim"
            if simulator.has_wecom:
                simulator.wecom.app.callback_url = service_url + staff_callback
                simulator.wecom.corp.own_url = f"{platform_url}/sim"
            yield Story(simulator, clock, service, service_url, f"{platform_url}/sim", api_base)
            await nursery.close(drain=1.0)


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """A server as in production: unlike aiohttp's own test server, it runs a handler whose caller
    has gone to its end, which is what a push cut by the platform meets."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
