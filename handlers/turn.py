"""One turn of talk, whatever the channel: Inbound → Reply."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.model.card import Card
from domain.model.person import Channel


class InboundKind(StrEnum):
    """What arrived. Events carry their payload in ``key``, ``scene`` and ``extra``."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    FOLLOW = "follow"  # subscribe; ``scene`` where a parametric QR code led here
    UNFOLLOW = "unfollow"
    SCAN = "scan"  # ``scene``
    CLICK = "click"  # ``key`` is the menu key
    VIEW = "view"
    ENTER = "enter"  # the app was opened; comes every time, so it is no reason to greet
    #: a press on a card: ``key`` is the button's, extra holds TaskId, ResponseCode, CardType,
    #: Event, and ``selected`` (JSON: question → chosen options) where something was chosen
    CARD = "card"
    JOB_FINISHED = "job_finished"  # TEMPLATESENDJOBFINISH, MASSSENDJOBFINISH: ``key`` is MsgID
    OTHER = "other"  # logged and survived


class Audience(StrEnum):
    """Who talks: each has its own words, lexicon and texts."""

    FIRM = "firm"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Guess:
    """One understood intent with its certainty (0…1)."""

    intent: str
    score: float


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message or event after decryption, parsing and normalisation."""

    channel: Channel
    account: str
    sender: str
    kind: InboundKind
    #: unique key of the claim: channel + account + hash of the decrypted body
    dedupe_key: str
    received_at: datetime
    text: str = ""
    key: str = ""
    scene: str = ""
    media_id: str = ""
    #: what understanding made of free text, best first; empty for exact words
    guesses: tuple[Guess, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said back. Empty ``text`` is silence (``success`` on the wire).

    ``text`` may be longer than one message: the turn pages it before it is
    stored, so a channel never cuts.
    """

    text: str = ""
    #: takes the place of the card that was pressed; nothing else may answer a press
    card: Card | None = None

    @property
    def silent(self) -> bool:
        return not self.text and self.card is None


SILENCE = Reply()
