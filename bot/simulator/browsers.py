"""The browser inside each phone: whose phone a page is opened on, and the way through OAuth.

All phones of the page share one real browser. What keeps them apart is a cookie
that names the phone's owner to the two platforms, and that the service's own
cookies are dropped when another person's phone opens a page: a phone does not
know where another one was let in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape
from typing import Final

from aiohttp import web
from yarl import URL

from bot.simulator.actions import Simulator
from bot.simulator.errors import ApiError, NotPossibleError
from bot.simulator.logins import check_authorize, led_back
from bot.simulator.page_json import json_of

#: phone → the cookie that names its owner; the service's pages do not get it
_OWNERS: Final = {"firm": "sim_firm", "staff": "sim_staff"}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_REFUSED: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>打不开</title><link rel="stylesheet" href="{home}static/refused.css"></head>
<body><main><h1>{title}</h1><p>{reason}</p></main></body></html>
"""
NOBODY: Final = "请从模拟手机的对话里打开这个页面。"
ELSEWHERE: Final = "这个地址不在演示里"


class Browsers:
    """Opens pages on the phones of one simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._platform = simulator.platform

    def routes(self) -> list[web.RouteDef]:
        """Where a phone's frame begins."""
        return [web.get("/open", self._open)]

    def wechat_routes(self) -> list[web.RouteDef]:
        """WeChat's part of OAuth."""
        return [web.get("/connect/oauth2/authorize", self._authorized(self._by_wechat, "firm"))]

    def wecom_routes(self) -> list[web.RouteDef]:
        """WeCom's part of OAuth."""
        return [web.get("/connect/oauth2/authorize", self._authorized(self._by_wecom, "staff"))]

    async def _open(self, request: web.Request) -> web.StreamResponse:
        """A page on somebody's phone: ``phone`` (firm, staff), ``who``, and the address ``to``."""
        phone, who, to = (request.query.get(name, "") for name in ("phone", "who", "to"))
        try:
            self._check_owner(phone, who)
        except NotPossibleError as error:
            return json_of({"error": str(error)}, 404)
        if _origin(to) not in self._origins():
            return json_of({"error": ELSEWHERE}, 404)
        self._platform.opened.add(URL(to).path)
        response = _led_to(self._inside(to))
        if request.cookies.get(_OWNERS[phone]) != who:
            for name, path in self._cookies(phone):
                response.del_cookie(name, path=path)
        home = request.path.removesuffix("open")
        response.set_cookie(_OWNERS[phone], who, path=home, httponly=True, samesite="Lax")
        return response

    def _check_owner(self, phone: str, who: str) -> None:
        if phone == "firm":
            self._simulator.person(who)
        elif phone == "staff":
            self._simulator.wecom.member(who)
        else:
            raise NotPossibleError("没有这部手机")

    def _cookies(self, phone: str) -> tuple[tuple[str, str], ...]:
        config = self._platform.config
        return config.page_cookies if phone == "firm" else self._simulator.wecom.corp.config.page_cookies

    def _origins(self) -> set[str]:
        """Where the service stands: pushes go there, and in the demonstration we stand there too."""
        platform = self._platform
        known = [platform.own_url, platform.callback_url]
        if self._simulator.has_wecom:
            known.append(self._simulator.wecom.app.callback_url)
        return {_origin(each) for each in known if each}

    def _inside(self, address: str) -> str:
        """An address of our own host without the host: the browser stays with the name it came by."""
        if _origin(address) != _origin(self._platform.own_url):
            return address
        return str(URL(address).relative())

    # OAuth

    def _authorized(
        self, way: Callable[[web.Request, str], str], phone: str
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            who = request.cookies.get(_OWNERS[phone], "")
            home = f"{request.path.rsplit('/', 4)[0]}/"
            if not who:
                return _refused(home, "没有登录", NOBODY)
            try:
                address = way(request, who)
            except ApiError as error:
                return _refused(home, "页面打不开", f"{error.text}（{error.code}）")
            except NotPossibleError as error:
                return _refused(home, "页面打不开", str(error))
            self._record(phone, who, request, address)
            return _led_to(self._inside(address))

        return handle

    def _by_wechat(self, request: web.Request, openid: str) -> str:
        config, query = self._platform.config, request.query
        check_authorize(config.app_id, config.page_domain, query)
        person = self._simulator.person(openid)
        code = self._platform.logins.issue(
            person.openid, query["scope"], snapshot=self._platform.knobs.snapshot
        )
        return led_back(query["redirect_uri"], code, query["state"])

    def _by_wecom(self, request: web.Request, userid: str) -> str:
        return self._simulator.wecom.open_page(userid, str(request.rel_url))

    def _record(self, phone: str, who: str, request: web.Request, address: str) -> None:
        """What the browser asked, and where it was sent; the code stays out of what is shown."""
        platform = "wechat" if phone == "firm" else "wecom"
        title = "打开网页 connect/oauth2/authorize"
        asked = "\n".join(f"{name}={value}" for name, value in request.query.items())
        exchange = self._platform.wire.open(
            "page", title, who, self._platform.now(), asked, platform=platform
        )
        page = URL(address)
        shown = page.with_query({**page.query, "code": "（不显示）"}) if "code" in page.query else page
        exchange.answer = f"转到 {shown.human_repr()}"
        self._platform.feed.changed()


def _origin(address: str) -> str:
    """Scheme, host and port; empty for what is no web address."""
    try:
        url = URL(address)
        return str(url.origin()) if url.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _led_to(address: str) -> web.Response:
    return web.Response(status=302, headers={"Location": address, "Cache-Control": "no-store"})


def _refused(home: str, title: str, reason: str) -> web.Response:
    text = _REFUSED.format(home=escape(home), title=escape(title), reason=escape(reason))
    return web.Response(text=text, status=403, content_type="text/html", charset="utf-8", headers=_HEADERS)
