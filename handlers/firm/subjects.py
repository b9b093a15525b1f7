"""Which firm is meant: the one a person is bound to, or the one chosen among several.

绑定的单位；一个人绑定了几家时先问是哪一家，问过一次就记住，“切换”可以换。
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.model.person import Binding
from domain.model.subject import Subject
from domain.rules.codes import CleanCode, clean_uscc
from domain.services import bindings
from handlers.context import Context
from handlers.firm import texts
from handlers.firm.forms import numbered

#: between word and subject in a stored choice: "查等级@12"
AT = "@"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The firm this turn is about, and the binding that allows it."""

    binding: Binding
    subject: Subject


def chosen(context: Context, word: str) -> Chosen | str:
    """The firm for ``word``, or what to say instead: how to bind, or which firm is meant.

    The question leaves numbered choices behind that go on with ``word``.
    """
    held = bindings.active(context.uow, context.person, context.today())
    if not held:
        return texts.ASK_TO_BIND
    for binding, subject in held:
        if len(held) == 1 or subject.id == context.conversation.subject_id:
            return Chosen(binding, subject)
    return _ask(context, word, [subject for _, subject in held])


def own(context: Context, wanted: str) -> Chosen | None:
    """The bound firm that a name, former name or code means; it is the chosen one from then on."""
    code = clean_uscc(wanted, as_text=True)
    for binding, subject in bindings.active(context.uow, context.person, context.today()):
        if wanted in (subject.name, *subject.former_names) or (
            isinstance(code, CleanCode) and code.value == subject.uscc
        ):
            context.conversation.subject_id = subject.id
            return Chosen(binding, subject)
    return None


def switch(context: Context, argument: str) -> str:
    """切换: ask which firm is meant from now on."""
    held = [subject for _, subject in bindings.active(context.uow, context.person, context.today())]
    if not held:
        return texts.ASK_TO_BIND
    if len(held) == 1:
        return texts.ONLY_ONE.format(name=held[0].name)
    return _ask(context, "", held)


def switched(context: Context) -> str:
    """What is said once the firm was chosen by 切换."""
    found = chosen(context, "")
    return found if isinstance(found, str) else texts.SWITCHED.format(name=found.subject.name)


def _ask(context: Context, word: str, subjects: list[Subject]) -> str:
    context.conversation.choices = [f"{word}{AT}{subject.id}" for subject in subjects]
    choices = numbered([subject.name for subject in subjects])
    return texts.WHICH_SUBJECT.format(count=len(subjects), choices=choices)
