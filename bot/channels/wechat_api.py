"""The service account's API, as far as Xinshi speaks to it.

Built on ``api_client`` (which says why not on wechatpy's client; that one has
no ``stable_token`` and no ``client_msg_id`` either).

Every method raises ``ApiError`` or ``OutcomeUnknown`` (``api_errors``); no
text of theirs holds a token, a secret or an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from bot.channels.api_client import ApiClient, Media
from bot.channels.api_errors import ApiError
from bot.channels.api_http import TIMEOUT, Transport, json_body
from bot.channels.api_token import Grant, TokenKeeper, TokenSource, TokenStore
from bot.channels.wechat_errors import WECHAT
from bot.channels.wechat_templates import problems_with
from bot.channels.wire import clean_text
from domain.clock import Clock

_NO_MENU = 46003
_BAD_TEMPLATE_VALUE = 47003


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
        self._transport, self._app_id, self._secret = transport, app_id, secret
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

    # -- pages -------------------------------------------------------------------

    async def login(self, code: str) -> tuple[str, bool]:
        """Who came with this code of a page, and whether it is only the virtual user of a page copy.

        A code counts once and for five minutes (40029, 40163 otherwise).
        """
        query = {
            "appid": self._app_id,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        answer = await self._transport.call(
            "sns/oauth2/access_token", query=query, body=None, repeatable=False, needs=("openid",)
        )
        return str(answer["openid"]), answer.get("is_snapshotuser") == 1

    # -- media -------------------------------------------------------------------

    async def download_media(self, media_id: str) -> Media:
        """A temporary file; of a video the platform may give an address in JSON instead."""
        return await self._client.download(media_id)


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
