"""Files of a form as they stream in: capped while they are read, whatever the sender says of their size."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from domain.errors import Refused

NO_FORM = "没有收到文件，请回到对话里重新打开链接再选一次。"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file of a form. ``data`` stops one byte after the cap: longer is too long."""

    field: str
    name: str
    data: bytes


async def incoming(request: web.Request, *, cap: int, most: int) -> AsyncIterator[Incoming]:
    """The filled fields of a form, files and others, at most so many, each cut after ``cap`` + 1 bytes.

    ``Refused`` where the request is no form, or is broken.
    """
    try:
        reader = await request.multipart()
        for _ in range(most):
            part = await reader.next()
            if part is None:
                return
            if isinstance(part, BodyPartReader):
                data = await _read(part, cap)
                if data or part.filename:
                    yield Incoming(part.name or "", _plain_name(part.filename or ""), data)
    except (ValueError, AssertionError, web.HTTPException) as error:
        raise Refused(NO_FORM, log=f"broken form: {type(error).__name__}") from error


async def _read(part: BodyPartReader, cap: int) -> bytes:
    """The bytes of a part; what lies beyond the cap is read and dropped, so that the answer arrives."""
    data = bytearray()
    while chunk := await part.read_chunk(1 << 16):
        if len(data) <= cap:
            data += chunk[: cap + 1 - len(data)]
    return bytes(data)


def _plain_name(name: str) -> str:
    """The last part of a name, without what would confuse a reader or a disk."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable())[:100]
