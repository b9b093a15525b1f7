"""A card for staff, neutral of the platform: facts, and what may be done with one press."""

from __future__ import annotations

from dataclasses import dataclass


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
