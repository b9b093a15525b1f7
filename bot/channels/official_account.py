"""The service account 服务号 as a channel: pushes in, passive replies out.

How wechatpy's classes are used and guarded stands in ``reading``; the HTTP
side in ``callback``. wechatpy also renders the reply, after what goes into it
was made safe for CDATA.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from wechatpy import events, messages
from wechatpy.replies import TextReply

from bot.channels.callback import Callback
from bot.channels.codec import Codec
from bot.channels.port import TurnPort
from bot.channels.reading import OTHER, Origin, Push, Reading, read, type_of
from bot.channels.wire import cdata_safe, clean_text, fields_of, read_xml
from domain.clock import Clock
from domain.model.person import Channel
from handlers.turn import InboundKind

#: a text reply above this is cut by the platform; paging happens before the channel
MAX_TEXT_BYTES = 2048

_SCENE_PREFIX = "qrscene_"


class Mode(StrEnum):
    """How the account is set to push. ``PLAIN`` is for tests and the demonstration.

    Safe and compatible differ in what the platform sends, not in what is read
    here: of either only the decrypted part counts, and a body without
    ``Encrypt`` is refused.
    """

    SAFE = "safe"
    COMPATIBLE = "compatible"
    PLAIN = "plain"


_READINGS: dict[type[messages.BaseMessage], Reading] = {
    messages.TextMessage: Reading(InboundKind.TEXT, text="content", extra=("bizmsgmenuid",)),
    messages.ImageMessage: Reading(InboundKind.IMAGE, media_id="media_id", extra=("PicUrl",)),
    messages.VoiceMessage: Reading(
        InboundKind.VOICE, text="recognition", media_id="media_id", extra=("Format", "MediaId16K")
    ),
    messages.VideoMessage: Reading(InboundKind.VIDEO, media_id="media_id", extra=("ThumbMediaId",)),
    messages.ShortVideoMessage: Reading(InboundKind.VIDEO, media_id="media_id", extra=("ThumbMediaId",)),
    messages.LocationMessage: Reading(
        InboundKind.LOCATION, extra=("Location_X", "Location_Y", "Scale", "Label")
    ),
    messages.LinkMessage: Reading(InboundKind.LINK, extra=("Title", "Description", "Url")),
    events.SubscribeEvent: Reading(InboundKind.FOLLOW),
    events.SubscribeScanEvent: Reading(InboundKind.FOLLOW, scene="scene_id"),
    events.UnsubscribeEvent: Reading(InboundKind.UNFOLLOW),
    events.ScanEvent: Reading(InboundKind.SCAN, scene="scene_id"),
    events.ClickEvent: Reading(InboundKind.CLICK, key="key"),
    events.ViewEvent: Reading(InboundKind.VIEW, key="url"),
    events.TemplateSendJobFinishEvent: Reading(InboundKind.JOB_FINISHED, key="id", extra=("Event", "Status")),
    events.MassSendJobFinishEvent: Reading(
        InboundKind.JOB_FINISHED,
        key="id",
        extra=("Event", "Status", "TotalCount", "FilterCount", "SentCount", "ErrorCount"),
    ),
}


def parse_push(body: bytes, *, account: str, received_at: datetime) -> Push:
    """What a decrypted (or, in plain mode, proved) body says.

    ``account`` is the app id; openids and the claim's key belong to it.
    Raises ``Refusal`` (400) for what is no message.
    """
    root = read_xml(body)
    message = _typed(fields_of(root))
    reading = _READINGS.get(type(message), OTHER)
    return read(message, reading, root, Origin(Channel.WECHAT, account, received_at, body))


def _typed(fields: dict[str, str]) -> messages.BaseMessage:
    """The wechatpy message of the fields; ``parse_message`` without its stumbling blocks."""
    kind, event = type_of(fields)
    if not event:
        return messages.MESSAGE_TYPES.get(kind, messages.UnknownMessage)(fields)
    scene = fields.get("EventKey", "")
    if event == "subscribe" and scene.startswith(_SCENE_PREFIX):
        event = "subscribe_scan"
        fields["EventKey"] = scene.removeprefix(_SCENE_PREFIX)
    return events.EVENT_TYPES.get(event, messages.UnknownMessage)(fields)


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


class OfficialAccountCallback(Callback[str]):
    """The service account's callback, in the mode it is set to."""

    path = "/wechat/callback"
    slug = "wechat"
    silence = "success"

    def __init__(
        self, *, codec: Codec, account: str, turns: TurnPort[str], clock: Clock, mode: Mode = Mode.SAFE
    ) -> None:
        super().__init__(codec=codec, account=account, turns=turns, clock=clock)
        self._mode = mode

    def _echo(self, query: Mapping[str, str]) -> str:
        return self._codec.verify_url(
            query.get("signature", ""),
            query.get("timestamp", ""),
            query.get("nonce", ""),
            query.get("echostr", ""),
        )

    def _parsed(self, body: bytes, received_at: datetime) -> Push:
        return parse_push(body, account=self._account, received_at=received_at)

    def _rendered(self, push: Push, said: str, at: datetime) -> str:
        return render_reply(said, openid=push.sender, original_id=push.receiver, at=at)

    def _sealed(self, xml: str, at: datetime) -> str:
        return xml if self._mode is Mode.PLAIN else super()._sealed(xml, at)

    def _open(self, query: Mapping[str, str], body: bytes) -> bytes:
        if self._mode is not Mode.PLAIN:
            return super()._open(query, body)
        self._check_fresh(query)
        self._codec.check(query.get("signature", ""), query.get("timestamp", ""), query.get("nonce", ""))
        return body
