"""Small checks that several forms share."""

from __future__ import annotations

from handlers.context import Context
from handlers.dialogue import Accept, Again, Checked, Data
from handlers.firm import texts

CONFIRM = "确认"
_YES = frozenset((CONFIRM, "确定", "是", "是的", "好", "好的", "同意", "对", "没错"))


def confirmed(context: Context, data: Data, text: str) -> Checked:
    """Whether the person said yes. Anything else asks again; 取消 is understood everywhere."""
    return Accept(True) if text in _YES else Again(texts.ANSWER_CONFIRM.format(word=CONFIRM))


def numbered(lines: list[str]) -> str:
    """Lines with their numbers, as choices and lists are written."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
