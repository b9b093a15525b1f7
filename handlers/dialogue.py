"""Forms as data: steps with a prompt, a check and a help text, kept in the conversation.

A form survives restarts (its state is a row) and code changes (its version).
取消, 上一步 and 帮助 work in every step. A form that runs out of time is put
away as a draft: the person is told, and the same word takes it up again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.ports import Conversation, UnitOfWork
from handlers.context import Context

Data = Mapping[str, Any]

#: key in the conversation's data under which an unfinished form waits; steps have other names
_DRAFT = "_draft"

RESUMED = "接着上次没办完的“{form}”（回复“上一步”可以改，回复“取消”就不办了）。\n"
CHANGED = "“{form}”的步骤更新过了，请从头再来一次。\n"
CANCELLED = "好的，“{form}”已取消，没有改动任何内容。"
NOTHING_TO_CANCEL = "现在没有正在办的事项。回复“帮助”看能办什么。"
NO_STEP_BEFORE = "这已经是第一步。\n"
NOTHING_BEFORE = "现在没有正在办的事项，没有上一步。回复“帮助”看能办什么。"
EXPIRED = "您的“{form}”停了太久，已先收起，填过的内容还留着。想接着办，请回复“{form}”。"
READ_FIRST = "请先看完再回复。\n"
BUSY = "您正在办“{form}”，还没办完。\n"
FORM_HELP = "\n回复“上一步”可以退回，回复“取消”就不办了。"


@dataclass(frozen=True, slots=True)
class Accept:
    """The answer is good; ``value`` (JSON-able) is kept under the step's name."""

    value: Any


@dataclass(frozen=True, slots=True)
class Again:
    """The answer is not good; ``text`` says why and what would be."""

    text: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The form cannot go on; ``text`` says why and what else there is."""

    text: str


Checked = Accept | Again | Stop


def _always(context: Context, data: Data) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One question."""

    name: str
    prompt: Callable[[Context, Data], str]
    check: Callable[[Context, Data, str], Checked]
    help: str
    #: the prompt is a text that must be read to its last page before it is answered
    must_read: bool = False
    #: the answer is kept as it was written, with its punctuation: somebody will read it
    verbatim: bool = False
    #: takes a picture (its media id) instead of words; None: only words answer
    check_photo: Callable[[Context, Data, str], Checked] | None = None
    #: whether the question is asked at all, by the answers given before
    applies: Callable[[Context, Data], bool] = _always


@dataclass(frozen=True, slots=True)
class Form:
    """A short talk with an end. ``name`` is the word that starts it."""

    name: str
    #: raise it when steps change: a form of an older version starts anew
    version: int
    steps: tuple[Step, ...]
    finish: Callable[[Context, Data], str]
    patience: timedelta = timedelta(minutes=30)

    def index(self, step: str) -> int | None:
        """Where the step stands; None for one that is no longer there."""
        return next((i for i, each in enumerate(self.steps) if each.name == step), None)


def start(context: Context, form: Form, data: Data | None = None, *, step: str = "") -> str:
    """Begin a form, or take up its draft; returns the prompt.

    With ``data`` the form begins at ``step`` with these answers given, and a
    draft of it is dropped. Another form that is running becomes the draft.
    """
    talk = context.conversation
    _set_aside(talk, unless=form.name)
    draft = talk.data.get(_DRAFT)
    if data is None and draft and draft["form"] == form.name and draft["version"] == form.version:
        talk.data = dict(draft["data"])
        return RESUMED.format(form=form.name) + _ask(context, form, form.index(draft["step"]) or 0)
    kept = {} if draft is None or draft["form"] == form.name else {_DRAFT: draft}
    talk.data = {**(data or {}), **kept}
    return _ask(context, form, (form.index(step) or 0) if step else 0)


def hand_over(talk: Conversation, state: str, data: Data) -> None:
    """Put the talk into a state that no form answers and no time ends; a running form becomes the draft."""
    _set_aside(talk, unless=state)
    draft = talk.data.get(_DRAFT)
    talk.data = {**data, **({_DRAFT: draft} if draft else {})}
    talk.form = state


def hand_back(talk: Conversation) -> None:
    """End such a state; a draft stays."""
    _end(talk)


def answer(context: Context, form: Form, text: str, written: str = "") -> str:
    """Give ``text`` to the running step; returns the next prompt or the end's text.

    ``written`` is the same before it was normalised for commands, where that changed it.
    """
    talk = context.conversation
    at = form.index(talk.step)
    if talk.form_version != form.version or at is None:
        talk.data = {}
        return CHANGED.format(form=form.name) + _ask(context, form, 0)
    step = form.steps[at]
    words = written.strip() if step.verbatim and written else text
    return _took(context, form, at, step.check(context, talk.data, words))


def wants_photo(context: Context, form: Form) -> bool:
    """Whether a picture answers the running step."""
    at = form.index(context.conversation.step)
    return at is not None and form.steps[at].check_photo is not None


def answer_photo(context: Context, form: Form, media_id: str) -> str:
    """Give a picture to the running step; asked again where it wants words."""
    at = form.index(context.conversation.step)
    check = form.steps[at].check_photo if at is not None else None
    if at is None or check is None:
        return busy(context, form)
    return _took(context, form, at, check(context, context.conversation.data, media_id))


def _took(context: Context, form: Form, at: int, checked: Checked) -> str:
    """Go on with what the check of a step said."""
    talk = context.conversation
    talk.expires_at = context.now() + form.patience
    if isinstance(checked, Again):
        return checked.text
    if isinstance(checked, Stop):
        _end(talk)
        return checked.text
    talk.data[form.steps[at].name] = checked.value
    ahead = _applying(context, form, range(at + 1, len(form.steps)))
    if ahead is not None:
        return _ask(context, form, ahead)
    data = dict(talk.data)
    _end(talk)
    return form.finish(context, data)


def back(context: Context, forms: Mapping[str, Form]) -> str:
    """上一步: ask the question before again."""
    talk = context.conversation
    form = forms.get(talk.form)
    if form is None:
        return NOTHING_BEFORE
    at = form.index(talk.step) or 0
    before = _applying(context, form, range(at - 1, -1, -1))
    if before is None:
        return NO_STEP_BEFORE + _ask(context, form, at)
    talk.data.pop(form.steps[before].name, None)
    return _ask(context, form, before)


def cancel(context: Context) -> str:
    """取消: end the running form without a draft."""
    talk = context.conversation
    if not talk.form:
        talk.data = {}
        return NOTHING_TO_CANCEL
    name = talk.form
    _end(talk)
    return CANCELLED.format(form=name)


def help_text(context: Context, forms: Mapping[str, Form]) -> str:
    """帮助 in a form: what this step wants; "" where no form runs. An unread text is given again."""
    talk = context.conversation
    form = forms.get(talk.form)
    at = form.index(talk.step) if form else None
    if form is None or at is None:
        return ""
    again = "\n" + _ask(context, form, at) if unread(context, forms) else ""
    return form.steps[at].help + FORM_HELP + again


def unread(context: Context, forms: Mapping[str, Form]) -> bool:
    """Whether the running step is a text that must be read and has pages left."""
    talk = context.conversation
    form = forms.get(talk.form)
    at = form.index(talk.step) if form else None
    return form is not None and at is not None and form.steps[at].must_read and bool(talk.pages)


def busy(context: Context, form: Form) -> str:
    """What is said to a command in the middle of a form: the open question, asked again."""
    return BUSY.format(form=form.name) + _ask(context, form, form.index(context.conversation.step) or 0)


def unfinished(conversation: Conversation) -> tuple[str, ...]:
    """Names of the form that is running and of the one put away as a draft."""
    draft = conversation.data.get(_DRAFT)
    return tuple(filter(None, (conversation.form, draft["form"] if draft else "")))


def done_elsewhere(uow: UnitOfWork, person_id: int, form: str, now: datetime) -> None:
    """What a form is for was just done on a page: in the chat it is neither open nor a draft any more."""
    talk = uow.conversations.load(person_id)
    if form not in unfinished(talk):
        return
    if talk.form == form:
        _end(talk)
        talk.choices, talk.pages = [], []
    if talk.data.get(_DRAFT, {}).get("form") == form:
        talk.data = {name: value for name, value in talk.data.items() if name != _DRAFT}
    uow.conversations.save(talk, now)


def expire(conversation: Conversation) -> str:
    """Put a form that ran out of time away as a draft; returns what the person is told."""
    name = conversation.form
    _set_aside(conversation, unless="")
    conversation.choices = []
    conversation.pages = []
    return EXPIRED.format(form=name)


def expire_if_due(context: Context) -> str:
    """The same within a turn that comes before the sweep; "" where nothing ran out."""
    talk = context.conversation
    if not talk.form or talk.expires_at is None or talk.expires_at > context.now():
        return ""
    return expire(talk)


def sweep_expired(uow: UnitOfWork, now: datetime, *, limit: int = 100) -> int:
    """Put away the forms that ran out of time and tell their people; returns how many.

    At most ``limit``, so that the transaction stays short; the rest is taken next time.
    """
    due = uow.conversations.expired(now, limit=limit)
    for talk in due:
        key = f"expired:{talk.person_id}:{now.isoformat()}"
        uow.outbox.put(person_id=talk.person_id, text=expire(talk), unique_key=key, at=now)
        uow.conversations.save(talk, now)
    return len(due)


def _applying(context: Context, form: Form, places: range) -> int | None:
    """The first of these steps that is asked at all; None where there is none."""
    data = context.conversation.data
    return next((at for at in places if form.steps[at].applies(context, data)), None)


def _ask(context: Context, form: Form, at: int) -> str:
    talk = context.conversation
    step = form.steps[at]
    talk.form, talk.form_version, talk.step = form.name, form.version, step.name
    talk.expires_at = context.now() + form.patience
    return step.prompt(context, talk.data)


def _set_aside(talk: Conversation, *, unless: str) -> None:
    """Make the running form the draft, except where it is the one about to start."""
    if not talk.form:
        return
    answers = {name: value for name, value in talk.data.items() if name != _DRAFT}
    running, step, version = talk.form, talk.step, talk.form_version
    _end(talk)
    if running != unless:
        talk.data = {_DRAFT: {"form": running, "version": version, "step": step, "data": answers}}


def _end(talk: Conversation) -> None:
    draft = talk.data.get(_DRAFT)
    talk.data = {_DRAFT: draft} if draft else {}
    talk.form, talk.form_version, talk.step, talk.expires_at = "", 0, "", None
