"""What both platforms' clients are made of: calls with a token, its one retry, and media.

Not wechatpy's clients: those block (requests), retry a bad token without
bound, and their base addresses are fixed. One retry here, for one reason: the
platform refused the token. All other repeating is the delivery loop's, which
knows what it may repeat.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import FormData

from bot.channels.api_errors import Action, ApiError
from bot.channels.api_http import Body, Transport
from bot.channels.api_token import TokenKeeper

T = TypeVar("T")

_MEDIA_GET = "cgi-bin/media/get"
_MEDIA_UPLOAD = "cgi-bin/media/upload"
#: an error of ``media/get`` comes as JSON with status 200, under either name
_ERROR_TYPES = ("application/json", "text/plain")


@dataclass(frozen=True, slots=True)
class Media:
    """A temporary media file."""

    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way up; ``name`` is what the platform sees, and shows where it is a document."""

    kind: str
    name: str
    content_type: str
    data: bytes


class ApiClient:
    """Calls of one app. Every method raises ``ApiError`` or ``OutcomeUnknown``."""

    def __init__(self, transport: Transport, tokens: TokenKeeper) -> None:
        self._transport = transport
        self._tokens = tokens

    async def check_token(self) -> None:
        """Make sure that there is a token: for ``doctor`` and the start."""
        await self._tokens.current()

    def error(self, code: int, errmsg: str, path: str) -> ApiError:
        """What the platform would answer, for a request that need not be sent to know it."""
        return self._transport.platform.error(code, errmsg, path=path)

    async def post(
        self,
        path: str,
        body: Body,
        *,
        repeatable: bool,
        query: Mapping[str, str] | None = None,
        needs: Sequence[str] = (),
    ) -> dict[str, Any]:
        """POST with a token; ``repeatable`` says that doing it twice does no harm."""
        return await self._call(path, query or {}, body, repeatable, needs)

    async def get(
        self, path: str, *, query: Mapping[str, str] | None = None, needs: Sequence[str] = ()
    ) -> dict[str, Any]:
        """GET with a token."""
        return await self._call(path, query or {}, None, True, needs)

    async def upload(self, file: Upload) -> str:
        """Store a temporary file for three days; returns its media id."""

        def form() -> FormData:
            # an encoded file name would not be found by the platform (41005): it goes as it is
            body = FormData(quote_fields=False)
            body.add_field("media", file.data, filename=file.name, content_type=file.content_type)
            return body

        answer = await self.post(
            _MEDIA_UPLOAD, form, repeatable=True, query={"type": file.kind}, needs=("media_id",)
        )
        return str(answer["media_id"])

    async def download(self, media_id: str) -> Media:
        """A temporary file; of a video the platform may give an address in JSON instead."""

        async def get(token: str) -> Media:
            query = {"access_token": token, "media_id": media_id}
            answer = await self._transport.exchange(_MEDIA_GET, query=query, body=None, repeatable=True)
            if answer.content_type in _ERROR_TYPES:
                self._transport.parse(answer.data, path=_MEDIA_GET, repeatable=True)
            return Media(answer.content_type, answer.data)

        return await self._with_token(get)

    async def _call(
        self, path: str, query: Mapping[str, str], body: Body | None, repeatable: bool, needs: Sequence[str]
    ) -> dict[str, Any]:
        return await self._with_token(
            lambda token: self._transport.call(
                path, query={"access_token": token, **query}, body=body, repeatable=repeatable, needs=needs
            )
        )

    async def _with_token(self, call: Callable[[str], Awaitable[T]]) -> T:
        """The call with the present token, and once more with another where that one was refused."""
        token = await self._tokens.current()
        try:
            return await call(token)
        except ApiError as error:
            if error.action is not Action.REFRESH:
                raise
        return await call(await self._tokens.replace(token))
