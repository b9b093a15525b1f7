"""The simulator against an independent peer: wechatpy opens what it seals, and seals what it must open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.simulator import (
    FAULT_LINE,
    FaultKind,
    Knobs,
    Mode,
    NotPossibleError,
    Repeat,
    SimulatorConfig,
    Slot,
    Template,
    letters,
)
from bot.simulator.cipher import EnvelopeCipher, EnvelopeError, sign
from bot.simulator.letters import Letter
from bot.simulator.people import Side
from bot.simulator.wire import Verdict
from bot.simulator.xmltree import XmlError, read, write
from tests.driver import ACCOUNT, PICTURE, Phone, Story, open_story
from tests.peer_service import Behaviour, PeerService, Received, answering, echo, slow

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "crypto-vectors.json").read_text())
SEALED = [v for v in VECTORS if v["kind"] in ("encrypt", "decrypt")]
QUICK = Knobs(cut_after=0.15)


@dataclass
class Scene:
    """A story with the peer service in it, one follower, and a client that holds a token."""

    story: Story
    peer: PeerService
    firm: Phone
    http: aiohttp.ClientSession
    token: str = ""

    async def fetch_token(self, **changes: str) -> dict[str, Any]:
        given = {
            "grant_type": "client_credential",
            "appid": ACCOUNT.app_id,
            "secret": ACCOUNT.secret,
        } | changes
        async with self.http.get(f"{self.story.api_base}/cgi-bin/token", params=given) as response:
            answer = await response.json()
        self.token = answer.get("access_token", self.token)
        return dict(answer)

    async def fetch_stable(self, *, force: bool = False) -> dict[str, Any]:
        given = {
            "grant_type": "client_credential",
            "appid": ACCOUNT.app_id,
            "secret": ACCOUNT.secret,
            "force_refresh": force,
        }
        async with self.http.post(f"{self.story.api_base}/cgi-bin/stable_token", json=given) as response:
            answer = await response.json()
        self.token = answer.get("access_token", self.token)
        return dict(answer)

    async def call(self, path: str, body: object = None, *, raw: bytes | None = None, **query: str) -> Any:
        """The answer of an interface; a body is sent as the platform wants it, in real UTF-8."""
        if not self.token:
            await self.fetch_token()
        data = raw if raw is not None else json.dumps(body, ensure_ascii=False).encode()
        url = f"{self.story.api_base}/cgi-bin/{path}"
        params = {"access_token": self.token} | query
        method = "GET" if body is None and raw is None else "POST"
        async with self.http.request(
            method, url, params=params, data=data if method == "POST" else None
        ) as r:
            assert r.status == 200
            return await r.json() if r.content_type == "application/json" else await r.read()

    async def code(self, path: str, body: object = None, **query: str) -> int:
        return int((await self.call(path, body, **query)).get("errcode", 0))

    async def writes(self, text: str) -> int:
        """The error code of a customer message to the firm."""
        body = {"touser": self.firm.openid, "msgtype": "text", "text": {"content": text}}
        return await self.code("message/custom/send", body)


@asynccontextmanager
async def scene_of(config: SimulatorConfig, behaviour: Behaviour = echo) -> AsyncIterator[Scene]:
    peer = PeerService(config, behaviour)
    async with (
        open_story(peer.application, config=config) as story,
        aiohttp.ClientSession() as http,
    ):
        firm = await story.follower("甲公司")
        yield Scene(story, peer, firm, http)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with scene_of(replace(ACCOUNT, knobs=QUICK, templates=(NOTICE,))) as scene:
        yield scene


NOTICE = Template(
    "NOTICE",
    "业务办理通知",
    (
        Slot("thing1", "事项"),
        Slot("character_string2", "编号"),
        Slot("date3", "日期"),
        Slot("const4", "状态", ("已受理", "已办结")),
        Slot("phrase5", "结果"),
        Slot("amount6", "金额"),
        Slot("time7", "时间"),
    ),
)
GOOD = {
    "thing1": "信用修复",
    "character_string2": "YY20260001",
    "date3": "2026年11月20日",
    "const4": "已受理",
    "phrase5": "通过",
    "amount6": "¥12.50元",
    "time7": "2026年11月20日 15:01",
}


def filled(**changes: str) -> dict[str, Any]:
    return {key: {"value": value} for key, value in (GOOD | changes).items()}


# cipher


@pytest.mark.parametrize("vector", SEALED, ids=lambda v: v["id"])
def test_published_vectors_open_and_carry_their_signature(vector: dict[str, Any]) -> None:
    opened = EnvelopeCipher(vector["key"], vector["receiveid"]).open(vector["encrypt"])
    if "msg" in vector:
        assert opened.decode() == vector["msg"]
    else:
        assert len(opened) == vector["msg_len"]
    signature = sign(vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"])
    assert signature == vector["msg_signature"]


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["kind"] == "encrypt"], ids=lambda v: v["id"])
def test_published_vectors_seal_to_the_same_bytes(vector: dict[str, Any]) -> None:
    cipher = EnvelopeCipher(vector["key"], vector["receiveid"])
    assert cipher.seal(vector["msg"].encode(), vector["random"].encode()) == vector["encrypt"]


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["kind"].startswith("oa_")], ids=lambda v: v["id"])
def test_published_plain_signatures_are_ours(vector: dict[str, Any]) -> None:
    assert sign(vector["token"], vector["timestamp"], vector["nonce"]) == vector["signature"]


@pytest.mark.parametrize("broken", ["", "不是", "AAAA", "A" * 43 + "=", "A" * 128])
def test_what_was_not_sealed_with_our_key_does_not_open(broken: str) -> None:
    with pytest.raises(EnvelopeError):
        EnvelopeCipher(ACCOUNT.encoding_aes_key, ACCOUNT.app_id).open(broken)


def test_an_envelope_of_another_account_does_not_open() -> None:
    other = EnvelopeCipher(ACCOUNT.encoding_aes_key, "wx-another").seal(b"<xml/>")
    with pytest.raises(EnvelopeError, match="AppID"):
        EnvelopeCipher(ACCOUNT.encoding_aes_key, ACCOUNT.app_id).open(other)


def test_written_xml_reads_back_whatever_was_typed() -> None:
    typed = "]]></Content><x>&amp;\x00\x0b 😀 ]]>]]>"
    assert read(write((("Content", typed),))).get("Content") == typed.replace("\x00\x0b", "")


@pytest.mark.parametrize(
    "text", [" <xml/>", "\ufeff<xml/>", "<a/>", "{}", "", "<xml>", "<!DOCTYPE xml><xml/>", "<xml>&x;</xml>"]
)
def test_replies_that_are_not_plain_xml_are_refused(text: str) -> None:
    with pytest.raises(XmlError):
        read(text)


# pushes


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_message_is_answered_in_every_mode(mode: Mode) -> None:
    async with scene_of(replace(ACCOUNT, mode=mode)) as scene:
        assert await scene.firm.says("查等级") == "你说：查等级"
        received = scene.peer.received[-1]
        assert (b"<Content>" in received.body) == (mode is not Mode.SAFE)
        assert ("msg_signature" in received.query) == (mode is not Mode.PLAIN)
        assert received.query["openid"] == scene.firm.openid


async def test_compatible_mode_takes_an_encrypted_reply_too() -> None:
    behaviour = answering(lambda r: r.envelope(r.text("密")))
    async with scene_of(replace(ACCOUNT, mode=Mode.COMPATIBLE), behaviour) as scene:
        assert await scene.firm.says("查等级") == "密"


async def test_the_console_verifies_the_address(scene: Scene) -> None:
    assert await scene.story.simulator.pusher.verify_callback() == ""
    scene.story.simulator.platform.callback_url += "/nowhere"
    assert "404" in await scene.story.simulator.pusher.verify_callback()


Malformed = Callable[[Received], str | bytes]


@pytest.mark.parametrize(
    ("reason", "make"),
    [
        ("没有加密", lambda r: r.text("明文")),
        ("不以 < 开头", lambda r: " " + r.envelope(r.text("空白"))),
        ("不以 < 开头", lambda r: '{"errcode":0}'),
        ("不以 < 开头", lambda r: "success\n"),
        ("UTF-8", lambda r: "成功".encode("gbk")),
        ("MsgSignature 不符", lambda r: r.envelope(r.text("好")).replace(r.query["nonce"], "1")),
        ("AppID", lambda r: other_account(r)),
        ("Content 为空", lambda r: r.envelope(r.text(""))),
        ("XML 不合格式", lambda r: r.envelope(r.text("\x01"))),
        ("XML 不合格式", lambda r: r.envelope(r.text("]]><b>"))),
        ("ToUserName", lambda r: r.envelope(r.text("好", ToUserName="别人"))),
        ("FromUserName", lambda r: r.envelope(r.text("好", FromUserName="gh_别的号"))),
        ("CreateTime", lambda r: r.envelope(r.text("好", CreateTime="今天"))),
        ("MsgType", lambda r: r.envelope(r.text("好", MsgType="card"))),
        ("Image.MediaId", lambda r: r.envelope(r.text("好", MsgType="image"))),
    ],
)
async def test_a_malformed_reply_shows_the_failure_line_and_is_not_repeated(
    scene: Scene, reason: str, make: Malformed
) -> None:
    scene.peer.behaviour = answering(make)
    assert await scene.firm.says("查等级") == FAULT_LINE
    attempts = scene.story.simulator.platform.wire.pushes()[-1].attempts
    assert [attempt.verdict for attempt in attempts] == [Verdict.MALFORMED]
    assert reason in attempts[0].reason


def other_account(received: Received) -> str:
    """A reply sealed for another app id, with a right signature."""
    query = received.query
    sealed = EnvelopeCipher(ACCOUNT.encoding_aes_key, "wx-another").seal(received.text("好").encode())
    return write(
        (
            ("Encrypt", sealed),
            ("MsgSignature", sign(ACCOUNT.token, query["timestamp"], query["nonce"], sealed)),
            ("TimeStamp", int(query["timestamp"])),
            ("Nonce", query["nonce"]),
        )
    )


@pytest.mark.parametrize("body", ["", "success"])
async def test_success_and_an_empty_body_are_silence(scene: Scene, body: str) -> None:
    scene.peer.behaviour = answering(lambda r: body)
    assert await scene.firm.says("查等级", late=0) == ""
    assert scene.firm.sees[-1].side is Side.PERSON


async def test_a_reply_beyond_2048_bytes_is_cut(scene: Scene) -> None:
    scene.peer.behaviour = answering(lambda r: r.envelope(r.text("字" * 700)))
    assert await scene.firm.says("查等级") == "字" * 682
    assert scene.firm.sees[-1].detail == {"cut_from": 2100}


async def test_news_shows_one_article_for_a_message_and_eight_for_an_event(scene: Scene) -> None:
    articles = "".join(f"<item><Title>{n}</Title></item>" for n in range(10))
    news = f"<ArticleCount>10</ArticleCount><Articles>{articles}</Articles></xml>"
    scene.peer.behaviour = answering(lambda r: r.envelope(r.text("", MsgType="news").replace("</xml>", news)))
    await scene.firm.says("新闻")
    assert len(scene.firm.sees[-1].detail["articles"]) == 1
    await scene.firm.scans("bind")
    assert len(scene.firm.sees[-1].detail["articles"]) == 8


async def test_a_silent_service_is_cut_and_pushed_again_with_the_same_body(scene: Scene) -> None:
    scene.peer.behaviour = slow(0.4)
    assert await scene.firm.says("查等级", late=0) == FAULT_LINE
    pushes = scene.peer.received[-3:]
    assert len({push.body for push in pushes}) == 1
    assert len({push.message["MsgId"] for push in pushes}) == 1
    assert len({push.query["nonce"] for push in pushes}) == 3
    attempts = scene.story.simulator.platform.wire.pushes()[-1].attempts
    assert [attempt.verdict for attempt in attempts] == [Verdict.CUT] * 3


async def test_a_repeat_arrives_while_the_first_still_runs_and_its_answer_counts(scene: Scene) -> None:
    scene.peer.behaviour = slow(0.4, times=1)
    assert await scene.firm.says("查等级") == "你说：查等级"
    assert scene.peer.most_running == 2
    assert len(scene.story.simulator.platform.wire.pushes()[-1].attempts) == 2


async def test_a_repeat_may_overlap_the_open_first_and_only_one_answer_is_shown(scene: Scene) -> None:
    scene.story.simulator.platform.knobs.overlap = 0.02
    scene.peer.behaviour = slow(0.06)
    assert await scene.firm.says("查等级") == "你说：查等级"
    assert scene.peer.most_running > 1
    assert [b.text for b in scene.firm.sees].count("你说：查等级") == 1


@pytest.mark.parametrize(
    ("repeat", "bodies", "signatures"), [("same", 1, 1), ("resigned", 1, 4), ("resealed", 4, 4)]
)
async def test_repeats_look_as_the_knob_says(scene: Scene, repeat: str, bodies: int, signatures: int) -> None:
    knobs = scene.story.simulator.platform.knobs
    knobs.repeat, knobs.attempts = Repeat(repeat), 4
    scene.peer.behaviour = answering(lambda r: "busy", status=503)
    assert await scene.firm.says("查等级", late=0) == FAULT_LINE
    pushes = scene.peer.received[-4:]
    assert len({push.body for push in pushes}) == bodies
    assert len({push.query["msg_signature"] for push in pushes}) == signatures
    assert len({json.dumps(push.message) for push in pushes}) == 1


async def test_redirects_are_not_followed(scene: Scene) -> None:
    async def elsewhere(received: Received) -> web.Response:
        raise web.HTTPFound("/wechat/callback")

    scene.peer.behaviour = elsewhere
    assert await scene.firm.says("查等级", late=0) == FAULT_LINE


async def test_an_unreachable_service_shows_the_failure_line(scene: Scene) -> None:
    scene.story.simulator.platform.callback_url = "http://127.0.0.1:9/wechat/callback"
    assert await scene.firm.says("查等级", late=0) == FAULT_LINE


async def test_a_lost_reply_is_pushed_again(scene: Scene) -> None:
    scene.story.simulator.platform.faults.arm(FaultKind.LOST_REPLY)
    assert await scene.firm.says("查等级") == "你说：查等级"
    assert len(scene.peer.received) == 3  # the follow, the message, its repeat


async def test_a_slow_network_counts_against_the_service(scene: Scene) -> None:
    scene.story.simulator.platform.faults.arm(FaultKind.SLOW_PUSH, times=None, seconds=0.2)
    assert await scene.firm.says("查等级", late=0) == FAULT_LINE
    assert len(scene.peer.received) == 1  # only the follow came through


async def test_a_held_push_is_overtaken_by_the_next(scene: Scene) -> None:
    scene.story.simulator.platform.faults.arm(FaultKind.HELD_PUSH)
    async with asyncio.TaskGroup() as group:
        group.create_task(scene.firm.says("先"))
        await asyncio.sleep(0.01)
        group.create_task(scene.firm.says("后"))
    assert [r.message["Content"] for r in scene.peer.received[1:]] == ["后", "先"]


async def test_a_late_answer_arrives_as_a_customer_message(scene: Scene) -> None:
    async def later(received: Received) -> web.Response:
        scene.story.simulator.later(write_behind(), "late answer")
        return web.Response(text="success")

    async def write_behind() -> None:
        assert await scene.writes("晚到的答复") == 0

    await scene.fetch_token()
    scene.peer.behaviour = later
    assert await scene.firm.says("查等级") == "晚到的答复"


# what people do


async def test_following_and_scanning_are_told_apart(scene: Scene) -> None:
    other = await scene.story.phone("乙公司")
    await other.follows()
    plain = scene.peer.received[-1].message
    assert (plain["Event"], plain["EventKey"], plain.get("Ticket")) == ("subscribe", None, None)
    await other.scans("bind")
    scan = scene.peer.received[-1].message
    assert (scan["Event"], scan["EventKey"]) == ("SCAN", "bind")
    await other.unfollows()
    assert scene.peer.received[-1].message["Event"] == "unsubscribe"
    await other.scans("bind")
    again = scene.peer.received[-1].message
    assert (again["Event"], again["EventKey"], again["Ticket"]) == (
        "subscribe",
        "qrscene_bind",
        scan["Ticket"],
    )


async def test_events_have_no_msg_id_and_messages_ascending_ones(scene: Scene) -> None:
    await scene.firm.says("一")
    await scene.firm.says("二")
    follow, first, second = (received.message for received in scene.peer.received)
    assert "MsgId" not in follow
    assert int(first["MsgId"]) < int(second["MsgId"])


async def test_every_kind_of_message_can_be_sent(scene: Scene) -> None:
    await scene.firm.sends_image(late=0)
    await scene.firm.sends_voice("查等级", late=0)
    await scene.firm.sends_video(late=0)
    await scene.firm.sends_location(late=0)
    await scene.story.simulator.send_link(scene.firm.openid, "题", "述", "https://example.com/")
    await scene.firm.chooses("101", "满意", late=0)
    image, voice, video, place, link, chosen = (r.message for r in scene.peer.received[1:])
    assert image["PicUrl"].endswith(image["MediaId"])
    assert (voice["Format"], voice["Recognition"]) == ("amr", "查等级")
    assert voice["MediaId16K"] != voice["MediaId"]
    assert video["ThumbMediaId"]
    assert (place["Location_X"], place["Scale"]) == ("38.49", "20")
    assert link["Url"] == "https://example.com/"
    assert (chosen["Content"], chosen["bizmsgmenuid"]) == ("满意", "101")


async def test_recognition_may_be_switched_off(scene: Scene) -> None:
    scene.story.simulator.platform.knobs.recognition = False
    await scene.firm.sends_voice("查等级", late=0)
    assert scene.peer.received[-1].message["Recognition"] is None


JOB = 200163836
EVENTS: list[Letter] = [
    letters.report_location(38.4, 106.2, 30.0),
    letters.scancode("k", "https://example.com/", wait=True),
    letters.pictures("pic_weixin", "k", ("a" * 32,)),
    letters.location_select("k", 38.4, 106.2, "文化街"),
    letters.mass_job(JOB, "send success", 98, 2),
    letters.subscription_popup((("t1", True), ("t2", False))),
    letters.subscription_change((("t1", False),)),
    letters.subscription_sent("t1", JOB, 0, "success"),
    letters.publish_job("100", 0),
    letters.agent_session("kf_create_session", "a@b"),
    letters.unknown_event("brand_new_event", ("Anything", "x")),
    letters.unknown("file", ("Title", "a.pdf")),
]


@pytest.mark.parametrize("letter", EVENTS, ids=lambda letter: letter.title)
async def test_rare_pushes_arrive_as_documented(scene: Scene, letter: Letter) -> None:
    await scene.story.simulator.send_raw(scene.firm.openid, letter)
    message = scene.peer.received[-1].message
    assert message["FromUserName"] == scene.firm.openid
    assert [tag for tag, _ in letter.fields] == [k for k in message if k in dict(letter.fields)]


async def test_who_does_not_follow_cannot_write(scene: Scene) -> None:
    with pytest.raises(NotPossibleError, match="关注"):
        await (await scene.story.phone("乙公司")).says("查等级")


async def test_an_expired_code_leads_nowhere(scene: Scene) -> None:
    made = await scene.call("qrcode/create", code_of("QR_STR_SCENE", scene_str="bind", seconds=60))
    assert made["expire_seconds"] == 60
    scene.story.passes(seconds=60)
    with pytest.raises(NotPossibleError, match="过期"):
        await scene.firm.scans("bind")


async def test_the_same_name_has_another_openid_for_another_account(scene: Scene) -> None:
    async with scene_of(replace(ACCOUNT, app_id="wx-another")) as other:
        assert other.firm.openid != scene.firm.openid
        assert len(other.firm.openid) == 28


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


MENU = {
    "button": [
        {"type": "click", "name": "查等级", "key": "GRADE"},
        {"name": "更多", "sub_button": [{"type": "view", "name": "网站", "url": "https://example.com/"}]},
    ]
}


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


async def refollow(phone: Phone) -> None:
    await phone.unfollows()
    await phone.follows()


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


# template messages


async def test_a_template_message_is_shown_and_its_end_is_reported(scene: Scene) -> None:
    sent = await scene.call("message/template/send", template_for(scene, url="https://example.com/x"))
    await scene.story.simulator.quiet()
    event = scene.peer.received[-1].message
    assert (event["Event"], event["MsgID"], event["Status"]) == (
        "TEMPLATESENDJOBFINISH",
        str(sent["msgid"]),
        "success",
    )
    bubble = scene.firm.sees[-1]
    assert (bubble.kind, bubble.text) == ("template", "业务办理通知")
    assert bubble.detail["rows"][1] == ["编号", "YY20260001"]


def template_for(scene: Scene, **more: Any) -> dict[str, Any]:
    return {"touser": scene.firm.openid, "template_id": "NOTICE", "data": filled()} | more


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (FaultKind.JOB_SYSTEM_FAILED, "failed: system failed"),
        (FaultKind.JOB_FREQ_LIMIT, "failed:freq limit"),
        (FaultKind.JOB_USER_BLOCK, "failed:user block"),
    ],
)
async def test_a_template_message_may_fail_later(scene: Scene, fault: FaultKind, status: str) -> None:
    scene.story.simulator.platform.faults.arm(fault)
    assert await scene.code("message/template/send", template_for(scene)) == 0
    await scene.story.simulator.quiet()
    assert scene.peer.received[-1].message["Status"] == status
    assert all(bubble.kind != "template" for bubble in scene.firm.sees)


async def test_who_refuses_gets_no_template_message(scene: Scene) -> None:
    scene.firm.person.refuses = True
    assert await scene.code("message/template/send", template_for(scene)) == 0
    await scene.story.simulator.quiet()
    assert scene.peer.received[-1].message["Status"] == "failed:user block"


async def test_the_same_client_msg_id_is_sent_once_in_ten_minutes(scene: Scene) -> None:
    body = template_for(scene, client_msg_id="outbox-1")
    first = await scene.call("message/template/send", body)
    assert await scene.call("message/template/send", body) == first
    scene.story.passes(minutes=10)
    assert (await scene.call("message/template/send", body))["msgid"] != first["msgid"]
    await scene.story.simulator.quiet()
    assert [bubble.kind for bubble in scene.firm.sees].count("template") == 2


@pytest.mark.parametrize(
    ("key", "value", "fits"),
    [
        ("thing1", "字" * 20, True),
        ("thing1", "字" * 21, False),
        ("thing1", "一\n二", False),
        ("thing1", "", False),
        ("character_string2", "A-1/2", True),
        ("character_string2", "编号1", False),
        ("character_string2", "A" * 33, False),
        ("date3", "2026-11-20 15:01", True),
        ("date3", "下周", False),
        ("const4", "", True),
        ("const4", "处理中", False),
        ("phrase5", "通过了呢呀", True),
        ("phrase5", "OK", False),
        ("amount6", "1234567890.12", True),
        ("amount6", "12345678901", False),
        ("time7", "24:00", False),
        ("time7", "9:05", True),
    ],
)
async def test_keyword_types_are_checked(scene: Scene, key: str, value: str, fits: bool) -> None:
    answer = await scene.call("message/template/send", template_for(scene, data=filled(**{key: value})))
    assert answer["errcode"] == (0 if fits else 47003)
    if not fits:
        assert answer["errmsg"].startswith(f"argument invalid! data.{key}.value ")


async def test_template_messages_go_to_followers_by_known_templates(scene: Scene) -> None:
    assert await scene.code("message/template/send", template_for(scene, template_id="x")) == 40037
    assert await scene.code("message/template/send", template_for(scene, data=[])) == 47001
    await scene.firm.unfollows()
    assert await scene.code("message/template/send", template_for(scene)) == 43004


async def test_templates_are_listed_added_up_to_25_and_deleted(scene: Scene) -> None:
    body = {"template_id_short": "OPENTM1", "keyword_name_list": ["事项", "日期"]}
    added = [await scene.call("template/api_add_template", body) for _ in range(25)]
    assert [a["errcode"] for a in added] == [0] * 24 + [45026]
    listed = (await scene.call("template/get_all_private_template"))["template_list"]
    assert listed[0]["content"].startswith("事项:{{thing1.DATA}}\n")
    assert await scene.code("template/del_private_template", {"template_id": listed[0]["template_id"]}) == 0
    assert await scene.code("template/del_private_template", {"template_id": "NOTICE"}) == 40037


# the menu


def button(**changes: Any) -> dict[str, Any]:
    return {"type": "click", "name": "查等级", "key": "K"} | changes


def group(*subs: dict[str, Any]) -> dict[str, Any]:
    return {"name": "更多", "sub_button": list(subs)}


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([button()] * 4, 40016),
        ([button(type="swipe")], 40015),
        ([button(name="信用服务号")], 0),
        ([button(name="信用服务号的")], 40018),
        ([button(key="")], 40019),
        ([button(key="K" * 129)], 40019),
        ([button(type="view", url="https://example.com/" + "x" * 1004)], 0),
        ([button(type="view", url="https://example.com/" + "x" * 1005)], 40020),
        ([button(type="view", url="javascript:alert(1)")], 40054),
        ([group(*[button()] * 6)], 40023),
        ([group(button(type="swipe"))], 40024),
        ([group(button(name="字" * 20))], 0),
        ([group(button(name="字" * 21))], 40025),
        ([group(button(key="K" * 129))], 40026),
        ([group(button(type="view", url=""))], 40027),
        ([group(group(button()))], 40022),
        (["x"], 47001),
    ],
)
async def test_the_menu_has_limits(scene: Scene, buttons: list[Any], code: int) -> None:
    assert await scene.code("menu/create", {"button": buttons}) == code


async def test_the_menu_is_kept_pressed_and_deleted(scene: Scene) -> None:
    assert await scene.code("menu/get") == 46003
    assert await scene.code("menu/create", MENU) == 0
    assert (await scene.call("menu/get"))["menu"]["button"][0]["key"] == "GRADE"
    await scene.firm.taps("GRADE", late=0)
    pressed = scene.peer.received[-1].message
    assert (pressed["Event"], pressed["EventKey"]) == ("CLICK", "GRADE")
    with pytest.raises(NotPossibleError):
        await scene.firm.taps("NONE")
    assert await scene.code("menu/delete") == 0
    assert await scene.code("menu/get") == 46003


# media


async def upload(
    scene: Scene, kind: str, data: bytes, filename: str = '; filename="a.png"'
) -> dict[str, Any]:
    """An upload with this filename parameter, byte by byte as given."""
    head = f'--x\r\nContent-Disposition: form-data; name="media"{filename}\r\n\r\n'.encode()
    await scene.fetch_token()
    url = f"{scene.story.api_base}/cgi-bin/media/upload"
    async with scene.http.post(
        url,
        params={"access_token": scene.token, "type": kind},
        data=BytesIO(head + data + b"\r\n--x--\r\n"),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    ) as response:
        return dict(await response.json())


async def test_media_live_three_days(scene: Scene) -> None:
    stored = await upload(scene, "image", PICTURE)
    assert stored["type"] == "image"
    assert await scene.call("media/get", media_id=stored["media_id"]) == PICTURE
    scene.story.passes(days=3)
    scene.token = ""
    assert await scene.code("media/get", media_id=stored["media_id"]) == 40007


async def test_a_sent_picture_can_be_fetched(scene: Scene) -> None:
    await scene.firm.sends_image(late=0)
    message = scene.peer.received[-1].message
    assert await scene.call("media/get", media_id=message["MediaId"]) == PICTURE
    async with scene.http.get(message["PicUrl"]) as response:
        assert await response.read() == PICTURE


@pytest.mark.parametrize(
    ("kind", "data", "filename", "code"),
    [
        ("image", PICTURE, '; filename="图.png"', 0),
        ("image", PICTURE, "; filename*=utf-8''%E5%9B%BE.png", 41005),
        ("image", PICTURE, "", 41005),
        ("file", PICTURE, '; filename="a.png"', 40004),
        ("image", b"%PDF-1.7", '; filename="a.png"', 40005),
        ("voice", PICTURE, '; filename="a.png"', 40005),
        ("image", b"", '; filename="a.png"', 44001),
        ("thumb", b"\xff\xd8\xff" + b"x" * 64 * 1024, '; filename="a.jpg"', 40006),
        ("image", PICTURE + b"x" * 10 * 1024 * 1024, '; filename="a.png"', 40006),
    ],
    ids=["utf-8", "rfc2231", "nameless", "kind", "format", "sort", "empty", "thumb", "large"],
)
async def test_uploads_have_limits(scene: Scene, kind: str, data: bytes, filename: str, code: int) -> None:
    assert (await upload(scene, kind, data, filename)).get("errcode", 0) == code


# codes and people


def code_of(action: str, *, seconds: int | None = None, **value: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"action_name": action, "action_info": {"scene": value}}
    return body | ({"expire_seconds": seconds} if seconds is not None else {})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (code_of("QR_SCENE", scene_id=1), 0),
        (code_of("QR_SCENE", scene_id=0), 40053),
        (code_of("QR_LIMIT_SCENE", scene_id=100_001), 40053),
        (code_of("QR_LIMIT_STR_SCENE", scene_str="x" * 64), 0),
        (code_of("QR_LIMIT_STR_SCENE", scene_str="x" * 65), 40053),
        (code_of("QR_STR_SCENE", scene_str="x", seconds=2_592_001), 40035),
        (code_of("QR_OTHER", scene_str="x"), 40053),
    ],
)
async def test_codes_have_limits(scene: Scene, body: dict[str, Any], code: int) -> None:
    assert await scene.code("qrcode/create", body) == code


async def test_a_code_can_be_seen_and_scanned_by_its_ticket(scene: Scene) -> None:
    made = await scene.call("qrcode/create", code_of("QR_LIMIT_STR_SCENE", scene_str="bind"))
    assert "expire_seconds" not in made
    async with scene.http.get(
        f"{scene.story.api_base}/cgi-bin/showqrcode", params={"ticket": made["ticket"]}
    ) as response:
        assert response.content_type == "image/svg+xml"
    await scene.firm.scans(made["ticket"])
    assert scene.peer.received[-1].message["EventKey"] == "bind"


async def test_user_info_tells_little_and_of_strangers_nothing(scene: Scene) -> None:
    await scene.firm.unfollows()
    await scene.firm.follows(scene="bind")
    info = await scene.call("user/info", openid=scene.firm.openid)
    assert (info["subscribe"], info["qr_scene_str"]) == (1, "bind")
    assert "nickname" not in info
    await scene.firm.unfollows()
    assert await scene.call("user/info", openid=scene.firm.openid) == {
        "subscribe": 0,
        "openid": scene.firm.openid,
    }
    assert await scene.code("user/info", openid="o-nobody") == 40003


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


# the page


async def post(scene: Scene, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    async with scene.http.post(f"{scene.story.platform_url}/{path}", json=body) as response:
        return response.status, await response.json()


async def state_of(scene: Scene, openid: str = "") -> dict[str, Any]:
    async with scene.http.get(f"{scene.story.platform_url}/state", params={"person": openid}) as response:
        return dict(await response.json())


async def test_the_page_comes_without_inline_script_and_from_here_only(scene: Scene) -> None:
    async with scene.http.get(scene.story.platform_url) as response:
        assert response.url.path == "/sim/"
        policy = response.headers["Content-Security-Policy"]
        text = await response.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in text
    assert "http" not in text.replace("http-equiv", "")
    for name in ("page.js", "page.css"):
        async with scene.http.get(f"{scene.story.platform_url}/static/{name}") as response:
            assert response.status == 200


async def test_the_page_talks(scene: Scene) -> None:
    await post(scene, "people", name="乙公司")
    person = (await state_of(scene))["people"][-1]
    assert (person["name"], person["following"]) == ("乙公司", False)
    assert (await post(scene, "say", person=person["openid"], text="在吗"))[0] == 409
    await post(scene, "follow", person=person["openid"])
    await post(scene, "say", person=person["openid"], text="<b>在吗</b>")
    chat = (await state_of(scene, person["openid"]))["chat"]
    assert [bubble["text"] for bubble in chat][-2:] == ["<b>在吗</b>", "你说：<b>在吗</b>"]


async def test_the_page_shows_the_wire_without_secrets(scene: Scene) -> None:
    await scene.firm.says("查等级")
    await scene.writes("答")
    url = f"{scene.story.platform_url}/wire"
    async with scene.http.get(url, params={"person": scene.firm.openid}) as response:
        shown = await response.text()
    exchanges = json.loads(shown)["exchanges"]
    push = next(each for each in exchanges if each["title"] == "文字")
    assert "查等级" in push["plain"]
    assert "你说：查等级" in push["attempts"][0]["reply"]
    assert scene.token not in shown
    assert ACCOUNT.secret not in shown


async def test_the_page_refuses_what_a_foreign_page_could_send(scene: Scene) -> None:
    async with scene.http.post(f"{scene.story.platform_url}/say", data=b'{"text":"x"}') as response:
        assert response.status == 415
    assert (await post(scene, "say", text="没有人"))[0] == 400
    assert (await post(scene, "say", person="o-nobody", text="没有人"))[0] == 409


async def test_the_page_turns_knobs_orders_faults_and_moves_the_clock(scene: Scene) -> None:
    before = scene.story.clock.now()
    await post(scene, "faults", kind="busy", times=2)
    await post(scene, "knobs", cut_after=3, attempts=4, repeat="same", overlap=None, recognition=False)
    await post(scene, "clock", hours=48)
    state = await state_of(scene)
    assert [fault["title"] for fault in state["faults"]] == ["接口：系统繁忙（-1）"]
    assert (state["knobs"]["attempts"], state["knobs"]["repeat"]) == (4, "same")
    assert (scene.story.clock.now() - before).total_seconds() == 48 * 3600
    await post(scene, "faults/clear")
    assert (await state_of(scene))["faults"] == []
    assert (await post(scene, "clock", hours=-1))[0] == 400


async def test_the_page_is_told_of_changes(scene: Scene) -> None:
    async with scene.http.get(f"{scene.story.platform_url}/events") as response:
        first = await response.content.readuntil(b"\n\n")
        await scene.firm.says("查等级")
        second = await response.content.readuntil(b"\n\n")
    assert first != second


# across restarts


async def test_phones_remember_across_a_restart(tmp_path: Path) -> None:
    config = replace(ACCOUNT, memory=tmp_path / "phones.json", people=("乙公司",))
    async with scene_of(config) as scene:
        await scene.firm.says("查等级")
        seen = scene.firm.sees
    peer = PeerService(config)
    async with open_story(peer.application, config=config) as story:
        people = {person.name: person for person in story.simulator.platform.people.values()}
        assert people["甲公司"].following
        assert [b.text for b in people["甲公司"].history] == [b.text for b in seen]
        again = Phone(people["甲公司"], story.simulator)
        assert await again.says("还在吗") == "你说：还在吗"
        numbers = [bubble.number for bubble in again.sees]
        assert numbers == sorted(set(numbers))
