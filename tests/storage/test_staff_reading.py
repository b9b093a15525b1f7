"""What the pages of staff read, the same on both engines: lists of cases, proposals, the audit in stretches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from domain.model.assessment import Evaluation, OutcomeKind, Source
from domain.model.audit import AuditSearch, Verified
from domain.model.case import Case, CaseKind
from domain.model.case_search import CaseSearch
from domain.model.subject import Subject, SubjectKind
from storage.audit_reading import STRETCH
from storage.tables import audit
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

HERE, THERE = "信用办", "市场监管局"


def subject(uow: SqlUnitOfWork, name: str, uscc: str) -> int:
    return uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, name, uscc))


def stored(uow: SqlUnitOfWork, clock: FixedClock, number: str, **more: object) -> Case:
    plain = Case(0, number, CaseKind.OBJECTION, "待受理", 1, None, None, HERE, "", clock.now(), None, False)
    return uow.cases.add(replace(plain, **more))  # type: ignore[arg-type]


def numbers(uow: SqlUnitOfWork, wanted: CaseSearch, *, after: int = 0, limit: int = 20) -> list[str]:
    found = [case.number for case in uow.cases.search(wanted, after=after, limit=limit)]
    if not after:
        assert uow.cases.count(wanted, limit=limit) == len(found)
    return found


def test_cases_are_found_by_whose_they_are_and_what_they_are(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    firm = subject(uow, "平鲁50%_商行", "91140603MA0GX2T94F")
    stored(uow, clock, "YY20260001", subject_id=firm, due_on=date(2026, 12, 1))
    stored(uow, clock, "YY20260002", handler="chen", due_on=date(2026, 11, 25), state="办理中")
    stored(uow, clock, "XF20260001", kind=CaseKind.REPAIR, department=THERE)
    stored(uow, clock, "YY20260003", closed_at=clock.now(), state="已办结")
    stored(uow, clock, "YY20260004", closed_at=clock.now() + timedelta(days=1), state="已办结")
    every = CaseSearch(everywhere=True)
    assert numbers(uow, every) == ["YY20260002", "YY20260001", "XF20260001"]
    assert numbers(uow, every, after=1, limit=1) == ["YY20260001"]
    assert numbers(uow, CaseSearch(departments=(THERE,))) == ["XF20260001"]
    assert numbers(uow, CaseSearch(departments=(THERE,), handlers=("chen",))) == ["YY20260002", "XF20260001"]
    assert numbers(uow, CaseSearch()) == []
    assert numbers(uow, replace(every, closed=True)) == ["YY20260004", "YY20260003"]
    assert numbers(uow, replace(every, kind=CaseKind.REPAIR)) == ["XF20260001"]
    assert numbers(uow, replace(every, state="办理中")) == ["YY20260002"]
    assert numbers(uow, replace(every, due_before=date(2026, 12, 1))) == ["YY20260002"]
    assert numbers(uow, replace(every, number="YY20260001")) == ["YY20260001"]
    assert numbers(uow, replace(every, subjects=(firm, 404))) == ["YY20260001"]
    assert numbers(uow, replace(every, closed=True, number="YY20260003")) == ["YY20260003"]
    for part in ("50%_", "商行"):
        assert numbers(uow, replace(every, name_part=part)) == ["YY20260001"], part
        assert numbers(uow, replace(every, name_part=part, closed=True)) == []
    for part in ("5_%", "\\", "YY2026"):
        assert numbers(uow, replace(every, name_part=part)) == [], part
    assert uow.cases.count(every, limit=2) == 2


def outcome(kind: OutcomeKind = OutcomeKind.UNRATED) -> Evaluation:
    return Evaluation(kind, None, "", None, Source.COMPUTED, date(2026, 11, 20), ())


def test_proposals_wait_until_something_newer_counts(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    now = clock.now()
    first, second, third = (subject(uow, f"第{no}家", f"9114060300000000{no}X") for no in range(3))
    uow.assessments.propose(first, outcome(), at=now, batch_id=None)
    kept = uow.assessments.propose(second, outcome(), at=now, batch_id=None)
    batch = uow.batches.open("evaluation", file_sha256="", source="x", by="cli", at=now)
    hidden = uow.assessments.propose(third, outcome(), at=now, batch_id=batch)
    uow.assessments.put_in_force(first, outcome(), at=now, batch_id=None, approved_by="")
    assert [each.id for each in uow.assessments.waiting(limit=9)] == [kept]
    uow.batches.flip(batch, now, {})
    assert [each.id for each in uow.assessments.waiting(limit=9)] == [kept, hidden]
    assert [each.id for each in uow.assessments.waiting(limit=1)] == [kept]


def test_the_audit_is_read_backwards_a_stretch_at_a_time(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    uow.audit.append("case.opened", actor="staff:chen", subject_id=7, ref="YY20260001", detail={"a": 1})
    clock.advance(days=1)
    row = {"at": clock.now(), "action": "grade.in_force", "actor": "system", "ref": "", "detail": {}}
    uow.connection.execute(audit.insert(), [row] * (STRETCH + 5))
    clock.advance(days=1)
    uow.audit.append("case.step", actor="staff:chen", ref="YY20260001")

    def actions(wanted: AuditSearch, before: int | None = None) -> tuple[list[str], int | None]:
        rows, after = uow.auditing.rows(wanted, before=before, limit=2)
        return [row.action for row in rows], after

    found, after = actions(AuditSearch())
    assert found == ["case.step", "grade.in_force"]
    assert actions(AuditSearch(), after)[0] == ["grade.in_force"] * 2
    found, after = actions(AuditSearch(action="case."))
    assert found == ["case.step"]
    assert actions(AuditSearch(action="case."), after) == (["case.opened"], None)
    first_day = AuditSearch(since=clock.now() - timedelta(days=3), until=clock.now() - timedelta(days=1))
    assert actions(first_day) == (["case.opened"], None)
    assert actions(AuditSearch(since=clock.now(), actor="staff:chen", ref="YY20260001")) == (
        ["case.step"],
        None,
    )
    assert actions(AuditSearch(until=clock.now() - timedelta(days=2))) == ([], None)
    assert actions(replace(first_day, subject_id=7)) == (["case.opened"], None)
    assert actions(replace(first_day, subject_id=8)) == ([], None)


def test_who_looked_is_read_by_subject_viewer_and_day(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    for subject_id, viewer in ((1, "staff:chen"), (2, "staff:liu"), (1, "person:3")):
        uow.queries.note(subject_id=subject_id, viewer=viewer, purpose="查", at=clock.now())
        clock.advance(days=1)

    def viewers(wanted: AuditSearch) -> list[str]:
        return [row.viewer for row in uow.auditing.queries(wanted, before=None, limit=9)[0]]

    assert viewers(AuditSearch()) == ["person:3", "staff:liu", "staff:chen"]
    assert viewers(AuditSearch(subject_id=1)) == ["person:3", "staff:chen"]
    assert viewers(AuditSearch(actor="staff:liu")) == ["staff:liu"]
    assert viewers(AuditSearch(since=clock.now() - timedelta(days=2))) == ["person:3", "staff:liu"]


def test_the_chain_is_told_as_it_stands(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    assert uow.auditing.chain().sealed == 0
    uow.audit.append("case.opened", actor="system")
    waiting = uow.auditing.chain()
    assert (waiting.unsealed, waiting.oldest_unsealed_at, waiting.verified) == (1, clock.now(), None)
    uow.sealing.seal_batch()
    found = Verified(clock.now(), 1, "断", 1)
    uow.auditing.note_verified(found)
    state = uow.auditing.chain()
    assert (state.sealed, state.head) == uow.sealing.head()
    assert (state.unsealed, state.oldest_unsealed_at, state.verified) == (0, None, found)
