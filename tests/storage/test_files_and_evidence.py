"""The attachments folder, the evidence of cases, and media still to be fetched, on both engines."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.errors import NotFound, Unavailable
from domain.model.case import Case, CaseKind, Evidence
from domain.model.person import Channel
from storage.files import FolderFiles
from storage.tables import evidence as evidence_rows
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

LEASE = timedelta(minutes=2)


@pytest.fixture
def files(tmp_path: Path) -> FolderFiles:
    return FolderFiles(tmp_path / "attachments")


@pytest.fixture
def case(uow: SqlUnitOfWork, clock: FixedClock) -> Case:
    plain = Case(
        0, "YY20260001", CaseKind.OBJECTION, "待受理", 1, None, None, "信用办", "", clock.now(), None, False
    )
    return uow.cases.add(plain)


def item(case: Case, clock: FixedClock, letter: str = "a") -> Evidence:
    return Evidence(0, case.id, letter * 64, "image/png", 12, "执照.png", clock.now(), "person:7")


def test_a_file_lies_under_its_year_and_hash_once(files: FolderFiles, tmp_path: Path) -> None:
    name = files.put(b"proof", 2026)
    assert name == sha256(b"proof").hexdigest()
    assert files.put(b"proof", 2027) == name
    assert [p.relative_to(tmp_path / "attachments").as_posix() for p in tmp_path.rglob(name)] == [
        f"2026/{name}"
    ]
    assert files.get(name) == b"proof"
    assert files.exists(name)


def test_a_deleted_file_is_gone_and_deleting_again_harms_nobody(files: FolderFiles) -> None:
    name = files.put(b"proof", 2026)
    files.delete(name)
    files.delete(name)
    assert not files.exists(name)
    with pytest.raises(NotFound):
        files.get(name)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "2026"])
def test_no_name_leads_out_of_the_folder(files: FolderFiles, name: str) -> None:
    files.put(b"proof", 2026)
    assert not files.exists(name)
    with pytest.raises(NotFound):
        files.get(name)


def test_a_file_that_was_changed_behind_our_back_is_not_handed_out(
    files: FolderFiles, tmp_path: Path
) -> None:
    name = files.put(b"proof", 2026)
    (tmp_path / "attachments" / "2026" / name).write_bytes(b"other")
    with pytest.raises(Unavailable):
        files.get(name)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(Unavailable):
        FolderFiles(tmp_path / "taken").put(b"proof", 2026)


def test_the_same_file_is_kept_once_with_a_case(uow: SqlUnitOfWork, clock: FixedClock, case: Case) -> None:
    first = uow.evidence.add(item(case, clock))
    assert first is not None
    assert uow.evidence.add(item(case, clock)) is None
    uow.evidence.add(item(case, clock, "b"))
    kept = uow.evidence.of_case(case.id)
    assert [each.sha256[0] for each in kept] == ["a", "b"]
    assert uow.evidence.get(first) == kept[0]
    assert kept[0].name == "执照.png"
    assert uow.evidence.get(404) is None


def test_the_name_of_a_file_is_sealed(uow: SqlUnitOfWork, clock: FixedClock, case: Case) -> None:
    uow.evidence.add(item(case, clock))
    stored = uow.connection.execute(select(evidence_rows.c.name)).scalar_one()
    assert "执照".encode() not in stored


def test_media_are_leased_once_and_come_again_after_the_lease(
    uow: SqlUnitOfWork, clock: FixedClock, case: Case
) -> None:
    queue = uow.evidence
    assert queue.queue(case.id, Channel.WECHAT, "M1", by="person:7", at=clock.now())
    assert not queue.queue(case.id, Channel.WECHAT, "M1", by="person:7", at=clock.now())
    assert queue.count(case.id) == 1
    (media,) = queue.lease(clock.now(), LEASE, limit=5)
    assert (media.media_id, media.attempts, media.by) == ("M1", 1, "person:7")
    assert queue.lease(clock.now(), LEASE, limit=5) == []
    clock.advance(minutes=3)
    assert queue.lease(clock.now(), LEASE, limit=5)[0].attempts == 2
    assert queue.fetched(media.id)
    assert not queue.fetched(media.id)
    assert queue.count(case.id) == 0


def test_what_failed_for_good_is_not_tried_again(uow: SqlUnitOfWork, clock: FixedClock, case: Case) -> None:
    uow.evidence.queue(case.id, Channel.WECHAT, "M1", by="person:7", at=clock.now())
    (media,) = uow.evidence.lease(clock.now(), LEASE, limit=5)
    uow.evidence.again(media.id, clock.now() + timedelta(hours=1))
    assert uow.evidence.failed(media.id, "gone")
    assert not uow.evidence.failed(media.id, "gone")
    clock.advance(days=1)
    assert uow.evidence.lease(clock.now(), LEASE, limit=5) == []
