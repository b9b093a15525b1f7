"""The API client against a small platform of its own, through real HTTP."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout
from structlog.testing import capture_logs

from bot.channels.api_errors import Action, ApiError, OutcomeUnknown, TryAgain
from bot.channels.wechat_api import WeChatApi
from bot.channels.wechat_errors import WECHAT
from bot.channels.wechat_templates import problem_with
from bot.clock import FixedClock, MovableClock
from tests.fake_api import BROKEN, OK, Answerer, Drawer, Platform, hang, sends, serving, status

APP, SECRET, OPENID = "wxdemo", "s3cr3t-s3cr3t-s3cr3t", "oFirm00000000000000000000001"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
BAD_TOKEN = {
    "errcode": 40001,
    "errmsg": "invalid credential, access_token is invalid or not latest rid: 6aac0063",
}


@dataclass
class World:
    platform: Platform
    drawer: Drawer
    clock: MovableClock
    base: str
    session: ClientSession

    def replica(self, *, base: str = "", seconds: float = 5) -> WeChatApi:
        return WeChatApi(
            self.session,
            base or self.base,
            APP,
            SECRET,
            tokens=self.drawer,
            clock=self.clock,
            timeout=ClientTimeout(total=seconds),
        )


@pytest.fixture
async def world() -> AsyncIterator[World]:
    platform = Platform()
    async with serving(platform) as base, ClientSession() as session:
        yield World(platform, Drawer(), MovableClock(FixedClock(START)), base, session)


CUSTOM, TEMPLATE, TOKEN = (
    "cgi-bin/message/custom/send",
    "cgi-bin/message/template/send",
    "cgi-bin/stable_token",
)


# -- the token -----------------------------------------------------------------


async def test_twenty_callers_fetch_one_token(world: World) -> None:
    api = world.replica()
    await asyncio.gather(*(api.send_text(OPENID, "你好") for _ in range(20)))
    (asked,) = world.platform.calls(TOKEN)
    assert asked.json == {
        "grant_type": "client_credential",
        "appid": APP,
        "secret": SECRET,
        "force_refresh": False,
    }
    assert {call.query["access_token"] for call in world.platform.calls(CUSTOM)} == {"token-1"}


async def test_what_one_replica_fetched_the_other_uses(world: World) -> None:
    await world.replica().send_text(OPENID, "一")
    await world.replica().send_text(OPENID, "二")
    assert len(world.platform.calls(TOKEN)) == 1


async def test_a_token_is_replaced_a_minute_before_its_end(world: World) -> None:
    api = world.replica()
    await api.check_token()
    world.clock.advance(timedelta(seconds=7200 - 61))
    await api.check_token()
    assert world.platform.tokens == 1
    world.clock.advance(timedelta(seconds=1))
    await api.check_token()
    assert world.platform.tokens == 2
    assert world.drawer.kept[f"wechat:{APP}"].value == "token-2"


async def test_a_refused_token_is_replaced_and_the_call_repeated_once(world: World) -> None:
    world.platform.then(CUSTOM, BAD_TOKEN)
    await world.replica().send_text(OPENID, "你好")
    assert [call.query["access_token"] for call in world.platform.calls(CUSTOM)] == ["token-1", "token-2"]


async def test_callers_refused_together_fetch_one_new_token(world: World) -> None:
    api = world.replica()
    await api.check_token()
    world.platform.then(CUSTOM, *[BAD_TOKEN] * 5)
    await asyncio.gather(*(api.send_text(OPENID, "你好") for _ in range(5)))
    assert world.platform.tokens == 2


async def test_a_token_another_replica_replaced_is_not_fetched_again(world: World) -> None:
    first, second = world.replica(), world.replica()
    await first.check_token()
    await second.check_token()
    world.platform.then(CUSTOM, BAD_TOKEN, OK, BAD_TOKEN)
    await first.send_text(OPENID, "一")
    await second.send_text(OPENID, "二")
    assert world.platform.tokens == 2
    assert world.platform.calls(CUSTOM)[-1].query["access_token"] == "token-2"


async def test_a_token_that_is_always_refused_costs_two_calls_not_two_hundred(world: World) -> None:
    world.platform.always[CUSTOM] = BAD_TOKEN
    with pytest.raises(ApiError) as refused:
        await world.replica().send_text(OPENID, "你好")
    assert refused.value.action is Action.REFRESH
    assert len(world.platform.calls(CUSTOM)) == 2
    assert len(world.platform.calls(TOKEN)) == 2


async def test_the_same_bad_token_handed_out_again_is_forced_once_in_two_hours(world: World) -> None:
    world.platform.always[TOKEN] = {"access_token": "stuck", "expires_in": 7200}
    world.platform.always[CUSTOM] = BAD_TOKEN
    api = world.replica()
    for _ in range(3):
        with pytest.raises(ApiError):
            await api.send_text(OPENID, "你好")
    forced = [call.json["force_refresh"] for call in world.platform.calls(TOKEN)]
    assert forced.count(True) == 1
    world.clock.advance(timedelta(hours=2))
    with pytest.raises(ApiError):
        await api.send_text(OPENID, "你好")
    assert [call.json["force_refresh"] for call in world.platform.calls(TOKEN)].count(True) == 2


async def test_an_address_outside_the_whitelist_is_named(world: World) -> None:
    text = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6aac0063-1-2"
    world.platform.always[TOKEN] = {"errcode": 40164, "errmsg": text}
    with pytest.raises(ApiError) as refused:
        await world.replica().send_text(OPENID, "你好")
    assert (refused.value.action, refused.value.refused_ip) == (Action.CONFIG, "203.0.113.7")
    assert world.platform.calls(CUSTOM) == []


# -- what is sent --------------------------------------------------------------


async def test_a_text_goes_out_as_utf8_without_escapes(world: World) -> None:
    await world.replica().send_text(OPENID, "您的等级\x00是 A 😀")
    (asked,) = world.platform.calls(CUSTOM)
    assert b"\\u" not in asked.body
    assert asked.headers["Content-Type"] == "application/json; charset=utf-8"
    assert asked.json == {"touser": OPENID, "msgtype": "text", "text": {"content": "您的等级是 A 😀"}}


async def test_a_template_message_carries_its_own_id_and_returns_the_platforms(world: World) -> None:
    world.platform.then(TEMPLATE, {**OK, "msgid": 200163836})
    msgid = await world.replica().send_template(
        OPENID, "T1", {"thing1": "异议受理", "time2": "2026年11月20日 09:00"}, client_msg_id="out-7"
    )
    assert msgid == "200163836"
    assert world.platform.calls(TEMPLATE)[0].json == {
        "touser": OPENID,
        "template_id": "T1",
        "url": "",
        "data": {"thing1": {"value": "异议受理"}, "time2": {"value": "2026年11月20日 09:00"}},
        "client_msg_id": "out-7",
    }


async def test_a_template_value_out_of_its_type_is_refused_before_it_is_sent(world: World) -> None:
    with pytest.raises(ApiError) as refused:
        await world.replica().send_template(OPENID, "T1", {"thing1": "字" * 21}, client_msg_id="1")
    assert (refused.value.code, refused.value.action) == (47003, Action.PERMANENT)
    assert "thing1 应为20 个字以内" in refused.value.errmsg
    assert world.platform.asked == []


FITS = [
    ("thing1", "字" * 20),
    ("short_thing2", "五字以内的"),
    ("character_string3", "YY20260001"),
    ("number4", "-12.5"),
    ("letter5", "abc"),
    ("symbol6", "%"),
    ("phrase7", "已受理"),
    ("const8", ""),
    ("const8", "受理通知"),
    ("time9", "15:01"),
    ("time9", "2019年10月1日 15:01"),
    ("date10", "2019年10月1日"),
    ("date10", "2019-10-01"),
    ("amount11", "¥100.00"),
    ("phone_number12", "+86 0351-1234567"),
    ("car_number13", "晋F12345"),
    ("name14", "张三"),
    ("name14", "Ann Lee"),
    ("keyword1", "旧模板的值"),
]
BREAKS = [
    ("thing1", ""),
    ("thing1", "  "),
    ("thing1", "两\n行"),
    ("character_string3", "案号1"),
    ("character_string3", "x" * 33),
    ("number4", "1e5"),
    ("phrase7", "受理OK"),
    ("phrase7", "六个汉字太长"),
    ("time9", "25:00"),
    ("date10", "昨天"),
    ("amount11", "1.234"),
    ("name14", "张三3"),
    ("keyword1", ""),
]


@pytest.mark.parametrize("key,value", FITS)
def test_a_value_that_fits_its_keyword_type_passes(key: str, value: str) -> None:
    assert problem_with(key, value) == ""


@pytest.mark.parametrize("key,value", BREAKS)
def test_a_value_that_breaks_its_keyword_type_is_told_in_one_line(key: str, value: str) -> None:
    assert problem_with(key, value).startswith(f"{key} ")


async def test_the_menu_goes_out_and_comes_back(world: World) -> None:
    menu = {"button": [{"type": "click", "name": "查等级", "key": "GRADE"}]}
    await world.replica().create_menu(menu)
    assert world.platform.calls("cgi-bin/menu/create")[0].body.decode().count("查等级") == 1
    world.platform.then("cgi-bin/menu/get", {"menu": menu})
    assert await world.replica().menu() == menu


async def test_no_menu_is_none_and_another_error_is_an_error(world: World) -> None:
    world.platform.then("cgi-bin/menu/get", {"errcode": 46003, "errmsg": "menu no exist"})
    assert await world.replica().menu() is None
    world.platform.then("cgi-bin/menu/get", {"errcode": 48001, "errmsg": "api unauthorized"})
    with pytest.raises(ApiError, match="48001"):
        await world.replica().menu()


async def test_media_comes_down_as_bytes(world: World) -> None:
    world.platform.then("cgi-bin/media/get", sends(b"\x00\x01", "image/jpeg"))
    media = await world.replica().download_media("m1")
    assert (media.content_type, media.data) == ("image/jpeg", b"\x00\x01")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
async def test_an_error_in_the_place_of_media_is_an_error(content_type: str, world: World) -> None:
    body = json.dumps({"errcode": 40007, "errmsg": "invalid media_id"}).encode()
    world.platform.then("cgi-bin/media/get", sends(body, content_type))
    with pytest.raises(ApiError, match="40007"):
        await world.replica().download_media("m1")


# -- what goes wrong -----------------------------------------------------------

TABLE: dict[Action, list[int]] = {
    Action.RETRY: [-1],
    Action.REFRESH: [40001, 40014, 42001],
    Action.CONFIG: [40013, 40125, 40164, 61004, 40243, 48001, 48003, 48004, 48008],
    Action.PERMANENT: [40003, 40032, 40033, 47001, 47003, 45001, 45002, 45008, 50001, 50002, 50005, 99999],
    Action.BUG: list(range(41001, 41010)),
    Action.UNREACHABLE: [43004, 43005, 43019, 43101, 48002],
    Action.QUOTA: [45009, 45011, 45066],
    Action.FALLBACK: [45015, 45047],
    Action.DONE: [45065],
}


@pytest.mark.parametrize("action,code", [(action, code) for action, codes in TABLE.items() for code in codes])
def test_each_error_code_says_what_helps(action: Action, code: int) -> None:
    meaning = WECHAT.meaning_of(code)
    assert meaning.action is action
    assert meaning.hint
    assert (meaning.wait > timedelta(0)) >= (action is Action.QUOTA)


async def test_an_error_code_ends_the_call_at_once(world: World) -> None:
    text = "response out of time limit or subscription is canceled rid: 6aac0063-1-2"
    world.platform.then(CUSTOM, {"errcode": 45015, "errmsg": text})
    with pytest.raises(ApiError) as refused:
        await world.replica().send_text(OPENID, "你好")
    assert (refused.value.code, refused.value.action) == (45015, Action.FALLBACK)
    assert str(refused.value) == f"{CUSTOM}: 45015 {text} [fallback]"
    assert len(world.platform.calls(CUSTOM)) == 1


@pytest.mark.parametrize("name", BROKEN)
async def test_a_customer_message_on_its_way_is_never_repeated(name: str, world: World) -> None:
    world.platform.always[CUSTOM] = BROKEN[name]
    api = world.replica(seconds=0.05 if name == "no answer" else 5)
    await api.check_token()
    with pytest.raises(OutcomeUnknown):
        await api.send_text(OPENID, "你好")
    assert len(world.platform.calls(CUSTOM)) == 1


@pytest.mark.parametrize("name", [*BROKEN, "no msgid"])
async def test_a_template_message_may_be_tried_again(name: str, world: World) -> None:
    world.platform.always[TEMPLATE] = BROKEN.get(name, OK)
    api = world.replica(seconds=0.05 if name == "no answer" else 5)
    await api.check_token()
    with pytest.raises(TryAgain):
        await api.send_template(OPENID, "T1", {}, client_msg_id="1")


async def test_without_a_connection_nothing_was_sent(world: World, unused_tcp_port: int) -> None:
    await world.replica().check_token()
    with pytest.raises(TryAgain, match="not connected"):
        await world.replica(base=f"http://127.0.0.1:{unused_tcp_port}").send_text(OPENID, "你好")


@pytest.mark.parametrize("code", [302, 404])
async def test_another_host_than_the_platform_is_a_wrong_setting(code: int, world: World) -> None:
    world.platform.always[CUSTOM] = status(code)
    with pytest.raises(ApiError) as refused:
        await world.replica().send_text(OPENID, "你好")
    assert refused.value.action is Action.CONFIG
    assert "WECHAT_API_BASE" in refused.value.hint
    assert world.platform.calls("elsewhere") == []


async def test_an_address_that_is_none_is_a_wrong_setting(world: World) -> None:
    with pytest.raises(ApiError) as refused:
        await world.replica(base="nowhere").send_text(OPENID, "你好")
    assert refused.value.action is Action.CONFIG


async def test_an_answer_without_a_token_is_no_token(world: World) -> None:
    world.platform.always[TOKEN] = OK
    with pytest.raises(TryAgain, match="access_token"):
        await world.replica().send_text(OPENID, "你好")


FAILURES: list[Answerer | dict[str, Any]] = [*BROKEN.values(), status(404), BAD_TOKEN, {"errcode": 48001}]


@pytest.mark.parametrize("path", [TOKEN, CUSTOM])
@pytest.mark.parametrize("failure", FAILURES)
async def test_no_token_and_no_secret_reaches_a_text(
    path: str, failure: Answerer | dict[str, Any], world: World
) -> None:
    world.platform.always[path] = failure
    with capture_logs() as logs, pytest.raises((ApiError, TryAgain, OutcomeUnknown)) as failed:
        await world.replica(seconds=0.05 if failure is hang else 5).send_text(OPENID, "你好")
    told = "".join(traceback.format_exception(failed.value)) + str(logs)
    for secret in (SECRET, "token-1", "token-2", world.base):
        assert secret not in told
