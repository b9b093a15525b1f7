"""人工: a person asks, a member of the office answers; everything said stands in one case.

While the case is open the bot keeps silent and passes on what is said. Who is
told: whoever has taken the case, before that the posts on duty (office file),
after a transfer the clerks of the department it went to. They read words, no
card: a card has no room for what was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.clock import SHANGHAI, legal_date
from domain.model.case import SYSTEM_ACTOR, Actor, Case, CaseKind, Doer
from domain.model.subject import Subject
from domain.office import Duty
from domain.services import cases, letters, staff
from domain.services.work import Work

#: how far ahead somebody on duty is looked for; no holiday of ours is longer
_AHEAD_DAYS = 15
_CLOCK_TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")

#: an answered talk in which nobody wrote for so long is over
SILENT_FOR = timedelta(days=7)
#: working days after which a question without any answer is brought before the administrators too
_ANSWER_WITHIN = 2

ASKED = "有人找人工：{number}\n{who}：{text}\n答复请回复“回复 {number} 内容”，说完请回复“办结 {number}”。"
SAID = "{number} {who}又说：{text}\n答复请回复“回复 {number} 内容”。"
MOVED = "{number}转来您的部门：{text}\n看详情请回复“案件 {number}”，答复请回复“回复 {number} 内容”。"
GONE = "{number}：对方已结束这次咨询，不用再答复。"
ANSWERED = "工作人员答复（{number}）：{text}"
CLOSED = "工作人员已结束这次咨询（{number}）{text}。现在由我继续为您服务，回复“帮助”看能办什么。"

LAPSED = (
    "您的咨询（{number}）已有{days}天没有新的消息，先到这里。现在由我继续为您服务，回复“帮助”看能办什么；"
    "还有问题，请再回复“人工”。"
)
UNANSWERED = "{number}已提出{days}个工作日，还没有人答复：{text}\n请回复“回复 {number} 内容”。"


@dataclass(frozen=True, slots=True)
class Answering:
    """Whether somebody answers now; else from when, as far as the roster tells; and who it is."""

    now: bool
    #: Shanghai time; None where nobody is on the roster
    since: datetime | None
    posts: tuple[Duty, ...]


def answering(work: Work) -> Answering:
    """Who answers now, or who will next: by the roster, the calendar and the office's hours.

    A post of a weekday rests on a holiday; one of a weekend is on duty as the roster says.
    """
    here = work.now.astimezone(SHANGHAI)
    for day in (here.date() + timedelta(days=ahead) for ahead in range(_AHEAD_DAYS)):
        posts = _on_duty(work, day)
        if not posts:
            continue
        for opens, closes in _hours(work.office.hours):
            since = datetime.combine(day, opens, SHANGHAI)
            if since <= here < datetime.combine(day, closes, SHANGHAI):
                return Answering(True, None, posts)
            if here < since:
                return Answering(False, since, posts)
    return Answering(False, None, ())


def running(work: Work, person_id: int) -> Case | None:
    """The open consultation of a person."""
    mine = work.uow.cases.of_applicant(person_id, open_only=True)
    return next((case for case in mine if case.kind is CaseKind.CONSULTATION), None)


def ask(work: Work, person_id: int, actor: Actor, subject: Subject | None, text: str) -> Case:
    """Open a consultation with what was said first; whoever is on duty is told."""
    case = cases.open_case(
        work,
        CaseKind.CONSULTATION,
        subject_id=subject.id if subject else None,
        applicant_id=person_id,
        department=work.office.name,
        facts={"said": text},
        actor=actor,
        text=text,
    )
    _pass_on(work, case, ASKED.format(number=case.number, who=actor.name, text=text))
    return case


def say(work: Work, case: Case, actor: Actor, text: str) -> Case:
    """What the firm's side says next; it stands in the log and is passed on."""
    return cases.act(work, case.number, "补充", actor=actor, text=text)


def leave(work: Work, case: Case, actor: Actor) -> Case:
    """The firm's side ends the talk, answered or not."""
    return cases.act(
        work, case.number, "办结" if "办结" in cases.allowed(work, case, actor) else "撤回", actor=actor
    )


def look_after(work: Work, after: int = 0, limit: int = 20) -> int:
    """End talks that fell silent, bring up questions nobody answers; some cases at a time, 0 at the end."""
    chunk = work.uow.cases.open_after(after, limit=limit)
    for case in chunk:
        if case.kind is CaseKind.CONSULTATION:
            _look_after(work, case)
    return chunk[-1].id if len(chunk) == limit else 0


def _look_after(work: Work, case: Case) -> None:
    events = work.uow.cases.events(case.id, texts=False)
    if not any(event.action == "回复" for event in events):
        _bring_up(work, case)
    elif work.now - events[-1].at >= SILENT_FOR:
        cases.act(work, case.number, "无人续谈", actor=SYSTEM_ACTOR)


def _bring_up(work: Work, case: Case) -> None:
    """A question is not ended unanswered: who should answer and the administrators are told, once."""
    days = work.calendar.between(legal_date(case.opened_at), work.today)
    if days < _ANSWER_WITHIN:
        return
    admins = [member.userid for member in staff.staff_with(work, Doer.ADMIN, None)]
    text = UNANSWERED.format(number=case.number, days=days, text=case.facts["said"])
    letters.tell_staff(work, [*listeners(work, case), *admins], text, key=f"unanswered:{case.number}")


def listeners(work: Work, case: Case) -> list[str]:
    """Who is told of what is said: the handler or his deputy, the posts on duty, else the clerks."""
    if case.handler:
        wanted = [case.handler]
    elif case.department == work.office.name:
        wanted = [post.userid for post in answering(work).posts]
    else:
        wanted = []
    return _present(work, wanted) or letters.clerks_of(work, case.department)


# -- effects: run inside ``cases.act`` -----------------------------------------


def answered(work: Work, case: Case, actor: Actor, text: str) -> None:
    """回复: the words reach whoever asked."""
    said = ANSWERED.format(number=case.number, text=text)
    letters.tell_person(
        work, _applicant(case), said, key=f"answer:{case.number}:{case.version}", kind=case.kind, case=case
    )


def said(work: Work, case: Case, actor: Actor, text: str) -> None:
    """补充: passed on to whoever answers."""
    _pass_on(work, case, SAID.format(number=case.number, who=actor.name, text=text))


def moved(work: Work, case: Case, actor: Actor, text: str) -> None:
    """转办: the clerks of the department it went to are told, with what was asked."""
    _pass_on(work, case, MOVED.format(number=case.number, text=case.facts["said"]))


def ended(work: Work, case: Case, actor: Actor, text: str) -> None:
    """办结 or 撤回: the other side is told; the bot speaks again."""
    if Doer.FIRM in actor.doers:
        told = GONE.format(number=case.number)
        letters.tell_staff(work, listeners(work, case), told, key=f"gone:{case.number}")
        return
    told = CLOSED.format(number=case.number, text=f"：{text}" if text else "")
    letters.tell_person(work, _applicant(case), told, key=f"closed:{case.number}", kind=case.kind, case=case)


def lapsed(work: Work, case: Case, actor: Actor, text: str) -> None:
    """无人续谈: whoever asked reads that the bot speaks again."""
    told = LAPSED.format(number=case.number, days=SILENT_FOR.days)
    letters.tell_person(work, _applicant(case), told, key=f"lapsed:{case.number}", kind=case.kind, case=case)


def _pass_on(work: Work, case: Case, text: str) -> None:
    """To whoever answers; who reads the words has seen the case, and is not asked to look first."""
    wanted = listeners(work, case)
    letters.tell_staff(work, wanted, text, key=f"said:{case.number}:{case.version}")
    for userid in wanted:
        cases.note_view(work, case, userid)


def _on_duty(work: Work, day: date) -> tuple[Duty, ...]:
    weekday = day.isoweekday() <= 5
    return () if weekday and not work.calendar.is_workday(day) else work.office.on_duty(day)


def _hours(written: str) -> Iterator[tuple[time, time]]:
    """Opening and closing times as the office writes them; the whole day where it writes none."""
    found = [time(int(hour), int(minute)) for hour, minute in _CLOCK_TIME.findall(written)]
    if len(found) < 2:
        yield time.min, time.max
    else:
        yield from zip(found[::2], found[1::2], strict=False)


def _present(work: Work, userids: list[str]) -> list[str]:
    """Those of them who are enabled members; in the place of somebody away who stands in for him."""
    deputies = dict(work.uow.staff.deputies(work.today))
    members = (work.uow.staff.get(deputies.get(userid, userid)) for userid in userids)
    return [member.userid for member in members if member is not None and member.enabled]


def _applicant(case: Case) -> int:
    assert case.applicant_id is not None, "a consultation is asked for by a person"
    return case.applicant_id
