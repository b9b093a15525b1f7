"""Pages as a browser asks for them: over HTTP, entered through a real signed link."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession, CookieJar, FormData

from domain.model.person import Channel
from domain.services import links
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import ACCOUNT, CORP, Desk, Phone
from tests.stories.conftest import OpenTown, Town, open_town, understanding

__all__ = ["open_town", "understanding"]

_SECRET = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back: after redirects, or of a form."""

    status: int
    text: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Browser:
    """One person's browser: cookies, links, forms."""

    def __init__(self, session: ClientSession, base: str) -> None:
        self.session = session
        self._base = base
        self.last = Seen(0, "", "", {}, b"")

    async def opens(self, path: str) -> Seen:
        """Asks for a page, and goes where it leads."""
        return await self._ask("GET", path)

    async def sends(self, path: str, fields: Mapping[str, str] | FormData | None = None) -> Seen:
        """Sends a form with the secret of the page last seen, unless the fields bring their own."""
        data = fields if isinstance(fields, FormData) else {"csrf": self.secret, **(fields or {})}
        return await self._ask("POST", path, data)

    @property
    def secret(self) -> str:
        """The secret that stands in the forms of the page last seen; "" where there is no form."""
        found = _SECRET.search(self.last.text)
        return found[1] if found else ""

    async def _ask(self, method: str, path: str, data: object = None) -> Seen:
        address = path if path.startswith("http") else f"{self._base}{path}"
        async with self.session.request(method, address, data=data) as answer:
            body = await answer.read()
            text = body.decode() if answer.content_type.startswith("text/") else ""
            self.last = Seen(answer.status, text, answer.url.path, dict(answer.headers), body)
        return self.last


Enter = Callable[[Town, Phone | Desk, str], Awaitable[Browser]]


@pytest.fixture
async def town(sqlite_url: str, open_town: OpenTown) -> AsyncIterator[Town]:
    """Pinglu's town on SQLite: pages say the same on both engines."""
    async with open_town(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def enter() -> AsyncIterator[Enter]:
    """Lets somebody in through a signed link, as from the chat, in a browser of their own."""
    async with AsyncExitStack() as stack:

        async def entered(town: Town, who: Phone | Desk, path: str) -> Browser:
            session = await stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
            browser = Browser(session, town.story.service_url)
            await browser.opens(await link_to(town, who, path))
            return browser

        yield entered


async def link_to(town: Town, who: Phone | Desk, path: str) -> str:
    """The address that the chat would give this person for a page."""
    house = town.parts.house
    person = await town.write(lambda uow: person_of(uow, who))
    return links.enter(town.story.service_url, house.sealer, person, path, house.clock.now())


def person_of(uow: SqlUnitOfWork, who: Phone | Desk) -> int:
    """The number under which the service knows somebody."""
    channel = Channel.WECHAT if isinstance(who, Phone) else Channel.WECOM
    account = ACCOUNT.app_id if isinstance(who, Phone) else CORP.corp_id
    sender = who.openid if isinstance(who, Phone) else who.userid
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return uow.people.get_or_add(channel, account, sender, at).id
