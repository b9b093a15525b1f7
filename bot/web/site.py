"""The two sides of the counter as pages: firms' and staff's.

A handler of a page gets a ``Visit``: who is there, one unit of work at a
time, its form, its frame. Whoever is unknown is sent to the entrance.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, TypeVar

from aiohttp import web
from multidict import MultiDictProxy
from yarl import URL

from bot.pipeline import House
from bot.web import sessions
from bot.web.doors import Door
from bot.web.incoming import Incoming, cleaned, incoming, plain
from bot.web.pages import polite, render
from domain.errors import NotAllowed, Refused
from domain.model.case import Actor
from domain.ports import Files
from domain.services import evidence
from domain.services.auditing import require_auditor
from domain.services.broadcast_view import require_sender
from domain.services.intake_rights import require_viewer
from domain.services.work import Work
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")
#: what a page asks of the office, in one transaction
Ask = Callable[[Work, Actor], T]

CSRF = "csrf"
STALE_FORM = "这个页面放得太久了，或是从别处打开的。请返回上一页，刷新后再提交。"
#: a field of a form beside its files, e.g. the secret of the session
_FIELD_BYTES = 200


@dataclass(frozen=True, slots=True)
class Tab:
    """A way from any page to another."""

    path: str
    words: str
    #: raises ``NotAllowed`` for whom the page is not; the page itself asks the same again
    guard: Callable[[Work, Actor], None] | None = None

    def is_for(self, work: Work, actor: Actor) -> bool:
        """Whether to show the way at all."""
        try:
            if self.guard is not None:
                self.guard(work, actor)
        except NotAllowed:
            return False
        return True


FIRM_TABS = (Tab("/h5/firm/", "首页"), Tab("/h5/firm/cases", "办件"), Tab("/h5/firm/papers", "文书"))
STAFF_TABS = (
    Tab("/h5/staff/", "待办"),
    Tab("/h5/staff/cases", "案件"),
    Tab("/h5/staff/papers", "文书"),
    Tab("/h5/staff/imports", "导入", lambda _, actor: require_viewer(actor)),
    Tab("/h5/staff/broadcasts", "通知", lambda _, actor: require_sender(actor)),
    Tab("/h5/staff/dashboard", "统计"),
    Tab("/h5/staff/rulebook", "规则"),
    Tab("/h5/staff/audit", "审计", require_auditor),
)


class Visit:
    """One request of somebody who was let in."""

    def __init__(self, side: Side, request: web.Request, session: sessions.Session) -> None:
        self._side = side
        self._session = session
        self.request = request
        #: the ways on, for whom is here: known once the page has asked something
        self._tabs: tuple[Tab, ...] = ()

    @property
    def house(self) -> House:
        return self._side.site.house()

    @property
    def files(self) -> Files:
        return self._side.site.files

    @property
    def person_id(self) -> int:
        return self._session.person_id

    @property
    def match(self) -> Mapping[str, str]:
        """The variable parts of the address."""
        return cleaned(self.request.match_info.items())

    @property
    def query(self) -> Mapping[str, str]:
        return cleaned(self.request.query.items())

    async def read(self, ask: Ask[T]) -> T:
        """Look something up, with the rights that the person has now."""
        return await self.house.runner.read(lambda uow: self._asked(uow, ask))

    async def run(self, ask: Ask[T]) -> T:
        """Do something, in one transaction, with the rights that the person has now."""
        return await self.house.runner.run(lambda uow: self._asked(uow, ask))

    def _asked(self, uow: SqlUnitOfWork, ask: Ask[T]) -> T:
        work = self.house.work(uow)
        actor = evidence.actor_behind(work, self.person_id)
        self._tabs = tuple(tab for tab in self._side.tabs if tab.is_for(work, actor))
        return ask(work, actor)

    async def form(self) -> MultiDictProxy[str]:
        """The fields of a form that was made for this session; ``Refused`` for any other."""
        fields = await plain(self.request)
        self._check(fields.get(CSRF, ""))
        return fields

    async def parts(self, *, cap: int, most: int) -> AsyncIterator[Incoming]:
        """The filled fields of a form with files, each capped; its first field is the session's secret."""
        checked = False
        async for part in incoming(self.request, cap=cap, most=most + 1):
            if not checked:
                self._check(part.data[:_FIELD_BYTES].decode(errors="replace") if part.field == CSRF else "")
                checked = True
                continue
            yield part
        if not checked:
            self._check("")

    def _check(self, secret: str) -> None:
        if not compare_digest(secret.encode(), self._session.csrf.encode()):
            raise Refused(STALE_FORM, log="form without the secret of its session")

    def page(
        self, template: str, *, title: str, done: Mapping[str, str] | None = None, **values: Any
    ) -> web.Response:
        """A page in the frame of this side. ``done``: what the word of ``go`` means, said on top."""
        notice = (done or {}).get(self.query.get("done", ""), "")
        house = self.house
        return render(
            template,
            title=title,
            notice=notice,
            tabs=self._tabs,
            path=self.request.path,
            csrf=self._session.csrf,
            office=house.office,
            rulebook=house.rulebook,
            side=self._side.name,
            **values,
        )

    def go(self, path: str, *, done: str = "") -> web.Response:
        """After a form: on to a page that may be loaded again without doing anything twice."""
        address = URL.build(path=path, query={"done": done} if done else None)
        return web.Response(status=303, headers={"Location": str(address)})


PageHandler = Callable[[Visit], Awaitable[web.StreamResponse]]


class Side:
    """All pages for firms, or all for staff."""

    def __init__(self, site: Site, name: str, tabs: tuple[Tab, ...], door: Door | None) -> None:
        self.site = site
        self.name = name
        self.tabs = tabs
        #: who brings unknown visitors in by themselves; None: only links do
        self.door = door

    @property
    def root(self) -> str:
        """Every page of this side begins so, and so far its cookies reach."""
        return f"/h5/{self.name}"

    @property
    def cookie(self) -> str:
        return f"xinshi_{self.name}"

    def get(self, path: str, handler: PageHandler) -> web.AbstractRouteDef:
        """A page that is looked at."""
        return web.get(path, polite(self._visited(handler)))

    def post(self, path: str, handler: PageHandler) -> web.AbstractRouteDef:
        """A form that is sent."""
        return web.post(path, polite(self._visited(handler)))

    def let_in(self, person_id: int, path: str) -> web.Response:
        """On to a page, with a cookie that opens this side for two hours."""
        house = self.site.house()
        response = web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})
        response.set_cookie(
            self.cookie,
            sessions.begin(house.sealer, self.name, person_id, house.clock.now()),
            path=self.root,
            max_age=int(sessions.LASTS.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=house.base_url.startswith("https://"),
        )
        return response

    def _visited(self, handler: PageHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            house = self.site.house()
            written = request.cookies.get(self.cookie, "")
            session = sessions.read(house.sealer, self.name, written, house.clock.now())
            if session is None:
                return self.site.entrance(self, request)
            return await handler(Visit(self, request, session))

        return handle


class Site:
    """Both sides, and what they share."""

    def __init__(
        self,
        house: Callable[[], House],
        files: Files,
        *,
        entrance: Callable[[Side, web.Request], web.StreamResponse],
        firm_door: Door | None = None,
        staff_door: Door | None = None,
    ) -> None:
        self.house = house
        self.files = files
        self.entrance = entrance
        self.firm = Side(self, "firm", FIRM_TABS, firm_door)
        self.staff = Side(self, "staff", STAFF_TABS, staff_door)
