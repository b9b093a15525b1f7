"""What the repositories of subjects, records, staff and batches promise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.errors import NotFound, Refused
from domain.model.person import Staff
from domain.model.record import Record, RecordKind, RecordState, Severity, Violation
from domain.model.subject import Subject, SubjectKind
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

FIRM = Subject(
    0,
    SubjectKind.LEGAL_PERSON,
    "平陆县示例有限公司",
    "91140829MA0EXAMPL1",
    former_names=("示例一号有限公司",),
    domains=("工程建设", "税务"),
    industry="制造业",
)


def penalty(subject_id: int, **changes: object) -> Record:
    values: dict[str, object] = {
        "id": 0,
        "subject_id": subject_id,
        "kind": RecordKind.PENALTY,
        "title": "行政处罚决定",
        "decided_on": date(2026, 3, 1),
        "authority": "平陆县市场监督管理局",
        "doc_no": "平市监罚〔2026〕1号",
        "source": "双公示",
        "submitter": "市监局",
        "published_on": date(2026, 3, 8),
        "publicity_until": date(2026, 6, 8),
        "score": Decimal("85.010"),
        "violations": (
            Violation(1, "未按规定公示", ("警告", "罚款"), 500_000, 12, "某法第十条", Severity.ORDINARY),
            Violation(2, "逾期不改", (), 0, 0, "", Severity.MINOR),
        ),
    }
    return Record(**(values | changes))  # type: ignore[arg-type]


def test_a_subject_comes_back_as_it_was_stored(uow: SqlUnitOfWork) -> None:
    new_id = uow.subjects.add(FIRM)
    stored = uow.subjects.get(new_id)
    assert stored == Subject(
        new_id, FIRM.kind, FIRM.name, FIRM.uscc, FIRM.former_names, FIRM.domains, FIRM.industry
    )
    assert uow.subjects.by_uscc("91140829MA0EXAMPL1") == stored
    assert uow.subjects.by_uscc("91140829MA0EXAMPL2") is None
    assert uow.subjects.count() == 1


def test_a_subject_that_is_not_there_is_a_refusal_that_people_can_read(uow: SqlUnitOfWork) -> None:
    with pytest.raises(NotFound) as refusal:
        uow.subjects.get(404)
    assert "没有这个主体" in refusal.value.text


def test_a_firm_is_found_by_its_present_and_by_every_former_name(uow: SqlUnitOfWork) -> None:
    new_id = uow.subjects.add(FIRM)
    uow.subjects.rename(new_id, "示例三号有限公司")
    for name in ("示例一号有限公司", "平陆县示例有限公司", "示例三号有限公司"):
        assert [s.id for s in uow.subjects.by_name(name)] == [new_id], name
    assert uow.subjects.get(new_id).former_names == ("示例一号有限公司", "平陆县示例有限公司")
    assert uow.subjects.by_name("示例") == []


def test_two_firms_of_one_name_are_both_found(uow: SqlUnitOfWork) -> None:
    ids = [uow.subjects.add(Subject(0, SubjectKind.SOLE_TRADER, "老王面馆")) for _ in range(2)]
    assert [s.id for s in uow.subjects.by_name("老王面馆")] == ids


def test_a_firm_that_takes_an_old_name_again_bears_it_once(uow: SqlUnitOfWork) -> None:
    new_id = uow.subjects.add(FIRM)
    uow.subjects.rename(new_id, "甲")
    uow.subjects.rename(new_id, FIRM.name)
    uow.subjects.rename(new_id, FIRM.name)
    stored = uow.subjects.get(new_id)
    assert stored.name == FIRM.name
    assert stored.former_names == ("示例一号有限公司", "甲")


def test_an_old_code_leads_to_its_subject_by_the_table(uow: SqlUnitOfWork) -> None:
    new_id = uow.subjects.add(FIRM)
    other = uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, "乙"))
    uow.subjects.add_legacy_code("140829000000001", new_id)
    uow.subjects.add_legacy_code("140829000000001", other)
    found = uow.subjects.by_legacy_code("140829000000001")
    assert found is not None
    assert found.id == new_id
    assert uow.subjects.by_legacy_code("140829000000002") is None


@pytest.mark.clause("S2-03")
def test_a_natural_person_is_matched_by_a_keyed_hash(uow: SqlUnitOfWork) -> None:
    number = b"11010119900307001X"
    digest = uow.sealer.digest("id number", number)
    person = Subject(0, SubjectKind.NATURAL_PERSON, "张三")
    new_id = uow.subjects.add(person, id_sealed=uow.sealer.seal("id number", number), id_hash=digest)
    found = uow.subjects.by_id_hash(digest)
    assert found is not None
    assert found.id == new_id
    assert uow.subjects.by_id_hash(uow.sealer.digest("id number", b"other")) is None


def test_a_record_comes_back_with_its_violations(uow: SqlUnitOfWork) -> None:
    subject_id = uow.subjects.add(FIRM)
    record = penalty(subject_id)
    new_id = uow.records.add(record, business_key="k1", batch_id=None)
    assert uow.records.get(new_id) == penalty(subject_id, id=new_id)
    assert uow.records.of_subject(subject_id) == [penalty(subject_id, id=new_id)]
    assert uow.records.get(new_id + 1) is None


def test_the_same_decision_is_stored_once(uow: SqlUnitOfWork) -> None:
    subject_id = uow.subjects.add(FIRM)
    first = uow.records.add(penalty(subject_id), business_key="k1", batch_id=None)
    again = uow.records.add(penalty(subject_id), business_key="k1", batch_id=None)
    assert again == first
    assert len(uow.records.of_subject(subject_id)) == 1


def test_records_come_newest_first_and_the_limit_counts_records(uow: SqlUnitOfWork) -> None:
    subject_id = uow.subjects.add(FIRM)
    for month in (3, 1, 2):
        record = penalty(subject_id, decided_on=date(2026, month, 1))
        uow.records.add(record, business_key=f"k{month}", batch_id=None)
    months = [record.decided_on.month for record in uow.records.of_subject(subject_id, limit=2)]
    assert months == [3, 2]
    assert all(len(record.violations) == 2 for record in uow.records.of_subject(subject_id, limit=2))


def test_a_record_changes_its_state_and_nothing_else(uow: SqlUnitOfWork) -> None:
    subject_id = uow.subjects.add(FIRM)
    new_id = uow.records.add(penalty(subject_id), business_key="k1", batch_id=None)
    uow.records.set_state(new_id, RecordState.REPAIRED)
    assert uow.records.get(new_id) == penalty(subject_id, id=new_id, state=RecordState.REPAIRED)


def test_rows_of_a_batch_count_from_the_flip_on(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    subject_id = uow.subjects.add(FIRM)
    batch = uow.batches.open("penalties", file_sha256="f", source="双公示", by="LiSi", at=clock.now())
    new_id = uow.records.add(penalty(subject_id), business_key="k1", batch_id=batch)
    assert uow.records.of_subject(subject_id) == []
    assert uow.records.get(new_id) is None
    uow.batches.flip(batch, clock.now(), {"accepted": 1})
    assert [record.id for record in uow.records.of_subject(subject_id)] == [new_id]


def test_a_batch_is_flipped_or_abandoned_once(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    batch = uow.batches.open("penalties", file_sha256="f", source="双公示", by="LiSi", at=clock.now())
    uow.batches.advance(batch, 500)
    unfinished = uow.batches.unfinished("penalties")
    assert unfinished is not None
    assert unfinished.cursor == 500
    uow.batches.flip(batch, clock.now(), {"accepted": 3})
    for change in (
        lambda: uow.batches.flip(batch, clock.now(), {}),
        lambda: uow.batches.abandon(batch, clock.now(), "x"),
        lambda: uow.batches.advance(batch, 1),
        lambda: uow.batches.flip(404, clock.now(), {}),
    ):
        with pytest.raises(Refused):
            change()
    stored = uow.batches.get(batch)
    assert stored is not None
    assert (stored.totals, stored.flipped_at) == ({"accepted": 3}, clock.now())
    assert uow.batches.unfinished("penalties") is None


def test_an_abandoned_batch_says_why_and_is_not_resumed(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    batch = uow.batches.open("awards", file_sha256="f", source="", by="LiSi", at=clock.now())
    uow.batches.abandon(batch, clock.now(), "表头不对")
    stored = uow.batches.get(batch)
    assert stored is not None
    assert stored.reason == "表头不对"
    assert stored.flipped_at is None
    assert uow.batches.unfinished("awards") is None
    assert uow.batches.get(404) is None


def test_staff_are_saved_and_overwritten_by_userid(uow: SqlUnitOfWork) -> None:
    uow.staff.save(Staff("b", "李四", ("经办",), "信用办"))
    uow.staff.save(Staff("a", "王五", ("审批", "审计"), "信用办"))
    uow.staff.save(Staff("b", "李四", ("经办",), "信用办", enabled=False))
    assert uow.staff.get("b") == Staff("b", "李四", ("经办",), "信用办", False)
    assert uow.staff.get("c") is None
    assert [member.userid for member in uow.staff.all()] == ["a", "b"]
