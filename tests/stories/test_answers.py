"""The letter and its answer: never lost, never acted on twice, one owner, one answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import handlers.firm.grades
from bot.simulator import FAULT_LINE, FaultKind
from domain.model.person import Channel
from handlers.context import Context
from storage.tables import bindings, inbox, outbox
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import Phone
from tests.stories.conftest import OpenTown, Town


async def answers(town: Town) -> list[tuple[str, bool]]:
    """Owner and failure of every inbox row, oldest first."""
    query = select(inbox.c.answer_owner, inbox.c.failed).order_by(inbox.c.id)
    return await town.read(lambda uow: [(row[0], row[1]) for row in uow.connection.execute(query)])


async def letters(town: Town) -> list[str]:
    """Status of every outbox row, oldest first."""
    query = select(outbox.c.status).order_by(outbox.c.id)
    return await town.read(lambda uow: list(uow.connection.execute(query).scalars()))


def spoken(phone: Phone, words: str) -> int:
    """How often the account said these words on this phone."""
    return sum(words in bubble.text for bubble in phone.sees if bubble.side == "account")


async def settled(town: Town) -> list[str]:
    """Status of every outbox row once none is under way: the person reads before the booking is done."""
    statuses = await letters(town)
    for _ in range(500):
        if "leased" not in statuses:
            break
        await asyncio.sleep(0.01)
        statuses = await letters(town)
    return statuses


async def queue_notice(town: Town, phone: Phone, text: str, *, key: str = "n1") -> None:
    def put(uow: SqlUnitOfWork) -> bool:
        now = town.story.clock.now()
        account = town.parts.settings.wechat_app_id
        person = uow.people.get_or_add(Channel.WECHAT, account, phone.openid, now)
        return uow.outbox.put(person_id=person.id, text=text, unique_key=key, at=now)

    await town.write(put)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that must be answered within 0.2 s, so that a late answer need not take four seconds."""
    monkeypatch.setattr("bot.pipeline.ANSWER_WITHIN", 0.2)
    monkeypatch.setattr("bot.pipeline.OWNER_OPEN_AFTER", 0.15)


def busy_for(seconds: float) -> Callable[[object], None]:
    """A piece of work that holds the writer."""
    return lambda _uow: time.sleep(seconds)


@pytest.mark.usefixtures("hurried")
async def test_an_answer_that_comes_late_is_sent_once_as_a_message_of_its_own(
    sqlite_url: str, open_town: OpenTown
) -> None:
    async with open_town(sqlite_url) as town:
        wang = await town.story.follower("王会计")
        held = town.parts.nursery.start(town.write(busy_for(0.5)), "busy")
        await asyncio.sleep(0.02)
        assert "您可以回复" in await wang.says("帮助")
        await held
        assert await answers(town) == [("passive", False), ("outbox", False)]
        assert await settled(town) == ["sent"]
        assert spoken(wang, "您可以回复") == 1


@pytest.mark.usefixtures("hurried")
async def test_a_turn_that_starts_late_but_is_still_waited_for_is_answered_at_once(
    sqlite_url: str, open_town: OpenTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.pipeline.ANSWER_WITHIN", 3.0)
    async with open_town(sqlite_url) as town:
        wang = await town.story.follower("王会计")
        held = town.parts.nursery.start(town.write(busy_for(0.3)), "busy")
        await asyncio.sleep(0.02)
        assert "您可以回复" in await wang.says("帮助", late=0)
        await held
        assert (await answers(town))[-1] == ("passive", False)
        assert await letters(town) == []


async def test_a_push_repeated_because_the_answer_got_lost_is_answered_again_and_done_once(
    town: Town,
) -> None:
    firm = await town.firm()
    wang = await town.story.follower("王会计")
    await wang.says(f"绑定 {await town.code(firm)}")
    town.story.simulator.platform.faults.arm(FaultKind.LOST_REPLY)
    assert "绑定好了" in await wang.says("确认")
    assert (await answers(town))[-1] == ("repeat", False)
    count = await town.read(lambda uow: len(uow.connection.execute(select(bindings.c.id)).all()))
    assert count == 1


@pytest.mark.usefixtures("hurried")
async def test_a_push_repeated_while_the_first_still_runs_waits_for_it(
    sqlite_url: str, open_town: OpenTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.pipeline.ANSWER_WITHIN", 3.0)
    async with open_town(sqlite_url) as town:
        wang = await town.story.follower("王会计")
        town.story.simulator.platform.knobs.overlap = 0.1
        held = town.parts.nursery.start(town.write(busy_for(0.4)), "busy")
        await asyncio.sleep(0.02)
        assert "您可以回复" in await wang.says("帮助")
        await held
        assert len(await answers(town)) == 2
        assert await letters(town) == []
        assert spoken(wang, "您可以回复") == 1


async def test_a_handler_that_fails_loses_its_effects_keeps_its_claim_and_says_so_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = await town.firm()
    wang = await town.bound(firm)

    def breaks(*_: object) -> str:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(handlers.firm.grades, "grade_text", breaks)
    answer = await wang.says("查等级")
    assert answer.startswith("出错了，已记录（编号")
    assert (await answers(town))[-1] == ("passive", True)
    looked = await town.read(lambda uow: uow.queries.of_subject(firm.id))
    assert looked == []
    monkeypatch.undo()
    assert "平鲁晋北商贸有限公司" in await wang.says("查等级")


async def test_a_reply_whose_process_died_is_swept_into_the_outbox_after_20_seconds(town: Town) -> None:
    wang = await town.story.follower("王会计")
    account = town.parts.settings.wechat_app_id

    def orphan(uow: SqlUnitOfWork) -> None:
        now = town.story.clock.now()
        person = uow.people.get_or_add(Channel.WECHAT, account, wang.openid, now)
        claim = uow.inbox.claim("wechat:orphan", person.id, now)
        uow.inbox.store_reply(claim.id, "迟到的回答", person_id=person.id)

    await town.write(orphan)
    await town.parts.scheduler.run_due()
    assert await letters(town) == []
    town.story.passes(seconds=21)
    due = await town.parts.scheduler.run_due()
    assert due["sweep_unanswered"] == 1
    assert await wang.hears() == "迟到的回答" or spoken(wang, "迟到的回答") == 1
    town.story.passes(seconds=60)
    assert (await town.parts.scheduler.run_due())["sweep_unanswered"] == 0


async def test_a_turn_over_its_time_is_rolled_back_and_says_so(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = await town.firm()
    wang = await town.bound(firm)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900000000) SELECT max(i) FROM n"

    def counts(context: Context, *_: object) -> str:
        context.uow.connection.exec_driver_sql(endless)  # type: ignore[attr-defined]
        return "counted"

    monkeypatch.setattr(handlers.firm.grades, "grade_text", counts)
    assert "没有办成" in await wang.says("查等级", late=10.0)
    assert (await answers(town))[-1][1] is True
    assert await town.read(lambda uow: uow.queries.of_subject(firm.id)) == []


async def test_no_database_means_push_again_and_nothing_is_lost(sqlite_url: str, open_town: OpenTown) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    async with open_town(sqlite_url) as town:
        wang = await town.story.follower("王会计")
        away = await asyncio.to_thread(file.rename, file.with_suffix(".away"))
        assert await wang.says("帮助", late=0) == FAULT_LINE
        exchange = town.story.simulator.platform.wire.pushes()[-1]
        assert {attempt.status for attempt in exchange.attempts} == {503}
        await asyncio.to_thread(away.rename, file)
        assert "您可以回复" in await wang.says("帮助")
        await queue_notice(town, wang, "数据库回来了")
        town.parts.delivery.wake()
        assert await wang.hears() == "数据库回来了"


async def test_somebody_who_types_too_fast_is_told_how_long_to_wait_and_may_always_cancel(
    town: Town,
) -> None:
    wang = await town.story.follower("王会计")
    said = [await wang.says("更多") for _ in range(22)]
    assert "您发得太快了，请" in said[-1]
    assert "秒后再发" in said[-1]
    assert "太快" not in await wang.says("取消")


async def test_a_notice_goes_out_as_a_customer_message_within_48_hours(town: Town) -> None:
    wang = await town.story.follower("王会计")
    await wang.says("帮助")
    await queue_notice(town, wang, "您有一条通知")
    town.parts.delivery.wake()
    assert await wang.hears() == "您有一条通知"
    assert await settled(town) == ["sent"]


async def test_a_notice_outside_the_window_waits_for_the_next_word_and_goes_first(town: Town) -> None:
    wang = await town.story.follower("王会计")
    town.story.passes(hours=49)
    await queue_notice(town, wang, "您有一条通知")
    await town.parts.delivery.once()
    assert await letters(town) == ["unreachable"]
    answer = await wang.says("帮助")
    assert answer.startswith("您有一条通知\n\n")
    assert "您可以回复" in answer
    assert await letters(town) == ["carried"]


async def test_a_busy_platform_is_asked_again_later_and_a_message_arrives_once(town: Town) -> None:
    wang = await town.story.follower("王会计")
    await wang.says("帮助")
    town.story.simulator.platform.faults.arm(FaultKind.BUSY, path="custom/send")
    await queue_notice(town, wang, "您有一条通知")
    await town.parts.delivery.once()
    assert await letters(town) == ["waiting"]
    town.story.passes(seconds=30)
    await town.parts.delivery.once()
    assert await letters(town) == ["sent"]
    assert spoken(wang, "您有一条通知") == 1


async def test_a_send_whose_outcome_is_unknown_is_never_repeated_by_itself(town: Town) -> None:
    wang = await town.story.follower("王会计")
    await wang.says("帮助")
    town.story.simulator.platform.faults.arm(FaultKind.RESET_AFTER, path="custom/send")
    await queue_notice(town, wang, "您有一条通知")
    await town.parts.delivery.once()
    assert await letters(town) == ["unknown"]
    town.story.clock.advance(timedelta(hours=1))
    await town.parts.delivery.once()
    assert spoken(wang, "您有一条通知") == 1


async def test_a_form_goes_on_after_a_restart(database_url: str, open_town: OpenTown) -> None:
    async with open_town(database_url) as town:
        firm = await town.firm()
        code = await town.code(firm)
        wang = await town.story.follower("王会计")
        assert "绑定码" in await wang.says("绑定")
    async with open_town(database_url) as town:
        wang = await town.story.follower("王会计")
        assert "确认" in await wang.says(code)
    async with open_town(database_url) as town:
        wang = await town.story.follower("王会计")
        assert "绑定好了" in await wang.says("确认")
