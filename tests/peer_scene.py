"""A stage for the simulator: a story with the peer service, one follower, and a client of the interfaces."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.simulator import (
    SimulatorConfig,
    Slot,
    Template,
)
from tests.driver import ACCOUNT, Phone, Story, open_story
from tests.peer_service import Behaviour, PeerService, echo


@dataclass
class Scene:
    """A story with the peer service in it, one follower, and a client that holds a token."""

    story: Story
    peer: PeerService
    firm: Phone
    http: aiohttp.ClientSession
    token: str = ""

    async def fetch_token(self, **changes: str) -> dict[str, Any]:
        given = {
            "grant_type": "client_credential",
            "appid": ACCOUNT.app_id,
            "secret": ACCOUNT.secret,
        } | changes
        async with self.http.get(f"{self.story.api_base}/cgi-bin/token", params=given) as response:
            answer = await response.json()
        self.token = answer.get("access_token", self.token)
        return dict(answer)

    async def fetch_stable(self, *, force: bool = False) -> dict[str, Any]:
        given = {
            "grant_type": "client_credential",
            "appid": ACCOUNT.app_id,
            "secret": ACCOUNT.secret,
            "force_refresh": force,
        }
        async with self.http.post(f"{self.story.api_base}/cgi-bin/stable_token", json=given) as response:
            answer = await response.json()
        self.token = answer.get("access_token", self.token)
        return dict(answer)

    async def call(self, path: str, body: object = None, *, raw: bytes | None = None, **query: str) -> Any:
        """The answer of an interface; a body is sent as the platform wants it, in real UTF-8."""
        if not self.token:
            await self.fetch_token()
        data = raw if raw is not None else json.dumps(body, ensure_ascii=False).encode()
        url = f"{self.story.api_base}/cgi-bin/{path}"
        params = {"access_token": self.token} | query
        method = "GET" if body is None and raw is None else "POST"
        async with self.http.request(
            method, url, params=params, data=data if method == "POST" else None
        ) as r:
            assert r.status == 200
            return await r.json() if r.content_type == "application/json" else await r.read()

    async def code(self, path: str, body: object = None, **query: str) -> int:
        return int((await self.call(path, body, raw=None, **query)).get("errcode", 0))

    def is_impatient(self) -> None:
        """From now on the platform cuts soon instead of after 5 seconds."""
        self.story.simulator.platform.knobs.cut_after = 0.2

    async def writes(self, text: str) -> int:
        """The error code of a customer message to the firm."""
        body = {"touser": self.firm.openid, "msgtype": "text", "text": {"content": text}}
        return await self.code("message/custom/send", body)


@asynccontextmanager
async def scene_of(config: SimulatorConfig, behaviour: Behaviour = echo) -> AsyncIterator[Scene]:
    peer = PeerService(config, behaviour)
    async with (
        open_story(peer.application, config=config) as story,
        aiohttp.ClientSession() as http,
    ):
        firm = await story.follower("甲公司")
        yield Scene(story, peer, firm, http)


NOTICE = Template(
    "NOTICE",
    "业务办理通知",
    (
        Slot("thing1", "事项"),
        Slot("character_string2", "编号"),
        Slot("date3", "日期"),
        Slot("const4", "状态", ("已受理", "已办结")),
        Slot("phrase5", "结果"),
        Slot("amount6", "金额"),
        Slot("time7", "时间"),
    ),
)
GOOD = {
    "thing1": "信用修复",
    "character_string2": "YY20260001",
    "date3": "2026年11月20日",
    "const4": "已受理",
    "phrase5": "通过",
    "amount6": "¥12.50元",
    "time7": "2026年11月20日 15:01",
}


def filled(**changes: str) -> dict[str, Any]:
    return {key: {"value": value} for key, value in (GOOD | changes).items()}


MENU = {
    "button": [
        {"type": "click", "name": "查等级", "key": "GRADE"},
        {"name": "更多", "sub_button": [{"type": "view", "name": "网站", "url": "https://example.com/"}]},
    ]
}


def template_for(scene: Scene, **more: Any) -> dict[str, Any]:
    return {"touser": scene.firm.openid, "template_id": "NOTICE", "data": filled()} | more


async def refollow(phone: Phone) -> None:
    await phone.unfollows()
    await phone.follows()


def code_of(action: str, *, seconds: int | None = None, **value: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"action_name": action, "action_info": {"scene": value}}
    return body | ({"expire_seconds": seconds} if seconds is not None else {})
