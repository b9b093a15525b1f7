"""QR codes with a scene."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.simulator.errors import ApiError
from domain.clock import Clock

LONGEST: Final = 2_592_000
DEFAULT: Final = 60

#: action → (field, permanent)
_ACTIONS: Final[dict[str, tuple[str, bool]]] = {
    "QR_SCENE": ("scene_id", False),
    "QR_STR_SCENE": ("scene_str", False),
    "QR_LIMIT_SCENE": ("scene_id", True),
    "QR_LIMIT_STR_SCENE": ("scene_str", True),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One code; ``expires_at`` is ``None`` for a permanent one."""

    value: str
    ticket: str
    expires_at: datetime | None
    numeric: bool = False


class SceneDesk:
    """The codes of one account."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_ticket: dict[str, Scene] = {}

    def create(self, body: Mapping[str, Any]) -> tuple[Scene, int]:
        """A new code and its seconds to live (0: permanent); raises 40053 or 40035."""
        field, permanent = _ACTIONS.get(str(body.get("action_name")), ("", False))
        if not field:
            raise ApiError(40053)
        value = _scene_value(body, field, permanent)
        seconds = 0 if permanent else _seconds(body)
        expires_at = None if permanent else self._clock.now() + timedelta(seconds=seconds)
        return self._keep(Scene(value, _ticket(), expires_at, field == "scene_id")), seconds

    def printed(self, value: str) -> Scene:
        """The code of this scene; one made elsewhere before is taken to be permanent."""
        for scene in reversed(list(self._by_ticket.values())):
            if scene.value == value:
                return scene
        return self._keep(Scene(value, _ticket(), None, value.isdecimal()))

    def by_ticket(self, ticket: str) -> Scene | None:
        """The code of a ticket."""
        return self._by_ticket.get(ticket)

    def expired(self, scene: Scene) -> bool:
        """Whether scanning leads nowhere any more."""
        return scene.expires_at is not None and self._clock.now() >= scene.expires_at

    def alive(self) -> tuple[Scene, ...]:
        """Codes that can still be scanned, newest first."""
        return tuple(s for s in reversed(list(self._by_ticket.values())) if not self.expired(s))

    def _keep(self, scene: Scene) -> Scene:
        self._by_ticket[scene.ticket] = scene
        return scene


def _ticket() -> str:
    return f"gQ{secrets.token_urlsafe(60)}"


def _seconds(body: Mapping[str, Any]) -> int:
    seconds = body.get("expire_seconds", DEFAULT)
    if not isinstance(seconds, int) or not 1 <= seconds <= LONGEST:
        raise ApiError(40035)
    return seconds


def _scene_value(body: Mapping[str, Any], field: str, permanent: bool) -> str:
    info = body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    value = scene.get(field) if isinstance(scene, dict) else None
    if field == "scene_str":
        if not isinstance(value, str) or not 1 <= len(value) <= 64:
            raise ApiError(40053)
        return value
    largest = 100_000 if permanent else 2**32 - 1
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= largest:
        raise ApiError(40053)
    return str(value)
