"""The local WeCom against an independent peer: pushes, replies and the life of a card."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from bot.simulator import FaultKind, NotPossibleError
from bot.simulator.cipher import EnvelopeCipher, sign
from bot.simulator.letters import Letter
from bot.simulator.people import Side
from bot.simulator.wecom import letters
from bot.simulator.wecom.members import Member
from bot.simulator.wire import Verdict
from bot.simulator.xmltree import write
from tests.driver import CORP
from tests.peer_app import CASE, CHOICES, NOTICE_CARD, VOTE, Office, Pushed, office_of, raw, saying

APP = CORP.apps[0]
AGREED = "<Button><ReplaceName>已同意</ReplaceName></Button>"
NEW_FACE = (
    "<TemplateCard><CardType>text_notice</CardType><Source><Desc>信使</Desc><DescColor>3</DescColor></Source>"
    "<MainTitle><Title>异议 YY20260001</Title><Desc>陈静已同意</Desc></MainTitle>"
    "<HorizontalContentList><KeyName>结果</KeyName><Value>同意</Value></HorizontalContentList>"
    "<HorizontalContentList><KeyName>时间</KeyName><Value>11月20日</Value></HorizontalContentList>"
    "<CardAction><Type>1</Type><Url>https://example.com/</Url></CardAction></TemplateCard>"
)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """A corp whose app answers, with Chen's phone."""
    async with office_of() as opened:
        yield opened


def renaming(office: Office) -> None:
    office.peer.behaviour = saying(lambda p: p.reply("update_button", AGREED))


def verdicts(office: Office) -> list[str]:
    return [each.verdict for each in office.story.simulator.platform.wire.pushes("wecom")[-1].attempts]


# pushes


async def test_a_message_is_always_sealed_and_answered(office: Office) -> None:
    assert await office.chen.says("待办") == "你说：待办"
    pushed = office.peer.received[-1]
    assert b"<Content>" not in pushed.body
    assert b"<AgentID><![CDATA[1000001]]></AgentID>" in pushed.body
    assert set(pushed.query) == {"msg_signature", "timestamp", "nonce"}
    assert (pushed.message["FromUserName"], pushed.message["AgentID"]) == ("chen", "1000001")


async def test_messages_have_ascending_ids_and_events_none(office: Office) -> None:
    await office.chen.enters()
    await office.chen.says("一")
    await office.chen.says("二")
    entered, first, second = (pushed.message for pushed in office.peer.received)
    assert (entered["Event"], entered["EventKey"]) == ("enter_agent", None)
    assert "MsgId" not in entered
    assert int(first["MsgId"]) < int(second["MsgId"])


async def test_the_console_wants_the_echo_decrypted(office: Office) -> None:
    wecom = office.story.simulator.wecom
    assert await wecom.pusher.verify_callback(wecom.app) == ""
    wecom.app.callback_url += "/nowhere"
    assert "404" in await wecom.pusher.verify_callback(wecom.app)


def other_corp(pushed: Pushed) -> str:
    """A reply sealed for another corp, with a right signature."""
    query = pushed.query
    sealed = EnvelopeCipher(APP.encoding_aes_key, "ww-another").seal(pushed.text("好").encode())
    signature = sign(APP.token, query["timestamp"], query["nonce"], sealed)
    return write(
        (
            ("Encrypt", sealed),
            ("MsgSignature", signature),
            ("TimeStamp", int(query["timestamp"])),
            ("Nonce", query["nonce"]),
        )
    )


@pytest.mark.parametrize(
    ("reason", "make"),
    [
        ("不以 < 开头", lambda p: "success"),
        ("不以 < 开头", lambda p: '{"errcode":0}'),
        ("Encrypt", lambda p: p.text("明文")),
        ("MsgSignature 不符", lambda p: p.envelope(p.text("好")).replace(p.query["nonce"], "1")),
        ("AppID 不符", other_corp),
        ("Content 为空", lambda p: p.envelope(p.text(""))),
        ("ToUserName", lambda p: p.envelope(p.text("好", ToUserName="liu"))),
        ("FromUserName", lambda p: p.envelope(p.text("好", FromUserName="ww-another"))),
        ("CreateTime", lambda p: p.envelope(p.text("好", CreateTime="今天"))),
        ("「music」不能回复", lambda p: p.envelope(p.text("好", MsgType="music"))),
        ("「update_button」", lambda p: p.envelope(p.reply("update_button", AGREED))),
    ],
)
async def test_a_malformed_reply_is_shown_to_nobody_and_not_repeated(
    office: Office, reason: str, make: Callable[[Pushed], str]
) -> None:
    office.peer.behaviour = raw(make)
    assert await office.chen.says("待办", late=0) == ""
    assert office.chen.sees[-1].side is Side.PERSON
    attempts = office.story.simulator.platform.wire.pushes("wecom")[-1].attempts
    assert [attempt.verdict for attempt in attempts] == [Verdict.MALFORMED]
    assert reason in attempts[0].reason


async def test_an_empty_body_is_silence(office: Office) -> None:
    office.peer.behaviour = raw(lambda p: "")
    assert await office.chen.says("待办", late=0) == ""
    assert verdicts(office) == [Verdict.SILENT]


async def test_a_userid_is_compared_without_regard_to_case(office: Office) -> None:
    office.peer.behaviour = saying(lambda p: p.text("好", ToUserName="CHEN"))
    assert await office.chen.says("待办") == "好"


async def test_a_silent_app_is_cut_and_pushed_again_with_the_same_body(office: Office) -> None:
    office.is_impatient()
    answer = office.peer.behaviour

    async def sleeping(pushed: Pushed):  # type: ignore[no-untyped-def]
        await asyncio.sleep(0.5)
        return await answer(pushed)

    office.peer.behaviour = sleeping
    assert await office.chen.says("待办", late=0) == ""
    pushes = office.peer.received[-3:]
    assert len({push.body for push in pushes}) == 1
    assert len({push.message["MsgId"] for push in pushes}) == 1
    assert verdicts(office) == [Verdict.CUT] * 3


async def test_another_status_than_200_and_a_lost_reply_are_pushed_again(office: Office) -> None:
    office.peer.behaviour = raw(lambda p: "busy", status=503)
    await office.chen.says("一", late=0)
    assert verdicts(office) == [Verdict.FAILED] * 3
    office.peer.behaviour = saying(lambda p: p.text("好"))
    office.story.simulator.wecom.corp.faults.arm(FaultKind.LOST_REPLY)
    assert await office.chen.says("二") == "好"
    assert verdicts(office) == [Verdict.LOST, Verdict.ANSWERED]


async def test_a_reply_beyond_2048_bytes_is_cut(office: Office) -> None:
    office.peer.behaviour = saying(lambda p: p.text("字" * 700))
    assert await office.chen.says("待办") == "字" * 682


async def test_every_kind_of_message_can_be_sent(office: Office) -> None:
    wecom = office.story.simulator.wecom
    await office.chen.sends_image(late=0)
    await office.chen.sends_voice("没人听见", late=0)
    await wecom.send_location("chen", 38.49, 106.23, "文化街")
    image, voice, place = (pushed.message for pushed in office.peer.received)
    assert image["PicUrl"].endswith(image["MediaId"])
    assert "Recognition" not in voice
    assert (place["Location_X"], place["AppType"]) == ("38.49", "wxwork")
    async with office.http.get(image["PicUrl"]) as response:
        assert response.content_type == "image/png"


RARE: list[Letter] = [
    letters.subscribe(),
    letters.click("DUTY"),
    letters.view("https://example.com/"),
    letters.report_location(38.4, 106.2, 30.0),
    letters.link("题", "述", "https://example.com/"),
    letters.batch_job("job1", "sync_user"),
    letters.unknown_event("low_active_alert", ("Anything", "x")),
    letters.unknown("file", ("Title", "a.pdf")),
]


@pytest.mark.parametrize("letter", RARE, ids=lambda letter: letter.title)
async def test_rare_pushes_arrive_as_documented(office: Office, letter: Letter) -> None:
    await office.story.simulator.wecom.send_raw("chen", letter)
    message = office.peer.received[-1].message
    assert message["AgentID"] == "1000001"
    assert [tag for tag, _ in letter.fields] == [tag for tag in message if tag in dict(letter.fields)]


async def test_changes_of_the_address_book_are_told(office: Office) -> None:
    wecom = office.story.simulator.wecom
    await wecom.hire(Member("zhao", "赵敏", "经办", (3,)))
    hired = office.peer.received[-1].message
    assert (hired["FromUserName"], hired["Event"], hired["ChangeType"]) == (
        "sys",
        "change_contact",
        "create_user",
    )
    assert (hired["UserID"], hired["Department"]) == ("zhao", "3")
    await wecom.dismiss("zhao")
    assert office.peer.received[-1].message["ChangeType"] == "delete_user"
    with pytest.raises(NotPossibleError, match="没有这个成员"):
        await wecom.say("zhao", "在吗")


async def test_who_is_disabled_or_out_of_sight_has_no_app(office: Office) -> None:
    wecom = office.story.simulator.wecom
    await wecom.set_enabled("chen", False)
    with pytest.raises(NotPossibleError, match="禁用"):
        await office.chen.says("待办")
    await wecom.set_enabled("chen", True)
    await wecom.set_visible("chen", False)
    assert office.peer.received[-1].message["Event"] == "unsubscribe"
    with pytest.raises(NotPossibleError, match="可见范围"):
        await office.chen.says("待办")


# cards


async def test_a_card_is_read_and_pressed_and_renames_its_button(office: Office) -> None:
    sent = await office.sends(CASE)
    card = office.chen.cards[-1]
    assert (card.title, card.buttons) == ("异议 YY20260001", ("同意", "驳回"))
    assert "平鲁晋北商贸有限公司" in office.chen.last
    renaming(office)
    assert "〔已同意〕" in await office.chen.presses("同意", select="材料不全")
    pressed = office.peer.received[-1].message
    assert (pressed["EventKey"], pressed["TaskId"]) == ("agree", "YY20260001@1")
    assert pressed["SelectedItems"]["SelectedItem"]["OptionIds"]["OptionId"] == "r1"
    assert pressed["ResponseCode"] != sent["response_code"]
    assert (card.buttons, card.label) == ((), "已同意")


async def test_what_is_not_chosen_anew_is_sent_as_it_stands(office: Office) -> None:
    await office.sends(CASE)
    await office.chen.presses("驳回", late=0)
    item = office.peer.received[-1].message["SelectedItems"]["SelectedItem"]
    assert (item["QuestionKey"], item["OptionIds"]["OptionId"]) == ("reason", "r2")


async def test_a_pressed_button_is_frozen_until_an_update_comes(office: Office) -> None:
    await office.sends(CASE)
    assert await office.chen.presses("同意", late=0) == ""
    assert (office.chen.cards[-1].pressed, office.chen.cards[-1].buttons) == ("同意", ())
    with pytest.raises(NotPossibleError, match="正在等待处理"):
        await office.chen.presses("驳回", card="YY20260001")
    code = office.peer.received[-1].message["ResponseCode"]
    assert (await office.updates(code, button={"replace_name": "已同意"}))["errcode"] == 0
    assert office.chen.cards[-1].pressed == ""
    assert "〔已同意〕" in office.chen.last


async def test_a_late_update_is_read_as_the_new_face(office: Office) -> None:
    await office.sends(CASE)
    simulator = office.story.simulator

    async def update(code: str) -> None:
        await office.updates(code, button={"replace_name": "已驳回"})

    def later(pushed: Pushed) -> str:
        simulator.later(update(pushed.message["ResponseCode"]), "late update")
        return ""

    office.peer.behaviour = raw(later)
    assert "〔已驳回〕" in await office.chen.presses("驳回")


async def test_a_passive_card_takes_the_place_of_the_pressed_one_for_who_pressed_only(office: Office) -> None:
    await office.sends(CASE, touser="chen|liu")
    liu = office.story.desk("liu")
    office.peer.behaviour = saying(lambda p: p.reply("update_template_card", NEW_FACE))
    assert "陈静已同意" in await office.chen.presses("同意")
    assert office.chen.cards[-1].content["source"]["desc_color"] == 3
    assert [row["keyname"] for row in office.chen.cards[-1].content["horizontal_content_list"]] == [
        "结果",
        "时间",
    ]
    assert liu.cards[-1].buttons == ("同意", "驳回")


@pytest.mark.parametrize(
    ("reason", "inner"),
    [
        ("缺少 TemplateCard", ""),
        ("没有元素 Cardtype", "<TemplateCard><Cardtype>text_notice</Cardtype></TemplateCard>"),
        ("重复了 CardType", "<TemplateCard><CardType>a</CardType><CardType>b</CardType></TemplateCard>"),
        ("DescColor 的值", NEW_FACE.replace("<DescColor>3", "<DescColor>绿")),
        ("42045", NEW_FACE.replace("<Type>1</Type>", "<Type>0</Type>")),
        ("42027", NEW_FACE.replace("<KeyName>结果</KeyName>", "")),
    ],
)
async def test_a_malformed_card_in_a_reply_changes_nothing(office: Office, reason: str, inner: str) -> None:
    await office.sends(CASE)
    office.peer.behaviour = saying(lambda p: p.reply("update_template_card", inner))
    assert await office.chen.presses("同意", late=0) == ""
    attempt = office.story.simulator.platform.wire.pushes("wecom")[-1].attempts[-1]
    assert attempt.verdict == Verdict.MALFORMED
    assert reason in attempt.reason
    assert office.chen.cards[-1].pressed == "同意"


async def test_a_press_is_answered_by_an_update_or_not_at_all(office: Office) -> None:
    await office.sends(CASE)
    office.peer.behaviour = saying(lambda p: p.text("好"))
    assert await office.chen.presses("同意", late=0) == ""
    assert verdicts(office) == [Verdict.MALFORMED]


async def test_the_corner_menu_sends_its_own_event_and_freezes_nothing(office: Office) -> None:
    await office.sends(CASE)
    card = office.chen.cards[-1]
    await office.story.simulator.wecom.press_menu("chen", card.number, "转办")
    message = office.peer.received[-1].message
    assert (message["Event"], message["EventKey"]) == ("template_card_menu_event", "transfer")
    assert "SelectedItems" not in message
    assert card.buttons == ("同意", "驳回")


async def test_several_answers_and_several_questions_are_told_apart(office: Office) -> None:
    await office.sends(VOTE)
    with pytest.raises(NotPossibleError, match="先选择"):
        await office.chen.presses("提交")
    await office.chen.presses("提交", select=["周一", "周二"], late=0)
    item = office.peer.received[-1].message["SelectedItems"]["SelectedItem"]
    assert item["OptionIds"]["OptionId"] == ["d1", "d2"]
    await office.sends(CHOICES)
    await office.chen.presses("转办", select={"部门": "市场监管局"}, late=0)
    items = office.peer.received[-1].message["SelectedItems"]["SelectedItem"]
    assert [each["OptionIds"]["OptionId"] for each in items] == ["3", "n"]


async def test_a_disabled_question_is_not_asked_any_more(office: Office) -> None:
    sent = await office.sends(VOTE)
    face = {name: part for name, part in VOTE.items() if name != "task_id"}
    face |= {"checkbox": VOTE["checkbox"] | {"disable": True}, "replace_text": "已提交"}
    assert (await office.updates(sent["response_code"], template_card=face))["errcode"] == 0
    assert (office.chen.cards[-1].label, office.chen.cards[-1].buttons) == ("已提交", ())


async def test_a_code_works_once_and_for_72_hours(office: Office) -> None:
    code = (await office.sends(CASE))["response_code"]
    change = {"button": {"replace_name": "已转办"}}
    assert (await office.updates(code, **change))["errcode"] == 0
    assert (await office.updates(code, **change))["errcode"] == 42022
    second = (await office.sends(CASE | {"task_id": "second"}))["response_code"]
    third = (await office.sends(CASE | {"task_id": "third"}))["response_code"]
    office.story.passes(hours=71, minutes=59)
    office.token = ""
    assert (await office.updates(second, **change))["errcode"] == 0
    office.story.passes(minutes=1)
    assert (await office.updates(third, **change))["errcode"] == 42022
    assert (await office.updates("never-issued", **change))["errcode"] == 40058


async def test_every_press_brings_a_fresh_code(office: Office) -> None:
    await office.sends(CASE, touser="chen|liu")
    await office.chen.presses("同意", late=0)
    await office.story.desk("liu").presses("驳回", late=0)
    first, second = (pushed.message["ResponseCode"] for pushed in office.peer.received)
    assert first != second
    assert (await office.updates(first, "chen", "liu", template_card=NOTICE_CARD))["errcode"] == 0
    assert (await office.updates(second, "liu", template_card=NOTICE_CARD))["errcode"] == 0


async def test_who_has_not_the_card_is_invalid_in_an_update(office: Office) -> None:
    code = (await office.sends(CASE))["response_code"]
    answer = await office.updates(code, "chen", "Liu", "nobody", button={"replace_name": "好"})
    assert (answer["errcode"], answer["invaliduser"]) == (0, ["liu", "nobody"])


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (40058, {}),
        (40058, {"button": {"replace_name": "好"}, "template_card": NOTICE_CARD}),
        (40063, {"button": {}}),
        (42014, {"template_card": CASE}),
        (42031, {"template_card": {"card_type": "poster"}}),
    ],
)
async def test_a_wrong_update_is_refused_and_the_code_lives(office: Office, code: int, change: dict) -> None:  # type: ignore[type-arg]
    response_code = (await office.sends(CASE))["response_code"]
    assert (await office.updates(response_code, **change))["errcode"] == code
    assert (await office.updates(response_code, button={"replace_name": "好"}))["errcode"] == 0


async def test_a_repeated_press_carries_the_same_code(office: Office) -> None:
    await office.sends(CASE)
    renaming(office)
    office.story.simulator.wecom.corp.faults.arm(FaultKind.LOST_REPLY)
    assert "〔已同意〕" in await office.chen.presses("同意")
    first, second = office.peer.received
    assert first.message == second.message


async def test_a_button_with_an_address_opens_a_page_and_sends_nothing(office: Office) -> None:
    link = {"type": 1, "text": "看案卷", "url": "https://example.com/"}
    await office.sends(CASE | {"button_list": [link]})
    assert await office.chen.presses("看案卷") == ""
    assert office.peer.received == []
    assert office.chen.cards[-1].buttons == ("看案卷",)
