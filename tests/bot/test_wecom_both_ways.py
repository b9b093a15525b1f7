"""WeCom's callback and API client against the simulated platform, both ways through real HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.channels.api_errors import Action, ApiError, OutcomeUnknown, TryAgain
from bot.channels.codec import Codec
from bot.channels.wecom import PressedButton, WeComCallback
from bot.channels.wecom_api import Department, Kind, Member, Missed, Recipients, WeComApi
from bot.channels.wecom_card_parts import CheckBox, Menu, Option, Question, Source, Submit
from bot.channels.wecom_cards import MultipleCard, TemplateCard, TextNotice, VoteCard, card_of, new_task_id
from bot.clock import FixedClock, MovableClock
from bot.simulator import (
    SIMULATOR,
    AppConfig,
    DepartmentConfig,
    FaultKind,
    MemberConfig,
    SimulatorConfig,
    WeCom,
    WeComConfig,
    create_simulator,
)
from bot.simulator.wecom import letters
from bot.simulator.wecom.cards import Card as Shown
from bot.tasks import Nursery
from domain.model import card as neutral
from domain.model.card import Press, read_press
from handlers.turn import InboundKind
from tests.fake_api import Drawer
from tests.sealed import House

CORP, AGENT, SECRET, TOKEN = "wwdemo", 1000001, "demo-secret", "demotoken"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
WANG = Recipients.of("WangFang")
PICTURE = b"\xff\xd8\xff" + b"x" * 200
PAGE = "https://xinshi.example/case"
CASE = neutral.Card(
    title="异议 YY20260001",
    description="甲公司对2026年第二季度等级提出异议",
    fields=(("企业", "甲公司"), ("期限", "2026年11月27日")),
    case_number="YY20260001",
    version=3,
    buttons=(neutral.Button("同意", "同意"), neutral.Button("驳回", "驳回", style=3)),
    reasons=(("facts", "事实不清"), ("proof", "证据不足")),
)


@dataclass
class Stage:
    wecom: WeCom
    house: House
    api: WeComApi
    clock: MovableClock

    def shown(self, userid: str = "wangfang") -> list[str]:
        member = self.wecom.member(userid)
        return [bubble.text for bubble in self.wecom.corp.chat(self.wecom.app, member).history]

    def card(self, userid: str = "wangfang") -> Shown:
        cards = self.wecom.corp.chat(self.wecom.app, self.wecom.member(userid)).cards
        return list(cards.values())[-1]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    clock, house, nursery = MovableClock(FixedClock(START)), House(), Nursery()
    service = web.Application()
    service.add_routes(
        WeComCallback(codec=Codec(TOKEN, KEY, CORP), account=CORP, turns=house, clock=clock).routes()
    )
    async with TestServer(service) as served, ClientSession() as session:
        corp = WeComConfig(
            CORP,
            (
                AppConfig(
                    AGENT, "信使", SECRET, TOKEN, KEY, callback_url=str(served.make_url("/wecom/callback"))
                ),
            ),
            departments=(DepartmentConfig(1, "县信用办", 0), DepartmentConfig(2, "税务局")),
            members=(
                MemberConfig("WangFang", "王芳"),
                MemberConfig("lisi", "李四", departments=(2,)),
                MemberConfig("zhao", "赵六", visible=False),
            ),
        )
        config = SimulatorConfig("wxdemo", "s", TOKEN, KEY, callback_url="http://127.0.0.1:9", wecom=corp)
        app = create_simulator(config, clock, nursery)
        async with TestServer(app) as platform:
            base = str(platform.make_url("/wecom"))
            api = WeComApi(session, base, CORP, AGENT, SECRET, tokens=Drawer(), clock=clock)
            yield Stage(app[SIMULATOR].wecom, house, api, clock)
            await nursery.close(drain=1)


async def test_the_address_is_verified(stage: Stage) -> None:
    assert await stage.wecom.pusher.verify_callback(stage.wecom.app) == ""


async def test_talk_comes_in_and_goes_back(stage: Stage) -> None:
    said = "待办 ]]></Content> <b>&amp;</b> 😀"
    stage.house.say = lambda inbound: inbound.text
    assert (await stage.wecom.say("wangfang", said)).text == said
    assert (await stage.wecom.send_voice("wangfang", "待办")).verdict == "silent"
    await stage.wecom.enter("wangfang")
    await stage.wecom.tap("wangfang", "TODO")
    await stage.wecom.send_image("wangfang", PICTURE)
    await stage.wecom.send_location("wangfang", 39.3, 112.4, "平鲁区")
    await stage.wecom.send_raw("wangfang", letters.unknown_event("low_active_alert"))
    await stage.wecom.set_visible("lisi", False)
    await stage.wecom.dismiss("lisi")
    assert [inbound.kind for inbound in stage.house.asked] == [
        InboundKind.TEXT,
        InboundKind.VOICE,
        InboundKind.ENTER,
        InboundKind.CLICK,
        InboundKind.IMAGE,
        InboundKind.LOCATION,
        InboundKind.OTHER,
        InboundKind.UNFOLLOW,
        InboundKind.OTHER,
    ]
    assert stage.house.asked[-1].extra["ChangeType"] == "delete_user"
    assert {inbound.sender for inbound in stage.house.asked} == {"wangfang", "lisi", "sys"}


async def test_a_case_is_decided_with_a_press(stage: Stage) -> None:
    sent = await stage.api.send_card(WANG, card_of(CASE, task_id=new_task_id(), url=PAGE))
    assert sent.response_code
    shown = stage.card()
    decided = replace(CASE, buttons=(), closing="已由王芳于11月20日驳回")
    stage.house.say = lambda _: card_of(decided, task_id=shown.task_id, url=PAGE)
    await stage.wecom.press("wangfang", shown.number, "驳回", {"reason": "证据不足"})
    (inbound,) = stage.house.asked
    assert inbound.kind is InboundKind.CARD
    assert read_press(inbound.key) == Press("驳回", "YY20260001", 3)
    assert json.loads(inbound.extra["selected"]) == {"reason": ["proof"]}
    assert inbound.extra["TaskId"] == shown.task_id
    assert "已由王芳于11月20日驳回" in stage.card().text
    assert stage.card().buttons == ()


async def test_a_press_is_answered_by_the_button(stage: Stage) -> None:
    await stage.api.send_card(WANG, card_of(CASE, task_id=new_task_id(), url=PAGE))
    stage.house.say = lambda _: PressedButton("已同意")
    await stage.wecom.press("wangfang", stage.card().number, "同意")
    assert stage.card().label == "已同意"


async def test_a_colleagues_card_follows_by_the_response_code(stage: Stage) -> None:
    both = Recipients.of("wangfang", "lisi")
    sent = await stage.api.send_card(both, card_of(CASE, task_id=new_task_id(), url=PAGE))
    closing = card_of(replace(CASE, buttons=(), closing="已由王芳受理"), task_id="", url=PAGE)
    assert await stage.api.update_card(sent.response_code, closing, ["lisi"]) == ()
    assert "已由王芳受理" in stage.card("lisi").text
    assert "已由王芳受理" not in stage.card("wangfang").text
    # the code is used up: nothing happens, and nobody is bothered with it
    assert await stage.api.press_button(sent.response_code, "已受理", ["wangfang"]) == ()
    assert stage.card("wangfang").label == ""


async def test_a_late_press_is_answered_by_its_own_code(stage: Stage) -> None:
    await stage.api.send_card(WANG, card_of(CASE, task_id=new_task_id(), url=PAGE))
    stage.house.say = lambda _: ""
    await stage.wecom.press("wangfang", stage.card().number, "同意")
    assert stage.card().pressed == "同意"
    code = stage.house.asked[0].extra["ResponseCode"]
    assert await stage.api.press_button(code, "已同意", ["wangfang"]) == ()
    assert stage.card().label == "已同意"


OPTIONS = (Option("a", "限制招标"), Option("b", "重点抽查"))
SUBMIT = Submit("提交", "措施 YY20260001 3")


@pytest.mark.parametrize(
    "card,chosen,selected",
    [
        (
            VoteCard(title="措施", task_id="t1", checkbox=CheckBox("m", OPTIONS, many=True), submit=SUBMIT),
            {"m": ("限制招标", "重点抽查")},
            {"m": ["a", "b"]},
        ),
        (
            MultipleCard(
                title="措施",
                task_id="t1",
                source=Source("县信用办"),
                questions=(Question("m", "措施", OPTIONS), Question("n", "期限", OPTIONS[:1])),
                submit=SUBMIT,
            ),
            {"m": "重点抽查"},
            {"m": ["b"], "n": ["a"]},
        ),
    ],
)
async def test_a_card_is_filled_in(
    card: TemplateCard, chosen: dict[str, str], selected: dict[str, list[str]], stage: Stage
) -> None:
    await stage.api.send_card(WANG, card)
    stage.house.say = lambda _: PressedButton("已提交")
    await stage.wecom.press("wangfang", stage.card().number, "提交", chosen)
    assert json.loads(stage.house.asked[0].extra["selected"]) == selected
    assert stage.card().label == "已提交"


async def test_the_menu_of_a_notice(stage: Stage) -> None:
    notice = TextNotice(
        title="到期提醒",
        task_id="t1",
        menu=Menu("更多", (("不再提醒", "mute"),)),
        url=PAGE,
        subtitle="明天到期",
    )
    await stage.api.send_card(WANG, notice)
    stage.house.say = lambda _: replace(notice, menu=None, subtitle="以后不再提醒")
    await stage.wecom.press_menu("wangfang", stage.card().number, "不再提醒")
    assert stage.house.asked[0].key == "mute"
    assert stage.house.asked[0].extra["Event"] == "template_card_menu_event"
    assert "以后不再提醒" in stage.card().text


async def test_who_is_not_reached_is_told(stage: Stage) -> None:
    sent = await stage.api.send_text(Recipients(("wangfang", "ZHAO", "nobody"), (2, 9)), "通知")
    assert set(sent.missed) == {
        Missed(Kind.USER, "zhao"),
        Missed(Kind.USER, "nobody"),
        Missed(Kind.PARTY, "9"),
    }
    assert (sent.reached("WangFang"), sent.reached("Zhao")) == (True, False)
    assert stage.shown("lisi") == ["通知"]
    with pytest.raises(ApiError) as refused:
        await stage.api.send_text(Recipients.of("nobody"), "通知")
    assert refused.value.action is Action.UNREACHABLE


async def test_nothing_is_dropped_silently_at_any_pace(stage: Stage) -> None:
    held_back = 0
    for number in range(100):
        try:
            await stage.api.send_text(WANG, f"第{number}条")
        except ApiError as held:
            held_back += held.action is Action.QUOTA
            stage.clock.advance(held.wait)
            await stage.api.send_text(WANG, f"第{number}条")
    assert held_back == 3
    assert stage.shown() == [f"第{number}条" for number in range(100)]


async def test_a_repeat_of_what_may_have_arrived_arrives_once(stage: Stage) -> None:
    card = card_of(CASE, task_id=new_task_id(), url=PAGE)
    await stage.api.check_token()
    stage.wecom.corp.faults.arm(FaultKind.RESET_AFTER)
    with pytest.raises(TryAgain):
        await stage.api.send_card(WANG, card)
    await stage.api.send_card(WANG, card)
    assert len(stage.shown()) == 1
    stage.wecom.corp.faults.arm(FaultKind.RESET_AFTER)
    with pytest.raises(OutcomeUnknown):
        await stage.api.send_text(WANG, "不知是否送达")


BAD_DAYS = [
    (FaultKind.BUSY, Action.RETRY),
    (FaultKind.TOO_MANY_AT_ONCE, Action.QUOTA),
    (FaultKind.QUOTA_USED, Action.QUOTA),
    (FaultKind.UNAUTHORISED, Action.CONFIG),
    (FaultKind.NOT_TRUSTED, Action.CONFIG),
    (FaultKind.RESET_BEFORE, None),
]


@pytest.mark.parametrize("fault,action", BAD_DAYS)
async def test_bad_days_of_the_platform(fault: FaultKind, action: Action | None, stage: Stage) -> None:
    await stage.api.check_token()
    stage.wecom.corp.faults.arm(fault)
    with pytest.raises((ApiError, OutcomeUnknown)) as failed:
        await stage.api.send_text(WANG, "通知")
    assert getattr(failed.value, "action", None) is action
    assert getattr(failed.value, "refused_ip", "") == ("127.0.0.1" if fault is FaultKind.NOT_TRUSTED else "")
    await stage.api.send_text(WANG, "好了")
    assert stage.shown() == ["好了"]


@pytest.mark.parametrize("fault", [FaultKind.STALE_TOKEN, FaultKind.EXPIRED_TOKEN])
async def test_a_refused_token_is_replaced_unseen(fault: FaultKind, stage: Stage) -> None:
    await stage.api.check_token()
    stage.wecom.corp.faults.arm(fault)
    await stage.api.send_text(WANG, "送达")
    assert stage.shown() == ["送达"]


async def test_the_other_kinds_of_message_arrive(stage: Stage) -> None:
    await stage.api.send_markdown(WANG, "**待办** 3 件")
    await stage.api.send_textcard(WANG, "待办", "三件", PAGE, button="去办理")
    await stage.api.send_file(WANG, await stage.api.upload_media("file", b"PK\x03\x04data", "信用报告.xlsx"))
    assert stage.shown() == ["**待办** 3 件", "待办\n三件", "［文件］信用报告.xlsx"]
    await stage.wecom.send_image("wangfang", PICTURE)
    picture = stage.house.asked[-1]
    assert (await stage.api.download_media(picture.media_id)).data == PICTURE


async def test_the_contact_list(stage: Stage) -> None:
    assert await stage.api.departments() == (Department(1, "县信用办", 0), Department(2, "税务局", 1))
    assert await stage.api.members(2) == (Member("lisi", "李四", (2,)),)
    everybody = await stage.api.members(1, below=True)
    assert {member.userid for member in everybody} == {"wangfang", "lisi"}


async def test_a_late_second_reply_never_finds_the_window_closed(stage: Stage) -> None:
    """Unlike the service account, the app may write to staff whenever it wants."""
    await stage.wecom.say("wangfang", "待办")
    stage.clock.advance(timedelta(days=30))
    await stage.api.send_text(WANG, "月报已生成")
    assert stage.shown()[-1] == "月报已生成"
