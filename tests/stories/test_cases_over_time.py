"""One story told across restarts, 春节 2026, and the turn into a year whose holidays nobody announced yet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from aiohttp import web

from bot.app import create_app
from bot.clock import FixedClock, MovableClock
from bot.settings import load_demo_settings
from tests.driver import ACCOUNT, BEGINNING, Desk, Phone, Story, open_story, serving, staff_side
from tests.stories.casework import letters, objects, office, state_of, warned
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import heard, hired, sends

OBJECTION, REVIEW = "YY20260001", "FH20260001"

#: who says what, and what is then read; between every two lines the service is another one
STORY = (
    ("wang", "异议", "对哪一项有异议"),
    ("wang", "2", "请写明哪里不对"),
    ("wang", "这条记录已被复议决定撤销", "请核对"),
    ("wang", "确认", f"案号{OBJECTION}"),
    ("wang", "我的记录", "异议中"),
    ("chen", "待办", OBJECTION),
    ("chen", "1", "责令改正"),
    ("chen", f"补正 {OBJECTION} 复议决定书", "待补正"),
    ("wang", f"进度 {OBJECTION}", "计时已暂停"),
    ("wang", f"补充 {OBJECTION} 已送到窗口", "还有7个工作日"),
    ("chen", f"受理 {OBJECTION}", "办理中"),
    ("liu", f"案件 {OBJECTION}", "办理中"),
    ("liu", f"驳回 {OBJECTION} 处罚决定有效", "已驳回"),
    ("wang", f"复核 {OBJECTION}", "请写明"),
    ("wang", "有新的证据，复议决定书附后", "请核对"),
    ("wang", "确认", f"案号{REVIEW}"),
    ("lin", f"案件 {REVIEW}", "待受理"),
    ("lin", f"受理 {REVIEW}", "办理中"),
    ("zhou", f"案件 {REVIEW}", "办理中"),
    ("zhou", f"同意 {REVIEW} 复议决定已撤销原处罚", "撤销原决定"),
    ("wang", "我的记录", "已撤销"),
)

Restart = Callable[[], AbstractAsyncContextManager[Town]]


@pytest.fixture
async def restarted(database_url: str, tmp_path: Path) -> AsyncIterator[Restart]:
    """Starts the service on one database, again and again; the platforms and their chats go on meanwhile."""
    clock, numbers = MovableClock(FixedClock(BEGINNING)), count(1)

    async with open_story(lambda _: web.Application(), clock=clock) as outside:

        @asynccontextmanager
        async def started() -> AsyncIterator[Town]:
            clock.advance(timedelta(minutes=1))  # what the last one had taken in hand is free again
            app = _service(outside, database_url, tmp_path)
            async with serving(app) as url:
                outside.simulator.platform.callback_url = f"{url}/wechat/callback"
                outside.simulator.wecom.app.callback_url = f"{url}/wecom/callback"
                yield Town(replace(outside, service=app, service_url=url), numbers)

        yield started


def _service(outside: Story, database_url: str, data_dir: Path) -> web.Application:
    settings = load_demo_settings(
        data_dir=data_dir,
        rulebook="pinglu",
        database_url=database_url,
        wechat_api_base=outside.api_base,
        wecom_api_base=staff_side(outside.api_base),
        wechat_mode=ACCOUNT.mode.value,
    )
    return create_app(settings, clock=outside.clock)


async def test_a_story_goes_on_through_a_restart_between_every_two_steps(restarted: Restart) -> None:
    async with restarted() as town:
        chen, liu, zhou = await office(town)
        firm, wang = await warned(town, "平鲁晋北商贸有限公司")
        people: dict[str, Desk | Phone] = {"chen": chen, "liu": liu, "zhou": zhou, "wang": wang}
        people["lin"] = await hired(town, "lin", "林岚", "经办")
    for who, words, expected in STORY:
        async with restarted() as town:
            said = await people[who].says(words)
            assert expected in said, (who, words, said)
            await sends(town)  # whether a card has come decides what is asked next
    async with restarted() as town:
        await letters(town, wang)
        assert [heard(wang, once) for once in ("请补充：复议决定书", "处罚决定有效", f"{REVIEW}：")] == [
            1,
            1,
            1,
        ]
        assert [state.value for state in await state_of(town, firm)] == ["已撤销"]
        for number in (OBJECTION, REVIEW):
            assert "已办结" in await chen.says(f"案件 {number}")


@pytest.mark.clause("S0-39", "S0-40", "C-06", "C-08")
async def test_the_countdown_of_both_sides_leaps_over_the_spring_festival(
    database_url: str, open_town: OpenTown
) -> None:
    clock = MovableClock(FixedClock(datetime(2026, 2, 12, 2, 0, tzinfo=UTC)))
    async with open_town(database_url, rulebook="xixia", clock=clock) as town:
        chen, *_ = await office(town)
        _, wang = await warned(town, "西峡甲有限公司")
        number = await objects(wang)
        for days, left in ((0, 3), (1, 2), (1, 1), (1, 1), (8, 1)):
            # Thursday; Friday; Saturday 14th, worked; Sunday, off; Monday 23rd, off
            town.story.passes(days=days)
            for person in (wang, chen):
                word = "进度" if person is wang else "案件"
                assert f"还有{left}个工作日，2月24日到期" in await person.says(f"{word} {number}")
        assert "2月26日到期" in await wang.says(f"进度 {number}")
        town.story.passes(days=1)
        assert "今天（2月24日）到期" in await wang.says(f"进度 {number}")


@pytest.mark.clause("C-06")
async def test_a_limit_into_a_year_not_announced_is_provisional_until_the_administrator_announces_it(
    database_url: str, open_town: OpenTown
) -> None:
    clock = MovableClock(FixedClock(datetime(2026, 12, 28, 2, 0, tzinfo=UTC)))
    async with open_town(database_url, clock=clock) as town:
        chen, *_ = await office(town)
        ma = await hired(town, "ma", "马超", "信用办管理员")
        _, wang = await warned(town, "平鲁晋北商贸有限公司")
        number = await objects(wang)
        for said in (await wang.says(f"进度 {number}"), await chen.says(f"案件 {number}")):
            assert "1月7日到期" in said
            assert "暂定" in said
        notice = "节假日 2027 公布 国办发明电〔2026〕9号 休 1-1至1-4 班 1-9"
        assert "由信用办管理员维护" in await chen.says(notice)
        answer = await ma.says(notice)
        assert "不再是暂定" in answer
        assert "期限已重新计算" in answer
        assert "现已确定：2027年1月8日到期" in await letters(town, wang)
        for said in (await wang.says(f"进度 {number}"), await chen.says(f"案件 {number}")):
            assert "1月8日到期" in said
            assert "暂定" not in said
