"""The delivery loop: the only one that pushes messages to people, one for each channel.

Leasing an outbox row is a short transaction; no transaction is open while the
platform is asked. What the platform surely did not take is tried again with
growing pauses; a send whose outcome is unknown is shown to staff and never
repeated, unless the platform itself drops a repeat. Several notices for one
person go out as one message.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.carriers import Carried, Carrier, Parcel, Unreachable
from bot.channels.api_errors import Action, ApiError, OutcomeUnknown, TryAgain
from bot.channels.wecom_cards import new_task_id
from bot.metrics import Metrics
from bot.pipeline import House, book_failure
from bot.tasks import Nursery
from domain.errors import XinshiError
from domain.ports import PhoneCard
from storage.outbox import ANSWER, CARD_UPDATE, OutboxRow
from storage.runner import Priority
from storage.unit_of_work import SqlUnitOfWork

log = structlog.get_logger("xinshi.delivery")

LEASE = timedelta(seconds=60)
AT_ONCE = 16
IDLE_SECONDS = 1.0
LAST_ATTEMPT = 6
#: notices to one person that were said within this time go out as one message
TOGETHER = timedelta(minutes=10)
MAX_BYTES = 2048
BETWEEN = "\n\n"

Booking = Callable[[SqlUnitOfWork], None]


class Delivery:
    """Empties the outbox towards the people of one channel."""

    def __init__(self, house: House, carrier: Carrier, nursery: Nursery, metrics: Metrics) -> None:
        self._house = house
        self._carrier = carrier
        self._nursery = nursery
        self._metrics = metrics
        self._wake = asyncio.Event()
        self._stopping = False

    def stop(self) -> None:
        """Lease no more; ``run`` ends once what is under way is booked, so that no outcome stays unknown."""
        self._stopping = True
        self._wake.set()

    def wake(self) -> None:
        """Something was queued: do not wait for the next look."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until stopped; a database that is away is waited for."""
        while not self._stopping:
            self._wake.clear()
            try:
                tried = await self.once()
            except XinshiError as error:
                log.error("delivery rests", action="delivery.rests", error=str(error))
                tried = 0
            if not tried and not self._stopping:
                await self._rest()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)

    async def once(self) -> int:
        """Lease what is due and try each message once; return how many were tried."""
        now = self._house.clock.now()
        parcels = await self._house.runner.run(
            lambda uow: self._lease(uow, now), priority=Priority.BACKGROUND, limit_ms=None
        )
        tries = [self._nursery.start(self._try(parcel), "deliver") for parcel in parcels]
        if tries:
            await asyncio.wait(tries)
        return len(tries)

    def _lease(self, uow: SqlUnitOfWork, now: datetime) -> list[Parcel]:
        rows = uow.outbox.lease(now, LEASE, AT_ONCE, channels=(self._carrier.channel.value,))
        return [_parcel(uow, row, now) for row in rows]

    async def _try(self, parcel: Parcel) -> None:
        end, booking = await self._send(parcel)
        self._metrics.deliveries.labels(end).inc()
        log.info(
            "delivery",
            action=f"delivery.{end}",
            outbox_id=parcel.first.id,
            inbox_id=parcel.first.inbox_id,
            attempt=parcel.first.attempts,
            letters=len(parcel.rows),
        )
        await self._house.runner.run(booking, priority=Priority.BACKGROUND, limit_ms=None)

    async def _send(self, parcel: Parcel) -> tuple[str, Booking]:
        now = self._house.clock.now()
        try:
            carried = await self._carrier.carry(parcel, now)
        except Unreachable as closed:
            return self._lost(parcel, "unreachable", str(closed))
        except OutcomeUnknown as unknown:
            return "unknown", self._unknown(parcel, str(unknown), now)
        except TryAgain as failure:
            return self._park_or_bury(parcel, str(failure), now)
        except ApiError as refusal:
            return self._refused(parcel, refusal, now)
        return "hinted" if carried.hint else "sent", self._sent(parcel, carried, now)

    def _sent(self, parcel: Parcel, carried: Carried, asked_at: datetime) -> Booking:
        def book(uow: SqlUnitOfWork) -> None:
            now = self._house.clock.now()
            for row in parcel.rows:
                uow.outbox.sent(row.id, carried.platform_id or None, now, hint=carried.hint)
            _note_card(uow, parcel, carried, now)
            if not carried.hint:
                self._count(uow, parcel, asked_at)

        return book

    def _unknown(self, parcel: Parcel, error: str, asked_at: datetime) -> Booking:
        def book(uow: SqlUnitOfWork) -> None:
            for row in parcel.rows:
                uow.outbox.unknown(row.id, error)
            # it may have been taken: better a template too early than a refusal
            self._count(uow, parcel, asked_at)

        return book

    def _count(self, uow: SqlUnitOfWork, parcel: Parcel, asked_at: datetime) -> None:
        if window := self._carrier.spends(parcel, asked_at):
            uow.people.note_sent(parcel.person.id, window)

    def _refused(self, parcel: Parcel, refusal: ApiError, now: datetime) -> tuple[str, Booking]:
        error = f"{refusal.code} {refusal.hint}"
        if refusal.action in (Action.UNREACHABLE, Action.FALLBACK):
            return self._lost(parcel, "unreachable", error)
        if refusal.action in (Action.PERMANENT, Action.BUG):
            log.error("refused", action="delivery.refused", outbox_id=parcel.first.id, error=str(refusal))
            return self._lost(parcel, "dead", error)
        if refusal.action is Action.QUOTA:
            due = now + max(refusal.wait, timedelta(seconds=1))
            return "held", _each(parcel, lambda uow, row: uow.outbox.retry(row.id, due, error, counts=False))
        return self._park_or_bury(parcel, error, now, refusal.wait)

    def _park_or_bury(
        self, parcel: Parcel, error: str, now: datetime, wait: timedelta = timedelta(0)
    ) -> tuple[str, Booking]:
        if parcel.first.attempts >= LAST_ATTEMPT:
            return self._lost(parcel, "dead", error)
        due = now + max(wait, pause(parcel.first.attempts))
        return "parked", _each(parcel, lambda uow, row: uow.outbox.retry(row.id, due, error))

    def _lost(self, parcel: Parcel, end: str, error: str) -> tuple[str, Booking]:
        """Given up, or nobody there: what has legal effect must be served in another way."""

        def book(uow: SqlUnitOfWork, row: OutboxRow) -> None:
            if end == "dead":
                uow.outbox.dead(row.id, error)
            else:
                uow.outbox.unreachable(row.id, error)
            if row.legal_effect:
                book_failure(self._house.work(uow), row, error)

        return end, _each(parcel, book)


def _parcel(uow: SqlUnitOfWork, row: OutboxRow, now: datetime) -> Parcel:
    """What goes out with one send: a card under an id that is kept, or a text with others."""
    person = uow.people.get(row.person_id)
    case = uow.cases.get(row.case_id) if row.case_id is not None else None
    number = case.number if case is not None else ""
    if row.card is not None:
        task_id = row.task_id or new_task_id()
        uow.outbox.note_task(row.id, task_id)
        return Parcel((row,), person, row.text, number, task_id)
    others: list[OutboxRow] = []
    if row.kind not in (ANSWER, CARD_UPDATE):
        room = MAX_BYTES - len(row.text.encode())
        others = uow.outbox.join(row, now, now + LEASE, within=TOGETHER, room=room)
    rows = (row, *others)
    said, windows = BETWEEN.join(each.text for each in rows), uow.people.windows(person.id)
    return Parcel(rows, person, said, number, windows=windows)


def _each(parcel: Parcel, book: Callable[[SqlUnitOfWork, OutboxRow], None]) -> Booking:
    """The same booking for every letter of a message."""

    def booking(uow: SqlUnitOfWork) -> None:
        for row in parcel.rows:
            book(uow, row)

    return booking


def _note_card(uow: SqlUnitOfWork, parcel: Parcel, carried: Carried, now: datetime) -> None:
    """A card was put on a phone: its member has been shown the case at that version."""
    row = parcel.first
    if row.case_id is None or row.card is None or not carried.as_card:
        return
    userid, version = parcel.person.sender, int(row.card["version"])
    uow.cards.note(PhoneCard(parcel.task_id, row.case_id, userid, version, carried.response_code), now)
    if (uow.cases.seen_version(userid, row.case_id) or 0) < version:
        uow.cases.note_view(userid, row.case_id, version, now)


def pause(attempts: int) -> timedelta:
    """How long a message rests after so many attempts: 5 s, doubling to 10 min, with jitter."""
    seconds = min(600.0, 5.0 * 2 ** max(0, attempts - 1))
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, hides nothing
