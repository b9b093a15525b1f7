"""From a proved body to an ``Inbound``: the part that both platforms' pushes share.

wechatpy gives the typed messages and events (its registries and field
classes). Around it stand our own guards: the XML is read by ``wire.read_xml``
instead of xmltodict, an empty MsgType and an event without Event are refused
before a registry's dispatch would stumble on them, numbers are checked before
a field converts them. ``message.id`` is never used to tell pushes apart: it
is 0 for every event, so the key is a hash of the body.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from wechatpy.messages import BaseMessage

from bot.channels.wire import Refusal, clean_text, normalise
from domain.model.person import Channel
from handlers.turn import Inbound, InboundKind

EVENT = "event"

_NUMBER = re.compile(r"[0-9]{1,20}")
_NUMBER_FIELDS = ("CreateTime", "MsgId", "MsgID", "AgentID")
_MAX_SENDER = 128
#: speech recognition ends a spoken command like a sentence
_SPOKEN_END = "。.!?,"


@dataclass(frozen=True, slots=True)
class Push:
    """A parsed push: the message for the house, and both parties as written, for the way back."""

    inbound: Inbound
    #: the service account's original id, or the corp id
    receiver: str
    sender: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How one wechatpy class becomes an ``Inbound``.

    The strings name attributes of the class; ``extra`` names raw elements
    that are kept under their own names, inner ones by path (``ScanCodeInfo/ScanResult``).
    """

    kind: InboundKind
    text: str = ""
    key: str = ""
    scene: str = ""
    media_id: str = ""
    extra: tuple[str, ...] = ()


OTHER = Reading(InboundKind.OTHER, extra=("MsgType", "Event", "EventKey"))


def type_of(fields: Mapping[str, str]) -> tuple[str, str]:
    """MsgType and Event of a push, in small letters; the second is "" for a message.

    Raises ``Refusal`` (400) for what no genuine sender could have made.
    """
    _check_common(fields)
    kind = fields.get("MsgType", "").strip().lower()
    if not kind:
        raise Refusal(400, "no_msg_type", "消息格式有误：缺少 MsgType")
    if kind != EVENT:
        return kind, ""
    event = fields.get("Event", "").strip().lower()
    if not event:
        raise Refusal(400, "no_event", "消息格式有误：事件缺少 Event")
    return kind, event


def _check_common(fields: Mapping[str, str]) -> None:
    sender = fields.get("FromUserName", "")
    if not sender or len(sender) > _MAX_SENDER:
        raise Refusal(400, "sender", "消息格式有误：FromUserName 不符")
    for name in _NUMBER_FIELDS:
        if (value := fields.get(name)) and not _NUMBER.fullmatch(value):
            raise Refusal(400, "number", f"消息格式有误：{name} 不是数字")


def is_number(text: str) -> bool:
    """Whether a field or query value is a plain number of the length that platforms send."""
    return _NUMBER.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a body came from: channel, app id or corp id, when, and the body itself for the claim's key."""

    channel: Channel
    account: str
    received_at: datetime
    body: bytes


def read(message: BaseMessage, reading: Reading, root: Element, origin: Origin) -> Push:
    """What a typed message says.

    Text is normalised for commands; where that changed it, the words as
    written stay in ``extra["raw"]``.
    """
    extra = _extra(root, reading.extra)
    inbound = Inbound(
        channel=origin.channel,
        account=origin.account,
        sender=message.source,
        kind=reading.kind,
        dedupe_key=f"{origin.channel}:{origin.account}:{hashlib.sha256(origin.body).hexdigest()}",
        received_at=origin.received_at,
        text=_words(message, reading, extra),
        key=_attribute(message, reading.key),
        scene=_attribute(message, reading.scene),
        media_id=_attribute(message, reading.media_id),
        extra=extra,
    )
    return Push(inbound, receiver=message.target, sender=message.source)


def _extra(root: Element, paths: tuple[str, ...]) -> dict[str, str]:
    found = ((path, root.find(path)) for path in paths)
    return {
        path.rpartition("/")[2]: clean_text(element.text)
        for path, element in found
        if element is not None and not len(element) and element.text
    }


def _words(message: BaseMessage, reading: Reading, extra: dict[str, str]) -> str:
    raw = clean_text(_attribute(message, reading.text))
    text = normalise(raw)
    if reading.kind is InboundKind.VOICE:
        return text.rstrip(_SPOKEN_END)
    if text != raw:
        extra["raw"] = raw
    return text


def _attribute(message: BaseMessage, name: str) -> str:
    value = getattr(message, name) if name else None
    return str(value) if value else ""
