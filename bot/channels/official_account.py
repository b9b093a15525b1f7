"""The service account 服务号 as a channel: pushes in, passive replies out.

wechatpy gives the typed messages and events (its registries and field
classes) and renders the reply. Around it stand our own guards: the XML is
read by ``wire.read_xml`` instead of xmltodict, an empty MsgType and an event
without Event are refused before ``parse_message``'s dispatch would stumble on
them, numbers are checked before a field converts them, and what goes into a
reply is made safe for CDATA first. ``message.id`` is never used to tell
pushes apart: it is 0 for every event, so the key is a hash of the body.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from aiohttp import web
from wechatpy import events, messages
from wechatpy.replies import TextReply

from bot.channels.codec import Codec
from bot.channels.port import TurnPort
from bot.channels.wire import Refusal, cdata_safe, clean_text, fields_of, normalise, read_xml
from domain.clock import Clock
from domain.errors import Unavailable
from domain.model.person import Channel
from handlers.turn import Inbound, InboundKind

_log = structlog.get_logger("xinshi.wechat")

CALLBACK_PATH = "/wechat/callback"
#: a text reply above this is cut by the platform; paging happens before the channel
MAX_TEXT_BYTES = 2048
#: a push is a few hundred bytes, a long text some thousand
MAX_BODY_BYTES = 64 * 1024
STALE_AFTER = timedelta(minutes=10)
SUCCESS = "success"

_NUMBER = re.compile(r"[0-9]{1,20}")
_NUMBER_FIELDS = ("CreateTime", "MsgId", "MsgID")
_MAX_SENDER = 128
_SCENE_PREFIX = "qrscene_"
#: speech recognition ends a spoken command like a sentence
_SPOKEN_END = "。.!?,"


class Mode(StrEnum):
    """How the account is set to push. ``PLAIN`` is for tests and the demonstration.

    Safe and compatible differ in what the platform sends, not in what is read
    here: of either only the decrypted part counts, and a body without
    ``Encrypt`` is refused.
    """

    SAFE = "safe"
    COMPATIBLE = "compatible"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Push:
    """A parsed push: the message for the house, and the account's original id for the way back."""

    inbound: Inbound
    original_id: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one wechatpy class becomes an ``Inbound``: its attributes by our field, raw fields kept as extra."""

    kind: InboundKind
    text: str = ""
    key: str = ""
    scene: str = ""
    media_id: str = ""
    extra: tuple[str, ...] = ()


_OTHER = _Reading(InboundKind.OTHER, extra=("MsgType", "Event", "EventKey"))
_READINGS: dict[type[messages.BaseMessage], _Reading] = {
    messages.TextMessage: _Reading(InboundKind.TEXT, text="content", extra=("bizmsgmenuid",)),
    messages.ImageMessage: _Reading(InboundKind.IMAGE, media_id="media_id", extra=("PicUrl",)),
    messages.VoiceMessage: _Reading(
        InboundKind.VOICE, text="recognition", media_id="media_id", extra=("Format", "MediaId16K")
    ),
    messages.VideoMessage: _Reading(InboundKind.VIDEO, media_id="media_id", extra=("ThumbMediaId",)),
    messages.ShortVideoMessage: _Reading(InboundKind.VIDEO, media_id="media_id", extra=("ThumbMediaId",)),
    messages.LocationMessage: _Reading(
        InboundKind.LOCATION, extra=("Location_X", "Location_Y", "Scale", "Label")
    ),
    messages.LinkMessage: _Reading(InboundKind.LINK, extra=("Title", "Description", "Url")),
    events.SubscribeEvent: _Reading(InboundKind.FOLLOW),
    events.SubscribeScanEvent: _Reading(InboundKind.FOLLOW, scene="scene_id"),
    events.UnsubscribeEvent: _Reading(InboundKind.UNFOLLOW),
    events.ScanEvent: _Reading(InboundKind.SCAN, scene="scene_id"),
    events.ClickEvent: _Reading(InboundKind.CLICK, key="key"),
    events.ViewEvent: _Reading(InboundKind.VIEW, key="url"),
    events.TemplateSendJobFinishEvent: _Reading(
        InboundKind.JOB_FINISHED, key="id", extra=("Event", "Status")
    ),
    events.MassSendJobFinishEvent: _Reading(
        InboundKind.JOB_FINISHED,
        key="id",
        extra=("Event", "Status", "TotalCount", "FilterCount", "SentCount", "ErrorCount"),
    ),
}


def parse_push(body: bytes, *, account: str, received_at: datetime) -> Push:
    """What a decrypted (or, in plain mode, proved) body says.

    ``account`` is the app id; openids and the claim's key belong to it. Text
    is normalised for commands; where that changed it, the words as written
    stay in ``extra["raw"]``. Raises ``Refusal`` (400) for what is no message.
    """
    fields = fields_of(read_xml(body))
    message = _typed(fields)
    reading = _READINGS.get(type(message), _OTHER)
    extra = {name: clean_text(value) for name in reading.extra if (value := fields.get(name))}
    inbound = Inbound(
        channel=Channel.WECHAT,
        account=account,
        sender=message.source,
        kind=reading.kind,
        dedupe_key=f"{Channel.WECHAT}:{account}:{hashlib.sha256(body).hexdigest()}",
        received_at=received_at,
        text=_words(message, reading, extra),
        key=_attribute(message, reading.key),
        scene=_attribute(message, reading.scene),
        media_id=_attribute(message, reading.media_id),
        extra=extra,
    )
    return Push(inbound, message.target)


def _typed(fields: dict[str, str]) -> messages.BaseMessage:
    """The wechatpy message of the fields; ``parse_message`` without its stumbling blocks."""
    _check_common(fields)
    kind = fields.get("MsgType", "").strip().lower()
    if not kind:
        raise Refusal(400, "no_msg_type", "消息格式有误：缺少 MsgType")
    if kind != "event":
        return messages.MESSAGE_TYPES.get(kind, messages.UnknownMessage)(fields)
    event = fields.get("Event", "").strip().lower()
    if not event:
        raise Refusal(400, "no_event", "消息格式有误：事件缺少 Event")
    scene = fields.get("EventKey", "")
    if event == "subscribe" and scene.startswith(_SCENE_PREFIX):
        event = "subscribe_scan"
        fields["EventKey"] = scene.removeprefix(_SCENE_PREFIX)
    return events.EVENT_TYPES.get(event, messages.UnknownMessage)(fields)


def _check_common(fields: Mapping[str, str]) -> None:
    sender = fields.get("FromUserName", "")
    if not sender or len(sender) > _MAX_SENDER:
        raise Refusal(400, "sender", "消息格式有误：FromUserName 不符")
    for name in _NUMBER_FIELDS:
        if (value := fields.get(name)) and not _NUMBER.fullmatch(value):
            raise Refusal(400, "number", f"消息格式有误：{name} 不是数字")


def _words(message: messages.BaseMessage, reading: _Reading, extra: dict[str, str]) -> str:
    raw = clean_text(_attribute(message, reading.text))
    text = normalise(raw)
    if reading.kind is InboundKind.VOICE:
        return text.rstrip(_SPOKEN_END)
    if text != raw:
        extra["raw"] = raw
    return text


def _attribute(message: messages.BaseMessage, name: str) -> str:
    value = getattr(message, name) if name else None
    return str(value) if value else ""


def render_reply(text: str, *, openid: str, original_id: str, at: datetime) -> str:
    """The XML of a text reply with the two parties swapped; "" where nothing visible is left to say.

    An empty Content would show the user a failure, so the caller answers
    ``success`` instead. ValueError above ``MAX_TEXT_BYTES``: replies are paged
    before they reach a channel.
    """
    content = clean_text(text)
    if not content.strip():
        return ""
    if (size := len(content.encode())) > MAX_TEXT_BYTES:
        raise ValueError(f"a reply of {size} bytes was not paged")
    reply = TextReply(
        source=cdata_safe(original_id),
        target=cdata_safe(openid),
        time=int(at.timestamp()),
        content=cdata_safe(content),
    )
    return str(reply.render())


class OfficialAccountCallback:
    """The HTTP side: proves a push, hands it to the house, answers in the platform's own way.

    Whatever an attacker sends ends in a 4xx and one line of log; whatever
    fails behind the port ends in ``success``; only ``Unavailable`` is a 503,
    so that the platform pushes again.
    """

    def __init__(
        self, *, codec: Codec, account: str, turns: TurnPort, clock: Clock, mode: Mode = Mode.SAFE
    ) -> None:
        self._codec = codec
        self._account = account
        self._turns = turns
        self._clock = clock
        self._mode = mode

    def routes(self) -> list[web.RouteDef]:
        """GET (verification) and POST (pushes) of the callback path."""
        return [
            web.get(CALLBACK_PATH, self.verify, allow_head=False),
            web.post(CALLBACK_PATH, self.receive),
        ]

    async def verify(self, request: web.Request) -> web.Response:
        """Answer the platform's check of the address: echostr as it came, or 4xx."""
        query = request.query
        try:
            self._check_fresh(query)
            echo = self._codec.verify_url(
                query.get("signature", ""),
                query.get("timestamp", ""),
                query.get("nonce", ""),
                query.get("echostr", ""),
            )
        except Refusal as refusal:
            return _refused(refusal)
        _log.info("address verified", action="wechat.verified")
        return web.Response(text=echo)

    async def receive(self, request: web.Request) -> web.Response:
        """Take one push and answer it."""
        arrived = asyncio.get_running_loop().time()
        try:
            body = self._open(request.query, await _read(request))
            push = parse_push(body, account=self._account, received_at=self._clock.now())
        except Refusal as refusal:
            return _refused(refusal)
        outcome, response = await self._answer(push, arrived)
        _log.info(
            "push",
            action="wechat.push",
            inbox=push.inbound.dedupe_key[-12:],
            kind=push.inbound.kind.value,
            outcome=outcome,
            ms=round((asyncio.get_running_loop().time() - arrived) * 1000, 1),
        )
        return response

    async def _answer(self, push: Push, arrived: float) -> tuple[str, web.Response]:
        try:
            text = await self._turns.answer(push.inbound, arrived=arrived)
            xml = self._sealed(push, text)
        except Unavailable:
            return "unavailable", web.Response(status=503, text="暂时无法受理，请重新推送")
        except Exception:
            _log.exception("push failed", action="wechat.failed", inbox=push.inbound.dedupe_key[-12:])
            return "failed", web.Response(text=SUCCESS)
        if not xml:
            return "silent", web.Response(text=SUCCESS)
        return "answered", web.Response(text=xml, content_type="application/xml")

    def _sealed(self, push: Push, text: str) -> str:
        """The passive reply as it goes out; "" for silence, which is never encrypted."""
        now = self._clock.now()
        xml = render_reply(text, openid=push.inbound.sender, original_id=push.original_id, at=now)
        if not xml or self._mode is Mode.PLAIN:
            return xml
        # a nonce of our own: the request's would be foreign text inside our envelope
        envelope = self._codec.encrypt(xml, timestamp=str(int(now.timestamp())), nonce=secrets.token_hex(8))
        return envelope.xml()

    def _open(self, query: Mapping[str, str], body: bytes) -> bytes:
        """The proved inner body of a push."""
        self._check_fresh(query)
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if self._mode is Mode.PLAIN:
            self._codec.check(query.get("signature", ""), timestamp, nonce)
            return body
        encrypt = fields_of(read_xml(body)).get("Encrypt", "")
        if not encrypt:
            raise Refusal(400, "no_encrypt", "消息未加密")
        return self._codec.decrypt(
            encrypt, signature=query.get("msg_signature", ""), timestamp=timestamp, nonce=nonce
        )

    def _check_fresh(self, query: Mapping[str, str]) -> None:
        """Refuse (403) what was signed more than ten minutes ago; the signature covers the timestamp."""
        timestamp = query.get("timestamp", "")
        if not _NUMBER.fullmatch(timestamp):
            raise Refusal(403, "timestamp", "时间戳有误")
        if self._clock.now().timestamp() - int(timestamp) > STALE_AFTER.total_seconds():
            raise Refusal(403, "stale", "推送已过期，请核对服务器时间")


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


def _refused(refusal: Refusal) -> web.Response:
    _log.warning("push refused", action="wechat.refused", reason=refusal.reason, status=refusal.status)
    return web.Response(status=refusal.status, text=refusal.text)
