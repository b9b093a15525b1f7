"""A small service that speaks with the simulator through wechatpy: an independent peer of its cipher."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from aiohttp import web
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from bot.simulator import Mode, SimulatorConfig

#: what a service does with one push: gets the parsed push, returns status and body
Behaviour = Callable[["Received"], Awaitable[web.Response]]


@dataclass(frozen=True)
class Received:
    """One push as it arrived, and as it reads."""

    body: bytes
    query: dict[str, str]
    message: dict[str, Any]
    peer: PeerService

    def envelope(self, xml: str) -> str:
        """The encrypted reply envelope around an XML, made by wechatpy."""
        return str(self.peer.crypto.encrypt_message(xml, self.query["nonce"], self.query["timestamp"]))

    def text(self, content: str, **changes: str) -> str:
        """A plain text reply to this push; ``changes`` replace fields."""
        fields = {
            "ToUserName": self.message["FromUserName"],
            "FromUserName": self.message["ToUserName"],
            "CreateTime": self.message["CreateTime"],
            "MsgType": "text",
            "Content": content,
        } | changes
        return "<xml>" + "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in fields.items()) + "</xml>"


async def echo(received: Received) -> web.Response:
    """Says back what was said; silence for anything without text."""
    content = received.message.get("Content")
    if content is None:
        return web.Response(text="success")
    reply = received.text(f"你说：{content}")
    if received.peer.config.mode is Mode.SAFE:
        reply = received.envelope(reply)
    return web.Response(text=reply, content_type="text/xml")


@dataclass
class PeerService:
    """The service; ``behaviour`` may be changed in the middle of a test."""

    config: SimulatorConfig
    behaviour: Behaviour = echo
    received: list[Received] = field(default_factory=list)
    running: int = 0
    most_running: int = 0

    def __post_init__(self) -> None:
        config = self.config
        self.crypto = WeChatCrypto(config.token, config.encoding_aes_key, config.app_id)

    def application(self, api_base: str) -> web.Application:
        app = web.Application()
        app.router.add_get("/wechat/callback", self.verify)
        app.router.add_post("/wechat/callback", self.push)
        return app

    async def verify(self, request: web.Request) -> web.Response:
        query = request.query
        check_signature(self.config.token, query["signature"], query["timestamp"], query["nonce"])
        return web.Response(text=query["echostr"])

    async def push(self, request: web.Request) -> web.Response:
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        try:
            query = dict(request.query)
            body = await request.read()
            received = Received(body, query, self.opened(body, query), self)
            self.received.append(received)
            return await self.behaviour(received)
        finally:
            self.running -= 1

    def opened(self, body: bytes, query: dict[str, str]) -> dict[str, Any]:
        check_signature(self.config.token, query["signature"], query["timestamp"], query["nonce"])
        xml = body.decode()
        if query.get("encrypt_type") == "aes":
            xml = self.crypto.decrypt_message(xml, query["msg_signature"], query["timestamp"], query["nonce"])
        try:
            parsed = xmltodict.parse(xml)["xml"]
        except ExpatError as error:
            raise AssertionError(f"not XML: {xml}") from error
        return dict(parsed)


def answering(make: Callable[[Received], str | bytes], status: int = 200) -> Behaviour:
    """A behaviour that answers what ``make`` returns."""

    async def behave(received: Received) -> web.Response:
        body = make(received)
        return web.Response(body=body.encode() if isinstance(body, str) else body, status=status)

    return behave


def slow(seconds: float, then: Behaviour = echo, *, times: int = 99) -> Behaviour:
    """A behaviour that takes so long, for the first ``times`` pushes."""
    left = times

    async def behave(received: Received) -> web.Response:
        nonlocal left
        left -= 1
        if left >= 0:
            await asyncio.sleep(seconds)
        return await then(received)

    return behave
