"""Who may take a step of a case. Checked here, whatever the handler has shown."""

from __future__ import annotations

from collections.abc import Iterator

from domain.errors import NotAllowed
from domain.model.case import Actor, Case, CaseEvent, Doer
from domain.model.person import Power
from domain.rules.case_table import Step
from domain.rules.case_tables import TABLES
from domain.services.bindings import active
from domain.services.work import Work


def may_take(work: Work, case: Case, step: Step, actor: Actor) -> bool:
    """Whether this actor may take this step of this case now."""
    try:
        check_may_take(work, case, step, actor)
    except NotAllowed:
        return False
    return True


def check_may_take(work: Work, case: Case, step: Step, actor: Actor) -> None:
    """``NotAllowed`` says why not: the wrong role, the wrong department, or eyes that saw it before."""
    if Doer.SYSTEM in actor.doers:
        if Doer.SYSTEM not in step.by:
            raise NotAllowed(f"“{step.action}”不能由系统自动办理。")
    elif Doer.FIRM in actor.doers:
        _check_firm(work, case, step, actor)
    else:
        _check_staff(case, step, actor)
        _check_four_eyes(work, case, step, actor)


def may_see(work: Work, case: Case, actor: Actor) -> bool:
    """Staff see the cases of the office; the firm's side those of its own subject, or applied for."""
    return Doer.FIRM not in actor.doers or _speaks_for(work, case, actor)


def deciders(work: Work, case: Case) -> frozenset[str]:
    """Labels of everybody who decided this case or one that it goes back to."""
    return frozenset(
        event.actor
        for one in _with_ancestors(work, case)
        for event in work.uow.cases.events(one.id)
        if decides(one, event)
    )


def decides(case: Case, event: CaseEvent) -> bool:
    """Whether a line of the log is the decision of a case."""
    table = TABLES[case.kind]
    step = table.step(event.from_state, event.action)
    return step is not None and bool(step.outcome) and Doer.FIRM not in step.by


def _with_ancestors(work: Work, case: Case) -> Iterator[Case]:
    one: Case | None = case
    while one is not None:
        yield one
        one = work.uow.cases.get(one.parent_id) if one.parent_id else None


def _check_firm(work: Work, case: Case, step: Step, actor: Actor) -> None:
    if Doer.FIRM not in step.by:
        raise NotAllowed(f"“{step.action}”由工作人员办理。您可以回复“进度 {case.number}”查看进展。")
    if not _speaks_for(work, case, actor):
        raise NotAllowed("您现在没有办理这件事的权限。请先绑定该单位，或联系信用办。")


def _speaks_for(work: Work, case: Case, actor: Actor) -> bool:
    if case.applicant_id == int(actor.id) and (case.subject_id is None or TABLES[case.kind].applicant_only):
        return True
    if case.subject_id is None or TABLES[case.kind].applicant_only:
        return False
    held = active(work.uow, work.uow.people.get(int(actor.id)), work.today)
    return any(subject.id == case.subject_id and b.power >= Power.FILE for b, subject in held)


def _check_staff(case: Case, step: Step, actor: Actor) -> None:
    if step.by & actor.doers_in(case.department):
        return
    # the administrator is bound to no department; who handles a case keeps his rights over it
    if step.by & actor.doers and (Doer.ADMIN in step.by & actor.doers or case.handler == actor.id):
        return
    needed = "、".join(
        doer.value for doer in Doer if doer in step.by and doer not in (Doer.FIRM, Doer.SYSTEM)
    )
    if not needed:
        raise NotAllowed(f"“{step.action}”不由工作人员办理。")
    if step.by & actor.doers:
        raise NotAllowed(f"{case.number}由{case.department}办理，请联系该部门；办错了部门可请对方转办。")
    raise NotAllowed(f"“{step.action}”要由{case.department}的{needed}办理，您现在没有这个角色。")


def _check_four_eyes(work: Work, case: Case, step: Step, actor: Actor) -> None:
    if not step.four_eyes:
        return
    taken = [e for e in work.uow.cases.events(case.id) if e.action in step.other_than]
    # the last one counts: what was returned and taken up by somebody else is that person's finding
    if taken and taken[-1].actor == actor.label:
        raise NotAllowed(
            f"“{step.action}”要由另一位工作人员办理：这件案子是您{taken[-1].action}的，不能再由您决定。"
        )
    if step.other_than_before and actor.label in deciders(work, case):
        raise NotAllowed(f"“{step.action}”要由另一位工作人员办理：原决定是您作出的。")
