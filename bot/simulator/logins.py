"""Who opens a page in WeChat: the ``authorize`` address, the code it hands out, and what the code is worth."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from bot.simulator.errors import ApiError
from domain.clock import Clock

CODE_LIFETIME: Final = timedelta(minutes=5)
#: of a page's own token, which is no token of the interfaces
_TOKEN_LIFETIME: Final = 7200
_SCOPES: Final = ("snsapi_base", "snsapi_userinfo")
_STATE: Final = re.compile(r"[a-zA-Z0-9]{0,128}")
#: WeChat compares the address as a whole: other parameters, or another order, and the page does not open
_ORDER: Final = ("appid", "redirect_uri", "response_type", "scope", "state")

#: what the white page says that people see instead of the one they wanted
_REFUSALS: Final[dict[int, str]] = {
    10003: "redirect_uri 的域名与后台配置不一致",
    10005: "没有这个 scope 的权限",
    10010: "scope 不能为空",
    10011: "redirect_uri 不能为空",
    10012: "appid 不能为空",
    10013: "state 不合规定",
    40013: "appid 不对",
    40035: "链接参数的顺序不对",
}


@dataclass(slots=True)
class _Login:
    openid: str
    scope: str
    #: whoever opened a copy of a page is not who they seem
    snapshot: bool
    expires_at: datetime
    used: bool = False


class LoginDesk:
    """The codes of one account."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._logins: dict[str, _Login] = {}

    def issue(self, openid: str, scope: str, *, snapshot: bool) -> str:
        """A code, good once and for five minutes. ``snapshot``: for a virtual person of this moment."""
        if snapshot:
            openid = f"o{secrets.token_urlsafe(21)[:27]}"
        value = secrets.token_urlsafe(24)
        self._logins[value] = _Login(openid, scope, snapshot, self._clock.now() + CODE_LIFETIME)
        return value

    def spend(self, value: str) -> dict[str, Any]:
        """What the code is worth; raises 40029 for none that works, 40163 the second time."""
        login = self._logins.get(value)
        if login is None or self._clock.now() >= login.expires_at:
            raise ApiError(40029)
        if login.used:
            raise ApiError(40163)
        login.used = True
        answer: dict[str, Any] = {
            "access_token": secrets.token_urlsafe(80),
            "expires_in": _TOKEN_LIFETIME,
            "refresh_token": secrets.token_urlsafe(80),
            "openid": login.openid,
            "scope": login.scope,
        }
        return answer | ({"is_snapshotuser": 1} if login.snapshot else {})


def check_authorize(app_id: str, page_domain: str, query: Mapping[str, str]) -> None:
    """Raises what WeChat would show instead of the page; ``page_domain`` empty: any host may be led back to."""
    for name, code in (("appid", 10012), ("redirect_uri", 10011), ("scope", 10010)):
        if not query.get(name):
            raise _refusal(code)
    if query["appid"] != app_id:
        raise _refusal(40013)
    if query["scope"] not in _SCOPES:
        raise _refusal(10005)
    if tuple(query) != _ORDER or query["response_type"] != "code":
        raise _refusal(40035)
    if not _STATE.fullmatch(query["state"]):
        raise _refusal(10013)
    page = urlsplit(query["redirect_uri"])
    if page.scheme not in ("http", "https") or not page.netloc or page_domain not in ("", page.netloc):
        raise _refusal(10003)


def led_back(redirect_uri: str, code: str, state: str) -> str:
    """The page asked for, with ``code`` and ``state`` behind what its address holds already."""
    page = urlsplit(redirect_uri)
    answer = urlencode({"code": code, "state": state})
    query = f"{page.query}&{answer}" if page.query else answer
    return urlunsplit((page.scheme, page.netloc, page.path, query, ""))


def _refusal(code: int) -> ApiError:
    return ApiError(code, _REFUSALS[code])
