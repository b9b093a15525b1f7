"""异议 and 复核, for firms: what is wrong, where to say so, why; then one case number and one countdown."""

from __future__ import annotations

from typing import Any

from domain.errors import Refused
from domain.model.case import Case
from domain.model.person import Power
from domain.model.subject import Subject
from domain.rules.case_clocks import due_clock
from domain.rules.rulebook_cases import Door
from domain.services import bindings, objections, staff
from domain.services.case_view import countdown
from domain.services.objections import Target
from domain.services.work import Work
from handlers.context import Context
from handlers.dialogue import Accept, Again, Checked, Data, Form, Step, Stop, start
from handlers.firm import texts
from handlers.firm.forms import confirmed, described, numbered
from handlers.firm.subjects import Chosen, chosen
from handlers.pages import FILL_IN, with_link

NOTHING = "{name}现在没有可以提异议的等级或记录。有疑问，请回复“人工”。"
WHAT = "对哪一项有异议？\n{choices}\n请回复序号。"
WHAT_HELP = "等级不对，选等级；某一条记录不对，选那一条。一次办一项。"
DOOR = "向哪里提出？\n{choices}\n选哪一处都只有一个案号，请回复序号。"
DOOR_HELP = "几处都可以受理，选您方便的一处；选错了，工作人员会转给该办的单位，时间照算。"
REASON = "请写明哪里不对、为什么（5到500个字）。有证据材料，提交以后再发。"
REASON_HELP = "比如：这条处罚已被复议决定撤销，文号……写得越具体，办得越快。"
CONFIRM = "请核对：\n{name}\n{what}\n向{door}提出\n理由：{text}\n{outside}确认提交请回复“确认”。"
CONFIRM_HELP = "回复“确认”就提交；要改，回复“上一步”。"
FILED = "已提交，案号{number}。{annotation}\n{due}\n回复“进度 {number}”随时看办到哪一步；有证据材料，直接发照片给我。"
#: what the nearest limit is for: whether the case is taken on, or its end
DUE_ACCEPTED, DUE_ENDED = "是否受理：{countdown}。", "办结：{countdown}。"
DUE_LATER = "办结时限从工作人员登记收到正式申请起算。"
PACKAGE = (
    "\n\n请到“{door}”网站正式提交：{url}\n照下面的内容填写：\n申请人：{name}{code}\n异议内容：{what}\n理由：{text}\n"
    "提交以后，把网站的受理回执拍照发给我，工作人员登记收到的日期。"
)
WHICH_REVIEW = "要对哪个决定申请复核？\n{choices}\n请回复序号。"
WHICH_REVIEW_HELP = "一个决定只能复核一次，由原决定人以外的人办理。"
NO_LONGER = "情况有变化，这一项现在不能提交了。请回复“异议”重新看一次。"


def file(context: Context, argument: str) -> str:
    """异议: begin the form, where there is something to object to."""
    found = _may_file(context, "异议")
    if isinstance(found, str):
        return found
    work = context.work()
    listed = objections.targets(work, found.subject)
    if not listed:
        return NOTHING.format(name=found.subject.name)
    said = start(context, OBJECT, {"firm": found.subject.id})
    return with_link(context, said, f"/h5/firm/{found.subject.id}/object", FILL_IN)


def review(context: Context, argument: str) -> str:
    """复核, with or without the number of the decision."""
    found = _may_file(context, "复核")
    if isinstance(found, str):
        return found
    open_to = objections.reviewable(context.work(), found.subject)
    wanted = argument.strip().upper()
    if wanted:
        open_to = [case for case in open_to if case.number == wanted]
    if not open_to:
        return objections.NOTHING_DECIDED
    data: dict[str, Any] = {"firm": found.subject.id}
    if len(open_to) == 1:
        number = open_to[0].number
        said = start(context, REVIEW, data | {"which": number}, step="reason")
        return with_link(context, said, f"/h5/firm/cases/{number}/review", FILL_IN)
    return start(context, REVIEW, data)


def _may_file(context: Context, word: str) -> Chosen | str:
    found = chosen(context, word)
    if isinstance(found, str):
        return found
    bindings.check_power(found.binding, Power.FILE)
    return found


def _firm(context: Context, data: Data) -> Subject:
    return context.uow.subjects.get(data["firm"])


def _ask_what(context: Context, data: Data) -> str:
    listed = objections.targets(context.work(), _firm(context, data))
    return WHAT.format(choices=numbered([target.text for target in listed]))


def _check_what(context: Context, data: Data, text: str) -> Checked:
    listed = objections.targets(context.work(), _firm(context, data))
    if not text.isdecimal() or not 1 <= int(text) <= len(listed):
        return Again(texts.CHOICE_RANGE.format(last=len(listed)))
    target = listed[int(text) - 1]
    return Accept({"against": target.against, "record": target.record.id if target.record else None})


def _target(context: Context, data: Data) -> Target | None:
    chosen_before = data["what"]
    for target in objections.targets(context.work(), _firm(context, data)):
        record = target.record.id if target.record else None
        if (target.against, record) == (chosen_before["against"], chosen_before["record"]):
            return target
    return None


def _doors(context: Context, data: Data) -> tuple[Door, ...]:
    target = _target(context, data)
    return objections.doors(context.work(), target) if target else ()


def _has_several_doors(context: Context, data: Data) -> bool:
    return len(_doors(context, data)) > 1


def _ask_door(context: Context, data: Data) -> str:
    return DOOR.format(choices=numbered([door.name for door in _doors(context, data)]))


def _check_door(context: Context, data: Data, text: str) -> Checked:
    open_doors = _doors(context, data)
    if not text.isdecimal() or not 1 <= int(text) <= len(open_doors):
        return Again(texts.CHOICE_RANGE.format(last=len(open_doors)))
    return Accept(open_doors[int(text) - 1].id)


def _ask_reason(context: Context, data: Data) -> str:
    return REASON


def _ask_to_confirm(context: Context, data: Data) -> str:
    target, door = _target(context, data), _door(context, data)
    outside = f"{door.public_text}\n{door.url}\n" if door and door.owner == "outside" else ""
    return CONFIRM.format(
        name=_firm(context, data).name,
        what=target.text if target else "",
        door=door.name if door else "",
        text=data["reason"],
        outside=outside,
    )


def _door(context: Context, data: Data) -> Door | None:
    """The door that was chosen; where there is only one, nobody is asked."""
    doors = _doors(context, data)
    if len(doors) == 1:
        return doors[0]
    return next((door for door in doors if door.id == data.get("door")), None)


def _file(context: Context, data: Data) -> str:
    work, subject = context.work(), _firm(context, data)
    target, door = _target(context, data), _door(context, data)
    if target is None or door is None:
        return NO_LONGER
    actor = staff.firm_actor(context.person, subject.name)
    try:
        case = objections.file(work, context.person.id, actor, subject, target, door, data["reason"])
    except Refused as refusal:
        return refusal.text
    annotated = target.record is not None and work.rulebook.objection.annotation.on
    annotation = work.rulebook.objection.annotation.public_text if annotated else ""
    return filed_text(work, case, annotation) + _package(subject, target, door, data["reason"])


def _package(subject: Subject, target: Target, door: Door, reason: str) -> str:
    """What to fill in at another body's window, and what comes back from there (S4-33); "" for a door of ours."""
    if door.owner != "outside":
        return ""
    code = f"，{subject.uscc}" if subject.uscc else ""
    return PACKAGE.format(
        door=door.name, url=door.url, name=subject.name, code=code, what=target.text, text=reason
    )


def filed_text(work: Work, case: Case, annotation: str = "") -> str:
    """What the firm reads when a case was filed: number, countdown, what next."""
    return FILED.format(number=case.number, annotation=annotation, due=due_text(work, case))


def due_text(work: Work, case: Case) -> str:
    """Until when what is to happen to a case just filed, in the chat and on its page."""
    first = due_clock(case.clocks)
    if first is None:
        return DUE_LATER
    return (DUE_ACCEPTED if first.met_by else DUE_ENDED).format(countdown=countdown(work, case))


def _reviewable(context: Context, data: Data) -> list[Case]:
    return objections.reviewable(context.work(), _firm(context, data))


def _ask_which(context: Context, data: Data) -> str:
    lines = [f"{case.number} {case.facts['what']}：{case.outcome}" for case in _reviewable(context, data)]
    return WHICH_REVIEW.format(choices=numbered(lines))


def _check_which(context: Context, data: Data, text: str) -> Checked:
    listed = _reviewable(context, data)
    if not listed:
        return Stop(objections.NOTHING_DECIDED)
    if not text.isdecimal() or not 1 <= int(text) <= len(listed):
        return Again(texts.CHOICE_RANGE.format(last=len(listed)))
    return Accept(listed[int(text) - 1].number)


def _confirm_review(context: Context, data: Data) -> str:
    return CONFIRM.format(
        name=_firm(context, data).name,
        what=f"对{data['which']}的决定申请复核",
        door=context.office.short_name,
        text=data["reason"],
        outside="",
    )


def _file_review(context: Context, data: Data) -> str:
    work, subject = context.work(), _firm(context, data)
    decided = next((case for case in _reviewable(context, data) if case.number == data["which"]), None)
    if decided is None:
        return objections.NOTHING_DECIDED
    actor = staff.firm_actor(context.person, subject.name)
    case = objections.file_review(work, context.person.id, actor, subject, decided, data["reason"])
    return filed_text(work, case)


OBJECT = Form(
    name="异议",
    version=1,
    steps=(
        Step("what", _ask_what, _check_what, WHAT_HELP),
        Step("door", _ask_door, _check_door, DOOR_HELP, applies=_has_several_doors),
        Step("reason", _ask_reason, described, REASON_HELP, verbatim=True),
        Step("confirm", _ask_to_confirm, confirmed, CONFIRM_HELP),
    ),
    finish=_file,
)
REVIEW = Form(
    name="复核",
    version=1,
    steps=(
        Step("which", _ask_which, _check_which, WHICH_REVIEW_HELP),
        Step("reason", _ask_reason, described, REASON_HELP, verbatim=True),
        Step("confirm", _confirm_review, confirmed, CONFIRM_HELP),
    ),
    finish=_file_review,
)
