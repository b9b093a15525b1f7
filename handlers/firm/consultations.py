"""人工, for firms: say what it is about; from then on a person answers and the bot keeps silent.

The talk stands in a state of its own (``form`` is 人工, no time limit). Whether
it still does is asked of the case: closed by whichever side, the bot is back.
"""

from __future__ import annotations

from domain.clock import SHANGHAI
from domain.model.case import Actor
from domain.model.subject import Subject
from domain.services import bindings, consultations, staff
from domain.services.work import Work
from handlers import dialogue
from handlers.context import Context
from handlers.firm.wording import day
from handlers.turn import Inbound, InboundKind

WORD, CANCEL, HELP_WORD = "人工", "取消", "帮助"
#: say that nobody is needed any more, as 取消 does
ENDS = frozenset(("办结", "结束", "结束人工", "结束咨询", "不用了"))
#: global words that are plain speech to a person
_NO_SERVICES = frozenset(("更多", "上一步"))
LONGEST = 500
VISITOR = "没有绑定单位的来访者"

ASK = "请说您的问题，我转给工作人员。{when}"
NOW = "现在有人值班。急事请打电话{phone}。"
LATER = "现在没有人值班，{since}起有人答复，留言不会丢。工作时间：{hours}，电话{phone}。"
UNKNOWN = "现在没有人值班，留言不会丢。工作时间：{hours}，电话{phone}。"
PASSED_ON = (
    "已转给工作人员，案号{number}。{when}\n答复会直接发到这里，这段时间我不插话。不用了，请回复“结束”。"
)
AGAIN = "您的咨询{number}还没有结束，请直接说，我转给工作人员。不用了，请回复“结束”。"
HELP = "您正在和工作人员沟通（{number}），您说的话我都会转过去。想回到自助服务，请回复“结束”。"
STILL = "您正在和工作人员沟通（{number}），这句话也转过去了。要办“{word}”，请先回复“结束”。"
NOT_ASKED = "好的，没有转人工。回复“帮助”看能办什么。"
OVER = "好的，{number}已结束。现在由我继续为您服务，回复“帮助”看能办什么。"
TOO_LONG = "这段话太长了，请分成几段，每段500个字以内。"


def begin(context: Context, argument: str) -> str:
    """人工, alone (asks what it is about) or with the question."""
    work = context.work()
    open_case = consultations.running(work, context.person.id)
    dialogue.hand_over(context.conversation, WORD, {"number": open_case.number if open_case else ""})
    if argument:
        return _passed_on(context, argument)
    return AGAIN.format(number=open_case.number) if open_case else ASK.format(when=_when(work))


def heard(context: Context, inbound: Inbound, word: str) -> str | None:
    """What is answered while a person is spoken to; None where the message is the bot's, as always.

    ``word`` is the exact word that was said, "" for free text. 取消, 结束 and the
    like give the talk back. Until the question is said every other word still works.
    """
    if not _with_person(context):
        return None
    asked = bool(context.conversation.data["number"])
    if inbound.kind is InboundKind.CLICK and asked:
        return _help(context)
    if not inbound.text or word == WORD:
        return None
    text = inbound.text.strip()
    if word == CANCEL or text in ENDS:
        return _stop(context)
    if word and not asked:
        dialogue.hand_back(context.conversation)
        return None
    return _help(context) if word == HELP_WORD else _said(context, text, word)


def _with_person(context: Context) -> bool:
    """Whether the talk stands with a person. A case that the staff closed gives it back."""
    talk = context.conversation
    if talk.form != WORD:
        return False
    if talk.data["number"] and consultations.running(context.work(), context.person.id) is None:
        dialogue.hand_back(talk)
    return talk.form == WORD


def _said(context: Context, text: str, word: str) -> str:
    """Pass it on, silently. Who names a service is told how to get there."""
    if len(text) > LONGEST:
        return TOO_LONG
    answer = _passed_on(context, text)
    if not word or word in _NO_SERVICES:
        return answer
    return STILL.format(number=context.conversation.data["number"], word=word)


def _stop(context: Context) -> str:
    """The bot is back, and says so."""
    work = context.work()
    case = consultations.running(work, context.person.id)
    dialogue.hand_back(context.conversation)
    if case is None:
        return NOT_ASKED
    consultations.leave(work, case, _actor(context, _subject(context)))
    return OVER.format(number=case.number)


def _help(context: Context) -> str:
    return HELP.format(number=context.conversation.data["number"])


def _passed_on(context: Context, text: str) -> str:
    work, subject = context.work(), _subject(context)
    actor = _actor(context, subject)
    case = consultations.running(work, context.person.id)
    if case is not None:
        consultations.say(work, case, actor, text)
        return ""
    opened = consultations.ask(work, context.person.id, actor, subject, text)
    context.conversation.data = {**context.conversation.data, "number": opened.number}
    return PASSED_ON.format(number=opened.number, when=_when(work))


def _subject(context: Context) -> Subject | None:
    """The firm it is about: the one chosen, or the only one; a question needs none."""
    held = [subject for _, subject in bindings.active(context.uow, context.person, context.today())]
    if len(held) == 1:
        return held[0]
    return next((subject for subject in held if subject.id == context.conversation.subject_id), None)


def _actor(context: Context, subject: Subject | None) -> Actor:
    return staff.firm_actor(context.person, subject.name if subject else VISITOR)


def _when(work: Work) -> str:
    office, found = work.office, consultations.answering(work)
    if found.now:
        return NOW.format(phone=office.phone)
    if found.since is None:
        return UNKNOWN.format(hours=office.hours, phone=office.phone)
    local = found.since.astimezone(SHANGHAI)
    since = f"{day(local.date())}{local:%H:%M}"
    return LATER.format(since=since, hours=office.hours, phone=office.phone)
