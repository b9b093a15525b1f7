"""Reminders: before a limit, on its day, when it has passed; the morning digest; what firms are awaited or may do.

What is due stands in the database. Each reminder is decided once, by a row of
its own or by the key of its letter, whoever asks and however often: late
after a downtime, but not lost and not given twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from domain.clock import SHANGHAI, legal_date
from domain.model.case import Case, CaseKind, Doer
from domain.model.person import Staff
from domain.model.record import Record
from domain.rules.case_clocks import days_left, due_clock
from domain.rules.repair_terms import first_day, repairable
from domain.services import calendar, case_view, cases, commitments, letters, staff
from domain.services.work import Work

#: reminders and digest wait for this time of a working day
MORNING = time(8, 30)
#: working days before the limit on which somebody is reminded
_AHEAD = 2
#: overdue for so many working days, the credit office is told too
_UP_AFTER = 2
#: working days after which a firm is reminded of the material it was asked for
_MATERIAL_AFTER = 5
#: a term that ended longer ago is no news any more
_TERM_NEWS = timedelta(days=7)
_LINES = 12
#: the platform above is asked about after so long, for so many files at most
_RECEIPT_AFTER, _FILES = timedelta(days=7), 3
_AUDITOR = "审计"

SOON = "提醒：{number} {kind}（{name}）{countdown}。现在是“{state}”。\n看详情请回复“案件 {number}”。"
LATE = "超期提醒：{number} {kind}（{name}）{countdown}。现在是“{state}”，由{department}办理，请尽快办结。\n看详情请回复“案件 {number}”。"
LEAD_SOON = "提醒：{countdown}。"
LEAD_LATE = "超期提醒：{countdown}。"
DIGEST = "早上好。今天待办{count}件，最近到期的在前：\n{lines}\n回复“待办”办理。"
DIGEST_LINE = "{no}. {number} {kind}：{state}，{countdown}"
CHAIN = (
    "审计日报（{day}）：审计链到第{number}条，封存值{seal}。\n"
    "请留存这条消息。日后核对请运行“xinshi audit verify --kept {number}:封存值”，对不上就是记录被改写过。"
)
TO_EXPORT = "有{count}条更正要报送上级平台，请运行“xinshi export corrections”导出。"
NO_RECEIPT = "第{batch}批更正已于{day}报送，还没有登记上级平台的回执。"
LOST_LETTERS = "有{count}条消息没有送到，回复“投递”查看。"
MATERIAL = "提醒：{number}（{kind}）还在等您的材料（{reason}）。请回复“补充 {number} 说明”，照片可以直接发来；材料到了才继续计时。"
MAY_REPAIR = "从明天起可以申请修复：{title}（{day}）。办理请回复“修复”。"
MAY_ASK = (
    "“{title}”的最短公示期可能已到，能不能修复请咨询{office}，电话{phone}（{hours}），或回复“修复”看条件。"
)


@dataclass(frozen=True, slots=True)
class Stage:
    """How near a limit is: the name under which the reminder is kept, and who is reminded."""

    kind: str
    approvers: bool = False
    office: bool = False

    @property
    def late(self) -> bool:
        return self.approvers


_SOON = {2: Stage("前两天"), 1: Stage("前一天"), 0: Stage("当天")}
_OVERDUE = Stage("超期", approvers=True)
_ESCALATED = Stage("超期上报", approvers=True, office=True)


def awake(work: Work) -> bool:
    """Whether reminders go out now: on a working day from the morning on, outside of the quiet hours."""
    here = work.now.astimezone(SHANGHAI)
    return (
        work.calendar.is_workday(here.date())
        and here.time() >= MORNING
        and not work.office.quiet_hours.covers(here.time())
    )


def stage(left: int) -> Stage | None:
    """The reminder for so many working days left; negative: so many too late."""
    if left < 0:
        return _ESCALATED if left <= -_UP_AFTER else _OVERDUE
    return _SOON.get(left)


def remind(work: Work, after: int = 0, limit: int = 20) -> int:
    """Remind of the limits that are near or have passed, some cases at a time; the last id, 0 at the end."""
    if not awake(work):
        return 0
    horizon = work.calendar.add(work.today, _AHEAD).day
    near = work.uow.cases.due_by(horizon, after=after, limit=limit)
    for case in near:
        _remind_of(work, case)
        commitments.remind_firm(work, case)
    return near[-1].id if len(near) == limit else 0


def remind_firms(work: Work, after: int = 0, limit: int = 20) -> int:
    """Remind firms of material that is awaited, some cases at a time; the last id, 0 at the end."""
    if not awake(work):
        return 0
    chunk = work.uow.cases.open_after(after, limit=limit)
    for case in chunk:
        _await_material(work, case)
    return chunk[-1].id if len(chunk) == limit else 0


def tell_of_terms(work: Work, after: int = 0, limit: int = 20) -> int:
    """Tell firms that a record may be repaired from tomorrow on, some subjects at a time; 0 at the end."""
    if not awake(work):
        return 0
    bound = work.uow.bindings.bound_subjects(after, limit=limit)
    for subject_id in bound:
        for record in work.uow.records.of_subject(subject_id):
            _tell_of_term(work, subject_id, record)
    return bound[-1] if len(bound) == limit else 0


def digest(work: Work, userid: str) -> bool:
    """The morning's 待办 for one member; False where there is nothing to say, or it was said today."""
    member = work.uow.staff.get(userid)
    if member is None or not member.enabled or not awake(work):
        return False
    said = (_todo_lines(work, member), *_office_lines(work, member), _chain_line(work, member))
    parts = [part for part in said if part]
    if not parts:
        return False
    key = f"digest:{work.today.isoformat()}"
    return bool(letters.tell_staff(work, [userid], "\n".join(parts), key=key))


def _remind_of(work: Work, case: Case) -> None:
    clock = due_clock(case.clocks)
    if clock is None or case.due_on is None:
        return
    now = stage(days_left(clock, case, work.calendar, work.today))
    if now is None:
        return
    stages = (_OVERDUE, now) if now.office else (now,)
    for each in stages:
        wanted = [u for u in _recipients(work, case, each) if _claim(work, case, each.kind, case.due_on, u)]
        text = _text(work, case, LATE if each.late else SOON)
        lead = _text(work, case, LEAD_LATE if each.late else LEAD_SOON)
        key = f"remind:{case.number}:{each.kind}:{case.due_on.isoformat()}"
        letters.tell_staff(work, wanted, text, key=key, case=case, lead=lead)


def _recipients(work: Work, case: Case, now: Stage) -> list[str]:
    """Who works on it or may decide it; overdue also its approvers, then the credit office."""
    if now.office:
        members = staff.staff_with(work, Doer.ADMIN, None)
        found = [member.userid for member in members] or letters.clerks_of(work, work.office.name)
        return list(dict.fromkeys(found))
    wanted = [*letters.whose_turn(work, case), *letters.deciders_of(work, case)]
    if now.approvers:
        approvers = staff.staff_with(work, Doer.APPROVER, case.department) or staff.staff_with(
            work, Doer.APPROVER, work.office.name
        )
        wanted += [member.userid for member in approvers]
    return list(dict.fromkeys(wanted))


def _claim(work: Work, case: Case, kind: str, day: date, recipient: str) -> bool:
    return work.uow.reminders.claim(case.id, kind, day, recipient, work.now)


def _text(work: Work, case: Case, template: str) -> str:
    name = work.uow.subjects.get(case.subject_id).name if case.subject_id is not None else case.department
    return template.format(
        number=case.number,
        kind=case.kind,
        name=name,
        state=case.state,
        department=case.department,
        countdown=case_view.countdown(work, case),
    )


def _await_material(work: Work, case: Case) -> None:
    if not case.paused or case.state != "待补正" or case.subject_id is None:
        return
    pause = case.pauses[-1]
    if work.calendar.between(pause.since, work.today) < _MATERIAL_AFTER:
        return
    if _claim(work, case, "待补充", pause.since, "firm"):
        text = MATERIAL.format(number=case.number, kind=case.kind, reason=pause.reason)
        key = f"material:{case.number}:{pause.since.isoformat()}"
        letters.tell_subject(work, case.subject_id, text, key=key, kind=case.kind, case=case)


def _tell_of_term(work: Work, subject_id: int, record: Record) -> None:
    if not repairable(record, work.rulebook):
        return
    found = first_day(record, work.rulebook, work.today)
    if found is None or not found.term.min_months:
        return
    eve = found.day - timedelta(days=1)
    if not eve <= work.today <= eve + _TERM_NEWS:
        return
    key = f"term:{record.id}:{found.day.isoformat()}"
    text = _term_text(work, record, found.day, verified=found.verified)
    letters.tell_subject(work, subject_id, text, key=key, kind=CaseKind.REPAIR)


def _term_text(work: Work, record: Record, day: date, *, verified: bool) -> str:
    office = work.office
    if not verified or work.today >= day:
        return MAY_ASK.format(
            title=record.title, office=office.short_name, phone=office.phone, hours=office.hours
        )
    return MAY_REPAIR.format(title=record.title, day=f"{day.year}年{day.month}月{day.day}日")


def _todo_lines(work: Work, member: Staff) -> str:
    mine = cases.todo(work, staff.actor_of(work, member.userid))
    if not mine:
        return ""
    lines = (
        DIGEST_LINE.format(
            no=no,
            number=case.number,
            kind=case.kind,
            state=case.state,
            countdown=case_view.countdown(work, case),
        )
        for no, case in enumerate(mine[:_LINES], 1)
    )
    return DIGEST.format(count=len(mine), lines="\n".join(lines))


def _office_lines(work: Work, member: Staff) -> list[str]:
    """What an administrator looks after besides cases: the calendar, lost letters, the platform above."""
    if Doer.ADMIN not in member.roles:
        return []
    day_ago = work.now - timedelta(days=1)
    lost = sum(each.at >= day_ago for each in work.uow.outbox.undelivered())
    return [
        calendar.warning(work),
        LOST_LETTERS.format(count=lost) if lost else "",
        *_corrections_lines(work),
    ]


def _corrections_lines(work: Work) -> list[str]:
    """Corrections that nobody exported, and those exported a while ago for which there is no receipt (S0-41)."""
    waiting = len(work.uow.corrections.since(None))
    late = [(n, at) for n, at in work.uow.corrections.unconfirmed() if work.now - at >= _RECEIPT_AFTER]
    said = [NO_RECEIPT.format(batch=n, day=legal_date(at).isoformat()) for n, at in late[:_FILES]]
    return [TO_EXPORT.format(count=waiting) if waiting else "", *said]


def _chain_line(work: Work, member: Staff) -> str:
    """The head of the audit chain, out of reach of whoever can write the database: a rewritten chain shows."""
    number, seal = work.uow.sealing.head()
    if _AUDITOR not in member.roles or not number:
        return ""
    return CHAIN.format(
        day=f"{work.today.year}年{work.today.month}月{work.today.day}日", number=number, seal=seal
    )
