"""WeCom's API, as far as Xinshi speaks to it: messages of one app to staff, cards, media, contacts, login.

Every method raises ``ApiError`` or ``OutcomeUnknown`` (``api_errors``); no
text of theirs holds a token, a secret or an address. What the platform would
cut, half understand or silently drop is refused here before it is sent, with
the platform's own code where it has one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Literal

from aiohttp import ClientSession, ClientTimeout

from bot.channels.api_client import ApiClient, Media, Upload
from bot.channels.api_errors import Action, ApiError, Meaning
from bot.channels.api_http import TIMEOUT, Transport, json_body
from bot.channels.api_token import Grant, TokenKeeper, TokenSource, TokenStore
from bot.channels.wecom_cards import TemplateCard
from bot.channels.wecom_errors import WECOM
from bot.channels.wecom_pace import MemberPace
from bot.channels.wire import clean_text
from domain.clock import Clock
from domain.model.person import normal_userid

MAX_TEXT_BYTES = 2048
#: bytes of each part of a text card; the button's name counts in characters
MAX_CARD_BYTES: dict[str, int] = {"title": 128, "description": 512, "url": 2048}
MAX_BUTTON_TEXT = 4
MAX_USERS = 1000
MAX_GROUPS = 100
#: the platform drops the same request within this time, where it was asked to
REPEAT_WINDOW = timedelta(minutes=30)
#: repeated wrong secrets get the address banned for an hour
SECRET_REST = timedelta(minutes=1)

_SEND = "cgi-bin/message/send"
_UPDATE = "cgi-bin/message/update_template_card"
_USERID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_@.-]{0,63}")
_TOO_LONG = 45002
_EMPTY = 44004

MediaKind = Literal["image", "voice", "video", "file"]
_CONTENT_TYPES: dict[MediaKind, str] = {
    "image": "image/jpeg",
    "voice": "audio/amr",
    "video": "video/mp4",
    "file": "application/octet-stream",
}


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom a message goes to: userids, departments and tags, at least one of them.

    ValueError for nobody, for more than the platform takes at once, and for
    what is no userid: ``@all`` and ``a|b`` would reach others than those meant.
    """

    users: tuple[str, ...] = ()
    parties: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not (self.users or self.parties or self.tags):
            raise ValueError("a message goes to somebody")
        if len(self.users) > MAX_USERS or max(len(self.parties), len(self.tags)) > MAX_GROUPS:
            raise ValueError("too many recipients for one message")
        if not all(map(_USERID.fullmatch, self.users)):
            raise ValueError("not a userid")

    @classmethod
    def of(cls, *userids: str) -> Recipients:
        """These members."""
        return cls(users=tuple(map(normal_userid, userids)))


class Kind(StrEnum):
    """What kind of recipient was not reached."""

    USER = "user"
    PARTY = "party"
    TAG = "tag"
    UNLICENSED = "unlicensed"  # a member without a licence for the interface


@dataclass(frozen=True, slots=True)
class Missed:
    """One recipient that the platform did not write to."""

    kind: Kind
    #: a userid in small letters, or a number as text
    id: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A message the platform took, and those among its recipients who will not get it."""

    message_id: str
    #: updates the card once within 72 hours; "" for what cannot be updated
    response_code: str = ""
    missed: tuple[Missed, ...] = ()

    def reached(self, userid: str) -> bool:
        """Whether this member, named as a user, is not among the missed."""
        missed = {each.id for each in self.missed if each.kind in (Kind.USER, Kind.UNLICENSED)}
        return normal_userid(userid) not in missed


@dataclass(frozen=True, slots=True)
class Department:
    """A department of the contact list."""

    id: int
    name: str
    parent_id: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the contact list; what the app may not see is empty."""

    userid: str
    name: str
    departments: tuple[int, ...]
    position: str = ""
    #: has joined and is not disabled; True where the platform does not say
    active: bool = True
    #: the corp disabled the account, or the member left; unlike one who has not joined yet
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Login:
    """Who opened a page inside WeCom; ``userid`` is "" for somebody outside of the corp."""

    userid: str
    user_ticket: str = ""


class WeComApi:
    """Calls for one app of one corp.

    ``session`` belongs to the caller, who closes it. ``base_url`` is
    ``WECOM_API_BASE``: tokens and media go there too. A message that would go
    over what a member may be sent is refused with ``Action.QUOTA`` and the
    time to wait, before it is sent: the platform would drop it and say ok.
    Members of departments and tags are not known here and not counted.
    """

    def __init__(
        self,
        session: ClientSession,
        base_url: str,
        corp_id: str,
        agent_id: int,
        secret: str,
        *,
        tokens: TokenStore,
        clock: Clock,
        timeout: ClientTimeout = TIMEOUT,
    ) -> None:
        transport = Transport(session, base_url, WECOM, timeout)
        source = _app_tokens(transport, corp_id, agent_id, secret)
        self._client = ApiClient(transport, TokenKeeper(source, tokens, clock))
        self._agent_id = agent_id
        self._pace = MemberPace(clock)

    async def check_token(self) -> None:
        """Make sure that there is a token: for ``doctor`` and the start."""
        await self._client.check_token()

    # -- messages ----------------------------------------------------------------

    async def send_text(self, to: Recipients, text: str, *, once: bool = False) -> Sent:
        """A text of at most 2048 bytes.

        ``once`` lets the platform drop the same text to the same people within
        30 minutes, so that an unknown outcome may be repeated: for what is
        unlike everything else said in that time. It drops a second one that
        was meant, too.
        """
        return await self._send(to, "text", {"content": self._fitting(text)}, once=once)

    async def send_markdown(self, to: Recipients, text: str, *, once: bool = False) -> Sent:
        """Markdown of at most 2048 bytes; shown in the WeCom client only, without pictures, lists, tables."""
        return await self._send(to, "markdown", {"content": self._fitting(text)}, once=once)

    async def send_textcard(
        self, to: Recipients, title: str, description: str, url: str, *, button: str = "", once: bool = False
    ) -> Sent:
        """A card that opens a page; ``button`` is what its lower edge says, 详情 where it is empty."""
        parts = {"title": clean_text(title), "description": clean_text(description), "url": url}
        for name, part in parts.items():
            self._check_bytes(name, part, MAX_CARD_BYTES[name])
        if len(button) > MAX_BUTTON_TEXT:
            raise self._client.error(_TOO_LONG, f"btntxt 超过 {MAX_BUTTON_TEXT} 个字", _SEND)
        return await self._send(to, "textcard", parts | ({"btntxt": button} if button else {}), once=once)

    async def send_card(self, to: Recipients, card: TemplateCard) -> Sent:
        """A template card. Its task id makes a repeat within 30 minutes harmless.

        Where the platform would refuse the card, the error is raised unsent,
        under the platform's code, and names all that is wrong with it.
        """
        self._check_card(card, _SEND)
        return await self._send(to, "template_card", card.sent(), once=bool(card.task_id))

    async def send_file(self, to: Recipients, media_id: str, *, once: bool = False) -> Sent:
        """A file that was uploaded before."""
        return await self._send(to, "file", {"media_id": media_id}, once=once)

    async def update_card(
        self, response_code: str, card: TemplateCard, userids: Sequence[str]
    ) -> tuple[Missed, ...]:
        """Put another card in the place of one for these members; returns who was not reached.

        A response code counts once; one that is used up counts as done.
        """
        self._check_card(card, _UPDATE)
        return await self._update(response_code, userids, {"template_card": card.updated()})

    async def press_button(self, response_code: str, name: str, userids: Sequence[str]) -> tuple[Missed, ...]:
        """Let the button of a card say ``name`` and take no more presses; as ``update_card`` otherwise."""
        return await self._update(response_code, userids, {"button": {"replace_name": clean_text(name)}})

    async def _send(self, to: Recipients, kind: str, payload: Mapping[str, Any], *, once: bool) -> Sent:
        self._pace_of(to.users)
        body: dict[str, Any] = {
            "touser": "|".join(to.users),
            "toparty": "|".join(map(str, to.parties)),
            "totag": "|".join(map(str, to.tags)),
            "msgtype": kind,
            "agentid": self._agent_id,
            kind: payload,
        }
        if once:
            seconds = int(REPEAT_WINDOW.total_seconds())
            body |= {"enable_duplicate_check": 1, "duplicate_check_interval": seconds}
        answer = await self._client.post(_SEND, json_body(body), repeatable=once)
        return Sent(str(answer.get("msgid", "")), str(answer.get("response_code", "")), _missed(answer))

    async def _update(
        self, response_code: str, userids: Sequence[str], change: Mapping[str, Any]
    ) -> tuple[Missed, ...]:
        body = {
            "userids": Recipients.of(*userids).users,
            "agentid": self._agent_id,
            "response_code": response_code,
            **change,
        }
        return _missed(await self._client.post(_UPDATE, json_body(body), repeatable=True))

    def _pace_of(self, members: Sequence[str]) -> None:
        """Count the message, or refuse it (QUOTA) while somebody would not get it."""
        members = tuple(map(normal_userid, members))
        if wait := self._pace.wait(members):
            meaning = Meaning(
                Action.QUOTA, "同一成员每分钟最多 30 条、每小时最多 1000 条，稍后自动发送", wait
            )
            raise ApiError(0, f"held back for {wait.total_seconds():.0f} s", path=_SEND, meaning=meaning)
        self._pace.book(members)

    def _fitting(self, text: str) -> str:
        text = clean_text(text)
        if not text.strip():
            raise self._client.error(_EMPTY, "content 为空", _SEND)
        self._check_bytes("content", text, MAX_TEXT_BYTES)
        return text

    def _check_bytes(self, name: str, text: str, limit: int) -> None:
        if (size := len(text.encode())) > limit:
            raise self._client.error(_TOO_LONG, f"{name} 为 {size} 字节，超过 {limit} 字节", _SEND)

    def _check_card(self, card: TemplateCard, path: str) -> None:
        if problems := card.problems():
            raise self._client.error(problems[0].code, "；".join(each.text for each in problems), path)

    # -- media -------------------------------------------------------------------

    async def upload_media(self, kind: MediaKind, data: bytes, name: str) -> str:
        """Store a temporary file for three days; returns its media id. A file is shown under ``name``."""
        return await self._client.upload(Upload(kind, _file_name(name), _CONTENT_TYPES[kind], data))

    async def download_media(self, media_id: str) -> Media:
        """A temporary file that a member sent."""
        return await self._client.download(media_id)

    # -- contacts ----------------------------------------------------------------

    async def departments(self) -> tuple[Department, ...]:
        """The departments that the app may see."""
        answer = await self._client.get("cgi-bin/department/list", needs=("department",))
        return tuple(
            Department(each["id"], str(each.get("name", "")), each.get("parentid", 0))
            for each in answer["department"]
        )

    async def members(self, department_id: int, *, below: bool = False) -> tuple[Member, ...]:
        """The members of a department, with those of the departments below it where asked for."""
        query = {"department_id": str(department_id), "fetch_child": str(int(below))}
        answer = await self._client.get("cgi-bin/user/list", query=query, needs=("userlist",))
        return tuple(map(_member, answer["userlist"]))

    async def login(self, code: str) -> Login:
        """Who came with this code of a page inside WeCom; it counts once and for five minutes."""
        answer = await self._client.get("cgi-bin/auth/getuserinfo", query={"code": code})
        return Login(normal_userid(str(answer.get("userid", ""))), str(answer.get("user_ticket", "")))


def _app_tokens(transport: Transport, corp_id: str, agent_id: int, secret: str) -> TokenSource:
    """The tokens of one app: each app of a corp has its own, and must not be given another's."""

    async def fetch(path: str) -> Grant:
        query = {"corpid": corp_id, "corpsecret": secret}
        needs = ("access_token", "expires_in")
        answer = await transport.call(path, query=query, body=None, repeatable=True, needs=needs)
        return Grant(answer["access_token"], timedelta(seconds=answer["expires_in"]))

    return TokenSource(
        f"{WECOM.slug}:{corp_id}:{agent_id}", partial(fetch, "cgi-bin/gettoken"), rest=SECRET_REST
    )


#: the answer's fields with recipients it leaves out
_MISSED = {
    Kind.USER: "invaliduser",
    Kind.PARTY: "invalidparty",
    Kind.TAG: "invalidtag",
    Kind.UNLICENSED: "unlicenseduser",
}


def _missed(answer: Mapping[str, Any]) -> tuple[Missed, ...]:
    """Who was left out: ``a|b`` after sending, a list after an update; userids in small letters."""
    missed = []
    for kind, field in _MISSED.items():
        value = answer.get(field) or ()
        ids = value.split("|") if isinstance(value, str) else value
        missed += [Missed(kind, normal_userid(str(each))) for each in ids if each]
    return tuple(missed)


_ACTIVE = 1
#: disabled by the corp; left it
_GONE = (2, 5)


def _member(each: Mapping[str, Any]) -> Member:
    return Member(
        userid=normal_userid(str(each["userid"])),
        name=str(each.get("name", "")),
        departments=tuple(each.get("department", ())),
        position=str(each.get("position", "")),
        active=each.get("status", _ACTIVE) == _ACTIVE and each.get("enable", 1) == 1,
        gone=each.get("status", _ACTIVE) in _GONE or each.get("enable", 1) == 0,
    )


def _file_name(name: str) -> str:
    """A name that cannot leave its place in a header: the last part of it, without control characters."""
    return (
        clean_text(name).replace("\n", " ").replace("\\", "/").rpartition("/")[2].replace('"', "'") or "file"
    )
