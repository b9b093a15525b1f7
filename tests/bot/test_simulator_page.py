"""The page with the phone, and what phones remember."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.driver import ACCOUNT, Phone, open_story
from tests.peer_scene import Scene, scene_of
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
