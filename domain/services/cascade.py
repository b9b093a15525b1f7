"""What follows from a decision in a firm's favour, all of it in the decision's own transaction.

The record is marked and leaves the evaluation, its publicity ends (S4-39); the
subject is evaluated anew (S4-35); measures that no longer hold end, and every
department that carries one out gets a stop order to confirm (S4-36, S4-40);
the firm is told; the correction is queued for the upper platform (S0-41).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.model.assessment import OutcomeKind
from domain.model.case import SYSTEM_ACTOR, Case, CaseKind
from domain.model.measure import Correction, MeasureInForce
from domain.model.record import Record, RecordState
from domain.model.subject import Subject
from domain.rules.deadlines import clocks_for
from domain.services import case_owners, cases, letters, measures
from domain.services.case_view import countdown
from domain.services.grades import reassess
from domain.services.work import Work

STATE = "记录状态"
GRADE = "信用等级"
PUBLICITY = "公示"
DATA = "补充数据"
PUBLIC, NOT_PUBLIC = "公示中", "停止公示"
#: fact of a case: until when a record was to be public that the decision took down; "" for no end
PUBLIC_UNTIL = "public_until"

GRADE_NOW = "信用等级已重新评定，现在是{grade}。"
GRADE_SAME = "已重新评定，信用等级没有变化。"

LIFTED = "已为您解除以下措施：\n{lines}\n执行单位确认后不再执行。遇到仍被限制的情况，请回复“人工”。"
LIFTED_LINE = "{number}. {text}"
STOP = "{name}的信用等级已变化，请停止执行以下措施并确认：\n{lines}\n{countdown}。确认请回复“确认 {number}”加上执行情况。"
STOP_LINE = "{number}. {text}（依据：{basis}）"


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a decision led to, for the letter to the firm and for the log."""

    before: str
    after: str
    #: the grade now with its class, as people read it
    grade: str
    lifted: tuple[MeasureInForce, ...]
    stop_orders: tuple[str, ...]
    #: a record that had been taken down is public again
    public_again: bool = False

    @property
    def changed(self) -> bool:
        """Whether another grade is in force now."""
        return bool(self.after) and self.before != self.after

    @property
    def said(self) -> str:
        """What the firm reads of its grade."""
        return GRADE_NOW.format(grade=self.grade) if self.changed else GRADE_SAME


def record_changed(
    work: Work, case: Case, subject_id: int, record_id: int, state: RecordState, *, by: str
) -> Aftermath:
    """A record was revoked, repaired or corrected by a decision: mark it and do all that follows.

    ``by`` is the userid of who decided; it answers for the grade that results.
    """
    record, public_again = work.uow.records.get(record_id), False
    if record is not None and record.state is not state:
        work.uow.records.set_state(record_id, state)
        _queue(work, case, subject_id, record_id, STATE, record.state.value, state.value)
        if state.counts:
            public_again = _resume_publicity(work, case, record)
        else:
            _end_publicity(work, case, record)
    return replace(re_evaluated(work, case, subject_id, by=by), public_again=public_again)


def ask_source(work: Work, case: Case, subject_id: int, text: str) -> None:
    """What stands elsewhere must be added or put right there (S4-37); it counts here once it comes in."""
    record_id = case.facts.get("record")
    _queue(work, case, subject_id, record_id, DATA, "", text)


def _end_publicity(work: Work, case: Case, record: Record) -> None:
    """It is public no longer (S4-39); until when it was to be stays with the case, for a correction."""
    if record.published_on is None or not _public_after(work, record.publicity_until):
        return
    work.uow.records.set_publicity(record.id, work.today)
    cases.amend(work, case, facts={PUBLIC_UNTIL: _iso(record.publicity_until)})
    _queue(work, case, record.subject_id, record.id, PUBLICITY, PUBLIC, NOT_PUBLIC)


def _resume_publicity(work: Work, case: Case, record: Record) -> bool:
    """A decision that had ended the publicity was corrected: its earlier end holds again. Whether it is public."""
    ended = case.facts.get(PUBLIC_UNTIL)
    if ended is None:
        return False
    until = date.fromisoformat(ended) if ended else None
    work.uow.records.set_publicity(record.id, until)
    if not _public_after(work, until):
        return False
    _queue(work, case, record.subject_id, record.id, PUBLICITY, NOT_PUBLIC, PUBLIC)
    return True


def _public_after(work: Work, until: date | None) -> bool:
    return until is None or until > work.today


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def re_evaluated(work: Work, case: Case, subject_id: int, *, by: str) -> Aftermath:
    """Evaluate the subject anew on a decision and carry out what changes with the grade."""
    subject = work.uow.subjects.get(subject_id)
    was = work.uow.assessments.in_force(subject_id)
    before = was.evaluation.code if was is not None else ""
    done = reassess(work.uow, subject_id, work.rulebook, work.now, approved_by=by)
    now = done.assessment
    after = now.evaluation.code if now is not None else ""
    if now is None or (was is not None and now.id == was.id):
        return Aftermath(before, after, _spoken(work, after), (), ())
    _queue(work, case, subject_id, None, GRADE, before, after)
    ended = tuple(each for each in measures.follow(work, now).ended if each.restricts)
    orders = _stop_orders(work, case, subject, ended)
    if ended:
        lines = _lines(LIFTED_LINE, [{"text": each.public_text} for each in ended])
        letters.tell_subject(
            work, subject_id, LIFTED.format(lines=lines), key=f"lifted:{case.number}:{now.id}", kind=case.kind
        )
    return Aftermath(before, after, _spoken(work, after), ended, orders)


def _stop_orders(
    work: Work, case: Case, subject: Subject, ended: Sequence[MeasureInForce]
) -> tuple[str, ...]:
    """One stop order for each department that carries out what ended."""
    by_department: dict[str, list[MeasureInForce]] = {}
    for each in ended:
        for department in executing(work, subject, each.executor):
            by_department.setdefault(department, []).append(each)
    return tuple(_stop_order(work, case, subject, *entry) for entry in by_department.items())


def executing(work: Work, subject: Subject, executor: str) -> tuple[str, ...]:
    """The departments behind an executor: itself where it is one of ours, else the subject's regulators (C-17)."""
    named = case_owners.department_named(work, executor)
    if named is not None:
        return (named,)
    owners = (work.office.owner_of(domain) for domain in (*subject.domains, subject.industry) if domain)
    known = dict.fromkeys(
        department
        for owner in owners
        if owner is not None and (department := case_owners.department_named(work, owner.name))
    )
    return tuple(known) or (work.office.name,)


def _stop_order(
    work: Work, case: Case, subject: Subject, department: str, ended: Sequence[MeasureInForce]
) -> str:
    order = cases.open_case(
        work,
        CaseKind.STOP_ORDER,
        subject_id=subject.id,
        applicant_id=None,
        department=department,
        facts={
            "measures": [{"clause": each.clause, "text": each.text, "basis": each.basis} for each in ended]
        },
        clocks=clocks_for(CaseKind.STOP_ORDER, work.rulebook, work.calendar, work.today),
        actor=SYSTEM_ACTOR,
        parent_id=case.id,
    )
    lines = _lines(STOP_LINE, [{"text": each.text, "basis": each.basis} for each in ended])
    text = STOP.format(name=subject.name, lines=lines, number=order.number, countdown=countdown(work, order))
    letters.tell_staff(
        work, letters.clerks_of(work, department), text, key=f"opened:{order.number}", case=order
    )
    return order.number


def _spoken(work: Work, code: str) -> str:
    """A grade with its class; an outcome without a grade by its class alone."""
    if not code:
        return "暂无等级"
    name = work.rulebook.class_name(code)
    return name if code in (OutcomeKind.UNRATED, OutcomeKind.NEEDS_REVIEW) else f"{code}（{name}）"


def _lines(template: str, values: Sequence[dict[str, str]]) -> str:
    return "\n".join(template.format(number=number, **each) for number, each in enumerate(values, 1))


def _queue(
    work: Work, case: Case, subject_id: int, record_id: int | None, what: str, before: str, after: str
) -> None:
    work.uow.corrections.queue(
        Correction(0, subject_id, record_id, case.id, what, before, after, queued_at=work.now)
    )
