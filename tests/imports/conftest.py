"""An office that imports files and looks at what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from domain.model.assessment import BaseGrade
from domain.model.record import Record
from domain.model.subject import Subject
from domain.ports import Sealer
from domain.rules.rulebook import Rulebook
from domain.services.import_report import ImportReport
from storage.importing import import_file
from storage.rulebook_files import load_rulebook
from storage.session import SessionFactory, open_sessions
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.imports import factory


@dataclass
class ImportingOffice:
    """Imports by the one way in; reads by the ports that the chat uses."""

    session: SessionFactory
    rulebook: Rulebook
    clock: FixedClock
    sealer: Sealer
    folder: Path

    def imports(self, kind: str, path: Path, **options: Any) -> ImportReport:
        options = {"by": "zhangwei", "rulebook": self.rulebook} | options
        return import_file(self.session, kind, path, clock=self.clock, sealer=self.sealer, **options)

    def file(self, head: Sequence[Any], *rows: Sequence[Any], name: str = "file.xlsx") -> Path:
        """A plain workbook: the header in the first row."""
        return factory.xlsx(self.folder / name, [head, *rows])

    def subject(self, number: int) -> Subject | None:
        with self.session() as uow:
            return uow.subjects.by_uscc(factory.code(number))

    def records(self, number: int) -> list[Record]:
        subject = self.subject(number)
        if subject is None:
            return []
        with self.session() as uow:
            return uow.records.of_subject(subject.id)

    def record(self, number: int) -> Record:
        """The one record of a firm."""
        (record,) = self.records(number)
        return record

    def grade(self, number: int) -> BaseGrade | None:
        subject = self.subject(number)
        assert subject is not None
        with self.session() as uow:
            return uow.assessments.base_grade(subject.id)

    def rejected(self, report: ImportReport) -> list[dict[str, Any]]:
        """The rows of the workbook that goes back, by caption."""
        if report.rejected_file is None:
            return []
        rows = load_workbook(report.rejected_file).worksheets[0].iter_rows(values_only=True)
        head = [str(caption) for caption in next(rows)]
        return [dict(zip(head, row, strict=True)) for row in rows]

    def reason(self, report: ImportReport) -> str:
        """Why the one rejected row came back."""
        (row,) = self.rejected(report)
        return str(row["退回原因"])


@pytest.fixture
def office(sqlite_url: str, sealer: Vault, clock: FixedClock, tmp_path: Path) -> Iterator[ImportingOffice]:
    with open_sessions(sqlite_url, sealer=sealer, clock=clock) as session:
        yield ImportingOffice(session, load_rulebook("pinglu"), clock, sealer, tmp_path)


@pytest.fixture
def full_office(office: ImportingOffice) -> ImportingOffice:
    """An office that knows the firms 1 to 9."""
    rows = [factory.subject(number) for number in range(1, 10)]
    office.imports("subjects", office.file(factory.SUBJECT_HEAD, *rows, name="register.xlsx"))
    return office
