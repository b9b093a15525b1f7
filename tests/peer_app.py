"""A small WeCom app that speaks with the simulator through wechatpy: an independent peer of its cipher."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import xmltodict
from aiohttp import web
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.simulator import SimulatorConfig
from bot.simulator.wecom.config import AppConfig, WeComConfig
from tests.driver import ACCOUNT, CORP, Desk, Story, open_story, staff_side

#: what an app does with one push: gets the parsed push, returns status and body
AppBehaviour = Callable[["Pushed"], Awaitable[web.Response]]


@dataclass(frozen=True)
class Pushed:
    """One push as it arrived, and as it reads."""

    body: bytes
    query: dict[str, str]
    message: dict[str, Any]
    peer: PeerApp

    def envelope(self, xml: str) -> str:
        """The reply envelope around an XML, made by wechatpy."""
        return str(self.peer.crypto.encrypt_message(xml, self.query["nonce"], self.query["timestamp"]))

    def reply(self, kind: str, inner: str, **changes: str) -> str:
        """A reply to this push with this inner XML; ``changes`` replace fields."""
        fields = {
            "ToUserName": self.message["FromUserName"],
            "FromUserName": self.message["ToUserName"],
            "CreateTime": self.message["CreateTime"],
            "MsgType": kind,
        } | changes
        head = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
        return f"<xml>{head}{inner}</xml>"

    def text(self, content: str, **changes: str) -> str:
        return self.reply("text", f"<Content><![CDATA[{content}]]></Content>", **changes)


def saying(make: Callable[[Pushed], str], status: int = 200) -> AppBehaviour:
    """A behaviour that answers what ``make`` returns, sealed."""

    async def behave(pushed: Pushed) -> web.Response:
        return web.Response(text=pushed.envelope(make(pushed)), status=status)

    return behave


def raw(make: Callable[[Pushed], str], status: int = 200) -> AppBehaviour:
    """A behaviour that answers what ``make`` returns, as it is."""

    async def behave(pushed: Pushed) -> web.Response:
        return web.Response(text=make(pushed), status=status)

    return behave


async def echo_words(pushed: Pushed) -> web.Response:
    """Says back what was said; silence for anything without text."""
    content = pushed.message.get("Content")
    return web.Response(text=pushed.envelope(pushed.text(f"你说：{content}")) if content else "")


@dataclass
class PeerApp:
    """The app's callback; ``behaviour`` may be changed in the middle of a test."""

    config: WeComConfig
    behaviour: AppBehaviour = echo_words
    received: list[Pushed] = field(default_factory=list)

    def __post_init__(self) -> None:
        app = self.config.apps[0]
        self.crypto = WeChatCrypto(app.token, app.encoding_aes_key, self.config.corp_id)

    def application(self, api_base: str) -> web.Application:
        app = web.Application()
        app.router.add_get("/wecom/callback", self.verify)
        app.router.add_post("/wecom/callback", self.push)
        return app

    async def verify(self, request: web.Request) -> web.Response:
        query = request.query
        echo = self.crypto.check_signature(
            query["msg_signature"], query["timestamp"], query["nonce"], query["echostr"]
        )
        return web.Response(body=echo if isinstance(echo, bytes) else str(echo).encode())

    async def push(self, request: web.Request) -> web.Response:
        query, body = dict(request.query), await request.read()
        xml = self.crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        pushed = Pushed(body, query, dict(xmltodict.parse(xml)["xml"]), self)
        self.received.append(pushed)
        return await self.behaviour(pushed)


@dataclass
class Office:
    """A story with the peer app in it, one member of staff, and a client of the interfaces."""

    story: Story
    peer: PeerApp
    chen: Desk
    http: aiohttp.ClientSession
    token: str = ""

    @property
    def base(self) -> str:
        return f"{staff_side(self.story.api_base)}/cgi-bin"

    async def fetch_token(self, app: AppConfig = CORP.apps[0], **changes: str) -> dict[str, Any]:
        given = {"corpid": CORP.corp_id, "corpsecret": app.secret} | changes
        async with self.http.get(f"{self.base}/gettoken", params=given) as response:
            answer = await response.json()
        self.token = answer.get("access_token", self.token)
        return dict(answer)

    async def call(self, path: str, body: object = None, **query: str) -> Any:
        """The answer of an interface."""
        if not self.token:
            await self.fetch_token()
        data = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        method = "GET" if data is None else "POST"
        params = {"access_token": self.token} | query
        async with self.http.request(method, f"{self.base}/{path}", params=params, data=data) as response:
            assert response.status == 200
            is_json = response.content_type == "application/json"
            return await response.json() if is_json else await response.read()

    async def code(self, path: str, body: object = None, **query: str) -> int:
        return int((await self.call(path, body, **query))["errcode"])

    async def writes(self, words: str = "好", **changes: Any) -> dict[str, Any]:
        """The answer to a text message to Chen."""
        body = {"touser": "chen", "msgtype": "text", "agentid": 1000001, "text": {"content": words}}
        return dict(await self.call("message/send", body | changes))

    async def sends(self, card: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The answer to a template card to Chen."""
        body = {"touser": "chen", "msgtype": "template_card", "agentid": 1000001, "template_card": card}
        return dict(await self.call("message/send", body | changes))

    async def updates(self, code: str, *userids: str, **change: Any) -> dict[str, Any]:
        """The answer to an update of a card."""
        body = {"userids": userids or ("chen",), "agentid": 1000001, "response_code": code} | change
        return dict(await self.call("message/update_template_card", body))

    def is_impatient(self) -> None:
        """From now on the platform cuts soon instead of after 5 seconds."""
        self.story.simulator.wecom.corp.knobs.cut_after = 0.2


@asynccontextmanager
async def office_of(
    config: SimulatorConfig = ACCOUNT, behaviour: AppBehaviour = echo_words, **changes: Any
) -> AsyncIterator[Office]:
    """An office; ``changes`` replace fields of its corp."""
    corp = replace(config.wecom or CORP, **changes)
    peer = PeerApp(corp, behaviour)
    async with (
        open_story(peer.application, config=replace(config, wecom=corp)) as story,
        aiohttp.ClientSession() as http,
    ):
        yield Office(story, peer, story.desk("chen"), http)


CASE = {
    "card_type": "button_interaction",
    "source": {"desc": "信使", "desc_color": 0},
    "task_id": "YY20260001@1",
    "main_title": {"title": "异议 YY20260001", "desc": "平鲁晋北商贸有限公司"},
    "quote_area": {"type": 0, "title": "申请理由", "quote_text": "处罚已撤销"},
    "sub_title_text": "请在 11 月 27 日前办理",
    "horizontal_content_list": [
        {"keyname": "事项", "value": "等级异议"},
        {"keyname": "网址", "type": 1, "value": "看案卷", "url": "https://example.com/"},
    ],
    "button_selection": {
        "question_key": "reason",
        "title": "理由",
        "option_list": [{"id": "r1", "text": "材料不全"}, {"id": "r2", "text": "事实不符"}],
        "selected_id": "r2",
    },
    "button_list": [
        {"text": "同意", "style": 1, "key": "agree"},
        {"text": "驳回", "style": 2, "key": "refuse"},
    ],
    "action_menu": {"desc": "更多", "action_list": [{"text": "转办", "key": "transfer"}]},
}
VOTE = {
    "card_type": "vote_interaction",
    "task_id": "vote1",
    "main_title": {"title": "本周值班"},
    "checkbox": {
        "question_key": "days",
        "mode": 1,
        "option_list": [{"id": "d1", "text": "周一"}, {"id": "d2", "text": "周二"}],
    },
    "submit_button": {"text": "提交", "key": "vote"},
}
CHOICES = {
    "card_type": "multiple_interaction",
    "task_id": "choice1",
    "main_title": {"title": "转办"},
    "select_list": [
        {
            "question_key": "to",
            "title": "部门",
            "option_list": [{"id": "2", "text": "信用办"}, {"id": "3", "text": "市场监管局"}],
        },
        {
            "question_key": "urgent",
            "title": "缓急",
            "option_list": [{"id": "n", "text": "平"}, {"id": "y", "text": "急"}],
        },
    ],
    "submit_button": {"text": "转办", "key": "go"},
}
NOTICE_CARD = {
    "card_type": "text_notice",
    "main_title": {"title": "待办 3 件", "desc": "最早的明天到期"},
    "emphasis_content": {"title": "3", "desc": "件"},
    "card_action": {"type": 1, "url": "https://example.com/"},
    "jump_list": [{"type": 1, "title": "全部待办", "url": "https://example.com/"}],
}
