"""The demonstration as a person meets it: the service and both platforms behind one address, invented firms."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from bot.app import PARTS, WARM, Parts, read_office
from bot.clock import FixedClock, MovableClock
from bot.demo.hints import DemoHint, demo_hints
from bot.demo.load import ensure_demo
from bot.demo.serve import HOST, demo_app
from bot.settings import DemoSettings, load_demo_settings
from domain.model.person import Channel, Person
from domain.services import links
from storage.rulebook_files import load_rulebook
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.driver import BEGINNING

T = TypeVar("T")


@dataclass(frozen=True)
class Town:
    """One running demonstration."""

    app: web.Application
    settings: DemoSettings
    clock: MovableClock
    #: without a slash at the end
    address: str

    @property
    def parts(self) -> Parts:
        return self.app[PARTS]

    async def write(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        return await self.parts.house.runner.run(work, limit_ms=None)

    async def read(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        return await self.parts.house.runner.read(work)

    async def hints(self) -> list[DemoHint]:
        """The well-known firms, with binding codes that work."""
        return await self.write(demo_hints)

    async def staff(self, userid: str) -> Person:
        """A member of staff as a person of WeCom."""
        corp, now = self.settings.wecom_corp_id, self.clock.now()
        return await self.write(lambda uow: uow.people.get_or_add(Channel.WECOM, corp, userid, now))

    async def firm(self, openid: str) -> Person:
        """A follower as a person of the service account."""
        account, now = self.settings.wechat_app_id, self.clock.now()
        return await self.write(lambda uow: uow.people.get_or_add(Channel.WECHAT, account, openid, now))

    def entrance(self, person: Person, path: str) -> str:
        """The signed link that a chat would give this person to a page."""
        return links.enter(self.address, self.parts.house.sealer, person.id, path, self.clock.now())


@asynccontextmanager
async def open_town(
    folder: Path, *, rulebook: str = "xixia", beginning: datetime = BEGINNING
) -> AsyncIterator[Town]:
    """``make demo`` on a free port; time stands still unless somebody moves it."""
    clock = MovableClock(FixedClock(beginning))
    with socket.create_server((HOST, 0)) as listening:
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        settings = load_demo_settings(
            rulebook=rulebook,
            data_dir=folder,
            wechat_api_base=f"{address}/sim/wechat",
            wecom_api_base=f"{address}/sim/wecom",
            base_url=address,
        )
        office = read_office(settings)
        await asyncio.to_thread(
            ensure_demo,
            settings,
            load_rulebook(rulebook),
            office,
            clock,
            Vault(settings.key()),
            tell=lambda _: None,
        )
        app = demo_app(settings, office, clock, address)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.SockSite(runner, listening).start()
            await app[WARM]
            yield Town(app, settings, clock, address)
        finally:
            await runner.cleanup()
