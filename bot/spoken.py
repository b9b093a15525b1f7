"""What a turn says, as it is kept: a text, or the new face of a card that was pressed.

A reply is stored as one text, for the repeats of its push; a card among them
is written as JSON behind a control character, which no text of a person or of
ours holds.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from bot.channels.port import TurnPort
from bot.channels.wecom import Said
from bot.channels.wecom_cards import card_of
from domain.model.card import Button, Card
from domain.model.person import normal_userid
from handlers.turn import Inbound, Reply

_CARD = "\x01"


def kept(reply: Reply, inbound: Inbound) -> str:
    """The reply as the inbox keeps it."""
    if reply.card is None:
        return reply.text
    code = inbound.extra.get("ResponseCode", "")
    body = {"card": asdict(reply.card), "code": code, "userid": normal_userid(inbound.sender)}
    return _CARD + json.dumps(body, ensure_ascii=False)


def update_of(text: str) -> dict[str, Any] | None:
    """The card in a kept reply, with the code that changes it and whose it is; None for a text."""
    found: dict[str, Any] | None = json.loads(text[1:]) if text.startswith(_CARD) else None
    return found


def read_card(stored: dict[str, Any]) -> Card:
    """A card as it was kept in JSON."""
    return Card(
        **{
            **stored,
            "fields": tuple(map(tuple, stored["fields"])),
            "buttons": tuple(Button(**each) for each in stored["buttons"]),
            "reasons": tuple(map(tuple, stored["reasons"])),
        }
    )


class StaffTurns:
    """The pipeline as the WeCom callback wants it: cards in their own form."""

    def __init__(self, turns: TurnPort[str], page: str) -> None:
        self._turns = turns
        #: what a card opens, with {number} in the place of the case's number
        self._page = page

    async def answer(self, inbound: Inbound, *, arrived: float) -> Said:
        """The passive reply: a text, or what takes the place of the pressed card."""
        said = await self._turns.answer(inbound, arrived=arrived)
        update = update_of(said)
        if update is None:
            return said
        card, task_id = read_card(update["card"]), inbound.extra.get("TaskId", "")
        return card_of(card, task_id=task_id, url=self._page.format(number=card.case_number))
