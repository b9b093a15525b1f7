"""我的记录: what a firm may see of its own records, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from domain.model.record import Record, RecordState
from domain.rules.codes import mask_personal


class Publicity(Enum):
    """Where the publication of a record stands."""

    NONE = "none"
    OPEN = "open"
    UNTIL = "until"
    OVER = "over"
    #: ended by repair or revocation, whatever its term
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record as its subject reads it; personal numbers in it are masked."""

    kind: str
    title: str
    authority: str
    decided_on: date
    state: RecordState
    publicity: Publicity
    publicity_until: date | None


def view(record: Record, today: date) -> RecordView:
    """The record as its subject reads it on a Shanghai date."""
    return RecordView(
        kind=record.kind.value,
        title=mask_personal(record.title),
        authority=record.authority,
        decided_on=record.decided_on,
        state=record.state,
        publicity=_publicity(record, today),
        publicity_until=record.publicity_until,
    )


def _publicity(record: Record, today: date) -> Publicity:
    if record.published_on is None or record.published_on > today:
        return Publicity.NONE
    if not record.state.counts:
        return Publicity.ENDED
    if record.publicity_until is None:
        return Publicity.OPEN
    return Publicity.UNTIL if today <= record.publicity_until else Publicity.OVER
