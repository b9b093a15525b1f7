"""Every kind of case from the chat to its end: what the firm says, what staff decide, what both then read."""

from __future__ import annotations

import asyncio

import pytest

from domain.model.commitment import Performance
from domain.model.record import RecordKind, RecordState, Severity, Violation
from tests.stories.casework import (
    PUBLISHED,
    applies,
    asks_for_the_power,
    does,
    fined,
    grade_of,
    letters,
    may_sign,
    number_in,
    objects,
    office,
    performed,
    rated,
    signs,
    state_of,
    warned,
)
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import hired, runs


@pytest.mark.clause("S2-46", "S0-41", "S4-35", "S4-36")
async def test_an_objection_upheld_corrects_the_record_and_the_grade_and_stops_the_measures(
    town: Town,
) -> None:
    chen, liu, _ = await office(town)
    firm = await town.firm("平鲁甲商贸有限公司")
    heavy = Violation(1, "伪造检验报告", ("责令停产停业",), 0, severity=Severity.SERIOUS)
    await town.record(firm, RecordKind.PENALTY, title="停产停业", violations=(heavy,), published_on=PUBLISHED)
    await town.approves(firm)
    assert await grade_of(town, firm) == "C"
    town.story.passes(minutes=1)
    await runs(town, "measures")
    wang = await town.bound(firm)
    number = await objects(wang)
    assert await state_of(town, firm) == [RecordState.CONTESTED]
    assert "异议中" in await wang.says("我的记录")
    assert "办理中" in await does(chen, "受理", number)
    assert "成立" in await does(liu, "同意", number)
    assert await state_of(town, firm) == [RecordState.REVOKED]
    assert await grade_of(town, firm) == "UNRATED"
    told = await letters(town, wang)
    assert f"{number}：您的异议成立" in told
    assert "已为您解除以下措施" in told
    corrections = await town.read(lambda uow: uow.corrections.since(None))
    assert {each.what for each in corrections} >= {"记录状态", "信用等级", "公示"}

    order = "ZZ20260001"
    assert "依法公开失信信息" in await letters(town, chen)
    assert "已确认（已终止）" in await chen.presses("确认", card=order)
    assert "没有需要您办" in await chen.says("待办")


@pytest.mark.clause("S3-47", "C-08")
async def test_partly_upheld_or_refused_and_then_reviewed_by_another_person(town: Town) -> None:
    chen, liu, zhou = await office(town)
    yi, li = await warned(town, "平鲁乙商贸有限公司")
    bing, zhao = await warned(town, "平鲁丙商贸有限公司")

    partly = await objects(li)
    await does(chen, "受理", partly)
    assert "哪些成立" in await does(liu, "部分同意", partly)
    assert "部分成立" in await does(liu, "部分同意", partly, "日期有误已更正，处罚决定本身有效")
    told = await letters(town, li)
    assert "部分成立" in told
    assert "日期有误已更正" in told
    assert RecordState.CONTESTED not in await state_of(town, yi)

    refused = await objects(zhao)
    await does(chen, "受理", refused)
    await does(liu, "驳回", refused, "原处理决定仍然有效")
    told = await letters(town, zhao)
    assert "原处理决定仍然有效" in told
    assert "行政复议" in told
    assert f"复核 {refused}" in told
    assert await state_of(town, bing) == [RecordState.VALID]

    await zhao.says(f"复核 {refused}")
    await zhao.says("有新的证据，复议决定书附后")
    review = number_in(await zhao.says("确认"))
    assert review.startswith("FH")
    other = await hired(town, "lin", "林岚", "经办")
    await does(other, "受理", review)
    assert "已驳回" not in await does(liu, "驳回", review, "没有新的事实")
    assert "撤销原决定" in await does(zhou, "同意", review, "复议决定已撤销原处罚")
    assert await state_of(town, bing) == [RecordState.REVOKED]
    assert "没有可以复核的决定" in await zhao.says("复核")


async def test_of_two_decisions_at_the_same_instant_one_stands_and_the_other_person_is_told(
    town: Town,
) -> None:
    chen, liu, zhou = await office(town)
    firm, wang = await warned(town, "平鲁丁商贸有限公司")
    number = await objects(wang)
    await does(chen, "受理", number)
    for desk in (liu, zhou):
        await desk.says(f"案件 {number}")
    said = await asyncio.gather(liu.says(f"同意 {number}"), zhou.says(f"驳回 {number} 处罚决定有效"))
    assert [f"{number}：已" in each for each in said].count(True) == 1
    assert all(said)
    case = await town.read(lambda uow: uow.cases.by_number(number))
    assert case is not None
    upheld = case.outcome == "成立"
    assert await state_of(town, firm) == [RecordState.REVOKED if upheld else RecordState.VALID]
    told = await letters(town, wang)
    assert ("您的异议成立" in told) is upheld
    assert ("处罚决定有效" in told) is not upheld


@pytest.mark.clause("C-07", "C-22")
async def test_what_is_awaited_stops_the_clock_and_what_comes_starts_it_again(town: Town) -> None:
    chen, *_ = await office(town)
    _, wang = await warned(town, "平鲁戊商贸有限公司")
    number = await objects(wang)
    assert "12月1日到期" in await wang.says(f"进度 {number}")
    assert "待补正" in await does(chen, "补正", number, "复议决定书")
    assert "请补充：复议决定书" in await letters(town, wang)
    town.story.passes(days=10)
    assert "计时已暂停" in await wang.says(f"进度 {number}")
    assert "计时已暂停" in await chen.says(f"案件 {number}")
    answer = await wang.says(f"补充 {number} 复议决定书已送到窗口")
    assert "还有7个工作日" in answer
    assert "还有7个工作日" in await chen.says(f"案件 {number}")
    assert "已撤回" in await wang.says(f"撤回 {number}")
    assert "没有在办的事项" in await wang.says("进度")


@pytest.mark.clause("S3-30")
async def test_a_letter_of_authority_is_refused_with_its_reason_and_another_one_granted(town: Town) -> None:
    chen, *_ = await office(town)
    wang = await town.bound(await town.firm())
    refused = await asks_for_the_power(wang)
    assert "不同意" in await does(chen, "驳回", refused, "公章看不清")
    assert "公章看不清" in await letters(town, wang)
    granted = await asks_for_the_power(wang)
    assert "已授权" in await does(chen, "同意", granted)
    assert "您可以为平鲁晋北商贸有限公司签署，到2027年6月30日为止" in await letters(town, wang)
    assert "要作哪一种承诺" in await wang.says("承诺")


@pytest.mark.clause("S3-28", "S3-29", "S3-30", "S4-18")
async def test_commitments_are_kept_kept_in_part_and_withdrawn(town: Town) -> None:
    chen, liu, _ = await office(town)
    firm = await town.firm()
    wang, zhao, qian = [await town.bound(firm, name) for name in ("王会计", "赵会计", "钱会计")]
    for phone in (wang, zhao, qian):
        await may_sign(town, phone, firm)
    kept, partly, withdrawn = [await signs(phone, str(firm.uscc)) for phone in (wang, zhao, qian)]
    assert "全部履行" in await does(chen, "履约", kept)
    assert "已全部履行" in await letters(town, wang)
    assert "待认定" in await does(chen, "违诺", partly, "只交了一半")
    assert "部分履行" in await does(liu, "部分同意", partly, "消防材料已交，环保材料未交")
    told = await letters(town, zhao)
    assert "部分履行" in told
    assert "行政复议" in told
    assert "撤回的原因" in await qian.says(f"撤回 {withdrawn}")
    assert "已撤回" in await qian.says(f"撤回 {withdrawn} 改走一般程序")
    assert await state_of(town, firm) == []
    assert [await performed(town, each) for each in (kept, partly, withdrawn)] == [
        Performance.FULL,
        Performance.PARTLY,
        Performance.WITHDRAWN,
    ]


@pytest.mark.clause("S0-42", "S0-43", "C-05")
async def test_where_the_repair_is_decided_here_it_is_granted_or_refused(
    database_url: str, open_town: OpenTown
) -> None:
    async with open_town(database_url, rulebook="xixia") as town:
        chen, liu, _ = await office(town)
        jia, wang = await fined(town, "西峡甲有限公司")
        yi, zhao = await fined(town, "西峡乙有限公司")
        granted, refused = number_in(await applies(wang)), number_in(await applies(zhao))
        await does(chen, "受理", granted)
        assert "同意修复" in await does(liu, "同意", granted)
        await does(chen, "受理", refused)
        assert "不予修复" in await does(liu, "驳回", refused, "罚款没有缴清")
        assert await state_of(town, jia) == [RecordState.REPAIRED]
        assert await state_of(town, yi) == [RecordState.VALID]
        assert f"{granted}：同意修复" in await letters(town, wang)
        told = await letters(town, zhao)
        assert "罚款没有缴清" in told
        assert "行政复议" in told


@pytest.mark.clause("S4-27", "S4-33", "S4-38", "S4-39", "S4-40")
async def test_where_credit_china_decides_its_answer_is_mirrored_and_a_grade_may_forbid_commitments(
    database_url: str, open_town: OpenTown
) -> None:
    async with open_town(database_url, rulebook="hegang") as town:
        chen, *_ = await office(town)
        firm, wang = await fined(town, "鹤岗甲有限公司")
        filed = await applies(wang)
        assert "creditchina.gov.cn" in filed
        number = number_in(filed)
        assert "已记下" in await wang.says(f"已提交 {number} CX20260001")
        assert "同意修复" in await does(chen, "登记同意", number, "查询码 CX20260001，11月20日")
        assert await state_of(town, firm) == [RecordState.REPAIRED]
        told = await letters(town, wang)
        effects = town.parts.house.rulebook.repair.effects
        assert all(effect.public_text in told for effect in effects)

        barred = await town.firm("鹤岗乙有限公司")
        await rated(town, barred, "E")
        zhao = await town.bound(barred, "赵会计")
        await may_sign(town, zhao, barred)
        assert "告知承诺制" in await zhao.says("承诺")
        why = await zhao.says("2")
        assert "审批类承诺不能办理" in why
        assert "信用修复" in why
