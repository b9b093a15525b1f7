"""What the simulator is told before it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bot.simulator.knobs import Knobs
from bot.simulator.wecom.config import WeComConfig


class Mode(StrEnum):
    """How pushes travel, as set in the account's console."""

    SAFE = "safe"
    COMPATIBLE = "compatible"
    PLAIN = "plain"


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
    #: whether it is staff who may type it
    staff: bool = False


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
    #: host, with port, that OAuth may lead back to; empty: any
    page_domain: str = ""
    #: cookies of the service's pages, names with paths: another person's phone has none of them
    page_cookies: tuple[tuple[str, str], ...] = ()
    #: where followers and their history are kept across restarts; ``None``: nowhere
    memory: Path | None = None
    knobs: Knobs = field(default_factory=Knobs)
    #: the corp whose members work beside; ``None``: there is only the service account
    wecom: WeComConfig | None = None
