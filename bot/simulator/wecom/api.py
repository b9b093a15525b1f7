"""WeCom's interfaces under ``/cgi-bin``: HTTP 200 whatever happens, the error in the JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bot.simulator.call import Call
from bot.simulator.errors import ApiError
from bot.simulator.faults import FaultKind
from bot.simulator.transport import Answer, read_call, reset, respond, shown
from bot.simulator.wecom import calls
from bot.simulator.wecom.corp import App, Corp
from bot.simulator.wecom.errors import WeComError, refusal
from bot.simulator.wecom.faults import ANSWERS, TOKEN_ANSWERS
from bot.simulator.wecom.send import message_send
from bot.simulator.wire import Exchange

_TOKEN_PATH: Final = "gettoken"  # noqa: S105 - a path


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One interface that wants a token."""

    method: str
    path: str
    title: str
    run: Callable[[Corp, App, Call], Answer]


ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    Endpoint("POST", "message/send", "应用消息", message_send),
    Endpoint("POST", "message/update_template_card", "更新卡片", calls.update_template_card),
    Endpoint("POST", "media/upload", "上传素材", calls.media_upload),
    Endpoint("GET", "media/get", "下载素材", calls.media_get),
    Endpoint("GET", "user/get", "读取成员", calls.user_get),
    Endpoint("GET", "user/list", "部门成员详情", calls.user_list),
    Endpoint("GET", "user/simplelist", "部门成员", calls.user_simplelist),
    Endpoint("GET", "department/list", "部门列表", calls.department_list),
    Endpoint("GET", "department/simplelist", "子部门 ID", calls.department_simplelist),
    Endpoint("GET", "auth/getuserinfo", "访问者身份", calls.getuserinfo),
)
_TOKEN: Final = Endpoint("GET", _TOKEN_PATH, "取令牌", lambda corp, _app, call: calls.gettoken(corp, call))


class WeComApi:
    """Serves the interfaces of one corp."""

    def __init__(self, corp: Corp) -> None:
        self._corp = corp

    def routes(self) -> list[web.RouteDef]:
        """Every interface, whatever the method: a wrong one has its own error."""
        return [web.route("*", f"/cgi-bin/{each.path}", self._handler(each)) for each in (_TOKEN, *ENDPOINTS)]

    def _handler(self, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._serve(endpoint, request)

        return handle

    async def _serve(self, endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
        faults = self._corp.faults
        call = await read_call(request)
        if slow := faults.take(FaultKind.LATENCY, endpoint.path):
            await asyncio.sleep(slow.seconds)
        if faults.take(FaultKind.RESET_BEFORE, endpoint.path):
            return reset(request)
        exchange = self._record(endpoint, call)
        self._corp.exchange = exchange.number
        try:
            answer = self._checked(endpoint, request, call)
        except ApiError as error:
            answer = refusal(error, self._corp.now(), request.remote or "")
        finally:
            self._corp.exchange = None
        exchange.answer = shown(answer)
        self._corp.feed.changed()
        if faults.take(FaultKind.RESET_AFTER, endpoint.path):
            return reset(request)
        return respond(answer)

    def _checked(self, endpoint: Endpoint, request: web.Request, call: Call) -> Answer:
        """The answer, after everything WeCom looks at before the call itself."""
        if request.method != endpoint.method:
            raise WeComError(43002 if endpoint.method == "POST" else 43001)
        token_call = endpoint is _TOKEN
        code = self._corp.faults.code(endpoint.path, ANSWERS if token_call else ANSWERS | TOKEN_ANSWERS)
        if code is not None:
            raise WeComError(code)
        self._corp.pace.spend_call(endpoint.path)
        if token_call:
            return calls.gettoken(self._corp, call)
        return endpoint.run(self._corp, self._caller(request, call), call)

    def _caller(self, request: web.Request, call: Call) -> App:
        """The app of the token, calling from an address it trusts."""
        app = self._corp.apps[self._corp.tokens.check(call.query.get("access_token", ""))]
        trusted = app.config.trusted_ips
        if trusted and request.remote not in trusted:
            raise WeComError(60020)
        return app

    def _record(self, endpoint: Endpoint, call: Call) -> Exchange:
        """Opens the exchange; secrets stay out of what the page shows."""
        title = f"{endpoint.title} {endpoint.path}"
        now = self._corp.now()
        if endpoint is _TOKEN:
            return self._corp.wire.open("api", title, "", now, "（口令不显示）", platform="wecom")
        query = {key: value for key, value in call.query.items() if key != "access_token"}
        asked = call.body.decode(errors="replace") or json.dumps(query, ensure_ascii=False)
        return self._corp.wire.open("api", title, _about(call), now, asked, platform="wecom")


def _about(call: Call) -> str:
    """The one member a call is about, so that the page can show it with the phone; else nobody."""
    try:
        body = call.json()
    except ApiError:
        return ""
    users = body.get("userids") or [body.get("touser")]
    alone = isinstance(users, list) and len(users) == 1 and isinstance(users[0], str)
    return users[0].lower() if alone and "|" not in users[0] and users[0] != "@all" else ""
