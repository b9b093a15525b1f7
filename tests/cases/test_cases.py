"""The engine: opening, steps, rights, four eyes, pauses, corrections."""

from __future__ import annotations

from datetime import date

import pytest

from domain.errors import NotAllowed, NotFound, Refused, StaleCase, TextMissing
from domain.model.case import SYSTEM_ACTOR, Actor, Case, CaseKind
from domain.model.person import Power
from domain.rules.case_tables import TABLES
from domain.services import case_effects, cases
from domain.services.staff import firm_actor
from domain.services.work import Work
from tests.cases.conftest import CREDIT, MARKET, Desk

pytestmark = pytest.mark.usefixtures("engine_alone")


@pytest.mark.clause("S0-40")
def test_an_objection_goes_from_the_firm_to_a_decision(desk: Desk) -> None:
    case = desk.open()
    assert (case.number, case.state, case.version) == ("YY20260001", "待受理", 1)
    assert case.due_on == date(2026, 11, 27)
    case = desk.does("chen", "受理", case)
    assert case.handler == "chen"
    case = desk.does("wang", "同意", case, "属实")
    assert (case.state, case.outcome, case.open, case.version) == ("已办结", "成立", False, 3)
    assert [(e.seq, e.actor_name, e.action, e.to_state) for e in cases.log(desk.work, case)] == [
        (1, "示例甲公司经办人", "提交", "待受理"),
        (2, "陈晨", "受理", "办理中"),
        (3, "王伟", "同意", "已办结"),
    ]


def test_numbers_count_by_kind_and_by_shanghai_year(desk: Desk) -> None:
    numbers = [desk.open().number, desk.open(CaseKind.REPAIR).number, desk.open().number]
    assert numbers == ["YY20260001", "XF20260001", "YY20260002"]
    # 31 December, 16:30 UTC: the new year has begun in Shanghai
    desk.clock.set(desk.clock.now().replace(month=12, day=31, hour=16, minute=30))
    assert desk.open().number == "YY20270001"


def test_a_number_is_found_however_it_is_typed(desk: Desk) -> None:
    case = desk.open()
    assert cases.find(desk.work, " ｙｙ２０２６０００１ ") == case
    with pytest.raises(NotFound, match="YY20269999"):
        cases.find(desk.work, "YY20269999")


def test_what_is_not_possible_now_is_refused_with_what_is(desk: Desk) -> None:
    case = desk.open()
    with pytest.raises(Refused, match=r"现在不能“同意”.*现在是“待受理”。您现在可以：受理、补正、转办。"):
        desk.does("chen", "同意", case)
    assert cases.allowed(desk.work, case, desk.who("wang")) == ("补正", "转办")
    assert cases.allowed(desk.work, case, desk.who("shen")) == ()
    with pytest.raises(Refused, match="现在没有需要您办的"):
        desk.does("shen", "同意", case)


def test_a_refusal_without_a_reason_is_not_accepted(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open())
    with pytest.raises(TextMissing, match="“驳回”要写明理由"):
        desk.does("wang", "驳回", case, "  ")
    assert cases.asks_for(case, "驳回") == "理由"
    assert cases.asks_for(case, "同意") == ""
    assert desk.does("wang", "驳回", case, "记录属实").outcome == "不成立"


def test_each_role_and_each_department_keeps_to_its_own(desk: Desk) -> None:
    case = desk.open()
    with pytest.raises(NotAllowed, match=r"“受理”要由.*的经办、联络员办理"):
        desk.does("wang", "受理", case)
    with pytest.raises(NotAllowed, match="由示例县社会信用体系建设办公室办理"):
        desk.does("li", "受理", case)
    with pytest.raises(NotAllowed, match="由工作人员办理"):
        desk.does("firm", "受理", case)
    with pytest.raises(NotAllowed, match="不由工作人员"):
        desk.does("chen", "撤回", case)
    with pytest.raises(NotAllowed, match="不能由系统"):
        cases.act(desk.work, case.number, "受理", actor=SYSTEM_ACTOR)


def test_who_accepted_a_case_does_not_decide_it(desk: Desk) -> None:
    case = desk.does("zhao", "受理", desk.open())
    assert "同意" not in cases.allowed(desk.work, case, desk.who("zhao"))
    with pytest.raises(NotAllowed, match="另一位工作人员办理：这件案子是您受理的"):
        desk.does("zhao", "同意", case)
    assert desk.does("wang", "同意", case).outcome == "成立"


def test_a_case_of_another_firm_is_not_there(desk: Desk) -> None:
    case = desk.open()
    stranger = firm_actor(desk.newcomer("openid-2", None), "路人")
    with pytest.raises(NotFound):
        cases.find(desk.work, case.number, actor=stranger)
    with pytest.raises(NotFound):
        cases.act(desk.work, case.number, "撤回", actor=stranger)
    viewer = firm_actor(desk.newcomer("openid-3", Power.QUERY), "查询人")
    assert cases.allowed(desk.work, case, viewer) == ()
    colleague = firm_actor(desk.newcomer("openid-4", Power.FILE), "同事")
    assert cases.act(desk.work, case.number, "撤回", actor=colleague).outcome == "撤回"


def test_another_department_sees_what_it_had_a_hand_in(desk: Desk) -> None:
    case = desk.open(department=MARKET)
    desk.does("li", "转办", case, "信用办 等级由贵办评定")
    own = desk.open()
    assert cases.find(desk.work, case.number, actor=desk.who("li")).department == CREDIT
    for userid in ("li", "sun"):
        with pytest.raises(NotAllowed, match=f"{own.number}由{CREDIT}办理"):
            cases.find(desk.work, own.number, actor=desk.who(userid))
    with pytest.raises(NotAllowed):
        cases.find(desk.work, case.number, actor=desk.who("sun"))
    assert cases.find(desk.work, own.number, actor=desk.who("shen")) == own


def test_who_left_the_firm_no_longer_acts_for_it(desk: Desk) -> None:
    case = desk.open()
    [(binding, _)] = desk.uow.bindings.of_person(desk.person.id)
    desk.uow.bindings.revoke(binding.id, at=desk.clock.now(), reason="unbound")
    with pytest.raises(NotFound):
        desk.does("firm", "撤回", case)


def test_a_question_belongs_to_who_asked_it(desk: Desk) -> None:
    case = desk.open(CaseKind.CONSULTATION, clocks=(), handler="li")
    colleague = firm_actor(desk.newcomer("openid-4", Power.FILE), "同事")
    with pytest.raises(NotFound):
        cases.act(desk.work, case.number, "补充", actor=colleague, text="在吗")
    # who is on duty answers, whatever department he sits in
    assert desk.does("li", "回复", case, "您好").state == "沟通中"
    assert desk.does("firm", "补充", case, "还有一问").state == "待答复"
    desk.does("li", "回复", case, "可以")
    assert desk.does("firm", "办结", case).outcome == "已答复"


def test_a_stale_version_says_who_was_faster_and_when(desk: Desk) -> None:
    case = desk.open()
    desk.does("chen", "受理", case, version=1)
    with pytest.raises(StaleCase, match=r"已由陈晨于11月20日12:00“受理”，现在是“办理中”.*“案件 YY20260001”"):
        desk.does("zhao", "受理", case, version=1)
    with pytest.raises(StaleCase, match=r"已由工作人员于.*“进度 YY20260001”"):
        desk.does("firm", "撤回", case, version=1)


def test_a_text_decision_acts_at_once_only_on_what_was_shown(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open())
    assert not cases.was_shown(desk.work, case, "wang")
    cases.note_view(desk.work, case, "wang")
    assert cases.was_shown(desk.work, case, "wang")
    desk.does("chen", "核查", case, "向市场监管局核查处罚决定")
    assert not cases.was_shown(desk.work, cases.find(desk.work, case.number), "wang")


def test_who_takes_a_step_on_what_he_was_shown_has_seen_the_next_version(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open(), version=1)
    assert cases.was_shown(desk.work, case, "chen")
    blind = desk.does("zhao", "核查", case, "核查")
    assert not cases.was_shown(desk.work, blind, "zhao")


@pytest.mark.clause("C-07")
def test_a_request_for_material_stops_the_clock_and_says_why(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open())
    desk.clock.advance(days=3)  # Monday: one day used
    case = desk.does("chen", "补正", case, "请补充营业执照")
    assert (case.state, case.paused, case.due_on) == ("待补正", True, None)
    assert case.pauses[-1].reason == "补正：请补充营业执照"
    desk.clock.advance(days=8)  # Tuesday of the week after
    case = desk.does("firm", "补充", case, "已补充")
    assert (case.state, case.paused, case.due_on) == ("办理中", False, date(2026, 12, 7))


@pytest.mark.clause("C-22")
def test_material_leads_back_to_where_it_was_asked_for(desk: Desk) -> None:
    case = desk.does("chen", "补正", desk.open(CaseKind.REPAIR), "缺信用承诺书")
    assert desk.does("chen", "补充", case, "窗口收到").state == "待受理"
    case = desk.does("chen", "受理", case)
    desk.does("chen", "补正", case, "缺整改照片")
    assert desk.does("firm", "补充", case, "已上传").state == "办理中"


@pytest.mark.clause("C-08")
def test_the_time_of_an_expert_is_not_counted(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open())
    desk.does("chen", "中止", case, "检验鉴定")
    desk.clock.advance(days=7)
    assert desk.does("chen", "恢复", case).due_on == date(2026, 12, 4)


def test_a_limit_that_is_met_no_longer_binds(desk: Desk) -> None:
    limits = (desk.limit(3, met_by="受理", name="受理"), desk.limit(10))
    case = desk.open(CaseKind.REPAIR, clocks=limits)
    assert case.due_on == date(2026, 11, 25)
    case = desk.does("chen", "受理", case)
    assert (case.due_on, case.clocks[0].met_on) == (date(2026, 12, 4), date(2026, 11, 20))
    case = desk.does("wang", "同意", case)
    assert all(clock.met_on == date(2026, 11, 20) for clock in case.clocks)
    assert case.due_on == date(2026, 12, 4)


@pytest.mark.clause("S0-39")
def test_a_transfer_keeps_number_and_clock_and_is_accepted_anew(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open())
    case = desk.does("chen", "转办", case, "市场监管局 由其认定")
    assert (case.number, case.department, case.state, case.handler) == (
        "YY20260001",
        MARKET,
        "待受理",
        "",
    )
    assert case.due_on == date(2026, 11, 27)
    with pytest.raises(NotAllowed):
        desk.does("chen", "受理", case)
    case = desk.does("li", "受理", case)
    assert desk.does("sun", "驳回", case, "处罚决定未撤销").outcome == "不成立"


def test_a_transfer_to_nowhere_names_where_to(desk: Desk) -> None:
    case = desk.open()
    with pytest.raises(Refused, match=f"可以转去：{CREDIT}、{MARKET}。"):
        desk.does("chen", "转办", case, "水利局")
    with pytest.raises(Refused, match="已经在"):
        desk.does("chen", "转办", case, "信用办")
    # the administrator sees every department
    assert desk.does("gao", "转办", case, "市场监管局").department == MARKET


def test_a_correction_is_a_new_decision_by_another_approver(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open())
    case = desk.does("wang", "驳回", case, "记录属实")
    with pytest.raises(NotAllowed, match="原决定是您作出的"):
        desk.does("wang", "更正", case, "看错了")
    desk.clock.advance(days=3)
    anew = desk.does("zhao", "更正", case, "处罚已被撤销")
    assert (anew.number, anew.state, anew.parent_id, anew.handler) == (
        "YY20260002",
        "更正办理",
        case.id,
        "zhao",
    )
    assert (anew.due_on, anew.facts) == (date(2026, 11, 30), case.facts)
    old = cases.find(desk.work, case.number)
    assert (old.state, old.outcome, old.closed_at) == ("已更正", "不成立", case.closed_at)
    with pytest.raises(NotAllowed, match="原决定是您作出的"):
        desk.does("wang", "同意", anew)
    anew = desk.does("zhao", "同意", anew)
    assert anew.outcome == "成立"
    with pytest.raises(Refused, match=r"现在是“已更正”"):
        desk.does("zhao", "更正", old, "再来")
    # whoever decided anywhere before is out
    with pytest.raises(NotAllowed):
        desk.does("wang", "更正", anew, "不对")


@pytest.mark.clause("S3-47")
def test_a_review_is_for_somebody_else_than_who_decided(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open())
    case = desk.does("zhao", "驳回", case, "记录属实")
    review = desk.open(CaseKind.REVIEW, parent_id=case.id)
    assert review.number == "FH20260001"
    assert "受理" not in cases.allowed(desk.work, review, desk.who("zhao"))
    review = desk.does("chen", "受理", review)
    with pytest.raises(NotAllowed, match="原决定是您作出的"):
        desk.does("zhao", "驳回", review, "维持")
    assert desk.does("wang", "驳回", review, "维持").outcome == "维持原决定"


@pytest.mark.clause("S4-33")
def test_where_credit_china_decides_its_status_is_mirrored(desk: Desk) -> None:
    case = desk.open(CaseKind.REPAIR, state="待提交", clocks=())
    assert "同意" not in {
        step for who in ("chen", "wang", "zhao") for step in cases.allowed(desk.work, case, desk.who(who))
    }
    desk.does("firm", "已提交", case, "查询码 1234")
    desk.does("chen", "登记补正", case, "承诺书没有盖章")
    desk.does("firm", "已提交", case, "查询码 1234，已补")
    assert desk.does("chen", "登记同意", case, "查询码 1234，11月20日").outcome == "同意修复"


@pytest.mark.clause("S4-18")
def test_a_breach_is_never_one_persons_finding(desk: Desk) -> None:
    case = desk.does("firm", "签署", desk.open(CaseKind.COMMITMENT, clocks=()))
    case = desk.does("zhao", "违诺", case, "到期未提交材料")
    with pytest.raises(NotAllowed, match="您违诺的"):
        desk.does("zhao", "同意", case, "属实")
    assert desk.does("wang", "驳回", case, "已提交").state == "履行中"
    # the two may change places: only the finding that is decided on counts
    desk.does("wang", "违诺", case, "提交的不对")
    with pytest.raises(NotAllowed, match="您违诺的"):
        desk.does("wang", "部分同意", case, "提交了一半")
    case = desk.does("zhao", "部分同意", case, "提交了一半")
    assert (case.state, case.outcome) == ("部分履行", "部分履行")


def test_a_broadcast_is_released_by_a_second_person(desk: Desk) -> None:
    case = desk.open(CaseKind.BROADCAST, by="zhao", subject_id=None, applicant_id=None, clocks=())
    with pytest.raises(NotAllowed, match="您提交的"):
        desk.does("zhao", "同意", case)
    assert desk.does("wang", "同意", case).state == "已发布"
    done = cases.act(desk.work, case.number, "完成", actor=SYSTEM_ACTOR)
    assert (done.state, done.open) == ("已完成", False)
    with pytest.raises(NotAllowed, match="不能由您提出"):
        desk.open(CaseKind.BROADCAST)


def test_every_step_is_audited_without_its_words(desk: Desk) -> None:
    case = desk.does("chen", "受理", desk.open())
    desk.does("wang", "驳回", case, "张三的身份证号不对")
    rows = [row for row in desk.audit_rows() if row.ref == case.number]
    assert [(row.action, row.actor, row.detail["action"], row.detail["version"]) for row in rows] == [
        ("case.opened", f"person:{desk.person.id}", "提交", 1),
        ("case.step", "staff:chen", "受理", 2),
        ("case.step", "staff:wang", "驳回", 3),
    ]
    assert all("张三" not in str(row.detail) for row in rows)
    assert "text" in rows[2].detail
    assert "text" not in rows[1].detail


def test_todo_holds_what_this_person_may_do_nearest_first(desk: Desk) -> None:
    later = desk.open(days=7)
    sooner = desk.open(days=3)
    decided = desk.does("chen", "受理", desk.open(days=5))
    desk.open(department=MARKET)
    assert [c.number for c in cases.todo(desk.work, desk.who("chen"))] == [
        sooner.number,
        decided.number,
        later.number,
    ]
    assert [c.number for c in cases.todo(desk.work, desk.who("li"))] == ["YY20260004"]
    assert cases.todo(desk.work, desk.who("shen")) == []


def test_what_waits_for_somebody_else_is_no_todo(desk: Desk) -> None:
    case = desk.open()
    # an approver may ask for material at once, but acceptance is the clerks'
    assert "补正" in cases.allowed(desk.work, case, desk.who("wang"))
    assert cases.todo(desk.work, desk.who("wang")) == []
    case = desk.does("chen", "补正", case, "缺营业执照")
    assert "补充" in cases.allowed(desk.work, case, desk.who("chen"))
    assert cases.todo(desk.work, desk.who("chen")) == []
    case = desk.does("chen", "受理", desk.does("firm", "补充", case, "已补充"))
    assert cases.todo(desk.work, desk.who("wang")) == [case]


@pytest.mark.clause("S4-18")
def test_a_commitment_wakes_up_a_week_before_it_is_due(desk: Desk) -> None:
    case = desk.open(CaseKind.COMMITMENT, clocks=(desk.limit(15),))
    case = desk.does("firm", "签署", case)
    assert cases.todo(desk.work, desk.who("chen")) == []
    desk.clock.advance(days=14)
    assert case.due_on == date(2026, 12, 11)
    assert cases.todo(desk.work, desk.who("chen")) == [case]


def test_who_handles_a_case_of_another_department_has_it_to_do(desk: Desk) -> None:
    case = desk.open(CaseKind.CONSULTATION, clocks=(), handler="li")
    assert cases.todo(desk.work, desk.who("li")) == [case]
    assert cases.todo(desk.work, desk.who("sun")) == []


def test_an_opening_state_is_one_of_the_table(desk: Desk) -> None:
    with pytest.raises(ValueError, match="cannot begin"):
        desk.open(CaseKind.OBJECTION, state="已办结")


def test_an_effect_follows_its_step_and_undoes_it_when_it_fails(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str, str]] = []

    def effect(work: Work, case: Case, actor: Actor, text: str) -> None:
        seen.append((case.state, actor.id, text))
        cases.amend(work, case, facts={"followed": True})
        if text == "坏":
            raise Refused("办不了")

    monkeypatch.setitem(case_effects.EFFECTS, (CaseKind.OBJECTION, "受理"), effect)
    case = desk.open()
    with pytest.raises(Refused, match="办不了"), desk.uow.savepoint():
        desk.does("chen", "受理", case, "坏")
    assert cases.find(desk.work, case.number) == case
    done = desk.does("chen", "受理", case, "好")
    assert seen == [("办理中", "chen", "坏"), ("办理中", "chen", "好")]
    # what the effect changed is what comes back
    assert done.facts["followed"] is True
    assert done == cases.find(desk.work, case.number)


@pytest.mark.parametrize("kind, action", list(case_effects.EFFECTS))
def test_every_effect_belongs_to_a_step(kind: CaseKind, action: str) -> None:
    assert action in TABLES[kind].actions
