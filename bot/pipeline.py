"""One turn of talk, from a verified push to its answer: the visible list.

    understand → claim → identify → lock the conversation → handler → commit → answer

Everything from the claim to the commit is one piece of work in one
transaction (``Turns.piece``). The shell around it (``Pipeline``) knows time:
who still waits, who was already told ``success``, who pushes a second time.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

import structlog

from bot.channels.wecom import SYSTEM_SENDER
from bot.documents.seal import NoSeal, Seal
from bot.metrics import Metrics
from bot.spoken import kept, update_of
from bot.tasks import Nursery
from domain.clock import Clock
from domain.errors import Refused, TurnTooLong, Unavailable
from domain.model.person import Channel, Person
from domain.office import Office
from domain.ports import Sealer
from domain.rules.rulebook import Rulebook
from domain.rules.talk_windows import Touch
from domain.services import letters
from domain.services.case_effects import follow
from domain.services.work import Work
from handlers.context import Context
from handlers.router import audience_of, dispatch
from handlers.turn import Audience, Inbound, InboundKind
from handlers.understand import exact, understand
from storage.failures import is_for_the_runner
from storage.inbox import Claim
from storage.outbox import ANSWER, CARD_UPDATE, OutboxRow
from storage.runner import Runner
from storage.unit_of_work import SqlUnitOfWork

log = structlog.get_logger("xinshi.turn")

#: the platform cuts at 5 s; about a second is left for the way back
ANSWER_WITHIN = 4.0
#: a turn that starts this late leaves the owner of its answer open until after the commit
OWNER_OPEN_AFTER = 3.0

#: a reply without an owner for so long lost its process
UNANSWERED_AFTER = timedelta(seconds=20)
#: of a reported result so much is kept; the platform's own words are far shorter
RESULT_LENGTH = 60

FAILED = "出错了，已记录（编号{no}）。请稍后再试，或联系{office}{phone}。"
TOO_LONG = "这次查询要算得久一些，没有办成，也没有改动任何内容。请稍后再试，或联系{office}{phone}。"
TOO_FAST = "您发得太快了，请{seconds}秒后再发。"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a piece of work left behind: the inbox row, the reply, who owns the answer."""

    inbox_id: int
    person_id: int | None
    text: str
    owner: str
    repeated: bool = False
    #: what a handler raised; logged after the commit, since the writer has no time to write tracebacks
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class House:
    """What every turn needs and none may change."""

    runner: Runner
    clock: Clock
    rulebook: Rulebook
    office: Office
    sealer: Sealer
    #: the WeCom corp id, under which staff are written to
    staff_account: str = "wecom"
    #: the address of our own pages
    base_url: str = ""
    #: who prints the impression on papers
    seal: Seal = field(default_factory=NoSeal)

    def work(self, uow: SqlUnitOfWork) -> Work:
        """What the services of cases want, in one transaction."""
        return Work(
            uow=uow,
            rulebook=self.rulebook,
            office=self.office,
            calendar=uow.calendar.load(),
            sealer=self.sealer,
            now=self.clock.now(),
            follow=follow,
            staff_account=self.staff_account,
            base_url=self.base_url,
        )


class Pipeline:
    """Answers inbound messages of every channel; one for each process."""

    def __init__(
        self, house: House, nursery: Nursery, metrics: Metrics, *, wake_delivery: Callable[[], None]
    ) -> None:
        self._house = house
        self._nursery = nursery
        self._metrics = metrics
        self._wake_delivery = wake_delivery
        self._working: dict[str, _Working] = {}
        self._pace = Pace()

    async def answer(self, inbound: Inbound, *, arrived: float) -> str:
        """The passive reply; "" where silence or a later message is the answer.

        ``arrived`` is the loop's time at which the push came in. Raises
        ``Unavailable`` when nothing could be claimed: the platform pushes again.
        """
        loop = asyncio.get_running_loop()
        working = self._working.get(inbound.dedupe_key)
        if working is None:
            if wait := self._pace.wait(inbound, loop.time()):
                return TOO_FAST.format(seconds=wait)
            working = self._start(inbound, arrived)
        working.waiting += 1
        try:
            remaining = max(0.0, arrived + ANSWER_WITHIN - loop.time())
            done, _ = await asyncio.wait({working.task}, timeout=remaining)
        finally:
            working.waiting -= 1
        self._metrics.turn_seconds.labels(inbound.channel).observe(loop.time() - arrived)
        if working.unavailable is not None:
            raise working.unavailable
        return working.task.result() if done else ""

    async def drain(self, seconds: float) -> None:
        """Wait for the turns under way, at most so long."""
        if tasks := [working.task for working in self._working.values()]:
            await asyncio.wait(tasks, timeout=seconds)

    def _start(self, inbound: Inbound, arrived: float) -> _Working:
        working = _Working(arrived)
        self._working[inbound.dedupe_key] = working
        working.task = self._nursery.start(self._turn(_understood(inbound), working), "turn")
        return working

    async def _turn(self, inbound: Inbound, working: _Working) -> str:
        try:
            outcome = await self._work(inbound, working)
            return await self._hand_over(outcome, working)
        except Unavailable as reason:
            log.warning("nothing claimed", action="turn.unavailable", error=str(reason))
            working.unavailable = reason
            return ""
        finally:
            del self._working[inbound.dedupe_key]

    async def _work(self, inbound: Inbound, working: _Working) -> Outcome:
        clock, loop = self._house.clock, asyncio.get_running_loop()
        end = "unavailable"
        try:
            outcome = await self._house.runner.run(
                lambda uow: claim_and_handle(self._house, uow, inbound, loop.time() - working.arrived)
            )
            end = "repeated" if outcome.repeated else "failed" if outcome.error else "ok"
            if outcome.error:
                log.error(
                    "handler failed",
                    action="turn.failed",
                    inbox_id=outcome.inbox_id,
                    kind=inbound.kind,
                    exc_info=outcome.error,
                )
        except TurnTooLong:
            end = "too_long"
            log.warning("turn too long", action="turn.too_long", inbox=inbound.dedupe_key[-12:])
            text = TOO_LONG.format(office=self._house.office.short_name, phone=self._house.office.phone)
            outcome = await self._house.runner.run(lambda uow: claim_only(uow, inbound, text, clock))
        finally:
            self._metrics.turns.labels(inbound.channel, end).inc()
        return outcome

    async def _hand_over(self, outcome: Outcome, working: _Working) -> str:
        """Give the reply to its one owner: the push that waits, or the outbox.

        A turn in good time commits its reply as ``passive`` already; there is no
        await between that check and the end of the task, so nobody can leave in
        between. Everything else changes the owner by compare-and-set.
        """
        if not outcome.text:
            return ""
        if working.waiting and outcome.owner == "passive" and not outcome.repeated:
            return outcome.text
        waited_for = working.waiting > 0
        won = await self._take(outcome, waited_for)
        if won and waited_for and not working.waiting:  # left while we asked
            waited_for, won = False, await self._take(outcome, False)
        if won and not waited_for:
            self._wake_delivery()
        return outcome.text if won and waited_for else ""

    async def _take(self, outcome: Outcome, waited_for: bool) -> bool:
        now = self._house.clock.now()
        return await self._house.runner.run(lambda uow: take_answer(uow, outcome, waited_for, now))


class _Working:
    """A turn under way: repeats wait on it in memory, never on a connection."""

    __slots__ = ("arrived", "task", "unavailable", "waiting")

    task: asyncio.Task[str]

    def __init__(self, arrived: float) -> None:
        self.arrived = arrived
        self.waiting = 0
        self.unavailable: Unavailable | None = None


def _understood(inbound: Inbound) -> Inbound:
    """The inbound with guesses, where no exact word matches. Pure; runs before the queue."""
    if inbound.kind not in (InboundKind.TEXT, InboundKind.VOICE) or not inbound.text:
        return inbound
    # staff say exact words: nothing they say is guessed at
    if audience_of(inbound.channel) is Audience.STAFF or exact(inbound.text):
        return inbound
    return replace(inbound, guesses=understand(inbound.text))


# -- inside the transaction ---------------------------------------------------


def claim_and_handle(house: House, uow: SqlUnitOfWork, inbound: Inbound, age: float) -> Outcome:
    """Claim the key, do the turn once, keep its reply. One transaction.

    A handler that raises loses its effects (inner savepoint) and keeps its
    claim: one failure, one answer, no storm of repeats.
    """
    now = house.clock.now()
    claim = uow.inbox.claim(inbound.dedupe_key, None, now)
    if not claim.new:
        return _repeated(claim)
    if _speaks_for_nobody(inbound):
        uow.inbox.store_reply(claim.id, "")
        return Outcome(claim.id, None, "", "passive")
    person = _person(uow, inbound, now)
    text, error = _handle(house, uow, inbound, person, claim.id)
    owner: Literal["none", "passive"] = "passive" if age < OWNER_OPEN_AFTER else "none"
    uow.inbox.store_reply(claim.id, text, error is not None, person_id=person.id, owner=owner)
    return Outcome(claim.id, person.id, text, owner, error=error)


#: what opens no window for messages of ours, or another one than a message does
_TOUCHES: dict[InboundKind, Touch] = {
    InboundKind.CLICK: Touch.TAP,
    InboundKind.SCAN: Touch.TAP,
    InboundKind.FOLLOW: Touch.TAP,
    InboundKind.UNFOLLOW: Touch.LEFT,
    InboundKind.VIEW: Touch.OTHER,
    InboundKind.ENTER: Touch.OTHER,
    InboundKind.CARD: Touch.OTHER,
    InboundKind.OTHER: Touch.OTHER,
}


def _person(uow: SqlUnitOfWork, inbound: Inbound, now: datetime) -> Person:
    """Who it is; that they did something just now is noted, unless the platform reports what it did itself."""
    who = (inbound.channel, inbound.account, inbound.sender, now)
    if inbound.kind is InboundKind.JOB_FINISHED:
        return uow.people.get_or_add(*who)
    return uow.people.arrive(*who, _TOUCHES.get(inbound.kind, Touch.MESSAGE))


def _speaks_for_nobody(inbound: Inbound) -> bool:
    """Changes of the contact list come from the platform itself, which is no person."""
    return inbound.channel is Channel.WECOM and inbound.sender == SYSTEM_SENDER


def claim_only(uow: SqlUnitOfWork, inbound: Inbound, text: str, clock: Clock) -> Outcome:
    """Claim a key with a fixed reply, for a turn that could not be done."""
    claim = uow.inbox.claim(inbound.dedupe_key, None, clock.now())
    if not claim.new:
        return _repeated(claim)
    person = _person(uow, inbound, clock.now())
    uow.inbox.store_reply(claim.id, text, True, person_id=person.id)
    return Outcome(claim.id, person.id, text, "none")


def _repeated(claim: Claim) -> Outcome:
    return Outcome(claim.id, None, claim.reply or "", claim.owner, repeated=True)


def take_answer(uow: SqlUnitOfWork, outcome: Outcome, waited_for: bool, now: datetime) -> bool:
    """Take the answer by compare-and-set: for a push that waits, or for the outbox in the same transaction.

    True where it is ours. A repeat takes over what an earlier push was given,
    since the platform repeats only what it got no answer to.
    """
    if waited_for and outcome.repeated:
        return outcome.owner == "repeat" or uow.inbox.own(outcome.inbox_id, "repeat")
    if waited_for:
        return uow.inbox.own(outcome.inbox_id, "passive")
    if outcome.repeated or outcome.person_id is None:
        return False
    return uow.inbox.own(outcome.inbox_id, "outbox") and queue_answer(
        uow, outcome.inbox_id, outcome.person_id, outcome.text, now
    )


def queue_answer(uow: SqlUnitOfWork, inbox_id: int, person_id: int, text: str, now: datetime) -> bool:
    """Put a reply that missed its push into the outbox, unique on the inbox row."""
    update = update_of(text)
    return uow.outbox.put(
        person_id=person_id,
        text="" if update else text,
        unique_key=f"answer:{inbox_id}",
        at=now,
        kind=CARD_UPDATE if update else ANSWER,
        inbox_id=inbox_id,
        card=update,
    )


def sweep_unanswered(uow: SqlUnitOfWork, now: datetime) -> int:
    """Send what stayed without an owner for 20 s (its process died); return how many."""
    swept = 0
    for row in uow.inbox.unanswered(now - UNANSWERED_AFTER):
        if uow.inbox.own(row.inbox_id, "outbox"):
            swept += queue_answer(uow, row.inbox_id, row.person_id, row.reply, now)
    return swept


def _handle(
    house: House, uow: SqlUnitOfWork, inbound: Inbound, person: Person, inbox_id: int
) -> tuple[str, Exception | None]:
    try:
        with uow.savepoint():
            return _talk(house, uow, inbound, person), None
    except Refused as refusal:
        return refusal.text, None
    except Exception as error:
        if is_for_the_runner(error):
            raise
        return FAILED.format(no=inbox_id, office=house.office.short_name, phone=house.office.phone), error


def _talk(house: House, uow: SqlUnitOfWork, inbound: Inbound, person: Person) -> str:
    if inbound.kind is InboundKind.JOB_FINISHED:
        result = inbound.extra.get("Status", "")[:RESULT_LENGTH]
        uow.outbox.note_result(inbound.key, result, house.clock.now())
        return ""
    context = Context(
        uow=uow,
        clock=house.clock,
        rulebook=house.rulebook,
        office=house.office,
        sealer=house.sealer,
        person=person,
        conversation=uow.conversations.load(person.id),
        staff_account=house.staff_account,
        base_url=house.base_url,
    )
    return kept(dispatch(context, inbound), inbound)


def book_results(work: Work, uow: SqlUnitOfWork) -> int:
    """Book the late results of template messages on the letters they speak of; return how many."""
    results = uow.outbox.take_results()
    for row, result in results:
        if not result.startswith("success"):
            uow.outbox.unreachable(row.id, result)
            book_failure(work, row, result)
    return len(results)


def book_failure(work: Work, row: OutboxRow, reason: str) -> None:
    """A letter failed for good: one with legal effect becomes 送达 where no other of its notice gets through."""
    if row.legal_effect:
        letters.not_delivered(work, notice=row.notice, case_id=row.case_id, text=row.text, reason=reason)


class Pace:
    """Inbound limit for each person: a burst of 20, then one message every 2 seconds.

    In memory: it protects this process, and forgetting it in a restart harms nobody.
    取消 and events that nobody typed are never held back.
    """

    BURST = 20
    PER_SECOND = 0.5
    REMEMBERED = 20_000

    def __init__(self) -> None:
        self._buckets: OrderedDict[tuple[str, str, str], tuple[float, float]] = OrderedDict()

    def wait(self, inbound: Inbound, now: float) -> int:
        """Whole seconds this person must wait; 0 when the message may pass."""
        if inbound.channel is Channel.CONSOLE:  # a terminal is the operator's own; scripts are fast
            return 0
        if inbound.text == "取消" or inbound.kind in (InboundKind.UNFOLLOW, InboundKind.JOB_FINISHED):
            return 0
        who = (inbound.channel, inbound.account, inbound.sender)
        level, since = self._buckets.pop(who, (float(self.BURST), now))
        level = min(float(self.BURST), level + (now - since) * self.PER_SECOND)
        allowed = level >= 1
        self._buckets[who] = (level - 1 if allowed else level, now)
        if len(self._buckets) > self.REMEMBERED:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - level) / self.PER_SECOND))
