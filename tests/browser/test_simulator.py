"""The page with the phones in a real browser, on a phone's screen and on a desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import PageAt
from tests.driver import ACCOUNT
from tests.peer_app import CASE, office_of
from tests.peer_scene import MENU, NOTICE, Scene, scene_of

TYPED = '<img src=x onerror="document.title=1"> 查等级'

SCREENS = pytest.mark.parametrize("screen", [(375, 812), (1280, 800)], ids=["phone", "desk"])


@pytest_asyncio.fixture(loop_scope="session")
async def scene() -> AsyncIterator[Scene]:
    """A platform with one follower and one template."""
    async with scene_of(replace(ACCOUNT, templates=(NOTICE,))) as scene:
        yield scene


@SCREENS
async def test_a_person_follows_and_talks_on_the_page(
    scene: Scene, page_at: PageAt, screen: tuple[int, int]
) -> None:
    await scene.call("menu/create", MENU)
    await scene.firm.unfollows()
    window = await page_at(*screen)
    page = window.page
    await window.open(scene.story.platform_url)
    await page.click("#welcome-follow")
    await page.fill("#text", TYPED)
    await page.press("#text", "Enter")
    await expect(page.locator("#chat .bubble")).to_have_text([TYPED, f"你说：{TYPED}"])
    await expect(page.locator("#chat img")).to_have_count(0)
    await expect(page.locator(".menu > div")).to_have_count(2)
    await expect(page.locator(".wire .chip", has_text="已应答").first).to_be_attached()
    assert await window.fits()
    assert window.complaints == []


async def test_links_open_only_where_they_are_links(scene: Scene, page_at: PageAt) -> None:
    safe, unsafe = "https://example.com/a", "javascript:alert(1)"
    await scene.writes(f'<a href="{safe}">报告</a>与<a href="{unsafe}">坏</a>，另见 {safe}。')
    window = await page_at(1280, 800)
    await window.open(scene.story.platform_url)
    await expect(window.page.locator("#chat .bubble")).to_have_text([f"报告与坏，另见 {safe}。"])
    links = window.page.locator(".bubble a")
    assert [await link.get_attribute("href") for link in await links.all()] == [safe, safe]
    assert window.complaints == []


@SCREENS
async def test_staff_read_a_card_choose_press_and_see_it_change_in_its_place(
    page_at: PageAt, screen: tuple[int, int]
) -> None:
    async with office_of() as office:
        await office.sends(CASE)
        window = await page_at(*screen)
        page = window.page
        await window.open(office.story.platform_url)
        await expect(page.locator("#staff-chat .template")).to_have_count(1)
        if screen[0] < 760:
            await page.click("#tab-staff")
        await page.select_option(".question select", "r1")
        await page.click(".press:text-is('驳回')")
        await expect(page.locator(".press.waits")).to_have_count(1)
        assert await window.sees("[...document.querySelectorAll('.press')].every((e) => e.disabled)")
        pressed = office.peer.received[-1].message
        assert pressed["EventKey"] == "refuse"
        assert pressed["SelectedItems"]["SelectedItem"]["OptionIds"]["OptionId"] == "r1"
        await office.updates(pressed["ResponseCode"], button={"replace_name": "已驳回"})
        await expect(page.locator(".done")).to_have_text("已驳回")
        await expect(page.locator("#staff-chat .template")).to_have_count(1)
        assert await window.fits()
        assert window.complaints == []


async def test_a_member_is_chosen_and_talks_and_news_of_others_are_marked(page_at: PageAt) -> None:
    async with office_of() as office:
        window = await page_at(1280, 800)
        page = window.page
        await window.open(office.story.platform_url)
        await expect(page.locator("#members li")).to_have_count(4)
        await page.locator("#members button").nth(1).click()
        await expect(page.locator("#staff-state")).to_contain_text("刘海")
        await page.fill("#staff-text", "待办")
        await page.press("#staff-text", "Enter")
        await expect(page.locator("#staff-chat .bubble", has_text="你说：待办")).to_be_visible()
        assert office.peer.received[-1].message["FromUserName"] == "liu"
        await office.writes("给陈静")
        await expect(page.locator("#members li", has=page.locator(".badge"))).to_contain_text("陈静")
        assert window.complaints == []


async def test_markdown_is_drawn_and_never_read_as_markup(page_at: PageAt) -> None:
    async with office_of() as office:
        text = '# 待办\n> **3** 件 <img src=x onerror=alert(1)> <font color="warning">急</font> [看](javascript:alert)'
        await office.writes(msgtype="markdown", markdown={"content": text})
        window = await page_at(1280, 800)
        page = window.page
        await window.open(office.story.platform_url)
        await expect(page.locator(".markdown")).to_have_text("待办3 件 <img src=x onerror=alert(1)> 急 看")
        await expect(page.locator(".markdown img, .markdown a")).to_have_count(0)
        await expect(page.locator(".markdown strong")).to_have_text("3")
        assert window.complaints == []
