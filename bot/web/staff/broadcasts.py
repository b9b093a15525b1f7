"""通知: a notice to many is written, looked at with its recipients, released by somebody else, followed up."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web
from multidict import MultiDictProxy

from bot.web.site import Side, Visit
from domain.errors import NotFound, Refused, StaleCase
from domain.model.case import Actor
from domain.model.person import STAFF_ROLES
from domain.services import broadcast_view, broadcasts, cases
from domain.services.broadcast_view import NoticeView, Wish
from domain.services.work import Work

LIST = "/h5/staff/broadcasts"
NEW = "/h5/staff/broadcasts/new"
PAGE = "/h5/staff/broadcasts/{number}"
#: seconds after which a page of something under way asks again
AGAIN = 3

DONE = {
    "written": "已登记，正在统计收件人。统计好以后请另一位同事审核发布。",
    "同意": "已发布，正在发送。",
    "驳回": "已退回，理由已经告诉发起人。",
    "撤回": "已撤回，没有发出。",
}
STALE = "没有办理：这条通知刚刚有了变化，请看清下面的最新情况再办。"
NO_STEP = "请用页面上的按钮。"


class BroadcastPages:
    """The list of notices, a new one, and each on its way."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        side = self._side
        return [
            side.get(LIST, self.list),
            side.get(NEW, self.form),
            side.post(NEW, self.write),
            side.get(PAGE, self.notice),
            side.post(PAGE, self.act),
        ]

    async def list(self, visit: Visit) -> web.StreamResponse:
        """The newest notices, those that wait for this member first."""
        found = await visit.read(broadcast_view.listed)
        return visit.page("staff/broadcasts.html", title="通知", found=found)

    async def form(self, visit: Visit) -> web.StreamResponse:
        """The empty form."""
        return await self._asked(visit, Wish(everybody=True))

    async def write(self, visit: Visit) -> web.StreamResponse:
        """Open the notice; what stands in the way is said above what was written."""
        fields = await visit.form()
        text, wish = fields.get("text", ""), wish_in(fields)

        def write(work: Work, actor: Actor) -> str:
            return broadcast_view.write(work, actor, text, wish).number

        try:
            number = await visit.run(write)
        except Refused as refusal:
            return await self._asked(visit, wish, text=text, problem=refusal.text)
        return visit.go(PAGE.format(number=number), done="written")

    async def notice(self, visit: Visit) -> web.StreamResponse:
        """One notice: preview, release, ledger, closing report."""
        return await self._shown(visit)

    async def act(self, visit: Visit) -> web.StreamResponse:
        """Release it, send it back, or take it back."""
        fields, number = await visit.form(), visit.match["number"]
        action, said = fields.get("action", ""), fields.get("text", "")[: broadcasts.LONGEST]
        if action not in DONE:
            raise Refused(NO_STEP)
        version = fields.get("version", "")
        seen = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0

        def act(work: Work, actor: Actor) -> None:
            cases.act(work, number, action, actor=actor, text=said, version=seen)

        try:
            await visit.run(act)
        except StaleCase:
            return await self._shown(visit, problem=STALE, text=said)
        except NotFound:
            raise
        except Refused as refusal:
            return await self._shown(visit, problem=refusal.text, text=said)
        return visit.go(PAGE.format(number=number), done=action)

    # -- within --------------------------------------------------------------------

    async def _asked(
        self, visit: Visit, wish: Wish, *, text: str = "", problem: str = ""
    ) -> web.StreamResponse:
        def ask(work: Work, actor: Actor) -> list[str]:
            broadcast_view.require_sender(actor)
            return broadcast_view.departments(work)

        departments = await visit.read(ask)
        book = visit.house.rulebook
        return visit.page(
            "staff/broadcast_new.html",
            title="新通知",
            problem=problem,
            wish=wish,
            text=text,
            longest=broadcasts.LONGEST,
            grades=[(grade.code, grade.class_name) for grade in book.grades],
            classes=list(dict.fromkeys(grade.class_name for grade in book.grades)),
            domains=[domain.name for domain in book.domains],
            departments=departments,
            roles=STAFF_ROLES,
        )

    async def _shown(self, visit: Visit, *, problem: str = "", text: str = "") -> web.StreamResponse:
        number = visit.match["number"]

        def ask(work: Work, actor: Actor) -> NoticeView:
            return broadcast_view.opened(work, actor, number)

        view = await visit.run(ask)
        notice, ledger = view.notice, view.ledger
        counting = view.case.open and notice.counted is None
        sending = notice.released_at is not None and notice.reported_at is None
        return visit.page(
            "staff/broadcast.html",
            title=f"通知 {view.case.number}",
            done=DONE,
            problem=problem,
            text=text,
            view=view,
            case=view.case,
            notice_of=notice,
            found=notice.found,
            ledger=ledger,
            counting=counting,
            sending=sending,
            again=AGAIN if counting or sending else 0,
            failed=[*(("失败", why, many) for why, many in ledger.failed)]
            + [("无法送达", why, many) for why, many in ledger.unreachable],
        )


def wish_in(fields: MultiDictProxy[str]) -> Wish:
    """The audience as the form tells it; conditions of the side that was not chosen are left out."""
    to = fields.get("to", "")
    wish = Wish(everybody=to == "all", staff=to == "staff")
    if wish.staff:
        return replace(
            wish,
            departments=tuple(fields.getall("department", ())),
            roles=tuple(fields.getall("role", ())),
        )
    if wish.everybody:
        return wish
    return replace(
        wish,
        grades=tuple(fields.getall("grade", ())),
        classes=tuple(fields.getall("class", ())),
        trades=fields.get("trades", ""),
        names=fields.get("names", ""),
    )
