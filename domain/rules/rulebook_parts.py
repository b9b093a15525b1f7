"""The parts of a rulebook as read from TOML: frozen, every key known, every value cited.

``domain/rules/rulebook.py`` puts them together and holds the guide for authors.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.model.record import SEVERITY_NAMES, RecordKind, Severity
from domain.model.subject import SubjectKind
from domain.rules.clause_ids import CITABLE_IDS

Publicity = Literal["public", "unstated", "internal"]
Tier = Literal["favourable", "neutral", "adverse"]
Modality = Literal["must", "may", "principle", "discretionary"]
EvaluationKind = Literal["public", "industry", "market"]

_SEVERITY_BY_NAME = {name: severity for severity, name in SEVERITY_NAMES.items()}


def _known_clause(value: str) -> str:
    if value and value not in CITABLE_IDS:
        raise ValueError(
            f"没有编号为“{value}”的条款；可用 S0-01…S0-50、S1-01…S1-35、S2-01…S2-47、"
            "S3-01…S3-50、S4-01…S4-45、C-01…C-26"
        )
    return value


def _severity(value: object) -> object:
    if isinstance(value, str) and value in _SEVERITY_BY_NAME:
        return _SEVERITY_BY_NAME[value]
    raise ValueError(f"“{value}”不是严重程度；可用：{'、'.join(_SEVERITY_BY_NAME)}")


Text = Annotated[str, Field(min_length=1)]
Clause = Annotated[str, AfterValidator(_known_clause)]
SeverityName = Annotated[Severity, BeforeValidator(_severity)]


class Part(BaseModel):
    """A table of the file. Unknown keys are refused: a typo must not become a silent default."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)


class Cited(Part):
    """A value that comes from a document: a clause of the sources, or public higher law."""

    clause: Clause = ""
    #: public higher law, where the value does not come from one of the five documents
    law: str = ""
    #: the article as the document writes it, e.g. 第八条（二）1
    article: str = ""
    #: False for a reading of ours that the office has not confirmed; then ``note`` says why
    verified: bool = True
    note: str = ""

    @model_validator(mode="after")
    def _has_a_source(self) -> Cited:
        if not self.clause and not self.law:
            raise ValueError("缺少出处：请填写 clause（条款编号）或 law（法律、法规名称）")
        if not self.verified and not self.note:
            raise ValueError("verified = false 时必须用 note 说明理由")
        return self


class Basis(Cited):
    """A document that this one rests on, and whether it still stands (C-09)."""

    title: Text
    number: str = ""
    status: Literal["in_force", "replaced", "repealed", "unknown"]
    replaced_by: str = ""
    effective_to: date | None = None


class Document(Cited):
    """Who issued the rules, when, and whether they may be quoted to firms (C-24)."""

    title: Text
    number: str = ""
    issuer: Text
    #: None where the text at hand does not say
    issued_on: date | None = None
    effective_from: date | None = None
    publicity: Publicity
    interpreter: str = ""
    supersedes: tuple[str, ...] = ()
    basis: tuple[Basis, ...] = ()


class Disclaimer(Cited):
    """A line that every grade reply must carry (S0-08)."""

    text: Text


class Wording(Part):
    """Set phrases of the jurisdiction. All in our own words."""

    #: what a firm is told when it asks who decides and by what: one sentence
    source_line: Text
    disclaimer_part: Disclaimer | None = Field(default=None, alias="disclaimer")

    @property
    def disclaimer(self) -> str:
        """The disclaimer, or "" where the rules ask for none."""
        return self.disclaimer_part.text if self.disclaimer_part else ""


class Ruling(Cited):
    """What an evaluation can end in: a grade, or one of the two outcomes that are no grade."""

    class_name: Text
    #: place in the one order that grades and other outcomes share, 1 is best
    order: Annotated[int, Field(ge=1)]
    #: what firms read
    public_text: Text


class Grade(Ruling):
    """One grade with its class; a letter alone is never shown."""

    code: Text
    tier: Tier
    #: how the document explains the grade, paraphrased
    meaning: Text
    #: other spellings found in files; width, spaces, case and 级 need no alias
    aliases: tuple[str, ...] = ()


class Outcomes(Part):
    """UNRATED and NEEDS_REVIEW: no grade is guessed where the rules give none (C-11)."""

    unrated: Ruling = Field(alias="UNRATED")
    needs_review: Ruling = Field(alias="NEEDS_REVIEW")


class KnownEvaluation(Cited):
    """An evaluation that the rules know: who computes it, how often, how far it binds (C-26)."""

    kind: EvaluationKind
    name: Text
    computed_by: Text
    cycle: Literal["annual", "realtime", "irregular", "unstated"]
    binding: Literal["reference", "basis"]
    public_text: Text


class Source(Part):
    """Which units a fact takes. All given conditions must hold; an absent one does not ask."""

    kinds: Annotated[tuple[RecordKind, ...], Field(min_length=1)]
    #: every sanction imposed is one of these (and there is at least one)
    sanctions_within: tuple[str, ...] = ()
    #: some sanction is none of these, or none is recorded
    sanctions_beyond: tuple[str, ...] = ()
    severity_at_least: SeverityName = Severity.NONE
    #: id of a set of ``rating_sets``
    rating_set: str = ""
    issuer_kinds: tuple[str, ...] = ()
    endorsed: bool | None = None
    #: counts only until the record's own end (a listing, a rating)
    while_valid: bool = False


class Fact(Cited):
    """One number about a subject: how many units, or how much was fined, in which time."""

    #: short name used in tests, Chinese or ASCII, no spaces
    id: Annotated[str, Field(pattern=r"^\w+$")]
    #: what people read in the trace
    label: Text
    #: count: units (S2-19); fines: yuan, computed in fen
    measure: Literal["count", "fines"] = "count"
    #: units matching any one of these are taken, each once
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    #: months that a unit counts from its date; None: no end
    window_months: Annotated[int, Field(ge=1)] | None = None
    #: whether the unit still counts on the day the window ends (fixture g; 民法典 201, 203)
    window_edge: Literal["inclusive", "exclusive"] = "inclusive"


class RatingSet(Cited):
    """Words of other departments' ratings taken as one meaning (S2-11, S2-17). No bare letters."""

    id: Annotated[str, Field(pattern=r"^\w+$")]
    words: Annotated[tuple[str, ...], Field(min_length=1)]


_TEST = re.compile(r"^\s*(\w+)\s*(>=|<=|==|>|<)\s*(\d+(?:\.\d+)?)\s*$")
_OPERATORS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}


class Test(Part):
    """A comparison such as ``警告次数 < 3``; money is written in yuan."""

    __test__: ClassVar[bool] = False

    fact: str
    operator: str
    limit: Decimal

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        found = _TEST.match(value)
        if found is None:
            raise ValueError(f'读不懂条件“{value}”；写法如 "警告次数 < 3"，比较符可用 >= <= == > <')
        return {"fact": found[1], "operator": found[2], "limit": Decimal(found[3])}

    def holds(self, value: Decimal) -> bool:
        """Whether a value (a number, or yuan) passes."""
        return _OPERATORS[self.operator](value, self.limit)

    def __str__(self) -> str:
        return f"{self.operator} {self.limit}"


class Criterion(Cited):
    """If all tests hold, the subject belongs to a grade, or to NEEDS_REVIEW."""

    id: Text
    leads_to: Text
    tests: Annotated[tuple[Test, ...], Field(min_length=1)]
    #: the condition as firms read it
    public_text: Text


class Precedence(Cited):
    """Which matching outcome wins, first to last (C-12). UNRATED is what remains."""

    order: Annotated[tuple[str, ...], Field(min_length=1)]
    public_text: Text


class SanctionClass(Cited):
    """Sanctions of one severity, in the words of 行政处罚法 9."""

    severity: SeverityName
    sanctions: tuple[str, ...] = ()
    #: fines strictly above this many yuan are of this severity whatever their name; None: no such rule
    fine_above_yuan: Annotated[Decimal, Field(ge=0)] | None = None


class SeverityTable(Part):
    """From sanctions to severity. Within one violation the heaviest decides (S2-18)."""

    #: severity of a sanction that no class names
    otherwise: SeverityName
    classes: Annotated[tuple[SanctionClass, ...], Field(min_length=1)]


class PublicityTerm(Cited):
    """How long a violation of one severity is public, and what firms are told of it."""

    severity: SeverityName
    #: repair may be asked for after so many months; 0: as soon as the duty is done
    min_months: Annotated[int, Field(ge=0)]
    max_months: Annotated[int, Field(ge=1)]
    #: False: published in exceptional cases only (C-21)
    usually_published: bool
    public_text: Text
    #: the term counts from the decision, or from the first day of publicity
    starts: Literal["decision", "publication"] = "publication"
    #: first and last day on which this rule holds; None: no such day
    valid_from: date | None = None
    valid_to: date | None = None
    #: words such as 消防; the term is only for records that name one of them, and goes before the others
    only_if_named: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_ordered(self) -> PublicityTerm:
        if self.min_months > self.max_months:
            raise ValueError(f"最短公示期 {self.min_months} 个月长于最长公示期 {self.max_months} 个月")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"施行日 {self.valid_from} 晚于失效日 {self.valid_to}")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on a day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


class Measure(Cited):
    """What follows from a grade (S3-32: object, grade, measure, executor, basis, term)."""

    grades: Annotated[tuple[str, ...], Field(min_length=1)]
    object_types: Annotated[tuple[SubjectKind, ...], Field(min_length=1)] = tuple(SubjectKind)
    text: Text
    public_text: Text
    modality: Modality
    executor: Text
    #: the policy it rests on
    basis: Text
    term: Text
    #: takes something away; then it may be active only with a statute or list item (C-20)
    restricts: bool = False
    statute: str = ""
    active: bool = True


class PublicityLevel(Cited):
    """How far one kind of result is public, and through which channels (S3-23)."""

    result: EvaluationKind
    level: Literal["完全公开", "依授权公开", "内部使用"]
    channels: tuple[str, ...] = ()


class PublicityRule(Cited):
    """What becomes public. ``unbound_sees`` is what somebody sees who is bound to no subject."""

    #: nothing: only how to bind; rules: grades and what they mean; grade: also the grade of a named subject
    unbound_sees: Literal["nothing", "rules", "grade"]
    levels: tuple[PublicityLevel, ...] = ()


class DomainEntry(Cited):
    """One domain 领域 of the jurisdiction's own list."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Text


class Band(Cited):
    """A range of scores that gives a grade."""

    grade: Text
    lower: Decimal
    upper: Decimal
    lower_inclusive: bool
    upper_inclusive: bool

    def holds(self, score: Decimal) -> bool:
        """Whether the score lies in the band."""
        above = score >= self.lower if self.lower_inclusive else score > self.lower
        below = score <= self.upper if self.upper_inclusive else score < self.upper
        return above and below

    def __str__(self) -> str:
        left = "≤" if self.lower_inclusive else "<"
        right = "≤" if self.upper_inclusive else "<"
        return f"{self.lower} {left} 得分 {right} {self.upper}"


class Indicator(Cited):
    """One indicator of an overlay model."""

    id: Annotated[str, Field(pattern=r"^\w+$")]
    label: Text
    #: True for the public comprehensive evaluation
    is_public: bool = False
    weight: Annotated[Decimal, Field(gt=0, le=1)]
    #: the most points it can give
    points: Annotated[Decimal, Field(gt=0)]


class Overlay(Cited):
    """公共指标 with industry indicators on top; the public one weighs at least the average (S4-10)."""

    indicators: Annotated[tuple[Indicator, ...], Field(min_length=2)]
    #: which reading of 不得低于平均值 is enforced (C-10)
    floor: Literal["weight", "points", "both"] = "both"
    #: points of the public indicator for each public grade, as a share of its points (0…1)
    public_shares: dict[str, Annotated[Decimal, Field(ge=0, le=1)]]


class SeriousListOverride(Cited):
    """Whether a listing as 严重失信主体 decides regardless of the score (C-15). Off unless switched on."""

    on: bool = False
    grade: Text


class Scheme(Cited):
    """An industry evaluation by score."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    name: Text
    public_text: Text
    #: False: checked, not used; the fallback chain answers
    active: bool
    lowest: Decimal
    highest: Decimal
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    #: finer grades with + and -; empty until the office has set cut points (C-16)
    sub_bands: tuple[Band, ...] = ()
    overlay: Overlay | None = None
    serious_list: SeriousListOverride | None = None
    #: who is asked first: a national industry result, this scheme, the public result (S4-11, S3-27)
    chain: Annotated[tuple[Literal["national", "own", "public"], ...], Field(min_length=1)]
