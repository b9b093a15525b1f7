"""The platform's refusals: a code, the text it is known for, and a request id."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

#: the text the platform answers with; where several are known, the one in its own transcripts
TEXTS: Final[dict[int, str]] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest, could get access_token by "
    "getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40015: "invalid button type",
    40016: "invalid button size",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub button level",
    40023: "invalid sub button count",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40053: "invalid action info, please check document",
    40054: "invalid button url domain",
    40055: "invalid sub button url domain",
    40125: "invalid appsecret",
    40163: "code been used",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    41008: "missing code",
    41009: "openid missing",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "require remove blacklist user",
    44001: "empty media data",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45026: "template num exceeds limit",
    45047: "out of response count limit",
    45072: "command is invalid",
    45080: "no message interaction in 30 seconds",
    45081: "already in typing status",
    46003: "menu no exist",
    47001: "data format error",
    48001: "api unauthorized",
    48002: "user block receive message",
}


class ApiError(Exception):
    """A call the platform refuses, answered with HTTP 200 and this ``errcode``."""

    #: code → the platform's own words
    texts: ClassVar[Mapping[int, str]] = TEXTS

    def __init__(self, code: int, text: str = "") -> None:
        self.code = code
        self.text = text or self.texts[code]
        super().__init__(f"{code} {self.text}")

    def body(self, now: datetime) -> dict[str, Any]:
        """The JSON answer; the request id begins with the hexadecimal unix time."""
        rid = f"{int(now.timestamp()):08x}-{secrets.randbits(32):08x}-{secrets.randbits(32):08x}"
        return {"errcode": self.code, "errmsg": f"{self.text} rid: {rid}"}


class NotPossibleError(Exception):
    """A person tried what WeChat offers no button for; ``str()`` is Chinese."""
