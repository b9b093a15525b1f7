"""规则: what applies here, clause by clause, as the rulebook of this service says it."""

from __future__ import annotations

from functools import cached_property

from aiohttp import web

from bot.web.site import Side, Visit
from domain.model.case import Actor
from domain.rules import rulebook_reader
from domain.rules.rulebook_reader import Section
from domain.services import staff
from domain.services.work import Work

PAGE = "/h5/staff/rulebook"
_LONGEST = 40


class RulebookPages:
    """The reader of the rules."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The route of the reader."""
        return [self._side.get(PAGE, self.read)]

    @cached_property
    def _whole(self) -> tuple[Section, ...]:
        """The rules do not change while the service runs."""
        return rulebook_reader.read(self._side.site.house().rulebook)

    async def read(self, visit: Visit) -> web.StreamResponse:
        """Everything, or what the words of the search box are found in."""

        def ask(work: Work, actor: Actor) -> None:
            staff.require_member(actor)

        await visit.read(ask)
        words = visit.query.get("q", "").strip()[:_LONGEST]
        only = visit.query.get("only", "") == "unverified"
        found = rulebook_reader.narrowed(self._whole, words=words, unverified_only=only)
        return visit.page(
            "staff/rulebook.html",
            title="规则",
            sections=found,
            words=words,
            only=only,
            count=sum(len(section.entries) for section in found),
            unverified=rulebook_reader.unverified(self._whole),
        )
