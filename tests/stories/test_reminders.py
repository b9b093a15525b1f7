"""Limits that come near and pass, across 春节 2026; the morning's 待办; what firms are reminded of."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, update

from bot.clock import FixedClock, MovableClock
from domain.model.record import RecordKind
from domain.services import cases
from domain.services.staff import actor_of
from storage.tables import audit, installation
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import Desk
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import CASE, heard, hired, objected, runs, sends


def shanghai(month: int, day: int, hour: int = 10, *, year: int = 2026) -> datetime:
    """A moment of a forenoon; Shanghai is eight hours ahead."""
    return datetime(year, month, day, hour - 8, tzinfo=UTC)


async def on(town: Town, month: int, day: int, hour: int = 10) -> None:
    """Time goes by until then, and the reminders are looked at twice."""
    town.story.clock.advance(shanghai(month, day, hour) - town.story.clock.now())
    await runs(town, "remind")
    await runs(town, "remind")


async def office(town: Town) -> tuple[Desk, Desk, Desk]:
    return (
        await hired(town, "chen", "陈静", "经办"),
        await hired(town, "liu", "刘海", "审批"),
        await hired(town, "ma", "马超", "信用办管理员"),
    )


async def test_a_limit_across_the_spring_festival_reminds_and_escalates(
    database_url: str, open_town: OpenTown
) -> None:
    clock = MovableClock(FixedClock(shanghai(2, 9)))
    async with open_town(database_url, clock=clock) as town:
        chen, liu, ma = await office(town)
        await objected(town)
        await sends(town)
        told = len(chen.sees)
        await on(town, 2, 13)
        assert len(chen.sees) == told
        await on(town, 2, 14)  # a Saturday that is worked
        assert "还有2个工作日，2月25日到期" in chen.last
        await on(town, 2, 18)  # in the holidays
        await on(town, 2, 23)
        assert heard(chen, f"异议 {CASE}") - 1 == 1
        await on(town, 2, 24)
        assert "还有1个工作日" in chen.last
        await on(town, 2, 25)
        assert "今天到期" in chen.last
        assert liu.sees == ()
        await on(town, 2, 26)
        assert "超期1个工作日" in liu.last
        assert ma.sees == ()
        await on(town, 2, 27)
        assert "超期2个工作日" in ma.last
        assert heard(chen, CASE) == 5


async def test_after_a_downtime_the_reminder_is_late_and_not_lost(town: Town) -> None:
    chen, liu, ma = await office(town)
    await objected(town)
    await sends(town)
    await on(town, 12, 7)  # nobody looked since the filing
    assert "超期" in chen.last
    assert "超期" in liu.last
    assert "超期" in ma.last


async def test_nobody_is_reminded_before_the_morning_or_on_a_sunday(town: Town) -> None:
    chen, *_ = await office(town)
    await objected(town)
    await sends(town)
    told = len(chen.sees)
    await on(town, 11, 29)
    town.story.clock.advance(shanghai(11, 30, 8) - town.story.clock.now())
    await runs(town, "remind")
    assert len(chen.sees) == told
    await on(town, 11, 30, 9)
    assert len(chen.sees) == told + 1


async def test_the_digest_comes_once_on_working_days_to_who_has_something_to_do(town: Town) -> None:
    chen, liu, _ = await office(town)
    await objected(town)
    await sends(town)
    for day in (21, 22, 23, 23):  # Saturday, Sunday, Monday twice
        town.story.clock.advance(shanghai(11, day, 9) - town.story.clock.now())
        await runs(town, "digest")
    assert heard(chen, "今天待办1件") == 1
    assert CASE in chen.last
    assert heard(liu, "今天待办") == 0
    town.story.clock.advance(shanghai(11, 24, 9) - town.story.clock.now())
    await runs(town, "digest")
    assert heard(chen, "今天待办1件") == 2


async def test_the_auditor_gets_the_head_of_the_chain_and_a_rewritten_chain_shows(town: Town) -> None:
    shen = await hired(town, "shen", "沈计", "审计")
    await objected(town)
    await runs(town, "seal_audit")
    town.story.clock.advance(shanghai(11, 23, 9) - town.story.clock.now())
    head = await town.read(lambda uow: uow.sealing.head())
    await runs(town, "digest")
    await runs(town, "digest")
    assert f"审计日报（2026年11月23日）：审计链到第{head[0]}条，封存值{head[1]}。" in shen.last
    assert heard(shen, "审计日报") == 1
    assert await town.read(lambda uow: uow.sealing.verify(head).whole)
    await town.write(rewritten)
    assert await town.read(lambda uow: uow.sealing.verify().whole)
    assert not await town.read(lambda uow: uow.sealing.verify(head).whole)


def rewritten(uow: SqlUnitOfWork) -> None:
    """Whoever can write the database changes a row and chains everything anew."""
    uow.connection.execute(update(audit).where(audit.c.sealed_no == 1).values(actor="somebody else"))
    uow.connection.execute(update(audit).values(sealed_no=None, seal=None))
    uow.connection.execute(delete(installation).where(installation.c.key == "audit_head"))
    while uow.sealing.seal_batch():
        pass


async def test_a_firm_that_was_asked_for_material_is_reminded_once(town: Town) -> None:
    chen, *_ = await office(town)
    wang = await objected(town)
    await chen.says(f"案件 {CASE}")
    assert "待补正" in await chen.says(f"补正 {CASE} 复议决定书")
    await sends(town)
    town.story.clock.advance(shanghai(11, 30) - town.story.clock.now())
    await wang.says("帮助")
    await runs(town, "remind_firms")
    await runs(town, "remind_firms")
    assert heard(wang, "还在等您的材料") == 1
    assert "复议决定书" in wang.last


async def test_a_term_that_ends_is_told_to_the_firm_once(town: Town) -> None:
    firm = await town.firm()
    await town.record(
        firm, RecordKind.PENALTY, days_ago=85, title="罚款决定", published_on=shanghai(8, 27).date()
    )
    wang = await town.bound(firm)
    for day in range(23, 31):
        town.story.clock.advance(shanghai(11, day) - town.story.clock.now())
        await wang.says("帮助")
        await runs(town, "terms")
    assert heard(wang, "罚款决定") == 1
    assert heard(wang, "从明天起可以申请修复") + heard(wang, "请咨询") == 1


async def test_a_reminder_that_was_overtaken_is_not_sent(town: Town) -> None:
    await office(town)
    await objected(town)
    house = town.parts.house

    def decide(uow: SqlUnitOfWork) -> None:
        work = house.work(uow)
        cases.act(work, CASE, "受理", actor=actor_of(work, "chen"))
        cases.act(work, CASE, "同意", actor=actor_of(work, "liu"))

    await town.write(decide)
    await sends(town)
    chen = town.story.desk("chen")
    told = len(chen.sees)
    await on(town, 12, 7)
    assert len(chen.sees) == told
