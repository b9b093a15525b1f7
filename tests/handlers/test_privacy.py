"""隐私: told before, shown on demand, corrected, withdrawn, erased (PIPL 15, 17, 44 to 47)."""

from __future__ import annotations

from dataclasses import replace

from domain.services.privacy import forget_old
from tests.handlers.conftest import Talk, Town

FIRM = "平鲁晋北商贸有限公司"


def notice_rows(talk: Talk) -> list[object]:
    rows = talk.town.uow.connection.exec_driver_sql(
        "SELECT notice_version, notice_at FROM people WHERE sender = ?", (talk.sender,)
    )
    return list(rows.one())


def test_the_first_follow_tells_who_processes_what_why_and_how_long(town: Town) -> None:
    talk = town.talk()
    told = talk.follows()
    privacy = town.office.privacy
    for fact in (
        privacy.processor,
        privacy.contact,
        *privacy.purposes,
        *privacy.data,
        *privacy.retention,
        privacy.rights,
        privacy.version,
    ):
        assert fact in told
    version, at = notice_rows(talk)
    assert version == privacy.version
    assert at is not None


def test_the_notice_is_not_told_again_on_return_unless_it_changed(town: Town) -> None:
    talk = town.talk()
    talk.follows()
    assert "个人信息告知" not in talk.follows()
    newer = town.office.privacy.model_copy(update={"version": "2027-01"})
    changed = replace(town, office=town.office.model_copy(update={"privacy": newer}))
    again = changed.talk(talk.sender)
    assert "2027-01" in again.follows()
    assert notice_rows(again)[0] == "2027-01"


def test_the_first_binding_tells_it_before_the_confirmation(town: Town) -> None:
    talk = town.talk()
    asked = talk.says(f"绑定 {town.code(town.firm(FIRM))}")
    assert asked.index("个人信息告知") < asked.index("核对无误")
    assert notice_rows(talk)[0] == ""
    talk.says("确认")
    assert notice_rows(talk)[0] == town.office.privacy.version


def test_the_second_binding_does_not_tell_it_again(town: Town) -> None:
    talk = town.bound(town.firm(FIRM))
    assert "个人信息告知" not in talk.says(f"绑定 {town.code(town.firm('平鲁乙有限公司'))}")


def test_following_by_a_binding_code_tells_it_once(town: Town) -> None:
    talk = town.talk()
    told = talk.follows(f"bind:{town.code(town.firm(FIRM))}")
    assert told.count("个人信息告知") == 1
    assert "核对无误" in told
    wrong = town.talk("other").follows("bind:AAAAAAAA")
    assert wrong.count("个人信息告知") == 1
    assert "绑定码不对" in wrong


def test_privacy_gives_the_notice_and_four_things_to_do(town: Town) -> None:
    talk = town.talk()
    answer = talk.says("隐私")
    assert "个人信息告知" in answer
    assert "1. 我的数据\n2. 更正\n3. 删除\n4. 撤回" in answer
    assert "我们保存着" in talk.says("1")


def test_my_data_lists_what_is_held_with_the_openid_masked(town: Town) -> None:
    talk = town.bound(town.firm(FIRM), "oABCD1234567890efghijklmnopq")
    answer = talk.says("我的数据")
    assert FIRM in answer
    assert "权限经办" in answer
    assert "2026年11月20日" in answer
    assert "2026-11版" in answer
    assert talk.sender not in answer
    assert "oABC" in answer


def test_my_data_of_somebody_new_says_there_is_hardly_any(town: Town) -> None:
    assert "没有绑定单位" in town.talk().says("我的数据")


def test_correction_says_what_can_be_changed_and_where_the_rest_is(town: Town) -> None:
    answer = town.talk().says("更正")
    assert "解绑" in answer
    assert town.office.phone in answer


def test_withdrawing_ends_every_binding_and_keeps_what_was_done(town: Town) -> None:
    talk = town.bound(town.firm(FIRM))
    talk.says(f"绑定 {town.code(town.firm('平鲁乙有限公司'))}")
    talk.says("确认")
    asked = talk.says("撤回")
    assert "2家单位" in asked
    assert "仍然有效" in asked
    assert "已经撤回" in talk.says("确认")
    assert town.uow.bindings.of_person(talk.person().id) == []
    assert "没有需要撤回的" in talk.says("撤回")


def test_erasing_needs_the_whole_word_and_leaves_nothing_of_the_person(town: Town) -> None:
    firm = town.firm(FIRM)
    talk = town.bound(firm)
    talk.says("查等级")
    before = talk.person().id
    assert "找不回来" in talk.says("删除")
    assert "确认删除" in talk.says("确认")
    assert "已经删除" in talk.says("确认删除")
    assert town.uow.bindings.of_subject(firm.id) == []
    found = town.uow.connection.exec_driver_sql("SELECT sender FROM people").scalars().all()
    assert talk.sender not in found
    # whoever writes again from the same account is somebody new
    assert talk.person().id != before
    assert FIRM not in talk.says("查等级")
    # the logs that must be kept hold numbers only
    assert {viewer for _, viewer, _ in town.uow.queries.of_subject(firm.id)} == {f"person:{before}"}


def test_erasing_can_be_left(town: Town) -> None:
    talk = town.bound(town.firm(FIRM))
    talk.says("删除")
    assert "没有改动" in talk.says("取消")
    assert len(town.uow.bindings.of_person(talk.person().id)) == 1


def test_the_audit_of_it_all_holds_numbers_only(town: Town) -> None:
    talk = town.bound(town.firm(FIRM))
    for word in ("隐私", "我的数据", "撤回", "确认", "删除", "确认删除"):
        talk.says(word)
    rows = str(town.uow.connection.exec_driver_sql("SELECT action, actor, ref, detail FROM audit").all())
    assert "privacy.erased" in rows
    assert talk.sender not in rows
    assert FIRM not in rows


def test_nothing_is_kept_longer_than_the_notice_promises(town: Town) -> None:
    firm = town.firm(FIRM)
    talk = town.bound(firm)
    other = town.bound(firm, "other")
    talk.says("查等级")
    other.says("帮助")
    other.says("解绑")
    other.says("确认")
    talk.says("绑定")
    talk.says("AAAAAAAA")
    counted = ("conversations", "bindings", "query_log", "bind_failures")
    assert forget_old(town.uow, town.clock.now()) == 0
    before = [_count(town, table) for table in counted]
    assert before == [2, 2, 1, 1]
    town.clock.advance(days=31)
    forget_old(town.uow, town.clock.now())
    assert [_count(town, table) for table in counted] == [0, 2, 1, 0]
    letters = town.uow.connection.exec_driver_sql("SELECT status, payload FROM outbox").all()
    assert letters
    assert all(payload == b"" for status, payload in letters if status in ("sent", "carried"))
    town.clock.advance(days=153)
    forget_old(town.uow, town.clock.now())
    assert [_count(town, table) for table in counted] == [0, 1, 1, 0]
    town.clock.advance(days=5 * 365)
    forget_old(town.uow, town.clock.now())
    assert [_count(town, table) for table in counted] == [0, 1, 0, 0]
    assert forget_old(town.uow, town.clock.now()) == 0


def _count(town: Town, table: str) -> int:
    return int(town.uow.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
