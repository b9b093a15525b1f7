"""Who is at a page: a signed cookie, one for each side of the counter.

A cookie names a person and an end, nothing else; what the person may do is
asked again with every request. It is bound to the side it was made for, and
carries the secret of its forms.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from secrets import token_hex

from domain.ports import Sealer

LASTS = timedelta(hours=2)
_COOKIE = "page-session"
_FORM = "page-form"
#: of a keyed hash so many bytes stand in a cookie or a form
_BYTES = 24


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who was let in. ``csrf`` stands in every form of this session and in no other."""

    person_id: int
    expires: datetime
    csrf: str


def begin(sealer: Sealer, side: str, person_id: int, now: datetime) -> str:
    """The value of a new cookie."""
    expires = int((now + LASTS).timestamp())
    return seal(sealer, f"{side}|{person_id}|{expires}|{token_hex(8)}")


def read(sealer: Sealer, side: str, written: str, now: datetime) -> Session | None:
    """The session of a cookie; None for one that is not ours, of the other side, or over."""
    payload = unseal(sealer, written)
    if payload is None or payload.count("|") != 3:
        return None
    of_side, person, ends, nonce = payload.split("|")
    expires = datetime.fromtimestamp(int(ends), UTC)
    if of_side != side or now >= expires:
        return None
    return Session(int(person), expires, _mark(sealer, _FORM, nonce))


def seal(sealer: Sealer, payload: str) -> str:
    """A text that we know again as ours; anybody may read it."""
    return f"{urlsafe_b64encode(payload.encode()).decode()}.{_mark(sealer, _COOKIE, payload)}"


def unseal(sealer: Sealer, written: str) -> str | None:
    """What was sealed; None where one character of it was changed."""
    encoded, _, mark = written.partition(".")
    try:
        payload = urlsafe_b64decode(encoded.encode()).decode()
    except (Error, ValueError):
        return None
    return payload if compare_digest(_mark(sealer, _COOKIE, payload).encode(), mark.encode()) else None


def _mark(sealer: Sealer, purpose: str, payload: str) -> str:
    return urlsafe_b64encode(sealer.digest(purpose, payload.encode())[:_BYTES]).decode()
