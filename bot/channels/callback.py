"""The HTTP side of a callback: proves a push, hands it to the house, answers in the platform's own way.

Whatever an attacker sends ends in a 4xx and one line of log; whatever fails
behind the port ends in the platform's silence; only ``Unavailable`` is a 503,
so that the platform pushes again. What differs between the platforms stands
in the two subclasses.
"""

from __future__ import annotations

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Generic, TypeVar

import structlog
from aiohttp import web

from bot.channels.codec import Codec
from bot.channels.port import TurnPort
from bot.channels.reading import Push, is_number
from bot.channels.wire import Refusal, fields_of, read_xml
from domain.clock import Clock
from domain.errors import Unavailable

#: a push is a few hundred bytes, a long text some thousand
MAX_BODY_BYTES = 64 * 1024
#: how far the platform's clock and ours may stand apart, to either side
APART_AT_MOST = timedelta(minutes=10)

Said = TypeVar("Said")


class Callback(ABC, Generic[Said]):
    """One app's callback address."""

    path: ClassVar[str]
    #: names the channel in the log
    slug: ClassVar[str]
    #: the body that says nothing, never encrypted
    silence: ClassVar[str]

    def __init__(self, *, codec: Codec, account: str, turns: TurnPort[Said], clock: Clock) -> None:
        self._codec = codec
        self._account = account
        self._turns = turns
        self._clock = clock
        self._log = structlog.get_logger(f"xinshi.{self.slug}")

    def routes(self) -> list[web.RouteDef]:
        """GET (verification) and POST (pushes) of the callback path."""
        return [
            web.get(self.path, self.verify, allow_head=False),
            web.post(self.path, self.receive),
        ]

    async def verify(self, request: web.Request) -> web.Response:
        """Answer the platform's check of the address with its proved echo, or 4xx."""
        try:
            self._check_fresh(request.query)
            echo = self._echo(request.query)
        except Refusal as refusal:
            return self._refused(refusal)
        self._log.info("address verified", action=f"{self.slug}.verified")
        return web.Response(text=echo)

    async def receive(self, request: web.Request) -> web.Response:
        """Take one push and answer it."""
        arrived = asyncio.get_running_loop().time()
        try:
            body = self._open(request.query, await _read(request))
            push = self._parsed(body, self._clock.now())
        except Refusal as refusal:
            return self._refused(refusal)
        outcome, response = await self._answer(push, arrived)
        self._log.info(
            "push",
            action=f"{self.slug}.push",
            inbox=push.inbound.dedupe_key[-12:],
            kind=push.inbound.kind.value,
            outcome=outcome,
            ms=round((asyncio.get_running_loop().time() - arrived) * 1000, 1),
        )
        return response

    @abstractmethod
    def _echo(self, query: Mapping[str, str]) -> str:
        """What proves the address to the platform; raises ``Refusal``."""

    @abstractmethod
    def _parsed(self, body: bytes, received_at: datetime) -> Push:
        """What a proved body says; raises ``Refusal``."""

    @abstractmethod
    def _rendered(self, push: Push, said: Said, at: datetime) -> str:
        """The XML of the passive reply; "" where there is nothing to say."""

    async def _answer(self, push: Push, arrived: float) -> tuple[str, web.Response]:
        try:
            said = await self._turns.answer(push.inbound, arrived=arrived)
            now = self._clock.now()
            xml = self._rendered(push, said, now)
            sealed = xml and self._sealed(xml, now)
        except Unavailable:
            return "unavailable", web.Response(status=503, text="暂时无法受理，请重新推送")
        except Exception:
            self._log.exception(
                "push failed", action=f"{self.slug}.failed", inbox=push.inbound.dedupe_key[-12:]
            )
            return "failed", web.Response(text=self.silence)
        if not sealed:
            return "silent", web.Response(text=self.silence)
        return "answered", web.Response(text=sealed, content_type="application/xml")

    def _sealed(self, xml: str, at: datetime) -> str:
        """The passive reply as it goes out."""
        # a nonce of our own: the request's would be foreign text inside our envelope
        timestamp, nonce = str(int(at.timestamp())), secrets.token_hex(8)
        return self._codec.encrypt(xml, timestamp=timestamp, nonce=nonce).xml()

    def _open(self, query: Mapping[str, str], body: bytes) -> bytes:
        """The proved inner body of a push."""
        self._check_fresh(query)
        encrypt = fields_of(read_xml(body)).get("Encrypt", "")
        if not encrypt:
            raise Refusal(400, "no_encrypt", "消息未加密")
        return self._decrypted(encrypt, query)

    def _decrypted(self, encrypt: str, query: Mapping[str, str]) -> bytes:
        return self._codec.decrypt(
            encrypt,
            signature=query.get("msg_signature", ""),
            timestamp=query.get("timestamp", ""),
            nonce=query.get("nonce", ""),
        )

    def _check_fresh(self, query: Mapping[str, str]) -> None:
        """Refuse (403) what was signed more than ten minutes ago or ahead; the signature covers the timestamp.

        Ahead as well: a push that bears tomorrow's time could else be kept and played back for a day.
        """
        timestamp = query.get("timestamp", "")
        if not is_number(timestamp):
            raise Refusal(403, "timestamp", "时间戳有误")
        age = self._clock.now().timestamp() - int(timestamp)
        if age > APART_AT_MOST.total_seconds():
            raise Refusal(403, "stale", "推送已过期，请核对服务器时间")
        if -age > APART_AT_MOST.total_seconds():
            raise Refusal(403, "ahead", "推送时间晚于本机时间，请核对服务器时间")

    def _refused(self, refusal: Refusal) -> web.Response:
        self._log.warning(
            "push refused", action=f"{self.slug}.refused", reason=refusal.reason, status=refusal.status
        )
        return web.Response(status=refusal.status, text=refusal.text)


async def _read(request: web.Request) -> bytes:
    """The body, at most ``MAX_BODY_BYTES`` of it; a larger one is refused before it is read."""
    if "Content-Encoding" in request.headers:
        raise Refusal(415, "content_encoding", "不接受压缩的消息")
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise _too_large()
    body = bytearray()
    try:
        while chunk := await request.content.readany():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise _too_large()
    except web.RequestPayloadError as error:
        raise Refusal(400, "broken_body", "消息未传完整") from error
    return bytes(body)


def _too_large() -> Refusal:
    return Refusal(413, "too_large", "消息过大")
