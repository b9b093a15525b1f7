"""What went over the wire, kept for looking at: pushes with every attempt, and API calls."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

KEPT: Final = 500


class Verdict:
    """How an attempt ended."""

    ANSWERED: Final = "answered"
    SILENT: Final = "silent"
    CUT: Final = "cut"
    FAILED: Final = "failed"
    MALFORMED: Final = "malformed"
    LOST: Final = "lost"


@dataclass(slots=True)
class Attempt:
    """One delivery of a push."""

    number: int
    query: dict[str, str]
    sent: str
    status: int | None = None
    received: str = ""
    #: the reply after opening its envelope
    reply: str = ""
    verdict: str = ""
    #: why it is malformed or failed, in Chinese
    reason: str = ""
    #: real seconds it took
    seconds: float = 0.0


@dataclass(slots=True)
class Exchange:
    """One push with its attempts, or one API call."""

    number: int
    direction: str  # "push" or "api"
    title: str
    openid: str
    at: datetime
    #: which platform: "wechat", "wecom"
    platform: str = "wechat"
    #: the push before encryption, or the request body of a call
    plain: str = ""
    #: the answer to a call
    answer: str = ""
    attempts: list[Attempt] = field(default_factory=list)


class WireLog:
    """The latest exchanges, oldest first."""

    def __init__(self) -> None:
        self._count = 0
        self._kept: deque[Exchange] = deque(maxlen=KEPT)

    def open(
        self,
        direction: str,
        title: str,
        openid: str,
        at: datetime,
        plain: str = "",
        *,
        platform: str = "wechat",
    ) -> Exchange:
        """A new exchange, already in the log; ``openid`` is the userid on WeCom."""
        self._count += 1
        exchange = Exchange(self._count, direction, title, openid, at, platform, plain)
        self._kept.append(exchange)
        return exchange

    def all(self) -> tuple[Exchange, ...]:
        """Every exchange still kept."""
        return tuple(self._kept)

    def pushes(self, platform: str = "wechat") -> tuple[Exchange, ...]:
        """The pushes of a platform still kept."""
        return tuple(e for e in self._kept if e.direction == "push" and e.platform == platform)
