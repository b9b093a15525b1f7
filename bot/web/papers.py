"""文书 handed out as files: one way for both sides. Who may have one is asked before, in the service."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.documents.press import pdf_of
from bot.web.pages import HEADERS
from bot.web.site import Visit
from domain.model.case import Actor
from domain.model.paper import Paper
from domain.services import paper_shelf
from domain.services.work import Work

#: only digits: whatever else stands in an address is no paper
PAPER = r"{paper_id:\d{1,12}}"
NAME = "{title}{number}.pdf"


async def hand_out(visit: Visit) -> web.StreamResponse:
    """The file of the paper in the address, for whoever may read it; ``Refused`` for others."""
    paper_id = int(visit.match["paper_id"])

    def ask(work: Work, actor: Actor) -> Paper:
        return paper_shelf.open_paper(work, actor, paper_id)

    paper = await visit.run(ask)
    made = await pdf_of(visit.house, visit.files, paper.id)
    name = quote(NAME.format(title=paper.content.title, number=paper.number))
    headers = HEADERS | {
        "Content-Disposition": f"inline; filename=\"paper-{paper.id}.pdf\"; filename*=UTF-8''{name}"
    }
    return web.Response(body=made, content_type="application/pdf", headers=headers)
