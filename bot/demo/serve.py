"""``xinshi demo``: the service, the simulated platform and invented data in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from aiohttp import web

from bot.app import PARTS, create_app, push_menu, read_office, run_app
from bot.clock import MovableClock
from bot.demo.corp import demo_corp
from bot.demo.hints import demo_hints
from bot.demo.load import ensure_demo, reset_demo
from bot.logging import configure
from bot.settings import DemoSettings
from bot.simulator import Hint, SimulatorConfig, create_simulator, templates_of
from bot.simulator import Mode as PushMode
from bot.tasks import Nursery
from domain.office import Office
from storage.rulebook_files import load_rulebook
from storage.session import open_session
from storage.vault import Vault

HOST = "127.0.0.1"
#: who holds a phone from the start
PEOPLE = ("王会计", "李经理", "赵老板")


def run_demo(settings: DemoSettings, port: int, *, reset: bool, tell: Callable[[str], None]) -> None:
    """Load the demonstration where it is new, then serve it with the simulator beside it."""
    configure(settings.log_format, level="WARNING")
    address = f"http://{HOST}:{port}"
    clock = MovableClock()
    rulebook, office = load_rulebook(settings.rulebook), read_office(settings)
    if reset:
        reset_demo(settings)
        for phones in ("phones", "desks"):
            _kept(settings, phones).unlink(missing_ok=True)
    ensure_demo(settings, rulebook, office, clock, Vault(settings.key()), tell=tell)
    settings = settings.model_copy(
        update={
            "wechat_api_base": f"{address}/sim/wechat",
            "wecom_api_base": f"{address}/sim/wecom",
            "base_url": address,
        }
    )
    app = demo_app(settings, office, clock, address)
    tell(f"信使演示已启动：{rulebook.display_name}")
    tell(f"请用浏览器打开  {address}/sim   （按 Ctrl-C 结束）")
    run_app(app, HOST, port)


def demo_app(settings: DemoSettings, office: Office, clock: MovableClock, address: str) -> web.Application:
    """The service with the simulator mounted at ``/sim``, both on one movable clock."""
    app = create_app(settings, clock=clock)
    nursery = Nursery()
    account = _account(settings, office, clock, address)
    simulator = create_simulator(account, clock, nursery, lambda: _hints(settings, clock))
    app.add_subapp("/sim", simulator)
    app.cleanup_ctx.append(_menu_and_rest(nursery))
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
        memory=_kept(settings, "phones"),
        wecom=demo_corp(settings, office, staff, address, _kept(settings, "desks")),
    )


def _kept(settings: DemoSettings, phones: str) -> Path:
    """Where phones keep their chats across restarts: those of firms, those on the desks of staff."""
    return settings.data_dir / f"demo-{Path(settings.rulebook).stem}-{phones}.json"


def _hints(settings: DemoSettings, clock: MovableClock) -> Sequence[Hint]:
    with open_session(settings.database_url, sealer=Vault(settings.key()), clock=clock) as uow:
        hints = demo_hints(uow)
    firms = [Hint(f"绑定 {hint.code}", f"{hint.name}：{hint.what_to_try}") for hint in hints]
    staff = [Hint("待办", "工作人员：看看有什么要办", staff=True)]
    if hints:
        staff.append(Hint(f"查 {hints[0].name}", "工作人员：查一家企业的等级和依据", staff=True))
        staff.append(Hint(f"绑定码 {hints[0].name}", "工作人员：给企业一个新的绑定码", staff=True))
    return [*firms, *staff]


def _menu_and_rest(nursery: Nursery) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(app: web.Application) -> AsyncIterator[None]:
        parts = app[PARTS]
        parts.nursery.start(push_menu(parts.api), "menu")
        yield
        await nursery.close()

    return context
