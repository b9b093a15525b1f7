"""节假日: days and years entered by the administrator, and what follows for the open cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from domain.errors import NotAllowed, Refused, TextMissing
from domain.model.case import Actor, Case, Doer
from domain.rules.workdays import WorkCalendar
from domain.services.calendar_words import HELP, Announcement, Look, SetDays, read
from domain.services.cases import recompute_deadlines
from domain.services.letters import tell_person
from domain.services.work import Work

#: from this month on the arrangement of the next year is waited for
_NOVEMBER = 11
#: open cases counted anew within the turn; the job ``recount`` does the rest
_AT_ONCE = 100

ADMIN_ONLY = "节假日由信用办管理员维护，请联系管理员。"
MOVED = "{number}（{kind}）的办理期限现已确定：{day}到期（此前为暂定）。"


def set_days(work: Work, days: Mapping[date, bool], *, source: str, actor: Actor) -> Work:
    """Set days as worked (True) or off, by a notice; returns the work with the calendar as it is now.

    ``NotAllowed`` for anybody but the administrator, ``TextMissing`` without a source, ``Refused`` for a
    year far off. Open cases are counted anew by ``recount``.
    """
    for day, worked in sorted(days.items()):
        _check(work, actor, source, day.year)
        work.uow.calendar.set_day(day, worked=worked, source=source, by=actor.label, at=work.now)
        detail = {"worked": worked}
        work.uow.audit.append("calendar.day", actor=actor.label, ref=day.isoformat(), detail=detail)
    return replace(work, calendar=work.uow.calendar.load())


def announce_year(
    work: Work, year: int, *, source: str, actor: Actor, days: Mapping[date, bool] | None = None
) -> Work:
    """Make a year's arrangement known, with its days (True: worked); returns the work with the new calendar.

    ``Refused`` where the year is known already, and where no day of it was entered: then the terms would
    become final by the statutory days alone, and be wrong.
    """
    _check(work, actor, source, year)
    if year in work.calendar.announced_years:
        raise Refused(f"{year}年的放假安排已经公布，不用再录。要改某一天，请回复“节假日 日期 休/班 依据”。")
    set_days(work, days or {}, source=source, actor=actor)
    if not work.uow.calendar.days_of(year):
        raise Refused(f"还没有录入{year}年的放假和调休日期，不能公布。{HELP}")
    work.uow.calendar.announce(year, source=source, by=actor.label, at=work.now)
    work.uow.audit.append("calendar.year", actor=actor.label, ref=str(year))
    return replace(work, calendar=work.uow.calendar.load())


def recount(work: Work, *, limit: int = _AT_ONCE) -> int:
    """Count the next chunk of open cases anew after a change of the calendar, in short transactions.

    Tells those whose term has become final. Returns how many cases are looked at with the next call, at
    most: 0 when all were, or nothing has changed. For the turn that made the change and for the job.
    """
    after = work.uow.calendar.recount_from()
    if after is None:
        return 0
    # the change may be younger than this work
    work = replace(work, calendar=work.uow.calendar.load())
    done = recompute_deadlines(work, after, limit)
    work.uow.calendar.recounted(done.after)
    for case in done.moved:
        _tell(work, case)
    return limit if done.after is not None else 0


def missing_year(calendar: WorkCalendar, today: date) -> int | None:
    """The next year, from 1 November on while its arrangement is not known; else None."""
    wanted = today.year + 1
    return wanted if today.month >= _NOVEMBER and wanted not in calendar.announced_years else None


def warning(work: Work) -> str:
    """What the administrator reads in the morning; "" while nothing is missing."""
    year = missing_year(work.calendar, work.today)
    if year is None:
        return ""
    return f"{year}年的放假安排还没有录入，跨年的期限都是暂定。国务院办公厅公布后，请回复：{example(year)}"


def example(year: int) -> str:
    """How a year is announced, ready to be copied and changed."""
    return f"节假日 {year} 公布 国办发明电〔{year - 1}〕×号 休 1-1至1-3 班 1-10"


def holiday_command(work: Work, actor: Actor, text: str) -> str:
    """The staff command 节假日: look, set days, announce a year. Returns the answer."""
    wish = read(text)
    match wish:
        case Look(year):
            return _look(work, year or work.today.year)
        case SetDays(days, worked, source):
            work = set_days(work, dict.fromkeys(days, worked), source=source, actor=actor)
            what = "上班" if worked else "放假"
            return f"已记录：{_span(days)}{what}（{source}）。" + _moved(work)
        case Announcement(year, source, settings):
            work = announce_year(work, year, source=source, actor=actor, days=settings)
            return f"已公布{year}年的放假安排（{source}），跨年的期限不再是暂定。" + _moved(work)


def _check(work: Work, actor: Actor, source: str, year: int) -> None:
    if Doer.ADMIN not in actor.doers:
        raise NotAllowed(ADMIN_ONLY)
    if not source.strip():
        raise TextMissing(f"要写明依据，例如文号。{HELP}")
    if not work.today.year - 1 <= year <= work.today.year + 2:
        raise Refused(f"只能录入{work.today.year - 1}年到{work.today.year + 2}年的日期，请核对年份。")


def _moved(work: Work) -> str:
    return "办理中的案件较多，期限正在重新计算。" if recount(work) else "办理中案件的期限已重新计算。"


def _tell(work: Work, case: Case) -> None:
    """The firm's side was shown a date that might move; now it is final."""
    if case.applicant_id is None or case.due_on is None or case.provisional:
        return
    text = MOVED.format(number=case.number, kind=case.kind, day=_day(case.due_on))
    key = f"due:{case.number}:{case.due_on.isoformat()}"
    tell_person(work, case.applicant_id, text, key=key, kind=case.kind)


def _look(work: Work, year: int) -> str:
    known = year in work.calendar.announced_years
    head = f"{year}年的放假安排：{'已公布' if known else '还没有公布，期限按法定节日暂定'}。"
    days = (
        f"{day.day.isoformat()} {'上班' if day.worked else '放假'}（{day.source}）"
        for day in work.uow.calendar.days_of(year)
    )
    return "\n".join(line for line in (head, *days, warning(work), HELP) if line)


def _span(days: tuple[date, ...]) -> str:
    return _day(days[0]) if len(days) == 1 else f"{_day(days[0])}至{_day(days[-1])}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
