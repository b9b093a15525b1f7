"""Who may take a step of a case. Checked here, whatever the handler has shown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from domain.errors import NotAllowed
from domain.model.case import Actor, Case, CaseEvent, Doer
from domain.model.person import Power
from domain.rules.case_table import Step
from domain.rules.case_tables import TABLES
from domain.services.bindings import active
from domain.services.work import Work

ELSEWHERE = "{number}由{department}办理，请联系该部门；办错了部门可请对方转办。"


class Rights:
    """What one actor may do with one case as it stands; the log is read once, and only where it matters."""

    def __init__(self, work: Work, case: Case, actor: Actor) -> None:
        self._work = work
        self._case = case
        self._actor = actor

    def may(self, step: Step) -> bool:
        """Whether the actor may take this step now."""
        try:
            self.check(step)
        except NotAllowed:
            return False
        return True

    def check(self, step: Step) -> None:
        """``NotAllowed`` says why not: the wrong role, the wrong department, or eyes that saw it before."""
        if Doer.SYSTEM in self._actor.doers:
            if Doer.SYSTEM not in step.by:
                raise NotAllowed(f"“{step.action}”不能由系统自动办理。")
        elif Doer.FIRM in self._actor.doers:
            self._check_firm(step)
        else:
            self._check_staff(step)
            self._check_four_eyes(step)

    def _check_firm(self, step: Step) -> None:
        if Doer.FIRM not in step.by:
            raise NotAllowed(f"“{step.action}”由工作人员办理。您可以回复“进度 {self._case.number}”查看进展。")
        if not self._speaks_for:
            raise NotAllowed("您现在没有办理这件事的权限。请先绑定该单位，或联系信用办。")

    def _check_staff(self, step: Step) -> None:
        case, actor = self._case, self._actor
        if step.by & actor.doers_in(case.department):
            return
        elsewhere = step.by & actor.doers
        # the administrator is bound to no department; who handles a case keeps his rights over it
        if Doer.ADMIN in elsewhere or (elsewhere and case.handler == actor.id):
            return
        if elsewhere:
            raise NotAllowed(ELSEWHERE.format(number=case.number, department=case.department))
        needed = [d.value for d in Doer if d in step.by and d not in (Doer.FIRM, Doer.SYSTEM)]
        if not needed:
            raise NotAllowed(f"“{step.action}”不由工作人员办理。")
        raise NotAllowed(
            f"“{step.action}”要由{case.department}的{'、'.join(needed)}办理，您现在没有这个角色。"
        )

    def _check_four_eyes(self, step: Step) -> None:
        if step.other_than:
            # the last one counts: what was returned and taken up by somebody else is that person's finding
            taken = [event for event in self._log if event.action in step.other_than]
            if taken and taken[-1].actor == self._actor.label:
                raise NotAllowed(
                    f"“{step.action}”要由另一位工作人员办理：这件案子是您{taken[-1].action}的，不能再由您决定。"
                )
        if step.other_than_before and self._actor.label in self._deciders:
            raise NotAllowed(f"“{step.action}”要由另一位工作人员办理：原决定是您作出的。")

    @cached_property
    def _log(self) -> list[CaseEvent]:
        return self._work.uow.cases.events(self._case.id, texts=False)

    @cached_property
    def _deciders(self) -> frozenset[str]:
        return deciders(self._work, self._case)

    @cached_property
    def _speaks_for(self) -> bool:
        return _speaks_for(self._work, self._case, self._actor)


def may_see(work: Work, case: Case, actor: Actor) -> bool:
    """The firm's side sees the cases of its own subject, or applied for.

    The credit office sees every case; another department its own, and those it
    had a hand in (个人信息保护法 51: access as far as the work needs it).
    """
    if Doer.SYSTEM in actor.doers:
        return True
    if Doer.FIRM in actor.doers:
        return _speaks_for(work, case, actor)
    places = {where for where, _ in actor.seats} or {actor.department}
    if places & {case.department, work.office.name} or case.handler == actor.id:
        return True
    return any(event.actor == actor.label for event in work.uow.cases.events(case.id, texts=False))


def deciders(work: Work, case: Case) -> frozenset[str]:
    """Labels of everybody who decided this case or one that it goes back to."""
    return frozenset(
        event.actor
        for one in _with_ancestors(work, case)
        for event in work.uow.cases.events(one.id, texts=False)
        if _decides(one, event)
    )


def _decides(case: Case, event: CaseEvent) -> bool:
    """Whether a line of the log is the decision of the case, not the firm's withdrawal."""
    step = TABLES[case.kind].step(event.from_state, event.action)
    return step is not None and bool(step.outcome) and Doer.FIRM not in step.by


def _with_ancestors(work: Work, case: Case) -> Iterator[Case]:
    one: Case | None = case
    while one is not None:
        yield one
        one = work.uow.cases.get(one.parent_id) if one.parent_id else None


def _speaks_for(work: Work, case: Case, actor: Actor) -> bool:
    if case.subject_id is None or TABLES[case.kind].applicant_only:
        return case.applicant_id == int(actor.id)
    held = active(work.uow, work.uow.people.get(int(actor.id)), work.today)
    return any(subject.id == case.subject_id and b.power >= Power.FILE for b, subject in held)
