"""群发: text, then audience; counting, release and report come by themselves."""

from __future__ import annotations

from domain.errors import NotAllowed, Refused
from domain.model.case import CaseKind
from domain.rules.case_tables import TABLES
from domain.services import audiences, broadcasts
from handlers import dialogue
from handlers.context import Context
from handlers.dialogue import Accept, Again, Checked, Data, Stop
from handlers.staff.who import actor_of

WORD = "群发"

ASK_TEXT = f"请发要群发的内容，{broadcasts.LONGEST}个字以内。发出前由另一位同事审核。"
TEXT_HELP = "内容会原样发给对方，请写清楚事项、办理时间和联系电话，不要写个人信息和不予公开的文件。"
NO_TEXT = f"内容要在1到{broadcasts.LONGEST}个字之间，现在是{{length}}个字。请重新发。"
ASK_AUDIENCE = "发给谁？{how}"
AUDIENCE_HELP = "按回复里的写法说明发给谁。企业的通知发给绑定了这些单位的人，每人只收一次。"
NOT_YOURS = "群发由经办、联络员、审批人员或信用办管理员发起，您现在没有这些角色。"
COUNTING = "已登记，案号{number}。正在统计，完成后发给您。"


def begin(context: Context, argument: str) -> str:
    """群发, alone or with the text after it."""
    actor = actor_of(context)
    if not TABLES[CaseKind.BROADCAST].opened_by & actor.doers:
        raise NotAllowed(NOT_YOURS)
    prompt = dialogue.start(context, SEND, {})
    return dialogue.answer(context, SEND, argument) if argument else prompt


def _ask_text(context: Context, data: Data) -> str:
    return ASK_TEXT


def _check_text(context: Context, data: Data, text: str) -> Checked:
    said = text.strip()
    if not 0 < len(said) <= broadcasts.LONGEST:
        return Again(NO_TEXT.format(length=len(said)))
    return Accept(said)


def _ask_audience(context: Context, data: Data) -> str:
    return ASK_AUDIENCE.format(how=audiences.how(context.work()))


def _check_audience(context: Context, data: Data, text: str) -> Checked:
    """Whether it is understood; a text for firms that quotes what it may not ends the form (S3-03)."""
    work = context.work()
    try:
        wanted = audiences.audience(work, text)
    except Refused as refusal:
        return Again(refusal.text)
    if not wanted.staff:
        try:
            broadcasts.require_quotable(work, data["text"])
        except Refused as refusal:
            return Stop(refusal.text)
    return Accept(text)


def _finish(context: Context, data: Data) -> str:
    work = context.work()
    wanted = audiences.audience(work, data["audience"])
    case = broadcasts.prepare(work, actor_of(context), data["text"], wanted)
    return COUNTING.format(number=case.number)


SEND = dialogue.Form(
    name=WORD,
    version=1,
    steps=(
        dialogue.Step("text", _ask_text, _check_text, TEXT_HELP),
        dialogue.Step("audience", _ask_audience, _check_audience, AUDIENCE_HELP),
    ),
    finish=_finish,
)
