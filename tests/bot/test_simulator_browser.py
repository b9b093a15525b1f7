"""The page with the phone in a real browser, on a phone's screen and on a desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.browser import Tab, browse
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
