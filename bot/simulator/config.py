"""What the simulator is told before it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Mode(StrEnum):
    """How pushes travel, as set in the account's console."""

    SAFE = "safe"
    COMPATIBLE = "compatible"
    PLAIN = "plain"


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


@dataclass(frozen=True, slots=True)
class Slot:
    """One keyword of a template: ``thing1`` with the label people see, and allowed values of an enum."""

    key: str
    label: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A template message that the account has chosen in its console."""

    template_id: str
    title: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """One line of the page's panel for a newcomer: what may be typed, and what it leads to."""

    say: str
    note: str


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """One account on the platform, and the people who are there from the start."""

    app_id: str
    secret: str
    token: str
    encoding_aes_key: str
    #: where pushes go; may be set later, when the service's port is known
    callback_url: str = ""
    #: address of this simulator as others reach it, without a slash at the end
    own_url: str = ""
    mode: Mode = Mode.SAFE
    account_id: str = "gh_xinshi000001"
    account_name: str = "信用服务号"
    people: tuple[str, ...] = ()
    templates: tuple[Template, ...] = ()
    #: customer messages after a message of the person; some accounts have 20
    message_quota: int = 5
    #: addresses that may fetch tokens; empty: all
    whitelist: frozenset[str] = frozenset()
    #: where followers and their history are kept across restarts; ``None``: nowhere
    memory: Path | None = None
    knobs: Knobs = field(default_factory=Knobs)
