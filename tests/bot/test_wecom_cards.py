"""Template cards: their shape for the interface, every limit and the code it mirrors, a case's card."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom_card_parts import (
    Button,
    CheckBox,
    Colour,
    Fact,
    FactKind,
    Jump,
    Menu,
    Option,
    Question,
    Quote,
    Source,
    Submit,
    clip,
)
from bot.channels.wecom_cards import (
    ButtonCard,
    MultipleCard,
    TemplateCard,
    TextNotice,
    VoteCard,
    card_of,
    new_task_id,
)
from bot.channels.wecom_errors import MEANINGS
from domain.model import card as neutral
from domain.model.card import Press, read_press

OPTIONS = (Option("a", "事实不清"), Option("b", "证据不足"))
REASON = Question("reason", "理由", OPTIONS)
SUBMIT = Submit("提交", "submit")
NOTICE = TextNotice(title="通知", url="https://xinshi/1")
BUTTONS = ButtonCard(
    title="异议 YY20260001",
    task_id="t1",
    buttons=(Button("同意", "k1"), Button("驳回", "k2", style=3)),
    question=REASON,
)
VOTE = VoteCard(title="措施", task_id="t1", checkbox=CheckBox("m", OPTIONS), submit=SUBMIT)
MULTIPLE = MultipleCard(title="分派", task_id="t1", questions=(REASON,), submit=SUBMIT)


def codes(card: TemplateCard) -> set[int]:
    return {problem.code for problem in card.problems()}


# -- shape ---------------------------------------------------------------------


def test_a_notice_with_everything() -> None:
    card = TextNotice(
        title="到期提醒",
        desc="甲公司",
        task_id="t1",
        source=Source("信用办", "https://icon", Colour.RED),
        menu=Menu("更多", (("不再提醒", "mute"),)),
        quote=Quote("原文", "标题", "https://q"),
        emphasis=("3", "个工作日"),
        subtitle="请在期限前处理",
        facts=(
            Fact("案号", "YY20260001"),
            Fact("页面", "查看", FactKind.PAGE, "https://p"),
            Fact("附件", "证据.pdf", FactKind.FILE, "media"),
            Fact("经办", "王芳", FactKind.MEMBER, "wangfang"),
        ),
        jumps=(Jump("案件", "https://j"),),
        url="https://c",
    )
    assert card.problems() == ()
    assert card.sent() == {
        "task_id": "t1",
        "card_type": "text_notice",
        "source": {"desc": "信用办", "icon_url": "https://icon", "desc_color": 2},
        "main_title": {"title": "到期提醒", "desc": "甲公司"},
        "action_menu": {"desc": "更多", "action_list": [{"text": "不再提醒", "key": "mute"}]},
        "quote_area": {"type": 1, "url": "https://q", "title": "标题", "quote_text": "原文"},
        "sub_title_text": "请在期限前处理",
        "horizontal_content_list": [
            {"type": 0, "keyname": "案号", "value": "YY20260001"},
            {"type": 1, "keyname": "页面", "value": "查看", "url": "https://p"},
            {"type": 2, "keyname": "附件", "value": "证据.pdf", "media_id": "media"},
            {"type": 3, "keyname": "经办", "value": "王芳", "userid": "wangfang"},
        ],
        "card_action": {"type": 1, "url": "https://c"},
        "emphasis_content": {"title": "3", "desc": "个工作日"},
        "jump_list": [{"type": 1, "title": "案件", "url": "https://j"}],
    }


def test_what_says_nothing_is_left_out() -> None:
    assert NOTICE.sent() == {
        "card_type": "text_notice",
        "main_title": {"title": "通知"},
        "card_action": {"type": 1, "url": "https://xinshi/1"},
    }


def test_buttons_with_a_choice_above_them() -> None:
    opening = replace(BUTTONS, buttons=(*BUTTONS.buttons, Button("查看", url="https://c")))
    assert opening.problems() == ()
    assert opening.sent() == {
        "task_id": "t1",
        "card_type": "button_interaction",
        "main_title": {"title": "异议 YY20260001"},
        "button_selection": {
            "question_key": "reason",
            "title": "理由",
            "option_list": [{"id": "a", "text": "事实不清"}, {"id": "b", "text": "证据不足"}],
        },
        "button_list": [
            {"type": 0, "text": "同意", "style": 1, "key": "k1"},
            {"type": 0, "text": "驳回", "style": 3, "key": "k2"},
            {"type": 1, "text": "查看", "style": 1, "url": "https://c"},
        ],
    }


def test_ticks_and_several_choices() -> None:
    ticked = replace(VOTE, checkbox=CheckBox("m", OPTIONS, frozenset({"b"}), many=True, disabled=True))
    assert (ticked.problems(), MULTIPLE.problems()) == ((), ())
    assert ticked.sent()["checkbox"] == {
        "question_key": "m",
        "mode": 1,
        "option_list": [
            {"id": "a", "text": "事实不清", "is_checked": False},
            {"id": "b", "text": "证据不足", "is_checked": True},
        ],
        "disable": True,
    }
    assert MULTIPLE.sent()["select_list"][0]["question_key"] == "reason"
    assert replace(MULTIPLE, closing="已分派").sent()["replace_text"] == "已分派"
    assert MULTIPLE.sent()["submit_button"] == {"text": "提交", "key": "submit"}


def test_a_card_in_the_place_of_another_keeps_its_task_id_by_not_naming_it() -> None:
    updated = replace(BUTTONS, question=replace(REASON, selected="a", disabled=True)).updated()
    assert "task_id" not in updated
    assert updated["button_selection"]["selected_id"] == "a"
    assert updated["button_selection"]["disable"] is True


# -- what is only shown is shortened -------------------------------------------


def test_what_is_only_shown_is_shortened_with_an_ellipsis() -> None:
    long = "字" * 300
    card = TextNotice(
        title=long,
        desc=long,
        source=Source(long),
        subtitle=long,
        emphasis=(long, long),
        facts=(Fact(long, long),),
        jumps=(Jump(long, "https://j"),),
        url="https://c",
    )
    assert card.problems() == ()
    tree = card.sent()
    shown = [
        tree["main_title"]["title"],
        tree["main_title"]["desc"],
        tree["source"]["desc"],
        tree["sub_title_text"],
        tree["emphasis_content"]["title"],
        tree["emphasis_content"]["desc"],
        tree["horizontal_content_list"][0]["keyname"],
        tree["horizontal_content_list"][0]["value"],
        tree["jump_list"][0]["title"],
    ]
    assert [len(text) for text in shown] == [36, 44, 20, 160, 14, 22, 5, 30, 18]
    assert all(text.endswith("字…") for text in shown)


@given(st.text(max_size=50), st.integers(1, 40))
def test_a_shortened_text_never_passes_its_limit(text: str, limit: int) -> None:
    assert len(clip(text, limit)) <= limit


# -- what the platform would refuse --------------------------------------------

KEY_TOO_LONG = "k" * 1025
REFUSED: list[tuple[int, TemplateCard]] = [
    (42014, replace(BUTTONS, task_id="")),
    (42014, replace(BUTTONS, task_id="案号")),
    (42014, replace(BUTTONS, task_id="t" * 129)),
    (42014, replace(VOTE, task_id="")),
    (42014, replace(NOTICE, menu=Menu("更多", (("转办", "m"),)))),
    (42033, replace(NOTICE, title=" ")),
    (42045, replace(NOTICE, url="")),
    (42035, replace(NOTICE, facts=(Fact("名", "值"),) * 7)),
    (42027, replace(NOTICE, facts=(Fact("", "值"),))),
    (42028, replace(NOTICE, facts=(Fact("名", "值", FactKind.PAGE),))),
    (42029, replace(NOTICE, facts=(Fact("名", "值", FactKind.FILE),))),
    (42050, replace(NOTICE, facts=(Fact("名", "值", FactKind.MEMBER),))),
    (42042, replace(NOTICE, jumps=(Jump("去", "https://j"),) * 4)),
    (42033, replace(NOTICE, jumps=(Jump("", "https://j"),))),
    (42028, replace(NOTICE, jumps=(Jump("去", ""),))),
    (40016, replace(BUTTONS, menu=Menu("更多", ()))),
    (40016, replace(BUTTONS, menu=Menu("更多", tuple((str(n), str(n)) for n in range(4))))),
    (42020, replace(BUTTONS, menu=Menu("更多", (("", "m"),)))),
    (42018, replace(BUTTONS, menu=Menu("更多", (("转办", ""),)))),
    (42051, replace(BUTTONS, menu=Menu("更多", (("转办", "m"), ("暂缓", "m"))))),
    (42051, replace(BUTTONS, menu=Menu("更多", (("转办", "k1"),)))),
    (40016, replace(BUTTONS, buttons=())),
    (40016, replace(BUTTONS, buttons=tuple(Button("好", str(n)) for n in range(7)))),
    (42038, replace(BUTTONS, buttons=(Button("", "k"),))),
    (42038, replace(BUTTONS, buttons=(Button("字" * 11, "k"),))),
    (42039, replace(BUTTONS, buttons=(Button("好", ""),))),
    (42039, replace(BUTTONS, buttons=(Button("好", KEY_TOO_LONG),))),
    (42039, replace(BUTTONS, buttons=(Button("好", "k"), Button("坏", "k")))),
    (42043, replace(BUTTONS, question=replace(REASON, key=""))),
    (42037, replace(BUTTONS, question=replace(REASON, options=()))),
    (
        42037,
        replace(BUTTONS, question=replace(REASON, options=tuple(Option(str(n), "好") for n in range(11)))),
    ),
    (42040, replace(BUTTONS, question=replace(REASON, options=(Option("", "好"),)))),
    (42040, replace(BUTTONS, question=replace(REASON, options=(Option("字" * 43, "好"),)))),
    (42040, replace(BUTTONS, question=replace(REASON, options=(Option("a", "好"), Option("a", "坏"))))),
    (42040, replace(BUTTONS, question=replace(REASON, selected="c"))),
    (42041, replace(BUTTONS, question=replace(REASON, options=(Option("a", " "),)))),
    (42041, replace(BUTTONS, question=replace(REASON, options=(Option("a", "字" * 17),)))),
    (42043, replace(VOTE, checkbox=CheckBox("", OPTIONS))),
    (42037, replace(VOTE, checkbox=CheckBox("m", tuple(Option(str(n), "好") for n in range(21))))),
    (42041, replace(VOTE, checkbox=CheckBox("m", (Option("a", "字" * 18),)))),
    (42046, replace(VOTE, submit=Submit("提交", ""))),
    (42049, replace(VOTE, submit=Submit("", "k"))),
    (42047, replace(MULTIPLE, questions=())),
    (42047, replace(MULTIPLE, questions=tuple(replace(REASON, key=str(n)) for n in range(4)))),
    (42043, replace(MULTIPLE, questions=(REASON, REASON))),
    (42049, replace(MULTIPLE, submit=Submit("字" * 11, "k"))),
]


@pytest.mark.parametrize("code,card", REFUSED)
def test_what_the_platform_would_refuse_is_named_under_its_code(code: int, card: TemplateCard) -> None:
    assert codes(card) == {code}
    assert all(problem.text for problem in card.problems())
    assert code in MEANINGS


def test_everything_wrong_with_a_card_is_named_at_once() -> None:
    card = replace(BUTTONS, title="", task_id="", buttons=(Button("", ""),))
    assert codes(card) == {42014, 42033, 42038, 42039}


LIMITS: list[TemplateCard] = [
    replace(BUTTONS, task_id="t" * 128, buttons=tuple(Button("字" * 10, f"{n}" * 1024) for n in range(6))),
    replace(
        BUTTONS, question=Question("k" * 1024, "", tuple(Option(f"{n:0128}", "字" * 16) for n in range(10)))
    ),
    replace(VOTE, checkbox=CheckBox("m", tuple(Option(str(n), "字" * 17) for n in range(20)))),
    replace(MULTIPLE, questions=tuple(replace(REASON, key=str(n)) for n in range(3))),
    replace(NOTICE, facts=(Fact("名", "值"),) * 6, jumps=(Jump("去", "https://j"),) * 3),
]


@pytest.mark.parametrize("card", LIMITS)
def test_what_reaches_a_limit_may_be_sent(card: TemplateCard) -> None:
    assert card.problems() == ()


def test_task_ids_are_never_the_same() -> None:
    ids = {new_task_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(codes(replace(BUTTONS, task_id=id)) == set() for id in ids)


# -- the card of a case --------------------------------------------------------

CASE = neutral.Card(
    title="异议 YY20260001",
    description="甲公司对2026年第二季度等级提出异议",
    fields=(("企业", "甲公司"), ("期限", "2026年11月27日")),
    case_number="YY20260001",
    version=3,
    buttons=(neutral.Button("同意", "同意"), neutral.Button("驳回", "驳回", style=3)),
    reasons=(("facts", "事实不清"), ("proof", "证据不足")),
)


def test_the_card_of_a_case_carries_case_and_version_in_every_button() -> None:
    card = card_of(CASE, task_id="t1", url="https://xinshi/1")
    assert isinstance(card, ButtonCard)
    assert card.problems() == ()
    assert [read_press(button.key) for button in card.buttons] == [
        Press("同意", "YY20260001", 3),
        Press("驳回", "YY20260001", 3),
    ]
    assert card.question is not None
    assert [option.id for option in card.question.options] == ["facts", "proof"]
    assert card.sent()["sub_title_text"] == "甲公司对2026年第二季度等级提出异议"


def test_a_decided_case_says_so_and_has_nothing_to_press() -> None:
    decided = replace(CASE, buttons=(), closing="已由王芳于11月21日驳回")
    card = card_of(decided, task_id="t1", url="https://xinshi/1")
    assert isinstance(card, TextNotice)
    assert card.problems() == ()
    assert card.updated()["sub_title_text"] == "已由王芳于11月21日驳回"


def test_a_case_with_more_to_say_than_a_card_holds_still_makes_a_card() -> None:
    crowded = replace(
        CASE,
        fields=tuple((f"事项{n}", "值" * 99) for n in range(9)),
        reasons=tuple((str(n), "理由") for n in range(14)),
        description="长" * 500,
    )
    assert card_of(crowded, task_id="t1", url="https://xinshi/1").problems() == ()


@pytest.mark.parametrize(
    "key",
    ["", "同意", "同意 YY20260001", "同意 YY20260001 x", "同意 yy20260001 3", "同意 YY20260001 3 4", "更多"],
)
def test_a_key_that_no_card_of_ours_carries_is_no_press(key: str) -> None:
    assert read_press(key) is None


@pytest.mark.parametrize("card", [NOTICE, BUTTONS, VOTE, MULTIPLE])
def test_a_card_is_plain_json(card: TemplateCard) -> None:
    assert json.loads(json.dumps(card.sent())) == card.sent()
