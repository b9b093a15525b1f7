"""Callback and API client against the simulated platform, both ways through real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.channels.api_errors import Action, ApiError, OutcomeUnknown
from bot.channels.api_token import AccessToken
from bot.channels.codec import Codec
from bot.channels.official_account import Mode, OfficialAccountCallback
from bot.channels.wechat_api import WeChatApi
from bot.clock import FixedClock, MovableClock
from bot.simulator import SIMULATOR, FaultKind, Simulator, SimulatorConfig, Slot, Template, create_simulator
from bot.simulator import Mode as SimulatorMode
from bot.tasks import Nursery
from handlers.turn import Inbound, InboundKind

APP, SECRET, TOKEN = "wxdemo", "demo-secret", "demotoken"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
GRADE = {"type": "click", "name": "查等级", "key": "GRADE"}
MENU = {"button": [GRADE, {"name": "更多", "sub_button": [{"type": "click", "name": "帮助", "key": "HELP"}]}]}
RECEIPT = Template("T1", "业务受理通知", (Slot("thing1", "事项"), Slot("date2", "日期")))


class Echo:
    """Repeats every text; greets who follows; remembers everything."""

    def __init__(self) -> None:
        self.asked: list[Inbound] = []

    async def answer(self, inbound: Inbound, *, arrived: float) -> str:
        self.asked.append(inbound)
        return "欢迎" if inbound.kind is InboundKind.FOLLOW else inbound.text


@dataclass
class Drawer:
    kept: dict[str, AccessToken] = field(default_factory=dict)

    async def get(self, app: str) -> AccessToken | None:
        return self.kept.get(app)

    async def save(self, app: str, value: str, expires_at: datetime) -> None:
        self.kept[app] = AccessToken(value, expires_at)


@dataclass
class Stage:
    simulator: Simulator
    house: Echo
    api: WeChatApi
    clock: MovableClock
    openid: str


@pytest.fixture(params=list(Mode))
def mode(request: pytest.FixtureRequest) -> Mode:
    return Mode(request.param)


@pytest.fixture
async def stage(mode: Mode) -> AsyncIterator[Stage]:
    clock, house, nursery = MovableClock(FixedClock(START)), Echo(), Nursery()
    service = web.Application()
    callback = OfficialAccountCallback(
        codec=Codec(TOKEN, KEY, APP), account=APP, turns=house, clock=clock, mode=mode
    )
    service.add_routes(callback.routes())
    async with TestServer(service) as served, ClientSession() as session:
        config = SimulatorConfig(
            APP,
            SECRET,
            TOKEN,
            KEY,
            callback_url=str(served.make_url("/wechat/callback")),
            mode=SimulatorMode(mode.value),
            people=("王芳",),
            templates=(RECEIPT,),
        )
        app = create_simulator(config, clock, nursery)
        simulator = app[SIMULATOR]
        async with TestServer(app) as platform:
            base = str(platform.make_url("/wechat"))
            api = WeChatApi(session, base, APP, SECRET, tokens=Drawer(), clock=clock)
            yield Stage(simulator, house, api, clock, next(iter(simulator.platform.people)))
            await nursery.close(drain=1)


@pytest.fixture
async def follower(stage: Stage) -> Stage:
    outcome = await stage.simulator.follow(stage.openid)
    assert outcome.text == "欢迎"
    return stage


async def test_the_address_is_verified(stage: Stage) -> None:
    assert await stage.simulator.pusher.verify_callback() == ""


async def test_talk_comes_in_and_goes_back(follower: Stage) -> None:
    simulator, openid = follower.simulator, follower.openid
    said = "查等级 ]]></Content> <b>&amp;</b> 😀"
    assert (await simulator.say(openid, said)).text == said
    assert (await simulator.send_voice(openid, "查等级。")).text == "查等级"
    assert (await simulator.send_image(openid, b"\xff\xd8\xff")).verdict == "silent"
    await simulator.send_location(openid, 39.3, 112.4, "平鲁区")
    await simulator.send_link(openid, "标题", "说明", "https://example.org/")
    await simulator.send_video(openid, short=True)
    await simulator.unfollow(openid)
    assert [inbound.kind for inbound in follower.house.asked] == [
        InboundKind.FOLLOW,
        InboundKind.TEXT,
        InboundKind.VOICE,
        InboundKind.IMAGE,
        InboundKind.LOCATION,
        InboundKind.LINK,
        InboundKind.VIDEO,
        InboundKind.UNFOLLOW,
    ]


async def test_menu_and_scenes_lead_to_the_house(follower: Stage) -> None:
    await follower.api.create_menu(MENU)
    assert await follower.api.menu() == MENU
    await follower.simulator.tap(follower.openid, "GRADE")
    await follower.simulator.scan(follower.openid, "bind_7f")
    _, click, scan = follower.house.asked
    assert (click.kind, click.key) == (InboundKind.CLICK, "GRADE")
    assert (scan.kind, scan.scene) == (InboundKind.SCAN, "bind_7f")


async def test_who_follows_by_a_code_brings_its_scene(stage: Stage) -> None:
    await stage.simulator.scan(stage.openid, "bind_7f")
    (follow,) = stage.house.asked
    assert (follow.kind, follow.scene) == (InboundKind.FOLLOW, "bind_7f")


async def test_customer_messages_arrive_while_the_window_is_open(follower: Stage) -> None:
    await follower.simulator.say(follower.openid, "你好")
    await follower.api.send_text(follower.openid, "您的申请已受理")
    shown = [bubble.text for bubble in follower.simulator.person(follower.openid).history]
    assert "您的申请已受理" in shown
    follower.clock.advance(timedelta(hours=49))
    with pytest.raises(ApiError) as refused:
        await follower.api.send_text(follower.openid, "太迟了")
    assert (refused.value.code, refused.value.action) == (45015, Action.FALLBACK)


async def test_a_template_message_reports_its_end(follower: Stage) -> None:
    values = {"thing1": "异议受理", "date2": "2026年11月20日"}
    msgid = await follower.api.send_template(follower.openid, "T1", values, client_msg_id="out-1")
    await follower.simulator.quiet()
    finish = follower.house.asked[-1]
    assert (finish.kind, finish.key) == (InboundKind.JOB_FINISHED, msgid)
    assert finish.extra["Status"] == "success"


async def test_a_picture_comes_down(follower: Stage) -> None:
    picture = b"\xff\xd8\xff" + b"x" * 200
    await follower.simulator.send_image(follower.openid, picture)
    media_id = follower.house.asked[-1].media_id
    assert (await follower.api.download_media(media_id)).data == picture
    with pytest.raises(ApiError, match="40007"):
        await follower.api.download_media("nonsense")


async def test_bad_days_of_the_platform(follower: Stage) -> None:
    await follower.simulator.say(follower.openid, "你好")
    faults = follower.simulator.platform.faults
    faults.arm(FaultKind.STALE_TOKEN)
    await follower.api.send_text(follower.openid, "令牌换新后送达")
    faults.arm(FaultKind.BUSY)
    with pytest.raises(ApiError) as busy:
        await follower.api.send_text(follower.openid, "稍后再试")
    assert busy.value.action is Action.RETRY
    faults.arm(FaultKind.RESET_AFTER)
    with pytest.raises(OutcomeUnknown):
        await follower.api.send_text(follower.openid, "不知是否送达")
