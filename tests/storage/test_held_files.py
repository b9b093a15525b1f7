"""Which files some row refers to: every column that names one is asked."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.model.case import Case, CaseKind, Evidence
from storage.files import FolderFiles
from storage.held_files import NAMING
from storage.tables import metadata
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def test_a_file_of_a_case_is_held_and_another_is_not(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    plain = Case(
        0, "YY20260001", CaseKind.OBJECTION, "待受理", 1, None, None, "信用办", "", clock.now(), None, False
    )
    case = uow.cases.add(plain)
    uow.evidence.add(Evidence(0, case.id, "a" * 64, "image/png", 12, "执照.png", clock.now(), "person:7"))
    assert uow.held_files.among(["a" * 64, "b" * 64, ".half-1"]) == {"a" * 64}


def test_every_column_that_names_a_file_is_asked() -> None:
    #: hashes of what is not in the folder: of texts, and of tables as they were uploaded
    elsewhere = {"batches.file_sha256", "commitments.text_sha256", "papers.text_sha256", "intakes.sha256"}
    hashes = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if "sha256" in column.name
    }
    asked = {f"{column.table.name}.{column.name}" for column in NAMING}
    assert hashes - elsewhere <= asked


def aged(files: FolderFiles, data: bytes, hours: int, root: Path) -> str:
    """A file that was put so many hours ago."""
    name = files.put(data, 2026)
    moment = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(root / "2026" / name, (moment, moment))
    return name


def test_a_file_that_is_put_again_is_as_new(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    old, young = aged(files, b"old", 30, tmp_path), aged(files, b"young", 2, tmp_path)
    before = NOW - timedelta(days=1)
    assert files.older(before) == [old]
    assert not files.delete_older(young, before)
    files.put(b"old", 2027)
    assert files.older(before) == []
    assert not files.delete_older(old, before)
    assert files.exists(old)
