"""The first five minutes of somebody who has never seen the house, from the two phones of /sim alone.

Bind a firm with the code that is shown, understand its grade, object, sign a
commitment with a finger, move the clock over a holiday, see the reminder
arrive on the other phone, and approve the case there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from playwright.async_api import Browser, FrameLocator, Locator, expect
from pypdf import PdfReader

from tests.browser.pictures import KEEP, keep
from tests.browser.town import open_town
from tests.browser.window import DESK, Window, window

#: a Tuesday forenoon two working days before the holiday of National Day, 国庆节
BEFORE_THE_HOLIDAY = datetime(2026, 9, 29, 2, 0, tzinfo=UTC)
#: a name in three strokes, in parts of the pad's width and height
SIGNATURE = (
    ((0.2, 0.3), (0.35, 0.2), (0.5, 0.3)),
    ((0.35, 0.15), (0.3, 0.5), (0.2, 0.8)),
    ((0.25, 0.55), (0.45, 0.75), (0.6, 0.4), (0.8, 0.7)),
)


class Phone:
    """One of the two phones on the page."""

    def __init__(self, shown: Window, side: str) -> None:
        prefix = "staff-" if side == "staff" else ""
        self._page = shown.page
        self._side = side
        self.line = self._page.locator(f"#{prefix}text")
        self.chat = self._page.locator(f"#{prefix}chat")
        self.web = self._page.locator(f"#{prefix}web")

    @property
    def answers(self) -> Locator:
        """What the account or the app has written, oldest first."""
        return self.chat.locator("li.said:not(.me)")

    @property
    def inside(self) -> FrameLocator:
        """The page that is open on the phone."""
        return self.web.frame_locator("iframe")

    async def says(self, text: str, answer: str) -> Locator:
        """Type a line; the answer that has these words in it."""
        await self.line.fill(text)
        return await self.sends(answer)

    async def sends(self, answer: str) -> Locator:
        """Send what stands in the line; the answer that has these words in it."""
        await expect(self.line).not_to_have_value("")
        before = await self.answers.count()
        await self.line.press("Enter")
        said = self.answers.nth(before)
        await expect(said).to_contain_text(answer)
        return said

    async def opens(self, link: Locator, title: str) -> FrameLocator:
        """Tap a link in the chat; the page that opens on the phone."""
        await link.click()
        await expect(self.inside.locator("h1")).to_have_text(title)
        return self.inside

    async def closes(self) -> None:
        """Back to the chat."""
        await self.web.get_by_label("关闭网页").click()
        await expect(self.web).to_be_hidden()


async def draws(shown: Window, canvas: Locator) -> None:
    """A name with a finger: three strokes."""
    await canvas.scroll_into_view_if_needed()
    box = await canvas.bounding_box()
    assert box is not None
    mouse = shown.page.mouse
    for stroke in SIGNATURE:
        (x, y), *rest = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in stroke]
        await mouse.move(x, y)
        await mouse.down()
        for x, y in rest:
            await mouse.move(x, y, steps=6)
        await mouse.up()


@pytest.mark.timeout(300)
@pytest.mark.clause("S3-28", "S3-29", "S3-30", "S3-31")
async def test_the_first_five_minutes(browser: Browser, tmp_path: Path) -> None:
    async with (
        open_town(tmp_path, beginning=BEFORE_THE_HOLIDAY) as town,
        window(browser, DESK, sharp=KEEP) as shown,
    ):
        page = shown.page
        firm, staff = Phone(shown, "firm"), Phone(shown, "staff")
        await shown.open(f"{town.address}/sim/")
        await expect(page.locator("#guide-count")).to_have_text("0/6")
        await keep(page, "01-two-phones")

        # bind a firm with the code that is shown
        await page.click("#welcome-follow")
        await expect(firm.answers.first).to_contain_text("绑定")
        await page.get_by_role("button", name="填入“绑定").click()
        await firm.sends("您要绑定的是")
        await page.get_by_role("button", name="填入“确认”").click()
        await firm.sends("绑定好了")
        await expect(page.locator("#guide-count")).to_have_text("1/6")

        # understand its grade
        await page.get_by_role("button", name="填入“查等级”").click()
        await firm.sends("信用等级：")
        await page.get_by_role("button", name="填入“为什么”").click()
        why = await firm.sends("理由如下")
        await keep(page, "02-grade-and-why")
        report = await firm.opens(why.get_by_role("link"), "信用等级报告")
        await keep(page, "03-report")

        # object to it, on the page
        await report.get_by_role("link", name="对等级有异议").click()
        await report.get_by_label("县发改委").check()
        await report.get_by_role("textbox").fill("评价没有计入已经修复的记录，请核对")
        await keep(page, "04-objection")
        await report.get_by_role("button", name="下一步").click()
        await report.get_by_role("button", name="确认提交").click()
        number = await report.locator(".filed .number").inner_text()
        assert number == "YY20260001"
        await expect(page.locator("#guide-count")).to_have_text("3/6")
        await expect(staff.answers.last).to_contain_text(number)
        await firm.closes()

        # the owner signs a commitment with a finger
        await page.locator("#people").get_by_role("button", name="赵老板").click()
        asked = await firm.says("承诺", "要作哪一种承诺")
        pledge = await firm.opens(asked.get_by_role("link"), "信用承诺")
        await pledge.get_by_role("link", name="主动型").click()
        await pledge.get_by_label("承诺的事项").fill("三十日内补交消防验收材料")
        await pledge.get_by_role("checkbox", name="没有期限").check()
        await pledge.get_by_role("button", name="下一步").click()
        await expect(pledge.get_by_role("heading", name="违反承诺的后果")).to_be_visible()
        for tick in await pledge.get_by_role("checkbox").all():
            await tick.check()
        for yes in await pledge.get_by_label("同意", exact=True).all():
            await yes.check()
        await pledge.get_by_role("button", name="下一步").click()
        await draws(shown, pledge.locator("canvas"))
        await expect(pledge.locator("[data-said]")).to_contain_text("已签名")
        await keep(page, "05-signature")
        await pledge.get_by_role("button", name="确认签署").click()
        await expect(pledge.locator(".filed .number")).to_have_text("CN20260001")
        await expect(page.locator("#guide-count")).to_have_text("4/6")
        await keep(page, "06-signed")
        paper = await pledge.get_by_role("link", name="PDF").get_attribute("href")
        printed = await page.context.request.get(f"{town.address}{paper}")
        written = "".join(each.extract_text() for each in PdfReader(BytesIO(await printed.body())).pages)
        assert "三十日内补交消防验收材料" in written
        await firm.closes()

        # the clerk takes the objection up with the card's button
        card = staff.chat.locator(".template", has_text=number)
        await card.get_by_role("button", name="受理").click()
        await expect(card).to_contain_text("办理中")

        # the clock moves over the holiday, and a reminder arrives on the other phone
        await page.get_by_role("button", name="10月8日").click()
        await expect(page.locator("#now-time")).to_contain_text("10月8日")
        fired = page.locator("#fired")
        await expect(fired.get_by_role("button", name="提醒").first).to_be_visible()
        await keep(page, "07-over-the-holiday")
        await fired.get_by_label("收起").click()
        reminder = staff.answers.filter(has_text="提醒：还有1个工作日")
        await expect(reminder).to_have_count(1)
        await reminder.scroll_into_view_if_needed()
        await keep(page, "08-reminder")

        # the case is opened there, and approved with the card's button
        await page.locator("#members").get_by_role("button", name="审批岗").click()
        card = staff.chat.locator(".template", has_text=number).last
        case = await staff.opens(card.get_by_role("link"), f"异议 {number}")
        await expect(case.locator("main")).to_contain_text("评价没有计入已经修复的记录")
        await keep(page, "09-case")
        await staff.closes()
        await card.get_by_role("button", name="同意").click()
        await expect(card).to_contain_text("已办结")

        # the firm reads the result
        await page.locator("#people").get_by_role("button", name="王会计").click()
        await expect(page.locator("#chat-state")).to_contain_text("王会计")
        await expect(firm.chat.locator(".card", has_text=number)).to_contain_text("请回复“进度”查看")
        progress = await firm.says(f"进度 {number}", "成立")
        await keep(page, "10-result")
        result = await firm.opens(progress.get_by_role("link").first, f"异议 {number}")
        await expect(result.locator(".state")).to_contain_text("结果：成立")
        await expect(page.locator("#guide-count")).to_have_text("全部完成")
        assert shown.complaints == []
