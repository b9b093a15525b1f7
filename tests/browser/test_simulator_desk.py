"""The desk around the phones in a real browser: calendar, pages inside a phone, guide, bad days, other rules."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.clock import FixedClock, MovableClock
from bot.demo.serve import prepare
from bot.settings import load_demo_settings
from tests.browser.checks import barriers, lost_keys, sticks_out
from tests.browser.conftest import PageAt
from tests.browser.town import Town, open_town
from tests.browser.window import Window

#: a Friday forenoon before 清明 2026, whose Monday is off
BEFORE_THE_FESTIVAL = datetime(2026, 4, 3, 2, 0, tzinfo=UTC)

SCREENS = pytest.mark.parametrize("screen", [(375, 812), (1280, 800)], ids=["phone", "desk"])


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's database, loaded once for all towns of this file."""
    folder = tmp_path_factory.mktemp("loaded")
    clock = MovableClock(FixedClock(BEFORE_THE_FESTIVAL))
    prepare(load_demo_settings(rulebook="xixia", data_dir=folder), clock, lambda _: None)
    return folder


@pytest_asyncio.fixture(loop_scope="session")
async def town(loaded: Path, tmp_path: Path) -> AsyncIterator[Town]:
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    async with open_town(tmp_path, beginning=BEFORE_THE_FESTIVAL) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def desk(town: Town, page_at: PageAt) -> Window:
    """The page on a desk, with 王会计 following."""
    return await arrived(town, page_at, (1280, 800))


async def arrived(town: Town, page_at: PageAt, screen: tuple[int, int]) -> Window:
    window = await page_at(*screen)
    await window.open(f"{town.address}/sim")
    await expect(window.page.locator("#steps li")).to_have_count(6)
    await window.page.click("#welcome-follow")
    await expect(window.page.locator("#chat .said")).not_to_have_count(0)
    return window


async def says(page: Page, text: str, *, phone: str = "") -> None:
    said = page.locator(f"#{phone}chat .said")
    before = await said.count()
    await page.fill(f"#{phone}text", text)
    await page.press(f"#{phone}text", "Enter")
    await expect(said.nth(before + 1)).to_be_visible()


async def binds(page: Page) -> None:
    await page.click("#steps .act >> nth=0")
    await expect(page.locator("#text")).not_to_have_value("")
    await says(page, await page.input_value("#text"))
    await says(page, "确认")
    await expect(page.locator("#guide-count")).to_have_text("1/6")


def chip(page: Page, name: str) -> Locator:
    return page.locator("#people button, #members button", has_text=name).first


@SCREENS
async def test_the_page_fits_and_everybody_can_use_it(
    town: Town, page_at: PageAt, screen: tuple[int, int]
) -> None:
    window = await arrived(town, page_at, screen)
    page = window.page
    await binds(page)
    assert await sticks_out(window) == []
    assert await barriers(window) == []
    fresh = await page_at(*screen)
    await fresh.open(f"{town.address}/sim")
    await expect(fresh.page.locator("#steps .ticked")).to_have_count(1)
    await expect(fresh.page.locator("#chat .said").first).to_be_visible()
    assert await lost_keys(fresh) == []
    await page.click("#open-tools")
    await page.click("#tab-faults")
    assert await barriers(window) == []
    assert await sticks_out(window) == []
    await page.keyboard.press("Escape")
    await expect(page.locator("#tools-panel")).not_to_have_class("tools open")
    assert window.complaints == []


async def test_a_page_opens_inside_the_phone_and_the_phones_do_not_mix(desk: Window) -> None:
    page = desk.page
    await binds(page)
    await page.click("#steps .act:has-text('打开完整报告')")
    inside = page.frame_locator("#web iframe")
    await expect(inside.locator("body")).to_contain_text("信用等级")
    await expect(page.locator("#web .web-title")).to_contain_text("信用等级报告")
    await expect(page.locator("#guide-count")).to_have_text("2/6")
    # back to the chat, and on the other side a member's own page
    await page.click("#web [aria-label='返回']")
    await expect(page.locator("#web")).to_be_hidden()
    await chip(page, "审批岗").click()
    await expect(page.locator("#staff-state")).to_contain_text("审批岗")
    await page.evaluate(
        "document.querySelector('#staff-chat').insertAdjacentHTML('beforeend',"
        "`<li><a href='${location.origin}/h5/staff/'>待办</a></li>`)"
    )
    await page.click("#staff-chat a")
    await expect(page.frame_locator("#staff-web iframe").locator("body")).to_contain_text("审批岗")
    # another person's phone does not know where this one was let in
    await chip(page, "李经理").click()
    await page.click("#welcome-follow")
    await expect(page.locator("#chat .said").first).to_be_visible()
    await page.click(".menu .parent >> nth=2")
    await page.click(".submenu button:has-text('我的页面')")
    await expect(inside.locator("h1")).to_be_visible()
    await expect(inside.locator("body")).not_to_contain_text("经办")
    assert desk.complaints == []


async def test_a_page_goes_back_reloads_and_closes_by_keyboard(desk: Window) -> None:
    page = desk.page
    await binds(page)
    await page.click("#steps .act:has-text('打开完整报告')")
    inside, title = page.frame_locator("#web iframe"), page.locator("#web .web-title")
    await expect(title).to_contain_text("信用等级报告")
    await inside.get_by_role("link", name="首页").click()
    await expect(title).not_to_contain_text("信用等级报告")
    await page.click("#web [aria-label='刷新']")
    await page.click("#web [aria-label='返回']")
    await expect(title).to_contain_text("信用等级报告")
    await page.focus("#web [aria-label='返回']")
    await page.keyboard.press("Escape")
    await expect(page.locator("#web")).to_be_hidden()
    assert desk.complaints == []


async def test_a_site_of_somebody_else_is_named_and_opens_beside(desk: Window) -> None:
    page = desk.page
    await page.evaluate(
        "document.querySelector('#chat').insertAdjacentHTML('beforeend',"
        "`<li><a href='https://www.creditchina.gov.cn/'>信用中国</a></li>`)"
    )
    await page.locator("#chat a").last.click()
    await expect(page.locator("#web .outside-host")).to_have_text("www.creditchina.gov.cn")
    await expect(page.locator("#web .outside a")).to_have_attribute("target", "_blank")
    assert await barriers(desk) == []
    assert desk.complaints == []


async def test_the_clock_goes_over_the_festival_and_the_reminder_arrives_on_the_other_phone(
    desk: Window, town: Town
) -> None:
    page = desk.page
    await expect(page.locator("#now-time")).to_have_text("4月3日 周五 10:00")
    await expect(page.locator(".day.rest", has_text="清明")).to_have_count(3)
    await binds(page)
    for line in ("异议", "1", "1", "评价没有计入已经修复的记录，请核对", "确认"):
        await says(page, line)
    await page.click("[data-move=workday]")
    fired = page.locator("#fired")
    await expect(fired).to_contain_text("期限提醒")
    await expect(page.locator("#now-time")).to_have_text("4月7日 周二 09:00")
    await expect(page.locator("#now-day")).to_have_text("工作日")
    await fired.locator("button", has_text="期限提醒").first.click()
    await expect(page.locator("#staff-chat")).to_contain_text("提醒：")
    await expect(page.locator("#steps .ticked")).to_contain_text(["把日历拨过假期"])
    # backwards there is no way, and that is said
    await page.click("#pick-day")
    await page.fill("#ask-text", "2026-04-07")
    await page.click("#ask-ok")
    await expect(page.locator("#toast")).to_contain_text("只能往前拨")
    assert [each for each in desk.complaints if "409" not in each] == []


async def test_the_keyboard_walks_over_the_days_and_moves_the_clock(desk: Window) -> None:
    page = desk.page
    await page.focus(".day.today")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    # working mornings lie on the way
    await expect(page.locator("#now-time")).to_have_text("4月11日 周六 09:00", timeout=20_000)
    assert desk.complaints == []


async def test_a_sample_picture_is_sent_and_the_wire_opens_from_a_bubble(desk: Window) -> None:
    page = desk.page
    await page.click("#plus")
    await page.click("#plus-panel [data-plus=sample]")
    await page.click("#sample-list button:has-text('授权委托书')")
    await expect(page.locator("#chat .picture img")).to_have_count(1)
    await page.locator("#chat .said.me .below button").last.click()
    await expect(page.locator("#wire .chosen")).to_contain_text("MediaId")
    assert desk.complaints == []


async def test_bad_days_are_switched_on_the_page_and_shown(desk: Window) -> None:
    page = desk.page
    await page.click("#open-tools")
    await page.click("#tab-faults")
    await page.click(".trouble:has-text('额度用完')")
    await expect(page.locator(".trouble[aria-pressed=true]")).to_have_count(1)
    await expect(page.locator("#trouble-dot")).to_be_visible()
    await page.click("#clear-faults")
    await expect(page.locator(".trouble[aria-pressed=true]")).to_have_count(0)
    assert desk.complaints == []


async def test_rules_are_chosen_by_the_place_and_a_house_that_cannot_change_says_how(desk: Window) -> None:
    page = desk.page
    await expect(page.locator("#rulebook option")).to_have_text(
        ["鹤岗市", "怀仁市", "平鲁区", "吴忠市", "西峡县"]
    )
    await page.select_option("#rulebook", "pinglu")
    await expect(page.locator("#toast")).to_contain_text("XINSHI_RULEBOOK=pinglu make demo")
    await expect(page.locator("#rulebook")).to_have_value("xixia")
    assert [each for each in desk.complaints if "409" not in each] == []
