"""The service account's callback: what comes in, what goes out, what is refused. Through real HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.channels.callback import MAX_BODY_BYTES
from bot.channels.codec import Codec
from bot.channels.official_account import (
    MAX_TEXT_BYTES,
    Mode,
    OfficialAccountCallback,
    parse_push,
    render_reply,
)
from bot.channels.reading import Push
from bot.channels.wire import Refusal, clean_text, fields_of, read_xml
from bot.clock import FixedClock
from domain.errors import Unavailable
from domain.model.person import Channel
from handlers.turn import Inbound, InboundKind
from tests.sealed import House, Post, Query, Sent, cdata, right

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
APP, OPENID, ORIGINAL = "wxb11529c136998cb6", "oFirm00000000000000000000001", "gh_0123456789ab"
CODEC = Codec("pamtest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", APP)
PATH = "/wechat/callback"
POST = Post(CODEC, APP, ORIGINAL, STAMP)


def message(rest: str) -> bytes:
    common = cdata(ToUserName=ORIGINAL, FromUserName=OPENID) + "<CreateTime>1795136400</CreateTime>"
    return f"<xml>{common}{rest}</xml>".encode()


def text_message(content: str) -> bytes:
    return message(cdata(MsgType="text", Content=content) + "<MsgId>1234567890123456</MsgId>")


def event(name: str, rest: str = "") -> bytes:
    return message(cdata(MsgType="event", Event=name) + rest)


def parsed(body: bytes) -> Inbound:
    return parse_push(body, account=APP, received_at=NOW).inbound


def sealed(inner: bytes, *, timestamp: str = STAMP) -> Sent:
    """A push in safe mode, with the query that the service account adds."""
    query, body = POST.sealed(inner, timestamp=timestamp)
    plain = {"signature": CODEC.signature(timestamp, "n"), "openid": OPENID, "encrypt_type": "aes"}
    return query | plain, body


def opened(body: bytes) -> dict[str, str]:
    """The fields of an encrypted passive reply."""
    return fields_of(read_xml(POST.opened(body)))


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def safe(house: House) -> AsyncIterator[TestClient[Any, Any]]:
    async with client_of(house, Mode.SAFE) as client:
        yield client


def client_of(house: House, mode: Mode) -> TestClient[Any, Any]:
    app = web.Application()
    clock = FixedClock(NOW)
    app.add_routes(
        OfficialAccountCallback(codec=CODEC, account=APP, turns=house, clock=clock, mode=mode).routes()
    )
    return TestClient(TestServer(app))


async def push(client: TestClient[Any, Any], sent: Sent) -> tuple[int, bytes]:
    query, body = sent
    async with client.post(PATH, params=query, data=BytesIO(body)) as response:
        return response.status, await response.read()


# -- what comes in -------------------------------------------------------------

MEDIA = cdata(MediaId="m1")
KINDS: dict[str, tuple[bytes, dict[str, Any]]] = {
    "text": (text_message("查等级"), {"kind": InboundKind.TEXT, "text": "查等级"}),
    "text from a message menu": (
        message(cdata(MsgType="text", Content="是", bizmsgmenuid="101")),
        {"kind": InboundKind.TEXT, "text": "是", "extra": {"bizmsgmenuid": "101"}},
    ),
    "image": (
        message(cdata(MsgType="image", PicUrl="http://mmbiz/1") + MEDIA),
        {"kind": InboundKind.IMAGE, "media_id": "m1", "extra": {"PicUrl": "http://mmbiz/1"}},
    ),
    "voice that was recognised": (
        message(cdata(MsgType="voice", Format="amr", Recognition="查等级。") + MEDIA),
        {"kind": InboundKind.VOICE, "text": "查等级", "media_id": "m1", "extra": {"Format": "amr"}},
    ),
    "voice with an empty recognition": (
        message(cdata(MsgType="voice", Format="amr", Recognition="", MediaId16K="m16") + MEDIA),
        {"kind": InboundKind.VOICE, "text": "", "extra": {"Format": "amr", "MediaId16K": "m16"}},
    ),
    "voice without a recognition": (
        message(cdata(MsgType="voice", Format="speex") + MEDIA),
        {"kind": InboundKind.VOICE, "text": "", "media_id": "m1"},
    ),
    "video": (
        message(cdata(MsgType="video", ThumbMediaId="t1") + MEDIA),
        {"kind": InboundKind.VIDEO, "media_id": "m1", "extra": {"ThumbMediaId": "t1"}},
    ),
    "shortvideo": (
        message(cdata(MsgType="shortvideo", ThumbMediaId="t1") + MEDIA),
        {"kind": InboundKind.VIDEO, "media_id": "m1"},
    ),
    "location": (
        message(
            cdata(MsgType="location", Label="位置信息")
            + "<Location_X>23.134521</Location_X><Location_Y>113.358803</Location_Y><Scale>20</Scale>"
        ),
        {
            "kind": InboundKind.LOCATION,
            "extra": {
                "Location_X": "23.134521",
                "Location_Y": "113.358803",
                "Scale": "20",
                "Label": "位置信息",
            },
        },
    ),
    "link": (
        message(cdata(MsgType="link", Title="标题", Description="说明", Url="https://a/b")),
        {
            "kind": InboundKind.LINK,
            "extra": {"Title": "标题", "Description": "说明", "Url": "https://a/b"},
        },
    ),
    "a kind nobody knows": (
        message(cdata(MsgType="hologram")),
        {"kind": InboundKind.OTHER, "extra": {"MsgType": "hologram"}},
    ),
    "subscribe": (event("subscribe"), {"kind": InboundKind.FOLLOW, "scene": ""}),
    "subscribe with an empty key": (
        event("subscribe", cdata(EventKey="")),
        {"kind": InboundKind.FOLLOW, "scene": ""},
    ),
    "subscribe after something bought": (
        event("subscribe", cdata(EventKey="last_trade_no_4001")),
        {"kind": InboundKind.FOLLOW, "scene": ""},
    ),
    "subscribe by QR code": (
        event("subscribe", cdata(EventKey="qrscene_bind_7f", Ticket="T")),
        {"kind": InboundKind.FOLLOW, "scene": "bind_7f"},
    ),
    "unsubscribe": (event("unsubscribe"), {"kind": InboundKind.UNFOLLOW}),
    "SCAN": (
        event("SCAN", cdata(EventKey="bind_7f", Ticket="T")),
        {"kind": InboundKind.SCAN, "scene": "bind_7f"},
    ),
    "CLICK": (event("CLICK", cdata(EventKey="GRADE")), {"kind": InboundKind.CLICK, "key": "GRADE"}),
    "VIEW": (
        event("VIEW", cdata(EventKey="https://a/b", MenuId="1")),
        {"kind": InboundKind.VIEW, "key": "https://a/b"},
    ),
    "TEMPLATESENDJOBFINISH": (
        event("TEMPLATESENDJOBFINISH", "<MsgID>200163836</MsgID>" + cdata(Status="failed:user block")),
        {
            "kind": InboundKind.JOB_FINISHED,
            "key": "200163836",
            "extra": {"Event": "TEMPLATESENDJOBFINISH", "Status": "failed:user block"},
        },
    ),
    "a finished job without its id": (
        event("TEMPLATESENDJOBFINISH", cdata(Status="success")),
        {"kind": InboundKind.JOB_FINISHED, "key": ""},
    ),
    "MASSSENDJOBFINISH": (
        event(
            "MASSSENDJOBFINISH",
            "<MsgID>1000001625</MsgID>"
            + cdata(Status="err(30003)")
            + "<TotalCount>3</TotalCount><FilterCount>2</FilterCount><SentCount>1</SentCount><ErrorCount>1</ErrorCount>"
            "<CopyrightCheckResult><Count>2</Count><ResultList><item><ArticleIdx>1</ArticleIdx></item>"
            "<item><ArticleIdx>2</ArticleIdx></item></ResultList></CopyrightCheckResult>",
        ),
        {
            "kind": InboundKind.JOB_FINISHED,
            "key": "1000001625",
            "extra": {
                "Event": "MASSSENDJOBFINISH",
                "Status": "err(30003)",
                "TotalCount": "3",
                "FilterCount": "2",
                "SentCount": "1",
                "ErrorCount": "1",
            },
        },
    ),
    "reported location": (
        event("LOCATION", "<Latitude>23.1</Latitude>"),
        {"kind": InboundKind.OTHER, "extra": {"MsgType": "event", "Event": "LOCATION"}},
    ),
    "an event nobody knows": (
        event("PUBLISHJOBFINISH", "<PublishEventInfo><publish_id>1</publish_id></PublishEventInfo>"),
        {"kind": InboundKind.OTHER, "extra": {"MsgType": "event", "Event": "PUBLISHJOBFINISH"}},
    ),
    "an event with a list": (
        event(
            "subscribe_msg_popup_event",
            "<SubscribeMsgPopupEvent><List><TemplateId>1</TemplateId></List>"
            "<List><TemplateId>2</TemplateId></List></SubscribeMsgPopupEvent>",
        ),
        {"kind": InboundKind.OTHER},
    ),
}


@pytest.mark.parametrize("name", KINDS)
async def test_each_kind_of_push_reaches_the_house(
    name: str, safe: TestClient[Any, Any], house: House
) -> None:
    body, expected = KINDS[name]
    status, _ = await push(safe, sealed(body))
    assert status == 200
    (inbound,) = house.asked
    assert {field: getattr(inbound, field) for field in expected} == expected
    assert (inbound.channel, inbound.account, inbound.sender) == (Channel.WECHAT, APP, OPENID)


def test_the_key_of_the_claim_is_the_decrypted_body_not_its_envelope() -> None:
    first, second = text_message("查等级"), text_message("查等级 ")
    assert parsed(first).dedupe_key == f"wechat:{APP}:{hashlib.sha256(first).hexdigest()}"
    assert parsed(first).dedupe_key != parsed(second).dedupe_key
    assert sealed(first) != sealed(first)


async def test_a_repeat_under_another_envelope_has_the_same_key(
    safe: TestClient[Any, Any], house: House
) -> None:
    for _ in range(2):
        await push(safe, sealed(text_message("绑定")))
    first, second = house.asked
    assert first.dedupe_key == second.dedupe_key


def test_text_is_normalised_and_the_words_as_written_are_kept() -> None:
    inbound = parsed(text_message("　ＡＢＣ１２，查等级\u200b "))
    assert inbound.text == "ABC12,查等级"
    assert inbound.extra == {"raw": "　ＡＢＣ１２，查等级\u200b "}
    assert parsed(text_message("查等级")).extra == {}


def test_control_characters_are_dropped_before_they_break_the_xml() -> None:
    assert parsed(text_message("查\x00等\x08级\x1f\ufffe\uffff\x85")).text == "查等级"


def test_markup_in_a_text_is_only_text() -> None:
    assert parsed(text_message('<!DOCTYPE a><!ENTITY b "c">&b;')).text == '<!DOCTYPE a><!ENTITY b "c">&b;'


# -- what goes out -------------------------------------------------------------


async def test_the_reply_is_sealed_and_goes_back_to_whom_it_came_from(safe: TestClient[Any, Any]) -> None:
    status, body = await push(safe, sealed(text_message("查等级")))
    assert status == 200
    assert opened(body) == {
        "MsgType": "text",
        "FromUserName": ORIGINAL,
        "ToUserName": OPENID,
        "CreateTime": STAMP,
        "Content": "收到：查等级",
    }


@pytest.mark.parametrize("said", ["", " \n ", "\x00"])
async def test_silence_is_success_in_clear(said: str, safe: TestClient[Any, Any], house: House) -> None:
    house.say = lambda _: said
    assert await push(safe, sealed(text_message("查等级"))) == (200, b"success")


async def test_compatible_mode_reads_the_decrypted_part_only() -> None:
    house = House()
    query, body = sealed(text_message("查等级"))
    body = body.replace(
        b"</xml>", cdata(MsgType="text", FromUserName="oThief", Content="绑定").encode() + b"</xml>"
    )
    async with client_of(house, Mode.COMPATIBLE) as client:
        _, answer = await push(client, (query, body))
    assert opened(answer)["Content"] == "收到：查等级"
    assert house.asked[0].sender == OPENID


async def test_plain_mode_answers_in_clear() -> None:
    query = {"signature": CODEC.signature(STAMP, "n"), "timestamp": STAMP, "nonce": "n", "openid": OPENID}
    async with client_of(House(), Mode.PLAIN) as client:
        _, answer = await push(client, (query, text_message("查等级")))
        status, _ = await push(client, (query | {"signature": "0" * 40}, text_message("查等级")))
    assert fields_of(read_xml(answer))["Content"] == "收到：查等级"
    assert status == 403


def reply_of(text: str) -> str:
    return render_reply(text, openid=OPENID, original_id=ORIGINAL, at=NOW)


def test_a_quoted_end_of_cdata_cannot_add_elements() -> None:
    text = "]]></Content><MsgType><![CDATA[news]]></MsgType><Content><![CDATA[{0}%s"
    fields = fields_of(read_xml(reply_of(text).encode()))
    assert fields["Content"] == text
    assert fields["MsgType"] == "text"


@settings(deadline=None)
@given(st.text(max_size=500) | st.text("]>[<!&;\x00\r\n ", max_size=60))
def test_any_text_survives_the_way_out(text: str) -> None:
    rendered = reply_of(text)
    if rendered:
        assert fields_of(read_xml(rendered.encode()))["Content"] == clean_text(text)
    else:
        assert not clean_text(text).strip()


@settings(deadline=None)
@given(st.text(max_size=500).map(lambda text: clean_text(text).replace("]]>", "")))
def test_any_text_survives_the_way_in(text: str) -> None:
    inbound = parsed(text_message(text))
    assert inbound.extra.get("raw", inbound.text) == text


def test_a_reply_that_nobody_paged_is_a_programming_error() -> None:
    assert reply_of("信" * (MAX_TEXT_BYTES // 3))
    with pytest.raises(ValueError, match="not paged"):
        reply_of("信" * (MAX_TEXT_BYTES // 3 + 1))


# -- when the house fails ------------------------------------------------------


async def test_an_unavailable_house_lets_the_platform_push_again(
    safe: TestClient[Any, Any], house: House
) -> None:
    def gone(_: Inbound) -> str:
        raise Unavailable("database is read-only")

    house.say = gone
    status, body = await push(safe, sealed(text_message("查等级")))
    assert status == 503
    assert "read-only" not in body.decode()


async def test_any_other_failure_is_logged_and_answered_success(
    safe: TestClient[Any, Any], house: House
) -> None:
    house.say = lambda _: str(1 / 0)
    with capture_logs() as logs:
        assert await push(safe, sealed(text_message("查等级"))) == (200, b"success")
    assert [(line["action"], line["log_level"]) for line in logs] == [
        ("wechat.failed", "error"),
        ("wechat.push", "info"),
    ]


async def test_a_push_leaves_one_line_that_names_nobody(safe: TestClient[Any, Any]) -> None:
    with capture_logs() as logs:
        await push(safe, sealed(text_message("我的手机13812345678")))
    (line,) = logs
    assert (line["action"], line["kind"], line["outcome"]) == ("wechat.push", "text", "answered")
    assert OPENID not in str(line)
    assert "13812345678" not in str(line)


# -- what is refused -----------------------------------------------------------


GOOD = sealed(text_message("查等级"))
OTHER_APP = Codec("pamtest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx0000000000000000")
SECONDS_AGO_601, SECONDS_AHEAD_601 = str(int(STAMP) - 601), str(int(STAMP) + 601)

REFUSED: dict[str, tuple[Sent, int, str]] = POST.badly_sealed(text_message("abc"), OTHER_APP) | {
    "no MsgType": (sealed(message("")), 400, "no_msg_type"),
    "empty MsgType": (sealed(message(cdata(MsgType=""))), 400, "no_msg_type"),
    "event without Event": (sealed(message(cdata(MsgType="event"))), 400, "no_event"),
    "MsgType that is a structure": (sealed(message("<MsgType><a/></MsgType>")), 400, "no_msg_type"),
    "MsgID that is no number": (
        sealed(event("TEMPLATESENDJOBFINISH", "<MsgID>" + "9" * 5000 + "</MsgID>")),
        400,
        "number",
    ),
    "one byte too many": ((GOOD[0], b"x" * (MAX_BODY_BYTES + 1)), 413, "too_large"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_bad_input_is_refused_with_one_line_and_never_reaches_the_house(
    name: str, safe: TestClient[Any, Any], house: House
) -> None:
    sent, status, reason = REFUSED[name]
    with capture_logs() as logs:
        answered, body = await push(safe, sent)
    assert answered == status
    assert [(line["action"], line["reason"]) for line in logs] == [("wechat.refused", reason)]
    assert "Traceback" not in body.decode()
    assert len(body.decode().splitlines()) == 1
    assert house.asked == []


async def test_a_large_body_without_a_length_is_refused_while_it_is_read(
    safe: TestClient[Any, Any], house: House
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(80):
            yield b"x" * 65536

    async with safe.post(PATH, params=GOOD[0], data=endless()) as response:
        assert response.status == 413
    assert house.asked == []


async def test_a_compressed_body_is_refused(safe: TestClient[Any, Any]) -> None:
    headers = {"Content-Encoding": "gzip"}
    async with safe.post(PATH, params=GOOD[0], data=b"x", headers=headers) as response:
        assert response.status == 415


@pytest.mark.parametrize("seconds", [-600, 600])
async def test_a_clock_that_is_ten_minutes_apart_is_borne(seconds: int, safe: TestClient[Any, Any]) -> None:
    status, _ = await push(safe, sealed(text_message("查等级"), timestamp=str(int(STAMP) + seconds)))
    assert status == 200


# -- verification of the address -----------------------------------------------


def verification(echo: str, **changes: str) -> Query:
    query = {"signature": CODEC.signature(STAMP, "n"), "timestamp": STAMP, "nonce": "n", "echostr": echo}
    return query | changes


async def test_the_address_is_verified_by_the_echo_as_it_came(safe: TestClient[Any, Any]) -> None:
    echo = "a+b/c= 天"
    async with safe.get(PATH, params=verification(echo)) as response:
        assert (response.status, await response.text()) == (200, echo)
        assert response.content_type == "text/plain"


@pytest.mark.parametrize(
    "query",
    [
        {},
        verification("1", signature="0" * 40),
        verification("1", nonce="m"),
        verification("1", timestamp=SECONDS_AGO_601, signature=CODEC.signature(SECONDS_AGO_601, "n")),
        verification("1", timestamp=SECONDS_AHEAD_601, signature=CODEC.signature(SECONDS_AHEAD_601, "n")),
    ],
)
async def test_a_wrong_verification_is_refused(query: Query, safe: TestClient[Any, Any]) -> None:
    async with safe.get(PATH, params=query) as response:
        assert response.status == 403


# -- anything at all -----------------------------------------------------------

QUERIES = st.fixed_dictionaries(
    {},
    optional={
        name: st.text(max_size=20) | st.just(GOOD[0][name])
        for name in ("timestamp", "nonce", "msg_signature")
    },
)
XML_PIECES = st.sampled_from(
    "<xml> </xml> <MsgType> </MsgType> event text <![CDATA[ ]]> <FromUserName>o</FromUserName> <Event> "  # noqa: SIM905
    "</Event> subscribe <Content/> &amp; &x; \x00 天 <a> <MsgId> </MsgId>".split(" ")
)
BODIES = st.binary(max_size=300) | st.lists(XML_PIECES, max_size=25).map(
    lambda parts: "".join(parts).encode()
)
SUPPRESSED = [HealthCheck.function_scoped_fixture]


@settings(deadline=None, suppress_health_check=SUPPRESSED, max_examples=150)
@given(query=QUERIES, body=BODIES)
async def test_whatever_a_stranger_posts_is_refused(
    query: Query, body: bytes, safe: TestClient[Any, Any]
) -> None:
    status, _ = await push(safe, (query, body))
    assert 400 <= status < 500


@settings(deadline=None, suppress_health_check=SUPPRESSED, max_examples=150)
@given(body=BODIES)
async def test_whatever_is_sealed_is_answered_or_refused(body: bytes, safe: TestClient[Any, Any]) -> None:
    status, _ = await push(safe, POST.ciphered(POST.padded(body, right)))
    assert status == 200 or 400 <= status < 500


@settings(deadline=None)
@given(
    fields=st.dictionaries(st.sampled_from(["MsgType", "Event", "EventKey", "Content", "MsgID"]), st.text())
)
def test_whatever_the_fields_hold_a_message_is_parsed_or_refused(fields: dict[str, str]) -> None:
    body = message("".join(f"<{name}>{_escaped(value)}</{name}>" for name, value in fields.items()))
    try:
        pushed = parse_push(body, account=APP, received_at=NOW)
    except Refusal:
        return
    assert isinstance(pushed, Push)


def _escaped(text: str) -> str:
    return clean_text(text).replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")
