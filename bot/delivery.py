"""The delivery loop: the only one that pushes messages to people.

Leasing an outbox row is a short transaction; no transaction is open while the
platform is asked. What the platform surely did not take is tried again with
growing pauses; a send whose outcome is unknown is shown to staff and never
repeated, since customer messages have no idempotency key.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.channels.api_errors import Action, ApiError, OutcomeUnknown, TryAgain
from bot.metrics import Metrics
from bot.tasks import Nursery
from domain.clock import Clock
from domain.errors import XinshiError
from domain.model.person import Channel, Person
from storage.outbox import OutboxRow
from storage.runner import Priority, Runner
from storage.unit_of_work import SqlUnitOfWork

log = structlog.get_logger("xinshi.delivery")

LEASE = timedelta(seconds=60)
AT_ONCE = 16
IDLE_SECONDS = 1.0
LAST_ATTEMPT = 6
#: a person may be written to for 48 hours after their last message
WINDOW = timedelta(hours=48)

Booking = Callable[[SqlUnitOfWork], None]


class Sender(Protocol):
    """Sends one text to one person; returns the platform's number of it, or ""."""

    async def send_text(self, openid: str, text: str) -> str: ...


class Delivery:
    """Empties the outbox towards the people of one channel."""

    def __init__(
        self, runner: Runner, clock: Clock, sender: Sender, nursery: Nursery, metrics: Metrics
    ) -> None:
        self._runner = runner
        self._clock = clock
        self._sender = sender
        self._nursery = nursery
        self._metrics = metrics
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something was queued: do not wait for the next look."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled; a database that is away is waited for."""
        while True:
            self._wake.clear()
            try:
                tried = await self.once()
            except XinshiError as error:
                log.error("delivery rests", action="delivery.rests", error=str(error))
                tried = 0
            if not tried:
                await self._rest()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)

    async def once(self) -> int:
        """Lease what is due and try each message once; return how many were tried."""
        now = self._clock.now()
        rows = await self._runner.run(
            lambda uow: _lease(uow, now), priority=Priority.BACKGROUND, limit_ms=None
        )
        tries = [self._nursery.start(self._try(row, person), "deliver") for row, person in rows]
        if tries:
            await asyncio.wait(tries)
        return len(tries)

    async def _try(self, row: OutboxRow, person: Person) -> None:
        end, booking = await self._send(row, person)
        self._metrics.deliveries.labels(end).inc()
        log.info(
            "delivery",
            action=f"delivery.{end}",
            outbox_id=row.id,
            inbox_id=row.inbox_id,
            attempt=row.attempts,
        )
        await self._runner.run(booking, priority=Priority.BACKGROUND, limit_ms=None)

    async def _send(self, row: OutboxRow, person: Person) -> tuple[str, Booking]:
        now = self._clock.now()
        if reason := _closed(person, now):
            return "unreachable", lambda uow: uow.outbox.unreachable(row.id, reason)
        try:
            platform_id = await self._sender.send_text(person.sender, row.text)
        except OutcomeUnknown as unknown:
            error = str(unknown)
            return "unknown", lambda uow: uow.outbox.unknown(row.id, error)
        except TryAgain as failure:
            return _park_or_bury(row, str(failure), now)
        except ApiError as refusal:
            return _refused(row, refusal, now)
        return "sent", lambda uow: uow.outbox.sent(row.id, platform_id or None, self._clock.now())


def _refused(row: OutboxRow, refusal: ApiError, now: datetime) -> tuple[str, Booking]:
    error = str(refusal)
    if refusal.action in (Action.UNREACHABLE, Action.FALLBACK):
        return "unreachable", lambda uow: uow.outbox.unreachable(row.id, error)
    if refusal.action in (Action.PERMANENT, Action.BUG):
        return "dead", lambda uow: uow.outbox.dead(row.id, error)
    return _park_or_bury(row, error, now, refusal.wait)


def _park_or_bury(
    row: OutboxRow, error: str, now: datetime, wait: timedelta = timedelta(0)
) -> tuple[str, Booking]:
    if row.attempts >= LAST_ATTEMPT:
        return "dead", lambda uow: uow.outbox.dead(row.id, error)
    due = now + max(wait, pause(row.attempts))
    return "parked", lambda uow: uow.outbox.retry(row.id, due, error)


def pause(attempts: int) -> timedelta:
    """How long a message rests after so many attempts: 5 s, doubling to 10 min, with jitter."""
    seconds = min(600.0, 5.0 * 2 ** max(0, attempts - 1))
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, hides nothing


def _lease(uow: SqlUnitOfWork, now: datetime) -> list[tuple[OutboxRow, Person]]:
    rows = uow.outbox.lease(now, LEASE, AT_ONCE, channels=(Channel.WECHAT.value,))
    return [(row, uow.people.get(row.person_id)) for row in rows]


def _closed(person: Person, now: datetime) -> str:
    """Why no customer message may go to this person now; "" when one may."""
    if not person.followed:
        return "已取消关注"
    if person.last_inbound_at is None or now - person.last_inbound_at > WINDOW:
        return "超过48小时未联系，客服消息窗口已关闭"
    return ""
