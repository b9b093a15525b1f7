"""待办, 案件 and every step of every case: what a button can do, said in a sentence.

A step acts at once only on a case whose present version this member was
shown; otherwise the case and what would follow are shown first, and 确认 asked.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from domain.errors import Refused
from domain.model.case import Actor, Case, Doer
from domain.rules.case_tables import TABLES
from domain.services import case_view, cases
from domain.services.case_file import consequences
from domain.services.work import Work
from handlers.context import Context
from handlers.pages import with_link
from handlers.staff import texts
from handlers.staff.facts import facts_of
from handlers.staff.who import actor_of

#: how long a question for 确认 waits
PATIENCE = timedelta(minutes=30)
#: an answer in a talk is no decision: it needs no second look
_AT_ONCE = frozenset({"回复"})
_PENDING = "_confirm"
_CASE = re.compile(r"([A-Za-z]{2}\s?\d{5,12})[ :,，：]*(.*)", re.DOTALL)
_MOST_TODO = 30

#: every action that staff take, in any kind of case
ACTIONS: frozenset[str] = frozenset(
    step.action for table in TABLES.values() for step in table.steps if step.by - {Doer.FIRM, Doer.SYSTEM}
)


def todo(context: Context, argument: str) -> str:
    """待办: the open cases in which this member may do something, the nearest due date first."""
    actor, work = actor_of(context), context.work()
    mine = cases.todo(work, actor)
    if not mine:
        return texts.TODO_NONE
    shown = mine[:_MOST_TODO]
    context.conversation.choices = [f"案件 {case.number}" for case in shown]
    lines = "\n".join(todo_line(work, no, case) for no, case in enumerate(shown, 1))
    said = texts.TODO.format(count=len(mine), lines=lines)
    return with_link(context, said, "/h5/staff/", texts.TODO_PAGE)


def todo_line(work: Work, no: int, case: Case) -> str:
    """One open case in a list."""
    name = work.uow.subjects.get(case.subject_id).name if case.subject_id is not None else ""
    return texts.TODO_LINE.format(
        no=no,
        number=case.number,
        kind=case.kind,
        name=name,
        state=case.state,
        countdown=case_view.countdown(work, case),
    )


def show(context: Context, argument: str) -> str:
    """案件 案号: facts, what is contested, the clock, the log, and what may be done now."""
    number, _ = _numbered("案件", argument)
    actor, work = actor_of(context), context.work()
    case = cases.find(work, number, actor=actor)
    seen = case_view.view(work, case, for_firm=False)
    cases.note_view(work, case, actor.id)
    text = texts.CASE.format(
        number=case.number,
        kind=case.kind,
        state=seen.state,
        outcome=texts.OUTCOME.format(outcome=seen.outcome) if seen.outcome else "",
        facts=facts_of(context, work, case, purpose="案件"),
        countdown=seen.countdown,
        beside=texts.BESIDE.format(lines="；".join(seen.beside)) if seen.beside else "",
        steps="\n".join(_log_line(line) for line in seen.steps),
        next=_what_now(work, case, actor),
    )
    return with_link(context, text, f"/h5/staff/cases/{case.number}", texts.CASE_PAGE)


def step(context: Context, action: str, argument: str) -> str:
    """Take a step, or ask 确认 first where this member has not seen the case as it stands."""
    number, text = _numbered(action, argument)
    actor, work = actor_of(context), context.work()
    case = cases.find(work, number, actor=actor)
    complete = action in cases.allowed(work, case, actor) and (text or not cases.asks_for(case, action))
    if complete and action not in _AT_ONCE and not cases.was_shown(work, case, actor.id):
        return _ask(context, work, case, action, text, actor)
    # what is not possible or not complete is refused there, with what is possible
    with context.uow.savepoint():
        after = cases.act(work, number, action, actor=actor, text=text)
    return _taken(work, case, after, action)


def confirm(context: Context, argument: str) -> str:
    """确认, alone (what was asked last) or with a number (the step 确认 of that case)."""
    if argument:
        return step(context, "确认", argument)
    pending = context.conversation.data.pop(_PENDING, None)
    if pending is None or datetime.fromisoformat(pending["until"]) < context.now():
        raise Refused(texts.NOTHING_TO_CONFIRM.format(minutes=PATIENCE // timedelta(minutes=1)))
    actor, work = actor_of(context), context.work()
    case = cases.find(work, pending["number"], actor=actor)
    action, text, version = pending["action"], pending["text"], pending["version"]
    with context.uow.savepoint():
        after = cases.act(work, case.number, action, actor=actor, text=text, version=version)
    return _taken(work, case, after, action)


def forget_question(context: Context) -> bool:
    """Another word was said: the open question for 确认 lapses; whether there was one."""
    return context.conversation.data.pop(_PENDING, None) is not None


def _ask(context: Context, work: Work, case: Case, action: str, text: str, actor: Actor) -> str:
    cases.note_view(work, case, actor.id)
    pending: dict[str, Any] = {"number": case.number, "action": action, "text": text, "version": case.version}
    context.conversation.data[_PENDING] = pending | {"until": (context.now() + PATIENCE).isoformat()}
    taken = TABLES[case.kind].step(case.state, action)
    assert taken is not None, "what is allowed stands in the table"
    return texts.CONFIRM.format(
        number=case.number,
        kind=case.kind,
        state=case.state,
        facts=facts_of(context, work, case, purpose=action),
        countdown=case_view.countdown(work, case),
        action=action,
        said=texts.SAID.format(text=text) if text else "",
        then=consequences(case, taken),
    )


def _taken(work: Work, before: Case, after: Case, action: str) -> str:
    countdown = case_view.countdown(work, after)
    if after.number != before.number:
        return texts.REOPENED.format(number=after.number, state=after.state, countdown=countdown)
    outcome = texts.OUTCOME.format(outcome=after.outcome) if after.outcome else ""
    return texts.DONE.format(
        number=after.number, action=action, state=after.state, outcome=outcome, countdown=countdown
    )


def _what_now(work: Work, case: Case, actor: Actor) -> str:
    lines = [
        texts.CAN_LINE.format(
            action=action,
            number=case.number,
            asks=f" {asks}" if (asks := cases.asks_for(case, action)) else "",
        )
        for action in cases.allowed(work, case, actor)
    ]
    return texts.CAN.format(lines="\n".join(lines)) if lines else texts.CAN_NOTHING


def _log_line(line: case_view.StepLine) -> str:
    said = texts.SAID.format(text=line.text) if line.text else ""
    return texts.STEP.format(at=cases.spoken(line.at), who=line.who, action=line.action, said=said)


def _numbered(action: str, argument: str) -> tuple[str, str]:
    """The number of a case and what follows it; ``Refused`` shows how it is said."""
    found = _CASE.fullmatch(argument.strip())
    if found is None:
        asks = "" if action == "案件" else " 说明"
        raise Refused(texts.NEEDS_NUMBER.format(action=action, asks=asks))
    return found[1].replace(" ", ""), found[2].strip()
