"""WeCom's API client against a small platform of its own, through real HTTP."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.channels.api_errors import Action, ApiError, OutcomeUnknown, TryAgain
from bot.channels.wechat_errors import WECHAT
from bot.channels.wecom_api import Department, Kind, Login, Member, Missed, Recipients, Sent, WeComApi
from bot.channels.wecom_card_parts import Button
from bot.channels.wecom_cards import ButtonCard
from bot.channels.wecom_errors import MEANINGS, WECOM
from bot.channels.wecom_pace import MemberPace, wait_before_next
from bot.clock import FixedClock, MovableClock
from tests.fake_api import BROKEN, OK, Answerer, Drawer, Platform, hang, sends, serving, status

CORP, AGENT, SECRET = "ww-demo", 1000002, "s3cr3t-s3cr3t-s3cr3t"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
BAD_TOKEN = {"errcode": 42001, "errmsg": "access_token expired"}
WANG = Recipients.of("WangFang")
TOKEN, SEND, UPDATE = "cgi-bin/gettoken", "cgi-bin/message/send", "cgi-bin/message/update_template_card"
CARD = ButtonCard(title="异议 YY20260001", task_id="t1", buttons=(Button("同意", "同意 YY20260001 3"),))


@dataclass
class World:
    platform: Platform
    drawer: Drawer
    clock: MovableClock
    base: str
    session: ClientSession

    def app(
        self, *, agent: int = AGENT, secret: str = SECRET, base: str = "", seconds: float = 5
    ) -> WeComApi:
        return WeComApi(
            self.session,
            base or self.base,
            CORP,
            agent,
            secret,
            tokens=self.drawer,
            clock=self.clock,
            timeout=ClientTimeout(total=seconds),
        )

    @property
    def sent(self) -> list[Any]:
        return [asked.json for asked in self.platform.calls(SEND)]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    platform = Platform()
    async with serving(platform) as base, ClientSession() as session:
        yield World(platform, Drawer(), MovableClock(FixedClock(START)), base, session)


# -- the token -----------------------------------------------------------------


async def test_twenty_callers_fetch_one_token(world: World) -> None:
    api = world.app()
    await asyncio.gather(*(api.send_text(WANG, "您好") for _ in range(20)))
    (asked,) = world.platform.calls(TOKEN)
    assert asked.query == {"corpid": CORP, "corpsecret": SECRET}
    assert {call.query["access_token"] for call in world.platform.calls(SEND)} == {"token-1"}


async def test_each_app_of_a_corp_has_its_own_token(world: World) -> None:
    await world.app().check_token()
    await world.app(agent=1000003, secret="another").check_token()
    assert {app: token.value for app, token in world.drawer.kept.items()} == {
        f"wecom:{CORP}:{AGENT}": "token-1",
        f"wecom:{CORP}:1000003": "token-2",
    }
    await world.app().check_token()
    assert world.platform.tokens == 2


async def test_a_refused_token_is_replaced_and_the_call_repeated_once(world: World) -> None:
    world.platform.then(SEND, BAD_TOKEN)
    await world.app().send_text(WANG, "您好")
    assert [call.query["access_token"] for call in world.platform.calls(SEND)] == ["token-1", "token-2"]


async def test_the_same_token_handed_out_again_costs_two_calls_and_no_more(world: World) -> None:
    world.platform.always[TOKEN] = {**OK, "access_token": "stuck", "expires_in": 7200}
    world.platform.always[SEND] = BAD_TOKEN
    with pytest.raises(ApiError) as refused:
        await world.app().send_text(WANG, "您好")
    assert refused.value.action is Action.REFRESH
    assert (len(world.platform.calls(SEND)), len(world.platform.calls(TOKEN))) == (2, 2)


async def test_a_wrong_secret_is_not_tried_again_for_a_minute(world: World) -> None:
    world.platform.always[TOKEN] = {"errcode": 40001, "errmsg": "invalid credential"}
    api = world.app()
    for _ in range(5):
        with pytest.raises(ApiError) as refused:
            await api.send_text(WANG, "您好")
        assert refused.value.action is Action.CONFIG
        assert "WECOM_SECRET" in refused.value.hint
    assert len(world.platform.calls(TOKEN)) == 1
    world.clock.advance(timedelta(minutes=1))
    del world.platform.always[TOKEN]
    await api.send_text(WANG, "您好")


async def test_an_address_that_is_not_trusted_is_named(world: World) -> None:
    text = "not allow to access from your ip, hint: [1781], from ip: 203.0.113.7, more info at https://open"
    world.platform.always[SEND] = {"errcode": 60020, "errmsg": text}
    with pytest.raises(ApiError) as refused:
        await world.app().send_text(WANG, "您好")
    assert (refused.value.action, refused.value.refused_ip) == (Action.CONFIG, "203.0.113.7")


# -- messages ------------------------------------------------------------------


async def test_a_text_goes_out_as_utf8_without_escapes(world: World) -> None:
    await world.app().send_text(Recipients(("wangfang", "lisi"), (2, 3), (7,)), "新案件\x00 YY20260001 😀")
    (asked,) = world.platform.calls(SEND)
    assert b"\\u" not in asked.body
    assert asked.json == {
        "touser": "wangfang|lisi",
        "toparty": "2|3",
        "totag": "7",
        "msgtype": "text",
        "agentid": AGENT,
        "text": {"content": "新案件 YY20260001 😀"},
    }


async def test_the_other_kinds_of_message(world: World) -> None:
    api = world.app()
    await api.send_markdown(WANG, "**待办** 3 件")
    await api.send_textcard(WANG, "待办", "三件", "https://xinshi/1", button="去办理")
    await api.send_file(WANG, "m1")
    markdown, textcard, file = world.sent
    assert (markdown["msgtype"], markdown["markdown"]) == ("markdown", {"content": "**待办** 3 件"})
    assert textcard["textcard"] == {
        "title": "待办",
        "description": "三件",
        "url": "https://xinshi/1",
        "btntxt": "去办理",
    }
    assert file["file"] == {"media_id": "m1"}


async def test_a_card_goes_out_and_its_repeat_is_harmless(world: World) -> None:
    world.platform.then(SEND, {**OK, "msgid": "M1", "response_code": "RC"})
    assert await world.app().send_card(WANG, CARD) == Sent("M1", "RC")
    (sent,) = world.sent
    assert sent["template_card"] == CARD.sent()
    assert (sent["enable_duplicate_check"], sent["duplicate_check_interval"]) == (1, 1800)


async def test_a_card_without_its_id_is_not_sent(world: World) -> None:
    with pytest.raises(ApiError) as refused:
        await world.app().send_card(WANG, replace(CARD, task_id="", title=""))
    assert (refused.value.code, refused.value.action) == (42014, Action.BUG)
    assert "卡片缺少标题" in refused.value.errmsg
    assert world.platform.asked == []


async def test_a_card_gives_way_to_another(world: World) -> None:
    api = world.app()
    assert await api.update_card("RC", CARD, ["WangFang", "lisi"]) == ()
    world.platform.then(UPDATE, {**OK, "invaliduser": ["lisi"]})
    assert await api.press_button("RC2", "已同意", ["wangfang", "lisi"]) == (Missed(Kind.USER, "lisi"),)
    card, button = (asked.json for asked in world.platform.calls(UPDATE))
    assert card == {
        "userids": ["wangfang", "lisi"],
        "agentid": AGENT,
        "response_code": "RC",
        "template_card": CARD.updated(),
    }
    assert button["button"] == {"replace_name": "已同意"}


async def test_a_response_code_that_is_used_up_counts_as_done(world: World) -> None:
    world.platform.then(UPDATE, {"errcode": 42022, "errmsg": "code has been used"})
    assert await world.app().update_card("RC", CARD, ["wangfang"]) == ()


# -- who is not reached --------------------------------------------------------

PARTIAL: list[tuple[dict[str, Any], tuple[Missed, ...]]] = [
    ({}, ()),
    ({"invaliduser": "", "invalidparty": "", "invalidtag": ""}, ()),
    ({"invaliduser": "lisi"}, (Missed(Kind.USER, "lisi"),)),
    ({"invaliduser": "LiSi|zhao"}, (Missed(Kind.USER, "lisi"), Missed(Kind.USER, "zhao"))),
    (
        {"invaliduser": "lisi", "invalidparty": "2|3", "invalidtag": "7", "unlicenseduser": "wangfang"},
        (
            Missed(Kind.USER, "lisi"),
            Missed(Kind.PARTY, "2"),
            Missed(Kind.PARTY, "3"),
            Missed(Kind.TAG, "7"),
            Missed(Kind.UNLICENSED, "wangfang"),
        ),
    ),
]


@pytest.mark.parametrize("answer,missed", PARTIAL)
async def test_each_recipient_that_is_not_reached_is_told(
    answer: dict[str, Any], missed: tuple[Missed, ...], world: World
) -> None:
    world.platform.then(SEND, {**OK, "msgid": "M1", **answer})
    sent = await world.app().send_text(Recipients.of("WangFang", "LiSi"), "您好")
    assert sent.missed == missed
    assert sent.reached("LISI") is (Missed(Kind.USER, "lisi") not in missed)
    assert sent.reached("WangFang") is (Missed(Kind.UNLICENSED, "wangfang") not in missed)


async def test_nobody_reached_is_an_error(world: World) -> None:
    world.platform.then(SEND, {"errcode": 81013, "errmsg": "user & party & tag all invalid"})
    with pytest.raises(ApiError) as refused:
        await world.app().send_text(WANG, "您好")
    assert refused.value.action is Action.UNREACHABLE


async def test_a_success_that_was_half_understood_is_an_error(world: World) -> None:
    world.platform.then(SEND, {"errcode": 0, "errmsg": "ok. Warning: wrong json format. "})
    with pytest.raises(ApiError) as refused:
        await world.app().send_text(WANG, "您好")
    assert refused.value.action is Action.BUG
    assert refused.value.hint


@pytest.mark.parametrize(
    "users,parties",
    [((), ()), (("u",) * 1001, ()), ((), (1,) * 101), (("@all",), ()), (("a|b",), ()), (("王芳",), ())],
)
def test_recipients_are_somebody_and_not_too_many(users: tuple[str, ...], parties: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        Recipients(users, parties)


# -- limits in bytes -----------------------------------------------------------


async def test_what_the_platform_would_cut_is_not_sent(world: World) -> None:
    api = world.app()
    fits = "信" * 682 + "ab"
    await api.send_text(WANG, fits)
    await api.send_markdown(WANG, fits)
    await api.send_textcard(WANG, "信" * 42, "信" * 170, "https://x/" + "a" * 2038)
    before = len(world.sent)
    for sending in (
        api.send_text(WANG, fits + "c"),
        api.send_markdown(WANG, fits + "c"),
        api.send_textcard(WANG, "信" * 43, "信", "https://x"),
        api.send_textcard(WANG, "信", "信" * 171, "https://x"),
        api.send_textcard(WANG, "信", "信", "https://x/" + "a" * 2039),
        api.send_textcard(WANG, "信", "信", "https://x", button="五个字太长"),
    ):
        with pytest.raises(ApiError) as refused:
            await sending
        assert (refused.value.code, refused.value.action) == (45002, Action.PERMANENT)
    assert len(world.sent) == before


@pytest.mark.parametrize("text", ["", " \n", "\x00"])
async def test_a_text_that_says_nothing_is_not_sent(text: str, world: World) -> None:
    with pytest.raises(ApiError) as refused:
        await world.app().send_text(WANG, text)
    assert refused.value.code == 44004
    assert world.platform.asked == []


# -- how fast ------------------------------------------------------------------


def moments(*seconds: float) -> list[datetime]:
    return [START + timedelta(seconds=each) for each in seconds]


@pytest.mark.parametrize(
    "sent,at,wait",
    [
        ([], 0, 0),
        (moments(*range(29)), 29, 0),
        (moments(*range(30)), 30, 35),
        (moments(*range(30)), 64.5, 0.5),
        (moments(*range(30)), 65, 0),
        (moments(*[0] * 15, *[50] * 15), 55, 10),
        (moments(*[0] * 15, *[50] * 15, *[65] * 15), 66, 49),
        (moments(*[n * 3 for n in range(1000)]), 3000, 605),
        (moments(*[n * 3 for n in range(999)]), 3000, 0),
    ],
)
def test_the_next_message_waits_until_it_is_not_one_too_many(
    sent: list[datetime], at: float, wait: float
) -> None:
    assert wait_before_next(sent, START + timedelta(seconds=at)) == timedelta(seconds=wait)


@given(st.lists(st.integers(0, 5), max_size=150))
def test_whoever_waits_as_told_never_sends_too_much(gaps: list[int]) -> None:
    clock = MovableClock(FixedClock(START))
    pace, sent = MemberPace(clock), []
    for gap in gaps:
        clock.advance(timedelta(seconds=gap))
        clock.advance(pace.wait(["wang"]))
        assert pace.wait(["wang"]) == timedelta(0)
        pace.book(["wang"])
        sent.append(clock.now())
    for first, thirty_first in zip(sent, sent[30:], strict=False):
        assert thirty_first - first >= timedelta(minutes=1)


async def test_the_thirty_first_message_in_a_minute_is_held_back_not_dropped(world: World) -> None:
    api = world.app()
    for number in range(30):
        await api.send_text(WANG, f"第{number}条")
        world.clock.advance(timedelta(seconds=1))
    with pytest.raises(ApiError) as held:
        await api.send_text(WANG, "第31条")
    assert (held.value.action, held.value.wait) == (Action.QUOTA, timedelta(seconds=35))
    assert len(world.sent) == 30
    await api.send_text(Recipients.of("lisi"), "别人不必等")
    world.clock.advance(held.value.wait)
    await api.send_text(WANG, "第31条")
    assert world.sent[-1]["text"]["content"] == "第31条"


async def test_a_message_to_many_waits_for_the_slowest_and_counts_for_nobody_meanwhile(world: World) -> None:
    api = world.app()
    for _ in range(30):
        await api.send_text(Recipients.of("WANGFANG"), "您好")
    both = Recipients(("WangFang", "lisi"))
    with pytest.raises(ApiError):
        await api.send_text(both, "通知")
    for _ in range(30):
        await api.send_text(Recipients.of("lisi"), "您好")
    world.clock.advance(timedelta(seconds=65))
    await api.send_text(both, "通知")


def test_members_who_were_not_written_to_for_an_hour_are_forgotten() -> None:
    clock = MovableClock(FixedClock(START))
    pace = MemberPace(clock)
    pace.book(f"u{number}" for number in range(6000))
    clock.advance(timedelta(hours=1, seconds=5))
    pace.book(["wang"])
    assert list(pace._sent) == ["wang"]


# -- media ---------------------------------------------------------------------


async def test_a_file_goes_up_under_its_own_name(world: World) -> None:
    world.platform.then("cgi-bin/media/upload", {**OK, "type": "file", "media_id": "m1", "created_at": "1"})
    assert await world.app().upload_media("file", b"PK\x03\x04", "信用报告.xlsx") == "m1"
    (asked,) = world.platform.calls("cgi-bin/media/upload")
    assert asked.query["type"] == "file"
    assert 'name="media"; filename="信用报告.xlsx"'.encode() in asked.body
    assert b"filename*" not in asked.body


@pytest.mark.parametrize(
    "name,shown",
    [
        ('a"b.pdf', "a'b.pdf"),
        ("../../etc/passwd", "passwd"),
        ("c:\\x.pdf", "x.pdf"),
        ("a\r\nb", "a b"),
        ("", "file"),
    ],
)
async def test_a_file_name_cannot_leave_its_place(name: str, shown: str, world: World) -> None:
    world.platform.then("cgi-bin/media/upload", {**OK, "media_id": "m1"})
    await world.app().upload_media("file", b"data", name)
    (asked,) = world.platform.calls("cgi-bin/media/upload")
    assert f'filename="{shown}"\r\n'.encode() in asked.body


async def test_media_comes_down_as_bytes_or_as_an_error(world: World) -> None:
    path = "cgi-bin/media/get"
    world.platform.then(
        path, sends(b"\xff\xd8", "image/jpeg"), {"errcode": 40007, "errmsg": "invalid media_id"}
    )
    media = await world.app().download_media("m1")
    assert (media.content_type, media.data) == ("image/jpeg", b"\xff\xd8")
    with pytest.raises(ApiError, match="40007"):
        await world.app().download_media("m1")


# -- contacts and login --------------------------------------------------------


async def test_departments_and_members(world: World) -> None:
    world.platform.then(
        "cgi-bin/department/list",
        {
            **OK,
            "department": [{"id": 1, "name": "平鲁区", "parentid": 0, "order": 1}, {"id": 2, "parentid": 1}],
        },
    )
    world.platform.then(
        "cgi-bin/user/list",
        {
            **OK,
            "userlist": [
                {
                    "userid": "WangFang",
                    "name": "王芳",
                    "department": [2],
                    "position": "科员",
                    "status": 1,
                    "enable": 1,
                },
                {"userid": "lisi", "name": "李四", "department": [1, 2], "status": 2},
                {"userid": "zhao"},
            ],
        },
    )
    world.platform.then(
        "cgi-bin/user/simplelist", {**OK, "userlist": [{"userid": "zhao", "name": "赵", "department": [2]}]}
    )
    api = world.app()
    assert await api.departments() == (Department(1, "平鲁区", 0), Department(2, "", 1))
    assert await api.members(2, below=True) == (
        Member("wangfang", "王芳", (2,), "科员"),
        Member("lisi", "李四", (1, 2), active=False, gone=True),
        Member("zhao", "", ()),
    )
    (asked,) = world.platform.calls("cgi-bin/user/list")
    assert (asked.query["department_id"], asked.query["fetch_child"]) == ("2", "1")


async def test_who_opened_a_page(world: World) -> None:
    path = "cgi-bin/auth/getuserinfo"
    world.platform.then(
        path,
        {**OK, "userid": "WangFang", "user_ticket": "T"},
        {**OK, "openid": "oOutside"},
        {"errcode": 40029, "errmsg": "invalid code"},
    )
    api = world.app()
    assert await api.login("C") == Login("wangfang", "T")
    assert await api.login("D") == Login("")
    with pytest.raises(ApiError) as refused:
        await api.login("E")
    assert refused.value.action is Action.PERMANENT
    assert [asked.query["code"] for asked in world.platform.calls(path)] == ["C", "D", "E"]


# -- what goes wrong -----------------------------------------------------------

TABLE: dict[Action, list[int]] = {
    Action.RETRY: [-1, 6000],
    Action.REFRESH: [40014, 41001, 42001],
    Action.CONFIG: [40001, 40013, 40056, 301002, 43012, 48001, 48002, 50001, 60003, 60011, 60020],
    Action.UNREACHABLE: [40003, 43004, 46004, 60111, 81013],
    Action.PERMANENT: [40007, 42016, 45002, 82001, 84014, 99999],
    Action.BUG: [40008, 40058, 40063, 44004, *range(42017, 42021), *range(42027, 42052), 42014, 42015],
    Action.QUOTA: [45009, 45033],
    Action.DONE: [42022],
}


@pytest.mark.parametrize("action,code", [(action, code) for action, codes in TABLE.items() for code in codes])
def test_each_error_code_says_what_helps(action: Action, code: int) -> None:
    meaning = WECOM.meaning_of(code)
    assert meaning.action is action
    assert meaning.hint
    assert (meaning.wait >= timedelta(minutes=1)) >= (action is Action.QUOTA)


def test_the_same_number_may_mean_another_thing_on_the_other_platform() -> None:
    assert MEANINGS[40001].action is Action.CONFIG
    assert WECHAT.meaning_of(40001).action is Action.REFRESH


@pytest.mark.parametrize("name", BROKEN)
async def test_a_text_on_its_way_is_never_repeated_unless_the_platform_would_notice(
    name: str, world: World
) -> None:
    world.platform.always[SEND] = BROKEN[name]
    api = world.app(seconds=0.05 if name == "no answer" else 5)
    await api.check_token()
    with pytest.raises(OutcomeUnknown):
        await api.send_text(WANG, "您好")
    for repeatable in (api.send_text(WANG, "异议 YY20260001 已受理", once=True), api.send_card(WANG, CARD)):
        with pytest.raises(TryAgain):
            await repeatable


@pytest.mark.parametrize("code", [302, 404])
async def test_another_host_than_the_platform_is_a_wrong_setting(code: int, world: World) -> None:
    world.platform.always[SEND] = status(code)
    with pytest.raises(ApiError) as refused:
        await world.app().send_text(WANG, "您好")
    assert refused.value.action is Action.CONFIG
    assert "WECOM_API_BASE" in refused.value.hint


FAILURES: list[Answerer | dict[str, Any]] = [*BROKEN.values(), status(404), BAD_TOKEN, {"errcode": 48001}]


@pytest.mark.parametrize("path", [TOKEN, SEND])
@pytest.mark.parametrize("failure", FAILURES)
async def test_no_token_and_no_secret_reaches_a_text(
    path: str, failure: Answerer | dict[str, Any], world: World
) -> None:
    world.platform.always[path] = failure
    with capture_logs() as logs, pytest.raises((ApiError, OutcomeUnknown)) as failed:
        await world.app(seconds=0.05 if failure is hang else 5).send_text(WANG, "您好")
    told = "".join(traceback.format_exception(failed.value)) + str(logs)
    for secret in (SECRET, "token-1", "token-2", world.base):
        assert secret not in told
