"""One file from disk to visible rows: read, check, stage in chunks, flip.

``import_file`` is the only way in. It may be called from a command, a job thread or a test; it needs
a way to short transactions and nothing else. However it ends, either everything that was accepted is
visible, or nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.clock import Clock, legal_date
from domain.errors import Refused, XinshiError
from domain.office import AuthorityName
from domain.ports import Sealer
from domain.rules.cleaning import clean_name
from domain.rules.rulebook import Rulebook
from domain.services.import_kinds import STAFF, ImportKind, import_kind
from domain.services.import_ledger import Plan
from domain.services.import_report import ImportReport
from domain.services.import_rows import Sheet
from storage import imports
from storage.import_preview import Preview
from storage.import_run import ImportRun, Progress
from storage.session import SessionFactory
from storage.spreadsheet_headers import best_sheet, first_row_as_header, require_complete
from storage.spreadsheet_rejects import RejectedWorkbook
from storage.spreadsheets import Limits, open_workbook
from storage.staff_import import import_staff


def import_file(
    session: SessionFactory,
    kind: str,
    path: Path,
    *,
    rulebook: Rulebook,
    clock: Clock,
    sealer: Sealer,
    by: str,
    source: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
    authorities: Mapping[str, AuthorityName] | None = None,
    limits: Limits | None = None,
    columns: Mapping[str, str] | None = None,
    preview: Preview | None = None,
) -> ImportReport:
    """Import a file of one kind (``subjects``, ``public-grades``, ``penalties``, ``awards``, ``serious-list``,
    ``staff``).

    ``by`` is the named person whose act this is; ``authorities`` tells what every name of an
    authority means (M20); ``progress`` is told rows done and rows in all; ``columns`` says what headers
    mean where somebody told by hand, and ``preview`` collects what is shown before an import.
    Rejected rows go to ``FILE.rejected.xlsx`` beside the file. ``dry_run`` writes the report and
    that workbook only. ``Refused`` is one Chinese line, and nothing is imported then.
    """
    wanted = import_kind(kind)
    if wanted is STAFF:
        return import_staff(
            session,
            path,
            clock=clock,
            by=by,
            dry_run=dry_run,
            progress=progress,
            authorities=authorities or {},
            limits=limits,
            columns=columns,
            preview=preview,
        )
    if not dry_run:
        _tidy(session, clock)
    with open_workbook(path, limits) as workbook:
        found = best_sheet(workbook.heads, wanted, columns)
        if preview is not None:
            preview.header(workbook.form, found or first_row_as_header(workbook.heads), wanted)
        head, header = require_complete(found, wanted)
        sheet = Sheet(
            wanted,
            header.places,
            header.captions,
            rulebook,
            legal_date(clock.now()),
            sealer,
            source or path.name[:200],
            date1904=head.date1904,
            codes_as_text=workbook.form in ("xlsx", "xls"),
            authorities={clean_name(name): known for name, known in (authorities or {}).items()},
        )
        beside = path.with_name(f"{path.name}.rejected.xlsx")
        store = _Store(session, clock, wanted, _sha256(path), sheet.source, by[:100], dry_run)
        with RejectedWorkbook(beside, header.captions, header.personal) as rejected, store:
            run = ImportRun(sheet, store, rejected, preview)
            run.read(workbook.rows(head), head, header, progress)
            rejected_file = rejected.save()
            store.flip(run.totals())
        return run.report(path, workbook, head, header, rejected_file)


def _sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _tidy(session: SessionFactory, clock: Clock) -> None:
    """Finish or remove what an import that died has left; ``Refused`` while one is alive."""
    with session() as uow:
        imports.require_idle(uow.connection, clock.now())
        undecided = imports.left_over(uow.connection)
        decided = imports.unfinished(uow.connection)
    for batch_id in undecided:
        _until_done(session, imports.purge, batch_id)
    for batch_id in decided:
        _until_done(session, imports.apply_changes, batch_id)


def _until_done(session: SessionFactory, step: Callable[[Connection, int], bool], batch_id: int) -> None:
    more = True
    while more:
        with session() as uow:
            more = step(uow.connection, batch_id)


class _Store:
    """The database side of one import: opens its batch with the first write, ends it in one of two ways."""

    def __init__(
        self,
        session: SessionFactory,
        clock: Clock,
        kind: ImportKind,
        file_sha256: str,
        source: str,
        by: str,
        dry_run: bool,
    ) -> None:
        self._session = session
        self._clock = clock
        self._kind = kind
        self._file_sha256 = file_sha256
        self._source = source
        self.by = by
        self.dry_run = dry_run
        self.batch_id: int | None = None
        self._changes = 0

    def __enter__(self) -> _Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Whatever cut the import short: its rows never count."""
        if error is None or self.batch_id is None:
            return
        with self._session() as uow:
            imports.abandon(uow.connection, self.batch_id, self._clock.now(), type(error).__name__)
        if isinstance(error, XinshiError):
            _until_done(self._session, imports.purge, self.batch_id)

    def write(self, work: Callable[[Connection], Plan]) -> Plan:
        """Look up, plan and stage one chunk in one short transaction."""
        try:
            with self._session() as uow:
                plan = work(uow.connection)
                batch_id = self._stage(uow.connection, plan) if plan.writes and not self.dry_run else None
        except IntegrityError as error:
            raise Refused("导入期间数据被他人改动，什么也没有导入，请重新导入", log=str(error)) from error
        if batch_id is not None:
            self.batch_id = batch_id
            self._changes += len(plan.changes)
        return plan

    def flip(self, totals: dict[str, int]) -> None:
        """Make everything visible; then roll the rest of many changes forward."""
        if self.batch_id is None:
            return
        with self._session() as uow:
            imports.flip(uow.connection, self.batch_id, self._clock.now(), totals)
            uow.audit.append(
                "import.flip",
                actor=self.by,
                ref=f"batch:{self.batch_id}",
                detail={"kind": self._kind.id, "sha256": self._file_sha256} | totals,
            )
        _until_done(self._session, imports.apply_changes, self.batch_id)

    def _stage(self, connection: Connection, plan: Plan) -> int:
        now = self._clock.now()
        batch_id = self.batch_id
        if batch_id is None:
            batch_id = imports.open_batch(
                connection,
                self._kind.id,
                file_sha256=self._file_sha256,
                source=self._source,
                by=self.by,
                now=now,
            )
        else:
            imports.renew(connection, batch_id, now)
        imports.stage(connection, plan, batch_id, self._changes + 1)
        return batch_id
