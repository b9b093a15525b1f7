"""The staff's side of the talk: one table of words, and how a message finds its way.

press → card · running question 确认 → word or step → numbered choice → help line
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import Refused
from domain.services import calendar
from handlers.context import Context
from handlers.paging import first_page, next_page
from handlers.staff import broadcasts, cards, cases, deliveries, evidence, figures, forms, subjects, texts
from handlers.staff.who import actor_of
from handlers.turn import SILENCE, Inbound, InboundKind, Reply
from handlers.words import normalise

Handler = Callable[[Context, str], str]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the staff, what answers it (None: not built yet), and what 帮助 says of it."""

    word: str
    handler: Handler | None = None
    aliases: tuple[str, ...] = ()
    about: str = ""


def _holidays(context: Context, argument: str) -> str:
    """节假日: look, set days, announce a year."""
    return calendar.holiday_command(context.work(), actor_of(context), argument)


WORDS: tuple[Word, ...] = (
    Word("待办", cases.todo, ("我的待办",), "看要办的事"),
    Word("案件", cases.show, ("看案件",), "加案号，看一件事的全部情况"),
    Word("查", subjects.look, ("查询", "查企业"), "加单位名称或代码，看等级和在办事项"),
    Word("措施", subjects.measures, ("监管措施",), "加单位名称或代码，看现行措施"),
    Word("绑定码", subjects.bind_code, (), "加单位名称或代码，发一次性绑定码"),
    Word("投递", deliveries.show, ("未送达",), "看没有送到的消息"),
    Word("重发", deliveries.resend, (), "加编号，重新发送"),
    Word("节假日", _holidays, ("放假安排",), "看和录入放假安排"),
    Word("材料", evidence.show, ("证据",), "加案号，看和补录材料"),
    Word("导入", evidence.begin_import, (), "上传表格，核对和确认导入"),
    Word("群发", broadcasts.begin, ("群发通知",), "给企业或同事群发通知，另一人审核后发送"),
    Word("提醒"),
    Word("约谈"),
    Word("抽查"),
    Word("检查结果"),
    Word("统计", figures.show, ("统计数字", "报表"), "看等级、案件、送达的数字"),
    Word("报送"),
)
_SAID: dict[str, Word] = {said: word for word in WORDS for said in (word.word, *word.aliases)}
_HELP = frozenset({"帮助", "菜单", "?", "help"})
_CANCEL = frozenset({"取消", "算了", "退出"})
_MORE = frozenset({"更多", "继续", "下一页"})
#: a number may follow its word without a space: 同意YY20260001
_WORD = re.compile(r"[\s\"“”]*([\u4e00-\u9fff]+)[\s:：,，]*(.*)", re.DOTALL)
#: letters, digits and spaces of full width; what is written to a firm keeps its punctuation
_PLAIN = {
    code: code - 0xFEE0
    for first, last in ("０９", "ＡＺ", "ａｚ")
    for code in range(ord(first), ord(last) + 1)
}
_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), *range(0x2028, 0x202F), 0x2060, 0xFEFF))
_NUMBER = re.compile(r"[A-Za-z]{2}\d{5,12}")


def answer(context: Context, inbound: Inbound) -> Reply:
    """Answer one message or event of a member of staff. Opening the app is no reason to speak."""
    try:
        if inbound.kind is InboundKind.CARD:
            return cards.pressed(context, inbound)
        if inbound.kind in (InboundKind.TEXT, InboundKind.CLICK):
            said = inbound.extra.get("raw") or inbound.text or inbound.key
            return Reply(_paged(context, said))
        kind = texts.KINDS.get(inbound.kind)
        return Reply(texts.NOT_TEXT.format(kind=kind)) if kind else SILENCE
    except Refused as refusal:
        return Reply(refusal.text)


def _paged(context: Context, text: str) -> str:
    if normalise(text) in _MORE:
        return next_page(context.conversation) or texts.NO_MORE
    try:
        answer = _said(context, text)
    except Refused as refusal:
        answer = refusal.text
    return first_page(context.conversation, answer)


def _said(context: Context, text: str) -> str:
    actor_of(context)  # somebody unknown is told so, whatever he says
    in_form = forms.heard(context, text, _SAID)
    if in_form is not None:
        return in_form
    plain = normalise(text)
    head, argument = _split(text)
    if head == "确认":
        return cases.confirm(context, argument)
    asked = cases.forget_question(context)
    if plain in _CANCEL:
        context.conversation.choices = []
        return texts.CANCELLED if asked else texts.NOTHING_TO_CANCEL
    if plain.isdecimal():
        return _choose(context, plain)
    context.conversation.choices = []
    if plain in _HELP:
        return help_text()
    if _NUMBER.fullmatch(plain):
        return cases.show(context, plain)
    return _exactly(context, head, argument)


def _exactly(context: Context, head: str, argument: str) -> str:
    word = _SAID.get(head)
    if word is not None:
        return word.handler(context, argument) if word.handler else texts.NOT_BUILT.format(word=word.word)
    if head in cases.ACTIONS:
        return cases.step(context, head, argument)
    return texts.NOT_UNDERSTOOD


def _split(text: str) -> tuple[str, str]:
    """The first word and what follows it, with the punctuation it was written with."""
    found = _WORD.fullmatch(text.translate(_PLAIN | _INVISIBLE | {0x3000: " "}).strip())
    return (found[1], found[2].strip()) if found else ("", "")


def _choose(context: Context, number: str) -> str:
    choices = context.conversation.choices
    if len(number) > 3 or not 1 <= int(number) <= len(choices):
        return texts.CHOICE_GONE
    return _exactly(context, *_split(choices[int(number) - 1]))


def help_text() -> str:
    """帮助: the words that are built, and how a case is worked on."""
    lines = "\n".join(f"“{word.word}”{word.about}" for word in WORDS if word.handler)
    return texts.HELP.format(lines=lines)
