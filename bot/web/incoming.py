"""Forms as they come in: files capped while they are read, words in one encoding, nothing invisible in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDict, MultiDictProxy

from bot.channels.wire import clean_text
from domain.errors import Refused

#: of a form without files: bytes of one field, and fields
_PLAIN_BYTES, _PLAIN_FIELDS = 64 * 1024, 200
#: what a broken body or an encoding that does not exist is reported with
_BROKEN = (ValueError, LookupError, AssertionError, HttpProcessingError, web.HTTPException)

NO_FORM = "没有收到文件，请回到对话里重新打开链接再选一次。"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file of a form. ``data`` stops one byte after the cap: longer is too long."""

    field: str
    name: str
    data: bytes

    @property
    def text(self) -> str:
        """A field that holds words; what no engine keeps and nobody sees is left out."""
        return clean_text(self.data.decode(errors="replace"))


def cleaned(values: Iterable[tuple[str, object]]) -> MultiDictProxy[str]:
    """The words of an address or a form without what databases refuse: NUL, lone surrogates."""
    return MultiDictProxy(
        MultiDict((key, clean_text(value)) for key, value in values if isinstance(value, str))
    )


async def plain(request: web.Request) -> MultiDictProxy[str]:
    """The fields of a form without files, as any browser sends it; ``Refused`` where it is broken.

    Only UTF-8 is read: who names another encoding chooses how long we decode.
    """
    if request.content_type == "multipart/form-data":
        sent = incoming(request, cap=_PLAIN_BYTES, most=_PLAIN_FIELDS)
        return MultiDictProxy(MultiDict([(part.field, part.text) async for part in sent if not part.name]))
    try:
        if (request.charset or "utf-8").lower() != "utf-8":
            raise LookupError("a form in another encoding")
        fields = await request.post()
    except _BROKEN as error:
        raise Refused(NO_FORM, log=f"broken form: {type(error).__name__}") from error
    return cleaned(fields.items())


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
    except _BROKEN as error:
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
