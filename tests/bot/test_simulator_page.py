"""The page with the phone, and what phones remember."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.driver import ACCOUNT, CORP, PICTURE, Phone, open_story
from tests.peer_app import CASE, office_of, raw
from tests.peer_scene import Scene, scene_of, template_for
from tests.peer_service import PeerService

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


# the staff phone


async def test_the_page_shows_staff_and_does_what_they_do() -> None:
    async with office_of() as office:
        await office.sends(CASE)
        url = office.story.platform_url

        async def does(path: str, **body: Any) -> int:
            async with office.http.post(f"{url}/staff/{path}", json={"member": "chen"} | body) as response:
                return response.status

        number = office.chen.cards[-1].number
        assert await does("enter") == 200
        assert await does("say", text="待办") == 200
        assert await does("voice", text="没人听见") == 200
        assert await does("location", latitude=38.49, longitude=106.23, label="文化街") == 200
        assert await does("menu", number=number, key="transfer") == 200
        assert await does("press", number=number, key="agree", select={"reason": ["r1"]}) == 200
        assert await does("press", number=number, key="agree", select={}) == 409
        assert await does("press", number=number) == 400
        assert await does("say", member="nobody", text="在吗") == 409
        async with office.http.post(f"{url}/staff/chen/image", data=PICTURE) as response:
            assert response.status == 200
        async with office.http.get(f"{url}/state", params={"member": "chen"}) as response:
            staff = (await response.json())["staff"]
        assert (staff["app"], staff["members"][0]["label"]) == ("信使", "经办")
        card = next(each for each in staff["chat"] if each["kind"] == "template_card")
        assert (card["detail"]["pressed"], card["detail"]["chosen"]) == ("同意", {"reason": ["r1"]})
        kinds = [p.message.get("Event") or p.message["MsgType"] for p in office.peer.received]
        assert kinds == [
            "enter_agent",
            "text",
            "voice",
            "location",
            "template_card_menu_event",
            "template_card_event",
            "image",
        ]


async def test_what_wecom_shows_to_nobody_is_told_beside_the_phone() -> None:
    async with office_of() as office:
        office.peer.behaviour = raw(lambda pushed: "success")
        body = {"member": "chen", "text": "待办"}
        async with office.http.post(f"{office.story.platform_url}/staff/say", json=body) as response:
            assert "不合规" in (await response.json())["note"]
        assert office.chen.last == ""


async def test_the_page_shows_the_wire_of_both_phones_and_no_secret() -> None:
    async with office_of() as office:
        await office.chen.says("待办")
        await office.writes("给别人", touser="liu")
        async with office.http.get(
            f"{office.story.platform_url}/wire", params={"member": "chen"}
        ) as response:
            shown = await response.text()
        titles = [(each["platform"], each["title"]) for each in json.loads(shown)["exchanges"]]
        assert titles == [("wecom", "文字"), ("wecom", "取令牌 gettoken")]
        assert office.token not in shown
        assert CORP.apps[0].secret not in shown


async def test_faults_are_ordered_for_one_platform_and_knobs_turned_for_both(scene: Scene) -> None:
    wecom = scene.story.simulator.wecom.corp
    await post(scene, "faults", platform="wecom", kind="silent_drop", times=1)
    assert [fault.kind for fault in wecom.faults.armed()] == ["silent_drop"]
    assert scene.story.simulator.platform.faults.armed() == ()
    assert (await post(scene, "faults", platform="wechat", kind="silent_drop", times=1))[0] == 400
    await post(scene, "knobs", cut_after=3, attempts=4, repeat="same", overlap=None, recognition=True)
    assert (wecom.knobs.attempts, scene.story.simulator.platform.knobs.attempts) == (4, 4)
    await post(scene, "faults/clear")
    assert (await state_of(scene))["faults"] == []


async def test_a_simulator_without_a_corp_has_one_phone() -> None:
    async with scene_of(replace(ACCOUNT, wecom=None)) as scene:
        assert (await state_of(scene))["staff"] is None
        async with scene.http.get(f"{scene.story.platform_url}/wecom/cgi-bin/gettoken") as response:
            assert response.status == 404


async def test_staff_phones_remember_across_a_restart(tmp_path: Path) -> None:
    memory = tmp_path / "desks.json"
    async with office_of(memory=memory) as office:
        code = (await office.sends(CASE))["response_code"]
        await office.chen.presses("同意", late=0)
    async with office_of(memory=memory) as office:
        card = office.chen.cards[-1]
        assert (card.title, card.pressed) == ("异议 YY20260001", "同意")
        assert (await office.updates(code, button={"replace_name": "已同意"}))["errcode"] == 0
        assert "〔已同意〕" in office.chen.last
        assert (await office.sends(CASE))["errcode"] == 42014
        await office.chen.says("还在吗")
        numbers = [bubble.number for bubble in office.chen.sees]
        assert numbers == sorted(set(numbers))
    async with office_of(memory=memory, corp_id="ww-another") as office:
        assert office.chen.sees == ()


# what went over the wire, and bad days


async def bubbles_of(scene: Scene) -> list[dict[str, Any]]:
    return list((await state_of(scene, scene.firm.openid))["chat"])


async def test_every_message_leads_to_what_went_over_the_wire(scene: Scene) -> None:
    await scene.firm.says("查等级")
    await scene.writes("主动说一句")
    await scene.call("message/template/send", template_for(scene))
    await scene.story.simulator.quiet()
    said, answered, written, noticed = (await bubbles_of(scene))[-4:]
    url = f"{scene.story.platform_url}/wire"
    async with scene.http.get(url, params={"person": scene.firm.openid}) as response:
        titles = {each["number"]: each["title"] for each in (await response.json())["exchanges"]}
    assert [titles[each["wire"]] for each in (said, answered, written, noticed)] == [
        "文字",
        "文字",
        "客服消息 message/custom/send",
        "模板消息 message/template/send",
    ]


async def test_a_members_words_and_a_card_lead_to_the_wire_too() -> None:
    async with office_of() as office:
        await office.chen.says("待办")
        await office.sends(CASE)
        assert all(bubble.wire for bubble in office.chen.sees)
        wire = office.story.simulator.platform.wire.all()
        titles = {each.number: each.title for each in wire}
        assert [titles[bubble.wire or 0] for bubble in office.chen.sees] == [
            "文字",
            "文字",
            "应用消息 message/send",
        ]


async def turn(scene: Scene, name: str, *, on: bool) -> int:
    return (await post(scene, "trouble", name=name, on=on, person=scene.firm.openid))[0]


async def on_now(scene: Scene) -> set[str]:
    troubles = (await state_of(scene, scene.firm.openid))["troubles"]
    return {each["title"] for each in troubles if each["on"]}


async def test_bad_days_come_and_go_at_the_push_of_a_button(scene: Scene) -> None:
    names = [each["name"] for each in (await state_of(scene, scene.firm.openid))["troubles"]]
    for name in names:
        assert await turn(scene, name, on=True) == 200
    assert await on_now(scene) == {"慢", "丢回复", "令牌过期", "额度用完", "用户拉黑"}
    for name in names:
        assert await turn(scene, name, on=False) == 200
    assert await on_now(scene) == set()
    assert (await state_of(scene))["faults"] == []
    assert await turn(scene, "earthquake", on=True) == 400


async def test_a_lost_reply_is_over_after_one_and_the_message_is_pushed_again(scene: Scene) -> None:
    await turn(scene, "lost", on=True)
    assert await scene.firm.says("查等级") == "你说：查等级"
    attempts = scene.story.simulator.platform.wire.pushes()[-1].attempts
    assert [each.verdict for each in attempts] == ["lost", "answered"]
    # that of the other platform still waits
    await turn(scene, "lost", on=False)
    assert await on_now(scene) == set()


async def test_whoever_blocks_the_account_gets_no_message(scene: Scene) -> None:
    await scene.firm.says("在")
    await turn(scene, "blocked", on=True)
    assert await scene.writes("收到吗") == 48002
    await turn(scene, "blocked", on=False)
    assert await scene.writes("收到吗") == 0


async def test_used_up_quota_and_an_expired_token_are_told_by_their_codes(scene: Scene) -> None:
    await scene.firm.says("在")
    await turn(scene, "quota", on=True)
    assert await scene.writes("一") == 45009
    assert await scene.writes("二") == 45009
    await turn(scene, "quota", on=False)
    await turn(scene, "expired", on=True)
    assert await scene.writes("三") == 42001
    assert await scene.writes("三") == 0


async def test_the_page_has_one_address_since_another_is_another_place_to_a_browser(scene: Scene) -> None:
    url = scene.story.platform_url.replace("127.0.0.1", "localhost")
    async with scene.http.get(f"{url}/", allow_redirects=False) as response:
        assert response.headers["Location"] == f"{scene.story.platform_url}/"
