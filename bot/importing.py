"""Tables that members of staff uploaded: checked, and imported once a second person agreed.

A job takes one after the other. It works in a thread, in short transactions
of its own, as the command line does it. What it took comes up again where its
process dies; whatever happens, somebody is told, and nothing is half imported.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from typing import TypeVar

import structlog

from bot.pipeline import House
from domain.clock import Clock
from domain.errors import Refused
from domain.model.intake import Checkup, Glimpse, Intake, IntakeState
from domain.office import AuthorityName
from domain.ports import Files, Sealer
from domain.rules.rulebook import Rulebook
from domain.services import intakes
from domain.services.case_owners import department_names
from domain.services.grades import reassess_evaluated
from domain.services.import_kinds import STAFF
from domain.services.import_report import ImportReport
from storage.import_preview import Preview
from storage.import_run import Progress
from storage.importing import import_file
from storage.imports import ImportBusyError, batch_of_file, touched_subjects
from storage.runner import Priority
from storage.session import SessionFactory, service_sessions
from storage.unit_of_work import SqlUnitOfWork

log = structlog.get_logger("xinshi.import")

T = TypeVar("T")

#: subjects evaluated again one by one after an import, and in how short a transaction
AT_ONCE, CHUNK = 2000, 20
#: uploaded tables and rejected rows are sealed in the file store under this
PURPOSE = "intake-file"
#: tables looked at in one sweep
SWEPT_AT_ONCE = 20
_NAME = re.compile(r"[^\w.()（）-]+")

REASSESSED = "已重新评价{all}个主体：{in_force}个结果生效，{proposed}个变差、待批准。"
MANY = "涉及的主体较多，请管理员运行 xinshi evaluate 重新评价。"
CAUGHT_UP = "导入在服务重新启动前已经完成。"


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of a table in its thread; ``checkup`` is None where a column is missing."""

    checkup: Checkup | None
    glimpse: Glimpse | None
    rejected: bytes = b""
    batch_id: int | None = None


class Importer:
    """Works on the oldest table that waits for it."""

    def __init__(self, house: House, database_url: str, files: Files, folder: Path) -> None:
        self._house = house
        self._database_url = database_url
        self._files = files
        self._folder = folder

    async def work(self) -> int:
        """Check or import one table to its end; 1 where there was one."""
        intake = await self._run(self._lease)
        if intake is None:
            return 0
        if intake.attempts >= intakes.MOST_ATTEMPTS:
            await self._failed(intake, intakes.BROKEN)
            return 1
        try:
            result = await asyncio.to_thread(self._done, intake)
        except ImportBusyError:
            await self._run(lambda uow: uow.intakes.postpone(intake))
            return 0
        except Refused as refusal:
            await self._failed(intake, refusal.text)
        else:
            await self._report(intake, result)
        return 1

    async def sweep(self) -> int:
        """Let go of bytes that nobody needs any more; how many tables were looked at."""
        stale = await self._run(self._stale)
        for intake in stale:
            await self._let_go(intake)
        return len(stale)

    async def _let_go(self, intake: Intake) -> None:
        for name in intakes.unneeded(intake, self._house.clock.now()):
            await self._delete(name)
        await self._run(lambda uow: intakes.let_go(self._house.work(uow), intake))

    # -- in the thread -------------------------------------------------------------

    def _done(self, intake: Intake) -> _Result:
        house = self._house
        with (
            self._on_disk(intake) as path,
            service_sessions(self._database_url, sealer=house.sealer, clock=house.clock) as session,
        ):
            if intake.state is IntakeState.CHECKING:
                return self._check(session, intake, path)
            return self._import(session, intake, path)

    def _check(self, session: SessionFactory, intake: Intake, path: Path) -> _Result:
        preview = Preview()
        try:
            report = self._file(session, intake, path, preview, dry_run=True)
        except Refused:
            if preview.glimpse is None or not preview.glimpse.missing:
                raise
            return _Result(None, preview.glimpse)
        return _Result(_checkup(report), preview.glimpse, _rejected(report))

    def _import(self, session: SessionFactory, intake: Intake, path: Path) -> _Result:
        done = self._done_before(session, intake)
        if done is not None:
            return done
        report = self._file(session, intake, path, None, dry_run=False)
        verdicts: dict[str, int] = {}
        if report.batch_id is not None:
            house = self._house
            verdicts = reassess_touched(session, report.batch_id, house.rulebook, house.clock)
        return _Result(_checkup(report, *_said(verdicts)), None, _rejected(report), report.batch_id)

    def _file(
        self, session: SessionFactory, intake: Intake, path: Path, preview: Preview | None, *, dry_run: bool
    ) -> ImportReport:
        house = self._house
        return import_file(
            session,
            intake.kind,
            path,
            rulebook=house.rulebook,
            clock=house.clock,
            sealer=house.sealer,
            by=intake.decider or intake.by,
            dry_run=dry_run,
            progress=self._progress(session, intake),
            authorities=self._authorities(intake.kind),
            columns=intake.columns,
            preview=preview,
        )

    def _authorities(self, kind: str) -> dict[str, AuthorityName]:
        """What every name of a department means (M20); staff also belong to the credit office itself."""
        office = self._house.office
        if kind != STAFF.id:
            return dict(office.authorities())
        return {name: AuthorityName(present) for name, present in department_names(office).items()}

    def _done_before(self, session: SessionFactory, intake: Intake) -> _Result | None:
        """The import whose process died before it could say so: its rows count already."""
        with session() as uow:
            batch = batch_of_file(uow.connection, intake.kind, intake.sha256)
        if batch is None or intake.decided_at is None or batch.opened_at < intake.decided_at:
            return None
        sums = {key: batch.totals.get(key, 0) for key in _COUNTS}
        return _Result(Checkup(**sums, lines=(CAUGHT_UP,)), None, batch_id=batch.id)

    def _progress(self, session: SessionFactory, intake: Intake) -> Progress:
        clock = self._house.clock

        def note(done: int, in_all: int) -> None:
            with session() as uow:
                uow.intakes.note_progress(intake, done, in_all, clock.now() + intakes.LEASE)

        return note

    @contextmanager
    def _on_disk(self, intake: Intake) -> Iterator[Path]:
        """The table in a folder of its own, under a name without surprises, for as long as it is read."""
        folder = self._folder / token_hex(8)
        folder.mkdir(parents=True, mode=0o700)
        try:
            path = folder / (_NAME.sub("_", intake.name)[-80:].lstrip(".") or "table")
            path.write_bytes(opened(self._house.sealer, self._files.get(intake.stored)))
            yield path
        finally:
            rmtree(folder, ignore_errors=True)

    # -- booking -------------------------------------------------------------------

    def _lease(self, uow: SqlUnitOfWork) -> Intake | None:
        now = self._house.clock.now()
        return uow.intakes.lease(now, now + intakes.LEASE)

    def _stale(self, uow: SqlUnitOfWork) -> list[Intake]:
        now = self._house.clock.now()
        return uow.intakes.stale(
            idle_before=now - intakes.IDLE_KEPT,
            ended_before=now - intakes.REJECTED_KEPT,
            limit=SWEPT_AT_ONCE,
        )

    async def _report(self, intake: Intake, result: _Result) -> None:
        rejected = await asyncio.to_thread(self._keep, result.rejected)

        def book(uow: SqlUnitOfWork) -> bool:
            work = self._house.work(uow)
            if intake.state is IntakeState.CHECKING:
                assert result.glimpse is not None, "what was checked was seen"
                return intakes.checked(work, intake, result.glimpse, result.checkup, rejected=rejected)
            assert result.checkup is not None, "what was imported was counted"
            return intakes.imported(
                work,
                intake,
                result.checkup,
                rejected=rejected,
                batch_id=result.batch_id,
                base_url=self._house.base_url,
            )

        booked = await self._run(book)
        # the rejected rows of the run before, or of one that nobody waits for any more
        await self._delete(intake.rejected if booked else rejected)
        log.info("table", action="import.worked", kind=intake.kind, state=intake.state, booked=booked)

    async def _failed(self, intake: Intake, reason: str) -> None:
        log.info("table failed", action="import.failed", kind=intake.kind, reason=reason)
        await self._run(lambda uow: intakes.failed(self._house.work(uow), intake, reason))

    def _keep(self, data: bytes) -> str:
        if not data:
            return ""
        return self._files.put(sealed(self._house.sealer, data), self._house.clock.now().year)

    async def _delete(self, name: str) -> None:
        if name:
            await asyncio.to_thread(self._files.delete, name)

    async def _run(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        return await self._house.runner.run(work, priority=Priority.BACKGROUND, limit_ms=None)


def sealed(sealer: Sealer, data: bytes) -> bytes:
    """A table as it lies in the file store; two of the same content lie there under two names."""
    return sealer.seal(PURPOSE, data)


def opened(sealer: Sealer, data: bytes) -> bytes:
    """A table, or the rows that came back, as they are handed out."""
    return sealer.open(PURPOSE, data)


def reassess_touched(
    session: SessionFactory, batch_id: int, rulebook: Rulebook, clock: Clock
) -> dict[str, int]:
    """Evaluate again whom an import touched and who was evaluated before (S2-05); how many ended how.

    Beyond ``AT_ONCE`` subjects that is left to ``xinshi evaluate``: {"left": 1}.
    """
    with session() as uow:
        touched = touched_subjects(uow.connection, batch_id, limit=AT_ONCE + 1)
    if len(touched) > AT_ONCE:
        return {"left": 1}
    counts = Counter[str]()
    for start in range(0, len(touched), CHUNK):
        with session() as uow:
            part = touched[start : start + CHUNK]
            verdicts = reassess_evaluated(uow, part, rulebook, clock.now())
        counts.update(verdict.value for verdict in verdicts)
    return dict(counts)


_COUNTS = ("read", "accepted", "repaired", "rejected", "duplicate")


def _checkup(report: ImportReport, *more: str) -> Checkup:
    lines = [line for line in report.lines() if not line.startswith("退回的行及原因")]
    counts = {name: getattr(report, name) for name in _COUNTS}
    return Checkup(**counts, lines=(*(line for line in lines if not line.startswith("试运行")), *more))


def _rejected(report: ImportReport) -> bytes:
    return report.rejected_file.read_bytes() if report.rejected_file is not None else b""


def _said(verdicts: dict[str, int]) -> list[str]:
    if not verdicts:
        return []
    if "left" in verdicts:
        return [MANY]
    in_force, proposed = verdicts.get("in force", 0), verdicts.get("proposed", 0)
    return [REASSESSED.format(all=sum(verdicts.values()), in_force=in_force, proposed=proposed)]
