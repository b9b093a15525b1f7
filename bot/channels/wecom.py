"""WeCom 企业微信 as a channel: pushes of staff in, passive replies and card updates out.

Which wechatpy: 1.8.18 calls its WeCom module ``wechatpy.enterprise``; its
typed messages and events are used as on the service account's side. It does
not know the events of template cards, of the contact list and some others:
those of cards are added below with wechatpy's own field classes, the rest
arrives as ``OTHER``. Its replies are not used: they add an AgentID that the
platform does not name, and have neither ``update_button`` nor
``update_template_card``; the few elements of a reply are written here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

from wechatpy.enterprise import events, messages
from wechatpy.events import BaseEvent
from wechatpy.fields import StringField
from wechatpy.messages import BaseMessage, UnknownMessage

from bot.channels.callback import Callback
from bot.channels.reading import OTHER, Origin, Push, Reading, read, type_of
from bot.channels.wecom_card_parts import MAX_BUTTON_TEXT, Tree, clip
from bot.channels.wecom_cards import TemplateCard
from bot.channels.wire import Refusal, cdata_safe, clean_text, fields_of, read_xml
from domain.model.person import Channel, normal_userid
from handlers.turn import InboundKind

#: a text reply above this is cut by the platform; paging happens before the channel
MAX_TEXT_BYTES = 2048
#: who sends what no member did: changes of the contact list, results of batch jobs
SYSTEM_SENDER = "sys"


_BUTTON_EVENT = "template_card_event"


class CardEvent(BaseEvent):  # type: ignore[misc] # wechatpy has no types
    """A button of a card, or an entry of the menu in its corner, was pressed."""

    key = StringField("EventKey")


_EVENTS: dict[str, type[BaseMessage]] = {
    **events.EVENT_TYPES,
    _BUTTON_EVENT: CardEvent,
    "template_card_menu_event": CardEvent,
}
_PLACE = ("Location_X", "Location_Y", "Scale", "Label", "AppType")
_SCAN = ("ScanCodeInfo/ScanType", "ScanCodeInfo/ScanResult")
_CARD = ("Event", "TaskId", "CardType", "ResponseCode")
#: what staff and contact list events say beyond their name; kept for whoever reads ``OTHER``
_EVENT_DETAILS = (
    "ChangeType",
    "UserID",
    "NewUserID",
    "Department",
    "Id",
    "ParentId",
    "TagId",
    "JobId",
    "BatchJob/JobId",
    "BatchJob/JobType",
    "BatchJob/ErrCode",
    "BatchJob/ErrMsg",
)
_READINGS: dict[type[BaseMessage], Reading] = {
    messages.TextMessage: Reading(InboundKind.TEXT, text="content"),
    messages.ImageMessage: Reading(InboundKind.IMAGE, media_id="media_id", extra=("PicUrl",)),
    messages.VoiceMessage: Reading(InboundKind.VOICE, media_id="media_id", extra=("Format",)),
    messages.VideoMessage: Reading(InboundKind.VIDEO, media_id="media_id", extra=("ThumbMediaId",)),
    messages.ShortVideoMessage: Reading(InboundKind.VIDEO, media_id="media_id", extra=("ThumbMediaId",)),
    messages.LocationMessage: Reading(InboundKind.LOCATION, extra=_PLACE),
    messages.LinkMessage: Reading(InboundKind.LINK, extra=("Title", "Description", "Url", "PicUrl")),
    events.SubscribeEvent: Reading(InboundKind.FOLLOW),
    events.UnsubscribeEvent: Reading(InboundKind.UNFOLLOW),
    events.EnterAgentEvent: Reading(InboundKind.ENTER),
    events.ClickEvent: Reading(InboundKind.CLICK, key="key"),
    events.ViewEvent: Reading(InboundKind.VIEW, key="url"),
    # the app waits for the answer to what was scanned; scancode_push opens it by itself
    events.ScanCodeWaitMsgEvent: Reading(InboundKind.CLICK, key="key", extra=_SCAN),
    events.ScanCodePushEvent: Reading(InboundKind.OTHER, key="key", extra=("Event", *_SCAN)),
    events.LocationEvent: Reading(
        InboundKind.OTHER, extra=("Event", "Latitude", "Longitude", "Precision", "AppType")
    ),
    CardEvent: Reading(InboundKind.CARD, key="key", extra=_CARD),
}
_OTHER = replace(OTHER, extra=(*OTHER.extra, *_EVENT_DETAILS))


def parse_push(body: bytes, *, account: str, received_at: datetime) -> Push:
    """What a decrypted body says; ``account`` is the corp id.

    The sender is a userid as it is kept (``normal_userid``). A press on a card
    brings what was chosen on it in ``extra["selected"]``: a JSON object of
    question keys, each with the list of its chosen option ids, be it one or
    several. Raises ``Refusal`` (400) for what is no message.
    """
    root = read_xml(body)
    fields = fields_of(root)
    kind, event = type_of(fields)
    registry = _EVENTS if event else messages.MESSAGE_TYPES
    message = registry.get(event or kind, UnknownMessage)(fields)
    reading = _READINGS.get(type(message), _OTHER)
    push = read(message, reading, root, Origin(Channel.WECOM, account, received_at, body))
    extra = push.inbound.extra | _selected(root)
    inbound = replace(push.inbound, sender=normal_userid(push.sender), extra=extra)
    return replace(push, inbound=inbound)


def _selected(root: Element) -> dict[str, str]:
    chosen = {
        clean_text(item.findtext("QuestionKey", "")): [
            clean_text(option.text) for option in item.iterfind("OptionIds/OptionId") if option.text
        ]
        for item in root.iterfind("SelectedItems/SelectedItem")
    }
    return {"selected": json.dumps(chosen, ensure_ascii=False)} if chosen else {}


# -- what goes back ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PressedButton:
    """The pressed button shows ``name`` from now on, and the card takes no more presses. For whom pressed only."""

    name: str


#: what may be said in a passive reply; a card takes the place of the pressed one, for whom pressed only
Said = str | PressedButton | TemplateCard


def render_reply(said: Said, *, userid: str, corp_id: str, at: datetime, pressed: bool = False) -> str:
    """The XML of a passive reply; "" where there is nothing to say.

    ``pressed`` says that a button of a card is answered. That changes the card,
    whatever is said: the documents name nothing else in answer to it, and a
    button stays frozen until something comes. So a text becomes the button's
    name, as far as it fits; who wants all of it read sends it as a message. ValueError for a text that was not paged, and for a
    card that the platform would refuse.
    """
    content = _content(said, pressed)
    if not content:
        return ""
    head = {"to_user_name": userid, "from_user_name": corp_id, "create_time": int(at.timestamp())}
    return f"<xml>{_elements(head | content)}</xml>"


def _content(said: Said, pressed: bool) -> Tree:
    if isinstance(said, TemplateCard):
        if problems := said.problems():
            raise ValueError("；".join(problem.text for problem in problems))
        return {"msg_type": "update_template_card", "template_card": said.updated()}
    if isinstance(said, PressedButton) or pressed:
        name = said.name if isinstance(said, PressedButton) else said.strip().partition("\n")[0]
        text = clip(name, MAX_BUTTON_TEXT)
        return {"msg_type": "update_button", "button": {"replace_name": text}} if text else {}
    return _text(clean_text(said))


def _text(text: str) -> Tree:
    if not text.strip():
        return {}
    if (size := len(text.encode())) > MAX_TEXT_BYTES:
        raise ValueError(f"a reply of {size} bytes was not paged")
    return {"msg_type": "text", "content": text}


#: names of the interface that are two words written as one; XML writes each word large
_WORDS = {
    "keyname": "KeyName",
    "userid": "UserId",
    "appid": "AppId",
    "pagepath": "PagePath",
    "checkbox": "CheckBox",
}


def _elements(tree: Mapping[str, Any]) -> str:
    return "".join(_element(_camel(name), value) for name, value in tree.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):  # a list is its elements side by side, without one around them
        return "".join(_element(name, each) for each in value)
    if isinstance(value, dict):
        inner = _elements(value)
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    elif isinstance(value, int):
        inner = str(value)
    else:
        inner = f"<![CDATA[{cdata_safe(value)}]]>"
    return f"<{name}>{inner}</{name}>"


def _camel(name: str) -> str:
    return _WORDS.get(name) or "".join(word.capitalize() for word in name.split("_"))


class WeComCallback(Callback[Said]):
    """The app's callback: always encrypted, the echo too; silence is an empty 200."""

    path = "/wecom/callback"
    slug = "wecom"
    silence = ""

    def _echo(self, query: Mapping[str, str]) -> str:
        # opened here and now: the platform waits for one second
        try:
            return self._decrypted(query.get("echostr", ""), query).decode()
        except UnicodeDecodeError as error:
            raise Refusal(400, "echo", "echostr 无法解开") from error

    def _parsed(self, body: bytes, received_at: datetime) -> Push:
        return parse_push(body, account=self._account, received_at=received_at)

    def _rendered(self, push: Push, said: Said, at: datetime) -> str:
        pressed = push.inbound.extra.get("Event", "").lower() == _BUTTON_EVENT
        return render_reply(said, userid=push.sender, corp_id=self._account, at=at, pressed=pressed)
