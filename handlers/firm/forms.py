"""Small checks that several forms share."""

from __future__ import annotations

from handlers.context import Context
from handlers.dialogue import Accept, Again, Checked, Data
from handlers.firm import texts

CONFIRM = "确认"
#: characters of a description
SHORTEST, LONGEST = 5, 500
TOO_SHORT = "请写得具体一些，5个字以上。"
TOO_LONG = "写得太长了，请缩到500个字以内，材料可以提交以后再发。"
_YES = frozenset((CONFIRM, "确定", "是", "是的", "好", "好的", "同意", "对", "没错"))


def confirmed(context: Context, data: Data, text: str) -> Checked:
    """Whether the person said yes. Anything else asks again; 取消 is understood everywhere."""
    return Accept(True) if text in _YES else Again(texts.ANSWER_CONFIRM.format(word=CONFIRM))


def described(context: Context, data: Data, text: str) -> Checked:
    """A description in the person's own words: neither a word nor an essay."""
    wrong = wrong_length(text)
    return Again(wrong) if wrong else Accept(text)


def wrong_length(text: str) -> str:
    """What is wrong with a description, the same in the chat and on a page; "" where it is good."""
    if len(text) < SHORTEST:
        return TOO_SHORT
    return TOO_LONG if len(text) > LONGEST else ""


def numbered(lines: list[str]) -> str:
    """Lines with their numbers, as choices and lists are written."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
