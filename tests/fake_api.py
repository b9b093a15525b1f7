"""A small platform for tests of the API clients: real HTTP, answers as a test puts them in line."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.api_token import AccessToken

OK = {"errcode": 0, "errmsg": "ok"}
TOKEN_PATHS = ("cgi-bin/stable_token", "cgi-bin/gettoken")

Answerer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    """One request as it came in."""

    path: str
    query: dict[str, str]
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Platform:
    """Hands out ``token-1``, ``token-2`` …; answers ok, or what a test put in line for a path."""

    asked: list[Asked] = field(default_factory=list)
    in_line: dict[str, list[dict[str, Any] | Answerer]] = field(default_factory=lambda: defaultdict(list))
    always: dict[str, dict[str, Any] | Answerer] = field(default_factory=dict)
    tokens: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.lstrip("/")
        body = await request.read()
        self.asked.append(Asked(path, dict(request.query), body, dict(request.headers)))
        waiting = self.in_line[path]
        answer = waiting.pop(0) if waiting else self.always.get(path, self._usual(path))
        return web.json_response(answer) if isinstance(answer, dict) else await answer(request)

    def _usual(self, path: str) -> dict[str, Any]:
        if path not in TOKEN_PATHS:
            return OK
        self.tokens += 1
        return {**OK, "access_token": f"token-{self.tokens}", "expires_in": 7200}

    def calls(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def then(self, path: str, *answers: dict[str, Any] | Answerer) -> None:
        self.in_line[path].extend(answers)


class Drawer:
    """A token store in memory, shared by what would be several replicas."""

    def __init__(self) -> None:
        self.kept: dict[str, AccessToken] = {}

    async def get(self, app: str) -> AccessToken | None:
        await asyncio.sleep(0)
        return self.kept.get(app)

    async def save(self, app: str, value: str, expires_at: datetime) -> None:
        self.kept[app] = AccessToken(value, expires_at)


@asynccontextmanager
async def serving(platform: Platform) -> AsyncIterator[str]:
    """The address of a platform while it runs."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.answer)
    async with TestServer(app) as server:
        yield str(server.make_url(""))


# -- ways to fail --------------------------------------------------------------


def sends(body: bytes, content_type: str) -> Answerer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=content_type)

    return answer


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


def status(code: int) -> Answerer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=code, text="<html>", headers={"Location": "/elsewhere"})

    return answer


BROKEN: dict[str, Answerer | dict[str, Any]] = {
    "hung up": hang_up,
    "no answer": hang,
    "bad gateway": status(502),
    "a page": sends(b"<html>", "text/html"),
    "a list": sends(b"[1]", "application/json"),
    "a code that is no number": {"errcode": "many"},
}
