"""Links to pages: signed, short-lived, bound to one person and one purpose.

A link holds no secret and no personal value: a purpose, what it is for, the
number of a person and an end. Whether that person still may is asked again
each time it is opened. Who changes one character of it opens nothing.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

from domain.errors import NotAllowed
from domain.ports import Sealer

LASTS = timedelta(minutes=30)
_PURPOSE = "page-link"
_TOKEN = re.compile(r"([A-Za-z0-9_-]{8,160})\.([A-Za-z0-9_-]{43})")

BROKEN = "这个链接不完整或已被改动。请回到对话里重新要一个。"
EXPIRED = "这个链接已经过期（30分钟内有效）。请回到对话里重新要一个。"


class Purpose(StrEnum):
    """What a link opens; also the name of its page."""

    UPLOAD = "upload"  # target: number of a case
    FILE = "file"  # target: id of a piece of evidence
    ENTER = "in"  # target: path of a page of one side, firms' or staff's


@dataclass(frozen=True, slots=True)
class Link:
    """What a token says."""

    purpose: Purpose
    target: str
    person_id: int
    expires: datetime


def token(sealer: Sealer, purpose: Purpose, target: str, person_id: int, now: datetime) -> str:
    """A token for one person, good for half an hour."""
    expires = int((now + LASTS).timestamp())
    payload = f"{purpose}|{target}|{person_id}|{expires}".encode()
    return f"{_encode(payload)}.{_encode(sealer.digest(_PURPOSE, payload)[:32])}"


def address(
    base_url: str, sealer: Sealer, purpose: Purpose, target: str, person_id: int, now: datetime
) -> str:
    """The whole address of a page, as it is sent to the person."""
    return f"{base_url}/h5/{purpose}/{token(sealer, purpose, target, person_id, now)}"


def enter(base_url: str, sealer: Sealer, person_id: int, path: str, now: datetime) -> str:
    """The whole address that lets a person in and leads to a page: ``/h5/firm/…`` or ``/h5/staff/…``."""
    side = "/".join(path.split("/")[:3])
    return f"{base_url}{side}/{Purpose.ENTER}/{token(sealer, Purpose.ENTER, path, person_id, now)}"


def read(sealer: Sealer, written: str, purpose: Purpose, now: datetime) -> Link:
    """What a token says; ``NotAllowed`` for one that is not ours, is for another page, or is too old."""
    found = _TOKEN.fullmatch(written)
    payload = _decode(found[1]) if found else b""
    if found is None or not compare_digest(_encode(sealer.digest(_PURPOSE, payload)[:32]), found[2]):
        raise NotAllowed(BROKEN)
    kind, target, person_id, expires = payload.decode().split("|")
    if kind != purpose:
        raise NotAllowed(BROKEN)
    link = Link(purpose, target, int(person_id), datetime.fromtimestamp(int(expires), UTC))
    if now >= link.expires:
        raise NotAllowed(EXPIRED)
    return link


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Error, ValueError):
        return b""
