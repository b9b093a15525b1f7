"""The platform's interfaces under ``/cgi-bin``: HTTP 200 whatever happens, the error in the JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bot.simulator import calls, letters
from bot.simulator.actions import Simulator
from bot.simulator.call import Call
from bot.simulator.errors import ApiError
from bot.simulator.faults import ANSWERS, JOB_STATUSES, TOKEN_ANSWERS, FaultKind
from bot.simulator.jobs import Job
from bot.simulator.people import Side
from bot.simulator.platform import Platform
from bot.simulator.transport import Answer, read_call, reset, respond, shown
from bot.simulator.wire import Exchange

_TOKEN_PATHS: Final = frozenset({"token", "stable_token"})
_PAGE_LOGIN: Final = "sns/oauth2/access_token"
#: calls that carry the account's secret instead of a token
_SECRET_PATHS: Final = _TOKEN_PATHS | {_PAGE_LOGIN}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One interface: its path below its folder is also the name of its quota."""

    method: str
    path: str
    title: str
    run: Callable[[Platform, Call], Answer]
    folder: str = "/cgi-bin/"


ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    Endpoint("GET", "token", "取令牌", calls.token),
    Endpoint("POST", "stable_token", "取稳定令牌", calls.stable_token),
    Endpoint("POST", "message/custom/send", "客服消息", calls.custom_send),
    Endpoint("POST", "message/custom/typing", "正在输入", calls.custom_typing),
    Endpoint("POST", "message/template/send", "模板消息", calls.template_send),
    Endpoint("GET", "template/get_all_private_template", "模板列表", calls.list_templates),
    Endpoint("POST", "template/api_add_template", "添加模板", calls.add_template),
    Endpoint("POST", "template/del_private_template", "删除模板", calls.delete_template),
    Endpoint("POST", "menu/create", "创建菜单", calls.menu_create),
    Endpoint("GET", "menu/get", "查询菜单", calls.menu_get),
    Endpoint("GET", "menu/delete", "删除菜单", calls.menu_delete),
    Endpoint("POST", "media/upload", "上传素材", calls.media_upload),
    Endpoint("GET", "media/get", "下载素材", calls.media_get),
    Endpoint("POST", "qrcode/create", "带参二维码", calls.qrcode_create),
    Endpoint("GET", "user/info", "用户信息", calls.user_info),
    Endpoint("GET", _PAGE_LOGIN, "网页授权", calls.page_login, folder="/"),
)


class PlatformApi:
    """Serves the interfaces for one simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._platform = simulator.platform

    def routes(self) -> list[web.RouteDef]:
        """Every interface, whatever the method: a wrong one has its own error."""
        served = [web.route("*", f"{each.folder}{each.path}", self._handler(each)) for each in ENDPOINTS]
        return [*served, web.get("/cgi-bin/showqrcode", self._show_code)]

    def _handler(self, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._serve(endpoint, request)

        return handle

    async def _serve(self, endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
        faults = self._platform.faults
        call = await read_call(request)
        if slow := faults.take(FaultKind.LATENCY, endpoint.path):
            await asyncio.sleep(slow.seconds)
        if faults.take(FaultKind.RESET_BEFORE, endpoint.path):
            return reset(request)
        exchange = self._record(endpoint, call)
        self._platform.exchange = exchange.number
        try:
            answer = self._checked(endpoint, request, call)
        except ApiError as error:
            answer = error.body(self._platform.now())
        finally:
            self._platform.exchange = None
        exchange.answer = shown(answer)
        self._finish_jobs()
        self._platform.feed.changed()
        if faults.take(FaultKind.RESET_AFTER, endpoint.path):
            return reset(request)
        return respond(answer)

    def _checked(self, endpoint: Endpoint, request: web.Request, call: Call) -> Answer:
        """The answer, after everything the platform looks at before the call itself."""
        if request.method != endpoint.method:
            raise ApiError(43002 if endpoint.method == "POST" else 43001)
        self._strike(endpoint.path)
        if endpoint.path in _TOKEN_PATHS:
            self._check_whitelist(request.remote or "")
        elif endpoint.path not in _SECRET_PATHS:
            self._platform.tokens.check(call.query.get("access_token", ""))
        self._platform.quotas.spend(endpoint.path)
        return endpoint.run(self._platform, call)

    def _strike(self, path: str) -> None:
        answers = ANSWERS if path in _SECRET_PATHS else ANSWERS | TOKEN_ANSWERS
        code = self._platform.faults.code(path, answers)
        if code is not None:
            raise ApiError(code)

    def _check_whitelist(self, caller: str) -> None:
        whitelist = self._platform.config.whitelist
        ordered = self._platform.faults.take(FaultKind.NOT_WHITELISTED)
        if ordered or (whitelist and caller not in whitelist):
            raise ApiError(40164, f"invalid ip {caller} ipv6 ::ffff:{caller}, not in whitelist")

    def _record(self, endpoint: Endpoint, call: Call) -> Exchange:
        """Opens the exchange; secrets stay out of what the page shows."""
        title = f"{endpoint.title} {endpoint.path}"
        if endpoint.path in _SECRET_PATHS:
            return self._platform.wire.open("api", title, "", self._platform.now(), "（口令不显示）")
        query = {key: value for key, value in call.query.items() if key != "access_token"}
        asked = call.body.decode(errors="replace") or json.dumps(query, ensure_ascii=False)
        return self._platform.wire.open("api", title, _openid(call), self._platform.now(), asked)

    # template jobs

    def _finish_jobs(self) -> None:
        for job in self._platform.jobs.take():
            self._simulator.later(self._finish_job(job), f"template job {job.number}")

    async def _finish_job(self, job: Job) -> None:
        """Shows the message, or not, and reports the end."""
        await asyncio.sleep(self._platform.knobs.job_delay)
        status = self._job_status(job)
        if status == "success":
            rows = [list(row) for row in job.rendered.rows]
            detail = {"rows": rows, "url": job.url}
            title = job.rendered.title
            self._platform.show(job.person, Side.ACCOUNT, "template", title, wire=job.wire, detail=detail)
        await self._simulator.pusher.deliver(job.person, letters.template_job(job.number, status))

    def _job_status(self, job: Job) -> str:
        if job.person.refuses or job.person.blacklisted:
            return JOB_STATUSES[FaultKind.JOB_USER_BLOCK]
        for kind, status in JOB_STATUSES.items():
            if self._platform.faults.take(kind):
                return status
        return "success"

    # codes

    async def _show_code(self, request: web.Request) -> web.StreamResponse:
        """A placard that stands for the printed code; real ones are pictures."""
        scene = self._platform.scenes.by_ticket(request.query.get("ticket", ""))
        if scene is None:
            raise web.HTTPNotFound(text="invalid ticket")
        return web.Response(text=_PLACARD, content_type="image/svg+xml")


_PLACARD: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="430" height="430" viewBox="0 0 43 43">'
    '<rect width="43" height="43" fill="#fff"/><g fill="#111">'
    '<path d="M3 3h11v11H3zM29 3h11v11H29zM3 29h11v11H3z"/><path fill="#fff" '
    'd="M5 5h7v7H5zM31 5h7v7h-7zM5 31h7v7H5z"/><path d="M7 7h3v3H7zM33 7h3v3h-3zM7 33h3v3H7z"/>'
    '</g><text x="21.5" y="23" font-size="4" text-anchor="middle">模拟二维码</text></svg>'
)


def _openid(call: Call) -> str:
    """Whom a call is about, so that the page can show it with the person."""
    if "openid" in call.query:
        return call.query["openid"]
    try:
        return str(call.json().get("touser", ""))
    except ApiError:
        return ""
