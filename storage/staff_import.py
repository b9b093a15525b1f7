"""The file of a list of staff: read, checked whole, and kept in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from domain.clock import Clock, legal_date
from domain.errors import Refused
from domain.office import AuthorityName
from domain.rules.cleaning import clean_name
from domain.services.import_kinds import STAFF
from domain.services.import_report import ImportReport, Tally, keep
from domain.services.staff_rows import Outcome, StaffReader, StaffRow, settle
from domain.services.staff_rows import keep as keep_staff
from storage.import_preview import Preview
from storage.import_run import Progress, is_data, report_of
from storage.session import SessionFactory
from storage.spreadsheet_headers import Header, best_sheet, first_row_as_header, require_complete
from storage.spreadsheet_rejects import RejectedWorkbook
from storage.spreadsheets import Limits, OpenWorkbook, SheetHead, open_workbook

#: members that a list may hold; a longer one is another sort of file
_MOST = 20_000


def import_staff(
    session: SessionFactory,
    path: Path,
    *,
    clock: Clock,
    by: str,
    dry_run: bool,
    progress: Progress | None,
    authorities: Mapping[str, AuthorityName],
    limits: Limits | None,
    columns: Mapping[str, str] | None = None,
    preview: Preview | None = None,
) -> ImportReport:
    """Import a list of staff; as ``import_file``, without a batch: it is one short transaction."""
    names = {clean_name(name): known.present for name, known in authorities.items()}
    tally = Tally()
    with open_workbook(path, limits) as workbook:
        found = best_sheet(workbook.heads, STAFF, columns)
        if preview is not None:
            preview.header(workbook.form, found or first_row_as_header(workbook.heads), STAFF)
        head, header = require_complete(found, STAFF)
        reader = StaffReader(
            header.places, date1904=head.date1904, department=lambda name: names.get(name, name)
        )
        rows = list(_rows(workbook, head, header, reader, tally, progress))
        beside = path.with_name(f"{path.name}.rejected.xlsx")
        with RejectedWorkbook(beside, header.captions, header.personal) as rejected, session() as uow:
            today = legal_date(clock.now())
            known = {member.userid: member for member in uow.staff.all()}
            outcome = settle(rows, known, uow.staff.deputyships(today), today)
            _count(tally, outcome)
            for row in outcome.rejected:
                rejected.add(row.number, row.cells, row.reasons)
            if preview is not None:
                _show(preview, rows)
            rejected_file = rejected.save()
            if not dry_run:
                keep_staff(uow, outcome, by=by)
            departments = {member.department for member in known.values()} | set(names.values())
        notes = _notes(outcome, departments)
        return report_of(
            tally,
            STAFF,
            path,
            workbook,
            head,
            header,
            dry_run=dry_run,
            batch_id=None,
            rejected_file=rejected_file,
            notes=notes,
        )


def _show(preview: Preview, rows: list[StaffRow]) -> None:
    for row in rows:
        preview.row(row.cells)
        if row.reasons:
            preview.reject(row.number, row.reasons)


def _rows(
    workbook: OpenWorkbook,
    head: SheetHead,
    header: Header,
    reader: StaffReader,
    tally: Tally,
    progress: Progress | None,
) -> Iterator[StaffRow]:
    number = 0
    for chunk in workbook.rows(head):
        for cells in chunk:
            number += 1
            if number > header.bottom + 1 and is_data(STAFF, header.places, tally, number, cells):
                tally.read += 1
                yield reader.read(number, cells)
        if tally.read > _MOST:
            raise Refused(f"工作人员名单最多 {_MOST} 行，没有导入任何数据")
        if progress is not None:
            progress(number, max(head.height, number))


def _count(tally: Tally, outcome: Outcome) -> None:
    tally.accepted = len(outcome.accepted)
    tally.changed = len(outcome.changed)
    tally.duplicate = len(outcome.same)
    tally.rejected = len(outcome.rejected)
    for before, row in outcome.changed:
        keep(
            tally.diffs,
            [f"第 {row.number} 行：{before.name}（{before.userid}）{'，'.join(row.told(before))}"],
        )


def _notes(outcome: Outcome, departments: set[str]) -> Iterator[str]:
    """Departments that were not known before, each once (as ``staff add`` reports them)."""
    named = (row.member.department for row in outcome.accepted if row.member is not None)
    for name in dict.fromkeys(named):
        if name not in departments:
            yield f"部门“{name}”是新的，已一并登记"
