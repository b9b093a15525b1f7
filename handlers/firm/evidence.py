"""材料: pictures and voice from the chat, and the page for everything else."""

from __future__ import annotations

from domain.model.case import Case, CaseKind
from domain.services import consultations, evidence
from domain.services.work import Work
from handlers.context import Context
from handlers.firm import texts
from handlers.firm.forms import numbered
from handlers.turn import Inbound, InboundKind

WORD = "材料"
#: before each file of the chat that waits for a choice: 材料 YY20260001 +MEDIA +MEDIA
_MARK = "+"
#: pictures that may wait for one choice
_MOST_WAITING = 9

PAGE = (
    "请打开这个链接，给{number}（{kind}）上传材料，可以一次选几份：\n{link}\n"
    "链接30分钟内有效，只给您用，请不要转发。照片也可以直接发到这里。"
)
NO_CASE = "您现在没有可以加材料的在办事项。想办什么，请回复“帮助”；办件编号回复“进度”查看。"
WHICH = "材料加到哪一件？\n{choices}\n请回复序号。"
WHICH_MEDIA = "收到{count}份{kind}，加到哪一件？\n{choices}\n请回复序号。"
NOWHERE = "收到您的图片，但您现在没有可以加材料的在办事项，没有保存。要提异议请回复“异议”，要修复请回复“修复”，提交以后再发。"
TAKEN = "收到，正在存进{number}（{kind}）。还有就接着发；材料备齐了，请回复“补充 {number} 说明”。"
TAKEN_TALK = "收到，正在转给工作人员（{number}）。"
CHOICE = "{kind} {number}{name}"
KINDS = {InboundKind.IMAGE: "图片", InboundKind.VOICE: "语音"}


def show(context: Context, argument: str) -> str:
    """材料, alone or with a case number: the link to the upload page.

    With files of the chat, as a numbered choice has them, they are fetched for the case.
    """
    work = context.work()
    number, *marked = argument.split() or [""]
    if media_ids := [each.removeprefix(_MARK) for each in marked if each.startswith(_MARK)]:
        return _taken(work, context, number, media_ids)
    if argument:
        actor = evidence.actor_behind(work, context.person.id)
        return _page(context, work, evidence.require_taking(work, number, actor))
    found = evidence.open_cases(work, context.person, context.conversation.subject_id)
    if not found:
        return NO_CASE
    if len(found) == 1:
        return _page(context, work, found[0][0])
    context.conversation.choices = [f"{WORD} {case.number}" for case, _ in found]
    return WHICH.format(choices=numbered([_line(case, name) for case, name in found]))


def received(context: Context, inbound: Inbound) -> str:
    """A picture or voice message: to the one open case, or to the one that is chosen."""
    work, talk = context.work(), context.conversation
    running = consultations.running(work, context.person.id) if talk.form == CaseKind.CONSULTATION else None
    if running is not None:
        return _taken(work, context, running.number, [inbound.media_id])
    found = evidence.open_cases(work, context.person, talk.subject_id)
    if not found:
        return NOWHERE if inbound.kind is InboundKind.IMAGE else texts.NOT_HEARD
    if len(found) == 1:
        return _taken(work, context, found[0][0].number, [inbound.media_id])
    waiting = [*_waiting(context), inbound.media_id][-_MOST_WAITING:]
    marked = " ".join(f"{_MARK}{each}" for each in waiting)
    talk.choices = [f"{WORD} {case.number} {marked}" for case, _ in found]
    lines = numbered([_line(case, name) for case, name in found])
    return WHICH_MEDIA.format(count=len(waiting), kind=KINDS[inbound.kind], choices=lines)


def _waiting(context: Context) -> list[str]:
    """Media for which the choice was not made yet: people send several pictures in a row."""
    first = next(iter(context.conversation.choices), "")
    return [each.removeprefix(_MARK) for each in first.split(" ") if each.startswith(_MARK)]


def _taken(work: Work, context: Context, number: str, media_ids: list[str]) -> str:
    case = evidence.named_media(work, number, context.person, media_ids)
    if case.kind is CaseKind.CONSULTATION:
        return TAKEN_TALK.format(number=case.number)
    return TAKEN.format(number=case.number, kind=case.kind)


def _page(context: Context, work: Work, case: Case) -> str:
    link = evidence.upload_address(work, context.base_url, case, context.person)
    return PAGE.format(number=case.number, kind=case.kind, link=link)


def _line(case: Case, name: str) -> str:
    return CHOICE.format(kind=case.kind, number=case.number, name=f"（{name}）" if name else "")
