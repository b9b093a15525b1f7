"""The access token: fetched by one, kept for all, replaced when it failed.

``stable_token`` is used, since a second fetch does not kill the first token
and replicas therefore cannot invalidate each other's.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import structlog

from bot.channels.wechat_http import Transport, json_body
from domain.clock import Clock

_log = structlog.get_logger("xinshi.wechat")

PATH = "cgi-bin/stable_token"
#: a token this near its end is not used for a call any more
MARGIN = timedelta(seconds=60)
#: a forced refresh is allowed 20 times a day
FORCE_EVERY = timedelta(hours=2)


class StoredToken(Protocol):
    """A token and the moment it stops working."""

    @property
    def value(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...


class AccessToken(NamedTuple):
    """What was fetched just now."""

    value: str
    expires_at: datetime


class TokenStore(Protocol):
    """Where replicas share tokens."""

    async def get(self, app: str) -> StoredToken | None: ...
    async def save(self, app: str, value: str, expires_at: datetime) -> None: ...


class TokenKeeper:
    """Hands out the token of one service account; at most one fetch is under way."""

    def __init__(
        self, transport: Transport, app_id: str, secret: str, store: TokenStore, clock: Clock
    ) -> None:
        self._transport = transport
        self._app_id = app_id
        self._secret = secret
        self._store = store
        self._clock = clock
        self._app = f"wechat:{app_id}"
        self._token: StoredToken | None = None
        self._lock = asyncio.Lock()
        self._forced_at: datetime | None = None

    async def current(self) -> str:
        """A token that works as far as is known. Raises as ``Transport.call`` does."""
        token = self._token
        if token is not None and self._usable(token):
            return token.value
        async with self._lock:
            return await self._known(failed="") or await self._fetch(force=False)

    async def replace(self, failed: str) -> str:
        """A token other than the one that just failed, if there is any.

        Whoever comes second finds the new token already there. Where the
        platform still hands out the very token it refuses, one forced refresh
        in two hours breaks the circle.
        """
        async with self._lock:
            token = await self._known(failed) or await self._fetch(force=False)
            if token == failed and self._may_force():
                token = await self._fetch(force=True)
            return token

    async def _known(self, failed: str) -> str:
        """The token of this replica or another, "" where it is missing, spent, or the failed one."""
        for token in (self._token, await self._store.get(self._app)):
            if token is not None and token.value != failed and self._usable(token):
                self._token = token
                return token.value
        return ""

    def _usable(self, token: StoredToken) -> bool:
        return token.expires_at - self._clock.now() > MARGIN

    def _may_force(self) -> bool:
        return self._forced_at is None or self._clock.now() - self._forced_at >= FORCE_EVERY

    async def _fetch(self, *, force: bool) -> str:
        now = self._clock.now()
        if force:
            self._forced_at = now
        body = json_body(
            {
                "grant_type": "client_credential",
                "appid": self._app_id,
                "secret": self._secret,
                "force_refresh": force,
            }
        )
        needs = ("access_token", "expires_in")
        answer = await self._transport.call(PATH, query={}, body=body, repeatable=True, needs=needs)
        token = AccessToken(answer["access_token"], now + timedelta(seconds=answer["expires_in"]))
        await self._store.save(self._app, token.value, token.expires_at)
        self._token = token
        _log.info("token fetched", action="wechat.token_fetched", forced=force)
        return token.value
