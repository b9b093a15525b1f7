"""What the service account's interface answers when it does not do what was asked, and what to do then.

Two ways to fail, by what the caller knows:

``ApiError``        it did not happen: ``action`` says what helps, ``hint`` tells staff in Chinese
  ``TryAgain``      the network failed; nothing happened, or repeating does no harm (action RETRY)
``OutcomeUnknown``  the request was on its way: repeating might say the same thing twice
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.errors import XinshiError

#: an error text is kept for the log, never a whole page
_MAX_TEXT = 300


class Action(StrEnum):
    """What helps against an error code."""

    RETRY = "retry"  # the platform is busy: again after a pause
    REFRESH = "refresh"  # the access token: fetch a new one, once
    CONFIG = "config"  # the operator must mend a setting on the platform or here
    PERMANENT = "permanent"  # this request never goes through
    UNREACHABLE = "unreachable"  # this person cannot be reached
    QUOTA = "quota"  # stop or slow down; ``wait`` says for how long
    FALLBACK = "fallback"  # outside the window: another kind of message may go
    BUG = "bug"  # the request is malformed
    DONE = "done"  # it had been done before: counts as success


@dataclass(frozen=True, slots=True)
class Meaning:
    """One line of the error table."""

    action: Action
    hint: str
    wait: timedelta = timedelta(0)


def _same(codes: range | tuple[int, ...], meaning: Meaning) -> dict[int, Meaning]:
    return dict.fromkeys(codes, meaning)


MEANINGS: dict[int, Meaning] = {
    -1: Meaning(Action.RETRY, "微信系统繁忙，稍后自动重试"),
    40001: Meaning(Action.REFRESH, "AppSecret 不对，或访问令牌已失效"),
    40014: Meaning(Action.REFRESH, "访问令牌不合法"),
    42001: Meaning(Action.REFRESH, "访问令牌已过期"),
    40003: Meaning(Action.PERMANENT, "openid 不对，或属于另一个公众号"),
    40013: Meaning(Action.CONFIG, "AppID 不对，请核对 WECHAT_APP_ID"),
    40125: Meaning(Action.CONFIG, "AppSecret 不对，请核对 WECHAT_APP_SECRET"),
    40164: Meaning(
        Action.CONFIG, "本机 IP 不在公众平台的 IP 白名单内，加入后约 10 分钟生效", timedelta(minutes=10)
    ),
    61004: Meaning(
        Action.CONFIG, "本机 IP 不在公众平台的 IP 白名单内，加入后约 10 分钟生效", timedelta(minutes=10)
    ),
    40243: Meaning(Action.CONFIG, "AppSecret 已被冻结，请在公众平台解冻"),
    **_same((40004, 40005, 40006, 40007, 40008), Meaning(Action.PERMANENT, "媒体文件或消息类型不合规定")),
    **_same(range(40015, 40028), Meaning(Action.PERMANENT, "自定义菜单不合规定")),
    **_same(
        (40029, 40163, 42003), Meaning(Action.PERMANENT, "网页授权码无效、已用过或已过期，请重新进入页面")
    ),
    **_same((40032, 40033, 40035), Meaning(Action.PERMANENT, "请求内容不合规定")),
    **_same((40036, 40037), Meaning(Action.CONFIG, "模板编号不对，请核对办公配置中的消息模板")),
    47001: Meaning(Action.PERMANENT, "请求内容无法解析"),
    47003: Meaning(Action.PERMANENT, "模板消息的内容不合该关键词类型"),
    **_same(range(41001, 41010), Meaning(Action.BUG, "请求缺少参数")),
    **_same(range(43001, 43004), Meaning(Action.BUG, "请求方式不对")),
    43004: Meaning(Action.UNREACHABLE, "对方没有关注服务号"),
    43005: Meaning(Action.UNREACHABLE, "对方不是好友"),
    43019: Meaning(Action.UNREACHABLE, "对方在黑名单中"),
    43101: Meaning(Action.UNREACHABLE, "对方拒绝接收该类消息"),
    43116: Meaning(Action.CONFIG, "该模板已被禁用"),
    **_same(range(44001, 44005), Meaning(Action.BUG, "请求内容为空")),
    **_same(range(45001, 45009), Meaning(Action.PERMANENT, "内容超过平台限制")),
    45009: Meaning(Action.QUOTA, "当日调用次数已用完", timedelta(hours=1)),
    45011: Meaning(Action.QUOTA, "每分钟调用次数已用完", timedelta(minutes=1)),
    45015: Meaning(Action.FALLBACK, "超过 48 小时或对方已取消关注，不能发送客服消息"),
    45047: Meaning(Action.FALLBACK, "客服消息条数已用完，等对方再次发言"),
    45065: Meaning(Action.DONE, "同一群发任务已受理"),
    45066: Meaning(Action.QUOTA, "同一群发任务重试过快", timedelta(minutes=1)),
    45067: Meaning(Action.BUG, "群发任务标识过长"),
    45072: Meaning(Action.BUG, "输入状态指令不对"),
    45080: Meaning(Action.PERMANENT, "30 秒内没有互动，不能显示输入状态"),
    45081: Meaning(Action.DONE, "已在输入状态"),
    45162: Meaning(Action.BUG, "客服消息类型不对"),
    **_same((48001, 48003, 48004, 48008), Meaning(Action.CONFIG, "服务号没有该接口的权限，或权限被封禁")),
    48002: Meaning(Action.UNREACHABLE, "对方关闭了接收消息"),
    **_same((50001, 50002, 50005), Meaning(Action.PERMANENT, "对方受限或没有授权")),
    **_same((50004, 50007), Meaning(Action.CONFIG, "服务号被处罚或冻结")),
    70000: Meaning(Action.UNREACHABLE, "对方受未成年人保护限制"),
    **_same((89503, 89506, 89507), Meaning(Action.CONFIG, "调用须由公众号管理员确认")),
}
_UNKNOWN = Meaning(Action.PERMANENT, "平台返回了未收录的错误")


def meaning_of(code: int) -> Meaning:
    """What an error code calls for; an unknown one is permanent, so that staff see it."""
    return MEANINGS.get(code, _UNKNOWN)


class ApiError(XinshiError):
    """A call that did not do what was asked; what to do next is in ``action``."""

    def __init__(self, code: int, errmsg: str, *, path: str, meaning: Meaning | None = None) -> None:
        meaning = meaning or meaning_of(code)
        super().__init__(f"{path}: {code} {errmsg[:_MAX_TEXT]} [{meaning.action}]")
        self.code = code
        self.errmsg = errmsg[:_MAX_TEXT]
        self.path = path
        self.action = meaning.action
        self.hint = meaning.hint
        #: how long to leave the platform alone; zero where it does not say
        self.wait = meaning.wait

    @property
    def refused_ip(self) -> str:
        """The address that the platform does not know (40164, 61004), else ""."""
        found = re.search(r"invalid ip ([0-9A-Fa-f.:]+)", self.errmsg)
        return found[1] if found else ""


_NETWORK = Meaning(Action.RETRY, "与微信接口的连接中断，稍后自动重试")


class TryAgain(ApiError):  # noqa: N818 - an advice, as in domain.errors
    """The call had no effect, or may be repeated without harm."""

    def __init__(self, reason: str, *, path: str) -> None:
        super().__init__(0, reason, path=path, meaning=_NETWORK)


class OutcomeUnknown(XinshiError):  # noqa: N818
    """The call may or may not have taken effect, and repeating it could say a thing twice."""
