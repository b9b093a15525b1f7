"""How a message gets to a person, by channel.

Service account: while a window gives one (``talk_windows``) a customer message;
else a template message, which says only that there is something; else the person is
unreachable. WeCom: a card where there is one, else a text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from bot.channels.api_errors import Action, ApiError
from bot.channels.wechat_api import WeChatApi
from bot.channels.wecom_api import Recipients, WeComApi
from bot.channels.wecom_cards import TemplateCard, card_of
from bot.spoken import read_card
from domain.clock import SHANGHAI
from domain.errors import XinshiError
from domain.model.card import Card
from domain.model.case import CaseKind
from domain.model.person import Channel, Person
from domain.office import MessageTemplate, Office, TemplateFact
from domain.rules.keywords import keyword_problem, keyword_type
from domain.rules.talk_windows import Window, Windows
from storage.outbox import ANSWER, CARD_UPDATE, OutboxRow

log = structlog.get_logger("xinshi.delivery")

UNFOLLOWED = "已取消关注"
WINDOW_CLOSED = "超过48小时未联系，客服消息窗口已关闭"
USED_UP = "对方上次来信后，48小时内可以主动发送的消息已用完"
NO_TEMPLATE = "{why}，也没有可用的模板消息"
TEMPLATE_REFUSED = "{why}，模板消息也没有发出：{hint}"
NOT_SEEN = "该成员不在应用的可见范围内，或账号不可用"
HINT = "请回复“进度”查看"
OTHER_NOTICE = "业务通知"


class Unreachable(XinshiError):  # noqa: N818
    """No way of this channel leads to the person now; ``str()`` says why, for staff."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one send takes to one person."""

    rows: tuple[OutboxRow, ...]
    person: Person
    text: str
    #: of the case it is about; "" where there is none
    number: str = ""
    #: under which a card goes out
    task_id: str = ""
    windows: Windows = field(default_factory=Windows)

    @property
    def first(self) -> OutboxRow:
        return self.rows[0]


@dataclass(frozen=True, slots=True)
class Carried:
    """The platform took it. ``hint``: only the word that there is something to read."""

    platform_id: str
    response_code: str = ""
    hint: bool = False
    as_card: bool = False


class Carrier(Protocol):
    """Takes parcels to the people of one channel."""

    @property
    def channel(self) -> Channel: ...

    def spends(self, parcel: Parcel, now: datetime) -> Window | None:
        """The window that sending it takes a message from; None where nothing is counted or none is left."""
        ...

    async def carry(self, parcel: Parcel, now: datetime) -> Carried:
        """Send it. ``Unreachable``, ``ApiError`` or ``OutcomeUnknown`` where that fails."""
        ...


class ServiceAccountCarrier:
    """To followers of the service account."""

    channel = Channel.WECHAT

    def __init__(self, api: WeChatApi, office: Office) -> None:
        self._api = api
        self._office = office

    def spends(self, parcel: Parcel, now: datetime) -> Window | None:
        """The window of the person that is open and has a message left."""
        return parcel.windows.choose(now, self._office.messages_after_inbound)

    async def carry(self, parcel: Parcel, now: datetime) -> Carried:
        """A customer message while a window gives one, else the word that there is something."""
        person = parcel.person
        if not person.followed:
            raise Unreachable(UNFOLLOWED)
        if self.spends(parcel, now) is None:
            return await self._hint(parcel, USED_UP if parcel.windows.used_up(now) else WINDOW_CLOSED)
        try:
            return Carried(await self._api.send_text(person.sender, parcel.text))
        except ApiError as refusal:
            if refusal.action is not Action.FALLBACK:
                raise
            return await self._hint(parcel, refusal.hint)

    async def _hint(self, parcel: Parcel, why: str) -> Carried:
        if parcel.first.kind == ANSWER:
            raise Unreachable(why)
        template = self._office.template_for(parcel.first.kind)
        if template is None:
            raise Unreachable(NO_TEMPLATE.format(why=why))
        values = template_values(template, parcel, self._office)
        problems = [p for key, value in values.items() if (p := keyword_problem(key, value))]
        if problems:
            log.error("template values", action="delivery.template", problems=problems)
            raise Unreachable("；".join([why, *problems]))
        try:
            sent = await self._api.send_template(
                parcel.person.sender, template.template_id, values, client_msg_id=f"xinshi-{parcel.first.id}"
            )
        except ApiError as refusal:
            if refusal.action in (Action.RETRY, Action.QUOTA, Action.REFRESH):
                raise
            log.error("template refused", action="delivery.template", error=str(refusal))
            raise Unreachable(TEMPLATE_REFUSED.format(why=why, hint=refusal.hint)) from refusal
        return Carried(sent, hint=True)


def template_values(template: MessageTemplate, parcel: Parcel, office: Office) -> dict[str, str]:
    """The keywords of a template filled for a letter: nothing sensitive, and cut to what each type holds."""
    day = parcel.first.created_at.astimezone(SHANGHAI)
    known = parcel.first.kind in {kind.value for kind in CaseKind}
    facts = {
        TemplateFact.KIND: parcel.first.kind if known else OTHER_NOTICE,
        TemplateFact.NUMBER: parcel.number or f"{day:%Y%m%d}-{parcel.first.id}",
        TemplateFact.DATE: f"{day.year}年{day.month}月{day.day}日",
        TemplateFact.OFFICE: office.short_name,
        TemplateFact.HINT: HINT,
    }
    return {word.key: _cut(word.key, facts[word.fact], day) for word in template.keywords}


#: characters that the types for words hold
_ROOM = {"thing": 20, "short_thing": 5, "phrase": 5, "name": 10}


def _cut(key: str, value: str, day: datetime) -> str:
    kind = keyword_type(key) or ""
    if kind == "time":
        return f"{day.year}年{day.month}月{day.day}日 {day:%H:%M}"
    return value[: _ROOM.get(kind, len(value))]


class WeComCarrier:
    """To members of staff. A repeat does no harm here: the platform drops it."""

    channel = Channel.WECOM

    def __init__(self, api: WeComApi, page: str) -> None:
        self._api = api
        #: the page that a card opens, with {number} in the place of the case's number
        self._page = page

    def spends(self, parcel: Parcel, now: datetime) -> Window | None:
        """Members are not counted for: the app's limits are kept by the client."""
        return None

    async def carry(self, parcel: Parcel, now: datetime) -> Carried:
        """A card, the change of one, or a text."""
        if parcel.first.kind == CARD_UPDATE:
            return await self._late_face(parcel)
        to = Recipients.of(parcel.person.sender)
        if parcel.first.card is not None:
            card = self._face(read_card(parcel.first.card), parcel.task_id)
            sent, as_card = await self._api.send_card(to, card), True
        else:
            sent, as_card = await self._api.send_text(to, parcel.text, once=True), False
        if not sent.reached(parcel.person.sender):
            raise Unreachable(NOT_SEEN)
        return Carried(sent.message_id, sent.response_code, as_card=as_card)

    async def change(self, response_code: str, card: Card, userid: str, *, task_id: str) -> None:
        """Put the present face of a case in the place of a card that was sent."""
        await self._api.update_card(response_code, self._face(card, task_id), [userid])

    def _face(self, card: Card, task_id: str) -> TemplateCard:
        return card_of(card, task_id=task_id, url=self._page.format(number=card.case_number))

    async def _late_face(self, parcel: Parcel) -> Carried:
        """The answer to a press that came too late to be a passive one."""
        stored = parcel.first.card
        assert stored is not None, "a change of a card carries the card"
        card = read_card(stored["card"])
        await self.change(stored["code"], card, stored["userid"], task_id=parcel.task_id)
        return Carried("")
