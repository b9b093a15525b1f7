"""The simulator against an independent peer: wechatpy opens what it seals, and seals what it must open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.simulator import (
    FAULT_LINE,
    FaultKind,
    Mode,
    NotPossibleError,
    Repeat,
    letters,
)
from bot.simulator.cipher import EnvelopeCipher, EnvelopeError, sign
from bot.simulator.letters import Letter
from bot.simulator.people import Side
from bot.simulator.wire import Verdict
from bot.simulator.xmltree import XmlError, read, write
from tests.driver import ACCOUNT
from tests.peer_scene import Scene, code_of, scene_of
from tests.peer_service import Received, answering, slow

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "crypto-vectors.json").read_text())
SEALED = [v for v in VECTORS if v["kind"] in ("encrypt", "decrypt")]


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
    scene.is_impatient()
    scene.peer.behaviour = slow(0.5)
    assert await scene.firm.says("查等级", late=0) == FAULT_LINE
    pushes = scene.peer.received[-3:]
    assert len({push.body for push in pushes}) == 1
    assert len({push.message["MsgId"] for push in pushes}) == 1
    assert len({push.query["nonce"] for push in pushes}) == 3
    attempts = scene.story.simulator.platform.wire.pushes()[-1].attempts
    assert [attempt.verdict for attempt in attempts] == [Verdict.CUT] * 3


async def test_a_repeat_arrives_while_the_first_still_runs_and_its_answer_counts(scene: Scene) -> None:
    scene.is_impatient()
    scene.peer.behaviour = slow(0.5, times=1)
    assert await scene.firm.says("查等级") == "你说：查等级"
    assert scene.peer.most_running == 2
    attempts = scene.story.simulator.platform.wire.pushes()[-1].attempts
    assert attempts[0].verdict == Verdict.CUT
    assert attempts[-1].verdict == Verdict.ANSWERED


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
    scene.is_impatient()
    scene.story.simulator.platform.faults.arm(FaultKind.SLOW_PUSH, times=None, seconds=0.3)
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
