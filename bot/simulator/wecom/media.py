"""What WeCom takes as media: beside pictures, speech and films also any file, and nothing tiny."""

from __future__ import annotations

from typing import Final

from bot.simulator.media import Limit

_MB: Final = 1024 * 1024

LIMITS: Final[dict[str, Limit]] = {
    "image": Limit(10 * _MB, frozenset({"image/png", "image/jpeg"}), least=6),
    "voice": Limit(2 * _MB, frozenset({"audio/amr"}), least=6),
    "video": Limit(10 * _MB, frozenset({"video/mp4"}), least=6),
    "file": Limit(20 * _MB, least=6),
}
