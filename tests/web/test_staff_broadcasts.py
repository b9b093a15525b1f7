"""通知 on pages: written by one, released by another, followed to its closing report."""

from __future__ import annotations

import re

import pytest

from tests.driver import Phone
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import heard, hired, runs
from tests.web.conftest import Browser, Enter

LIST = "/h5/staff/broadcasts"
TEXT = "请各单位于12月10日前核对信用信息。"


async def people(town: Town, enter: Enter) -> tuple[Browser, Browser]:
    """Who writes, and who releases."""
    chen = await enter(town, await hired(town, "chen", "陈静", "经办"), LIST)
    return chen, await enter(town, await hired(town, "liu", "刘海", "审批"), LIST)


async def writes(browser: Browser, text: str = TEXT, **fields: str) -> str:
    await browser.opens(f"{LIST}/new")
    return (await browser.sends(f"{LIST}/new", {"text": text, "to": "all"} | fields)).text


async def decides(browser: Browser, number: str, action: str, **fields: str) -> str:
    text = (await browser.opens(f"{LIST}/{number}")).text
    version = re.search(r'name="version" value="(\d+)"', text)
    seen = {"version": version[1]} if version else {}
    return (await browser.sends(f"{LIST}/{number}", {"action": action} | seen | fields)).text


async def town_of_three(town: Town) -> list[Phone]:
    return [await town.bound(await town.firm(f"平鲁{n}商贸有限公司"), f"会计{n}") for n in "甲乙丙"]


@pytest.mark.clause("S2-45")
async def test_a_notice_goes_through_two_people_to_its_report(town: Town, enter: Enter) -> None:
    phones = await town_of_three(town)
    await phones[2].unfollows()
    chen, liu = await people(town, enter)
    page = await writes(chen)
    number = chen.last.path.rsplit("/", 1)[1]
    assert "正在统计收件人" in page
    assert 'value="同意"' not in (await liu.opens(f"{LIST}/{number}")).text
    await runs(town, "broadcast_count")
    page = (await chen.opens(f"{LIST}/{number}")).text
    assert "平鲁甲商贸有限公司、平鲁乙商贸有限公司、平鲁丙商贸有限公司" in page
    assert "要由另一位同事发布：刘海" in page
    assert 'value="同意"' not in page
    assert "等您审核" in (await liu.opens(LIST)).text
    assert "发给3人" in (await liu.opens(f"{LIST}/{number}")).text
    assert "正在发送" in await decides(liu, number, "同意")
    for _ in range(3):
        await runs(town, "broadcast_send")
    await phones[0].says("帮助")
    town.story.passes(minutes=1)
    await phones[0].says("帮助")
    await runs(town, "broadcast_report")
    page = (await chen.opens(f"{LIST}/{number}")).text
    assert "列入3人，送出2人，失败0人，无法送达1人" in page
    assert re.search(r'其中看过</td>.*?<td class="number">1<', page, re.S)
    assert [heard(phone, TEXT) for phone in phones] == [1, 1, 0]


@pytest.mark.clause("S2-45")
async def test_the_sender_cannot_release_and_a_refusal_needs_a_reason(town: Town, enter: Enter) -> None:
    await town_of_three(town)
    gao = await enter(town, await hired(town, "gao", "高山", "经办", "信用办管理员"), LIST)
    liu = await enter(town, await hired(town, "liu", "刘海", "审批"), LIST)
    await writes(gao)
    number = gao.last.path.rsplit("/", 1)[1]
    await runs(town, "broadcast_count")
    assert "另一位" in await decides(gao, number, "同意")
    assert "理由" in await decides(liu, number, "驳回", text=" ")
    page = await decides(liu, number, "驳回", text="时间写错了")
    assert "已退回" in page
    assert "时间写错了" in page
    await runs(town, "broadcast_send")
    assert heard(town.story.desk("gao"), "时间写错了") == 1


async def test_what_the_sender_takes_back_is_never_sent(town: Town, enter: Enter) -> None:
    phones = await town_of_three(town)
    chen, liu = await people(town, enter)
    await writes(chen)
    number = chen.last.path.rsplit("/", 1)[1]
    await runs(town, "broadcast_count")
    stale = (await liu.opens(f"{LIST}/{number}")).text
    assert "已撤回" in await decides(chen, number, "撤回")
    version = re.search(r'name="version" value="(\d+)"', stale)
    assert version is not None
    await liu.opens(f"{LIST}/new")
    said = await liu.sends(f"{LIST}/{number}", {"action": "同意", "version": version[1]})
    assert "刚刚有了变化" in said.text
    await runs(town, "broadcast_send")
    assert heard(phones[0], TEXT) == 0


@pytest.mark.parametrize(
    "text, fields, said",
    [
        ("", {}, "1到500个字"),
        ("字" * 501, {}, "现在是501个字"),
        (TEXT, {"to": "some"}, "请至少选一个条件"),
        (TEXT, {"to": "some", "grade": "Z"}, "没有等级"),
        (TEXT, {"to": "some", "names": "没有这家公司"}, "没有找到"),
    ],
)
async def test_what_cannot_be_sent_is_said_above_what_was_written(
    town: Town, enter: Enter, text: str, fields: dict[str, str], said: str
) -> None:
    chen, _ = await people(town, enter)
    page = await writes(chen, text, **fields)
    assert said in page
    assert page.count('role="alert"') == 1
    assert text[:20] in page
    assert chen.last.path == f"{LIST}/new"


async def test_an_audience_is_chosen_by_names_and_by_roles(town: Town, enter: Enter) -> None:
    await town_of_three(town)
    chen, _ = await people(town, enter)
    page = await writes(chen, to="some", names="平鲁甲商贸有限公司\n平鲁乙商贸有限公司")
    assert "名单中的2家单位" in page
    await runs(town, "broadcast_count")
    number = chen.last.path.rsplit("/", 1)[1]
    assert "平鲁甲商贸有限公司、平鲁乙商贸有限公司" in (await chen.opens(f"{LIST}/{number}")).text
    page = await writes(chen, to="staff", role="审批")
    await runs(town, "broadcast_count")
    assert "刘海" in (await chen.opens(chen.last.path)).text


async def test_who_has_no_part_in_notices_sees_none(town: Town, enter: Enter) -> None:
    chen, _ = await people(town, enter)
    await writes(chen)
    number = chen.last.path.rsplit("/", 1)[1]
    huang = await enter(town, await hired(town, "huang", "黄审", "审计"), LIST)
    for path in (LIST, f"{LIST}/new", f"{LIST}/{number}"):
        assert (await huang.opens(path)).status == 403
    sun = await enter(town, await hired(town, "sun", "孙丽", "经办", department="市场监管局"), LIST)
    assert number not in (await sun.opens(LIST)).text
    assert (await sun.opens(f"{LIST}/{number}")).status == 403
    assert (await chen.sends(f"{LIST}/new", {"text": TEXT, "to": "all", "csrf": "x"})).status == 403


@pytest.mark.clause("S3-03")
async def test_what_quotes_a_document_that_is_not_public_is_refused_on_the_page_too(
    open_town: OpenTown, sqlite_url: str, enter: Enter
) -> None:
    async with open_town(sqlite_url, rulebook="huairen") as town:
        chen, _ = await people(town, enter)
        book = town.parts.house.rulebook
        page = await writes(chen, f"按照{book.document.number}，请各单位核对。")
        assert "引用了不予公开的文件" in page
        assert "正在统计收件人" in await writes(chen, f"按照{book.document.number}办理", to="staff")
