"""Puts the simulator together as one aiohttp application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from aiohttp import web

from bot.clock import MovableClock
from bot.simulator.actions import Simulator
from bot.simulator.api import PlatformApi
from bot.simulator.backstage import Backstage, NobodyBehind
from bot.simulator.backstage_page import BackstagePage
from bot.simulator.browsers import Browsers
from bot.simulator.clockwork import Clockwork
from bot.simulator.config import SimulatorConfig
from bot.simulator.page import Page
from bot.simulator.wecom.api import WeComApi
from bot.tasks import Nursery

#: where the running simulator is found in its application
SIMULATOR: Final = web.AppKey("simulator", Simulator)


def create_simulator(
    config: SimulatorConfig, clock: MovableClock, nursery: Nursery, backstage: Backstage | None = None
) -> web.Application:
    """A sub-application to be mounted, as a rule at ``/sim``.

    Below its mount stand the page (``/``) and the platform's interfaces
    (``/wechat/cgi-bin/…`` and, with a corp, ``/wecom/cgi-bin/…``): point
    ``WECHAT_API_BASE`` at ``…/sim/wechat`` and ``WECOM_API_BASE`` at ``…/sim/wecom``.
    The service must run on the same ``clock``. Whoever mounts it drains ``nursery``
    before closing.
    """
    simulator = Simulator(config, clock, nursery)
    behind = backstage or NobodyBehind()
    clockwork = Clockwork(simulator, behind)
    app = web.Application()
    app[SIMULATOR] = simulator
    app.add_routes(Page(simulator, clockwork).routes())
    app.add_routes(BackstagePage(simulator.platform, behind, clockwork).routes())
    browsers = Browsers(simulator)
    app.add_routes(browsers.routes())
    app.add_subapp("/wechat", _interfaces([*PlatformApi(simulator).routes(), *browsers.wechat_routes()]))
    if simulator.has_wecom:
        staff = [*WeComApi(simulator.wecom.corp).routes(), *browsers.wecom_routes()]
        app.add_subapp("/wecom", _interfaces(staff))
    app.cleanup_ctx.append(_connections)
    app.on_shutdown.append(_end_watching)
    return app


def _interfaces(routes: Sequence[web.RouteDef]) -> web.Application:
    app = web.Application()
    app.add_routes(routes)
    return app


async def _connections(app: web.Application) -> AsyncIterator[None]:
    app[SIMULATOR].open()
    yield
    await app[SIMULATOR].close()


async def _end_watching(app: web.Application) -> None:
    app[SIMULATOR].stop_watching()
