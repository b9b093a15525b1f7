"""What follows from a step: one line for each (kind, action) that has an effect.

An effect runs inside ``cases.act``, which is handed ``follow``, in the same
transaction, after the step was stored. It is given the case as it stands after the step (for 更正 the new case),
who took the step and the text. What it raises undoes the step.
"""

from __future__ import annotations

from collections.abc import Callable

from domain.model.case import Actor, Case, CaseKind
from domain.services import (
    broadcasts,
    case_limits,
    commitments,
    consultations,
    letters,
    mandates,
    material,
    objections,
    papers,
    repairs,
    reversals,
)
from domain.services.work import Work

Effect = Callable[[Work, Case, Actor, str], None]

EFFECTS: dict[tuple[CaseKind, str], Effect] = {
    (CaseKind.OBJECTION, "受理"): case_limits.accepted,
    (CaseKind.OBJECTION, "核查"): case_limits.inquired,
    (CaseKind.REVIEW, "受理"): case_limits.accepted,
    (CaseKind.REVIEW, "核查"): case_limits.inquired,
    (CaseKind.REPAIR, "受理"): case_limits.accepted,
    (CaseKind.REPAIR, "已提交"): case_limits.filed_outside,
    (CaseKind.OBJECTION, "同意"): objections.upheld,
    (CaseKind.OBJECTION, "部分同意"): objections.partly_upheld,
    (CaseKind.OBJECTION, "驳回"): objections.refused,
    (CaseKind.OBJECTION, "撤回"): objections.withdrawn,
    (CaseKind.REVIEW, "同意"): objections.upheld,
    (CaseKind.REVIEW, "部分同意"): objections.partly_upheld,
    (CaseKind.REVIEW, "驳回"): objections.refused,
    (CaseKind.REPAIR, "同意"): repairs.repaired,
    (CaseKind.REPAIR, "登记同意"): repairs.repaired,
    (CaseKind.REPAIR, "驳回"): repairs.refused,
    (CaseKind.REPAIR, "登记不予"): repairs.refused,
    (CaseKind.REPAIR, "不予受理"): repairs.not_accepted,
    (CaseKind.OBJECTION, "更正"): reversals.announced,
    (CaseKind.REVIEW, "更正"): reversals.announced,
    (CaseKind.REPAIR, "更正"): reversals.announced,
    (CaseKind.CONSULTATION, "回复"): consultations.answered,
    (CaseKind.CONSULTATION, "补充"): consultations.said,
    (CaseKind.CONSULTATION, "转办"): consultations.moved,
    (CaseKind.CONSULTATION, "办结"): consultations.ended,
    (CaseKind.CONSULTATION, "撤回"): consultations.ended,
    (CaseKind.CONSULTATION, "无人续谈"): consultations.lapsed,
    (CaseKind.COMMITMENT, "履约"): commitments.kept,
    (CaseKind.COMMITMENT, "违诺"): commitments.broken,
    (CaseKind.COMMITMENT, "同意"): commitments.found_broken,
    (CaseKind.COMMITMENT, "部分同意"): commitments.found_partly_kept,
    (CaseKind.COMMITMENT, "部分履约"): commitments.found_partly_kept,
    (CaseKind.COMMITMENT, "驳回"): commitments.not_found,
    (CaseKind.COMMITMENT, "撤回"): commitments.withdrawn,
    (CaseKind.BROADCAST, "同意"): broadcasts.released,
    (CaseKind.BROADCAST, "驳回"): broadcasts.returned,
    (CaseKind.MANDATE, "同意"): mandates.granted,
    (CaseKind.MANDATE, "驳回"): mandates.refused,
    (CaseKind.OBJECTION, "补正"): material.asked_for,
    (CaseKind.REVIEW, "补正"): material.asked_for,
    (CaseKind.REPAIR, "补正"): material.asked_for,
    (CaseKind.MANDATE, "补正"): material.asked_for,
}


def follow(work: Work, before: Case, after: Case, action: str, actor: Actor, text: str) -> Case:
    """What follows from a step, and word of it to the staff whose turn it is; the case as it stands then."""
    papers.check_words(work, before, action, actor, text)
    if effect := EFFECTS.get((after.kind, action)):
        effect(work, after, actor, text)
        after = work.uow.cases.get(after.id) or after
    papers.put_on_paper(work, after, action, text)
    letters.case_moved(work, before, after, action, actor, text)
    return after
