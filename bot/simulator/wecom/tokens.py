"""Access tokens: one for each app, told apart by its secret."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.simulator.wecom.errors import WeComError
from domain.clock import Clock

LIFETIME: Final = timedelta(seconds=7200)
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{64,512}")


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    agent_id: int
    expires_at: datetime


class TokenDesk:
    """Hands out and judges the tokens of one corp's apps."""

    def __init__(self, clock: Clock, *, steady: bool) -> None:
        self._clock = clock
        self._steady = steady
        self._known: dict[str, _Token] = {}
        self._latest: dict[int, _Token] = {}

    def issue(self, agent_id: int) -> tuple[str, int]:
        """A token of the app and its seconds to live; the same again within its life where so set."""
        now = self._clock.now()
        latest = self._latest.get(agent_id)
        if not self._steady or latest is None or now >= latest.expires_at:
            # 384 random bytes make 512 characters, the longest the documents tell to make room for
            latest = _Token(secrets.token_urlsafe(384), agent_id, now + LIFETIME)
            self._latest[agent_id] = self._known[latest.value] = latest
        return latest.value, int((latest.expires_at - now).total_seconds())

    def revoke(self, agent_id: int) -> None:
        """Ends every token of an app before its time, as the platform may."""
        self._latest.pop(agent_id, None)
        self._known = {value: each for value, each in self._known.items() if each.agent_id != agent_id}

    def check(self, value: str) -> int:
        """The app a token stands for; raises 41001, 40014 or 42001."""
        if not value:
            raise WeComError(41001)
        token = self._known.get(value) if _SHAPE.fullmatch(value) else None
        if token is None:
            raise WeComError(40014)
        if self._clock.now() >= token.expires_at:
            raise WeComError(42001)
        return token.agent_id
