"""The page with the phone in a real browser, on a phone's screen and on a desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.browser import Tab, browse
from tests.peer_app import CASE, office_of
from tests.peer_scene import MENU, Scene

TYPED = '<img src=x onerror="document.title=1"> 查等级'


async def say(tab: Tab, text: str) -> None:
    """Types a line and sends it with the form."""
    await tab.evaluate(
        f"document.querySelector('#text').value = {json.dumps(text)};"
        "document.querySelector('#say').requestSubmit()"
    )


async def words(tab: Tab, count: int) -> list[str]:
    """What stands in the bubbles, once there are so many."""
    bubbles = "[...document.querySelectorAll('.bubble')].map((each) => each.textContent)"
    return list(await tab.sees(f"{bubbles}.length >= {count} && {bubbles}"))


@pytest.mark.parametrize("screen", [(375, 812), (1280, 800)], ids=["phone", "desk"])
async def test_a_person_follows_and_talks_on_the_page(
    scene: Scene, tmp_path: Path, screen: tuple[int, int]
) -> None:
    await scene.call("menu/create", MENU)
    await scene.firm.unfollows()
    async with browse(scene.story.platform_url, tmp_path) as tab:
        await tab.size(*screen)
        await tab.sees("!document.querySelector('#welcome').hidden")
        await tab.evaluate("document.querySelector('#welcome-follow').click()")
        await tab.sees("!document.querySelector('#foot').hidden")
        await say(tab, TYPED)
        assert await words(tab, 2) == [TYPED, f"你说：{TYPED}"]
        assert await tab.evaluate("document.querySelectorAll('.chat img').length") == 0
        assert await tab.evaluate("document.querySelectorAll('.menu > div').length") == 2
        await tab.sees(
            "[...document.querySelectorAll('.wire .chip')].some((e) => e.textContent === '已应答')"
        )
        assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert tab.complaints == []


async def test_links_open_only_where_they_are_links(scene: Scene, tmp_path: Path) -> None:
    safe, unsafe = "https://example.com/a", "javascript:alert(1)"
    await scene.writes(f'<a href="{safe}">报告</a>与<a href="{unsafe}">坏</a>，另见 {safe}。')
    async with browse(scene.story.platform_url, tmp_path) as tab:
        assert await words(tab, 1) == [f"报告与坏，另见 {safe}。"]
        links = await tab.evaluate("[...document.querySelectorAll('.bubble a')].map((each) => each.href)")
        assert links == [safe, safe]
        assert tab.complaints == []


@pytest.mark.parametrize("screen", [(375, 812), (1280, 800)], ids=["phone", "desk"])
async def test_staff_read_a_card_choose_press_and_see_it_change_in_its_place(
    tmp_path: Path, screen: tuple[int, int]
) -> None:
    async with office_of() as office:
        await office.sends(CASE)
        async with browse(office.story.platform_url, tmp_path) as tab:
            await tab.size(*screen)
            await tab.sees("document.querySelector('#staff-chat .template')")
            if screen[0] < 760:
                await tab.evaluate("document.querySelector('#tab-staff').click()")
            await tab.sees("document.querySelector('#staff-phone').offsetParent")
            await tab.evaluate(
                "document.querySelector('.question select').value = 'r1';"
                "[...document.querySelectorAll('.press')].find((e) => e.textContent === '驳回').click()"
            )
            await tab.sees("document.querySelector('.press.waits')")
            assert await tab.evaluate("[...document.querySelectorAll('.press')].every((e) => e.disabled)")
            pressed = office.peer.received[-1].message
            assert pressed["EventKey"] == "refuse"
            assert pressed["SelectedItems"]["SelectedItem"]["OptionIds"]["OptionId"] == "r1"
            await office.updates(pressed["ResponseCode"], button={"replace_name": "已驳回"})
            assert await tab.sees("document.querySelector('.done')?.textContent") == "已驳回"
            assert await tab.evaluate("document.querySelectorAll('#staff-chat .template').length") == 1
            assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert tab.complaints == []


async def test_a_member_is_chosen_and_talks_and_news_of_others_are_marked(tmp_path: Path) -> None:
    async with office_of() as office, browse(office.story.platform_url, tmp_path) as tab:
        await tab.size(1280, 800)
        await tab.sees("document.querySelectorAll('#members li').length === 4")
        await tab.evaluate("document.querySelectorAll('#members button')[1].click()")
        await tab.sees("document.querySelector('#staff-state').textContent.includes('刘海')")
        await tab.evaluate(
            "document.querySelector('#staff-text').value = '待办';"
            "document.querySelector('#staff-say').requestSubmit()"
        )
        await tab.sees(
            "[...document.querySelectorAll('#staff-chat .bubble')].some((e) => e.textContent === '你说：待办')"
        )
        assert office.peer.received[-1].message["FromUserName"] == "liu"
        await office.writes("给陈静")
        assert await tab.sees(
            "document.querySelector('#members .badge')?.closest('li').textContent.includes('陈静')"
        )
        assert tab.complaints == []


async def test_markdown_is_drawn_and_never_read_as_markup(tmp_path: Path) -> None:
    async with office_of() as office:
        text = '# 待办\n> **3** 件 <img src=x onerror=alert(1)> <font color="warning">急</font> [看](javascript:alert)'
        await office.writes(msgtype="markdown", markdown={"content": text})
        async with browse(office.story.platform_url, tmp_path) as tab:
            shown = await tab.sees("document.querySelector('.markdown')?.textContent")
            assert shown == "待办3 件 <img src=x onerror=alert(1)> 急 看"
            assert await tab.evaluate("document.querySelectorAll('.markdown img, .markdown a').length") == 0
            assert await tab.evaluate("document.querySelector('.markdown strong').textContent") == "3"
            assert tab.complaints == []
