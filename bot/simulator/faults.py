"""Faults to order: what the platform and the network do on bad days."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FaultKind(StrEnum):
    """What goes wrong. The first group strikes API calls, the second pushes, the third template jobs.

    Not every kind exists on both platforms: each has its own table of titles.
    """

    BUSY = "busy"
    STALE_TOKEN = "stale_token"  # noqa: S105 - the name of a fault
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - the name of a fault
    QUOTA_USED = "quota_used"
    UNAUTHORISED = "unauthorised"
    NOT_WHITELISTED = "not_whitelisted"
    LATENCY = "latency"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    NOT_TRUSTED = "not_trusted"
    TOO_MANY_AT_ONCE = "too_many_at_once"
    SILENT_DROP = "silent_drop"

    SLOW_PUSH = "slow_push"
    LOST_PUSH = "lost_push"
    LOST_REPLY = "lost_reply"
    HELD_PUSH = "held_push"

    JOB_USER_BLOCK = "job_user_block"
    JOB_SYSTEM_FAILED = "job_system_failed"
    JOB_FREQ_LIMIT = "job_freq_limit"


#: what each fault is called on the page
TITLES: Final[dict[FaultKind, str]] = {
    FaultKind.BUSY: "接口：系统繁忙（-1）",
    FaultKind.STALE_TOKEN: "接口：令牌失效（40001）",
    FaultKind.EXPIRED_TOKEN: "接口：令牌过期（42001）",
    FaultKind.QUOTA_USED: "接口：当日次数用完（45009）",
    FaultKind.UNAUTHORISED: "接口：无权限（48001）",
    FaultKind.NOT_WHITELISTED: "令牌接口：IP 不在白名单（40164）",
    FaultKind.LATENCY: "接口：应答迟缓",
    FaultKind.RESET_BEFORE: "接口：处理前断线",
    FaultKind.RESET_AFTER: "接口：处理后断线（结果不明）",
    FaultKind.SLOW_PUSH: "推送：网络迟缓",
    FaultKind.LOST_PUSH: "推送：没有送到",
    FaultKind.LOST_REPLY: "推送：应答丢失",
    FaultKind.HELD_PUSH: "推送：后发先至",
    FaultKind.JOB_USER_BLOCK: "模板消息：用户拒收",
    FaultKind.JOB_SYSTEM_FAILED: "模板消息：系统失败",
    FaultKind.JOB_FREQ_LIMIT: "模板消息：频率限制",
}

#: faults of the service account that are nothing but an answer with this code
ANSWERS: Final[dict[FaultKind, int]] = {
    FaultKind.BUSY: -1,
    FaultKind.QUOTA_USED: 45009,
    FaultKind.UNAUTHORISED: 48001,
}
#: such as strike only calls that carry a token
TOKEN_ANSWERS: Final[dict[FaultKind, int]] = {
    FaultKind.STALE_TOKEN: 40001,
    FaultKind.EXPIRED_TOKEN: 42001,
}

#: how a template job ends, as the finish event words it
JOB_STATUSES: Final[dict[FaultKind, str]] = {
    FaultKind.JOB_USER_BLOCK: "failed:user block",
    FaultKind.JOB_SYSTEM_FAILED: "failed: system failed",
    FaultKind.JOB_FREQ_LIMIT: "failed:freq limit",
}


@dataclass(slots=True)
class Fault:
    """One armed fault: how often it still strikes (``None``: until cleared), where, how long."""

    kind: FaultKind
    times: int | None = 1
    #: part of the API path it is meant for; empty means every call
    path: str = ""
    #: seconds, for latency and slow pushes
    seconds: float = 0.0


class Faults:
    """The faults that are armed now."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []

    def arm(self, kind: FaultKind, *, times: int | None = 1, path: str = "", seconds: float = 0.0) -> None:
        """Arms a fault for the next ``times`` occasions."""
        self._armed.append(Fault(kind, times, path, seconds))

    def clear(self) -> None:
        """Disarms everything."""
        self._armed.clear()

    def disarm(self, kinds: Collection[FaultKind]) -> None:
        """Takes back every fault of these kinds."""
        self._armed = [fault for fault in self._armed if fault.kind not in kinds]

    def armed(self) -> tuple[Fault, ...]:
        """What still strikes."""
        return tuple(self._armed)

    def take(self, kind: FaultKind, path: str = "") -> Fault | None:
        """Uses up one occasion of a fault that fits, if there is one."""
        for fault in self._armed:
            if fault.kind is kind and fault.path in path:
                self._use(fault)
                return fault
        return None

    def _use(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times <= 0:
            self._armed.remove(fault)

    def code(self, path: str, answers: Mapping[FaultKind, int]) -> int | None:
        """The error code of the first armed fault among these that fits this call."""
        for kind, code in answers.items():
            if self.take(kind, path):
                return code
        return None
