"""HTTP to a platform: one exchange, and every way it can break mapped to what the caller may do.

Addresses carry secrets and tokens, and aiohttp's exceptions carry addresses:
nothing of either leaves this file, neither in a text nor as a cause.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
    InvalidURL,
)

from bot.channels.api_errors import Action, ApiError, OutcomeUnknown, Platform, TryAgain

TIMEOUT = ClientTimeout(total=10, sock_connect=3)
#: the largest media a platform keeps is a WeCom file of 20 MB
MAX_ANSWER_BYTES = 22 * 1024 * 1024

_JSON = {"Content-Type": "application/json; charset=utf-8"}

#: what is sent with a call; made anew for each attempt, since a form is used up by sending it
Body = Callable[[], bytes | FormData]


@dataclass(frozen=True, slots=True)
class Answer:
    """The platform's answer with status 200."""

    content_type: str
    data: bytes


def json_body(value: Mapping[str, Any]) -> Body:
    """UTF-8 JSON without ``\\u`` escapes: menus and templates written with them are refused (40033)."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return lambda: data


class Transport:
    """Exchanges with one API host; ``base_url`` may have a path of its own."""

    def __init__(
        self, session: ClientSession, base_url: str, platform: Platform, timeout: ClientTimeout = TIMEOUT
    ) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._platform = platform
        self._timeout = timeout

    @property
    def platform(self) -> Platform:
        """Whose host it is, and what its error codes mean."""
        return self._platform

    async def exchange(
        self, path: str, *, query: Mapping[str, str], body: Body | None, repeatable: bool
    ) -> Answer:
        """POST the body, or GET without one.

        Raises ``TryAgain`` when the request did not leave or may be repeated,
        ``OutcomeUnknown`` when it may have been carried out and may not, and
        ``ApiError`` (CONFIG) where no such interface answers.
        """
        data = body() if body else None
        try:
            async with self._session.request(
                "POST" if body else "GET",
                f"{self._base}/{path}",
                params=query,
                data=data,
                headers=_JSON if isinstance(data, bytes) else None,
                timeout=self._timeout,
                # a redirect would carry the token elsewhere
                allow_redirects=False,
            ) as response:
                return await self._answer(response, path, repeatable)
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise TryAgain(f"not connected ({type(error).__name__})", path=path) from None
        except InvalidURL:
            raise self._platform.wrong_address(0, "invalid address", path=path) from None
        except (ClientError, TimeoutError) as error:
            _broken(path, type(error).__name__, repeatable)

    async def call(
        self,
        path: str,
        *,
        query: Mapping[str, str],
        body: Body | None,
        repeatable: bool,
        needs: Sequence[str] = (),
    ) -> dict[str, Any]:
        """An exchange whose answer is JSON; raises ``ApiError`` for an ``errcode``.

        An answer without one of the fields it ``needs`` counts as broken.
        """
        answer = await self.exchange(path, query=query, body=body, repeatable=repeatable)
        payload = self.parse(answer.data, path=path, repeatable=repeatable)
        if missing := [name for name in needs if name not in payload]:
            _broken(path, f"answer lacks {missing}", repeatable)
        return payload

    def parse(self, data: bytes, *, path: str, repeatable: bool) -> dict[str, Any]:
        """The JSON object of an answer; raises as ``call`` does."""
        try:
            payload = json.loads(data)
        except ValueError:
            payload = None
        code = payload.get("errcode", 0) if isinstance(payload, dict) else None
        if not isinstance(payload, dict) or not isinstance(code, int):
            _broken(path, "answer is no JSON", repeatable)
        if error := self._error(code, str(payload.get("errmsg", "")), path):
            raise error
        return payload

    def _error(self, code: int, errmsg: str, path: str) -> ApiError | None:
        if not code:
            return self._platform.half_understood(errmsg, path=path)
        error = self._platform.error(code, errmsg, path=path)
        return None if error.action is Action.DONE else error

    async def _answer(self, response: ClientResponse, path: str, repeatable: bool) -> Answer:
        if response.status >= 500:
            _broken(path, f"HTTP {response.status}", repeatable)
        if response.status != 200:
            raise self._platform.wrong_address(response.status, "unexpected HTTP status", path=path)
        data = bytearray()
        while chunk := await response.content.readany():
            data += chunk
            if len(data) > MAX_ANSWER_BYTES:
                _broken(path, "answer too large", repeatable)
        return Answer(response.content_type, bytes(data))


def _broken(path: str, reason: str, repeatable: bool) -> NoReturn:
    if repeatable:
        raise TryAgain(reason, path=path) from None
    raise OutcomeUnknown(f"{path}: {reason}") from None
