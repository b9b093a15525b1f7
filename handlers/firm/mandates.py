"""签署授权, for firms: who, for what, until when, and a photo of the sealed letter."""

from __future__ import annotations

import re
from datetime import date

from domain.errors import Refused
from domain.rules.cleaning_dates import clean_date
from domain.services import bindings, mandates, staff
from domain.services.mandates import Application
from handlers.context import Context
from handlers.dialogue import Accept, Again, Checked, Data, Form, Step, start
from handlers.firm.forms import confirmed, numbered
from handlers.firm.subjects import Chosen, chosen
from handlers.firm.wording import day

WORD = "签署授权"
_NAME = (2, 30)
ALL = "全部"
#: a number longer than this is none of the list
_LONG = 4
_BETWEEN = re.compile(r"[\s、，,;；.]+")

WHO = (
    "为{name}申请“签署”权限，要一份盖章的授权书（法定代表人本人，写明是法定代表人即可）。\n"
    "请先写被授权人的姓名。"
)
WHO_HELP = "写授权书上被授权人的姓名，只用来和授权书核对。"
WHO_BAD = "姓名请写2到30个字。"
SCOPE = "授权签哪些承诺？要和授权书写的一致。\n{choices}\n请回复序号，可以写几个，比如“1、3”；哪种都可以签的，请回复“全部”。"
SCOPE_HELP = "只能签这里选的种类；以后要签别的，另交一份授权书。"
SCOPE_BAD = "请回复1到{last}的序号，可以写几个，比如“1、3”；哪种都可以签的，请回复“全部”。"
UNTIL = "授权到哪一天为止？请回复日期，比如2027年6月30日。"
UNTIL_HELP = "最长三年；到期以后，您的“经办”权限还在，要签字再交一份授权书。"
UNTIL_BAD = "请写今天以后、{last}以前的一天，比如2027年6月30日。"
PHOTO = "请把授权书拍一张清楚的照片发到这里：公章、签字、日期都要看得见。"
PHOTO_HELP = "点输入框旁边的加号，选“拍摄”或“照片”。授权书有几页，提交以后接着发其余的页。"
PHOTO_WANTED = "这一步要一张照片，请直接发授权书的照片。"
CONFIRM = "请核对：\n{name}\n被授权人：{who}\n范围：{scope}\n到{until}为止\n授权书照片：已收到\n确认提交请回复“确认”。"
CONFIRM_HELP = "回复“确认”就提交给工作人员审核；要改，回复“上一步”。"
FILED = (
    "已提交，案号{number}。工作人员核对授权书以后通知您，贵单位的其他绑定人也会知道。\n"
    "还有其他页，直接发照片；看进度，请回复“进度 {number}”。"
)
GONE = "您现在没有绑定这家单位，请先回复“绑定”。"


def begin(context: Context, argument: str) -> str:
    """签署授权: begin the form, for the firm that the person is bound to."""
    found = chosen(context, WORD)
    if isinstance(found, str):
        return found
    mandates.check_open(context.work(), found.subject, found.binding)
    return start(context, MANDATE, {"firm": found.subject.id})


def _held(context: Context, data: Data) -> Chosen | None:
    held = bindings.active(context.uow, context.person, context.today())
    return next((Chosen(binding, firm) for binding, firm in held if firm.id == data["firm"]), None)


def _ask_who(context: Context, data: Data) -> str:
    return WHO.format(name=context.uow.subjects.get(data["firm"]).name)


def _check_who(context: Context, data: Data, text: str) -> Checked:
    return Accept(text) if _NAME[0] <= len(text) <= _NAME[1] else Again(WHO_BAD)


def _ask_scope(context: Context, data: Data) -> str:
    return SCOPE.format(choices=numbered([kind.name for kind in context.rulebook.commitments.kinds]))


def _check_scope(context: Context, data: Data, text: str) -> Checked:
    """The ids of the kinds that were chosen; [] for all."""
    kinds = context.rulebook.commitments.kinds
    if text == ALL:
        return Accept([])
    said = [number for number in _BETWEEN.split(text) if number]
    numbers = {int(number) for number in said if number.isdecimal() and len(number) < _LONG}
    if not said or len(numbers) < len(set(said)) or not numbers <= set(range(1, len(kinds) + 1)):
        return Again(SCOPE_BAD.format(last=len(kinds)))
    return Accept([kinds[number - 1].id for number in sorted(numbers)])


def _ask_until(context: Context, data: Data) -> str:
    return UNTIL


def _check_until(context: Context, data: Data, text: str) -> Checked:
    last = mandates.latest_end(context.work())
    try:
        until = clean_date(text).value
    except Refused:
        until = None
    if until is None or not context.today() <= until <= last:
        return Again(UNTIL_BAD.format(last=day(last)))
    return Accept(until.isoformat())


def _ask_photo(context: Context, data: Data) -> str:
    return PHOTO


def _check_photo_words(context: Context, data: Data, text: str) -> Checked:
    return Again(PHOTO_WANTED)


def _check_photo(context: Context, data: Data, media_id: str) -> Checked:
    return Accept(media_id)


def _ask_to_confirm(context: Context, data: Data) -> str:
    return CONFIRM.format(
        name=context.uow.subjects.get(data["firm"]).name,
        who=data["who"],
        scope=mandates.spoken_scope(context.work(), data["scope"]),
        until=day(date.fromisoformat(data["until"])),
    )


def _file(context: Context, data: Data) -> str:
    held = _held(context, data)
    if held is None:
        return GONE
    wanted = Application(data["who"], tuple(data["scope"]), date.fromisoformat(data["until"]), data["photo"])
    actor = staff.firm_actor(context.person, held.subject.name)
    case = mandates.apply(context.work(), actor, held.subject, held.binding, wanted)
    return FILED.format(number=case.number)


MANDATE = Form(
    name=WORD,
    version=2,
    steps=(
        Step("who", _ask_who, _check_who, WHO_HELP),
        Step("scope", _ask_scope, _check_scope, SCOPE_HELP),
        Step("until", _ask_until, _check_until, UNTIL_HELP),
        Step("photo", _ask_photo, _check_photo_words, PHOTO_HELP, check_photo=_check_photo),
        Step("confirm", _ask_to_confirm, confirmed, CONFIRM_HELP),
    ),
    finish=_file,
)
