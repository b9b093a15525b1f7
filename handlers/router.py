"""One table of routes, and how a message finds its way.

    global word → running form → exact word or menu key → numbered choice → guesses → help line

Exact words and menu keys act. What is only guessed is offered as numbered
choices: free text never starts anything. A word whose service is not built
yet says so, and stands neither in the menu nor in 帮助.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domain.errors import Refused
from domain.model.person import Channel
from domain.ports import Conversation
from handlers import dialogue
from handlers.context import Context
from handlers.firm import (
    bindings,
    commitments,
    consultations,
    evidence,
    grades,
    greetings,
    mandates,
    measures,
    objections,
    privacy,
    progress,
    records,
    repairs,
    subjects,
    texts,
)
from handlers.firm.forms import numbered
from handlers.paging import first_page, fits, next_page
from handlers.staff import desk
from handlers.turn import SILENCE, Audience, Guess, Inbound, InboundKind, Reply
from handlers.words import normalise

Handler = Callable[[Context, str], str]


@dataclass(frozen=True, slots=True)
class Route:
    """A word, and what answers it."""

    word: str
    #: None: not built yet
    handler: Handler | None = None
    aliases: tuple[str, ...] = ()
    #: key of the menu button; "" where the word stands in no menu
    key: str = ""
    #: whether something may follow the word: 绑定 CODE
    takes: bool = False
    #: what it is for, beside the word; 帮助 lists the words that have a key
    about: str = ""
    audience: Audience = Audience.FIRM


CANCEL, BACK, HELP, MORE = "取消", "上一步", "帮助", "更多"

ROUTES: tuple[Route, ...] = (
    Route(
        "绑定", bindings.bind, ("绑定单位", "绑定企业", "我要绑定"), "bind", takes=True, about="绑定您的单位"
    ),
    Route("解绑", bindings.unbind, ("解除绑定", "取消绑定"), "unbind", about="解除绑定"),
    Route("切换", subjects.switch, ("切换单位", "换单位"), "switch", about="绑定了几家时换一家"),
    Route(
        "查等级",
        grades.show,
        ("信用等级", "查信用等级", "我的等级", "等级", "查信用"),
        "grade",
        takes=True,
        about="看信用等级",
    ),
    Route("为什么", grades.why, ("为什么是这个等级", "评级依据", "为啥"), "why", about="看评定理由"),
    Route("怎么提升", grades.improve, ("如何提升", "怎样提升", "怎么提高"), "improve", about="看改进办法"),
    Route("我的记录", records.show, ("信用记录", "记录"), "records", about="看每一条信用记录"),
    Route("监管措施", measures.show, ("措施",), "measures", about="看等级有什么影响"),
    Route("隐私", privacy.show, ("隐私政策", "个人信息"), "privacy", about="看怎么处理您的个人信息"),
    Route("我的数据", privacy.my_data, ("我的信息", "我的个人信息"), about="看保存了您的什么信息"),
    Route("更正", privacy.correct, ("更正信息", "更正我的数据"), about="更正您的信息"),
    Route("删除", privacy.erase, ("删除我的数据", "删除我的信息", "注销"), about="删除您的个人信息"),
    Route("撤回", progress.withdraw, ("撤回同意",), takes=True, about="撤回同意、解除全部绑定"),
    Route("异议", objections.file, ("我有异议", "提异议"), "object", about="对等级或记录提异议"),
    Route("复核", objections.review, ("申请复核",), takes=True, about="对异议的决定申请复核"),
    Route("修复", repairs.file, ("信用修复", "申请修复"), "repair", about="申请修复记录"),
    Route("承诺", commitments.begin, ("信用承诺", "签承诺书"), "commit", takes=True, about="签信用承诺书"),
    Route("进度", progress.show, ("办理进度", "查进度"), "progress", takes=True, about="看办到哪一步"),
    Route("补充", progress.supply, takes=True),
    Route("材料", evidence.show, ("证据", "上传材料", "上传"), takes=True, about="给在办事项加材料"),
    Route("已提交", progress.submitted, takes=True),
    Route("签署授权", mandates.begin, ("授权书", "申请签署"), about="交授权书，申请签署权限"),
    Route("授权"),
    Route("谁查过我", aliases=("查询记录",)),
    Route("举报", aliases=("我要举报",)),
    Route("政策", takes=True),
    Route("人工", consultations.begin, ("转人工", "人工客服"), "person", takes=True, about="找工作人员说"),
)
FORMS: dict[str, dialogue.Form] = {
    form.name: form
    for form in (
        bindings.BIND,
        bindings.UNBIND,
        privacy.ERASE,
        privacy.WITHDRAW,
        objections.OBJECT,
        objections.REVIEW,
        repairs.REPAIR,
        commitments.COMMIT,
        mandates.MANDATE,
    )
}

_GLOBAL_WORDS: dict[str, str] = {
    CANCEL: CANCEL,
    "退出": CANCEL,
    "算了": CANCEL,
    BACK: BACK,
    "返回": BACK,
    HELP: HELP,
    "菜单": HELP,
    "?": HELP,
    MORE: MORE,
    "继续": MORE,
    "下一页": MORE,
}
_WORDS: dict[Audience, dict[str, Route]] = {
    audience: {said: r for r in ROUTES if r.audience is audience for said in (r.word, *r.aliases)}
    for audience in Audience
}
#: menu keys and the words they stand for
KEYS: dict[str, str] = {route.key: route.word for route in ROUTES if route.key} | {"help": HELP}
#: a guess this sure that nothing is built for yet is answered so, instead of by other choices
_SURE = 0.5
#: a code may follow its word without a space: 绑定K7M2Q9XD
_GLUED = re.compile(r"([\u4e00-\u9fff]+)[:, ]*([0-9A-Za-z][0-9A-Za-z -]*)")
#: kinds of message that are no text, as they are named to people
_KINDS = {
    InboundKind.IMAGE: "图片",
    InboundKind.VIDEO: "视频",
    InboundKind.LOCATION: "位置",
    InboundKind.LINK: "链接",
}


@dataclass(frozen=True, slots=True)
class Found:
    """An exact word with what follows it."""

    word: str
    argument: str = ""
    #: None for the global words 取消, 上一步, 帮助, 更多
    route: Route | None = None


def find(plain: str, audience: Audience = Audience.FIRM) -> Found | None:
    """What a normalised text says exactly, or None."""
    if plain in _GLOBAL_WORDS:
        return Found(_GLOBAL_WORDS[plain])
    words = _WORDS[audience]
    if plain in words:
        return Found(words[plain].word, "", words[plain])
    head, _, rest = plain.partition(" ")
    if head not in words and (glued := _GLUED.fullmatch(plain)):
        head, rest = glued[1], glued[2]
    route = words.get(head.rstrip(":,"))
    return Found(route.word, rest.strip(), route) if route and rest and route.takes else None


def vocabulary(audience: Audience) -> Iterator[tuple[str, str]]:
    """Every exact word and alias of an audience with the word it stands for."""
    for said, route in _WORDS[audience].items():
        yield said, route.word


def audience_of(channel: Channel) -> Audience:
    """Who talks on a channel."""
    return Audience.STAFF if channel is Channel.WECOM else Audience.FIRM


def dispatch(context: Context, inbound: Inbound) -> Reply:
    """Answer one message or event; the conversation is saved where it changed.

    The reply is one page with notices that were waiting in front of it. A
    refusal is an answer: what was done before it (a wrong code counted) stays.
    """
    if inbound.kind is InboundKind.UNFOLLOW and audience_of(inbound.channel) is Audience.FIRM:
        greetings.unfollow(context)
        return SILENCE
    if inbound.kind in (InboundKind.VIEW, InboundKind.JOB_FINISHED, InboundKind.OTHER):
        return SILENCE
    before = _snapshot(context.conversation)
    if audience_of(inbound.channel) is Audience.STAFF:
        reply = desk.answer(context, inbound)
    else:
        reply = Reply(_turned_page(context, inbound) or _paged(context, inbound))
    if _snapshot(context.conversation) != before:
        context.uow.conversations.save(context.conversation, context.now())
    return reply


def help_text(context: Context) -> str:
    """帮助: the built words with what they are for, and how to reach a person."""
    lines = "\n".join(f"“{route.word}”{route.about}" for route in ROUTES if route.key)
    return texts.HELP.format(lines=lines, phone=context.office.phone, hours=context.office.hours)


def _snapshot(talk: Conversation) -> tuple[object, ...]:
    return (
        talk.form,
        talk.form_version,
        talk.step,
        dict(talk.data),
        tuple(talk.choices),
        tuple(talk.pages),
        talk.subject_id,
        talk.expires_at,
    )


def _turned_page(context: Context, inbound: Inbound) -> str:
    """The next page, where one was asked for or must be read first; "" otherwise."""
    if not context.conversation.pages or not inbound.text:
        return ""
    found = find(normalise(inbound.text))
    if found is not None and found.word == MORE:
        return next_page(context.conversation)
    if found is None and dialogue.unread(context, FORMS):
        page = next_page(context.conversation)
        reminded = dialogue.READ_FIRST + page
        return reminded if fits(reminded) else page
    return ""


def _paged(context: Context, inbound: Inbound) -> str:
    """The first page of the answer. A remark aside leaves a text that must be read where it was."""
    was_unread = dialogue.unread(context, FORMS)
    text = _letter(context, inbound)
    if was_unread and dialogue.unread(context, FORMS) and fits(text):
        return text
    return first_page(context.conversation, text)


def _letter(context: Context, inbound: Inbound) -> str:
    """The whole answer: waiting notices, a form that ran out, then what was asked for."""
    waiting = context.uow.outbox.take_waiting(context.person.id, context.now())
    parts = [*waiting, dialogue.expire_if_due(context), _answer(context, inbound)]
    return "\n\n".join(part for part in parts if part)


def _answer(context: Context, inbound: Inbound) -> str:
    try:
        to_person = consultations.heard(context, inbound, _exact_word(inbound.text))
        if to_person is not None:
            return to_person
        if inbound.kind is InboundKind.FOLLOW:
            return greetings.follow(context, inbound.scene)
        if inbound.kind is InboundKind.SCAN:
            return greetings.scan(context, inbound.scene)
        if inbound.kind is InboundKind.CLICK:
            return _clicked(context, inbound.key)
        if inbound.media_id and not inbound.text and inbound.kind in evidence.KINDS:
            return _sent_file(context, inbound)
        if inbound.kind in _KINDS:
            return texts.NOT_TEXT.format(kind=_KINDS[inbound.kind])
        if inbound.kind is InboundKind.VOICE and not inbound.text:
            return texts.NOT_HEARD
        return _said(context, inbound)
    except Refused as refusal:
        return refusal.text


def _sent_file(context: Context, inbound: Inbound) -> str:
    """A picture or voice for a case; in the middle of a form it answers, or the open question comes first."""
    form = FORMS.get(context.conversation.form)
    if form is None:
        return evidence.received(context, inbound)
    if inbound.kind is InboundKind.IMAGE and dialogue.wants_photo(context, form):
        return dialogue.answer_photo(context, form, inbound.media_id)
    return dialogue.busy(context, form)


def _exact_word(text: str) -> str:
    found = find(normalise(text))
    return found.word if found else ""


def _clicked(context: Context, key: str) -> str:
    found = find(KEYS.get(key, ""))
    return _not_understood(context) if found is None else _exactly(context, found)


def _said(context: Context, inbound: Inbound) -> str:
    plain = normalise(inbound.text)
    found = find(plain)
    if found is not None:
        return _exactly(context, found)
    form = FORMS.get(context.conversation.form)
    if form is not None:
        return dialogue.answer(context, form, plain, inbound.extra.get("raw", inbound.text))
    if plain.isdecimal():
        return _choose(context, plain)
    return _offer(context, inbound.guesses)


def _exactly(context: Context, found: Found) -> str:
    """An exact word. In the middle of a form another service's word brings the open question back.

    The form's own word starts it anew; for 人工 it waits as a draft. No word is ever taken for an answer:
    查等级 is no wrong binding code.
    """
    if found.route is None:
        return _global(context, found.word)
    form = FORMS.get(context.conversation.form)
    if form is not None and found.word not in (form.name, consultations.WORD):
        return dialogue.busy(context, form)
    return _run(context, found.route, found.argument)


def _global(context: Context, word: str) -> str:
    talk = context.conversation
    if word == CANCEL:
        talk.choices = []
        return dialogue.cancel(context)
    if word == BACK:
        return dialogue.back(context, FORMS)
    if word == MORE:
        return texts.NO_MORE
    return dialogue.help_text(context, FORMS) or help_text(context)


def _run(context: Context, route: Route, argument: str) -> str:
    context.conversation.choices = []
    if route.handler is None:
        return _not_built(context, route)
    return route.handler(context, argument)


def _choose(context: Context, number: str) -> str:
    """The choice offered last: a word, a firm (``@12``), or a word for a firm (``查等级@12``)."""
    choices = context.conversation.choices
    if not choices:
        return texts.CHOICE_GONE
    if len(number) > 3 or not 1 <= int(number) <= len(choices):
        return texts.CHOICE_RANGE.format(last=len(choices))
    word, _, subject_id = choices[int(number) - 1].partition(subjects.AT)
    if subject_id:
        context.conversation.subject_id = int(subject_id)
    if not word:
        context.conversation.choices = []
        return subjects.switched(context)
    found = find(word)
    return _not_understood(context) if found is None else _exactly(context, found)


def _offer(context: Context, guesses: tuple[Guess, ...]) -> str:
    """Guesses as two or three numbered choices; a service not built yet says so at once."""
    context.conversation.choices = []
    routes = [route for guess in guesses if (route := _WORDS[Audience.FIRM].get(guess.intent))]
    if routes and routes[0].handler is None and guesses[0].score >= _SURE:
        return _not_built(context, routes[0])
    offered = [(route.word, route.about) for route in routes if route.handler]
    if not offered:
        asked = any(guess.intent == HELP for guess in guesses)
        return help_text(context) if asked else _not_understood(context)
    offered = [*offered[:2], (HELP, texts.ALL_SERVICES)]
    context.conversation.choices = [word for word, _ in offered]
    return texts.DID_YOU_MEAN.format(choices=numbered([f"{word}（{about}）" for word, about in offered]))


def _not_built(context: Context, route: Route) -> str:
    office = context.office
    return texts.NOT_BUILT.format(
        word=route.word,
        office=office.short_name,
        phone=office.phone,
        hours=office.hours,
        address=office.address,
    )


def _not_understood(context: Context) -> str:
    return texts.NOT_UNDERSTOOD.format(phone=context.office.phone, hours=context.office.hours)
