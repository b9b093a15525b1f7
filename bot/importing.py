"""A table that a member of staff uploaded: imported beside the service, reported to whoever sent it.

The import runs in a thread, in short transactions of its own, as the command
line does it. Whatever happens, the sender is told; nothing is half imported.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from shutil import rmtree

import structlog

from bot.pipeline import House
from domain.clock import Clock
from domain.errors import Refused, XinshiError
from domain.ports import Files
from domain.rules.rulebook import Rulebook
from domain.services import letters, links
from domain.services.grades import reassess_evaluated
from domain.services.import_kinds import import_kind
from domain.services.import_report import ImportReport
from domain.services.links import Purpose
from storage.importing import import_file
from storage.imports import touched_subjects
from storage.runner import Priority
from storage.session import SessionFactory, service_sessions
from storage.unit_of_work import SqlUnitOfWork

log = structlog.get_logger("xinshi.import")

#: subjects evaluated again one by one after an import, and in how short a transaction
AT_ONCE, CHUNK = 2000, 20
#: lines of a report that fit a message; the rejected rows are in the file
_LINES = 8

DONE = "导入“{title}”：{name}\n{lines}"
REJECTED = "\n退回的行和原因：{link}\n链接30分钟内有效，只给您用。"
MORE = "另有{count}行说明未列出。"
REASSESSED = "已重新评价{all}个主体：{in_force}个结果生效，{proposed}个变差、待批准。"
MANY = "涉及的主体较多，请管理员运行 xinshi evaluate 重新评价。"
REFUSED = "导入“{title}”没有成功：{name}\n{reason}\n没有写入任何数据。改好以后请重新回复“导入”。"
BROKEN = "系统出错，已记录。请联系管理员。"


class Importer:
    """Imports one uploaded table."""

    def __init__(self, house: House, database_url: str, files: Files) -> None:
        self._house = house
        self._database_url = database_url
        self._files = files

    async def run(self, path: Path, kind: str, *, person_id: int, userid: str) -> None:
        """Import the file, tell the sender, and remove the file with its folder."""
        try:
            report, verdicts = await asyncio.to_thread(self._import, path, kind, userid)
            text = await asyncio.to_thread(self._told, report, verdicts, kind, path.name, person_id)
        except Refused as refusal:
            text = REFUSED.format(title=import_kind(kind).title, name=path.name, reason=refusal.text)
        except (XinshiError, OSError) as error:
            log.error("import failed", action="import.failed", kind=kind, error=str(error))
            text = REFUSED.format(title=import_kind(kind).title, name=path.name, reason=BROKEN)
        finally:
            await asyncio.to_thread(rmtree, path.parent, ignore_errors=True)
        await self._tell(userid, text, path.parent.name)

    def _import(self, path: Path, kind: str, userid: str) -> tuple[ImportReport, dict[str, int]]:
        house = self._house
        with service_sessions(self._database_url, sealer=house.sealer, clock=house.clock) as session:
            report = import_file(
                session,
                kind,
                path,
                rulebook=house.rulebook,
                clock=house.clock,
                sealer=house.sealer,
                by=userid,
                authorities=house.office.authorities(),
            )
            if report.batch_id is None:
                return report, {}
            return report, reassess_touched(session, report.batch_id, house.rulebook, house.clock)

    def _told(
        self, report: ImportReport, verdicts: dict[str, int], kind: str, name: str, person_id: int
    ) -> str:
        lines = [line for line in report.lines() if not line.startswith("退回的行及原因")]
        shown = lines[:_LINES] + ([MORE.format(count=len(lines) - _LINES)] if len(lines) > _LINES else [])
        text = DONE.format(
            title=import_kind(kind).title, name=name, lines="\n".join([*shown, *_said(verdicts)])
        )
        return text + self._rejected(report, person_id)

    def _rejected(self, report: ImportReport, person_id: int) -> str:
        """The workbook of rejected rows, kept in the attachments folder under a link."""
        if report.rejected_file is None:
            return ""
        house, now = self._house, self._house.clock.now()
        sha256 = self._files.put(report.rejected_file.read_bytes(), now.year)
        link = links.address(house.base_url, house.sealer, Purpose.REJECTED, sha256, person_id, now)
        return REJECTED.format(link=link)

    async def _tell(self, userid: str, text: str, key: str) -> None:
        def tell(uow: SqlUnitOfWork) -> int:
            return letters.tell_staff(self._house.work(uow), [userid], text, key=f"import:{key}")

        await self._house.runner.run(tell, priority=Priority.BACKGROUND, limit_ms=None)


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


def _said(verdicts: dict[str, int]) -> list[str]:
    if not verdicts:
        return []
    if "left" in verdicts:
        return [MANY]
    in_force, proposed = verdicts.get("in force", 0), verdicts.get("proposed", 0)
    return [REASSESSED.format(all=sum(verdicts.values()), in_force=in_force, proposed=proposed)]
