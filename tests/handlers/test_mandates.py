"""签署授权 as the chat goes: letter, decision, the power and its end, and who is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.errors import Refused
from domain.model.case import Case
from domain.model.person import Channel, Power, Staff
from domain.model.subject import Subject
from domain.services import bindings, cases, commitments
from domain.services.staff import actor_of
from handlers.turn import InboundKind
from tests.handlers.conftest import Talk, Town, work_of


@pytest.fixture
def staffed(town: Town) -> Town:
    for userid, name, role in (
        ("chen", "陈晨", "经办"),
        ("lin", "林岚", "审批"),
    ):
        town.uow.staff.save(Staff(userid, name, (role,), town.office.name))
    return town


@pytest.fixture
def firm(staffed: Town) -> Subject:
    return staffed.firm("平鲁晋北商贸有限公司")


def applies(talk: Talk, until: str = "2027年6月30日", *, scope: str = "全部") -> str:
    """The whole form; returns the case number."""
    assert "姓名" in talk.says("签署授权")
    assert "授权签哪些承诺" in talk.says("张建国")
    assert "哪一天为止" in talk.says(scope)
    assert "照片" in talk.says(until)
    assert "请核对" in talk.sends(InboundKind.IMAGE, media_id="media-of-the-letter")
    answer = talk.says("确认")
    assert "已提交，案号SQ" in answer
    return answer.split("案号")[1][:10]


def does(town: Town, number: str, action: str, text: str = "", by: str = "chen") -> Case:
    work = work_of(town)
    return cases.act(work, number, action, actor=actor_of(work, by), text=text)


def waiting(town: Town, talk: Talk) -> str:
    return "\n".join(town.uow.outbox.take_waiting(talk.person().id, town.clock.now()))


def power(town: Town, talk: Talk) -> tuple[Power, date | None]:
    ((held, _),) = bindings.active(town.uow, talk.person(), work_of(town).today)
    return held.power, held.until


@pytest.mark.clause("S3-30")
def test_an_accepted_letter_gives_the_power_until_its_end_and_everybody_bound_is_told(
    staffed: Town, firm: Subject
) -> None:
    talk, colleague = staffed.bound(firm), staffed.bound(firm, "openid-of-a-colleague")
    waiting(staffed, talk)
    number = applies(talk)
    does(staffed, number, "同意")
    assert power(staffed, talk) == (Power.SIGN, date(2027, 6, 30))
    assert "您可以为平鲁晋北商贸有限公司签署" in waiting(staffed, talk)
    assert "取得了平鲁晋北商贸有限公司的“签署”权限" in waiting(staffed, colleague)
    assert "要作哪一种承诺" in talk.says("承诺")


def test_after_the_last_day_the_binding_before_it_remains(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    does(staffed, applies(talk), "同意", "2026年12月31日")
    waiting(staffed, talk)
    assert power(staffed, talk) == (Power.SIGN, date(2026, 12, 31))
    staffed.clock.advance(days=42)
    assert power(staffed, talk) == (Power.FILE, None)
    assert "您现在是“经办”" in talk.says("承诺")
    assert "姓名" in talk.says("签署授权")


def test_the_photo_is_fetched_for_the_case_and_the_clerk_is_told(staffed: Town, firm: Subject) -> None:
    number = applies(staffed.bound(firm))
    case = staffed.uow.cases.by_number(number)
    assert case is not None
    (media,) = staffed.uow.evidence.lease(staffed.clock.now(), timedelta(minutes=1), limit=5)
    assert (media.case_id, media.media_id) == (case.id, "media-of-the-letter")
    clerk = staffed.uow.people.get_or_add(Channel.WECOM, "wecom", "chen", staffed.clock.now())
    (letter,) = staffed.uow.outbox.take_waiting(clerk.id, staffed.clock.now())
    assert "张建国" in letter
    assert "2027年6月30日" in letter


def test_a_refusal_says_why_and_another_letter_may_follow(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = applies(talk)
    assert f"正在审核：{number}" in talk.says("签署授权")
    does(staffed, number, "驳回", "公章看不清")
    assert "公章看不清" in waiting(staffed, talk)
    assert power(staffed, talk) == (Power.FILE, None)
    assert "姓名" in talk.says("签署授权")


def test_more_material_is_asked_for_and_sent(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = applies(talk)
    does(staffed, number, "补正", "第二页的照片")
    assert "请补充：第二页的照片" in waiting(staffed, talk)
    assert number in talk.sends(InboundKind.IMAGE, media_id="second-page")
    assert "收到" in talk.says(f"补充 {number} 第二页发了")
    does(staffed, number, "同意")
    assert power(staffed, talk)[0] is Power.SIGN


def test_a_decision_corrected_by_an_approver_ends_the_power_and_is_told(staffed: Town, firm: Subject) -> None:
    talk, colleague = staffed.bound(firm), staffed.bound(firm, "openid-of-a-colleague")
    number = applies(talk)
    does(staffed, number, "同意")
    waiting(staffed, talk)
    waiting(staffed, colleague)
    anew = does(staffed, number, "更正", "授权书已作废", by="lin")
    does(staffed, anew.number, "驳回", "授权书已作废", by="lin")
    assert power(staffed, talk) == (Power.FILE, None)
    assert "授权书已作废" in waiting(staffed, talk)
    assert "授权书已作废" in waiting(staffed, colleague)


def test_an_end_that_cannot_be_read_or_has_passed_is_not_accepted(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = applies(talk)
    for written in ("到明年底", "2026年1月1日", "长期"):
        with pytest.raises(Refused), staffed.uow.savepoint():
            does(staffed, number, "同意", written)
    assert power(staffed, talk) == (Power.FILE, None)


def test_every_answer_of_the_form_is_checked(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    talk.says("签署授权")
    assert "姓名" in talk.sends(InboundKind.IMAGE, media_id="too-early")
    assert "2到30" in talk.says("张")
    talk.says("张建国")
    for wrong in ("签", "0", "1、99", "1、三", "9999999999999999999999"):
        assert "的序号，可以写几个" in talk.says(wrong)
    talk.says("全部")
    for wrong in ("明年", "2026年1月1日", "2036年1月1日"):
        assert "今天以后" in talk.says(wrong)
    talk.says("2027年6月30日")
    assert "要一张照片" in talk.says("我没有")
    assert "请核对" in talk.sends(InboundKind.IMAGE, media_id="the-letter")
    assert "照片" in talk.says("上一步")


def test_unbinding_ends_the_power_too(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    does(staffed, applies(talk), "同意")
    waiting(staffed, talk)
    talk.says("解绑")
    assert "已经解除" in talk.says("确认")
    assert staffed.uow.bindings.of_person(talk.person().id) == []


def test_who_holds_the_power_without_end_need_not_ask(staffed: Town, firm: Subject) -> None:
    talk = staffed.talk()
    staffed.uow.bindings.add(
        talk.person().id, firm.id, Power.SIGN, at=staffed.clock.now(), proof="letter:SQ20250001"
    )
    assert "不用再申请" in talk.says("签署授权")


def test_a_stranger_is_asked_to_bind_first(staffed: Town) -> None:
    assert "绑定" in staffed.talk().says("签署授权")


@pytest.mark.clause("S3-30")
def test_a_letter_for_some_kinds_lets_sign_these_and_no_others(staffed: Town, firm: Subject) -> None:
    first, second, third = staffed.rulebook.commitments.kinds[:3]
    talk, colleague = staffed.bound(firm), staffed.bound(firm, "openid-of-a-colleague")
    number = applies(talk, scope="3，1")
    does(staffed, number, "同意")
    words = f"签署{first.name}、{third.name}"
    assert f"范围：{words}" in waiting(staffed, talk)
    assert f"范围：{words}" in waiting(staffed, colleague)
    ((held, _),) = bindings.active(staffed.uow, talk.person(), work_of(staffed).today)
    assert held.scope == (first.id, third.id)
    assert "要作哪一种承诺" in talk.says("承诺")
    refused = talk.says("2")
    assert f"您的授权书是{words}，不包括“{second.name}”" in refused
    assert "请写明承诺的事项" in talk.says("1")


def test_two_letters_of_one_person_stand_side_by_side(staffed: Town, firm: Subject) -> None:
    kinds = staffed.rulebook.commitments.kinds
    talk = staffed.bound(firm)
    one = applies(talk, scope="1")
    does(staffed, one, "同意")
    waiting(staffed, talk)
    two = applies(talk, scope="2")
    does(staffed, two, "同意")
    waiting(staffed, talk)
    work = work_of(staffed)
    ((held, _),) = bindings.active(staffed.uow, talk.person(), work.today)
    proofs = [commitments.relied_on(work, held, kind).proof for kind in kinds[:2]]
    assert proofs == [f"letter:{one}", f"letter:{two}"]
    with pytest.raises(Refused) as refused:
        commitments.relied_on(work, held, kinds[2])
    assert f"不包括“{kinds[2].name}”" in refused.value.text
