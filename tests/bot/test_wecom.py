"""WeCom's callback: what staff send and press, what goes back, what is refused. Through real HTTP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.channels.callback import MAX_BODY_BYTES
from bot.channels.codec import Codec
from bot.channels.reading import Push
from bot.channels.wecom import (
    MAX_TEXT_BYTES,
    SYSTEM_SENDER,
    PressedButton,
    WeComCallback,
    parse_push,
    render_reply,
)
from bot.channels.wecom_card_parts import (
    Button,
    CheckBox,
    Fact,
    FactKind,
    Jump,
    Menu,
    Option,
    Question,
    Quote,
    Source,
    Submit,
)
from bot.channels.wecom_cards import ButtonCard, MultipleCard, TextNotice, VoteCard
from bot.channels.wire import Refusal, clean_text, fields_of, read_xml
from bot.clock import FixedClock
from domain.errors import Unavailable
from domain.model.card import read_press
from domain.model.person import Channel
from handlers.turn import Inbound, InboundKind
from tests.sealed import House, Post, Query, Sent, cdata, right

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
CORP, USERID = "ww6a112864f8022910", "WangFang"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CODEC = Codec("pamtest", KEY, CORP)
OTHER_CORP = Codec("pamtest", KEY, "ww0000000000000000")
POST = Post(CODEC, CORP, CORP, STAMP)
PATH = "/wecom/callback"
VECTORS = {
    vector["id"]: vector
    for vector in json.loads(
        (Path(__file__).parent.parent / "data" / "crypto-vectors.json").read_text(encoding="utf-8")
    )
}


def message(rest: str, *, sender: str = USERID) -> bytes:
    common = cdata(ToUserName=CORP, FromUserName=sender) + "<CreateTime>1795136400</CreateTime>"
    return f"<xml>{common}{rest}<AgentID>1000002</AgentID></xml>".encode()


def text_message(content: str) -> bytes:
    return message(cdata(MsgType="text", Content=content) + "<MsgId>1234567890123456</MsgId>")


def event(name: str, rest: str = "", *, sender: str = USERID) -> bytes:
    return message(cdata(MsgType="event", Event=name) + rest, sender=sender)


def parsed(body: bytes) -> Inbound:
    return parse_push(body, account=CORP, received_at=NOW).inbound


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def client(house: House) -> AsyncIterator[TestClient[Any, Any]]:
    async with client_of(house, CODEC, CORP) as client:
        yield client


def client_of(house: House, codec: Codec, corp: str, now: datetime = NOW) -> TestClient[Any, Any]:
    app = web.Application()
    app.add_routes(WeComCallback(codec=codec, account=corp, turns=house, clock=FixedClock(now)).routes())
    return TestClient(TestServer(app))


async def push(client: TestClient[Any, Any], sent: Sent) -> tuple[int, bytes]:
    query, body = sent
    async with client.post(PATH, params=query, data=BytesIO(body)) as response:
        return response.status, await response.read()


# -- the published vectors -----------------------------------------------------


def app_of(vector: dict[str, Any], house: House) -> TestClient[Any, Any]:
    codec = Codec(vector["token"], vector["key"], vector["receiveid"])
    moment = datetime.fromtimestamp(int(vector["timestamp"]), UTC) + timedelta(seconds=3)
    return client_of(house, codec, vector["receiveid"], moment)


def query_of(vector: dict[str, Any]) -> Query:
    return {name: vector[name] for name in ("msg_signature", "timestamp", "nonce")}


@pytest.mark.parametrize("id", ["V7a", "V10"])
async def test_the_echo_comes_back_decrypted_as_plain_text(id: str) -> None:
    vector = VECTORS[id]
    async with (
        app_of(vector, House()) as client,
        client.get(PATH, params=query_of(vector) | {"echostr": vector["encrypt"]}) as response,
    ):
        assert (response.status, await response.read()) == (200, vector["msg"].encode())
        assert response.content_type == "text/plain"


@pytest.mark.parametrize("id,sender,text", [("V7b", "mycreate", "hello"), ("V9", "foobar", "x123")])
async def test_a_message_of_the_platform_is_read(id: str, sender: str, text: str) -> None:
    vector, house = VECTORS[id], House()
    body = f"<xml>{cdata(ToUserName=vector['receiveid'], Encrypt=vector['encrypt'])}</xml>".encode()
    async with app_of(vector, house) as client:
        status, _ = await push(client, (query_of(vector), body))
    (inbound,) = house.asked
    assert (status, inbound.sender, inbound.text) == (200, sender, text)
    assert (inbound.channel, inbound.account) == (Channel.WECOM, vector["receiveid"])


# -- verification of the address -----------------------------------------------


def verification(**changes: str) -> Query:
    encrypt = CODEC.encrypt("1616140317555161061", timestamp=STAMP, nonce="n").encrypt
    query = {
        "msg_signature": CODEC.signature(STAMP, "n", encrypt),
        "timestamp": STAMP,
        "nonce": "n",
        "echostr": encrypt,
    }
    return query | changes


@pytest.mark.parametrize(
    "query,status",
    [
        ({}, 403),
        (verification(msg_signature="0" * 40), 403),
        (verification(nonce="m"), 403),
        (verification(echostr=""), 403),
        (verification(echostr="4375120948345356249"), 403),
        (verification(timestamp=str(int(STAMP) - 601)), 403),
        (verification(timestamp=str(int(STAMP) + 601)), 403),
        (verification(echostr="!!!!", msg_signature=CODEC.signature(STAMP, "n", "!!!!")), 400),
    ],
)
async def test_a_wrong_verification_is_refused(
    query: Query, status: int, client: TestClient[Any, Any]
) -> None:
    async with client.get(PATH, params=query) as response:
        assert response.status == status


async def test_an_echo_that_is_no_text_is_refused(client: TestClient[Any, Any]) -> None:
    query, body = POST.ciphered(POST.padded(b"\xff\xfe", right))
    query["echostr"] = fields_of(read_xml(body))["Encrypt"]
    async with client.get(PATH, params=query) as response:
        assert response.status == 400


# -- what comes in -------------------------------------------------------------

MEDIA = cdata(MediaId="m1")
SCAN = "<ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>91140600MA0GRA0001</ScanResult></ScanCodeInfo>"
PLACE = "<Location_X>39.3</Location_X><Location_Y>112.4</Location_Y><Scale>16</Scale>"
PRESS = cdata(EventKey="同意 YY20260001 3", TaskId="t1", CardType="button_interaction", ResponseCode="RC")


def chosen(**questions: tuple[str, ...]) -> str:
    items = "".join(
        f"<SelectedItem>{cdata(QuestionKey=question)}<OptionIds>"
        + "".join(cdata(OptionId=option) for option in options)
        + "</OptionIds></SelectedItem>"
        for question, options in questions.items()
    )
    return f"<SelectedItems>{items}</SelectedItems>"


CARD_EXTRA = {
    "Event": "template_card_event",
    "TaskId": "t1",
    "CardType": "button_interaction",
    "ResponseCode": "RC",
}
KINDS: dict[str, tuple[bytes, dict[str, Any]]] = {
    "text": (text_message("待办"), {"kind": InboundKind.TEXT, "text": "待办", "extra": {}}),
    "image": (
        message(cdata(MsgType="image", PicUrl="http://wework/1") + MEDIA),
        {"kind": InboundKind.IMAGE, "media_id": "m1", "extra": {"PicUrl": "http://wework/1"}},
    ),
    "voice, which nobody recognises": (
        message(cdata(MsgType="voice", Format="amr") + MEDIA),
        {"kind": InboundKind.VOICE, "text": "", "media_id": "m1", "extra": {"Format": "amr"}},
    ),
    "video": (
        message(cdata(MsgType="video", ThumbMediaId="t1") + MEDIA),
        {"kind": InboundKind.VIDEO, "media_id": "m1", "extra": {"ThumbMediaId": "t1"}},
    ),
    "location": (
        message(cdata(MsgType="location", Label="平鲁区", AppType="wxwork") + PLACE),
        {
            "kind": InboundKind.LOCATION,
            "extra": {
                "Location_X": "39.3",
                "Location_Y": "112.4",
                "Scale": "16",
                "Label": "平鲁区",
                "AppType": "wxwork",
            },
        },
    ),
    "link": (
        message(
            cdata(MsgType="link", Title="标题", Description="说明", Url="https://a/b", PicUrl="https://p")
        ),
        {
            "kind": InboundKind.LINK,
            "extra": {"Title": "标题", "Description": "说明", "Url": "https://a/b", "PicUrl": "https://p"},
        },
    ),
    "a kind nobody knows": (
        message(cdata(MsgType="hologram")),
        {"kind": InboundKind.OTHER, "extra": {"MsgType": "hologram"}},
    ),
    "subscribe": (event("subscribe", cdata(EventKey="")), {"kind": InboundKind.FOLLOW, "scene": ""}),
    "unsubscribe": (event("unsubscribe"), {"kind": InboundKind.UNFOLLOW}),
    "enter_agent": (event("enter_agent", cdata(EventKey="")), {"kind": InboundKind.ENTER, "key": ""}),
    "click": (event("click", cdata(EventKey="TODO")), {"kind": InboundKind.CLICK, "key": "TODO"}),
    "view": (event("view", cdata(EventKey="https://a/b")), {"kind": InboundKind.VIEW, "key": "https://a/b"}),
    "scancode_waitmsg": (
        event("scancode_waitmsg", cdata(EventKey="SCAN") + SCAN),
        {
            "kind": InboundKind.CLICK,
            "key": "SCAN",
            "extra": {"ScanType": "qrcode", "ScanResult": "91140600MA0GRA0001"},
        },
    ),
    "scancode_push": (
        event("scancode_push", cdata(EventKey="SCAN") + SCAN),
        {
            "kind": InboundKind.OTHER,
            "key": "SCAN",
            "extra": {
                "Event": "scancode_push",
                "ScanType": "qrcode",
                "ScanResult": "91140600MA0GRA0001",
            },
        },
    ),
    "reported location": (
        event("LOCATION", "<Latitude>39.3</Latitude><Longitude>112.4</Longitude><Precision>5</Precision>"),
        {
            "kind": InboundKind.OTHER,
            "extra": {"Event": "LOCATION", "Latitude": "39.3", "Longitude": "112.4", "Precision": "5"},
        },
    ),
    "a picture from the menu": (
        event("pic_sysphoto", cdata(EventKey="P") + "<SendPicsInfo><Count>1</Count></SendPicsInfo>"),
        {"kind": InboundKind.OTHER},
    ),
    "a press without a choice": (
        event("template_card_event", PRESS),
        {"kind": InboundKind.CARD, "key": "同意 YY20260001 3", "extra": CARD_EXTRA},
    ),
    "a press with one choice": (
        event("template_card_event", PRESS + chosen(reason=("R1",))),
        {"kind": InboundKind.CARD, "extra": CARD_EXTRA | {"selected": '{"reason": ["R1"]}'}},
    ),
    "a press with several choices": (
        event("template_card_event", PRESS + chosen(reason=("R1", "R2"), term=("T3",))),
        {
            "kind": InboundKind.CARD,
            "extra": CARD_EXTRA | {"selected": '{"reason": ["R1", "R2"], "term": ["T3"]}'},
        },
    ),
    "a press with nothing chosen": (
        event("template_card_event", PRESS + "<SelectedItems></SelectedItems>"),
        {"kind": InboundKind.CARD, "extra": CARD_EXTRA},
    ),
    "an entry of a card's menu": (
        event("template_card_menu_event", PRESS),
        {"kind": InboundKind.CARD, "extra": CARD_EXTRA | {"Event": "template_card_menu_event"}},
    ),
    "a changed contact": (
        event(
            "change_contact", cdata(ChangeType="update_user", UserID="ZhangSan", NewUserID="zs"), sender="sys"
        ),
        {
            "kind": InboundKind.OTHER,
            "sender": SYSTEM_SENDER,
            "extra": {
                "MsgType": "event",
                "Event": "change_contact",
                "ChangeType": "update_user",
                "UserID": "ZhangSan",
                "NewUserID": "zs",
            },
        },
    ),
    "a finished batch job": (
        event(
            "batch_job_result",
            "<BatchJob><JobId>j1</JobId><JobType>sync_user</JobType><ErrCode>0</ErrCode><ErrMsg>ok</ErrMsg></BatchJob>",
            sender="sys",
        ),
        {
            "kind": InboundKind.OTHER,
            "extra": {
                "MsgType": "event",
                "Event": "batch_job_result",
                "JobId": "j1",
                "JobType": "sync_user",
                "ErrCode": "0",
                "ErrMsg": "ok",
            },
        },
    ),
    "an event nobody knows": (
        event("low_active_alert", "<Anything><Inside/></Anything>"),
        {"kind": InboundKind.OTHER, "extra": {"MsgType": "event", "Event": "low_active_alert"}},
    ),
}


@pytest.mark.parametrize("name", KINDS)
async def test_each_kind_of_push_reaches_the_house(
    name: str, client: TestClient[Any, Any], house: House
) -> None:
    body, expected = KINDS[name]
    status, _ = await push(client, POST.sealed(body))
    assert status == 200
    (inbound,) = house.asked
    assert {field: getattr(inbound, field) for field in expected} == expected
    assert (inbound.channel, inbound.account) == (Channel.WECOM, CORP)


def test_a_userid_is_the_same_in_any_case() -> None:
    assert parsed(text_message("待办")).sender == "wangfang"


def test_the_key_of_the_claim_is_the_decrypted_body() -> None:
    body = text_message("待办")
    assert parsed(body).dedupe_key == f"wecom:{CORP}:{hashlib.sha256(body).hexdigest()}"


def test_two_presses_in_the_same_second_are_two_messages() -> None:
    first = parsed(event("template_card_event", PRESS))
    second = parsed(event("template_card_event", PRESS.replace("YY20260001", "YY20260002")))
    assert first.dedupe_key != second.dedupe_key


def test_text_is_normalised_as_on_the_other_channel() -> None:
    inbound = parsed(text_message("　同意　ＹＹ２０２６０００１\u200b"))
    assert inbound.text == "同意 YY20260001"
    assert inbound.extra == {"raw": "　同意　ＹＹ２０２６０００１\u200b"}


# -- what goes out -------------------------------------------------------------


def reply_to(body: bytes) -> Element:
    return read_xml(POST.opened(body))


async def test_a_text_is_sealed_and_goes_back_to_whom_it_came_from(client: TestClient[Any, Any]) -> None:
    status, body = await push(client, POST.sealed(text_message("待办")))
    assert status == 200
    assert fields_of(reply_to(body)) == {
        "ToUserName": USERID,
        "FromUserName": CORP,
        "CreateTime": STAMP,
        "MsgType": "text",
        "Content": "收到：待办",
    }


@pytest.mark.parametrize("said", ["", " \n ", "\x00"])
@pytest.mark.parametrize("sent", [text_message("待办"), event("template_card_event", PRESS)])
async def test_silence_is_an_empty_200(
    said: str, sent: bytes, client: TestClient[Any, Any], house: House
) -> None:
    house.say = lambda _: said
    assert await push(client, POST.sealed(sent)) == (200, b"")


async def test_a_press_is_answered_by_the_button(client: TestClient[Any, Any], house: House) -> None:
    house.say = lambda _: PressedButton("已同意")
    _, body = await push(client, POST.sealed(event("template_card_event", PRESS)))
    root = reply_to(body)
    assert root.findtext("MsgType") == "update_button"
    assert root.findtext("Button/ReplaceName") == "已同意"


async def test_a_text_in_answer_to_a_press_becomes_the_buttons_name(
    client: TestClient[Any, Any], house: House
) -> None:
    house.say = lambda _: "本案已由李某于11月20日受理\n请查看"
    _, body = await push(client, POST.sealed(event("template_card_event", PRESS)))
    root = reply_to(body)
    assert root.findtext("MsgType") == "update_button"
    assert root.findtext("Button/ReplaceName") == "本案已由李某于11…"


async def test_an_entry_of_a_cards_menu_is_answered_by_a_text(
    client: TestClient[Any, Any], house: House
) -> None:
    house.say = lambda _: "已转给税务局"
    _, body = await push(client, POST.sealed(event("template_card_menu_event", PRESS)))
    assert fields_of(reply_to(body))["Content"] == "已转给税务局"


async def test_a_press_is_answered_by_another_card(client: TestClient[Any, Any], house: House) -> None:
    house.say = lambda _: TextNotice(
        title="异议 YY20260001", task_id="t1", subtitle="已由王芳受理", url="https://xinshi/1"
    )
    _, body = await push(client, POST.sealed(event("template_card_event", PRESS)))
    card = reply_to(body).find("TemplateCard")
    assert reply_to(body).findtext("MsgType") == "update_template_card"
    assert card is not None
    assert fields_of(card) == {"CardType": "text_notice", "SubTitleText": "已由王芳受理"}
    assert card.findtext("MainTitle/Title") == "异议 YY20260001"
    assert card.findtext("CardAction/Url") == "https://xinshi/1"
    assert card.find("TaskId") is None


OPTIONS = (Option("a", "事实不清"), Option("b", "证据不足"))


def outline(element: Element) -> list[Any]:
    """The names of an element's children, each with its own."""
    return [[child.tag, outline(child)] if len(child) else child.tag for child in element]


def rendered(card: Any) -> Element:
    xml = render_reply(card, userid=USERID, corp_id=CORP, at=NOW, pressed=True)
    found = read_xml(xml.encode()).find("TemplateCard")
    assert found is not None
    return found


def test_lists_are_sibling_elements_and_names_are_written_as_the_platform_writes_them() -> None:
    card = ButtonCard(
        title="异议",
        desc="甲公司",
        task_id="t",
        source=Source("信用办", "https://icon"),
        menu=Menu("更多", (("转办", "m1"), ("暂缓", "m2"))),
        quote=Quote("原文", "标题", "https://q"),
        facts=(
            Fact("企业", "甲"),
            Fact("附件", "a.pdf", FactKind.FILE, "m"),
            Fact("经办", "王", FactKind.MEMBER, "w"),
        ),
        question=Question("reason", "理由", OPTIONS, "a", disabled=True),
        buttons=(Button("同意", "k1"), Button("驳回", "k2", style=3)),
        url="https://c",
    )
    option = ["OptionList", ["Id", "Text"]]
    assert outline(rendered(card)) == [
        "CardType",
        ["Source", ["Desc", "IconUrl", "DescColor"]],
        ["MainTitle", ["Title", "Desc"]],
        ["ActionMenu", ["Desc", ["ActionList", ["Text", "Key"]], ["ActionList", ["Text", "Key"]]]],
        ["QuoteArea", ["Type", "Url", "Title", "QuoteText"]],
        ["HorizontalContentList", ["Type", "KeyName", "Value"]],
        ["HorizontalContentList", ["Type", "KeyName", "Value", "MediaId"]],
        ["HorizontalContentList", ["Type", "KeyName", "Value", "UserId"]],
        ["CardAction", ["Type", "Url"]],
        ["ButtonSelection", ["QuestionKey", "Title", option, option, "SelectedId", "Disable"]],
        ["ButtonList", ["Type", "Text", "Style", "Key"]],
        ["ButtonList", ["Type", "Text", "Style", "Key"]],
    ]


def test_the_other_kinds_of_card_are_written_the_same_way() -> None:
    submit = Submit("提交", "k")
    vote = VoteCard(
        title="措施",
        task_id="t",
        checkbox=CheckBox("m", OPTIONS, frozenset("a"), many=True, disabled=True),
        submit=submit,
        closing="已提交",
    )
    option = ["OptionList", ["Id", "Text", "IsChecked"]]
    assert outline(rendered(vote)) == [
        "CardType",
        ["MainTitle", ["Title"]],
        ["CheckBox", ["QuestionKey", "Mode", option, option, "Disable"]],
        ["SubmitButton", ["Text", "Key"]],
        "ReplaceText",
    ]
    assert [each.text for each in rendered(vote).iter("IsChecked")] == ["true", "false"]
    multiple = MultipleCard(
        title="措施", task_id="t", questions=(Question("q", "问", OPTIONS[:1]),), submit=submit
    )
    assert outline(rendered(multiple))[2] == [
        "SelectList",
        ["QuestionKey", "Title", ["OptionList", ["Id", "Text"]]],
    ]
    notice = TextNotice(
        title="通知", emphasis=("3", "个工作日"), jumps=(Jump("详情", "https://j"),), url="https://u"
    )
    assert outline(rendered(notice))[-2:] == [
        ["EmphasisContent", ["Title", "Desc"]],
        ["JumpList", ["Type", "Title", "Url"]],
    ]


def test_a_card_the_platform_would_refuse_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="按钮应为 1 到 6 个"):
        rendered(ButtonCard(title="异议", task_id="t", buttons=()))


def reply_of(text: str) -> str:
    return render_reply(text, userid=USERID, corp_id=CORP, at=NOW)


def test_a_quoted_end_of_cdata_cannot_add_elements() -> None:
    text = "]]></Content><MsgType><![CDATA[news]]></MsgType><Content><![CDATA["
    fields = fields_of(read_xml(reply_of(text).encode()))
    assert (fields["Content"], fields["MsgType"]) == (text, "text")


@settings(deadline=None)
@given(st.text(max_size=300) | st.text("]>[<!&;\x00\r\n ", max_size=60))
def test_any_text_survives_the_way_out(text: str) -> None:
    xml = reply_of(text)
    if xml:
        assert fields_of(read_xml(xml.encode()))["Content"] == clean_text(text)
    else:
        assert not clean_text(text).strip()


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_words_survive_on_a_card(title: str, value: str) -> None:
    card = TextNotice(title="x" + title, facts=(Fact("n", value),), url="https://u")
    assert rendered(card).findtext("HorizontalContentList/KeyName") == "n"


def test_a_reply_that_nobody_paged_is_a_programming_error() -> None:
    assert reply_of("信" * (MAX_TEXT_BYTES // 3))
    with pytest.raises(ValueError, match="not paged"):
        reply_of("信" * (MAX_TEXT_BYTES // 3 + 1))


# -- when the house fails ------------------------------------------------------


async def test_an_unavailable_house_lets_the_platform_push_again(
    client: TestClient[Any, Any], house: House
) -> None:
    def gone(_: Inbound) -> str:
        raise Unavailable("database is read-only")

    house.say = gone
    status, _ = await push(client, POST.sealed(text_message("待办")))
    assert status == 503


async def test_any_other_failure_is_logged_and_answered_with_silence(
    client: TestClient[Any, Any], house: House
) -> None:
    house.say = lambda _: str(1 / 0)
    with capture_logs() as logs:
        assert await push(client, POST.sealed(text_message("待办"))) == (200, b"")
    assert [(line["action"], line["log_level"]) for line in logs] == [
        ("wecom.failed", "error"),
        ("wecom.push", "info"),
    ]


async def test_a_push_leaves_one_line_that_names_nobody(client: TestClient[Any, Any]) -> None:
    with capture_logs() as logs:
        await push(client, POST.sealed(text_message("我的手机13812345678")))
    (line,) = logs
    assert (line["action"], line["kind"], line["outcome"]) == ("wecom.push", "text", "answered")
    assert USERID.lower() not in str(line).lower()
    assert "13812345678" not in str(line)


# -- what is refused -----------------------------------------------------------

GOOD = POST.sealed(text_message("待办"))
REFUSED: dict[str, tuple[Sent, int, str]] = POST.badly_sealed(text_message("abc"), OTHER_CORP) | {
    "no MsgType": (POST.sealed(message("")), 400, "no_msg_type"),
    "empty MsgType": (POST.sealed(message(cdata(MsgType=""))), 400, "no_msg_type"),
    "event without Event": (POST.sealed(message(cdata(MsgType="event"))), 400, "no_event"),
    "AgentID that is no number": (
        POST.sealed(text_message("a").replace(b"1000002", b"many")),
        400,
        "number",
    ),
    "one byte too many": ((GOOD[0], b"x" * (MAX_BODY_BYTES + 1)), 413, "too_large"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_bad_input_is_refused_with_one_line_and_never_reaches_the_house(
    name: str, client: TestClient[Any, Any], house: House
) -> None:
    sent, status, reason = REFUSED[name]
    with capture_logs() as logs:
        answered, body = await push(client, sent)
    assert answered == status
    assert [(line["action"], line["reason"]) for line in logs] == [("wecom.refused", reason)]
    assert "Traceback" not in body.decode()
    assert house.asked == []


# -- anything at all -----------------------------------------------------------

QUERIES = st.fixed_dictionaries(
    {},
    optional={
        name: st.text(max_size=20) | st.just(GOOD[0][name])
        for name in ("timestamp", "nonce", "msg_signature")
    },
)
PIECES = (
    "<xml>",
    "</xml>",
    "<MsgType>event</MsgType>",
    "<FromUserName>o</FromUserName>",
    "<Event>template_card_event</Event>",
    "<SelectedItems>",
    "</SelectedItems>",
    "<SelectedItem>",
    "</SelectedItem>",
    "<QuestionKey/>",
    "<OptionIds><OptionId>a</OptionId></OptionIds>",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&x;",
    "\x00",
    "天",
    "<AgentID/>",
)
BODIES = st.binary(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=25).map(
    lambda parts: "".join(parts).encode()
)
SUPPRESSED = [HealthCheck.function_scoped_fixture]


@settings(deadline=None, suppress_health_check=SUPPRESSED, max_examples=150)
@given(query=QUERIES, body=BODIES)
async def test_whatever_a_stranger_posts_is_refused(
    query: Query, body: bytes, client: TestClient[Any, Any]
) -> None:
    status, _ = await push(client, (query, body))
    assert 400 <= status < 500


@settings(deadline=None, suppress_health_check=SUPPRESSED, max_examples=150)
@given(query=QUERIES, echo=st.text(max_size=40))
async def test_whatever_a_stranger_asks_is_refused(
    query: Query, echo: str, client: TestClient[Any, Any]
) -> None:
    async with client.get(PATH, params=query | {"echostr": echo}) as response:
        assert 400 <= response.status < 500


@settings(deadline=None, suppress_health_check=SUPPRESSED, max_examples=150)
@given(body=BODIES)
async def test_whatever_is_sealed_is_answered_or_refused(body: bytes, client: TestClient[Any, Any]) -> None:
    status, _ = await push(client, POST.ciphered(POST.padded(body, right)))
    assert status == 200 or 400 <= status < 500


NAMES = ["MsgType", "Event", "EventKey", "Content", "AgentID", "ScanCodeInfo", "BatchJob", "SelectedItems"]
EVENTS = st.sampled_from(["template_card_event", "batch_job_result", "scancode_waitmsg", "change_contact"])


@settings(deadline=None)
@given(fields=st.dictionaries(st.sampled_from(NAMES), st.text() | EVENTS | st.just("event")))
def test_whatever_the_fields_hold_a_message_is_parsed_or_refused(fields: dict[str, str]) -> None:
    inner = "".join(f"<{name}>{_escaped(value)}</{name}>" for name, value in fields.items())
    body = f"<xml>{cdata(FromUserName=USERID)}{inner}</xml>".encode()
    try:
        pushed = parse_push(body, account=CORP, received_at=NOW)
    except Refusal:
        return
    assert isinstance(pushed, Push)
    read_press(pushed.inbound.key)


def _escaped(text: str) -> str:
    return clean_text(text).replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")
