"""群发 through both platforms: written in WeCom, released by another, read in WeChat, reported back."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.app import WARM
from bot.clock import FixedClock, MovableClock
from storage.tables import outbox
from tests.driver import BEGINNING, Desk
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import heard, hired, runs

TEXT = "请各单位于12月10日前核对信用信息。"


async def offices(town: Town) -> tuple[Desk, Desk]:
    # the years of holidays are loaded beside the start; the first turn may come before
    await town.story.service[WARM]
    return await hired(town, "chen", "陈晨", "经办"), await hired(town, "lin", "林岚", "审批")


async def writes(chen: Desk) -> str:
    await chen.says("群发")
    await chen.says(TEXT)
    said = await chen.says("全部")
    assert "正在统计" in said
    return said.split("案号")[1][:10]


async def test_a_notice_is_read_once_by_everybody_and_reported(town: Town) -> None:
    chen, lin = await offices(town)
    phones = [await town.bound(await town.firm(f"平鲁{n}商贸有限公司"), f"会计{n}") for n in "甲乙丙"]
    await phones[2].unfollows()
    number = await writes(chen)
    await runs(town, "broadcast_count")
    assert heard(chen, "共发给3人")
    assert number in await lin.says(f"案件 {number}")
    assert "已同意" in await lin.says(f"同意 {number}")
    for _ in range(3):
        await runs(town, "broadcast_send")
    await runs(town, "broadcast_report")
    assert [heard(phone, TEXT) for phone in phones] == [1, 1, 0]
    assert heard(chen, "列入3人，送出2人，失败0人，无法送达1人") == 1


async def test_the_person_who_wrote_it_cannot_release_it(town: Town) -> None:
    await offices(town)
    gao = await hired(town, "gao", "高山", "经办", "信用办管理员")
    await town.bound(await town.firm())
    number = await writes(gao)
    await runs(town, "broadcast_count")
    await gao.says(f"案件 {number}")
    assert "另一位" in await gao.says(f"同意 {number}")


async def test_a_restart_between_any_two_steps_sends_nothing_twice(
    open_town: OpenTown, database_url: str
) -> None:
    url, clock = database_url, MovableClock(FixedClock(BEGINNING))
    async with open_town(url, clock=clock) as town:
        chen, _ = await offices(town)
        await town.bound(await town.firm())
        number = await writes(chen)
    async with open_town(url, clock=clock) as town:
        await runs(town, "broadcast_count")
    async with open_town(url, clock=clock) as town:
        _, lin = await offices(town)
        await lin.says(f"案件 {number}")
        assert "已同意" in await lin.says(f"同意 {number}")
    for _ in range(2):
        async with open_town(url, clock=clock) as town:
            await runs(town, "broadcast_send")
    async with open_town(url, clock=clock) as town:
        case = await town.read(lambda uow: uow.cases.by_number(number))
        assert case is not None
        notice = await town.read(lambda uow: uow.broadcasts.of_case(case.id))
        assert notice is not None
        ledger = await town.read(lambda uow: uow.broadcasts.ledger(notice.id))
        # the simulator of another start knows nobody of before: what counts is that there is one letter
        assert ledger.listed == 1
        letters = select(func.count()).where(outbox.c.unique_key.like(f"broadcast:{notice.id}:%"))
        assert await town.read(lambda uow: uow.connection.execute(letters).scalar_one()) == 1
