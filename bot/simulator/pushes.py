"""Pushing messages and events to the service over real HTTP, with cut, repeats and judgement."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field, replace
from typing import Final

import aiohttp

from bot.simulator.cipher import EnvelopeCipher, sign
from bot.simulator.config import Mode, Repeat
from bot.simulator.faults import FaultKind
from bot.simulator.letters import Letter
from bot.simulator.people import Bubble, Person, Side
from bot.simulator.platform import Platform
from bot.simulator.replies import Judged, ReplyReader, Shown
from bot.simulator.wire import Attempt, Exchange, Verdict
from bot.simulator.xmltree import Field, write

#: what the person reads when the service does not answer, or answers nonsense
FAULT_LINE: Final = "该公众号提供的服务出现故障，请稍后再试"
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
class _Envelope:
    """Body and query of one delivery."""

    body: bytes
    query: dict[str, str]
    #: the ciphertext in the body; empty in plain mode
    encrypted: str


@dataclass(slots=True)
class _Delivery:
    """One push under way: its attempts may overlap."""

    openid: str
    letter: Letter
    plain: str
    exchange: Exchange
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    #: the answer that counts, once there is one
    judged: Judged | None = None


class Pusher:
    """Delivers letters for one account."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        config = platform.config
        self._cipher = EnvelopeCipher(config.encoding_aes_key, config.app_id)
        self._reader = ReplyReader(config, self._cipher)
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

    async def deliver(self, person: Person, letter: Letter) -> Outcome:
        """Pushes, repeats where needed, shows the person the outcome and returns it."""
        plain = self._write(person, letter)
        exchange = self._platform.wire.open("push", letter.title, person.openid, self._platform.now(), plain)
        delivery = _Delivery(person.openid, letter, plain, exchange)
        await self._hold_or_release()
        await self._attempts(delivery)
        outcome = self._finish(person, delivery)
        self._platform.feed.changed()
        return outcome

    # writing

    def _write(self, person: Person, letter: Letter) -> str:
        head: tuple[Field, ...] = (
            ("ToUserName", self._platform.config.account_id),
            ("FromUserName", person.openid),
            ("CreateTime", int(self._platform.now().timestamp())),
        )
        tail: tuple[Field, ...] = () if letter.is_event else (("MsgId", self._platform.next_id()),)
        return write((*head, *letter.fields, *tail))

    def _envelope(self, openid: str, plain: str) -> _Envelope:
        """A freshly sealed and signed delivery."""
        mode = self._platform.config.mode
        if mode is Mode.PLAIN:
            return _Envelope(plain.encode(), self._query(openid, ""), "")
        encrypted = self._cipher.seal(plain.encode())
        if mode is Mode.SAFE:
            body = write((("ToUserName", self._platform.config.account_id), ("Encrypt", encrypted)))
        else:
            body = plain.removesuffix("</xml>") + f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return _Envelope(body.encode(), self._query(openid, encrypted), encrypted)

    def _query(self, openid: str, encrypted: str) -> dict[str, str]:
        token = self._platform.config.token
        timestamp = str(int(self._platform.now().timestamp()))
        nonce = str(secrets.randbelow(10**9) + 10**9)
        query = {
            "signature": sign(token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": openid,
        }
        if encrypted:
            query["encrypt_type"] = "aes"
            query["msg_signature"] = sign(token, timestamp, nonce, encrypted)
        return query

    def _again(self, first: _Envelope, openid: str, plain: str) -> _Envelope:
        """The envelope of a repeat, as the knob says."""
        repeat = self._platform.knobs.repeat
        if repeat is Repeat.SAME:
            return first
        if repeat is Repeat.RESEALED:
            return self._envelope(openid, plain)
        return replace(first, query=self._query(openid, first.encrypted))

    # delivering

    async def _attempts(self, delivery: _Delivery) -> None:
        knobs = self._platform.knobs
        first = self._envelope(delivery.openid, delivery.plain)
        async with asyncio.TaskGroup() as group:
            for number in range(1, knobs.attempts + 1):
                envelope = first if number == 1 else self._again(first, delivery.openid, delivery.plain)
                attempt = group.create_task(self._attempt(delivery, number, envelope))
                if knobs.overlap is None:
                    await attempt
                    pause = knobs.spacing if number < knobs.attempts else 0.0
                else:
                    pause = knobs.overlap
                if await _set_within(delivery.settled, pause):
                    break

    async def _attempt(self, delivery: _Delivery, number: int, envelope: _Envelope) -> None:
        record = Attempt(number, envelope.query, envelope.body.decode())
        delivery.exchange.attempts.append(record)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        judged = await self._post(delivery, envelope, record)
        record.seconds = round(loop.time() - begun, 4)
        record.verdict, record.reply, record.reason = judged.verdict, judged.plain, judged.reason
        # the first answer counts; that of an overlapping repeat is only recorded
        if judged.verdict in _FINAL and delivery.judged is None:
            delivery.judged = judged
            delivery.settled.set()
        self._platform.feed.changed()

    async def _post(self, delivery: _Delivery, envelope: _Envelope, record: Attempt) -> Judged:
        """One HTTP exchange within the platform's patience, judged."""
        try:
            async with asyncio.timeout(self._platform.knobs.cut_after):
                await self._bad_network()
                body = await self._exchange(envelope, record)
        except TimeoutError:
            return Judged(Verdict.CUT, reason="没有及时应答，连接已切断")
        except aiohttp.ClientError as error:
            return Judged(Verdict.FAILED, reason=f"连不上或中途断开：{type(error).__name__}")
        if self._platform.faults.take(FaultKind.LOST_REPLY):
            return Judged(Verdict.LOST, reason="应答在路上丢失（所设故障）")
        if record.status != 200:
            return Judged(Verdict.FAILED, reason=f"HTTP {record.status}")
        return self._reader.judge(body, delivery.openid, delivery.letter.articles)

    async def _bad_network(self) -> None:
        if slow := self._platform.faults.take(FaultKind.SLOW_PUSH):
            await asyncio.sleep(slow.seconds)
        if self._platform.faults.take(FaultKind.LOST_PUSH):
            raise TimeoutError

    async def _exchange(self, envelope: _Envelope, record: Attempt) -> bytes:
        if self._session is None:
            raise RuntimeError("the pusher is not open")
        async with self._session.post(
            self._platform.callback_url,
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
        elif self._platform.faults.take(FaultKind.HELD_PUSH):
            self._overtaken = asyncio.Event()
            await _set_within(self._overtaken, self._platform.knobs.cut_after)
            # let the one that overtook be sent first
            await asyncio.sleep(0.05)

    # showing

    def _finish(self, person: Person, delivery: _Delivery) -> Outcome:
        exchange, judged = delivery.exchange, delivery.judged
        if judged is None or judged.verdict == Verdict.MALFORMED:
            verdict = Verdict.MALFORMED if judged else Verdict.FAILED
            if not delivery.letter.answerable:
                return Outcome(exchange, verdict)
            line = self._platform.show(person, Side.SYSTEM, "fault", FAULT_LINE, wire=exchange.number)
            return Outcome(exchange, verdict, line)
        if judged.shown is None or not delivery.letter.answerable:
            return Outcome(exchange, Verdict.SILENT)
        return Outcome(exchange, Verdict.ANSWERED, self._reply(person, judged.shown, exchange))

    def _reply(self, person: Person, shown: Shown, exchange: Exchange) -> Bubble:
        return self._platform.show(
            person, Side.ACCOUNT, shown.kind, shown.text, wire=exchange.number, detail=shown.detail
        )

    # the console

    async def verify_callback(self) -> str:
        """What saving the address in the console does: an empty string, or why it is refused."""
        echo = str(secrets.randbits(63))
        query = self._query("", "")
        del query["openid"]
        try:
            async with asyncio.timeout(self._platform.knobs.cut_after):
                status, body = await self._get(query | {"echostr": echo})
        except (TimeoutError, aiohttp.ClientError) as error:
            return f"请求 URL 超时或失败：{type(error).__name__}"
        if status != 200:
            return f"请求 URL 应答 HTTP {status}"
        return "" if body == echo.encode() else "Token 验证失败：应答不是 echostr 原文"

    async def _get(self, query: dict[str, str]) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the pusher is not open")
        async with self._session.get(
            self._platform.callback_url, params=query, allow_redirects=False
        ) as response:
            return response.status, await response.content.read(_LARGEST_ANSWER)


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event is set, after waiting for it at most so long."""
    if not event.is_set() and seconds > 0:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
    return event.is_set()
