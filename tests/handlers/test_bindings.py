"""绑定 and 解绑, as people talk about them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.model.person import Power
from domain.model.subject import SubjectKind
from domain.services.bindings import CODE_ALPHABET
from handlers.firm.bindings import masked_name
from tests.handlers.conftest import Town

FIRM = "平鲁晋北商贸有限公司"


def test_a_person_binds_with_the_word_and_then_the_code(town: Town) -> None:
    firm = town.firm(FIRM)
    talk = town.talk()
    assert "8位绑定码" in talk.says("绑定")
    offered = talk.says(town.code(firm))
    assert "权限：经办" in offered
    assert FIRM not in offered
    assert f"绑定好了：{FIRM}" in talk.says("确认")
    [(binding, subject)] = town.uow.bindings.of_person(talk.person().id)
    assert (binding.power, subject.id) == (Power.FILE, firm.id)


def test_word_and_code_may_come_together_and_the_code_in_any_dress(town: Town) -> None:
    code = town.code(town.firm())
    dressed = f"{code[:4].lower()}-{code[4:]}"
    assert "核对无误" in town.talk().says(f"绑定 {dressed}")
    assert "核对无误" in town.talk("b").says(f"绑定{code}")
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in code)
    assert "核对无误" in town.talk("c").says(f"绑定　{full_width}")


def test_a_qr_code_opens_the_binding_before_and_after_following(town: Town) -> None:
    firm = town.firm()
    new = town.talk("new")
    assert "核对无误" in new.follows(f"bind:{town.code(firm)}")
    old = town.talk("old")
    old.follows()
    assert "核对无误" in old.scans(f"bind:{town.code(firm)}")
    assert "绑定好了" in old.says("确认")


def test_a_qr_code_with_an_old_code_says_so_and_waits_for_another(town: Town) -> None:
    talk = town.talk()
    code = town.code(town.firm())
    town.clock.advance(hours=73)
    assert "已经过期" in talk.scans(f"bind:{code}")
    assert "核对无误" in talk.says(town.code(town.firm("平鲁乙有限公司")))


def test_a_foreign_qr_code_has_a_way_forward(town: Town) -> None:
    assert "绑定码" in town.talk().scans("promo:summer")


def test_what_is_no_code_at_all_is_not_counted(town: Town) -> None:
    talk = town.talk()
    talk.says("绑定")
    for said in ("我没有", "123", "ABCDEFGHIJ", "OOOOIIII", "绑定码是什么"):
        assert "8位" in talk.says(said)
    assert town.uow.bindings.failures_since(talk.person().id, town.clock.now() - timedelta(days=1)) == []


def test_five_wrong_codes_lock_out_and_say_until_when(town: Town) -> None:
    talk = town.talk()
    talk.says("绑定")
    wrong = [CODE_ALPHABET[number] * 8 for number in range(5)]
    for left, code in zip((4, 3, 2, 1), wrong, strict=False):
        assert f"还可以再试{left}次" in talk.says(code)
        town.clock.advance(minutes=10)
    assert "11月21日12:00" in talk.says(wrong[4])
    # the right code does not help any more, nor does another door, and nothing else is promised
    assert "重新给您" not in talk.says(f"绑定 {wrong[4]}")
    right = town.code(town.firm())
    assert "11月21日12:00" in talk.says(f"绑定 {right}")
    assert "11月21日12:00" in talk.scans(f"bind:{right}")
    assert town.uow.bindings.of_person(talk.person().id) == []


def test_the_lock_opens_when_the_first_wrong_code_is_a_day_old(town: Town) -> None:
    talk = town.talk()
    for number in range(5):
        talk.says(f"绑定 {CODE_ALPHABET[number] * 8}")
        town.clock.advance(minutes=10)
    code = town.code(town.firm())
    town.clock.advance(hours=23, minutes=9)
    assert "先停一停" in talk.says(f"绑定 {code}")
    town.clock.advance(minutes=1)
    assert "核对无误" in talk.says(f"绑定 {code}")


def test_one_persons_mistakes_lock_nobody_else_out(town: Town) -> None:
    talk = town.talk("clumsy")
    for number in range(6):
        talk.says(f"绑定 {CODE_ALPHABET[number] * 8}")
    assert "核对无误" in town.talk("careful").says(f"绑定 {town.code(town.firm())}")


def test_a_code_works_once(town: Town) -> None:
    firm = town.firm()
    code = town.code(firm)
    first, second = town.talk("first"), town.talk("second")
    first.says(f"绑定 {code}")
    second.says(f"绑定 {code}")
    assert "绑定好了" in first.says("确认")
    assert "已经用过了" in second.says("确认")
    assert "已经用过了" in town.talk("third").says(f"绑定 {code}")
    assert len(town.uow.bindings.of_subject(firm.id)) == 1


def test_a_code_that_ran_out_while_the_person_thought_binds_nothing(town: Town) -> None:
    talk = town.talk()
    code = town.code(town.firm())
    town.clock.advance(hours=71, minutes=50)
    assert "核对无误" in talk.says(f"绑定 {code}")
    town.clock.advance(minutes=15)
    assert "已经过期" in talk.says("确认")


def test_only_a_clear_yes_binds(town: Town) -> None:
    talk = town.talk()
    talk.says(f"绑定 {town.code(town.firm())}")
    assert "请回复“确认”" in talk.says("不是我们公司")
    assert "已取消" in talk.says("取消")
    assert town.uow.bindings.of_person(talk.person().id) == []


def test_a_code_for_looking_only_gives_looking_only(town: Town) -> None:
    firm = town.firm()
    talk = town.talk()
    assert "权限：查询" in talk.says(f"绑定 {town.code(firm, Power.QUERY)}")
    talk.says("确认")
    assert [b.power for b, _ in town.uow.bindings.of_person(talk.person().id)] == [Power.QUERY]


def test_a_stronger_code_replaces_the_weaker_binding_and_a_weaker_one_is_not_needed(town: Town) -> None:
    firm = town.firm()
    talk = town.talk()
    for power in (Power.QUERY, Power.FILE):
        talk.says(f"绑定 {town.code(firm, power)}")
        talk.says("确认")
    assert [b.power for b, _ in town.uow.bindings.of_person(talk.person().id)] == [Power.FILE]
    assert "不用再绑" in talk.says(f"绑定 {town.code(firm, Power.QUERY)}")
    assert town.uow.conversations.load(talk.person().id).form == ""


def test_those_already_bound_are_told_and_know_how_to_object(town: Town) -> None:
    firm = town.firm(FIRM)
    old = town.bound(firm, "old")
    new = town.talk("new")
    new.says(f"绑定 {town.code(firm)}")
    assert "已通知这家单位的其他1位绑定人" in new.says("确认")
    [news] = town.uow.outbox.take_waiting(old.person().id, town.clock.now())
    assert "又有一位办事人" in news
    assert town.office.phone in news
    # a push carries no fact about the firm or the person
    assert FIRM not in news
    assert "new" not in news
    assert town.uow.outbox.take_waiting(new.person().id, town.clock.now()) == []


def test_who_is_bound_to_several_is_asked_once_which_one_is_meant(town: Town) -> None:
    talk = town.bound(town.firm("平鲁甲有限公司"))
    talk.says(f"绑定 {town.code(town.firm('平鲁乙有限公司'))}")
    assert "绑定了2家单位" in talk.says("确认")
    assert "平鲁乙有限公司" in talk.says("查等级")
    assert "1. 平鲁甲有限公司\n2. 平鲁乙有限公司" in talk.says("切换")
    assert "现在办的是：平鲁甲有限公司" in talk.says("1")
    assert "平鲁甲有限公司" in talk.says("查等级")
    assert "平鲁甲有限公司" in talk.says("监管措施")


def test_the_question_which_firm_goes_on_with_what_was_asked(town: Town) -> None:
    talk = town.bound(town.firm("平鲁甲有限公司"))
    talk.says(f"绑定 {town.code(town.firm('平鲁乙有限公司'))}")
    talk.says("确认")
    talk.says(f"绑定 {town.code(town.firm('平鲁丙有限公司'))}")
    talk.says("确认")
    talk.says("解绑")
    talk.says("3")
    talk.says("确认")
    assert "要办哪一家" in talk.says("我的记录")
    answer = talk.says("2")
    assert "平鲁乙有限公司现在没有记录" in answer
    assert "平鲁乙有限公司" in talk.says("查等级")


def test_a_firm_of_ones_own_can_be_named(town: Town) -> None:
    firm = town.firm("平鲁甲有限公司")
    talk = town.bound(firm)
    talk.says(f"绑定 {town.code(town.firm('平鲁乙有限公司'))}")
    talk.says("确认")
    assert "平鲁甲有限公司" in talk.says("查等级 平鲁甲有限公司")
    talk.says("切换")
    talk.says("2")
    assert "平鲁甲有限公司" in talk.says(f"查等级 {firm.uscc}")


def test_switching_with_one_firm_or_none_says_so(town: Town) -> None:
    assert "绑定" in town.talk("nobody").says("切换")
    assert "只绑定了一家" in town.bound(town.firm(FIRM)).says("切换")


def test_unbinding_asks_first_and_ends_the_sight_of_the_firm(town: Town) -> None:
    talk = town.bound(town.firm(FIRM))
    asked = talk.says("解绑")
    assert FIRM in asked
    assert "请回复“确认”" in talk.says("也许吧")
    assert "已经解除" in talk.says("确认")
    assert FIRM not in talk.says("查等级")
    assert "不用解除" in talk.says("解绑")


def test_unbinding_one_of_several_leaves_the_others(town: Town) -> None:
    talk = town.bound(town.firm("平鲁甲有限公司"))
    talk.says(f"绑定 {town.code(town.firm('平鲁乙有限公司'))}")
    talk.says("确认")
    talk.says("解绑")
    assert "1到2" in talk.says("5")
    assert "平鲁甲有限公司" in talk.says("1")
    talk.says("确认")
    assert [s.name for _, s in town.uow.bindings.of_person(talk.person().id)] == ["平鲁乙有限公司"]


def test_neither_the_code_nor_the_name_stands_in_the_conversation_or_the_audit(town: Town) -> None:
    firm = town.firm(FIRM)
    code = town.code(firm)
    talk = town.talk()
    talk.says(f"绑定 {code}")
    assert code not in str(town.uow.conversations.load(talk.person().id))
    talk.says("确认")
    rows = town.uow.connection.exec_driver_sql("SELECT action, actor, ref, detail FROM audit").all()
    assert "binding.added" in [row[0] for row in rows]
    for secret in (code, FIRM, talk.sender):
        assert secret not in str(rows)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("平鲁晋北商贸有限公司", "平鲁****有限公司"),
        ("张三", "张*"),
        ("晋北超市", "晋***"),
        ("平鲁老李面馆", "平鲁**面馆"),
        ("王", "王*"),
    ],
)
def test_a_masked_name_is_recognised_by_its_owner_only(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_a_sole_trader_binds_as_well(town: Town) -> None:
    assert "绑定好了" in _last(town, SubjectKind.SOLE_TRADER)


def _last(town: Town, kind: SubjectKind) -> str:
    talk = town.talk()
    talk.says(f"绑定 {town.code(town.firm('平鲁老李面馆', kind))}")
    return talk.says("确认")
