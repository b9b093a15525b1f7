"""A card for staff, neutral of the platform: facts, and what may be done with one press."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: names the choice of a reason in what a press brings along
REASON_QUESTION = "reason"

_PRESS = re.compile(r"(\S{1,20}) ([A-Z]{2}[0-9]{5,12}) ([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Button:
    """One press: ``action`` is a word of the case's transition table (受理, 同意 …)."""

    text: str
    action: str
    #: 1 normal, 2 emphasised, 3 warning
    style: int = 1


@dataclass(frozen=True, slots=True)
class Card:
    """What a member of staff sees of a case at one version of it."""

    title: str
    description: str
    #: (label ≤ 5 characters, value)
    fields: tuple[tuple[str, str], ...]
    case_number: str
    version: int
    buttons: tuple[Button, ...] = ()
    #: reasons to choose from before a button that needs one: (id, text)
    reasons: tuple[tuple[str, str], ...] = ()
    #: shown instead of buttons once it is decided: 「已由王某于…受理」
    closing: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """What a button stands for: a step of a case, at the version of it that the card showed."""

    action: str
    case_number: str
    version: int

    @property
    def key(self) -> str:
        """The press as a platform carries it, e.g. ``同意 YY20260001 3``."""
        return f"{self.action} {self.case_number} {self.version}"


def read_press(key: str) -> Press | None:
    """What a pressed button's key says; None for a key that no card of ours carries."""
    found = _PRESS.fullmatch(key)
    return Press(found[1], found[2], int(found[3])) if found else None
