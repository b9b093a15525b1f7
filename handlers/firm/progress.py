"""进度, 补充 and 撤回: a firm's own cases, seen with the same countdown as staff see."""

from __future__ import annotations

import re

from domain.clock import legal_date
from domain.errors import Refused
from domain.model.case import Actor, Case
from domain.services import case_rights, case_view, cases, staff
from domain.services.work import Work
from handlers.context import Context
from handlers.firm import privacy
from handlers.firm.forms import numbered
from handlers.firm.papers import with_papers
from handlers.firm.subjects import chosen
from handlers.firm.wording import day
from handlers.pages import with_link

_NUMBER = re.compile(r"([A-Za-z]{2}\d{8,})\s*(.*)", re.DOTALL)

NONE = "{name}现在没有在办的事项。对等级或记录有异议，请回复“异议”；要修复记录，请回复“修复”。"
LIST = "{name}的办理事项：\n{lines}\n看其中一件，请回复“进度”加案号。"
LINE = "{number} {kind}：{state}，{countdown}"
ONE = "{number} {kind}（{name}）\n现在：{state}{outcome}\n{countdown}。\n由{department}办理。\n{beside}{steps}\n{next}"
OUTCOME = "，结果：{outcome}"
BESIDE = "另有：{lines}。\n"
STEP = "· {date} {who}：{what}{said}"
SAID = "（{text}）"
CAN = "您现在可以：{actions}。"
CAN_NOTHING = "有疑问请打电话{phone}（{hours}）。"
MUST = {
    "补充": "回复“补充 {number} 说明”补充材料",
    "撤回": "回复“撤回 {number}”撤回申请",
    "已提交": "在“信用中国”提交后回复“已提交 {number} 查询码”",
}
PAGE_OF_ALL = "看全部办件"
PAGE_OF_ONE = "看详情、传材料"
NEEDS_NUMBER = "请写上案号，比如：{word} YY20260001 说明。回复“进度”看案号。"
DONE = {
    "补充": "收到，已转给办理单位。{countdown}。",
    "撤回": "{number}已撤回，没有改动您的等级和记录。以后可以再提。",
    "已提交": "好的，已记下。信用中国有结果以后，这里会同步更新。",
}


def show(context: Context, argument: str) -> str:
    """进度, alone (the open cases) or with a number (one case in full)."""
    found = chosen(context, "进度")
    if isinstance(found, str):
        return found
    work, actor = context.work(), staff.firm_actor(context.person, found.subject.name)
    if argument:
        return _one(context, work, cases.find(work, argument, actor=actor), actor)
    running = work.uow.cases.of_subject(found.subject.id, open_only=True)
    mine = [case for case in running if case_rights.may_see(work, case, actor)]
    if not mine:
        return NONE.format(name=found.subject.name)
    lines = [
        LINE.format(
            number=case.number, kind=case.kind, state=case.state, countdown=case_view.countdown(work, case)
        )
        for case in mine
    ]
    text = LIST.format(name=found.subject.name, lines=numbered(lines))
    return with_link(context, text, "/h5/firm/cases", PAGE_OF_ALL)


def supply(context: Context, argument: str) -> str:
    """补充 案号 说明: what was asked for is here; the clock goes on."""
    return _step(context, "补充", argument)


def submitted(context: Context, argument: str) -> str:
    """已提交 案号 查询码: the application was made at 信用中国."""
    return _step(context, "已提交", argument)


def withdraw(context: Context, argument: str) -> str:
    """撤回 案号; without a number it is the withdrawal of consent."""
    return _step(context, "撤回", argument) if argument else privacy.withdraw(context, argument)


def _step(context: Context, action: str, argument: str) -> str:
    found = chosen(context, action)
    if isinstance(found, str):
        return found
    match = _NUMBER.fullmatch(argument.strip())
    if match is None:
        raise Refused(NEEDS_NUMBER.format(word=action))
    work, actor = context.work(), staff.firm_actor(context.person, found.subject.name)
    case = cases.act(work, match[1], action, actor=actor, text=match[2])
    return DONE[action].format(number=case.number, countdown=case_view.countdown(work, case))


def _one(context: Context, work: Work, case: Case, actor: Actor) -> str:
    seen = case_view.view(work, case, for_firm=True)
    steps = [
        STEP.format(
            date=day(legal_date(line.at)),
            who=line.who,
            what=line.action,
            said=SAID.format(text=line.text) if line.text else "",
        )
        for line in seen.steps
    ]
    possible = [
        MUST[action].format(number=case.number)
        for action in cases.allowed(work, case, actor)
        if action in MUST
    ]
    office = context.office
    ahead = CAN.format(actions="；".join(possible)) if possible else ""
    text = ONE.format(
        number=seen.number,
        kind=seen.kind,
        name=seen.subject_name,
        state=seen.state,
        outcome=OUTCOME.format(outcome=seen.outcome) if seen.outcome else "",
        countdown=seen.countdown,
        department=seen.department,
        beside=BESIDE.format(lines="；".join(seen.beside)) if seen.beside else "",
        steps="\n".join(steps),
        next=ahead or CAN_NOTHING.format(phone=office.phone, hours=office.hours),
    )
    text = with_papers(context, work, case, text)
    return with_link(context, text, f"/h5/firm/cases/{seen.number}", PAGE_OF_ONE)
