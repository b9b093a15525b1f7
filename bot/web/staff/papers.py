"""文书 on the staff's side: any paper that somebody may read, the list of a firm, and 两书同达 for a penalty."""

from __future__ import annotations

from aiohttp import web

from bot.web.papers import PAPER, hand_out
from bot.web.site import Side, Visit
from domain.services import paper_shelf, papers

_SUBJECT = r"{subject_id:\d{1,12}}"
_RECORD = r"{record_id:\d{1,12}}"
#: of what was looked for so much is taken
_LONGEST = 60


class PaperPages:
    """The pages of papers for staff."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        return [
            self._side.get("/h5/staff/papers", self.show),
            self._side.get(f"/h5/staff/papers/{PAPER}", hand_out),
            self._side.post(f"/h5/staff/subjects/{_SUBJECT}/grade-notice", self.grade_notice),
            self._side.post(f"/h5/staff/records/{_RECORD}/repair-notice", self.repair_notice),
        ]

    async def show(self, visit: Visit) -> web.StreamResponse:
        """The papers of the firms that a name or code means, and the penalties that a notice can go with."""
        wanted = visit.query.get("firm", "").strip()[:_LONGEST]
        found = await visit.run(lambda work, actor: paper_shelf.look_up(work, actor, wanted))
        return visit.page("staff/papers.html", title="文书", wanted=wanted, found=found)

    async def grade_notice(self, visit: Visit) -> web.StreamResponse:
        """The notice of a firm's grade, for somebody at the counter."""
        await visit.form()
        subject_id = int(visit.match["subject_id"])
        paper = await visit.run(lambda work, actor: papers.grade_notice(work, actor, subject_id))
        return visit.go(f"/h5/staff/papers/{paper.id}")

    async def repair_notice(self, visit: Visit) -> web.StreamResponse:
        """信用修复告知书 for a penalty, to be served together with the decision."""
        await visit.form()
        record_id = int(visit.match["record_id"])
        paper = await visit.run(lambda work, actor: papers.repair_notice(work, actor, record_id))
        return visit.go(f"/h5/staff/papers/{paper.id}")
