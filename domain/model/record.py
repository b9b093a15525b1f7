"""信用记录: what happened, who says so, and what it still counts for.

A record is one decision or entry with a source; a decision holds one or more
violations, and the violation is the unit that rules count (S2-18, S2-19).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import NamedTuple


class RecordKind(StrEnum):
    """Kinds of record; the value is the Chinese word that people read."""

    PENALTY = "行政处罚"
    RECTIFICATION = "责令改正、警告"
    LICENCE = "行政许可"
    AWARD = "表彰奖励"
    SERIOUS_LISTING = "严重失信主体名单"
    FAVOURABLE_LISTING = "守信激励名单"
    COMMITMENT_BREACH = "违反信用承诺"
    INSPECTION = "检查结果"
    COMPLAINT = "投诉举报"
    CONTRACT = "合同履约"
    PUBLIC_EVALUATION = "公共信用综合评价"
    INDUSTRY_EVALUATION = "行业信用评价"
    MARKET_EVALUATION = "市场信用评价"


#: Names used before the national wording changed (C-25), as found in files.
LEGACY_KIND_NAMES: dict[str, RecordKind] = {
    "红名单": RecordKind.FAVOURABLE_LISTING,
    "守信红名单": RecordKind.FAVOURABLE_LISTING,
    "黑名单": RecordKind.SERIOUS_LISTING,
    "失信黑名单": RecordKind.SERIOUS_LISTING,
    "严重违法失信企业名单": RecordKind.SERIOUS_LISTING,
    "严重违法失信名单": RecordKind.SERIOUS_LISTING,
}


class RecordState(StrEnum):
    """What a record is worth today. Only the first two are evaluated."""

    VALID = "有效"
    CONTESTED = "异议中"
    REPAIRED = "已修复"
    REVOKED = "已撤销"

    @property
    def counts(self) -> bool:
        """Whether the record is evaluated (S4-39: a repaired one is not)."""
        return self in (RecordState.VALID, RecordState.CONTESTED)


class Severity(IntEnum):
    """失信严重程度 of one violation; the heaviest sanction decides (S2-18)."""

    NONE = 0
    MINOR = 1  # 轻微
    ORDINARY = 2  # 一般
    SERIOUS = 3  # 严重


SEVERITY_NAMES: dict[Severity, str] = {
    Severity.NONE: "无",
    Severity.MINOR: "轻微",
    Severity.ORDINARY: "一般",
    Severity.SERIOUS: "严重",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One unlawful act within a decision, with all that was imposed for it."""

    seq: int
    act: str
    #: 处罚类别 as canonical words of 行政处罚法 9, e.g. ("警告", "罚款")
    sanctions: tuple[str, ...] = ()
    #: 罚款 in fen; confiscations apart, they are no fine
    fine_fen: int = 0
    confiscated_fen: int = 0
    basis: str = ""
    severity: Severity = Severity.NONE


@dataclass(frozen=True, slots=True)
class Record:
    """One decision or entry about one subject, as stored."""

    id: int
    subject_id: int
    kind: RecordKind
    title: str
    #: decision date, award date, listing date … in Shanghai
    decided_on: date
    authority: str = ""
    doc_no: str = ""
    source: str = ""
    submitter: str = ""
    state: RecordState = RecordState.VALID
    published_on: date | None = None
    publicity_until: date | None = None
    #: end of a listing, a licence, an award; None where it has none
    valid_until: date | None = None
    #: 良好, 低下, 优, A … for evaluations; 履行状态 for contracts and commitments
    rating: str = ""
    score: Decimal | None = None
    #: 经行业主管部门审核认定 (S2-12)
    endorsed: bool = False
    #: who gave an award: 行政机关 or 行业协会 (S2-10, S2-12)
    issuer_kind: str = ""
    violations: tuple[Violation, ...] = ()


class Unit(NamedTuple):
    """What the rules count: one violation, or one entry without violations.

    A NamedTuple because a million firms are evaluated from a stream of these.
    """

    record_id: int
    seq: int
    kind: RecordKind
    on: date
    state: RecordState
    severity: Severity
    sanctions: tuple[str, ...]
    fine_fen: int
    rating: str
    score: Decimal | None
    endorsed: bool
    issuer_kind: str
    valid_until: date | None


def units_of(record: Record) -> tuple[Unit, ...]:
    """The units of one record, one for each violation, at least one."""

    def unit(seq: int, severity: Severity, sanctions: tuple[str, ...], fine: int) -> Unit:
        return Unit(
            record.id,
            seq,
            record.kind,
            record.decided_on,
            record.state,
            severity,
            sanctions,
            fine,
            record.rating,
            record.score,
            record.endorsed,
            record.issuer_kind,
            record.valid_until,
        )

    if not record.violations:
        return (unit(0, Severity.NONE, (), 0),)
    return tuple(unit(v.seq, v.severity, v.sanctions, v.fine_fen) for v in record.violations)
