"""查, 措施 and 绑定码: a subject by its name or code."""

from __future__ import annotations

from domain.clock import SHANGHAI
from domain.errors import NotFound, Refused
from domain.model.subject import Subject
from domain.services import counter, grades
from handlers.context import Context
from handlers.firm.grades import grade_text
from handlers.firm.wording import day
from handlers.staff import texts
from handlers.staff.facts import note_look
from handlers.staff.who import actor_of


def look(context: Context, argument: str) -> str:
    """查 名称或代码: grade, records, measures, running cases."""
    actor_of(context)
    subject = _found(context, "查", argument)
    note_look(context, subject, "查")
    uow = context.uow
    standing = grades.standing(uow, subject, context.rulebook, context.now())
    running = uow.cases.of_subject(subject.id, open_only=True)
    lines = (texts.RUNNING_LINE.format(number=c.number, kind=c.kind, state=c.state) for c in running)
    grade = texts.NO_GRADE.format(name=subject.name)
    if standing.assessment is not None:
        grade = grade_text(context, subject, standing.assessment)
    return texts.LOOK.format(
        grade=grade + (texts.WAITING if standing.waiting else ""),
        uscc=subject.uscc or texts.NO_CODE,
        records=len(uow.records.of_subject(subject.id)),
        measures=len(uow.measures.in_force(subject.id)),
        running=texts.RUNNING.format(lines="；".join(lines)) if running else "",
        name=subject.name,
    )


def measures(context: Context, argument: str) -> str:
    """措施 名称或代码: the register of measures in force."""
    actor_of(context)
    subject = _found(context, "措施", argument)
    note_look(context, subject, "措施")
    held = context.uow.measures.in_force(subject.id)
    if not held:
        return texts.MEASURES_NONE.format(name=subject.name)
    lines = "\n".join(
        texts.MEASURE_LINE.format(
            no=no, text=each.text, executor=each.executor, since=day(each.since), basis=each.basis
        )
        for no, each in enumerate(held, 1)
    )
    return texts.MEASURES.format(name=subject.name, count=len(held), lines=lines)


def bind_code(context: Context, argument: str) -> str:
    """绑定码 名称或代码: a one-time code, for the counter or the telephone."""
    actor = actor_of(context)
    subject = _found(context, "绑定码", argument)
    issued = counter.issue_code(context.work(), subject, actor)
    until = issued.expires.astimezone(SHANGHAI)
    return texts.BIND_CODE.format(name=subject.name, code=issued.code, until=f"{until:%m月%d日%H:%M}")


def _found(context: Context, word: str, wanted: str) -> Subject:
    if not wanted:
        raise Refused(texts.WANTED.format(word=word))
    found = grades.find_subject(context.uow, wanted)
    if not found:
        raise NotFound(texts.NO_SUBJECT.format(wanted=wanted[:40]))
    if len(found) > 1:
        codes = "、".join(each.uscc or texts.NO_CODE for each in found)
        raise Refused(texts.SEVERAL.format(wanted=wanted[:40], codes=codes))
    return found[0]
