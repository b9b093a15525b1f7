"""The access token: fetched by one, kept for all, replaced when it failed.

The same on both platforms but for the fetching itself: ``stable_token`` on
the service account, since a second fetch does not kill the first token and
replicas therefore cannot invalidate each other's; ``gettoken`` for a WeCom
app, whose token belongs to corp and app together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import structlog

from bot.channels.api_errors import Action, ApiError
from domain.clock import Clock

_log = structlog.get_logger("xinshi.tokens")

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


class Grant(NamedTuple):
    """A token as the platform hands it out, with the time it lasts."""

    value: str
    lasts: timedelta


class TokenSource(NamedTuple):
    """Where the tokens of one app come from."""

    #: names the token in the store: platform, account and app
    app: str
    fetch: Callable[[], Awaitable[Grant]]
    #: fetches one that replaces a token which works no more; None where the platform has no such thing
    force: Callable[[], Awaitable[Grant]] | None = None
    #: how long a platform that refused the secret is left alone, where it punishes asking again
    rest: timedelta = timedelta(0)


class TokenKeeper:
    """Hands out the token of one app; at most one fetch is under way."""

    def __init__(self, source: TokenSource, store: TokenStore, clock: Clock) -> None:
        self._source = source
        self._store = store
        self._clock = clock
        self._token: StoredToken | None = None
        self._lock = asyncio.Lock()
        self._forced_at: datetime | None = None
        self._refusal: tuple[ApiError, datetime] | None = None

    async def current(self) -> str:
        """A token that works as far as is known. Raises as ``Transport.call`` does."""
        token = self._token
        if token is not None and self._usable(token):
            return token.value
        async with self._lock:
            return await self._known(failed="") or await self._fetch()

    async def replace(self, failed: str) -> str:
        """A token other than the one that just failed, if there is any.

        Whoever comes second finds the new token already there. Where the
        platform still hands out the very token it refuses, one forced refresh
        in two hours breaks the circle, if the platform has such a thing.
        """
        async with self._lock:
            token = await self._known(failed) or await self._fetch()
            if token == failed and self._source.force and self._may_force():
                self._forced_at = self._clock.now()
                token = await self._keep(self._source.force, forced=True)
            return token

    async def _known(self, failed: str) -> str:
        """The token of this replica or another, "" where it is missing, spent, or the failed one."""
        for token in (self._token, await self._store.get(self._source.app)):
            if token is not None and token.value != failed and self._usable(token):
                self._token = token
                return token.value
        return ""

    def _usable(self, token: StoredToken) -> bool:
        return token.expires_at - self._clock.now() > MARGIN

    def _may_force(self) -> bool:
        return self._forced_at is None or self._clock.now() - self._forced_at >= FORCE_EVERY

    async def _fetch(self) -> str:
        if self._refusal and self._clock.now() < self._refusal[1]:
            raise self._refusal[0]
        try:
            return await self._keep(self._source.fetch, forced=False)
        except ApiError as error:
            if error.action is Action.CONFIG:
                self._refusal = error, self._clock.now() + self._source.rest
            raise

    async def _keep(self, fetch: Callable[[], Awaitable[Grant]], *, forced: bool) -> str:
        now = self._clock.now()
        grant = await fetch()
        token = self._token = AccessToken(grant.value, now + grant.lasts)
        await self._store.save(self._source.app, token.value, token.expires_at)
        _log.info("token fetched", action="token.fetched", app=self._source.app, forced=forced)
        return token.value
