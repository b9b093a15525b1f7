"""The interfaces of the local WeCom: tokens, sending, limits, media, the address book."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import pytest

from bot.simulator import AppConfig, FaultKind, MemberConfig
from bot.simulator.errors import ApiError
from bot.simulator.wecom.media import LIMITS
from tests.driver import CORP, PICTURE
from tests.peer_app import CASE, CHOICES, NOTICE_CARD, VOTE, Office, office_of

OTHER = AppConfig(1000002, "另一应用", "other-secret")


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """A corp with two apps, of which the second has no callback."""
    async with office_of(apps=(CORP.apps[0], OTHER)) as opened:
        yield opened


# tokens


async def test_each_app_has_a_token_of_its_own(office: Office) -> None:
    first = (await office.fetch_token())["access_token"]
    assert (await office.fetch_token())["access_token"] == first
    second = (await office.fetch_token(OTHER))["access_token"]
    assert second != first
    assert (await office.writes())["errcode"] == 301002
    assert (await office.writes(agentid=1000002))["errcode"] == 0


async def test_a_token_may_differ_each_time_where_so_set() -> None:
    async with office_of(steady_token=False) as office:
        first = (await office.fetch_token())["access_token"]
        assert (await office.fetch_token())["access_token"] != first
        office.token = first
        assert (await office.writes())["errcode"] == 0


async def test_a_token_ends_after_two_hours_or_when_it_is_revoked(office: Office) -> None:
    await office.fetch_token()
    office.story.passes(seconds=7199)
    assert (await office.writes())["errcode"] == 0
    office.story.passes(seconds=1)
    assert (await office.writes())["errcode"] == 42001
    await office.fetch_token()
    office.story.simulator.wecom.corp.tokens.revoke(1000001)
    assert (await office.writes())["errcode"] == 40014


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        (40013, {"corpid": "ww-another"}),
        (40001, {"corpsecret": "wrong"}),
        (41002, {"corpid": ""}),
        (41004, {"corpsecret": ""}),
    ],
)
async def test_wrong_credentials_are_told_apart(office: Office, code: int, changes: dict[str, str]) -> None:
    assert (await office.fetch_token(**changes))["errcode"] == code


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("short", 40014), ("x" * 512, 40014)])
async def test_a_token_that_is_none_is_told(office: Office, token: str, code: int) -> None:
    async with office.http.get(f"{office.base}/user/get", params={"access_token": token}) as response:
        answer = await response.json()
    assert answer["errcode"] == code
    assert f"devtool/query?e={code}" in answer["errmsg"]


async def test_an_untrusted_address_gets_a_token_and_no_further() -> None:
    app = replace(CORP.apps[0], trusted_ips=frozenset({"10.0.0.1"}))
    async with office_of(apps=(app,)) as office:
        assert (await office.fetch_token())["errcode"] == 0
        answer = await office.writes()
        assert answer["errcode"] == 60020
        assert "from ip: 127.0.0.1" in answer["errmsg"]


async def test_the_wrong_method_is_told(office: Office) -> None:
    assert await office.code("message/send") == 43002
    assert await office.code("user/list", {}) == 43001


# to whom


MIXED = (
    MemberConfig("Chen", "陈静", departments=(2,)),
    MemberConfig("hidden", "影", visible=False, departments=(2,)),
    MemberConfig("gone", "去", enabled=False, departments=(2,)),
    MemberConfig("sun", "孙丽", departments=(3,)),
)


async def test_whom_a_message_does_not_reach_is_told_in_small_letters() -> None:
    async with office_of(members=MIXED) as office:
        answer = await office.writes(touser="CHEN|Hidden|gone|Nobody")
        assert (answer["errcode"], answer["invaliduser"]) == (0, "hidden|gone|nobody")
        assert office.chen.last == "好"


async def test_departments_and_everybody_are_reached() -> None:
    async with office_of(members=MIXED) as office:
        answer = await office.writes(touser="", toparty="2|9")
        assert (answer["errcode"], answer["invalidparty"]) == (0, "9")
        sun = office.story.desk("sun")
        assert (office.chen.last, sun.last) == ("好", "")
        await office.writes("都来", touser="@all")
        assert (office.chen.last, sun.last) == ("都来", "都来")


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        (82001, {"touser": ""}),
        (81013, {"touser": "nobody|nothing"}),
        (40032, {"touser": "|".join(f"u{n}" for n in range(1001))}),
        (40056, {"agentid": None}),
        (301002, {"agentid": 7}),
        (40008, {"msgtype": "fax"}),
        (40008, {"text": None}),
        (44004, {"text": {"content": " "}}),
    ],
)
async def test_what_cannot_be_sent_is_told(office: Office, code: int, changes: dict[str, Any]) -> None:
    assert (await office.writes(**changes))["errcode"] == code
    assert office.chen.sees == ()


async def test_an_agent_id_in_quotes_is_half_read(office: Office) -> None:
    answer = await office.writes(agentid="1000001")
    assert answer["errcode"] == 0
    assert answer["errmsg"].startswith("ok. Warning: wrong json format")


# what


async def test_a_long_text_is_cut_and_not_refused(office: Office) -> None:
    assert (await office.writes("字" * 700))["errcode"] == 0
    assert office.chen.last == "字" * 682
    assert office.chen.sees[-1].detail == {"cut_from": 2100}


async def test_a_long_markdown_is_refused(office: Office) -> None:
    def markdown(text: str) -> dict[str, Any]:
        return {"msgtype": "markdown", "markdown": {"content": text}}

    assert (await office.writes(**markdown("**好**")))["errcode"] == 0
    assert (await office.writes(**markdown("字" * 683)))["errcode"] == 45002


async def test_a_textcard_is_cut_to_its_limits(office: Office) -> None:
    card = {
        "title": "题" * 50,
        "description": "述" * 200,
        "url": "https://example.com/",
        "btntxt": "详情详情详",
    }
    assert (await office.writes(msgtype="textcard", textcard=card))["errcode"] == 0
    detail = office.chen.sees[-1].detail
    assert (len(detail["title"]), len(detail["description"]), detail["button"]) == (42, 170, "详情详情")


async def test_the_same_request_with_a_duplicate_check_is_sent_once(office: Office) -> None:
    first = await office.writes(enable_duplicate_check=1)
    assert await office.writes(enable_duplicate_check=1) == first
    assert len(office.chen.sees) == 1
    office.story.passes(minutes=30)
    await office.writes(enable_duplicate_check=1)
    assert len(office.chen.sees) == 2


async def test_the_31st_message_of_a_minute_vanishes_without_a_word(office: Office) -> None:
    for number in range(31):
        assert (await office.writes(str(number)))["errcode"] == 0
    assert office.chen.last == "29"
    assert (await office.writes(touser="liu"))["errcode"] == 0
    assert office.story.desk("liu").last == "好"
    office.story.passes(minutes=1)
    await office.writes("又来")
    assert office.chen.last == "又来"


async def test_the_1001st_message_of_an_hour_vanishes_without_a_word(office: Office) -> None:
    pace = office.story.simulator.wecom.corp.pace
    for number in range(1000):
        assert pace.reaches(1000001, "chen")
        if number % 30 == 29:
            office.story.passes(minutes=1)
    assert not pace.reaches(1000001, "chen")
    office.story.passes(minutes=60)
    assert pace.reaches(1000001, "chen")


async def test_too_many_calls_or_people_are_refused(office: Office) -> None:
    pace = office.story.simulator.wecom.corp.pace
    pace.per_minute["message/send"] = 2
    assert [(await office.writes())["errcode"] for _ in range(3)] == [0, 0, 45009]
    office.story.passes(minutes=1)
    pace.daily_limit = 3
    assert [(await office.writes())["errcode"] for _ in range(2)] == [0, 45009]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (FaultKind.BUSY, -1),
        (FaultKind.STALE_TOKEN, 40014),
        (FaultKind.EXPIRED_TOKEN, 42001),
        (FaultKind.QUOTA_USED, 45009),
        (FaultKind.TOO_MANY_AT_ONCE, 45033),
        (FaultKind.UNAUTHORISED, 48002),
        (FaultKind.NOT_TRUSTED, 60020),
    ],
)
async def test_an_ordered_fault_strikes_once(office: Office, kind: FaultKind, code: int) -> None:
    office.story.simulator.wecom.corp.faults.arm(kind, path="message/send")
    assert (await office.writes())["errcode"] == code
    assert (await office.writes())["errcode"] == 0


async def test_a_message_may_be_dropped_on_order_and_an_answer_lost(office: Office) -> None:
    faults = office.story.simulator.wecom.corp.faults
    faults.arm(FaultKind.SILENT_DROP)
    assert (await office.writes("丢"))["errcode"] == 0
    assert office.chen.sees == ()
    faults.arm(FaultKind.RESET_AFTER)
    with pytest.raises(aiohttp.ClientError):
        await office.writes("到")
    assert office.chen.last == "到"


async def test_faults_of_one_platform_leave_the_other_alone(office: Office) -> None:
    office.story.simulator.platform.faults.arm(FaultKind.BUSY, times=None)
    assert (await office.writes())["errcode"] == 0


# cards


def without(card: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: part for name, part in card.items() if name not in names}


def button(**changes: Any) -> dict[str, Any]:
    return CASE | {"button_list": [{"text": "好", "key": "k"} | changes]}


def rows(name: str, row: dict[str, Any], times: int) -> dict[str, Any]:
    return NOTICE_CARD | {name: [row] * times}


@pytest.mark.parametrize(
    ("code", "card"),
    [
        (42014, without(CASE, "task_id")),
        (42014, CASE | {"task_id": "有字"}),
        (42014, CASE | {"task_id": "x" * 129}),
        (42014, NOTICE_CARD | {"action_menu": CASE["action_menu"]}),
        (42031, CASE | {"card_type": "poster"}),
        (42033, CASE | {"main_title": {}}),
        (42033, without(NOTICE_CARD, "main_title")),
        (42045, without(NOTICE_CARD, "card_action")),
        (42045, NOTICE_CARD | {"card_action": {"type": 0}}),
        (42028, NOTICE_CARD | {"card_action": {"type": 1}}),
        (42030, NOTICE_CARD | {"card_action": {"type": 2}}),
        (42027, rows("horizontal_content_list", {"value": "值"}, 1)),
        (42028, rows("horizontal_content_list", {"keyname": "网址", "type": 1}, 1)),
        (42029, rows("horizontal_content_list", {"keyname": "文件", "type": 2}, 1)),
        (42050, rows("horizontal_content_list", {"keyname": "成员", "type": 3}, 1)),
        (42035, rows("horizontal_content_list", {"keyname": "名"}, 7)),
        (42036, rows("vertical_content_list", {"title": "题"}, 5)),
        (42042, rows("jump_list", {"title": "去"}, 4)),
        (42044, NOTICE_CARD | {"card_type": "news_notice"}),
        (42038, button(text="")),
        (42039, button(key="")),
        (42039, CASE | {"button_list": [{"text": "好", "key": "k"}] * 2}),
        (42028, button(type=1)),
        (40058, button(style=9)),
        (42038, without(CASE, "button_list") | {"replace_text": "灰"}),
        (42043, CASE | {"button_selection": {"option_list": [{"id": "1", "text": "一"}]}}),
        (42037, CASE | {"button_selection": {"question_key": "q", "option_list": []}}),
        (
            42040,
            CASE | {"button_selection": {"question_key": "q", "option_list": [{"id": "", "text": "一"}]}},
        ),
        (42041, CASE | {"button_selection": {"question_key": "q", "option_list": [{"id": "1"}]}}),
        (42051, CASE | {"action_menu": {"action_list": [{"text": "好", "key": "agree"}]}}),
        (42051, CASE | {"action_menu": {"action_list": []}}),
        (42043, without(VOTE, "checkbox")),
        (42049, without(VOTE, "submit_button")),
        (42046, VOTE | {"submit_button": {"text": "好"}}),
        (42047, CHOICES | {"select_list": []}),
        (42047, CHOICES | {"select_list": CHOICES["select_list"] * 2}),
    ],
)
async def test_a_card_that_breaks_a_rule_gets_its_code(
    office: Office, code: int, card: dict[str, Any]
) -> None:
    assert (await office.sends(card))["errcode"] == code
    assert office.chen.cards == ()


@pytest.mark.parametrize("card", [CASE, VOTE, CHOICES, NOTICE_CARD], ids=lambda card: card["card_type"])
async def test_a_right_card_is_taken_and_has_a_code_where_it_can_be_updated(
    office: Office, card: dict[str, Any]
) -> None:
    answer = await office.sends(card)
    assert answer["errcode"] == 0
    assert ("response_code" in answer) == (card is not NOTICE_CARD)


async def test_a_task_id_is_used_once_for_each_app(office: Office) -> None:
    assert (await office.sends(CASE))["errcode"] == 0
    assert (await office.sends(CASE))["errcode"] == 42014
    notice = NOTICE_CARD | {"task_id": CASE["task_id"]}
    await office.fetch_token(OTHER)
    assert (await office.sends(notice, agentid=1000002))["errcode"] == 0


async def test_a_task_id_may_be_used_again_where_so_set() -> None:
    async with office_of(task_ids_once=False) as office:
        assert [(await office.sends(CASE))["errcode"] for _ in range(2)] == [0, 0]


async def test_an_app_without_a_callback_sends_no_buttons(office: Office) -> None:
    await office.fetch_token(OTHER)
    assert (await office.sends(CASE, agentid=1000002))["errcode"] == 43012
    assert (await office.sends(NOTICE_CARD, agentid=1000002))["errcode"] == 0


async def test_a_card_is_updated_by_the_app_that_sent_it(office: Office) -> None:
    code = (await office.sends(CASE))["response_code"]
    await office.fetch_token(OTHER)
    answer = await office.updates(code, button={"replace_name": "好"}, agentid=1000002)
    assert answer["errcode"] == 42015


# media


async def upload(
    office: Office, kind: str, data: bytes, disposition: str = 'name="media"; filename="a.pdf"'
) -> Any:
    boundary = "x0x"
    body = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + data
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    await office.fetch_token()
    async with office.http.post(
        f"{office.base}/media/upload",
        params={"access_token": office.token, "type": kind},
        data=body + f"\r\n--{boundary}--\r\n".encode(),
        headers=headers,
    ) as response:
        return await response.json()


async def test_a_file_is_kept_three_days_for_every_app(office: Office) -> None:
    answer = await upload(office, "file", b"%PDF-1.7 x")
    assert isinstance(answer["created_at"], str)
    sent = await office.writes(msgtype="file", file={"media_id": answer["media_id"]})
    assert sent["errcode"] == 0
    assert office.chen.last == "［文件］a.pdf"
    await office.fetch_token(OTHER)
    assert await office.call("media/get", media_id=answer["media_id"]) == b"%PDF-1.7 x"
    office.story.passes(days=3)
    await office.fetch_token()
    assert await office.code("media/get", media_id=answer["media_id"]) == 40007


@pytest.mark.parametrize(
    ("code", "kind", "data", "disposition"),
    [
        (40004, "poem", b"123456", 'name="media"; filename="a.txt"'),
        (40006, "file", b"12345", 'name="media"; filename="a.txt"'),
        (40005, "image", b"GIF89a..", 'name="media"; filename="a.gif"'),
        (41005, "file", b"123456", "name=\"media\"; filename*=UTF-8''%E4%BF%A1.pdf"),
        (41005, "file", b"123456", 'name="other"; filename="a.txt"'),
    ],
)
async def test_what_cannot_be_uploaded_is_told(
    office: Office, code: int, kind: str, data: bytes, disposition: str
) -> None:
    assert (await upload(office, kind, data, disposition))["errcode"] == code


async def test_the_limits_are_those_of_wecom(office: Office) -> None:
    assert {kind: limit.size >> 20 for kind, limit in LIMITS.items()} == {
        "image": 10,
        "voice": 2,
        "video": 10,
        "file": 20,
    }
    assert (await upload(office, "image", PICTURE))["errcode"] == 0


# the address book


async def test_the_address_book_shows_whom_the_app_may_see() -> None:
    async with office_of(members=MIXED) as office:
        people = await office.call("user/simplelist", department_id="1", fetch_child="1")
        assert [each["userid"] for each in people["userlist"]] == ["Chen", "gone", "sun"]
        own = await office.call("user/list", department_id="3")
        assert [each["name"] for each in own["userlist"]] == ["孙丽"]
        assert not {"mobile", "email", "avatar", "gender"} & set(own["userlist"][0])
        assert (await office.call("user/get", userid="GONE"))["status"] == 2
        assert await office.code("user/get", userid="hidden") == 60011
        assert await office.code("user/get", userid="nobody") == 60111
        assert await office.code("user/list", department_id="9") == 60123


async def test_departments_are_listed_from_any_of_them_downwards(office: Office) -> None:
    everything = await office.call("department/list")
    assert [(each["id"], each["parentid"]) for each in everything["department"]] == [(1, 0), (2, 1), (3, 1)]
    below = await office.call("department/simplelist", id="2")
    assert [each["id"] for each in below["department_id"]] == [2]


async def test_a_login_code_tells_once_and_for_five_minutes_who_is_there(office: Office) -> None:
    codes = office.story.simulator.wecom.corp.codes
    first, second = (codes.login(1000001, "chen") for _ in range(2))
    assert (await office.call("auth/getuserinfo", code=first))["userid"] == "chen"
    assert await office.code("auth/getuserinfo", code=first) == 40029
    office.story.passes(minutes=5)
    assert await office.code("auth/getuserinfo", code=second) == 40029


AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"
PAGE = {
    "appid": CORP.corp_id,
    "redirect_uri": "https://xinshi.example:8443/h5/case?id=1",
    "response_type": "code",
    "scope": "snsapi_base",
    "state": "abc123",
}


async def test_a_page_opened_in_wecom_learns_who_is_there() -> None:
    app = replace(CORP.apps[0], trusted_domain="xinshi.example:8443")
    async with office_of(apps=(app,)) as office:
        wecom = office.story.simulator.wecom
        page = urlsplit(wecom.open_page("chen", f"{AUTHORIZE}?{urlencode(PAGE)}#wechat_redirect"))
        query = dict(parse_qsl(page.query))
        assert (page.netloc, query["id"], query["state"]) == ("xinshi.example:8443", "1", "abc123")
        assert (await office.call("auth/getuserinfo", code=query["code"]))["userid"] == "chen"


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        (40013, {"appid": "ww-another"}),
        (40056, {"agentid": "7"}),
        (40056, {"scope": "snsapi_privateinfo"}),
        (40058, {"scope": "snsapi_userinfo"}),
        (40058, {"response_type": "token"}),
        (40058, {"state": "有字"}),
        (50001, {"redirect_uri": "https://elsewhere.example/"}),
        (50001, {"redirect_uri": ""}),
    ],
)
async def test_a_page_that_may_not_ask_is_refused(code: int, changes: dict[str, str]) -> None:
    app = replace(CORP.apps[0], trusted_domain="xinshi.example:8443")
    async with office_of(apps=(app,)) as office:
        with pytest.raises(ApiError) as refused:
            office.story.simulator.wecom.open_page("chen", f"{AUTHORIZE}?{urlencode(PAGE | changes)}")
        assert refused.value.code == code
