"""Forms of the staff: what is said while one is running, and how it is left."""

from __future__ import annotations

from collections.abc import Container

from handlers import dialogue
from handlers.context import Context
from handlers.staff import broadcasts
from handlers.words import normalise

FORMS: dict[str, dialogue.Form] = {broadcasts.SEND.name: broadcasts.SEND}

_BACK = frozenset(("上一步", "返回"))
_CANCEL = frozenset(("取消", "算了", "退出"))
_HELP = frozenset(("帮助", "菜单", "?"))


def heard(context: Context, text: str, words: Container[str]) -> str | None:
    """The answer to what is said in a running form; None where none runs.

    Texts are taken as written: a notice keeps its punctuation. A word of another
    service is no answer: it brings the open question back.
    """
    form = FORMS.get(context.conversation.form)
    if form is None:
        return None
    if expired := dialogue.expire_if_due(context):
        return expired
    plain = normalise(text)
    if plain in _CANCEL:
        return dialogue.cancel(context)
    if plain in _BACK:
        return dialogue.back(context, FORMS)
    if plain in _HELP:
        return dialogue.help_text(context, FORMS)
    if plain in words and plain != form.name:
        return dialogue.busy(context, form)
    return dialogue.start(context, form, {}) if plain == form.name else dialogue.answer(context, form, text)
