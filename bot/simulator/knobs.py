"""How pushes behave, on either platform."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Repeat(StrEnum):
    """What a repeated push looks like; the documents do not say, so all three must pass."""

    #: body and query byte by byte
    SAME = "same"
    #: the same body, with a new timestamp, nonce and signature
    RESIGNED = "resigned"
    #: the same message, encrypted and signed anew
    RESEALED = "resealed"


@dataclass(slots=True)
class Knobs:
    """How pushes behave; may be turned while the simulator runs."""

    #: seconds of real time until the platform gives up a push
    cut_after: float = 5.0
    #: pushes of one message, the first included; the documents allow 3 and 4
    attempts: int = 3
    #: seconds between the end of one attempt and the next
    spacing: float = 0.0
    repeat: Repeat = Repeat.RESIGNED
    #: seconds after which the repeat goes out while the first is still open; ``None``: after the cut
    overlap: float | None = None
    #: whether voice messages carry what was understood; many accounts get an empty element
    recognition: bool = True
    #: seconds until a template job reports its end
    job_delay: float = 0.0
    #: whether pages are opened from a copy, whose visitor is a virtual account
    snapshot: bool = False
