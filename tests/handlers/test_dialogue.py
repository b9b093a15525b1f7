"""Forms: every step can be left, taken back and explained, and nothing is lost when time runs out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.model.person import Power, Staff
from domain.model.subject import Subject
from domain.services import cases, objections
from domain.services.staff import actor_of, firm_actor
from handlers import dialogue
from handlers.dialogue import sweep_expired
from handlers.firm import bindings
from handlers.router import FORMS
from tests.handlers.conftest import Talk, Town, work_of


def waiting(talk: Talk) -> list[str]:
    return talk.town.uow.outbox.take_waiting(talk.person().id, talk.town.clock.now())


def _has_a_refused_objection(town: Town, talk: Talk, firm: Subject) -> None:
    """Something to object to, and a decision to have reviewed."""
    for userid, role in (("chen", "经办"), ("lin", "审批")):
        town.uow.staff.save(Staff(userid, userid, (role,), town.office.name))
    # a warning can be repaired as well
    town.warned(firm, date(2026, 3, 5))
    town.approved(firm)
    work = work_of(town)
    target = next(each for each in objections.targets(work, firm) if each.record)
    actor = firm_actor(talk.person(), firm.name)
    door = objections.doors(work, target)[0]
    case = objections.file(work, talk.person().id, actor, firm, target, door, "这条记录不对")
    cases.act(work, case.number, "受理", actor=actor_of(work, "chen"))
    cases.act(work, case.number, "驳回", actor=actor_of(work, "lin"), text="没有新的事实")
    town.uow.outbox.take_waiting(talk.person().id, town.clock.now())


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_every_step_of_every_form_explains_itself_and_can_be_left(town: Town, form: dialogue.Form) -> None:
    talk = town.bound(town.firm("平鲁甲有限公司"))
    other = town.firm("平鲁乙有限公司")
    talk.says(f"绑定 {town.code(other)}")
    talk.says("确认")
    # the power that 承诺 wants, ending soon, so that 签署授权 can ask for another
    person, now = talk.person().id, town.clock.now()
    town.uow.bindings.add(person, other.id, Power.SIGN, at=now, proof="letter:SQ1", until=date(2026, 12, 31))
    # two, so that 复核 asks which
    for _ in range(2):
        _has_a_refused_objection(town, talk, other)
    talk.says(form.name)
    helped = talk.says("帮助")
    assert form.steps[0].help in helped
    assert "上一步" in helped
    assert "取消" in helped
    assert "第一步" in talk.says("上一步")
    assert f"“{form.name}”已取消" in talk.says("取消")
    assert "没有正在办" in talk.says("取消")


def test_one_step_back_asks_the_question_before_again(town: Town) -> None:
    talk = town.talk()
    talk.says(f"绑定 {town.code(town.firm())}")
    assert "绑定码发给我" in talk.says("上一步")
    assert "核对无误" in talk.says(town.code(town.firm("平鲁乙有限公司")))


def test_back_without_a_form_has_a_way_forward(town: Town) -> None:
    assert "帮助" in town.talk().says("上一步")


def test_another_service_in_the_middle_brings_the_open_question_back(town: Town) -> None:
    talk = town.talk()
    talk.says("绑定")
    for other in (talk.says("查等级"), talk.clicks("grade"), talk.says("修复")):
        assert "您正在办“绑定”" in other
        assert "绑定码发给我" in other
    assert not town.uow.bindings.failures_since(talk.person().id, town.clock.now() - timedelta(days=1))


def test_the_forms_own_word_starts_it_anew(town: Town) -> None:
    talk = town.talk()
    talk.says(f"绑定 {town.code(town.firm())}")
    assert talk.says("绑定").startswith("请把8位绑定码发给我")


def test_a_form_that_ran_out_of_time_tells_the_person_and_keeps_what_was_given(town: Town) -> None:
    talk = town.talk()
    talk.says(f"绑定 {town.code(town.firm())}")
    town.clock.advance(minutes=31)
    assert sweep_expired(town.uow, town.clock.now()) == 1
    told = waiting(talk)
    assert len(told) == 1
    assert "“绑定”停了太久" in told[0]
    resumed = talk.says("绑定")
    assert "接着上次" in resumed
    assert "核对无误" in resumed
    assert "绑定好了" in talk.says("确认")


def test_the_sweep_tells_each_person_once(town: Town) -> None:
    talk = town.talk()
    talk.says("绑定")
    town.clock.advance(minutes=31)
    sweep_expired(town.uow, town.clock.now())
    assert sweep_expired(town.uow, town.clock.now()) == 0
    assert len(waiting(talk)) == 1


def test_a_form_in_time_is_left_alone(town: Town) -> None:
    talk = town.talk()
    talk.says("绑定")
    town.clock.advance(minutes=20)
    talk.says("帮助")
    talk.says("abc")
    town.clock.advance(minutes=20)
    assert sweep_expired(town.uow, town.clock.now()) == 0


def test_a_message_that_comes_before_the_sweep_is_told_too(town: Town) -> None:
    talk = town.talk()
    talk.says("绑定")
    town.clock.advance(minutes=31)
    answer = talk.says("帮助")
    assert answer.startswith("您的“绑定”停了太久")
    assert "您可以回复" in answer
    assert sweep_expired(town.uow, town.clock.now()) == 0


def test_an_answer_given_too_late_is_not_taken_for_one(town: Town) -> None:
    talk = town.talk()
    talk.says(f"绑定 {town.code(town.firm())}")
    town.clock.advance(minutes=31)
    talk.says("确认")
    assert town.uow.bindings.of_person(talk.person().id) == []


def test_the_sweep_takes_a_bounded_number(town: Town) -> None:
    for number in range(5):
        town.talk(f"openid{number}").says("绑定")
    town.clock.advance(minutes=31)
    assert sweep_expired(town.uow, town.clock.now(), limit=3) == 3
    assert sweep_expired(town.uow, town.clock.now(), limit=3) == 2


def test_a_form_of_an_older_version_starts_anew_and_says_so(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = town.talk()
    talk.says(f"绑定 {town.code(town.firm())}")
    monkeypatch.setitem(FORMS, "绑定", replace(bindings.BIND, version=bindings.BIND.version + 1))
    answer = talk.says("确认")
    assert "更新过了" in answer
    assert "绑定码发给我" in answer


def test_a_scan_in_the_middle_of_another_form_opens_the_binding_and_keeps_the_other(town: Town) -> None:
    talk = town.bound(town.firm("平鲁甲有限公司"))
    talk.says("撤回")
    assert "核对无误" in talk.scans(f"bind:{town.code(town.firm('平鲁乙有限公司'))}")
    talk.says("确认")
    assert "接着上次没办完的“撤回”" not in talk.says("查等级")
    assert town.uow.conversations.load(talk.person().id).data["_draft"]["form"] == "撤回"


def test_a_text_that_must_be_read_is_answered_only_after_its_last_page(town: Town) -> None:
    long = replace_notice(town, "告知的内容很长，请您仔细看完。" * 200)
    talk = long.talk()
    first = talk.says(f"绑定 {long.code(long.firm())}")
    assert "回复“更多”继续" in first
    assert "请先看完再回复" in talk.says("确认")
    assert long.uow.bindings.of_person(talk.person().id) == []
    talk.says("帮助")
    page = talk.says("更多")
    while "回复“更多”继续" in page:
        page = talk.says("更多")
    assert "核对无误" in page
    assert "绑定好了" in talk.says("确认")


def test_a_picture_in_between_does_not_count_as_reading(town: Town) -> None:
    from handlers.turn import InboundKind

    long = replace_notice(town, "告知的内容很长，请您仔细看完。" * 200)
    talk = long.talk()
    talk.says(f"绑定 {long.code(long.firm())}")
    talk.sends(InboundKind.IMAGE)
    assert "请先看完再回复" in talk.says("确认")


def replace_notice(town: Town, text: str) -> Town:
    privacy = town.office.privacy.model_copy(update={"sharing": text})
    return replace(town, office=town.office.model_copy(update={"privacy": privacy}))
