"""Codes that may be used once: ``response_code`` of cards, ``code`` of OAuth."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.simulator.wecom.errors import WeComError
from domain.clock import Clock

#: how long a card may still be updated by a code; documents before 2025 say 24 hours
CARD_LIFETIME: Final = timedelta(hours=72)
OAUTH_LIFETIME: Final = timedelta(minutes=5)


@dataclass(slots=True)
class CardCode:
    """A code that updates one task's cards, once."""

    value: str
    agent_id: int
    task_id: str
    expires_at: datetime
    used: bool = False


@dataclass(frozen=True, slots=True)
class _Login:
    agent_id: int
    userid: str
    expires_at: datetime


class CodeDesk:
    """The codes of one corp."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.cards: dict[str, CardCode] = {}
        self._logins: dict[str, _Login] = {}

    def card_code(self, agent_id: int, task_id: str) -> str:
        """A fresh code for a card."""
        code = CardCode(secrets.token_urlsafe(48), agent_id, task_id, self._clock.now() + CARD_LIFETIME)
        self.cards[code.value] = code
        return code.value

    def usable(self, value: object, agent_id: int) -> CardCode:
        """The card code, still unused; raises 40063, 40058, 42015 or 42022."""
        if not isinstance(value, str) or not value:
            raise WeComError(40063)
        code = self.cards.get(value)
        if code is None:
            raise WeComError(40058, "invalid response_code")
        if code.agent_id != agent_id:
            raise WeComError(42015)
        if code.used or self._clock.now() >= code.expires_at:
            raise WeComError(42022)
        return code

    def login(self, agent_id: int, userid: str) -> str:
        """A code with which an app learns who is at its page."""
        value = secrets.token_urlsafe(32)
        self._logins[value] = _Login(agent_id, userid, self._clock.now() + OAUTH_LIFETIME)
        return value

    def spend_login(self, value: str) -> str:
        """Whose code it was; raises 40029 the second time, and after five minutes."""
        login = self._logins.pop(value, None)
        if login is None or self._clock.now() >= login.expires_at:
            raise WeComError(40029)
        return login.userid
