"""Every kind of case from its page: each way through the tables, with what the firm reads of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from domain.model.case import SYSTEM_ACTOR, Case, CaseKind, Doer
from domain.rules.case_tables import TABLES
from domain.services import audiences, broadcasts, case_file, cases, letters, staff
from storage.unit_of_work import SqlUnitOfWork
from tests.stories.casework import letters as read_by
from tests.stories.casework import may_sign, objects, office, performed, signs, state_of, warned
from tests.stories.conftest import Town
from tests.stories.desks import hired, runs
from tests.web.conftest import Browser, Enter


async def acts(browser: Browser, number: str, action: str, text: str = "") -> str:
    """Opens the case, takes a step that its page offers; the page that is then read."""
    path = f"/h5/staff/cases/{number}"
    await browser.opens(path)
    assert f'value="{action}">确定{action}<' in browser.last.text, browser.last.text
    version = re.search(r'name="version" value="(\d+)"', browser.last.text)
    assert version is not None
    done = await browser.sends(path, {"action": action, "version": version[1], "text": text})
    assert done.status == 200
    return done.text


def test_each_step_of_the_staff_says_what_follows_from_it() -> None:
    for table in TABLES.values():
        case = _empty(table.kind)
        for step in table.steps:
            if step.by - {Doer.FIRM, Doer.SYSTEM}:
                assert case_file.consequences(case, step), f"{table.kind} {step.source} {step.action}"


def _empty(kind: CaseKind) -> Case:
    return Case(
        0, "YY20260001", kind, "", 1, None, None, "", "", datetime(2026, 11, 20, tzinfo=UTC), None, False
    )


@pytest.mark.clause("C-08")
async def test_an_objection_goes_every_way_round_before_it_is_decided(town: Town, enter: Enter) -> None:
    chen, liu, _ = await office(town)
    _, phone = await warned(town, "平鲁晋北商贸有限公司")
    number = await objects(phone)
    clerk, approver = await enter(town, chen, "/h5/staff/"), await enter(town, liu, "/h5/staff/")
    assert "办理中" in await acts(clerk, number, "受理")
    page = await acts(clerk, number, "补正", "请补充复议决定书")
    assert "计时已暂停" in page
    assert "暂停中" in page
    assert "请补充复议决定书" in await read_by(town, phone)
    assert "还没有恢复" in page
    page = await acts(clerk, number, "补充", "当面交来复议决定书")
    assert "恢复<br>" in page
    assert "办理中" in page
    page = await acts(clerk, number, "核查", "向市场监管局核实")
    assert "向市场监管局核实" in page
    await acts(clerk, number, "反馈", "已经撤销")
    assert "中止办理" in await acts(clerk, number, "中止", "检验鉴定")
    assert "办理中" in await acts(clerk, number, "恢复")
    assert "待审批" in await acts(clerk, number, "报批", "拟同意一部分")
    assert "办理中" in await acts(approver, number, "退回", "请写清楚依据")
    assert "待审批" in await acts(clerk, number, "报批", "依据是复议决定")
    page = await acts(approver, number, "部分同意", "记录更正，其余不变")
    assert "部分成立" in page
    assert "异议处理决定书" in page
    told = await read_by(town, phone)
    assert "记录更正，其余不变" in told
    assert "向市场监管局核实" not in told
    assert "拟同意一部分" not in told


@pytest.mark.clause("S4-36", "S4-40")
async def test_a_stop_order_is_explained_and_then_confirmed(town: Town, enter: Enter) -> None:
    house = town.parts.house
    sun = await hired(town, "sun", "孙丽", "联络员")
    firm = await town.firm("平鲁永安商贸有限公司")

    def order(uow: SqlUnitOfWork) -> str:
        work = house.work(uow)
        return cases.open_case(
            work,
            CaseKind.STOP_ORDER,
            subject_id=firm.id,
            applicant_id=None,
            department=house.office.name,
            facts={"measures": [{"clause": "S2-30", "text": "增加检查频次", "basis": "第十三条"}]},
            actor=SYSTEM_ACTOR,
        ).number

    number = await town.write(order)
    browser = await enter(town, sun, "/h5/staff/")
    assert "待确认终止的措施（1）" in browser.last.text
    page = await acts(browser, number, "说明", "系统维护，明天停止")
    assert "增加检查频次" in page
    assert "待确认" in page
    assert "已终止" in await acts(browser, number, "确认")
    assert "待确认终止的措施" not in (await browser.opens("/h5/staff/")).text


@pytest.mark.clause("S1-19")
async def test_a_notice_that_reached_nobody_is_served_in_person(town: Town, enter: Enter) -> None:
    chen, *_ = await office(town)
    _, phone = await warned(town, "平鲁晋北商贸有限公司")
    about = await objects(phone)
    house = town.parts.house

    def serve(uow: SqlUnitOfWork) -> str:
        work = house.work(uow)
        return letters.serve(work, cases.find(work, about), "决定书：<b>驳回</b>", reason="已取消关注").number

    number = await town.write(serve)
    browser = await enter(town, chen, "/h5/staff/")
    assert "待送达的通知（1）" in browser.last.text
    page = await acts(browser, number, "未送达", "电话无人接听")
    assert "决定书：&lt;b&gt;驳回&lt;/b&gt;" in page
    assert "要送达的内容" in page
    assert "已送达" in await acts(browser, number, "送达", "11月20日当面交给法定代表人，有签收单")


@pytest.mark.clause("S2-45")
async def test_a_broadcast_is_released_by_somebody_else(town: Town, enter: Enter) -> None:
    chen, liu, _ = await office(town)
    _, phone = await warned(town, "平鲁晋北商贸有限公司")
    house = town.parts.house

    def prepare(uow: SqlUnitOfWork) -> str:
        work = house.work(uow)
        wanted = audiences.audience(work, "全部企业")
        return broadcasts.prepare(work, staff.actor_of(work, "chen"), "请按时年报", wanted).number

    number = await town.write(prepare)
    await runs(town, "broadcast_count")
    own = await enter(town, chen, f"/h5/staff/cases/{number}")
    assert "确定同意" not in own.last.text
    assert "请按时年报" in own.last.text
    assert "已发布" in await acts(await enter(town, liu, "/h5/staff/"), number, "同意")
    await runs(town, "broadcast_send")
    assert "请按时年报" in await read_by(town, phone)


@pytest.mark.clause("S4-18")
async def test_a_broken_commitment_is_one_persons_suspicion_and_anothers_finding(
    town: Town, enter: Enter
) -> None:
    chen, liu, _ = await office(town)
    firm = await town.firm()
    wang, zhao = await town.bound(firm), await town.bound(firm, "赵会计")
    for phone in (wang, zhao):
        await may_sign(town, phone, firm)
    kept, broken = [await signs(phone, str(firm.uscc)) for phone in (wang, zhao)]
    clerk, approver = await enter(town, chen, "/h5/staff/"), await enter(town, liu, "/h5/staff/")
    page = await acts(clerk, kept, "履约")
    assert "全部履行" in page
    assert "承诺书全文" in page
    assert "待认定" in await acts(clerk, broken, "违诺", "逾期没有提交")
    assert "全部未履行" in await acts(approver, broken, "同意", "核实属实")
    assert "核实属实" in await read_by(town, wang)
    assert (await performed(town, kept)).value == "全部履行"
    assert len(await state_of(town, firm)) == 1
