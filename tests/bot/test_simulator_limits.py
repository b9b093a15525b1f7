"""The simulated platform's limits: templates, menu, media, codes, people."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bot.simulator import FaultKind, NotPossibleError, templates_of
from domain.office import parse_office
from tests.driver import ACCOUNT, PICTURE
from tests.peer_scene import MENU, Scene, code_of, filled, scene_of, template_for

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


async def test_an_office_has_the_templates_of_its_file() -> None:
    example = Path(__file__).parent.parent.parent / "office.example.toml"
    templates = templates_of(parse_office(example.read_text(encoding="utf-8"), example.name))
    async with scene_of(replace(ACCOUNT, templates=templates)) as scene:
        listed = (await scene.call("template/get_all_private_template"))["template_list"]
    assert [each["template_id"] for each in listed] == [each.template_id for each in templates]
    assert "事项:{{thing1.DATA}}" in listed[0]["content"]


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
