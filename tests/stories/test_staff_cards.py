"""Staff decide in WeCom: cards and words with the same effect, one winner, everybody shown who it was."""

from __future__ import annotations

import asyncio

import pytest

from bot.simulator.faults import FaultKind
from domain.model.record import RecordState
from tests.stories.conftest import Town
from tests.stories.desks import CASE, hired, objected, steps


@pytest.mark.clause("S4-35")
async def test_a_firm_objects_and_staff_decide_with_two_presses(town: Town) -> None:
    chen, liu = await hired(town, "chen", "陈静", "经办"), await hired(town, "liu", "刘海", "审批")
    wang = await objected(town)
    card = await chen.hears(after=0)
    assert "责令改正" in card
    assert "受理" in card
    assert "还有" in card
    assert "已由陈静于11月20日10:00“受理”" in await chen.presses("受理")
    assert "〔同意〕〔驳回〕" in await liu.hears(after=0)
    assert "已办结（成立）" in await liu.presses("同意")
    assert "您的异议成立" in await wang.hears()
    records = await town.read(lambda uow: uow.records.of_subject(1))
    assert [record.state for record in records] == [RecordState.REVOKED]
    assert await steps(town) == ["陈静 受理", "刘海 同意"]


async def test_the_words_do_what_the_buttons_do(town: Town) -> None:
    chen, liu = await hired(town, "Chen", "陈静", "经办"), await hired(town, "liu", "刘海", "审批")
    wang = await objected(town)
    await chen.hears(after=0)
    assert "责令改正" in await chen.says(f"案件 {CASE}")
    assert "现在是“办理中”" in await chen.says(f"受理 {CASE}")
    assert "“驳回 YY20260001 理由”" in await liu.says(CASE)
    assert "要写明理由" in await liu.says(f"驳回 {CASE}")
    assert "已驳回" in await liu.says(f"驳回{CASE} 经核实，处罚决定有效")
    told = await wang.hears()
    assert "不成立" in told
    assert "经核实，处罚决定有效" in told
    assert "行政复议" in told


async def test_a_refusal_by_button_needs_a_reason_from_the_list(town: Town) -> None:
    chen, liu = await hired(town, "chen", "陈静", "经办"), await hired(town, "liu", "刘海", "审批")
    wang = await objected(town)
    await chen.hears(after=0)
    await chen.presses("受理")
    await liu.hears(after=0)
    again = await liu.presses("驳回")
    assert "要写明理由" in again
    assert "〔同意〕〔驳回〕" in again
    assert "已办结（不成立）" in await liu.presses("驳回", select={"reason": "评定符合规定"})
    assert "理由：评定符合规定" in await wang.hears()


async def test_a_case_that_was_not_shown_is_shown_first_and_confirmed(town: Town) -> None:
    await hired(town, "chen", "陈静", "经办")
    await objected(town)
    lin = await hired(town, "lin", "林岚", "经办")
    asked = await lin.says(f"受理 {CASE}")
    assert "请核对后确认" in asked
    assert "平鲁晋北商贸有限公司" in asked
    assert "责令改正" in asked
    assert "由您经办" in asked
    assert await steps(town) == []
    assert "现在是“办理中”" in await lin.says("确认")
    assert "没有等您确认的事" in await lin.says("确认")


async def test_another_word_lets_the_question_lapse(town: Town) -> None:
    lin = await hired(town, "lin", "林岚", "经办")
    await objected(town)
    zhou = await hired(town, "zhou", "周舟", "经办")
    await zhou.says(f"受理 {CASE}")
    assert CASE in await zhou.says("待办")
    assert "没有等您确认的事" in await zhou.says("确认")
    assert "好的" not in await lin.says("取消")
    assert await steps(town) == []


async def test_of_two_presses_at_the_same_instant_one_wins_and_the_other_is_told(town: Town) -> None:
    chen, lin = await hired(town, "chen", "陈静", "经办"), await hired(town, "lin", "林岚", "经办")
    await objected(town)
    await chen.hears(after=0)
    await lin.hears(after=0)
    faces = await asyncio.gather(chen.presses("受理"), lin.presses("受理"))
    assert len(await steps(town)) == 1
    winner = (await steps(town))[0].split()[0]
    assert all(f"已由{winner}于11月20日10:00“受理”" in face for face in faces)
    assert ["请看最新情况" in face for face in faces].count(True) == 1


async def test_a_stale_card_is_answered_with_who_and_when(town: Town) -> None:
    chen, lin = await hired(town, "chen", "陈静", "经办"), await hired(town, "lin", "林岚", "经办")
    await objected(town)
    await chen.hears(after=0)
    await lin.hears(after=0)
    await chen.says(f"受理 {CASE}")
    face = await lin.presses("受理", card=0)
    assert "已由陈静于11月20日10:00“受理”" in face
    assert len(await steps(town)) == 1


async def test_the_cards_of_the_others_change_by_themselves(town: Town) -> None:
    chen, lin = await hired(town, "chen", "陈静", "经办"), await hired(town, "lin", "林岚", "经办")
    await objected(town)
    await chen.hears(after=0)
    await lin.hears(after=0)
    await chen.presses("受理")
    assert "已由陈静" in await lin.sees_updated(lin.cards[0], beyond=0, late=5.0)


async def test_somebody_unknown_is_told_so_in_one_line(town: Town) -> None:
    stranger = town.story.desk("guest", "来客")
    assert "不在工作人员名单里" in await stranger.says("待办")
    assert "\n" not in stranger.last
    assert await stranger.enters() == ""


async def test_what_nobody_built_yet_and_what_nobody_understands(town: Town) -> None:
    chen = await hired(town, "chen", "陈静", "经办")
    assert "“待办”" in await chen.says("帮助")
    assert "没有看懂" in await chen.says("今天天气不错")
    assert "没有找到案件" in await chen.says("案件 YY20269999")
    assert "请写上案号" in await chen.says("受理")
    assert "没有需要您办" in await chen.says("待办")
    assert "没有找到" in await chen.says("查 不存在的公司")
    assert "节假日" in await chen.says("节假日")


async def test_the_same_press_delivered_three_times_acts_once(town: Town) -> None:
    chen = await hired(town, "chen", "陈静", "经办")
    await objected(town)
    await chen.hears(after=0)
    wecom = town.story.simulator.wecom
    wecom.corp.faults.arm(FaultKind.LOST_REPLY, times=2)
    assert "已由陈静" in await chen.presses("受理")
    assert await steps(town) == ["陈静 受理"]
