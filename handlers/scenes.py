"""What a parametric QR code carries: one codec for codes made here and scanned anywhere.

A scene is a kind and a short opaque token, ``bind:K7M2Q9XD``. The platform
takes 1 to 64 characters. The token is itself one-time and expiring; a scene
holds no fact about a firm or a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_SCENE = re.compile(r"(?P<kind>[a-z]{1,12}):(?P<token>[0-9A-Za-z_-]{1,50})")
#: what the platform puts before the scene when the scan is also a new follow
_FOLLOW_PREFIX = "qrscene_"


class SceneKind(StrEnum):
    """What a scan opens."""

    BIND = "bind"


_KINDS: dict[str, SceneKind] = {kind.value: kind for kind in SceneKind}


@dataclass(frozen=True, slots=True)
class Scene:
    """A kind and its token."""

    kind: SceneKind
    token: str

    def encode(self) -> str:
        """The text to put into the QR code. ``ValueError`` where a token cannot be carried."""
        text = f"{self.kind}:{self.token}"
        if _SCENE.fullmatch(text) is None:
            raise ValueError("a scene token is 1 to 50 letters, digits, _ or -")
        return text


def decode(text: str) -> Scene | None:
    """The scene of a scan before or after following; None for one that is not ours."""
    match = _SCENE.fullmatch(text.removeprefix(_FOLLOW_PREFIX))
    kind = _KINDS.get(match["kind"]) if match else None
    return Scene(kind, match["token"]) if match and kind else None
