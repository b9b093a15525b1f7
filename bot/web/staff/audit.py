"""审计: what was done, who looked at whom, and how the chain stands; for the auditor alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web

from bot.web.pages import handed_out
from bot.web.site import Side, Visit
from domain.clock import SHANGHAI
from domain.model.case import Actor
from domain.services import auditing
from domain.services.auditing import Acts, Looks, Wanted
from domain.services.work import Work
from storage.spreadsheet_rejects import harmless

PAGE = "/h5/staff/audit"
QUERIES = "/h5/staff/audit/queries"
TABLE = "/h5/staff/audit/{what}.csv"
_COLUMNS = {
    "log": ("编号", "时间", "动作", "操作人", "主体", "对象", "详情", "链上编号"),
    "queries": ("编号", "时间", "查看人", "被查看的主体", "用途"),
}
_CHUNK = 500
#: pages that a table is put together from; each walks over a stretch of the log
_MOST_CHUNKS = 40
P = TypeVar("P", Acts, Looks)


class AuditPages:
    """The auditor's pages."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        side = self._side
        return [
            side.get(PAGE, self.log),
            side.get(QUERIES, self.queries),
            side.get("/h5/staff/audit/log.csv", self.log_table),
            side.get("/h5/staff/audit/queries.csv", self.queries_table),
        ]

    async def log(self, visit: Visit) -> web.StreamResponse:
        """What was done, newest first, and the state of the chain."""
        wanted = wanted_in(visit.query)
        found = await visit.read(_asking(auditing.acts, wanted))
        return visit.page(
            "staff/audit.html",
            title="审计",
            found=found,
            wanted=wanted,
            groups=[("", "全部动作"), *auditing.GROUPS.items()],
            older=address(PAGE, replace(wanted, before=found.after)) if found.after else "",
            table=address(TABLE.format(what="log"), wanted),
        )

    async def queries(self, visit: Visit) -> web.StreamResponse:
        """Who looked at whom (S0-38)."""
        wanted = wanted_in(visit.query)
        found = await visit.read(_asking(auditing.looks, wanted))
        return visit.page(
            "staff/queries.html",
            title="查询日志",
            found=found,
            wanted=wanted,
            older=address(QUERIES, replace(wanted, before=found.after)) if found.after else "",
            table=address(TABLE.format(what="queries"), wanted),
        )

    async def log_table(self, visit: Visit) -> web.StreamResponse:
        """The audit log with these filters, as a table."""
        pages = await _collected(visit, auditing.acts)
        rows = [
            (str(x.id), _at(x.at), x.act, x.who, x.about, x.ref, x.detail, str(x.sealed_no or ""))
            for page in pages
            for x in page.lines
        ]
        return await _table(visit, "log", rows)

    async def queries_table(self, visit: Visit) -> web.StreamResponse:
        """The query log with these filters, as a table."""
        pages = await _collected(visit, auditing.looks)
        rows = [(str(x.id), _at(x.at), x.who, x.whom, x.purpose) for page in pages for x in page.lines]
        return await _table(visit, "queries", rows)


def wanted_in(query: Mapping[str, str]) -> Wanted:
    """What the address asks for; what cannot be read is left out."""
    before = query.get("before", "")
    return Wanted(
        action=query.get("action", "").strip()[:60],
        actor=query.get("actor", "").strip()[:60],
        ref=query.get("ref", "").strip()[:60].upper(),
        subject=query.get("subject", "").strip()[:100],
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
    )


def address(path: str, wanted: Wanted) -> str:
    """The address of a page or table with these filters."""
    values = {
        "action": wanted.action,
        "actor": wanted.actor,
        "ref": wanted.ref,
        "subject": wanted.subject,
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
        "before": str(wanted.before) if wanted.before else "",
    }
    return f"{path}?{urlencode({key: value for key, value in values.items() if value})}"


Page = Callable[..., P]


def _asking(page: Page[P], wanted: Wanted, limit: int = auditing.PAGE) -> Callable[[Work, Actor], P]:
    def ask(work: Work, actor: Actor) -> P:
        return page(work, actor, wanted, limit=limit)

    return ask


async def _collected(visit: Visit, page: Page[P]) -> list[P]:
    """Pages one after the other, each a short transaction, until the table is full or the log ends."""
    wanted, found, rows = wanted_in(visit.query), [], 0
    for _ in range(_MOST_CHUNKS):
        limit = min(_CHUNK, auditing.MOST_EXPORTED - rows)
        one = await visit.read(_asking(page, wanted, limit))
        found.append(one)
        rows += len(one.lines)
        if one.after is None or rows >= auditing.MOST_EXPORTED:
            break
        wanted = replace(wanted, before=one.after)
    return found


async def _table(visit: Visit, what: str, rows: Sequence[Sequence[str]]) -> web.Response:
    """The rows as a file; that it was taken is written down first."""

    def note(work: Work, actor: Actor) -> None:
        auditing.note_exported(work, actor, what, len(rows))

    await visit.run(note)
    data = _csv(_COLUMNS[what], rows)
    return handed_out(data, name=f"audit-{what}.csv", content_type="text/csv")


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    # with a mark in front, without which spreadsheets take it for another encoding
    return text.getvalue().encode("utf-8-sig")


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
