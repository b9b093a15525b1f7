"""People with WeChat: who follows, what they saw, and how often they may be written to."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from bot.simulator.errors import ApiError


class Action(StrEnum):
    """What a person did that opens a window for customer messages."""

    MESSAGE = "message"
    MENU = "menu"
    FOLLOW = "follow"
    SCAN = "scan"


#: action → how long the account may write afterwards
WINDOWS: Final[dict[Action, timedelta]] = {
    Action.MESSAGE: timedelta(hours=48),
    Action.MENU: timedelta(minutes=1),
    Action.FOLLOW: timedelta(minutes=1),
    Action.SCAN: timedelta(minutes=1),
}
#: how often, after everything but a message, whose number is configured
BRIEF_QUOTA: Final = 3


class Side(StrEnum):
    """Who is speaking in a chat."""

    PERSON = "person"
    ACCOUNT = "account"
    #: grey lines of WeChat itself
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing seen in the chat."""

    number: int
    side: Side
    kind: str
    text: str
    at: datetime
    #: number of the exchange on the wire that brought or carried it
    wire: int | None = None
    #: what the kind needs beside the text: articles, rows, media, position
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Allowance:
    until: datetime
    left: int


@dataclass(slots=True)
class Person:
    """One person on this account's side of WeChat."""

    openid: str
    name: str
    following: bool = False
    followed_at: datetime | None = None
    #: scene of the code that led here
    scene: str = ""
    #: switched off「接收消息」: customer messages 48002, template jobs ``failed:user block``
    refuses: bool = False
    #: put on the blacklist by the account: 43019
    blacklisted: bool = False
    #: whether the account shows「对方正在输入」
    typing: bool = False
    last_act: datetime | None = None
    history: list[Bubble] = field(default_factory=list)
    _allowances: dict[Action, _Allowance] = field(default_factory=dict)

    def acted(self, action: Action, now: datetime, message_quota: int) -> None:
        """Opens the window of an action anew."""
        left = message_quota if action is Action.MESSAGE else BRIEF_QUOTA
        self._allowances[action] = _Allowance(now + WINDOWS[action], left)
        self.last_act = now

    def left(self, now: datetime) -> int:
        """Customer messages that may still be sent now."""
        return sum(a.left for a in self._allowances.values() if now < a.until)

    def spend(self, now: datetime) -> None:
        """Uses up one customer message; raises 45015 (no window) or 45047 (used up)."""
        running = [a for a in self._allowances.values() if now < a.until]
        if not running:
            raise ApiError(45015)
        # the window that closes first is used first, as is best for the account
        usable = sorted((a for a in running if a.left), key=lambda a: a.until)
        if not usable:
            raise ApiError(45047)
        usable[0].left -= 1

    def unfollow(self) -> None:
        """Leaves: all windows close."""
        self.following = False
        self._allowances.clear()


def note_wire(history: list[Bubble], number: int, exchange: int) -> None:
    """Puts the number of an exchange to a bubble; nothing where the bubble has been forgotten."""
    for place, bubble in enumerate(history):
        if bubble.number == number:
            history[place] = replace(bubble, wire=exchange)


def openid_of(app_id: str, name: str) -> str:
    """The 28 characters a person is known by to one app id; another app id gives others."""
    digest = hashlib.sha256(f"{app_id}\n{name}".encode()).digest()
    return "o" + base64.urlsafe_b64encode(digest).decode()[:27]
