"""The faults that exist on WeCom: what they are called on the page, and what they answer."""

from __future__ import annotations

from typing import Final

from bot.simulator.faults import FaultKind

TITLES: Final[dict[FaultKind, str]] = {
    FaultKind.BUSY: "接口：系统繁忙（-1）",
    FaultKind.STALE_TOKEN: "接口：令牌失效（40014）",
    FaultKind.EXPIRED_TOKEN: "接口：令牌过期（42001）",
    FaultKind.QUOTA_USED: "接口：调用过频（45009）",
    FaultKind.TOO_MANY_AT_ONCE: "接口：并发过多（45033）",
    FaultKind.UNAUTHORISED: "接口：无权限（48002）",
    FaultKind.NOT_TRUSTED: "接口：IP 不可信（60020）",
    FaultKind.SILENT_DROP: "应用消息：不报错而丢弃",
    FaultKind.LATENCY: "接口：应答迟缓",
    FaultKind.RESET_BEFORE: "接口：处理前断线",
    FaultKind.RESET_AFTER: "接口：处理后断线（结果不明）",
    FaultKind.SLOW_PUSH: "推送：网络迟缓",
    FaultKind.LOST_PUSH: "推送：没有送到",
    FaultKind.LOST_REPLY: "推送：应答丢失",
    FaultKind.HELD_PUSH: "推送：后发先至",
}

#: faults that are nothing but an answer with this code
ANSWERS: Final[dict[FaultKind, int]] = {
    FaultKind.BUSY: -1,
    FaultKind.QUOTA_USED: 45009,
    FaultKind.TOO_MANY_AT_ONCE: 45033,
    FaultKind.UNAUTHORISED: 48002,
}
#: such as strike only calls that carry a token
TOKEN_ANSWERS: Final[dict[FaultKind, int]] = {
    FaultKind.STALE_TOKEN: 40014,
    FaultKind.EXPIRED_TOKEN: 42001,
    FaultKind.NOT_TRUSTED: 60020,
}
