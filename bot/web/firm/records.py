"""我的记录: each record of a firm as a line of days, with what can be done about it."""

from __future__ import annotations

from aiohttp import web

from bot.web.firm.grades import SUBJECT
from bot.web.site import Side, Visit
from domain.services import record_reports
from domain.services.records import Publicity

#: how the publication of a record is said; with a day where one belongs to it
PUBLICITY = {
    Publicity.NONE: "未公示",
    Publicity.OPEN: "公示中，没有写明期限",
    Publicity.UNTIL: "公示中",
    Publicity.OVER: "公示已到期",
    Publicity.ENDED: "已停止公示",
}


class Records:
    """The page of a firm's records."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        return [self._side.get(f"/h5/firm/{SUBJECT}/records", self.show)]

    async def show(self, visit: Visit) -> web.StreamResponse:
        """All records, the newest first."""
        subject_id = int(visit.match["subject_id"])
        seen = await visit.run(lambda work, actor: record_reports.page(work, actor, subject_id))
        return visit.page(
            "firm/records.html", title="我的记录", seen=seen, firm=seen.firm, publicity=PUBLICITY
        )
