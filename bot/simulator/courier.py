"""Carrying one push to the service over real HTTP, with cut and repeats; the same on both platforms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from bot.simulator.faults import FaultKind, Faults
from bot.simulator.feed import Feed
from bot.simulator.knobs import Knobs, Repeat
from bot.simulator.people import Bubble
from bot.simulator.replies import Judged
from bot.simulator.wire import Attempt, Exchange, Verdict

_LARGEST_ANSWER: Final = 1024 * 1024
#: after one of these no repeat follows
_FINAL: Final = frozenset({Verdict.ANSWERED, Verdict.SILENT, Verdict.MALFORMED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one push."""

    exchange: Exchange
    verdict: str
    #: what the person saw at once: the reply, or the failure line; ``None`` after silence
    bubble: Bubble | None = None

    @property
    def text(self) -> str:
        """What the person read at once, or an empty string."""
        return self.bubble.text if self.bubble else ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Body and query of one delivery."""

    body: bytes
    query: dict[str, str]
    #: the ciphertext in the body; empty in plain mode
    encrypted: str


@dataclass(slots=True)
class Errand:
    """One push under way: its attempts may overlap."""

    url: str
    exchange: Exchange
    #: makes a freshly sealed and signed envelope
    seal: Callable[[], Envelope]
    #: the same body with a new timestamp, nonce and signature
    resign: Callable[[Envelope], Envelope]
    #: the verdict on an answer with status 200
    judge: Callable[[bytes], Judged]
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    #: the answer that counts, once there is one
    judged: Judged | None = None


class Courier:
    """Carries the pushes of one platform."""

    def __init__(self, knobs: Knobs, faults: Faults, feed: Feed) -> None:
        self._knobs = knobs
        self._faults = faults
        self._feed = feed
        self._session: aiohttp.ClientSession | None = None
        self._overtaken: asyncio.Event | None = None

    def open(self) -> None:
        """Opens the connections; call inside the running loop."""
        # every push has a connection of its own, so that a cut one disturbs no other
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0))

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def carry(self, errand: Errand) -> Judged | None:
        """The answer that counts, or ``None`` when every attempt failed."""
        await self._hold_or_release()
        await self._attempts(errand)
        return errand.judged

    async def look(
        self, url: str, query: Mapping[str, str], *, within: float | None = None
    ) -> tuple[int, bytes]:
        """Status and body of a GET, as the console makes it when an address is saved.

        Raises ``TimeoutError`` after ``within`` seconds, or else after the platform's patience,
        ``aiohttp.ClientError`` for no answer.
        """
        async with (
            asyncio.timeout(self._knobs.cut_after if within is None else within),
            self._opened.get(url, params=query, allow_redirects=False) as response,
        ):
            return response.status, await response.content.read(_LARGEST_ANSWER)

    @property
    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the courier is not open")
        return self._session

    async def _attempts(self, errand: Errand) -> None:
        knobs = self._knobs
        first = errand.seal()
        async with asyncio.TaskGroup() as group:
            for number in range(1, knobs.attempts + 1):
                envelope = first if number == 1 else self._again(first, errand)
                attempt = group.create_task(self._attempt(errand, number, envelope))
                if knobs.overlap is None:
                    await attempt
                    pause = knobs.spacing if number < knobs.attempts else 0.0
                else:
                    pause = knobs.overlap
                if await _set_within(errand.settled, pause):
                    break

    def _again(self, first: Envelope, errand: Errand) -> Envelope:
        """The envelope of a repeat, as the knob says."""
        if self._knobs.repeat is Repeat.SAME:
            return first
        return errand.seal() if self._knobs.repeat is Repeat.RESEALED else errand.resign(first)

    async def _attempt(self, errand: Errand, number: int, envelope: Envelope) -> None:
        record = Attempt(number, envelope.query, envelope.body.decode())
        errand.exchange.attempts.append(record)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        judged = await self._post(errand, envelope, record)
        record.seconds = round(loop.time() - begun, 4)
        record.verdict, record.reply, record.reason = judged.verdict, judged.plain, judged.reason
        # the first answer counts; that of an overlapping repeat is only recorded
        if judged.verdict in _FINAL and errand.judged is None:
            errand.judged = judged
            errand.settled.set()
        self._feed.changed()

    async def _post(self, errand: Errand, envelope: Envelope, record: Attempt) -> Judged:
        """One HTTP exchange within the platform's patience, judged."""
        try:
            async with asyncio.timeout(self._knobs.cut_after):
                await self._bad_network()
                body = await self._exchange(errand.url, envelope, record)
        except TimeoutError:
            return Judged(Verdict.CUT, reason="没有及时应答，连接已切断")
        except aiohttp.ClientError as error:
            return Judged(Verdict.FAILED, reason=f"连不上或中途断开：{type(error).__name__}")
        if self._faults.take(FaultKind.LOST_REPLY):
            return Judged(Verdict.LOST, reason="应答在路上丢失（所设故障）")
        if record.status != 200:
            return Judged(Verdict.FAILED, reason=f"HTTP {record.status}")
        return errand.judge(body)

    async def _bad_network(self) -> None:
        if slow := self._faults.take(FaultKind.SLOW_PUSH):
            await asyncio.sleep(slow.seconds)
        if self._faults.take(FaultKind.LOST_PUSH):
            raise TimeoutError

    async def _exchange(self, url: str, envelope: Envelope, record: Attempt) -> bytes:
        async with self._opened.post(
            url,
            params=envelope.query,
            data=envelope.body,
            headers={"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"},
            allow_redirects=False,
        ) as response:
            record.status = response.status
            body = await response.content.read(_LARGEST_ANSWER)
            while chunk := await response.content.read(_LARGEST_ANSWER - len(body)):
                body += chunk
        record.received = body.decode(errors="replace")
        return body

    async def _hold_or_release(self) -> None:
        """A held push waits until the next one has gone ahead of it, or its patience ends."""
        if self._overtaken is not None:
            self._overtaken.set()
            self._overtaken = None
        elif self._faults.take(FaultKind.HELD_PUSH):
            self._overtaken = asyncio.Event()
            await _set_within(self._overtaken, self._knobs.cut_after)
            # let the one that overtook be sent first
            await asyncio.sleep(0.05)


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event is set, after waiting for it at most so long."""
    if not event.is_set() and seconds > 0:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
    return event.is_set()
