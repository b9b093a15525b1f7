"""我的记录: what a firm may see of its own records, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from domain.model.assessment import OutcomeKind
from domain.model.record import Record, RecordKind, RecordState
from domain.rules.codes import mask_personal
from domain.rules.industry import Scores, industry_evaluation
from domain.rules.rulebook import Rulebook


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
    #: what the score of an industry evaluation means here, e.g. B（良）; "" for other records
    industry: str = ""


def view(record: Record, today: date, rulebook: Rulebook) -> RecordView:
    """The record as its subject reads it on a Shanghai date."""
    return RecordView(
        kind=record.kind.value,
        title=mask_personal(record.title),
        authority=record.authority,
        decided_on=record.decided_on,
        state=record.state,
        publicity=_publicity(record, today),
        publicity_until=record.publicity_until,
        industry=_industry(record, today, rulebook),
    )


def _industry(record: Record, today: date, rulebook: Rulebook) -> str:
    """The grade that the jurisdiction's own table gives to an industry score (S3-37…S3-41)."""
    if record.kind is not RecordKind.INDUSTRY_EVALUATION or record.score is None:
        return ""
    for scheme in rulebook.schemes:
        outcome = industry_evaluation(scheme.id, Scores(total=record.score), rulebook, today)
        if outcome.outcome is OutcomeKind.GRADED and outcome.score is not None:
            return f"{outcome.grade}（{outcome.class_name}）"
    return ""


def _publicity(record: Record, today: date) -> Publicity:
    if record.published_on is None or record.published_on > today:
        return Publicity.NONE
    if not record.state.counts:
        return Publicity.ENDED
    if record.publicity_until is None:
        return Publicity.OPEN
    return Publicity.UNTIL if today <= record.publicity_until else Publicity.OVER
