"""人工 as the chat goes: the bot keeps silent while a person answers, and says when it is back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.errors import NotAllowed
from domain.model.case import Case
from domain.model.person import Channel, Staff
from domain.services import cases, consultations
from domain.services.staff import actor_of, appoint_deputy
from tests.handlers.conftest import Talk, Town, work_of


@pytest.fixture
def staffed(town: Town) -> Town:
    for userid, name, role, department in (
        ("window1", "文一", "经办", town.office.name),
        ("window2", "文二", "经办", town.office.name),
        ("huang", "黄晖", "联络员", "示例县市场监督管理局"),
    ):
        town.uow.staff.save(Staff(userid, name, (role,), department))
    return town


def asks(talk: Talk, question: str = "等级证明在哪里开") -> str:
    """Ask for a person; returns the case number."""
    assert "请说您的问题" in talk.says("人工")
    answer = talk.says(question)
    assert "已转给工作人员" in answer
    return answer.split("案号")[1][:10]


def does(town: Town, number: str, action: str, text: str = "", by: str = "window1") -> Case:
    work = work_of(town)
    return cases.act(work, number, action, actor=actor_of(work, by), text=text)


def told(town: Town, userid: str) -> str:
    person = town.uow.people.get_or_add(Channel.WECOM, "wecom", userid, town.clock.now())
    return "\n".join(town.uow.outbox.take_waiting(person.id, town.clock.now()))


def test_the_post_on_duty_is_asked_and_the_answer_comes_back(staffed: Town) -> None:
    talk = staffed.bound(staffed.firm("平鲁晋北商贸有限公司"))
    number = asks(talk)
    letter = told(staffed, "window1")
    assert f"回复 {number}" in letter
    assert "平鲁晋北商贸有限公司：等级证明在哪里开" in letter
    assert told(staffed, "window2") == ""
    does(staffed, number, "回复", "在政务大厅三号窗口")
    assert talk.says("好的") == f"工作人员答复（{number}）：在政务大厅三号窗口"
    assert "好的" in told(staffed, "window1")


def test_the_bot_keeps_silent_and_hands_back_explicitly(staffed: Town) -> None:
    talk = staffed.bound(staffed.firm())
    number = asks(talk)
    assert talk.says("还有一个问题") == ""
    assert "这句话也转过去了" in talk.says("查等级")
    assert number in talk.says("帮助")
    assert number in talk.clicks("grade")
    does(staffed, number, "回复", "好的")
    does(staffed, number, "办结")
    back = talk.says("查等级")
    assert "工作人员已结束这次咨询" in back
    assert "等级" in back.rsplit("\n\n", 1)[1]


@pytest.mark.parametrize("said", ["结束", "取消", "办结"])
def test_the_firm_ends_it_before_and_after_an_answer(staffed: Town, said: str) -> None:
    talk = staffed.talk()
    number = asks(talk)
    assert "由我继续为您服务" in talk.says(said)
    assert "对方已结束" in told(staffed, "window1")
    assert work_of(staffed).uow.cases.by_number(number).outcome == "撤回"  # type: ignore[union-attr]
    again = asks(talk)
    does(staffed, again, "回复", "请带执照")
    assert "由我继续为您服务" in talk.says(said)
    assert work_of(staffed).uow.cases.by_number(again).outcome == "已答复"  # type: ignore[union-attr]


def test_before_the_question_other_words_work_and_cancel_opens_nothing(staffed: Town) -> None:
    talk = staffed.talk()
    talk.says("人工")
    assert "信用等级分为" in talk.says("查等级")
    talk.says("人工")
    assert "没有转人工" in talk.says("取消")
    assert staffed.uow.cases.of_applicant(talk.person().id) == []


def test_the_question_may_follow_the_word_and_one_talk_is_open_at_a_time(staffed: Town) -> None:
    talk = staffed.talk()
    assert "已转给工作人员" in talk.says("人工 营业执照丢了怎么办")
    assert "还没有结束" in talk.says("人工")
    assert len(staffed.uow.cases.of_applicant(talk.person().id)) == 1
    assert "没有绑定单位的来访者：营业执照丢了怎么办" in told(staffed, "window1")


def test_outside_the_hours_it_says_when_somebody_answers(staffed: Town) -> None:
    talk = staffed.talk()
    # Friday at noon the office rests until half past two
    assert "2026年11月20日14:30起有人答复" in talk.says("人工")
    staffed.clock.set(datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    assert "2026年11月21日8:30起有人答复" in talk.says("人工").replace("08:30", "8:30")
    staffed.clock.set(datetime(2026, 11, 20, 1, 0, tzinfo=UTC))
    assert "现在有人值班" in talk.says("人工")


def test_on_a_holiday_the_posts_of_weekdays_rest(staffed: Town) -> None:
    staffed.clock.set(datetime(2026, 10, 1, 2, 0, tzinfo=UTC))
    assert "10月3日" in staffed.talk().says("人工")


def test_a_form_in_the_middle_waits_as_a_draft(staffed: Town) -> None:
    talk = staffed.talk()
    talk.says("绑定")
    assert "请说您的问题" in talk.says("人工")
    talk.says("绑定码在哪里拿")
    talk.says("结束")
    assert "接着上次没办完的“绑定”" in talk.says("绑定")


def test_after_a_transfer_the_other_department_answers(staffed: Town) -> None:
    talk = staffed.talk()
    number = asks(talk)
    does(staffed, number, "转办", "示例县市场监督管理局")
    assert "等级证明在哪里开" in told(staffed, "huang")
    with pytest.raises(NotAllowed):
        does(staffed, number, "回复", "我来答", by="window1")
    does(staffed, number, "回复", "到我局办", by="huang")
    assert "到我局办" in talk.says("谢谢")
    assert "谢谢" in told(staffed, "huang")


def test_who_stands_in_for_the_post_is_told(staffed: Town) -> None:
    work = work_of(staffed)
    appoint_deputy(work.uow, "window1", "window2", since=work.today, until=work.today, by="ma")
    asks(staffed.talk())
    assert "有人找人工" in told(staffed, "window2")


def test_what_is_too_long_is_not_passed_on(staffed: Town) -> None:
    talk = staffed.talk()
    asks(talk)
    assert "分成几段" in talk.says("说" * 501)


def test_an_unanswered_talk_is_closed_only_with_a_reason_which_is_told(staffed: Town) -> None:
    talk = staffed.talk()
    number = asks(talk)
    does(staffed, number, "办结", "问题已在窗口当面解决")
    assert "问题已在窗口当面解决" in talk.says("帮助")


def passes(town: Town, **span: float) -> None:
    town.clock.advance(**span)
    consultations.look_after(work_of(town))


def test_a_talk_in_which_nobody_writes_any_more_ends_by_itself(staffed: Town) -> None:
    talk = staffed.bound(staffed.firm())
    number = asks(talk)
    does(staffed, number, "回复", "在政务大厅三号窗口")
    assert "三号窗口" in talk.says("谢谢")
    passes(staffed, days=6, hours=23)
    assert cases.find(work_of(staffed), number).open
    passes(staffed, hours=1)
    ended = cases.find(work_of(staffed), number)
    assert (ended.state, ended.outcome) == ("已结束", "已答复")
    passes(staffed, days=1)
    answer = talk.says("帮助")
    assert f"您的咨询（{number}）已有7天没有新的消息" in answer
    assert "查等级" in answer
    assert "请说您的问题" in talk.says("人工")


def test_a_question_that_nobody_answers_stays_open_and_is_brought_up_once(staffed: Town) -> None:
    staffed.uow.staff.save(Staff("ma", "马超", ("信用办管理员",), staffed.office.name))
    talk = staffed.bound(staffed.firm())
    number = asks(talk)
    told(staffed, "window1")
    passes(staffed, days=3)  # Friday to Monday
    assert told(staffed, "ma") == ""
    passes(staffed, days=1)
    passes(staffed, days=10)
    assert cases.find(work_of(staffed), number).open
    assert told(staffed, "ma").count("还没有人答复：等级证明在哪里开") == 1
    assert f"回复 {number}" in told(staffed, "window1")
