"""监管措施 in force for a subject, and corrections for the upper platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class MeasureInForce:
    """One line of the register: who does what to whom, since when, on what basis."""

    id: int
    subject_id: int
    assessment_id: int
    clause: str
    text: str
    public_text: str
    modality: str
    executor: str
    basis: str
    #: takes something away: its end must be confirmed by whoever carries it out
    restricts: bool
    since: date
    ended_on: date | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same measure under another assessment."""
        return self.clause, self.text


@dataclass(frozen=True, slots=True)
class Correction:
    """One change that the upper platform must make (S0-41, S4-39)."""

    id: int
    subject_id: int
    record_id: int | None
    case_id: int
    #: 记录状态, 信用等级, 公示, 补充数据
    what: str
    before: str
    after: str
    queued_at: datetime
    exported_at: datetime | None = None
    #: the file in which it went out
    batch: int | None = None
    #: what the platform answered, when that was written down, and by whom
    receipt: str = ""
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
