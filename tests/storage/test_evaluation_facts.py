"""The facts for bulk evaluation: the same units as one by one, in subject order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.model.assessment import BaseGrade
from domain.model.record import Record, RecordKind, RecordState, Severity, Violation, units_of
from domain.model.subject import Subject, SubjectKind
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock


@pytest.fixture
def firms(uow: SqlUnitOfWork, clock: FixedClock) -> list[int]:
    """Five firms: with two, one, no and two records; the last one belongs to a batch that never was."""
    ids = [uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, f"第{n}号")) for n in range(5)]
    hidden = uow.batches.open("penalties", file_sha256="f", source="", by="x", at=clock.now())
    for number, (firm, batch) in enumerate(
        [(ids[0], None), (ids[0], None), (ids[1], None), (ids[3], None), (ids[3], None), (ids[4], hidden)]
    ):
        record = Record(
            0,
            firm,
            RecordKind.PENALTY if number % 2 else RecordKind.PUBLIC_EVALUATION,
            "决定",
            date(2026, 1, 28 - number),
            state=RecordState.CONTESTED if number % 3 else RecordState.VALID,
            rating="良好",
            score=None if number % 2 else Decimal("85.01"),
            valid_until=date(2027, 1, 1),
            violations=(
                Violation(1, "甲", ("警告", "罚款"), 100, severity=Severity.MINOR),
                Violation(2, "乙", ("罚款",), 200, severity=Severity.SERIOUS),
            )
            if number % 2
            else (),
        )
        uow.records.add(record, business_key=str(number), batch_id=batch)
    return ids


def test_a_page_gives_what_is_read_one_by_one(uow: SqlUnitOfWork, firms: list[int]) -> None:
    page = {facts.subject_id: facts.units for facts in uow.evaluations.page(after=0, limit=100)}
    assert list(page) == firms
    for firm in firms:
        records = sorted(uow.records.of_subject(firm), key=lambda record: (record.decided_on, record.id))
        assert page[firm] == tuple(unit for record in records for unit in units_of(record))
    assert page[firms[4]] == ()


def test_pages_follow_each_other_in_the_order_of_ids(uow: SqlUnitOfWork, firms: list[int]) -> None:
    seen: list[int] = []
    while page := uow.evaluations.page(after=seen[-1] if seen else 0, limit=2):
        assert len(page) <= 2
        seen += [facts.subject_id for facts in page]
    assert seen == firms


def test_the_newest_imported_result_comes_with_its_subject(
    uow: SqlUnitOfWork, firms: list[int], clock: FixedClock
) -> None:
    batch = uow.batches.open("public-grades", file_sha256="f", source="", by="x", at=clock.now())
    newest = BaseGrade(firms[1], "public", "A", None, date(2026, 5, 1), "省平台", batch, "x")
    for grade in (
        newest,
        BaseGrade(firms[1], "public", "B", None, date(2025, 5, 1), "省平台", batch, "x"),
        BaseGrade(firms[2], "industry", "C", None, date(2026, 5, 1), "省平台", batch, "x"),
    ):
        uow.assessments.add_base_grade(grade)
    uow.batches.flip(batch, clock.now(), {})
    found = {facts.subject_id: facts.base for facts in uow.evaluations.page(after=0, limit=100) if facts.base}
    assert found == {firms[1]: newest}
