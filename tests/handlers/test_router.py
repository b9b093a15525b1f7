"""How a message finds its way: exact words act, guesses are offered, everything is answered."""

from __future__ import annotations

from datetime import date

import pytest

from domain.model.person import Channel
from handlers.paging import LIMIT
from handlers.router import ROUTES, find, vocabulary
from handlers.turn import Audience, InboundKind
from tests.handlers.conftest import Town


@pytest.fixture(autouse=True)
def _understanding(warm: None) -> None:
    """Every test here talks to a service that has warmed up."""


def test_no_word_or_alias_stands_for_two_services() -> None:
    said = [word for word, _ in vocabulary(Audience.FIRM)]
    spoken = [word for route in ROUTES for word in (route.word, *route.aliases)]
    assert sorted(said) == sorted(spoken)
    assert not {"取消", "上一步", "帮助", "更多"} & set(spoken)


def test_help_lists_every_built_service_and_none_that_is_not(town: Town) -> None:
    answer = town.talk().says("帮助")
    for route in ROUTES:
        assert (f"“{route.word}”" in answer) == bool(route.key)
    assert all(route.handler for route in ROUTES if route.key)


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.handler is None], ids=lambda route: route.word
)
def test_a_service_that_is_not_built_says_so_and_where_to_go(town: Town, route) -> None:  # type: ignore[no-untyped-def]
    answer = town.talk().says(route.word)
    assert f"“{route.word}”还不能在这里办" in answer
    assert town.office.phone in answer
    assert answer.count("\n") == 0


def test_an_alias_acts_like_its_word(town: Town) -> None:
    assert town.talk().says("信用等级") == town.talk().says("查等级")
    assert "绑定码" in town.talk().says("绑定单位")


def test_free_text_starts_nothing_and_is_offered_as_numbered_choices(town: Town) -> None:
    firm = town.firm()
    talk = town.bound(firm)
    offer = talk.says("我不想绑定这家公司了")
    assert "1. 解绑" in offer
    assert 2 <= offer.count("\n") - 1 <= 3
    assert town.uow.conversations.load(talk.person().id).form == ""
    assert town.uow.bindings.of_person(talk.person().id)


def test_the_number_of_a_choice_acts(town: Town) -> None:
    talk = town.talk()
    talk.says("我们公司是什么等级呢")
    assert talk.says("1") == town.talk("another").says("查等级")


def test_a_number_out_of_range_or_without_a_question_has_a_way_forward(town: Town) -> None:
    talk = town.talk()
    assert "没有这个序号" in talk.says("1")
    talk.says("我们公司是什么等级呢")
    for wrong in ("0", "7", "99999999999999"):
        assert "1到" in talk.says(wrong)


def test_a_homophone_is_offered_not_carried_out(town: Town) -> None:
    talk = town.talk()
    assert "1. 查等级" in talk.says("查等及")
    assert "信用等级分为" in talk.says("1")


def test_a_guess_for_a_service_that_is_not_built_says_so(town: Town) -> None:
    assert "“举报”还不能在这里办" in town.talk().says("我要举报一家饭店")


def test_nonsense_gets_the_help_line(town: Town) -> None:
    for said in ("今天天气怎么样", "qwertz", "😊😊", "？？？"):
        answer = town.talk().says(said)
        assert "帮助" in answer
        assert len(answer) < 400


@pytest.mark.parametrize(
    "kind", [InboundKind.IMAGE, InboundKind.VIDEO, InboundKind.LOCATION, InboundKind.LINK, InboundKind.VOICE]
)
def test_what_is_no_text_gets_one_kind_line_with_a_way_forward(town: Town, kind: InboundKind) -> None:
    answer = town.talk().sends(kind)
    assert "文字" in answer
    assert "帮助" in answer
    assert "\n" not in answer


def test_a_voice_message_with_its_words_is_a_text(town: Town) -> None:
    assert town.talk().sends(InboundKind.VOICE, text="查等级。") == town.talk("b").says("查等级")


@pytest.mark.parametrize(
    "kind", [InboundKind.UNFOLLOW, InboundKind.VIEW, InboundKind.JOB_FINISHED, InboundKind.OTHER]
)
def test_events_that_want_no_answer_get_silence(town: Town, kind: InboundKind) -> None:
    assert town.talk().sends(kind) == ""


def test_who_leaves_is_no_follower_and_is_one_again_on_return(town: Town) -> None:
    talk = town.talk()
    talk.follows()
    talk.sends(InboundKind.UNFOLLOW)
    assert not talk.person().followed
    assert "欢迎回来" in talk.follows()
    assert talk.person().followed


def test_staff_are_told_in_one_line_that_their_side_is_not_open_yet(town: Town) -> None:
    assert "工作人员" in town.talk("wang", Channel.WECOM).says("待办")


def test_waiting_notices_come_first_and_once(town: Town) -> None:
    talk = town.talk()
    person = talk.person()
    for number in (1, 2):
        town.uow.outbox.put(
            person_id=person.id, text=f"通知{number}。", unique_key=f"n{number}", at=town.clock.now()
        )
    first = talk.says("帮助")
    assert first.startswith("通知1。\n\n通知2。\n\n")
    assert "通知" not in talk.says("帮助").split("\n")[0]


def test_more_turns_the_pages_of_a_long_reply(town: Town) -> None:
    firm = town.firm()
    talk = town.bound(firm)
    for day in range(1, 29):
        town.warned(firm, date(2026, 10, day))
    pages = [talk.says("我的记录")]
    while "回复“更多”继续" in pages[-1]:
        pages.append(talk.says("更多"))
    assert len(pages) > 1
    assert all(len(page.encode()) <= LIMIT for page in pages)
    assert "2026年10月28日" in pages[0]
    assert "2026年10月1日" in "".join(pages)
    assert "后面没有了" in talk.says("更多")


def test_another_answer_ends_the_pages(town: Town) -> None:
    firm = town.firm()
    talk = town.bound(firm)
    for day in range(1, 29):
        town.warned(firm, date(2026, 10, day))
    talk.says("我的记录")
    talk.says("帮助")
    assert "后面没有了" in talk.says("更多")


def test_a_conversation_that_does_not_change_is_not_written(town: Town) -> None:
    talk = town.bound(town.firm())
    talk.says("查等级")
    written = town.uow.conversations.load(talk.person().id)
    statements = _statements(town, lambda: talk.says("查等级"))
    assert not [s for s in statements if s.startswith("UPDATE conversations")]
    assert written == town.uow.conversations.load(talk.person().id)


def test_asking_the_grade_takes_few_statements(town: Town) -> None:
    talk = town.bound(town.firm())
    talk.says("查等级")
    statements = [
        s for s in _statements(town, lambda: talk.says("查等级")) if not s.startswith("SELECT people")
    ]
    # waiting notices, conversation, bindings with subjects, assessment in force, query log, audit
    assert len(statements) <= 6, statements


def _statements(town: Town, act) -> list[str]:  # type: ignore[no-untyped-def]
    from sqlalchemy import event

    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(" ".join(statement.split()))

    event.listen(town.uow.connection, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(town.uow.connection, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize(
    ("said", "word", "argument"),
    [
        ("绑定 K7M3Q9XD", "绑定", "K7M3Q9XD"),
        ("绑定K7M3 Q9XD", "绑定", "K7M3 Q9XD"),
        ("绑定:K7M3Q9XD", "绑定", "K7M3Q9XD"),
        ("查等级 平鲁晋北商贸有限公司", "查等级", "平鲁晋北商贸有限公司"),
        ("信用等级 91140603YYYYYY0101", "查等级", "91140603YYYYYY0101"),
        ("进度 YY20260001", "进度", "YY20260001"),
        ("返回", "上一步", ""),
    ],
)
def test_words_are_found_with_what_follows_them(said: str, word: str, argument: str) -> None:
    found = find(said)
    assert found is not None
    assert (found.word, found.argument) == (word, argument)


@pytest.mark.parametrize("said", ["为什么 这样", "查等级为什么低", "解绑 K7M3Q9XD", "你好 绑定"])
def test_a_word_that_takes_nothing_is_not_found_with_something_behind_it(said: str) -> None:
    assert find(said) is None
