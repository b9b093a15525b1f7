"""Temporary media: kept three days."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.simulator.errors import ApiError
from domain.clock import Clock

LIFETIME: Final = timedelta(days=3)
_MB: Final = 1024 * 1024

#: first bytes → content type, for the formats the platform takes
_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
)


@dataclass(frozen=True, slots=True)
class Limit:
    """What an upload of one kind may be; bytes, and content types (``None``: any)."""

    size: int
    types: frozenset[str] | None = None
    least: int = 1


#: ``type`` of an upload to the service account → its limits
LIMITS: Final[dict[str, Limit]] = {
    "image": Limit(10 * _MB, frozenset({"image/png", "image/jpeg", "image/gif"})),
    "voice": Limit(2 * _MB, frozenset({"audio/amr", "audio/mpeg"})),
    "video": Limit(10 * _MB, frozenset({"video/mp4"})),
    "thumb": Limit(64 * 1024, frozenset({"image/jpeg"})),
}


@dataclass(frozen=True, slots=True)
class Medium:
    """One stored file."""

    media_id: str
    kind: str
    content_type: str
    data: bytes
    created_at: datetime
    #: as the uploader called it
    name: str = ""


def content_type_of(data: bytes) -> str:
    """What the first bytes say it is; an empty string where they say nothing known."""
    if data[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), "")


class MediaShelf:
    """Temporary media of one account, from either side."""

    def __init__(self, clock: Clock, limits: Mapping[str, Limit] = LIMITS) -> None:
        self._clock = clock
        self._limits = limits
        self._media: dict[str, Medium] = {}

    def put(self, kind: str, data: bytes, name: str = "") -> Medium:
        """Stores an upload; raises 40004, 40005, 40006 or 44001."""
        limit = self._limits.get(kind)
        if limit is None:
            raise ApiError(40004)
        if not data:
            raise ApiError(44001)
        if not limit.least <= len(data) <= limit.size:
            raise ApiError(40006)
        content_type = content_type_of(data)
        if limit.types is not None and content_type not in limit.types:
            raise ApiError(40005)
        content_type = content_type or "application/octet-stream"
        medium = Medium(secrets.token_urlsafe(48), kind, content_type, data, self._clock.now(), name)
        self._media[medium.media_id] = medium
        return medium

    def get(self, media_id: str) -> Medium:
        """A medium that has not expired; raises 41006 or 40007."""
        if not media_id:
            raise ApiError(41006)
        medium = self._media.get(media_id)
        if medium is None:
            raise ApiError(40007)
        if self._clock.now() - medium.created_at >= LIFETIME:
            del self._media[media_id]
            raise ApiError(40007)
        return medium
