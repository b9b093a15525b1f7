"""The simulated platform's interfaces: tokens, windows, quotas, faults."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.simulator import (
    FaultKind,
)
from tests.driver import ACCOUNT
from tests.peer_scene import MENU, Scene, refollow, scene_of

# tokens


async def test_a_new_token_leaves_the_old_one_five_minutes(scene: Scene) -> None:
    old = (await scene.fetch_token())["access_token"]
    new = (await scene.fetch_token())["access_token"]
    assert old != new
    assert len(new) == 512
    assert await scene.code("user/info", openid=scene.firm.openid, access_token=old) == 0
    scene.story.passes(minutes=5)
    assert await scene.code("user/info", openid=scene.firm.openid, access_token=old) == 40001
    assert await scene.code("user/info", openid=scene.firm.openid, access_token=new) == 0


async def test_a_token_ends_after_two_hours(scene: Scene) -> None:
    assert (await scene.fetch_token())["expires_in"] == 7200
    scene.story.passes(seconds=7200)
    answer = await scene.call("user/info", openid=scene.firm.openid)
    assert answer["errcode"] == 42001
    assert answer["errmsg"].startswith("access_token expired rid: ")


async def test_the_stable_token_stays_the_same_until_its_last_five_minutes(scene: Scene) -> None:
    first = await scene.fetch_stable()
    scene.story.passes(seconds=6000)
    again = await scene.fetch_stable()
    assert (again["access_token"], again["expires_in"]) == (first["access_token"], 1200)
    scene.story.passes(seconds=1000)
    fresh = await scene.fetch_stable()
    assert fresh["access_token"] != first["access_token"]
    for seconds, code in ((299, 0), (1, 42001)):
        scene.story.passes(seconds=seconds)
        old = first["access_token"]
        assert await scene.code("user/info", openid=scene.firm.openid, access_token=old) == code


async def test_a_forced_stable_token_kills_the_old_one_at_once_and_is_scarce(scene: Scene) -> None:
    old = (await scene.fetch_stable())["access_token"]
    assert (await scene.fetch_stable(force=True))["access_token"] != old
    assert await scene.code("user/info", openid=scene.firm.openid, access_token=old) == 40001
    assert (await scene.fetch_stable(force=True))["errcode"] == 45011
    for _ in range(19):
        scene.story.passes(seconds=30)
        assert "access_token" in await scene.fetch_stable(force=True)
    scene.story.passes(seconds=30)
    assert (await scene.fetch_stable(force=True))["errcode"] == 45009


async def test_the_two_kinds_of_token_do_not_disturb_each_other(scene: Scene) -> None:
    stable = (await scene.fetch_stable())["access_token"]
    await scene.fetch_token()
    await scene.fetch_token()
    scene.story.passes(minutes=6)
    assert await scene.code("user/info", openid=scene.firm.openid, access_token=stable) == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appid": "wx0"}, 40013),
        ({"secret": "x"}, 40125),
        ({"secret": ""}, 41004),
        ({"grant_type": "x"}, 40002),
    ],
)
async def test_wrong_credentials_are_named(scene: Scene, changes: dict[str, str], code: int) -> None:
    assert (await scene.fetch_token(**changes))["errcode"] == code


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("x y", 40014), ("A" * 512, 40001)])
async def test_tokens_that_are_none_are_named(scene: Scene, token: str, code: int) -> None:
    answer = await scene.call("user/info", openid=scene.firm.openid, access_token=token)
    assert answer["errcode"] == code


async def test_the_request_id_begins_with_the_time(scene: Scene) -> None:
    answer = await scene.call("user/info", openid=scene.firm.openid, access_token="")
    rid = answer["errmsg"].rpartition("rid: ")[2]
    assert int(rid.split("-")[0], 16) == int(scene.story.clock.now().timestamp())
    assert [len(part) for part in rid.split("-")] == [8, 8, 8]


async def test_tokens_are_given_to_listed_addresses_only() -> None:
    async with scene_of(replace(ACCOUNT, whitelist=frozenset({"10.0.0.1"}))) as scene:
        answer = await scene.fetch_token()
        assert answer["errcode"] == 40164
        assert "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist" in answer["errmsg"]


# customer messages


async def test_a_message_opens_48_hours_for_five_answers(scene: Scene) -> None:
    await scene.firm.says("查等级")
    scene.story.passes(hours=47)
    assert [await scene.writes("答") for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    await scene.firm.says("再问")
    assert await scene.writes("答") == 0
    scene.story.passes(hours=48)
    scene.token = ""
    assert await scene.writes("答") == 45015


async def test_some_accounts_have_twenty_answers() -> None:
    async with scene_of(replace(ACCOUNT, message_quota=20)) as scene:
        await scene.firm.says("查等级")
        scene.story.passes(minutes=2)
        assert [await scene.writes("答") for _ in range(21)] == [0] * 20 + [45047]


@pytest.mark.parametrize("act", ["follow", "scan", "menu"])
async def test_following_scanning_and_menu_clicks_open_one_minute_for_three(scene: Scene, act: str) -> None:
    await scene.call("menu/create", MENU)
    scene.story.passes(minutes=1)
    assert await scene.writes("答") == 45015
    acts: dict[str, Callable[[], Awaitable[Any]]] = {
        "follow": lambda: refollow(scene.firm),
        "scan": lambda: scene.firm.scans("bind"),
        "menu": lambda: scene.firm.taps("GRADE", late=0),
    }
    await acts[act]()
    assert [await scene.writes("答") for _ in range(4)] == [0, 0, 0, 45047]
    scene.story.passes(minutes=1)
    assert await scene.writes("答") == 45015


async def test_a_link_in_the_menu_opens_no_window(scene: Scene) -> None:
    await scene.call("menu/create", MENU)
    scene.story.passes(minutes=1)
    await scene.firm.taps("https://example.com/", late=0)
    assert scene.peer.received[-1].message["Event"] == "VIEW"
    assert await scene.writes("答") == 45015


async def test_who_left_refuses_or_is_banned_cannot_be_written_to(scene: Scene) -> None:
    await scene.firm.says("查等级")
    scene.firm.person.refuses = True
    assert await scene.writes("答") == 48002
    scene.firm.person.blacklisted = True
    assert await scene.writes("答") == 43019
    await scene.firm.unfollows()
    assert await scene.writes("答") == 45015


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "字" * 683}}, 45002),
        ({"msgtype": "text", "text": {"content": "字" * 682}}, 0),
        ({"msgtype": "card", "card": {}}, 40008),
        ({"msgtype": "text"}, 40008),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "news", "news": {"articles": [{"title": "一"}, {"title": "二"}]}}, 45008),
        ({"msgtype": "news", "news": {"articles": [{"title": "一", "url": "https://example.com/"}]}}, 0),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "满意吗", "list": [{"id": "1"}]}}, 47001),
        (
            {
                "msgtype": "msgmenu",
                "msgmenu": {"head_content": "满意吗", "list": [{"id": "1", "content": "是"}]},
            },
            0,
        ),
        ({"touser": "o-nobody", "msgtype": "text", "text": {"content": "答"}}, 40003),
    ],
)
async def test_customer_messages_have_limits(scene: Scene, body: dict[str, Any], code: int) -> None:
    assert await scene.code("message/custom/send", {"touser": scene.firm.openid} | body) == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", 44002),
        (b"{", 47001),
        (b"[]", 47001),
        (b'{"x":NaN}', 47001),
        ('{"touser":"甲"}'.encode("gbk"), 47001),
        (rb'{"touser":"x","msgtype":"text","text":{"content":"\u4e00"}}', 40033),
    ],
)
async def test_bodies_are_strict_json_in_real_utf8(scene: Scene, raw: bytes, code: int) -> None:
    await scene.fetch_token()
    url = f"{scene.story.api_base}/cgi-bin/message/custom/send"
    async with scene.http.post(url, params={"access_token": scene.token}, data=raw) as response:
        assert (await response.json())["errcode"] == code


async def test_a_wrong_method_has_its_own_error(scene: Scene) -> None:
    assert await scene.code("message/custom/send") == 43002
    assert await scene.code("user/info", {}, openid=scene.firm.openid) == 43001


async def test_typing_is_shown_until_the_answer(scene: Scene) -> None:
    async def types(command: str) -> int:
        body = {"touser": scene.firm.openid, "command": command}
        return await scene.code("message/custom/typing", body)

    await scene.firm.says("查等级")
    assert await types("Write") == 45072
    assert await types("Typing") == 0
    assert await types("Typing") == 45081
    assert scene.firm.person.typing
    await scene.writes("答")
    assert not scene.firm.person.typing
    scene.story.passes(seconds=31)
    assert await types("Typing") == 45080


# quotas and faults


async def test_quotas_end_with_the_shanghai_day(scene: Scene) -> None:
    scene.story.simulator.platform.quotas.limits["menu/get"] = 2
    assert [await scene.code("menu/get") for _ in range(3)] == [46003, 46003, 45009]
    scene.story.passes(hours=14)  # from 10:00 to midnight
    scene.token = ""
    assert await scene.code("menu/get") == 46003


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (FaultKind.BUSY, -1),
        (FaultKind.STALE_TOKEN, 40001),
        (FaultKind.EXPIRED_TOKEN, 42001),
        (FaultKind.QUOTA_USED, 45009),
        (FaultKind.UNAUTHORISED, 48001),
    ],
)
async def test_an_ordered_fault_strikes_once_where_it_is_aimed(
    scene: Scene, fault: FaultKind, code: int
) -> None:
    await scene.fetch_token()
    scene.story.simulator.platform.faults.arm(fault, path="custom/send")
    assert await scene.code("menu/get") == 46003
    assert [await scene.writes("答"), await scene.writes("答")] == [code, 0]


async def test_a_standing_fault_strikes_until_cleared(scene: Scene) -> None:
    await scene.fetch_token()
    faults = scene.story.simulator.platform.faults
    faults.arm(FaultKind.BUSY, times=None)
    assert [await scene.writes("答") for _ in range(3)] == [-1] * 3
    faults.clear()
    assert await scene.writes("答") == 0


async def test_the_whitelist_fault_strikes_tokens_only(scene: Scene) -> None:
    await scene.fetch_token()
    scene.story.simulator.platform.faults.arm(FaultKind.NOT_WHITELISTED)
    assert await scene.writes("答") == 0
    assert (await scene.fetch_token())["errcode"] == 40164


async def test_a_reset_after_processing_leaves_the_outcome_unknown_but_done(scene: Scene) -> None:
    await scene.fetch_token()
    scene.story.simulator.platform.faults.arm(FaultKind.RESET_AFTER)
    with pytest.raises(aiohttp.ClientError):
        await scene.writes("发出了吗")
    assert scene.firm.last == "发出了吗"
    scene.story.simulator.platform.faults.arm(FaultKind.RESET_BEFORE)
    with pytest.raises(aiohttp.ClientError):
        await scene.writes("没有发出")
    assert scene.firm.last == "发出了吗"


async def test_a_slow_interface_answers_in_the_end(scene: Scene) -> None:
    await scene.fetch_token()
    scene.story.simulator.platform.faults.arm(FaultKind.LATENCY, seconds=0.02)
    assert await scene.writes("答") == 0
