"""承诺 as the chat goes, what is stored of it, and what follows when it is kept or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from domain.errors import NotAllowed, Refused
from domain.model.case import Case
from domain.model.commitment import Commitment, Performance
from domain.model.person import Channel, Power, Staff
from domain.model.record import RecordKind, RecordState
from domain.model.subject import Subject, SubjectKind
from domain.rules.workdays import Shift
from domain.services import cases, reminders
from domain.services.staff import actor_of, firm_actor
from tests.handlers.conftest import Talk, Town, work_of

ITEM = "三十日内补交消防验收材料"


def with_staff(town: Town) -> Town:
    for userid, name, role in (
        ("chen", "陈晨", "经办"),
        ("lin", "林岚", "审批"),
        ("zhou", "周舟", "审批"),
    ):
        town.uow.staff.save(Staff(userid, name, (role,), town.office.name))
    return town


@pytest.fixture
def staffed(town: Town) -> Town:
    return with_staff(town)


def signer(town: Town, firm: Subject, sender: str = "openid-of-a-signer") -> Talk:
    """Somebody bound with the power 签署."""
    talk = town.talk(sender)
    now = town.clock.now()
    town.uow.bindings.add(talk.person().id, firm.id, Power.SIGN, at=now, proof="letter:SQ20260007")
    return talk


def reads(talk: Talk, page: str) -> str:
    """Read a text to its last page."""
    whole = page
    while "回复“更多”继续" in page:
        page = talk.says("更多")
        whole += page
    return whole


def to_the_letter(
    talk: Talk, consents: tuple[str, ...] = ("同意",), kind: str = "1", due: str = "长期"
) -> str:
    """The form up to the letter, which is returned."""
    assert "要作哪一种承诺" in talk.says("承诺")
    talk.says(kind)
    assert "哪一天做到" in talk.says(ITEM)
    page = talk.says(due)
    for name in ("哪些信息", "等级怎么分", "怎样监管"):
        assert name in reads(talk, page)
        page = talk.says("知道了")
    for consent in consents:
        assert "请回复“同意”或“不同意”" in page
        page = talk.says(consent)
    assert "违反承诺的后果" in reads(talk, page)
    return reads(talk, talk.says("知道了"))


def signs(talk: Talk, **chosen: str) -> str:
    """The whole form; returns the case number."""
    to_the_letter(talk, **chosen)  # type: ignore[arg-type]
    answer = talk.says("我承诺")
    assert "已签署，案号CN" in answer
    return answer.split("案号")[1][:10]


def stored(town: Town, number: str) -> Commitment:
    case = town.uow.cases.by_number(number)
    assert case is not None
    found = town.uow.commitments.of_case(case.id)
    assert found is not None
    return found


def does(town: Town, number: str, action: str, text: str = "", by: str = "chen") -> Case:
    work = work_of(town)
    return cases.act(work, number, action, actor=actor_of(work, by), text=text)


def waiting(town: Town, talk: Talk) -> str:
    return "\n".join(town.uow.outbox.take_waiting(talk.person().id, town.clock.now()))


@pytest.mark.clause("S3-28")
def test_the_letter_names_the_credit_code_and_is_stored_as_it_was_signed(staffed: Town) -> None:
    firm = staffed.firm()
    talk = signer(staffed, firm)
    letter = to_the_letter(talk)
    assert str(firm.uscc) in letter
    assert "SQ20260007" in letter
    number = talk.says("我承诺").split("案号")[1][:10]
    commitment = stored(staffed, number)
    assert str(firm.uscc) in commitment.signed.text
    assert ITEM in commitment.signed.text
    assert len(commitment.text_sha256) == 64
    assert commitment.template_version == "general-2026.1"
    assert (commitment.signer_id, commitment.power) == (talk.person().id, Power.SIGN)
    assert commitment.signed.proof == "letter:SQ20260007"
    assert commitment.code == "140603" + "20261120" + "000001"
    assert commitment.performance is Performance.PENDING


def test_the_clerk_is_told_of_a_new_commitment_once(staffed: Town) -> None:
    signs(signer(staffed, staffed.firm()))
    work = work_of(staffed)
    clerk = staffed.uow.people.get_or_add(Channel.WECOM, work.staff_account, "chen", work.now)
    (told,) = staffed.uow.outbox.take_waiting(clerk.id, work.now)
    assert told.startswith("新的承诺：CN20260001")


@pytest.mark.clause("S3-28")
def test_a_subject_without_a_credit_code_cannot_commit(staffed: Town) -> None:
    talk = signer(staffed, staffed.firm("王某", SubjectKind.NATURAL_PERSON))
    assert "必须写明统一社会信用代码" in talk.says("承诺")


@pytest.mark.clause("S3-29")
def test_each_prior_notice_is_read_and_acknowledged_before_signing(staffed: Town) -> None:
    talk = signer(staffed, staffed.firm())
    talk.says("承诺")
    talk.says("1")
    talk.says(ITEM)
    page = talk.says("长期")
    assert "签署以前要告诉您的事" in page
    assert "看完请回复“知道了”" in talk.says("我承诺")
    for _ in range(3):
        reads(talk, page)
        page = talk.says("知道了")
    talk.says("不同意")
    talk.says("知道了")
    number = talk.says("我承诺").split("案号")[1][:10]
    notices = stored(staffed, number).signed.notices
    assert [notice.id for notice in notices] == ["data", "grades", "measures"]
    assert len({notice.sha256 for notice in notices}) == 3


@pytest.mark.clause("S3-29")
def test_a_long_notice_is_not_acknowledged_before_its_last_page(town_of: Callable[[str], Town]) -> None:
    town = with_staff(town_of("xixia"))
    talk = signer(town, town.firm())
    talk.says("承诺")
    talk.says("6")
    talk.says(ITEM)
    reads(talk, talk.says("长期"))
    talk.says("知道了")
    assert "回复“更多”继续" in talk.says("知道了")
    assert "请先看完" in talk.says("知道了")


@pytest.mark.clause("S3-30")
def test_each_platform_is_asked_apart_and_refusing_is_possible(town_of: Callable[[str], Town]) -> None:
    town = with_staff(town_of("huairen"))
    talk = signer(town, town.firm())
    to_the_letter(talk, ("同意", "不同意", "同意"))
    number = talk.says("我承诺").split("案号")[1][:10]
    assert stored(town, number).consents == {"county": True, "city": False, "province": True}


@pytest.mark.clause("S3-29")
def test_the_notices_show_the_grades_and_measures_of_the_place(town_of: Callable[[str], Town]) -> None:
    town = with_staff(town_of("huairen"))
    talk = signer(town, town.firm())
    talk.says("承诺")
    talk.says("1")
    talk.says(ITEM)
    reads(talk, talk.says("长期"))
    grades = reads(talk, talk.says("知道了"))
    measures = reads(talk, talk.says("知道了"))
    for grade in town.rulebook.grades:
        assert grade.public_text in grades
        assert f"{grade.code}（{grade.class_name}）" in measures


@pytest.mark.clause("S4-15")
@pytest.mark.clause("S4-16")
@pytest.mark.clause("S4-17")
def test_the_places_own_kinds_and_matters_are_offered(town_of: Callable[[str], Town]) -> None:
    town = with_staff(town_of("hegang"))
    talk = signer(town, town.firm())
    offered = talk.says("承诺")
    names = ("容缺式受理", "告知承诺制", "承诺即开工", "办照即经营", "承诺即换证")
    others = ("行业自律", "信用修复", "自愿")
    assert all(name in offered for name in (*names, *others))
    assert "食品经营许可" in talk.says("容缺受理")
    assert "1到3" in talk.says("9")
    assert "哪一天做到" in talk.says("1")
    talk.says("取消")
    assert "旅行社设立许可" in talk.says("承诺 告知承诺")


@pytest.mark.clause("S4-27")
def test_a_grade_that_forbids_it_blocks_approvals_and_says_why(town_of: Callable[[str], Town]) -> None:
    town = with_staff(town_of("hegang"))
    firm = town.firm()
    town.base_grade(firm, "E")
    town.approved(firm)
    talk = signer(town, firm)
    talk.says("承诺")
    why = talk.says("2")
    assert "审批类承诺不能办理" in why
    assert "信用修复" in why
    assert "承诺" in talk.says("行业自律")
    talk.says("取消")
    assert "审批类承诺不能办理" in talk.says("承诺 告知承诺制")


def test_without_the_power_to_sign_it_says_how_to_get_it(staffed: Town) -> None:
    talk = staffed.bound(staffed.firm())
    answer = talk.says("承诺")
    assert "您现在是“经办”" in answer
    assert "签署授权" in answer


def test_a_power_that_ended_while_the_form_ran_signs_nothing(staffed: Town) -> None:
    firm = staffed.firm()
    talk = signer(staffed, firm)
    to_the_letter(talk)
    ((binding, _),) = staffed.uow.bindings.of_person(talk.person().id)
    staffed.uow.bindings.revoke(binding.id, at=staffed.clock.now(), reason="ended")
    assert "重新办理" in talk.says("我承诺")
    assert staffed.uow.cases.of_subject(firm.id) == []


def test_only_the_exact_words_sign_and_a_step_back_asks_again(staffed: Town) -> None:
    talk = signer(staffed, staffed.firm())
    to_the_letter(talk)
    assert "一字不差" in talk.says("同意")
    assert "违反承诺的后果" in talk.says("上一步")
    assert "同意" in talk.says("上一步")
    talk.says("同意")
    talk.says("知道了")
    assert "已签署" in talk.says("我承诺")


def test_dates_are_understood_and_past_ones_refused(staffed: Town) -> None:
    talk = signer(staffed, staffed.firm())
    talk.says("承诺")
    talk.says("1")
    assert "2到100个字" in talk.says("好")
    talk.says(ITEM)
    assert "没有看懂" in talk.says("尽快")
    assert "已经过去" in talk.says("2026年1月1日")
    assert "签署以前" in talk.says("2026年12月31日")


def test_the_day_promised_is_the_limit_of_the_case(staffed: Town) -> None:
    number = signs(signer(staffed, staffed.firm()), due="2026年12月26日")
    case = staffed.uow.cases.by_number(number)
    assert case is not None
    # a Saturday: the day that was promised, whatever the calendar says
    assert case.due_on == date(2026, 12, 26)
    assert cases.recompute_deadlines(work_of(staffed)).moved == ()


@pytest.mark.clause("C-06")
@pytest.mark.parametrize("shift,ends", [("none", 26), ("previous_wd", 25), ("next_wd", 28)])
def test_a_promise_for_a_saturday_is_reminded_of_before_and_ends_as_the_rulebook_says(
    staffed: Town, shift: Shift, ends: int
) -> None:
    rules = staffed.rulebook.commitments
    rules = rules.model_copy(update={"due_day": rules.due_day.model_copy(update={"shift": shift})})
    staffed.rulebook = staffed.rulebook.model_copy(update={"commitments_part": rules})
    talk = signer(staffed, staffed.firm())
    number = signs(talk, due="2026年12月26日")
    assert cases.find(work_of(staffed), number).due_on == date(2026, 12, ends)
    staffed.clock.set(datetime(2026, 12, 25, 4, 0, tzinfo=UTC))
    reminders.remind(work_of(staffed))
    told = waiting(staffed, talk)
    assert f"请在2026年12月{ends}日以前做到" in told
    assert ("休息日当天做到的，也算按时" in told) is (shift == "none")


def test_the_firm_is_reminded_once_before_the_day_it_named(staffed: Town) -> None:
    talk = signer(staffed, staffed.firm())
    number = signs(talk, due="2026年12月31日")
    staffed.clock.set(datetime(2026, 12, 25, 4, 0, tzinfo=UTC))
    reminders.remind(work_of(staffed))
    assert "请在2026年12月31日以前做到" not in waiting(staffed, talk)
    staffed.clock.set(datetime(2026, 12, 30, 4, 0, tzinfo=UTC))
    reminders.remind(work_of(staffed))
    assert f"{number}，您承诺“{ITEM}”，请在2026年12月31日以前做到" in waiting(staffed, talk)
    staffed.clock.advance(hours=1)
    reminders.remind(work_of(staffed))
    assert waiting(staffed, talk) == ""


@pytest.mark.clause("S4-18")
def test_a_kept_commitment_is_written_down_and_told(staffed: Town) -> None:
    firm = staffed.firm()
    talk = signer(staffed, firm)
    number = signs(talk)
    does(staffed, number, "履约")
    commitment = stored(staffed, number)
    assert commitment.performance is Performance.FULL
    assert (commitment.judged_on, commitment.judged_by) == (date(2026, 11, 20), "chen")
    assert "已全部履行" in waiting(staffed, talk)
    assert staffed.uow.records.of_subject(firm.id) == []


@pytest.mark.clause("S4-18")
def test_a_breach_found_by_two_people_counts_and_a_worse_grade_waits(staffed: Town) -> None:
    firm = staffed.firm()
    talk = signer(staffed, firm)
    number = signs(talk)
    does(staffed, number, "违诺", "三十日已过，没有补交")
    assert "还没有认定" in waiting(staffed, talk)
    assert staffed.uow.records.of_subject(firm.id) == []
    does(staffed, number, "同意", "到现场核实，仍未补交", by="lin")
    (record,) = staffed.uow.records.of_subject(firm.id)
    assert (record.kind, record.state) == (RecordKind.COMMITMENT_BREACH, RecordState.VALID)
    proposal = staffed.uow.assessments.proposal(firm.id)
    assert proposal is not None
    assert proposal.evaluation.grade == "B"
    told = waiting(staffed, talk)
    assert "由负责人审定" in told
    assert "异议" in told
    assert "行政复议" in told
    assert stored(staffed, number).performance is Performance.NONE


def test_who_reported_a_breach_does_not_find_it(staffed: Town) -> None:
    number = signs(signer(staffed, staffed.firm()))
    does(staffed, number, "违诺", "没有补交", by="lin")
    with pytest.raises(NotAllowed):
        does(staffed, number, "同意", "没有补交", by="lin")


def test_a_report_that_is_not_confirmed_leaves_no_trace_in_the_records(staffed: Town) -> None:
    firm = staffed.firm()
    talk = signer(staffed, firm)
    number = signs(talk)
    does(staffed, number, "违诺", "没有补交")
    waiting(staffed, talk)
    does(staffed, number, "驳回", "材料在窗口，登记时漏了", by="lin")
    assert "没有认定违反承诺" in waiting(staffed, talk)
    assert stored(staffed, number).performance is Performance.PENDING
    does(staffed, number, "履约")
    assert staffed.uow.records.of_subject(firm.id) == []


def test_a_commitment_kept_in_part_is_told_with_the_remedies(staffed: Town) -> None:
    firm = staffed.firm()
    talk = signer(staffed, firm)
    number = signs(talk)
    does(staffed, number, "违诺", "只交了一半")
    waiting(staffed, talk)
    does(staffed, number, "部分同意", "消防材料已交，环保材料未交", by="lin")
    assert stored(staffed, number).performance is Performance.PARTLY
    assert "部分履行" in waiting(staffed, talk)
    assert staffed.uow.records.of_subject(firm.id) == []


def test_a_finding_corrected_by_another_approver_revokes_the_record(staffed: Town) -> None:
    firm = staffed.firm()
    talk = signer(staffed, firm)
    number = signs(talk)
    does(staffed, number, "违诺", "没有补交")
    does(staffed, number, "同意", "没有补交", by="lin")
    anew = does(staffed, number, "更正", "材料早已交到另一窗口", by="zhou")
    does(staffed, anew.number, "履约", "材料已核对", by="zhou")
    (record,) = staffed.uow.records.of_subject(firm.id)
    assert record.state is RecordState.REVOKED
    assert stored(staffed, number).performance is Performance.FULL


def test_it_may_be_withdrawn_with_a_reason_before_the_end(staffed: Town) -> None:
    talk = signer(staffed, staffed.firm())
    number = signs(talk)
    assert "撤回的原因" in talk.says(f"撤回 {number}")
    assert "已撤回" in talk.says(f"撤回 {number} 改走一般程序")
    assert stored(staffed, number).performance is Performance.WITHDRAWN


def test_where_withdrawal_is_not_allowed_it_says_so(staffed: Town) -> None:
    part = staffed.rulebook.commitments
    closed = part.model_copy(update={"withdrawal": part.withdrawal.model_copy(update={"allowed": False})})
    staffed.rulebook = staffed.rulebook.model_copy(update={"commitments_part": closed})
    talk = signer(staffed, staffed.firm())
    number = signs(talk)
    work = work_of(staffed)
    with pytest.raises(Refused), staffed.uow.savepoint():
        cases.act(work, number, "撤回", actor=firm_actor(talk.person(), "甲"), text="不想了")
    assert stored(staffed, number).performance is Performance.PENDING
