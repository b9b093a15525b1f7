"""What a platform's interface answers when it does not do what was asked, and what helps then.

Two ways to fail, by what the caller knows:

``ApiError``        it did not happen: ``action`` says what helps, ``hint`` tells staff in Chinese
  ``TryAgain``      the network failed; nothing happened, or repeating does no harm (action RETRY)
``OutcomeUnknown``  the request was on its way: repeating might say the same thing twice

Which code means what is data: one table for each platform (``wechat_errors``,
``wecom_errors``); the same number may mean different things on the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
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
    """One line of an error table."""

    action: Action
    hint: str
    wait: timedelta = timedelta(0)


def same(codes: Iterable[int], meaning: Meaning) -> dict[int, Meaning]:
    """Lines of a table for codes that call for the same."""
    return dict.fromkeys(codes, meaning)


_UNKNOWN = Meaning(Action.PERMANENT, "平台返回了未收录的错误")
_NETWORK = Meaning(Action.RETRY, "与平台接口的连接中断，稍后自动重试")


@dataclass(frozen=True, slots=True)
class Platform:
    """What is particular to the interface of one platform."""

    #: "wechat", "wecom": in logs and in the names of stored tokens
    slug: str
    #: the setting that holds its address
    base_setting: str
    meanings: Mapping[int, Meaning]
    #: words in an ``errmsg`` that make an error of ``errcode`` 0; "" where there are none
    warning: str = ""

    def meaning_of(self, code: int) -> Meaning:
        """What an error code calls for; an unknown one is permanent, so that staff see it."""
        return self.meanings.get(code, _UNKNOWN)

    def error(self, code: int, errmsg: str, *, path: str) -> ApiError:
        """The error for a code of this platform."""
        return ApiError(code, errmsg, path=path, meaning=self.meaning_of(code))

    def wrong_address(self, code: int, reason: str, *, path: str) -> ApiError:
        """The error where something else than the platform answers under its address."""
        hint = f"接口地址没有应答本服务的请求，请核对 {self.base_setting}"
        return ApiError(code, reason, path=path, meaning=Meaning(Action.CONFIG, hint))

    def half_understood(self, errmsg: str, *, path: str) -> ApiError | None:
        """The error behind a success that says the parameters were understood in part, else None."""
        if not self.warning or self.warning not in errmsg.lower():
            return None
        meaning = Meaning(Action.BUG, "平台只解析了部分参数，消息内容可能不完整")
        return ApiError(0, errmsg, path=path, meaning=meaning)


class ApiError(XinshiError):
    """A call that did not do what was asked; what to do next is in ``action``."""

    def __init__(self, code: int, errmsg: str, *, path: str, meaning: Meaning) -> None:
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
        """The address that the platform does not know (40164, 61004; 60020 on WeCom), else ""."""
        # WeCom names the caller's address in other errors too
        found = re.search(r"(?:invalid ip|from your ip.*from ip:) ([0-9A-Fa-f.:]+)", self.errmsg)
        return found[1] if found else ""


class TryAgain(ApiError):  # noqa: N818 - an advice, as in domain.errors
    """The call had no effect, or may be repeated without harm."""

    def __init__(self, reason: str, *, path: str) -> None:
        super().__init__(0, reason, path=path, meaning=_NETWORK)


class OutcomeUnknown(XinshiError):  # noqa: N818
    """The call may or may not have taken effect, and repeating it could say a thing twice."""
