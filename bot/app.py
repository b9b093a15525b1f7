"""The house put together: the only place where every part is known.

``create_app`` makes the service for ``serve`` and for tests; ``run_demo``
puts the simulator beside it in the same process.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from shutil import rmtree

import structlog
from aiohttp import ClientSession, web

from bot.carriers import ServiceAccountCarrier, WeComCarrier
from bot.channels.api_errors import TryAgain
from bot.channels.codec import Codec
from bot.channels.official_account import Mode, OfficialAccountCallback
from bot.channels.wechat_api import WeChatApi
from bot.channels.wecom import WeComCallback
from bot.channels.wecom_api import WeComApi
from bot.clock import SystemClock
from bot.counting import Statistician
from bot.delivery import Delivery
from bot.documents.seal import NoSeal, PictureSeals, Seal, TestSeal
from bot.importing import Importer
from bot.logging import configure, gather_lines
from bot.media import MediaFetcher
from bot.metrics import Metrics
from bot.orphans import sweep_orphans
from bot.pages import probes
from bot.pipeline import House, Pipeline, book_results, sweep_unanswered
from bot.reminding import reminder_jobs
from bot.scheduler import Job, Scheduler
from bot.settings import Settings
from bot.spoken import StaffTurns
from bot.stale_cards import StaleCards
from bot.tasks import Nursery
from bot.web import all_routes
from bot.web.doors import AUTHORIZE, FirmDoor, StaffDoor
from bot.web.entrance import entrance
from bot.web.site import Site
from bot.web.staff.cases import PAGE as CASE_PAGE
from bot.web.uploads import Uploads
from domain.clock import Clock
from domain.model.person import Channel
from domain.office import Office, parse_office
from domain.ports import Sealer
from domain.rules.rulebook import Rulebook
from domain.services import broadcasts, letters, measures
from domain.services.calendar import recount
from domain.services.grades import reassess_due
from domain.services.privacy import forget_old
from domain.services.work import Work
from handlers.dialogue import sweep_expired
from handlers.menu import menu_json
from handlers.turn import Inbound
from handlers.understand import warm_up
from storage import calendar
from storage.files import FolderFiles
from storage.rulebook_files import load_rulebook
from storage.runner import Priority, Runner, open_runner
from storage.tokens import StoredToken
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault

log = structlog.get_logger("xinshi.app")

#: answers under way get this long when the service stops
DRAIN_SECONDS = 5.0
#: audit rows of one short transaction
SEALED_AT_ONCE = 100
#: keys of inbound messages are remembered for so long; the platform repeats within a minute
INBOX_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running service is made of."""

    settings: Settings
    house: House
    pipeline: Pipeline
    delivery: Delivery
    scheduler: Scheduler
    nursery: Nursery
    metrics: Metrics
    api: WeChatApi
    #: to staff; None where no WeCom app is configured
    staff_delivery: Delivery | None = None
    stale_cards: StaleCards | None = None
    staff_api: WeComApi | None = None

    async def staff_login(self, code: str) -> str:
        """The userid behind a code of a page inside WeCom; "" where it is no member's."""
        return (await self.staff_api.login(code)).userid if self.staff_api is not None else ""


PARTS: web.AppKey[Parts] = web.AppKey("parts", Parts)
#: ends when all is loaded that is loaded beside the start
WARM: web.AppKey[asyncio.Task[None]] = web.AppKey("warm", asyncio.Task)


def create_app(settings: Settings, *, clock: Clock | None = None) -> web.Application:
    """The service as an aiohttp application. It opens its database, and starts its loops, when it starts.

    ``Misconfigured`` names at once what the settings, the rulebook or the
    office file lack.
    """
    app = web.Application()
    blueprint = _Blueprint(settings, clock or SystemClock())
    app.add_routes(probes(settings.data_dir, lambda: app[PARTS].house.runner, lambda: app[PARTS].metrics))
    app.add_routes(blueprint.callback(lambda: app[PARTS].pipeline).routes())
    if settings.has_wecom:
        app.add_routes(blueprint.staff_callback(lambda: app[PARTS].pipeline).routes())
    app.add_routes(Uploads(lambda: app[PARTS].house, blueprint.files).routes())
    app.add_routes(all_routes(blueprint.site(lambda: app[PARTS])))
    app.cleanup_ctx.append(blueprint.run)
    return app


class _Blueprint:
    """What is read before anything runs, so that a mistake stops the start with one line."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._rulebook = load_rulebook(settings.rulebook)
        self._office = read_office(settings)
        self._sealer = Vault(settings.key())
        self.files = FolderFiles(settings.attachments)

    def callback(self, pipeline: Callable[[], Pipeline]) -> OfficialAccountCallback:
        settings = self._settings
        codec = Codec(
            settings.wechat_token.get_secret_value(),
            settings.wechat_encoding_aes_key.get_secret_value(),
            settings.wechat_app_id,
        )
        return OfficialAccountCallback(
            codec=codec,
            account=settings.wechat_app_id,
            turns=_WhenOpen(pipeline),
            clock=self._clock,
            mode=Mode(settings.wechat_mode),
        )

    def staff_callback(self, pipeline: Callable[[], Pipeline]) -> WeComCallback:
        settings = self._settings
        codec = Codec(
            settings.wecom_token.get_secret_value(),
            settings.wecom_encoding_aes_key.get_secret_value(),
            settings.wecom_corp_id,
        )
        turns = StaffTurns(_WhenOpen(pipeline), _page(settings))
        return WeComCallback(codec=codec, account=settings.wecom_corp_id, turns=turns, clock=self._clock)

    def site(self, parts: Callable[[], Parts]) -> Site:
        """Both sides of the counter, each with the platform's way to tell who opens a page."""
        settings = self._settings
        return Site(
            lambda: parts().house,
            self.files,
            entrance=entrance,
            firm_door=FirmDoor(
                settings.wechat_app_id, _authorize(settings, "wechat_api_base"), lambda: parts().api.login
            ),
            staff_door=StaffDoor(
                settings.wecom_corp_id,
                settings.wecom_agent_id,
                _authorize(settings, "wecom_api_base"),
                lambda: parts().staff_login,
            )
            if settings.has_wecom
            else None,
        )

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        """Open everything, run the loops, and close in the opposite order."""
        # copies of tables whose reading a sudden end cut short: they are opened again from the file store
        await asyncio.to_thread(rmtree, self._settings.data_dir / "imports", ignore_errors=True)
        async with ClientSession() as session:
            parts = app[PARTS] = await self._open(session)
            deliveries = [each for each in (parts.delivery, parts.staff_delivery) if each is not None]
            loops = [parts.nursery.start(each.run(), "delivery") for each in deliveries]
            app[WARM] = parts.nursery.start(asyncio.to_thread(_warm_up), "warm-up")
            await parts.scheduler.start()
            log.info("ready", action="app.ready", rulebook=parts.house.rulebook.id)
            yield
            await parts.scheduler.stop()
            await parts.pipeline.drain(DRAIN_SECONDS)
            for each in deliveries:
                each.stop()
            await asyncio.wait(loops, timeout=DRAIN_SECONDS)
            await parts.nursery.close()
            await parts.house.runner.close()

    async def _open(self, session: ClientSession) -> Parts:
        settings, clock = self._settings, self._clock
        runner = await open_runner(
            settings.database_url, sealer=self._sealer, clock=clock, rulebook_id=self._rulebook.id
        )
        house = House(
            runner,
            clock,
            self._rulebook,
            self._office,
            self._sealer,
            settings.wecom_corp_id or "wecom",
            settings.base_url,
            _seal(settings),
        )
        nursery, metrics = Nursery(), Metrics()
        api = _api(settings, session, runner, clock)
        delivery = Delivery(house, ServiceAccountCarrier(api, self._office), nursery, metrics)
        staff_api = wecom_api(settings, session, runner, clock) if settings.has_wecom else None
        carrier = WeComCarrier(staff_api, _page(settings)) if staff_api else None
        staff_delivery = Delivery(house, carrier, nursery, metrics) if carrier else None
        stale_cards = StaleCards(house, carrier) if carrier else None
        media = MediaFetcher(house, {Channel.WECHAT: api}, self.files)
        importer = Importer(house, settings.database_url, self.files, settings.data_dir / "imports")

        def wake() -> None:
            delivery.wake()
            if staff_delivery is not None:
                staff_delivery.wake()

        pipeline = Pipeline(house, nursery, metrics, wake_delivery=wake)
        return Parts(
            settings=settings,
            house=house,
            pipeline=pipeline,
            delivery=delivery,
            scheduler=Scheduler(
                jobs_of(house, stale_cards, media, importer, self.files), runner, clock, metrics
            ),
            nursery=nursery,
            metrics=metrics,
            api=api,
            staff_delivery=staff_delivery,
            stale_cards=stale_cards,
            staff_api=staff_api,
        )


#: objects more than before, then so many collections of the young, then of the middle-aged
_COLLECT_AFTER = (5_000, 20, 50)


class _WhenOpen:
    """The pipeline of an application that may not have started when its routes are made."""

    def __init__(self, pipeline: Callable[[], Pipeline]) -> None:
        self._pipeline = pipeline

    async def answer(self, inbound: Inbound, *, arrived: float) -> str:
        return await self._pipeline().answer(inbound, arrived=arrived)


def _api(settings: Settings, session: ClientSession, runner: Runner, clock: Clock) -> WeChatApi:
    return WeChatApi(
        session,
        settings.wechat_api_base,
        settings.wechat_app_id,
        settings.wechat_app_secret.get_secret_value(),
        tokens=RunnerTokens(runner),
        clock=clock,
    )


def wecom_api(settings: Settings, session: ClientSession, runner: Runner, clock: Clock) -> WeComApi:
    """The interface of the app that staff talk to."""
    return WeComApi(
        session,
        settings.wecom_api_base,
        settings.wecom_corp_id,
        settings.wecom_agent_id,
        settings.wecom_secret.get_secret_value(),
        tokens=RunnerTokens(runner),
        clock=clock,
    )


def _authorize(settings: Settings, base: str) -> str:
    """Where browsers are asked who they are: beside the API where that was pointed elsewhere."""
    chosen: str = getattr(settings, base)
    return AUTHORIZE if chosen == type(settings).model_fields[base].default else chosen


def _seal(settings: Settings) -> Seal:
    """The demonstration prints a seal that says it is none; an office the pictures it keeps, or nothing."""
    if settings.demonstration:
        return TestSeal()
    return PictureSeals(settings.seals) if settings.seals is not None else NoSeal()


def _page(settings: Settings) -> str:
    """What a card opens, with {number} for the case's: the platform wants an address, even where we have none."""
    own = f"{settings.base_url}{CASE_PAGE}" if settings.base_url else ""
    return own or "https://www.creditchina.gov.cn/"


def read_office(settings: Settings) -> Office:
    """The office file of the settings; ``Misconfigured`` names what is wrong in it."""
    path = settings.office_file()
    return parse_office(path.read_text(encoding="utf-8-sig"), path.name)


def _warm_up() -> None:
    """What is slow to load, in a thread of its own: first the years of holidays, then the words."""
    calendar.warm_up()
    warm_up()


def jobs_of(
    house: House,
    stale_cards: StaleCards | None = None,
    media: MediaFetcher | None = None,
    importer: Importer | None = None,
    files: FolderFiles | None = None,
) -> list[Job]:
    """What is looked at, and how often. Every job finds its work in the database."""
    clock = house.clock

    def writing(work: Callable[[SqlUnitOfWork, datetime], int]) -> Callable[[], Awaitable[int]]:
        return lambda: house.runner.run(
            lambda uow: work(uow, clock.now()), priority=Priority.BACKGROUND, limit_ms=None
        )

    def draining(work: Callable[[SqlUnitOfWork, datetime], int]) -> Callable[[], Awaitable[int]]:
        """Short transactions until nothing is left."""

        async def drain() -> int:
            total = 0
            while done := await writing(work)():
                total += done
            return total

        return drain

    async def reassess() -> int:
        """In chunks, each a short transaction; how many chunks there were."""
        after, chunks = 0, 0
        while after := await writing(partial(_reassess, house.rulebook, after))():
            chunks += 1
        return chunks

    jobs = [
        # to the end of the tail, in batches that no turn has to wait for
        Job("seal_audit", draining(lambda uow, _: uow.sealing.seal_batch(SEALED_AT_ONCE)), seconds=1),
        Job("sweep_unanswered", writing(sweep_unanswered), seconds=5),
        Job("delivery_results", draining(lambda uow, _: book_results(house.work(uow), uow)), seconds=2),
        Job("expire_forms", writing(sweep_expired), seconds=30),
        Job("reassess_due", reassess, seconds=300),
        Job("recount", draining(partial(_recount, house)), seconds=60),
        Job(
            "forget_inbox",
            draining(lambda uow, now: _forget_inbound(uow, now - INBOX_KEPT)),
            daily_at=time(3, 30),
        ),
        # what the privacy notice promises to delete
        Job("forget_old", draining(forget_old), daily_at=time(3, 40)),
        Job("measures", draining(lambda uow, _: measures.catch_up(house.work(uow))), seconds=30),
        Job("served", writing(lambda uow, _: letters.sweep_served(house.work(uow))), seconds=30),
        Job("statistics", Statistician(house).refresh, seconds=30),
    ]
    jobs += [
        Job(f"broadcast_{step.__name__}", draining(partial(_broadcast, house, step)), seconds=3)
        for step in (broadcasts.count, broadcasts.send, broadcasts.report)
    ]
    jobs += reminder_jobs(house)
    if media is not None:
        jobs.append(Job("media", media.fetch, seconds=2))
    if importer is not None:
        jobs += [Job("intakes", importer.work, seconds=1), Job("sweep_intakes", importer.sweep, seconds=60)]
    if files is not None:
        # after ``forget_old``, which lets go of drafts that were kept long enough
        jobs.append(Job("sweep_orphans", partial(sweep_orphans, house, files), daily_at=time(4, 10)))
    if stale_cards is not None:
        jobs.append(Job("stale_cards", stale_cards.refresh, seconds=1))
    return jobs


def _reassess(rulebook: Rulebook, after: int, uow: SqlUnitOfWork, now: datetime) -> int:
    return reassess_due(uow, rulebook, now, after=after)


def _forget_inbound(uow: SqlUnitOfWork, before: datetime) -> int:
    return uow.inbox.forget(before) + uow.outbox.forget_results(before)


def _broadcast(house: House, step: Callable[[Work], int], uow: SqlUnitOfWork, _: datetime) -> int:
    return step(house.work(uow))


def _recount(house: House, uow: SqlUnitOfWork, _: datetime) -> int:
    """Deadlines of open cases after a change of the calendar."""
    return recount(house.work(uow))


class RunnerTokens:
    """The platform tokens of the database, for the API client."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def get(self, app: str) -> StoredToken | None:
        return await self._runner.read(lambda uow: uow.tokens.get(app))

    async def save(self, app: str, value: str, expires_at: datetime) -> None:
        await self._runner.run(
            lambda uow: uow.tokens.save(app, value, expires_at), priority=Priority.BACKGROUND
        )


async def push_menu(api: WeChatApi, base_url: str, *, tries: int = 50) -> None:
    """Give the account its menu; patient with a platform that is just starting, as in the demonstration."""
    while True:
        tries -= 1
        try:
            await api.create_menu(menu_json(base_url))
            return
        except TryAgain:
            if not tries:
                raise
            await asyncio.sleep(0.1)


async def push_menu_once(settings: Settings, sealer: Sealer, clock: Clock) -> None:
    """Give the account its menu from a process of its own. ``ApiError`` where the platform does not take it."""
    runner = await open_runner(settings.database_url, sealer=sealer, clock=clock)
    try:
        async with ClientSession() as session:
            await push_menu(_api(settings, session, runner, clock), settings.base_url, tries=1)
    finally:
        await runner.close()


def run_serve(settings: Settings, host: str, port: int) -> None:
    """Serve until told to stop. ``Misconfigured`` or ``Unavailable`` where the start is impossible."""
    configure(settings.log_format)
    run_app(create_app(settings), host, port)


def run_app(app: web.Application, host: str, port: int) -> None:
    """Serve an application in this process until it is told to stop."""
    app.cleanup_ctx.append(gather_lines)
    app.cleanup_ctx.append(_spare_the_collector)
    # no access log: it costs more than the cryptography, and every push has a line of its own
    web.run_app(app, host=host, port=port, print=None, access_log=None)


async def _spare_the_collector(app: web.Application) -> AsyncIterator[None]:
    """Keep what stays for ever out of every later collection, and let those come seldom.

    A full one would stop all turns for a tenth of a second; what a turn leaves
    is freed without the collector, but for a few circles.
    """

    def spare(_: object) -> None:
        gc.freeze()
        gc.set_threshold(*_COLLECT_AFTER)

    before = gc.get_threshold()
    app[WARM].add_done_callback(spare)
    yield
    gc.set_threshold(*before)
