"""Reading calls from HTTP and answering them, as both platforms do."""

from __future__ import annotations

import json
from typing import Any, Final

from aiohttp import BodyPartReader, web

from bot.simulator.call import Call, Part
from bot.simulator.media import Medium

Answer = dict[str, Any] | Medium
#: the largest medium of either platform is a file of 20 MB
_LARGEST: Final = 22 * 1024 * 1024


async def read_call(request: web.Request) -> Call:
    """The call with its body; what is larger than any limit is refused by HTTP."""
    if request.content_type == "multipart/form-data":
        return Call(dict(request.query), parts=await _parts(request))
    body = b""
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > _LARGEST:
            raise web.HTTPRequestEntityTooLarge(_LARGEST, len(body))
    return Call(dict(request.query), body)


async def _parts(request: web.Request) -> tuple[Part, ...]:
    parts: list[Part] = []
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader):
                disposition = part.headers.get("Content-Disposition", "")
                parts.append(Part(part.name or "", disposition, await _data(part)))
    except ValueError:
        return ()
    return tuple(parts)


async def _data(part: BodyPartReader) -> bytes:
    """One part in whole; aiohttp's own limit is far below the platform's."""
    data = bytearray()
    while chunk := await part.read_chunk(65536):
        data += chunk
        if len(data) > _LARGEST:
            raise web.HTTPRequestEntityTooLarge(_LARGEST, len(data))
    return bytes(data)


def reset(request: web.Request) -> web.Response:
    """Cuts the connection under the caller's feet."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def respond(answer: Answer) -> web.Response:
    if isinstance(answer, Medium):
        name = f'attachment; filename="{answer.media_id[:16]}"'
        return web.Response(
            body=answer.data, content_type=answer.content_type, headers={"Content-disposition": name}
        )
    return web.json_response(answer, dumps=lambda data: json.dumps(data, ensure_ascii=False))


def shown(answer: Answer) -> str:
    """An answer as the page may show it: without the token."""
    if isinstance(answer, Medium):
        return f"（{answer.content_type}，{len(answer.data)} 字节）"
    safe = answer | {name: "（不显示）" for name in ("access_token", "refresh_token") if name in answer}
    return json.dumps(safe, ensure_ascii=False)
