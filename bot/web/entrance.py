"""The ways in: a signed link from the chat, or the platform's word for who opens the page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from secrets import token_hex

import structlog
from aiohttp import web

from bot.channels.api_errors import ApiError, OutcomeUnknown, TryAgain
from bot.web import sessions
from bot.web.doors import Door
from bot.web.pages import page, paragraph, polite
from bot.web.site import Side, Site
from domain.errors import NotAllowed
from domain.services import evidence, links
from domain.services.links import Purpose
from storage.unit_of_work import SqlUnitOfWork

log = structlog.get_logger("xinshi.web")

STATE_LASTS = timedelta(minutes=10)
_STATE_COOKIE = "xinshi_state"
#: where a way in may lead: pages of the same side, nothing that a browser reads as another host
_INSIDE = re.compile(r"/h5/(firm|staff)/[A-Za-z0-9/_-]*")

CLOSED = "请回到{where}的对话里，点消息中的链接或菜单打开。"
NOT_YOURS = "页面没有认出您。请回到对话里重新打开。"
_WHERE = {"firm": "微信", "staff": "企业微信"}


def entrance(side: Side, request: web.Request) -> web.StreamResponse:
    """What somebody unknown sees: the platform is asked who it is, or a word on how to get in."""
    if side.door is None or not side.site.house().base_url or request.method != "GET":
        return page("请从对话里打开", paragraph(CLOSED.format(where=_WHERE[side.name])), status=403)
    return _ask_platform(side, side.door, request.path)


def _ask_platform(side: Side, door: Door, path: str) -> web.Response:
    house = side.site.house()
    state = token_hex(16)
    expires = int((house.clock.now() + STATE_LASTS).timestamp())
    back = f"{house.base_url}{side.root}/oauth"
    response = web.Response(
        status=302, headers={"Location": door.address(back, state), "Cache-Control": "no-store"}
    )
    response.set_cookie(
        _STATE_COOKIE,
        # one field more than a session has: none is ever read as the other
        sessions.seal(house.sealer, f"state|{side.name}|{state}|{expires}|{path}"),
        path=f"{side.root}/oauth",
        max_age=int(STATE_LASTS.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=house.base_url.startswith("https://"),
    )
    return response


class Entrance:
    """The doors of one side."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of both ways in."""
        root = self._side.root
        return [
            web.get(f"{root}/in/{{token}}", polite(self.by_link)),
            web.get(f"{root}/oauth", polite(self.by_platform)),
        ]

    async def by_link(self, request: web.Request) -> web.StreamResponse:
        """A link that was given to one person, and leads to one page of this side."""
        house = self._side.site.house()
        link = links.read(house.sealer, request.match_info["token"], Purpose.ENTER, house.clock.now())
        if not _inside(link.target, self._side):
            raise NotAllowed(links.BROKEN)

        def known(uow: SqlUnitOfWork) -> None:
            evidence.actor_behind(house.work(uow), link.person_id)

        await house.runner.read(known)
        return self._side.let_in(link.person_id, link.target)

    async def by_platform(self, request: web.Request) -> web.StreamResponse:
        """Back from the platform with a code: only for the browser that was sent there, once."""
        door, path = self._side.door, self._expected(request)
        if door is None or path is None:
            raise NotAllowed(NOT_YOURS, log="state of another browser, or none")
        try:
            sender = await door.opener(request.query.get("code", ""))
        except (ApiError, TryAgain, OutcomeUnknown) as error:
            raise NotAllowed(NOT_YOURS, log=f"code refused: {error}") from error
        response = self._side.let_in(await self._person(door, sender), path)
        response.del_cookie(_STATE_COOKIE, path=f"{self._side.root}/oauth")
        return response

    def _expected(self, request: web.Request) -> str | None:
        """The page that this browser wanted when it was sent to the platform; None where it was not."""
        house = self._side.site.house()
        payload = sessions.unseal(house.sealer, request.cookies.get(_STATE_COOKIE, ""))
        if payload is None or payload.count("|") != 4:
            return None
        _, side, state, ends, path = payload.split("|")
        given = request.query.get("state", "")
        fresh = house.clock.now() < datetime.fromtimestamp(int(ends), UTC)
        same = compare_digest(state.encode(), given.encode())
        return path if fresh and same and side == self._side.name and _inside(path, self._side) else None

    async def _person(self, door: Door, sender: str) -> int:
        house = self._side.site.house()

        def identify(uow: SqlUnitOfWork) -> int:
            person = uow.people.get_or_add(door.channel, door.account, sender, house.clock.now())
            evidence.actor_behind(house.work(uow), person.id)
            return person.id

        return await house.runner.run(identify)


def _inside(path: str, side: Side) -> bool:
    found = _INSIDE.fullmatch(path)
    return found is not None and found[1] == side.name


def open_site_routes(site: Site) -> list[web.AbstractRouteDef]:
    """The doors of both sides."""
    return [route for side in (site.firm, site.staff) for route in Entrance(side).routes()]
