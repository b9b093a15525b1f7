"""案件: one engine for every kind. What a kind may do stands in its table.

Every step goes through ``act``: checked, counted, stored, logged and audited
in one transaction, with what follows from it. Whether somebody may is decided
here and nowhere else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from domain.clock import SHANGHAI
from domain.errors import NotAllowed, NotFound, Refused, StaleCase, TextMissing
from domain.model.case import PREFIXES, Actor, Case, CaseEvent, CaseKind, Clock, Doer, Pause
from domain.rules import case_clocks
from domain.rules.case_table import BACK, OPENING, ClockEffect, Step
from domain.rules.case_tables import TABLES
from domain.services.case_owners import canonical_department, department_named, departments
from domain.services.case_rights import ELSEWHERE, Rights, may_see
from domain.services.work import Work

#: this long before its due date a sleeping case wakes up
_NEAR = timedelta(days=7)

NOT_FOUND = "没有找到案件{number}。案号是两个字母加数字，例如 YY20260001，请核对后再试。"


def open_case(
    work: Work,
    kind: CaseKind,
    *,
    subject_id: int | None,
    applicant_id: int | None,
    department: str,
    facts: dict[str, Any],
    clocks: Sequence[Clock] = (),
    actor: Actor,
    text: str = "",
    parent_id: int | None = None,
    state: str = "",
    handler: str = "",
) -> Case:
    """Open a case, with the next number of its kind and year; the opening is the first line of its log.

    ``state`` is one of the table's openings, the usual one by default.
    ``NotAllowed`` where this actor may not open such a case.
    """
    table = TABLES[kind]
    if not table.opened_by & actor.doers:
        raise NotAllowed(f"“{kind}”不能由您提出。")
    if state and state not in table.openings:
        raise ValueError(f"{kind} cannot begin in {state}")
    case = Case(
        id=0,
        number=_next_number(work, kind),
        kind=kind,
        state=state or table.openings[0],
        version=1,
        subject_id=subject_id,
        applicant_id=applicant_id,
        department=canonical_department(work.office, department),
        handler=handler,
        opened_at=work.now,
        due_on=None,
        provisional=False,
        clocks=tuple(clocks),
        facts=facts,
        parent_id=parent_id,
    )
    return _opened(work, case, actor, text)


def act(
    work: Work,
    number: str,
    action: str,
    *,
    actor: Actor,
    text: str = "",
    version: int | None = None,
    facts: dict[str, Any] | None = None,
) -> Case:
    """Take one step and all that follows from it; returns the case as it stands then (for 更正 the new case).

    ``version`` is the one that the actor was shown: ``StaleCase`` where the
    case has moved on. ``Refused`` lists what is allowed now, ``NotAllowed``
    says who may, ``TextMissing`` what must be said.
    """
    case = find(work, number, actor=actor, lock=True)
    if version is not None and version != case.version:
        raise StaleCase(_moved_on(work, case, actor))
    step = TABLES[case.kind].step(case.state, action)
    if step is None:
        raise Refused(_not_now(work, case, action, actor))
    Rights(work, case, actor).check(step)
    text = text.strip()
    if step.needs_text and not text:
        raise TextMissing(
            f"“{action}”要写明{step.asks_for}。请回复“{action} {case.number} ”加上{step.asks_for}。"
        )
    seen = version is not None or was_shown(work, case, actor.id)
    after = _after(work, case, step, actor, text, facts or {})
    _store(work, case, after, step, actor, text)
    if step.reopens_as:
        after = _reopened(work, after, step, actor, text)
    elif seen and Doer.FIRM not in actor.doers:
        note_view(work, after, actor.id)
    return work.follow(work, case, after, step.action, actor, text)


def allowed(work: Work, case: Case, actor: Actor) -> tuple[str, ...]:
    """What this actor may do with the case now, in the order of the table."""
    return tuple(step.action for step in _possible(work, case, actor))


def asks_for(case: Case, action: str) -> str:
    """What must be said with an action that is possible now; "" where nothing must."""
    step = TABLES[case.kind].step(case.state, action)
    return step.asks_for if step is not None else ""


def find(work: Work, number: str, *, actor: Actor | None = None, lock: bool = False) -> Case:
    """The case of a number as typed.

    ``NotFound`` also for a case of another firm; staff of another department
    read in ``NotAllowed`` whose it is.
    """
    wanted = unicodedata.normalize("NFKC", number).strip().upper()
    case = work.uow.cases.by_number(wanted, lock=lock)
    if case is not None and (actor is None or may_see(work, case, actor)):
        return case
    if case is None or actor is None or Doer.FIRM in actor.doers:
        raise NotFound(NOT_FOUND.format(number=wanted[:20]))
    raise NotAllowed(ELSEWHERE.format(number=case.number, department=case.department))


def log(work: Work, case: Case) -> list[CaseEvent]:
    """Everything that was done, oldest first."""
    return work.uow.cases.events(case.id)


def note_view(work: Work, case: Case, userid: str) -> None:
    """This member of staff was shown the case at its present version."""
    work.uow.cases.note_view(userid, case.id, case.version, work.now)


def was_shown(work: Work, case: Case, userid: str) -> bool:
    """Whether a text decision may act at once: this version was shown to this person. Else ask 确认."""
    return work.uow.cases.seen_version(userid, case.id) == case.version


def amend(
    work: Work, case: Case, *, clocks: Sequence[Clock] | None = None, facts: dict[str, Any] | None = None
) -> Case:
    """Set the limits anew or add facts, within a step's effect; no step of its own."""
    now = _stored(work, case)
    after = replace(
        now,
        clocks=now.clocks if clocks is None else tuple(clocks),
        facts=now.facts | (facts or {}),
    )
    after = case_clocks.settled(after, work.calendar)
    _save(work, after, was=now.version)
    if clocks is not None:
        _audit(work, "case.limits", "system", after, {"due_on": _iso(after)})
    return after


def todo(work: Work, actor: Actor, *, limit: int = 200) -> list[Case]:
    """Open cases that wait for this member of staff, the nearest due date first.

    A case in which he could do something, but which waits for somebody else, is not among them.
    """
    own = tuple(dict.fromkeys([where for where, _ in actor.seats] or [actor.department]))
    awake = (c for c in work.uow.cases.open_in(own, actor.id, limit=limit) if not _sleeps(work, c))
    return [case for case in awake if any(not step.aside for step in _possible(work, case, actor))]


def _possible(work: Work, case: Case, actor: Actor) -> list[Step]:
    rights = Rights(work, case, actor)
    return [step for step in TABLES[case.kind].steps_from(case.state) if rights.may(step)]


def _sleeps(work: Work, case: Case) -> bool:
    """Nothing to do until the due date comes near."""
    dormant = case.state in TABLES[case.kind].dormant
    return dormant and case.due_on is not None and case.due_on > work.today + _NEAR


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A chunk of cases counted anew: where to go on (None: that was all), and whose due date moved."""

    after: int | None
    moved: tuple[Case, ...]


def recompute_deadlines(work: Work, after: int = 0, limit: int = 200) -> Recomputed:
    """Count the limits of open cases anew, after the calendar has changed; a chunk in id order.

    The version stays, so that no card goes stale; each change is audited.
    """
    chunk = work.uow.cases.open_after(after, limit=limit)
    stale = (case for case in chunk if case_clocks.settled(case, work.calendar) != case)
    moved = tuple(_recomputed(work, case) for case in stale)
    return Recomputed(chunk[-1].id if len(chunk) == limit else None, moved)


def _recomputed(work: Work, case: Case) -> Case:
    before = _stored(work, case)
    after = case_clocks.settled(before, work.calendar)
    _save(work, after, was=before.version)
    _audit(work, "case.recounted", "system", after, {"before": _iso(before), "due_on": _iso(after)})
    return after


def _next_number(work: Work, kind: CaseKind) -> str:
    year = work.today.year
    return f"{PREFIXES[kind]}{year}{work.uow.cases.next_number(kind, year):04d}"


def _opened(work: Work, case: Case, actor: Actor, text: str) -> Case:
    stored = work.uow.cases.add(case_clocks.settled(case, work.calendar))
    _write_down(work, stored, actor, OPENING, "", text.strip())
    return stored


def _after(work: Work, case: Case, step: Step, actor: Actor, text: str, facts: dict[str, Any]) -> Case:
    """The case as it stands after the step."""
    changed = replace(
        case,
        state=_target(work, case, step),
        version=case.version + 1,
        clocks=case_clocks.met(case.clocks, step.action, work.today),
        pauses=_pauses(work, case, step, text),
        facts=case.facts | facts,
        handler=actor.id if step.takes else case.handler,
    )
    if step.transfers:
        changed = replace(changed, department=_wanted_department(work, case, text), handler="")
    changed = case_clocks.settled(changed, work.calendar)
    return _closed(work, changed, step.outcome) if step.outcome else changed


def _closed(work: Work, case: Case, outcome: str) -> Case:
    """The decision meets every limit; the due date stays, so that it shows whether it was kept."""
    clocks = case_clocks.met(case.clocks, None, work.today)
    return replace(case, clocks=clocks, outcome=outcome, closed_at=work.now)


def _target(work: Work, case: Case, step: Step) -> str:
    if step.target != BACK:
        return step.target
    entered = [
        e for e in work.uow.cases.events(case.id, texts=False) if e.to_state == case.state != e.from_state
    ]
    return entered[-1].from_state


def _pauses(work: Work, case: Case, step: Step, text: str) -> tuple[Pause, ...]:
    if step.clock is ClockEffect.PAUSE:
        return (*case.pauses, Pause(f"{step.action}：{text}", work.today))
    if case.paused and (step.clock is ClockEffect.RESUME or step.outcome):
        return (*case.pauses[:-1], replace(case.pauses[-1], until=work.today))
    return case.pauses


def _wanted_department(work: Work, case: Case, text: str) -> str:
    wanted = department_named(work, text.split()[0])
    if wanted is None:
        known = "、".join(departments(work))
        raise Refused(f"没有可以转去的部门“{text.split()[0]}”。可以转去：{known}。")
    if wanted == case.department:
        raise Refused(f"{case.number}已经在{wanted}，不用转办。")
    return wanted


def _store(work: Work, before: Case, after: Case, step: Step, actor: Actor, text: str) -> None:
    if not work.uow.cases.save(after, was=before.version):
        raise StaleCase(_moved_on(work, _stored(work, before), actor))
    _write_down(work, after, actor, step.action, before.state, text)


def _reopened(work: Work, decided: Case, step: Step, actor: Actor, text: str) -> Case:
    """The new case in which the decision is taken anew, under the same limits from today."""
    limits = (replace(c, starts_on=work.today, met_on=None) for c in decided.clocks if not c.met_by)
    anew = replace(
        decided,
        id=0,
        number=_next_number(work, decided.kind),
        state=step.reopens_as,
        version=1,
        handler=actor.id,
        opened_at=work.now,
        clocks=tuple(limits),
        pauses=(),
        outcome="",
        closed_at=None,
        parent_id=decided.id,
    )
    return _opened(work, anew, actor, text)


def _write_down(work: Work, case: Case, actor: Actor, action: str, came_from: str, text: str) -> None:
    """The line of the log, numbered by the version it made, and the audit row, without the words."""
    work.uow.cases.append_event(
        CaseEvent(
            case.id, case.version, work.now, actor.label, actor.name, action, came_from, case.state, text
        )
    )
    detail = {"action": action, "from": came_from, "to": case.state, "version": case.version}
    if text:
        detail["text"] = work.sealer.digest("case-text", text.encode()).hex()[:32]
    _audit(work, "case.opened" if action == OPENING else "case.step", actor.label, case, detail)


def _audit(work: Work, what: str, by: str, case: Case, detail: dict[str, Any]) -> None:
    work.uow.audit.append(what, actor=by, subject_id=case.subject_id, ref=case.number, detail=detail)


def _stored(work: Work, case: Case) -> Case:
    stored = work.uow.cases.by_number(case.number, lock=True)
    if stored is None:
        raise NotFound(NOT_FOUND.format(number=case.number))
    return stored


def _save(work: Work, case: Case, *, was: int) -> None:
    if not work.uow.cases.save(case, was=was):
        raise StaleCase(f"{case.number}刚刚有了新的进展，请再看一次。")


def _iso(case: Case) -> str:
    return case.due_on.isoformat() if case.due_on else ""


def _moved_on(work: Work, case: Case, actor: Actor) -> str:
    return f"{last_step(work, case, actor)}请看最新情况再办：回复“{_look(actor)} {case.number}”。"


def _not_now(work: Work, case: Case, action: str, actor: Actor) -> str:
    possible = "、".join(allowed(work, case, actor))
    now = f"您现在可以：{possible}。" if possible else "现在没有需要您办的。"
    return f"现在不能“{action}”：{last_step(work, case, actor)}{now}"


def last_step(work: Work, case: Case, actor: Actor) -> str:
    """Who did what last, when, and where the case stands; firms read no names of staff."""
    last = log(work, case)[-1]
    own = last.actor == actor.label
    who = "您" if own else last.actor_name
    if not own and Doer.FIRM in actor.doers and last.actor.startswith("staff:"):
        who = "工作人员"
    return f"{case.number}已由{who}于{spoken(last.at)}“{last.action}”，现在是“{case.state}”。"


def _look(actor: Actor) -> str:
    return "进度" if Doer.FIRM in actor.doers else "案件"


def spoken(moment: datetime) -> str:
    """A moment as people read it, in Shanghai: 11月20日12:00."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日{local:%H:%M}"
