"""Doors: how the platforms say who opens a page. Each knows one account's way of OAuth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol
from urllib.parse import urlencode

from domain.errors import NotAllowed
from domain.model.person import Channel

#: both platforms send browsers here; the API hosts are others
AUTHORIZE = "https://open.weixin.qq.com"

SNAPSHOT = "您看到的是页面快照，不能办理业务。请点“进入”打开完整页面，或从服务号菜单里打开。"
STRANGER = "没有认出您的成员身份。请从本单位的企业微信里打开。"


class Door(Protocol):
    """One account's way to tell who opens a page."""

    @property
    def channel(self) -> Channel: ...
    @property
    def account(self) -> str: ...
    def address(self, back: str, state: str) -> str:
        """Where a browser is sent; it comes ``back`` with a code and the ``state``."""
        ...

    async def opener(self, code: str) -> str:
        """Who came with a code, which counts once. ``ApiError`` or ``NotAllowed`` where nobody did."""
        ...


class FirmDoor:
    """Silent OAuth of the service account: the openid, no more."""

    channel = Channel.WECHAT

    def __init__(
        self, app_id: str, base: str, login: Callable[[], Callable[[str], Awaitable[tuple[str, bool]]]]
    ) -> None:
        self.account = app_id
        self._base = base
        self._login = login

    def address(self, back: str, state: str) -> str:
        return _authorize(self._base, self.account, back, state)

    async def opener(self, code: str) -> str:
        openid, snapshot = await self._login()(code)
        if snapshot:
            # the virtual account of a copied page must never be taken for a person
            raise NotAllowed(SNAPSHOT, log="snapshot user")
        return openid


class StaffDoor:
    """OAuth of the WeCom app: the userid of a member, nobody for anybody else."""

    channel = Channel.WECOM

    def __init__(
        self, corp_id: str, agent_id: int, base: str, login: Callable[[], Callable[[str], Awaitable[str]]]
    ) -> None:
        self.account = corp_id
        self._agent_id = agent_id
        self._base = base
        self._login = login

    def address(self, back: str, state: str) -> str:
        return _authorize(self._base, self.account, back, state, agentid=str(self._agent_id))

    async def opener(self, code: str) -> str:
        userid = await self._login()(code)
        if not userid:
            raise NotAllowed(STRANGER, log="no member behind the code")
        return userid


def _authorize(base: str, account: str, back: str, state: str, **more: str) -> str:
    """The address at which a platform asks the browser who it is."""
    # the order of these matters to some phones
    asked = {
        "appid": account,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
        **more,
    }
    return f"{base}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"
