"""待办: what waits for a member of staff, and the two decisions that are no cases: worse grades, lost letters."""

from __future__ import annotations

from aiohttp import web

from bot.web.site import Side, Visit
from domain.errors import NotFound
from domain.model.case import Actor
from domain.services import desk, dispatches, proposals
from domain.services.work import Work

HOME = "/h5/staff/"
STATUSES = {"dead": "已放弃", "unreachable": "无法送达", "unknown": "是否送到不明"}
DONE = {
    "approved": "已核定，新的等级从现在起生效。",
    "changed": proposals.CHANGED,
    "resent": "好的，会马上重新发送。",
    "not-resent": "这条消息已经不用重发。",
}
NO_PAGE = "没有这个页面，请回到待办。"


class HomePages:
    """The first page of the staff."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        side = self._side
        return [
            side.get(HOME, self.home),
            side.get("/h5/staff/proposals/{subject}", self.proposal),
            side.post("/h5/staff/proposals/{subject}", self.approve),
            side.post("/h5/staff/letters/{letter}", self.resend),
        ]

    async def home(self, visit: Visit) -> web.StreamResponse:
        """What waits, the most urgent first."""
        found = await visit.read(desk.desk)
        return visit.page("staff/home.html", title="待办", done=DONE, desk=found, statuses=STATUSES)

    async def proposal(self, visit: Visit) -> web.StreamResponse:
        """A worse grade that waits, with its reasons."""
        subject = number_in(visit, "subject")

        def ask(work: Work, actor: Actor) -> proposals.Proposal:
            return proposals.opened(work, actor, subject)

        found = await visit.run(ask)
        return visit.page("staff/proposal.html", title="核定等级", done=DONE, proposal=found)

    async def approve(self, visit: Visit) -> web.StreamResponse:
        """A named person answers for a worse grade."""
        form, subject = await visit.form(), number_in(visit, "subject")
        proposal = form.get("proposal", "")

        def approve(work: Work, actor: Actor) -> str:
            wanted = int(proposal) if proposal.isdecimal() and len(proposal) < 19 else 0
            return proposals.approve(work, actor, subject, wanted)

        outcome = await visit.run(approve)
        return visit.go(HOME, done="approved" if outcome else "changed")

    async def resend(self, visit: Visit) -> web.StreamResponse:
        """Try a letter again that did not arrive."""
        await visit.form()
        letter = number_in(visit, "letter")

        def resend(work: Work, actor: Actor) -> bool:
            return dispatches.resend(work, actor, letter)

        return visit.go(HOME, done="resent" if await visit.run(resend) else "not-resent")


def number_in(visit: Visit, name: str) -> int:
    """A number in an address; ``NotFound`` for anything else."""
    written = visit.match[name]
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        raise NotFound(NO_PAGE)
    return int(written)
