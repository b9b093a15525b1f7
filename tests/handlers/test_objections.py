"""异议 and 复核 as the chat goes, and what a decision does to record, grade and letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from domain.errors import NotAllowed
from domain.model.case import Case
from domain.model.person import Power, Staff
from domain.model.record import RecordKind, RecordState
from domain.model.subject import Subject
from domain.services import cases
from domain.services.staff import actor_of
from tests.handlers.conftest import Talk, Town, work_of

YEAR = date(2026, 3, 5)


@pytest.fixture
def staffed(town: Town) -> Town:
    for userid, name, role in (
        ("chen", "陈晨", "经办"),
        ("lin", "林岚", "审批"),
        ("zhou", "周舟", "审批"),
        ("ma", "马明", "经办"),
    ):
        town.uow.staff.save(Staff(userid, name, (role,), town.office.name))
    return town


@pytest.fixture
def firm(staffed: Town) -> Subject:
    subject = staffed.firm()
    staffed.warned(subject, YEAR, times=1)
    staffed.approved(subject)
    return subject


def objects(talk: Talk, choice: str = "2") -> str:
    """The whole form; returns the case number."""
    assert "对哪一项有异议" in talk.says("异议")
    if "向哪里提出" in talk.says(choice):
        talk.says("1")
    assert "请核对" in talk.says("这条警告已被复议决定撤销，文号附后")
    filed = talk.says("确认")
    assert "已提交，案号" in filed
    return filed.split("案号")[1][:10]


def decides(town: Town, number: str, action: str, *, by: str = "lin", text: str = "") -> Case:
    work = work_of(town)
    cases.act(work, number, "受理", actor=actor_of(work, "chen"))
    return cases.act(work, number, action, actor=actor_of(work, by), text=text)


def waiting(town: Town, talk: Talk) -> str:
    return "\n".join(town.uow.outbox.take_waiting(talk.person().id, town.clock.now()))


@pytest.mark.clause("S2-46")
def test_an_upheld_objection_revokes_the_record_and_lifts_the_grade(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    record = staffed.uow.records.of_subject(firm.id)[0]
    assert record.state is RecordState.CONTESTED
    assert "异议中" in talk.says("我的记录")

    decides(staffed, number, "同意")
    record = staffed.uow.records.of_subject(firm.id)[0]
    assert record.state is RecordState.REVOKED
    in_force = staffed.uow.assessments.in_force(firm.id)
    assert in_force is not None
    assert in_force.evaluation.code == "UNRATED"
    told = waiting(staffed, talk)
    assert f"{number}：您的异议成立" in told
    corrections = staffed.uow.corrections.since(None)
    assert {each.what for each in corrections} >= {"记录状态", "信用等级"}


def test_a_refused_objection_names_reason_review_and_remedies_and_takes_the_mark_away(
    staffed: Town, firm: Subject
) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    decides(staffed, number, "驳回", text="原处理决定仍然有效")
    assert staffed.uow.records.of_subject(firm.id)[0].state is RecordState.VALID
    told = waiting(staffed, talk)
    assert "原处理决定仍然有效" in told
    assert f"复核 {number}" in told
    assert "行政复议" in told


def test_a_review_is_possible_once_and_decided_by_somebody_else(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    decides(staffed, number, "驳回", text="原处理决定仍然有效")
    waiting(staffed, talk)
    assert "请写明" in talk.says(f"复核 {number}")
    talk.says("有新的证据，复议决定书附后")
    review = talk.says("确认").split("案号")[1][:10]
    assert review.startswith("FH")
    work = work_of(staffed)
    cases.act(work, review, "受理", actor=actor_of(work, "ma"))
    with pytest.raises(NotAllowed):
        cases.act(work, review, "驳回", actor=actor_of(work, "lin"), text="没有新的事实")
    cases.act(work, review, "驳回", actor=actor_of(work, "zhou"), text="没有新的事实")
    assert "行政复议" in waiting(staffed, talk)
    assert "没有可以复核的决定" in talk.says("复核")


def test_the_same_matter_is_not_objected_to_twice_at_once(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    talk.says("异议")
    if "向哪里提出" in talk.says("2"):
        talk.says("1")
    talk.says("再说一次，这条记录不对")
    assert number in talk.says("确认")


def test_both_sides_see_the_same_countdown_and_the_firm_may_withdraw(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    assert number in talk.says("进度")
    seen = talk.says(f"进度 {number}")
    assert "待受理" in seen
    assert f"撤回 {number}" in seen
    assert "已撤回" in talk.says(f"撤回 {number}")
    assert staffed.uow.records.of_subject(firm.id)[0].state is RecordState.VALID


def test_more_material_pauses_the_clock_until_the_firm_supplies_it(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    work = work_of(staffed)
    cases.act(work, number, "补正", actor=actor_of(work, "chen"), text="复议决定书")
    assert "计时已暂停" in talk.says(f"进度 {number}")
    assert "收到" in talk.says(f"补充 {number} 复议决定书已送到窗口")
    assert "计时已暂停" not in talk.says(f"进度 {number}")


def test_somebody_with_the_power_to_look_only_cannot_object(staffed: Town, firm: Subject) -> None:
    talk = staffed.talk("openid-of-a-viewer")
    talk.says(f"绑定 {staffed.code(firm, Power.QUERY)}")
    talk.says("确认")
    assert "经办" in talk.says("异议")


def test_a_correction_that_goes_the_other_way_takes_the_first_decision_back(
    staffed: Town, firm: Subject
) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    case = decides(staffed, number, "同意")
    record_id = case.facts["record"]
    waiting(staffed, talk)
    work = work_of(staffed)
    anew = cases.act(work, number, "更正", actor=actor_of(work, "zhou"), text="文书是伪造的")
    told = waiting(staffed, talk)
    assert f"{number}：原来的决定（成立）需要更正" in told
    assert anew.number in told
    cases.act(work, anew.number, "驳回", actor=actor_of(work, "zhou"), text="处罚决定有效")
    record = staffed.uow.records.get(record_id)
    assert record is not None
    assert record.state is RecordState.VALID
    assert "恢复为“有效”" in waiting(staffed, talk)


def test_what_the_firm_wrote_keeps_its_punctuation(staffed: Town, firm: Subject) -> None:
    """Once, staff read 「撤销,文号附后」 where the firm had written 「撤销，文号附后」."""
    talk = staffed.bound(firm)
    number = objects(talk)
    case = cases.find(work_of(staffed), number)
    assert case.facts["said"] == "这条警告已被复议决定撤销，文号附后"


@pytest.mark.clause("S4-33", "S4-34")
def test_where_the_province_takes_objections_the_package_is_prepared_and_the_receipt_starts_the_clock(
    town_of: Callable[[str], Town],
) -> None:
    town = town_of("hegang")
    town.uow.staff.save(Staff("chen", "陈晨", ("经办",), town.office.name))
    firm = town.firm("鹤岗甲有限公司")
    town.record(firm, RecordKind.RECTIFICATION, date(2026, 5, 1), title="责令改正")
    talk = town.bound(firm)
    assert "对哪一项有异议" in talk.says("异议")
    talk.says("1")
    talk.says("这条记录已被复议决定撤销")
    said = talk.says("确认")
    for words in ("https://credit.hlj.gov.cn", str(firm.uscc), "责令改正", "已被复议决定撤销", "拍照发给我"):
        assert words in said
    number = said.split("案号")[1][:10]
    assert cases.find(work_of(town), number).due_on is None
    town.clock.advance(days=3)
    case = cases.act(
        work_of(town), number, "受理", actor=actor_of(work_of(town), "chen"), text="11月23日网站收到"
    )
    # seven working days from the formal receipt
    assert case.due_on == date(2026, 12, 2)


@pytest.mark.clause("S1-20")
def test_a_listing_may_be_contested_and_ends_when_the_objection_is_upheld(
    town_of: Callable[[str], Town],
) -> None:
    town = town_of("wuzhong")
    for userid, role in (("chen", "经办"), ("lin", "审批")):
        town.uow.staff.save(Staff(userid, userid, (role,), town.office.name))
    firm = town.firm("吴忠甲有限公司")
    listing = town.record(firm, RecordKind.SERIOUS_LISTING, date(2026, 5, 1), title="列入严重失信主体名单")
    talk = town.bound(firm)
    assert "列入严重失信主体名单" in talk.says("异议")
    if "向哪里提出" in talk.says("1"):
        talk.says("1")
    talk.says("列入决定已被法院撤销，判决书附后")
    said = talk.says("确认")
    number = said.split("案号")[1][:10]
    record = town.uow.records.get(listing)
    assert record is not None
    assert record.state is RecordState.CONTESTED
    # the document names no limit: the national one is a reference
    assert "参考" in talk.says(f"进度 {number}")
    decides(town, number, "同意")
    record = town.uow.records.get(listing)
    assert record is not None
    assert record.state is RecordState.REVOKED
    assert "您的异议成立" in waiting(town, talk)
