"""修复, for firms: each record with its first day and what is missing; then one application."""

from __future__ import annotations

from domain.errors import Refused
from domain.model.person import Power
from domain.model.subject import Subject
from domain.rules.codes import mask_personal
from domain.services import bindings, repairs, staff
from domain.services.repairs import Candidate
from domain.services.work import Work
from handlers.context import Context
from handlers.dialogue import Accept, Again, Checked, Data, Form, Step, start
from handlers.firm import texts
from handlers.firm.forms import confirmed, described, numbered
from handlers.firm.objections import filed_text
from handlers.firm.subjects import chosen
from handlers.firm.wording import day
from handlers.pages import FILL_IN, with_link

NOTHING = "{name}现在没有需要修复的记录。回复“查等级”看信用等级。"
WHICH = "{intro}\n{name}可以修复的记录：\n{choices}\n要修复哪一条？请回复序号。"
WHICH_HELP = "一次办一条。还没到日子的，到了可以申请的那一天会提醒您。"
LINE = "{date} {title}（{when}）"
NOW = "现在就可以申请"
FROM = "{date}起可以申请"
REFERENCE = "参考{date}起，请向信用办咨询"
UNKNOWN = "什么时候可以申请，请向信用办咨询"
RUNNING = "正在办：{number}"
MISSING = "申请要具备：\n{conditions}\n要准备：\n{materials}\n请写明怎么改正的、履行了什么（5到500个字），材料提交以后再发。"
MISSING_HELP = "比如：罚款已于3月10日缴清，标签已全部更换，附缴款凭证。"
CONFIRM = "请核对：\n{name}\n申请修复：{title}\n已改正：{text}\n修复不收费。确认提交请回复“确认”。"
CONFIRM_HELP = "回复“确认”就提交；要改，回复“上一步”。"
OUTSIDE = (
    "材料已备好，案号{number}。\n这类记录由“信用中国”受理和决定，请到 {url} 提交申请，不收费。\n"
    "提交以后回复“已提交 {number} 查询码”，这里帮您跟进度。"
)
NO_LONGER = "情况有变化，这一条现在不能申请了。请回复“修复”重新看一次。"


def file(context: Context, argument: str) -> str:
    """修复: the records with their days, then the form."""
    found = chosen(context, "修复")
    if isinstance(found, str):
        return found
    bindings.check_power(found.binding, Power.FILE)
    if not repairs.candidates(context.work(), found.subject):
        return NOTHING.format(name=found.subject.name)
    said = start(context, REPAIR, {"firm": found.subject.id})
    return with_link(context, said, f"/h5/firm/{found.subject.id}/repair", FILL_IN)


def _firm(context: Context, data: Data) -> Subject:
    return context.uow.subjects.get(data["firm"])


def _listed(context: Context, data: Data) -> list[Candidate]:
    return repairs.candidates(context.work(), _firm(context, data))


def when(work: Work, candidate: Candidate) -> str:
    """From when this record may be repaired, in words; or under which number it is under way."""
    term = candidate.term
    if candidate.running is not None:
        return RUNNING.format(number=candidate.running.number)
    if term.first_day is None:
        return UNKNOWN
    if term.first_day <= work.today:
        return NOW
    return (FROM if term.verified else REFERENCE).format(date=day(term.first_day))


def _ask_which(context: Context, data: Data) -> str:
    work = context.work()
    lines = [
        LINE.format(
            date=day(each.record.decided_on), title=mask_personal(each.record.title), when=when(work, each)
        )
        for each in _listed(context, data)
    ]
    return WHICH.format(
        intro=work.rulebook.repair.public_text, name=_firm(context, data).name, choices=numbered(lines)
    )


def _check_which(context: Context, data: Data, text: str) -> Checked:
    work, listed = context.work(), _listed(context, data)
    if not text.isdecimal() or not 1 <= int(text) <= len(listed):
        return Again(texts.CHOICE_RANGE.format(last=len(listed)))
    candidate = listed[int(text) - 1]
    try:
        repairs.check_open(work, candidate)
    except Refused as refusal:
        return Again(refusal.text)
    return Accept(candidate.record.id)


def _ask_what_was_done(context: Context, data: Data) -> str:
    repair = context.rulebook.repair
    return MISSING.format(
        conditions=numbered([each.public_text for each in repair.conditions]),
        materials=numbered([each.public_text for each in repair.materials]),
    )


def _candidate(context: Context, data: Data) -> Candidate | None:
    return next((each for each in _listed(context, data) if each.record.id == data["which"]), None)


def _ask_to_confirm(context: Context, data: Data) -> str:
    candidate = _candidate(context, data)
    title = mask_personal(candidate.record.title) if candidate else ""
    return CONFIRM.format(name=_firm(context, data).name, title=title, text=data["done"])


def _file(context: Context, data: Data) -> str:
    work, subject, candidate = context.work(), _firm(context, data), _candidate(context, data)
    if candidate is None:
        return NO_LONGER
    actor = staff.firm_actor(context.person, subject.name)
    try:
        case = repairs.file(work, context.person.id, actor, subject, candidate, data["done"])
    except Refused as refusal:
        return refusal.text
    if work.rulebook.repair.decided_here:
        return filed_text(work, case)
    return OUTSIDE.format(number=case.number, url=repairs.door(work).url)


REPAIR = Form(
    name="修复",
    version=1,
    steps=(
        Step("which", _ask_which, _check_which, WHICH_HELP),
        Step("done", _ask_what_was_done, described, MISSING_HELP, verbatim=True),
        Step("confirm", _ask_to_confirm, confirmed, CONFIRM_HELP),
    ),
    finish=_file,
)
