"""更正 of an objection, a review or a repair: the firm is told, and what the first decision did is taken back.

The first decision stays as it was taken. The one taken anew has effects of its
own; where it goes the other way, the record gets its earlier state back and the
subject is evaluated anew.
"""

from __future__ import annotations

from domain.model.case import Actor, Case
from domain.model.record import Record, RecordState
from domain.services import cascade, letters
from domain.services.case_view import countdown
from domain.services.work import Work

ANNOUNCED = (
    "{number}：原来的决定（{outcome}）需要更正，由另一位审批人员重新决定，新的案号是{anew}。原因：{text}\n"
    "{countdown}。回复“进度 {anew}”看进展。"
)
TAKEN_BACK = "原决定已更正，“{title}”这条记录恢复为“{state}”。"
PUBLIC_AGAIN = "公示按原来的期限继续。"

#: what a decision with this outcome made of the record
_MADE: dict[str, RecordState] = {
    "成立": RecordState.REVOKED,
    "撤销原决定": RecordState.REVOKED,
    "同意修复": RecordState.REPAIRED,
}


def announced(work: Work, case: Case, actor: Actor, text: str) -> None:
    """更正: everybody bound to the subject reads that the decision is taken anew, why and until when."""
    decided = _corrected(work, case)
    if decided is None or case.subject_id is None:
        return
    said = ANNOUNCED.format(
        number=decided.number,
        outcome=decided.outcome,
        anew=case.number,
        text=text,
        countdown=countdown(work, case),
    )
    letters.tell_subject(
        work, case.subject_id, said, key=f"corrected:{decided.number}", kind=case.kind, case=case
    )


def taken_back(work: Work, case: Case, actor: Actor) -> str:
    """Undo what the corrected decision did to the record; returns what the firm reads of it, "" for nothing."""
    record = _changed_record(work, case)
    if record is None or case.subject_id is None:
        return ""
    state = RecordState(case.facts.get("state_before", RecordState.VALID))
    after = cascade.record_changed(work, case, case.subject_id, record.id, state, by=actor.id)
    said = TAKEN_BACK.format(title=record.title, state=state.value)
    if after.public_again:
        said += PUBLIC_AGAIN
    return said + (after.said if after.changed else "")


def _corrected(work: Work, case: Case) -> Case | None:
    """The decided case that this one corrects; None where it goes back to nothing or is a review."""
    before = work.uow.cases.get(case.parent_id) if case.parent_id else None
    return before if before is not None and before.kind is case.kind else None


def _changed_record(work: Work, case: Case) -> Record | None:
    """The record, where it still stands as the corrected decision left it."""
    decided = _corrected(work, case)
    made = _MADE.get(decided.outcome) if decided is not None else None
    record_id = case.facts.get("record")
    record = work.uow.records.get(record_id) if made is not None and record_id is not None else None
    return record if record is not None and record.state is made else None
