"""评价: the computed outcome (pure) and the assessment in force (what firms see)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class OutcomeKind(StrEnum):
    """What an evaluation ends in. A subject gets exactly one."""

    GRADED = "GRADED"
    UNRATED = "UNRATED"
    NEEDS_REVIEW = "NEEDS_REVIEW"


class Source(StrEnum):
    """Where a grade comes from."""

    COMPUTED = "computed"
    IMPORTED = "imported"


class Step(NamedTuple):
    """One step of the trace: clause, the value compared, the records used, what it led to.

    A NamedTuple because the traces of a million firms are made of these.
    """

    clause: str
    article: str
    #: label of the fact, in Chinese
    fact: str
    #: JSON-able: int, str or decimal as str; money in yuan as str
    value: int | str | None
    test: str
    holds: bool
    records: tuple[int, ...] = ()
    #: outcome this step leads to when it holds: a grade, UNRATED, NEEDS_REVIEW or ""
    leads_to: str = ""
    #: what firms read of it, in our own words; the only text shown where the document is not public
    public_text: str = ""
    verified: bool = True
    #: which criterion the step belongs to
    criterion: str = ""


@dataclass(frozen=True, slots=True)
class WouldChange:
    """A counterfactual: if …, the outcome would be …"""

    condition: str
    outcome: str
    records: tuple[int, ...] = ()
    on: date | None = None


@dataclass(frozen=True, slots=True)
class BaseGrade:
    """An imported result (public or industry), with source, batch and approver."""

    subject_id: int
    #: "public" or an industry scheme's id
    scheme: str
    grade: str | None
    score: Decimal | None
    evaluated_on: date
    source: str
    batch_id: int
    approved_by: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The computed outcome of facts + rulebook + date. Pure; nothing is in force yet."""

    outcome: OutcomeKind
    grade: str | None
    class_name: str
    score: Decimal | None
    source: Source
    as_of: date
    trace: Sequence[Step]
    #: first date on which the outcome can change without new facts; None: never by itself
    valid_until: date | None = None
    provisional: bool = False
    source_text: str = ""
    #: the rulebook and version that computed it; stored with every assessment
    rulebook_id: str = ""
    rulebook_version: str = ""

    @property
    def code(self) -> str:
        """The grade, or UNRATED / NEEDS_REVIEW: what orders are defined over."""
        return self.grade if self.grade is not None else self.outcome.value


@dataclass(frozen=True, slots=True)
class Assessment:
    """An evaluation in force for a subject (or proposed, while ``in_force_from`` is None)."""

    id: int
    subject_id: int
    rulebook_id: str
    rulebook_version: str
    evaluation: Evaluation
    in_force_from: datetime | None
    #: 评价批次, staff userid of the approver; "" where it came into force by itself
    batch_id: int | None = None
    approved_by: str = ""
