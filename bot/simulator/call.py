"""One call of an interface with its body read, as both platforms see it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from bot.simulator.errors import ApiError

OK: Final = {"errcode": 0, "errmsg": "ok"}
_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])[0-9a-fA-F]{4}")
#: a file's name as the platforms read it: RFC 2231 names (filename*=) are not understood
_FILENAME = re.compile(r'\bfilename="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body."""

    name: str
    disposition: str
    data: bytes

    @property
    def filename(self) -> str:
        """The file's name, or an empty string where none is given in the way the platforms read."""
        found = _FILENAME.search(self.disposition)
        return found.group(1) if found else ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call with its body read."""

    query: Mapping[str, str]
    body: bytes = b""
    parts: tuple[Part, ...] = ()

    def json(self, *, chinese: bool = False) -> dict[str, Any]:
        r"""The JSON object of the body; strict. ``chinese``: ``\u4e00`` instead of 一 is refused (40033)."""
        if not self.body:
            raise ApiError(44002)
        try:
            text = self.body.decode()
            data = json.loads(text, parse_constant=_no_constant)
        except ValueError as error:
            raise ApiError(47001) from error
        if not isinstance(data, dict):
            raise ApiError(47001)
        if chinese and _ESCAPED.search(text):
            raise ApiError(40033)
        return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
