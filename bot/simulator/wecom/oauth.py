"""Opening a page in WeCom: what ``connect/oauth2/authorize`` leads a member to."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from bot.simulator.wecom.corp import App, Corp
from bot.simulator.wecom.errors import WeComError
from bot.simulator.wecom.members import Member

_SCOPES: Final = ("snsapi_base", "snsapi_privateinfo")
_STATE: Final = re.compile(r"[a-zA-Z0-9]{0,128}")


def led_to(corp: Corp, member: Member, address: str) -> str:
    """Where the member's browser ends up: the page asked for, with ``code`` and ``state``.

    Raises 40013 for another corp, 40056 for an unknown app, 50001 for a page
    that is not on the app's trusted domain, 40058 for the rest.
    """
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    app = _checked(corp, asked)
    page = urlsplit(asked["redirect_uri"])
    answer = urlencode(
        {"code": corp.codes.login(app.agent_id, member.userid), "state": asked.get("state", "")}
    )
    query = f"{page.query}&{answer}" if page.query else answer
    return urlunsplit((page.scheme, page.netloc, page.path, query, ""))


def _checked(corp: Corp, asked: dict[str, str]) -> App:
    if asked.get("appid") != corp.config.corp_id:
        raise WeComError(40013)
    if asked.get("response_type") != "code" or asked.get("scope") not in _SCOPES:
        raise WeComError(40058)
    if not _STATE.fullmatch(asked.get("state", "")):
        raise WeComError(40058, "invalid state")
    app = _app(corp, asked)
    host = urlsplit(asked.get("redirect_uri", "")).netloc
    if not host or (app.config.trusted_domain and host != app.config.trusted_domain):
        raise WeComError(50001)
    return app


def _app(corp: Corp, asked: dict[str, str]) -> App:
    """The app named; without a name the first, except where private data is asked for."""
    number = asked.get("agentid", "")
    if not number and asked["scope"] == "snsapi_base":
        return corp.app
    app = corp.apps.get(int(number)) if number.isdecimal() else None
    if app is None:
        raise WeComError(40056)
    return app
