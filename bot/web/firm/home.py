"""我的页面: the firms of whoever looks, what is under way, and the ways on."""

from __future__ import annotations

from aiohttp import web

from bot.web.site import Side, Visit
from domain.model.case import Actor
from domain.model.draft import Draft
from domain.model.person import POWER_NAMES
from domain.services import case_reports, drafts, reports
from domain.services.case_reports import MyCases
from domain.services.reports import FirmCard
from domain.services.work import Work

#: open matters shown on the first page; the rest stands on the page of cases
_MATTERS = 5


class Home:
    """The first page of the firms' side."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        return [self._side.get("/h5/firm/", self.show)]

    async def show(self, visit: Visit) -> web.StreamResponse:
        """All firms with their grades; for somebody bound to none, how to begin."""

        def ask(work: Work, actor: Actor) -> tuple[tuple[FirmCard, ...], MyCases, list[Draft]]:
            begun = drafts.of_person(work, visit.person_id)
            return reports.firms(work, actor), case_reports.mine(work, actor), begun

        cards, mine, begun = await visit.run(ask)
        return visit.page(
            "firm/home.html",
            title="我的单位",
            cards=cards,
            matters=mine.open[:_MATTERS],
            more=max(0, len(mine.open) - _MATTERS),
            begun=begun,
            powers=POWER_NAMES,
            several=len(cards) > 1,
        )
