"""我的文书: what the office put on paper about a person's firms, and the notice of their grade on demand."""

from __future__ import annotations

from aiohttp import web

from bot.web.firm.grades import SUBJECT
from bot.web.papers import PAPER, hand_out
from bot.web.site import Side, Visit
from domain.services import paper_shelf, papers


class Papers:
    """The pages of papers on the firms' side."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        return [
            self._side.get("/h5/firm/papers", self.show),
            self._side.get(f"/h5/firm/papers/{PAPER}", hand_out),
            self._side.post(f"/h5/firm/{SUBJECT}/grade/paper", self.grade),
        ]

    async def show(self, visit: Visit) -> web.StreamResponse:
        """All papers of all firms that the person is bound to, newest first."""
        lines = await visit.read(paper_shelf.held_by)
        firms = await visit.read(paper_shelf.firms_of)
        return visit.page("firm/papers.html", title="文书", lines=lines, firms=firms)

    async def grade(self, visit: Visit) -> web.StreamResponse:
        """The notice of the grade in force; made where there is none yet."""
        await visit.form()
        subject_id = int(visit.match["subject_id"])
        paper = await visit.run(lambda work, actor: papers.grade_notice(work, actor, subject_id))
        return visit.go(f"/h5/firm/papers/{paper.id}")
