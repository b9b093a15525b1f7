"""扫码核验: what a paper is, and whether it still holds. Open to everybody, and says nothing personal.

A code is 128 random bits: who has it has seen the paper. One that is not known
gets the same page as any other, so that there is nothing to be learned by trying.
"""

from __future__ import annotations

import re

from aiohttp import web

from bot.web.pages import polite, render
from bot.web.site import Site
from domain.services import paper_shelf
from domain.services.paper_shelf import Checked
from storage.unit_of_work import SqlUnitOfWork

_CODE = re.compile(r"[0-9a-f]{32}")


class Verify:
    """The page behind the QR code of every paper."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[web.AbstractRouteDef]:
        """The route of the page."""
        return [web.get("/h5/verify/{code}", polite(self.show))]

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Kind, number, date, issuer, whether it holds, and whether its text is the one that was issued."""
        found = await self._found(request.match_info["code"], request.query.get("h", ""))
        return render(
            "public/verify.html",
            status=404 if found is None else 200,
            title="文书核验",
            paper=found,
            office=self._site.house().office,
        )

    async def _found(self, code: str, text_sha256: str) -> Checked | None:
        if not _CODE.fullmatch(code):
            return None
        house = self._site.house()

        def ask(uow: SqlUnitOfWork) -> Checked | None:
            return paper_shelf.check(house.work(uow), code, text_sha256)

        return await house.runner.read(ask)
