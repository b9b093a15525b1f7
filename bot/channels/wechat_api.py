"""The service account's API, as far as Xinshi speaks to it.

Built on ``api_client`` (which says why not on wechatpy's client; that one has
no ``stable_token`` and no ``client_msg_id`` either).

Every method raises ``ApiError`` or ``OutcomeUnknown`` (``api_errors``); no
text of theirs holds a token, a secret or an address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal

from aiohttp import ClientSession, ClientTimeout

from bot.channels.api_client import ApiClient, Media, Upload
from bot.channels.api_errors import ApiError
from bot.channels.api_http import TIMEOUT, Transport, json_body
from bot.channels.api_token import Grant, TokenKeeper, TokenSource, TokenStore
from bot.channels.wechat_errors import WECHAT
from bot.channels.wechat_templates import problems_with
from bot.channels.wire import clean_text
from domain.clock import Clock

MediaKind = Literal["image", "voice", "video", "thumb"]

_NO_MENU = 46003
_BAD_TEMPLATE_VALUE = 47003
_MAX_SCENE_DAYS = timedelta(days=30)
_MAX_PERMANENT_SCENE = 100_000
_MAX_SCENE_TEXT = 64
_ASCII_NAMES: dict[MediaKind, tuple[str, str]] = {
    "image": ("image.jpg", "image/jpeg"),
    "voice": ("voice.amr", "audio/amr"),
    "video": ("video.mp4", "video/mp4"),
    "thumb": ("thumb.jpg", "image/jpeg"),
}


@dataclass(frozen=True, slots=True)
class QrCode:
    """A parametric QR code: ``url`` is what the picture says; ``lasts`` is None for a permanent one."""

    ticket: str
    url: str
    lasts: timedelta | None


@dataclass(frozen=True, slots=True)
class UserInfo:
    """What the platform still tells about a follower; nothing but ``subscribed`` for others."""

    openid: str
    subscribed: bool
    subscribed_at: datetime | None = None
    #: where they came from, e.g. ADD_SCENE_QR_CODE
    came_by: str = ""
    scene: str = ""


class WeChatApi:
    """Calls for one service account.

    ``session`` belongs to the caller, who closes it. ``base_url`` is
    ``WECHAT_API_BASE``: tokens and media go there too.
    """

    def __init__(
        self,
        session: ClientSession,
        base_url: str,
        app_id: str,
        secret: str,
        *,
        tokens: TokenStore,
        clock: Clock,
        timeout: ClientTimeout = TIMEOUT,
    ) -> None:
        transport = Transport(session, base_url, WECHAT, timeout)
        source = _stable_tokens(transport, app_id, secret)
        self._client = ApiClient(transport, TokenKeeper(source, tokens, clock))

    async def check_token(self) -> None:
        """Make sure that there is a token: for ``doctor`` and the start."""
        await self._client.check_token()

    # -- messages ----------------------------------------------------------------

    async def send_text(self, openid: str, text: str) -> str:
        """A customer message, within 48 hours of the person's last one. Has no idempotency key.

        Returns the platform's id of it, "" where it gives none (as documented).
        """
        return await self._custom(openid, "text", {"content": clean_text(text)})

    async def send_choices(
        self, openid: str, head: str, choices: Sequence[tuple[str, str]], tail: str = ""
    ) -> str:
        """A text with choices (id, words); a tap comes back as a text with ``bizmsgmenuid``."""
        listed = [{"id": choice, "content": clean_text(words)} for choice, words in choices]
        menu = {"head_content": clean_text(head), "list": listed, "tail_content": clean_text(tail)}
        return await self._custom(openid, "msgmenu", menu)

    async def send_typing(self, openid: str) -> None:
        """Show 正在输入 for a moment; already showing counts as success."""
        body = json_body({"touser": openid, "command": "Typing"})
        await self._client.post("cgi-bin/message/custom/typing", body, repeatable=True)

    async def send_template(
        self, openid: str, template_id: str, values: Mapping[str, str], *, client_msg_id: str, url: str = ""
    ) -> str:
        """A template message; returns the msgid that the finish event will name.

        ``client_msg_id`` lets the platform drop a repeat within ten minutes.
        ``ApiError`` 47003 for a value out of its keyword type, before anything is sent.
        """
        path = "cgi-bin/message/template/send"
        if problems := problems_with(values):
            raise self._client.error(_BAD_TEMPLATE_VALUE, "；".join(problems), path)
        body = {
            "touser": openid,
            "template_id": template_id,
            "url": url,
            "data": {key: {"value": value} for key, value in values.items()},
            "client_msg_id": client_msg_id,
        }
        answer = await self._client.post(path, json_body(body), repeatable=True, needs=("msgid",))
        return str(answer["msgid"])

    async def _custom(self, openid: str, kind: str, payload: Mapping[str, Any]) -> str:
        body = json_body({"touser": openid, "msgtype": kind, kind: payload})
        answer = await self._client.post("cgi-bin/message/custom/send", body, repeatable=False)
        return str(answer.get("msgid", ""))

    # -- menu --------------------------------------------------------------------

    async def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Put ``{"button": […]}`` in the place of the present menu; phones see it within minutes."""
        await self._client.post("cgi-bin/menu/create", json_body(menu), repeatable=True)

    async def menu(self) -> dict[str, Any] | None:
        """The present menu as ``create_menu`` takes it; None where there is none."""
        try:
            answer = await self._client.get("cgi-bin/menu/get", needs=("menu",))
        except ApiError as error:
            if error.code == _NO_MENU:
                return None
            raise
        return {"button": [_as_created(button) for button in answer["menu"]["button"]]}

    # -- media -------------------------------------------------------------------

    async def upload_media(self, kind: MediaKind, data: bytes) -> str:
        """Store a temporary file for three days; returns its media id.

        The name on the wire is plain ASCII: another one would be encoded in a
        way that the platform does not find the file in (41005).
        """
        name, content_type = _ASCII_NAMES[kind]
        field = "thumb_media_id" if kind == "thumb" else "media_id"
        return await self._client.upload(Upload(kind, name, content_type, data), field=field)

    async def download_media(self, media_id: str) -> Media:
        """A temporary file; of a video the platform may give an address in JSON instead."""
        return await self._client.download(media_id)

    # -- QR codes and people -----------------------------------------------------

    async def create_qr(self, scene: int | str, *, lasts: timedelta | None) -> QrCode:
        """A QR code that leads to a scene, for at most 30 days, or for ever where ``lasts`` is None.

        ValueError for a scene that the platform does not take.
        """
        _check_scene(scene, lasts)
        name = "QR_" + ("" if lasts else "LIMIT_") + ("STR_" if isinstance(scene, str) else "") + "SCENE"
        key = "scene_str" if isinstance(scene, str) else "scene_id"
        body: dict[str, Any] = {"action_name": name, "action_info": {"scene": {key: scene}}}
        if lasts:
            body["expire_seconds"] = int(lasts.total_seconds())
        answer = await self._client.post(
            "cgi-bin/qrcode/create", json_body(body), repeatable=True, needs=("ticket", "url")
        )
        seconds = answer.get("expire_seconds")
        return QrCode(answer["ticket"], answer["url"], timedelta(seconds=seconds) if seconds else None)

    async def user_info(self, openid: str) -> UserInfo:
        """Whether somebody follows, and how they came."""
        answer = await self._client.get("cgi-bin/user/info", query={"openid": openid, "lang": "zh_CN"})
        if not answer.get("subscribe"):
            return UserInfo(openid, subscribed=False)
        return UserInfo(
            openid,
            subscribed=True,
            subscribed_at=datetime.fromtimestamp(answer["subscribe_time"], UTC),
            came_by=answer.get("subscribe_scene", ""),
            scene=str(answer.get("qr_scene_str") or answer.get("qr_scene") or ""),
        )


def _stable_tokens(transport: Transport, app_id: str, secret: str) -> TokenSource:
    """The tokens of a service account. Fetching one leaves the one before alive, forcing does not."""

    async def fetch(force: bool) -> Grant:
        body = {
            "grant_type": "client_credential",
            "appid": app_id,
            "secret": secret,
            "force_refresh": force,
        }
        needs = ("access_token", "expires_in")
        answer = await transport.call(
            "cgi-bin/stable_token", query={}, body=json_body(body), repeatable=True, needs=needs
        )
        return Grant(answer["access_token"], timedelta(seconds=answer["expires_in"]))

    return TokenSource(f"{WECHAT.slug}:{app_id}", partial(fetch, False), partial(fetch, True))


def _as_created(button: Mapping[str, Any]) -> dict[str, Any]:
    """A button without the empty list of sub-buttons that the platform adds to each."""
    return {
        name: [_as_created(each) for each in value] if name == "sub_button" else value
        for name, value in button.items()
        if name != "sub_button" or value
    }


def _check_scene(scene: int | str, lasts: timedelta | None) -> None:
    if lasts is not None and not timedelta(0) < lasts <= _MAX_SCENE_DAYS:
        raise ValueError("a temporary QR code lasts 30 days at most")
    if isinstance(scene, str):
        if not 1 <= len(scene) <= _MAX_SCENE_TEXT:
            raise ValueError("a scene has 1 to 64 characters")
    elif not 1 <= scene <= (2**32 - 1 if lasts else _MAX_PERMANENT_SCENE):
        raise ValueError("a scene number is out of range")
