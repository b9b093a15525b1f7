"""``xinshi demo``: the service, the simulated platforms and invented data in one process.

One rulebook has one demonstration. When the page chooses another, the house is
closed and the other one opened at the same address; the clock goes on.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from aiohttp import web

from bot.app import PARTS, create_app, push_menu, read_office
from bot.clock import MovableClock
from bot.demo.cast import CAST, SIGNER, empower
from bot.demo.corp import demo_corp
from bot.demo.house import PHONES, DemoBackstage, Switch
from bot.demo.load import ensure_demo, reset_demo
from bot.logging import configure
from bot.settings import DemoSettings, load_demo_settings
from bot.simulator import SIMULATOR, SimulatorConfig, create_simulator, templates_of
from bot.simulator import Mode as PushMode
from bot.tasks import Nursery
from domain.office import Office
from storage.rulebook_files import load_rulebook
from storage.session import open_session
from storage.vault import Vault

HOST = "127.0.0.1"
#: who holds a phone from the start
PEOPLE = tuple(role.name for role in CAST)
#: what the service's pages know their visitors by: another person's phone has none of them
_FIRM_COOKIES = (("xinshi_firm", "/h5/firm"), ("xinshi_state", "/h5/firm/oauth"))
_STAFF_COOKIES = (("xinshi_staff", "/h5/staff"), ("xinshi_state", "/h5/staff/oauth"))
#: seconds for what is under way when a house is closed
_CLOSING = 3.0

Tell = Callable[[str], None]


def run_demo(settings: DemoSettings, port: int, *, reset: bool, tell: Tell) -> None:
    """Load the demonstration where it is new, then serve it with the simulator beside it."""
    configure(settings.log_format, level="WARNING")
    # a tick that is left out while another house is loaded is no news to a visitor
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    clock = MovableClock()
    if reset:
        reset_demo(settings)
        for phones in ("phones", "desks"):
            _kept(settings, phones).unlink(missing_ok=True)
    prepare(settings, clock, tell)
    with socket.create_server((HOST, port)) as listening:
        asyncio.run(_until_told(Street(settings, clock, listening, tell)))


async def _until_told(street: Street) -> None:
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, street.end)
    await street.serve()


def prepare(settings: DemoSettings, clock: MovableClock, tell: Tell) -> None:
    """The demonstration's database, made where there is none."""
    rulebook, office = load_rulebook(settings.rulebook), read_office(settings)
    ensure_demo(settings, rulebook, office, clock, Vault(settings.key()), tell=tell)


class Street:
    """One address, at which one house stands at a time: each rulebook has its own."""

    def __init__(
        self, settings: DemoSettings, clock: MovableClock, listening: socket.socket, tell: Tell
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._listening = listening
        self._tell = tell
        self._address = f"http://{HOST}:{listening.getsockname()[1]}"
        self._change = asyncio.Event()
        self._ended = False

    async def serve(self) -> None:
        """One house after another, until ``end``."""
        while not self._ended:
            self._change.clear()
            await self._one_house()

    def end(self) -> None:
        """Close the house that stands now, and open no other."""
        self._ended = True
        self._change.set()

    async def _one_house(self) -> None:
        settings = self._settings.model_copy(
            update={
                "wechat_api_base": f"{self._address}/sim/wechat",
                "wecom_api_base": f"{self._address}/sim/wecom",
                "base_url": self._address,
            }
        )
        app = demo_app(settings, read_office(settings), self._clock, self._address, switch=self._to)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSING)
        await runner.setup()
        # a copy: while houses change, browsers wait at the door instead of finding none
        await web.SockSite(runner, self._listening.dup()).start()
        self._tell(f"信使演示已启动：{load_rulebook(settings.rulebook).display_name}")
        self._tell(f"请用浏览器打开  {self._address}/sim   （按 Ctrl-C 结束）")
        await self._change.wait()
        await runner.cleanup()

    async def _to(self, rulebook: str) -> None:
        """The house of other rules is made ready while this one still answers."""
        settings = load_demo_settings(rulebook=rulebook, data_dir=self._settings.data_dir)
        await asyncio.to_thread(prepare, settings, self._clock, self._tell)
        self._settings = settings
        self._change.set()


def demo_app(
    settings: DemoSettings,
    office: Office,
    clock: MovableClock,
    address: str,
    *,
    switch: Switch | None = None,
) -> web.Application:
    """The service with the simulator mounted at ``/sim``, both on one movable clock."""
    app = create_app(settings, clock=clock)
    nursery = Nursery()
    account = _account(settings, office, clock, address)
    backstage = DemoBackstage(app, settings.rulebook, switch)
    simulator = create_simulator(account, clock, nursery, backstage)
    app[PHONES] = simulator[SIMULATOR]
    app.add_subapp("/sim", simulator)
    app.cleanup_ctx.append(_opening(nursery))
    return app


def _account(settings: DemoSettings, office: Office, clock: MovableClock, address: str) -> SimulatorConfig:
    with open_session(settings.database_url, sealer=Vault(settings.key()), clock=clock) as uow:
        staff = uow.staff.all()
    return SimulatorConfig(
        app_id=settings.wechat_app_id,
        secret=settings.wechat_app_secret.get_secret_value(),
        token=settings.wechat_token.get_secret_value(),
        encoding_aes_key=settings.wechat_encoding_aes_key.get_secret_value(),
        callback_url=f"{address}/wechat/callback",
        own_url=f"{address}/sim",
        mode=PushMode(settings.wechat_mode),
        account_name=f"{office.short_name}服务号",
        people=PEOPLE,
        templates=templates_of(office),
        page_domain=address.partition("://")[2],
        page_cookies=_FIRM_COOKIES,
        memory=_kept(settings, "phones"),
        wecom=demo_corp(settings, office, staff, address, _kept(settings, "desks"), _STAFF_COOKIES),
    )


def _kept(settings: DemoSettings, phones: str) -> Path:
    """Where phones keep their chats across restarts: those of firms, those on the desks of staff."""
    return settings.data_dir / f"demo-{Path(settings.rulebook).stem}-{phones}.json"


def _opening(nursery: Nursery) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(app: web.Application) -> AsyncIterator[None]:
        app[PARTS].nursery.start(_open(app), "opening")
        yield
        await nursery.close()

    return context


async def _open(app: web.Application) -> None:
    """The account gets its menu, and the one who may sign follows it and gets that power."""
    parts, simulator = app[PARTS], app[PHONES]
    # patient with a server that is just starting, so that what follows finds it
    await push_menu(parts.api, parts.house.base_url)
    signer = next((each for each in simulator.platform.people.values() if each.name == SIGNER), None)
    if signer is None or signer.history:
        return
    await simulator.follow(signer.openid)
    account, now = parts.settings.wechat_app_id, parts.house.clock.now()
    await parts.house.runner.run(lambda uow: empower(uow, account, signer.openid, now), limit_ms=None)
