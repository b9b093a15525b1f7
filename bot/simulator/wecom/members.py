"""Members of the corp, their departments, and their chats with an app."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bot.simulator.people import Bubble
from bot.simulator.wecom.cards import Card


@dataclass(slots=True)
class Member:
    """One member; userids are compared without regard to case."""

    userid: str
    name: str
    label: str = ""
    departments: tuple[int, ...] = (1,)
    visible: bool = True
    enabled: bool = True

    @property
    def reachable(self) -> bool:
        """Whether an app may write to this member."""
        return self.visible and self.enabled


@dataclass(frozen=True, slots=True)
class Department:
    """One department; the root's parent is 0."""

    number: int
    name: str
    parent: int


@dataclass(slots=True)
class Chat:
    """What one member saw of one app."""

    history: list[Bubble] = field(default_factory=list)
    #: bubble number → the card in it
    cards: dict[int, Card] = field(default_factory=dict)

    def card_of(self, task_id: str) -> Card | None:
        """The latest card of a task."""
        return next((c for c in reversed(self.cards.values()) if task_id and c.task_id == task_id), None)

    @classmethod
    def of(cls, history: list[Bubble]) -> Chat:
        """The chat of a history: each card is what its bubble shows."""
        return cls(history, {b.number: _card(b) for b in history if b.kind == "template_card"})

    def redraw(self, card: Card) -> Bubble | None:
        """Puts a changed card into its bubble; ``None`` once the bubble has been forgotten."""
        for place, bubble in enumerate(self.history):
            if bubble.number == card.number:
                self.history[place] = replace(bubble, text=card.text, detail=face_of(card))
                return self.history[place]
        return None


def face_of(card: Card) -> dict[str, Any]:
    """What the page needs to draw a card."""
    return {
        "task_id": card.task_id,
        "card": card.content,
        "pressed": card.pressed,
        "replaced": card.replaced,
        "label": card.label,
        "chosen": {key: list(ids) for key, ids in card.chosen.items()},
        "revision": card.revision,
    }


def _card(bubble: Bubble) -> Card:
    face = bubble.detail
    return Card(
        bubble.number,
        face["task_id"],
        face["card"],
        face["pressed"],
        face["replaced"],
        {key: tuple(ids) for key, ids in face["chosen"].items()},
        face["revision"],
    )
