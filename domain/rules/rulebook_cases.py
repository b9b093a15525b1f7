"""The parts of a rulebook that cases stand on: who is asked, until when, what follows.

``domain/rules/deadlines.py`` turns limits into clocks, ``domain/rules/repair_terms.py`` reads terms and
conditions of repair; doors, effects and remedies are read by the services of the same names.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import Field

from domain.errors import Misconfigured
from domain.model.record import RecordKind
from domain.rules.rulebook_commitments import Commitments
from domain.rules.rulebook_parts import Cited, Part, Text

#: what a limit counts from (C-07); ``receipt``: the complete application lies before the office,
#: ``request``: somebody was asked for an answer
Start = Literal["submission", "receipt", "acceptance", "request"]
#: what must be done in time; ``provide``: the provider of the information answers
Step = Literal["accept", "decide", "provide"]
#: the department that a door leads to; ``authority``: the one that found the misconduct (认定单位);
#: ``outside``: another body's window, where the application itself must be made
DoorOwner = Literal["evaluator", "credit_office", "regulator", "authority", "outside"]
EffectName = Literal[
    "correct_record",
    "ask_source",
    "stop_publicity",
    "mark_repaired",
    "leave_evaluation",
    "reevaluate",
    "end_measures",
    "adjust_measures",
    "report_upper",
]


class Limit(Cited):
    """One time limit of a procedure in working days; higher law stands beside local plans (C-08)."""

    #: how both sides read it, e.g. 县定时限
    name: Text
    step: Step = "decide"
    working_days: Annotated[int, Field(ge=1, le=250)]
    #: None: as the procedure says
    starts: Start | None = None
    #: own: only while nobody else must be asked; provider: only when the provider must be asked
    asks: Literal["always", "own", "provider"] = "always"


class Procedure(Cited):
    """What every kind of application has: a start of its clock, limits, a text for firms."""

    clock_start: Start
    limits: Annotated[tuple[Limit, ...], Field(min_length=1)]
    public_text: Text


class Door(Cited):
    """Where an application may be made. All doors of the office lead to one case number (S0-39)."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Text
    owner: DoorOwner
    #: what may be contested or repaired through it
    against: Annotated[tuple[Literal["grade", "record"], ...], Field(min_length=1)] = ("grade", "record")
    #: address of an outside window
    url: str = ""
    public_text: Text


class Annotation(Cited):
    """Whether the matter is marked 异议中 at once, and what the firm is told of it."""

    on: bool
    public_text: Text


class Effect(Cited):
    """One thing that follows from a decision and is ticked off in the case (S4-39, S4-40)."""

    id: EffectName
    #: as it stands in the case and in the notice
    public_text: Text


class Objection(Procedure):
    """异议: doors, limits, annotation, and what follows when it is upheld."""

    doors: Annotated[tuple[Door, ...], Field(min_length=1)]
    annotation: Annotation
    effects: Annotated[tuple[Effect, ...], Field(min_length=1)]

    @property
    def decided_outside(self) -> bool:
        """Whether every door leads to another body's window: then our case prepares and mirrors."""
        return all(door.owner == "outside" for door in self.doors)


class Review(Procedure):
    """复核: a second look at a decision, by another person than the one who decided."""

    available: bool
    #: how often one decision may be reviewed
    times: Annotated[int, Field(ge=1)] = 1
    by_another: bool = True
    #: working days after the decision within which it may be asked for; None: no end is known
    apply_within_wd: Annotated[int, Field(ge=1)] | None = None


class Remedy(Cited):
    """A legal remedy that every refusal names."""

    name: Text
    within_days: Annotated[int, Field(ge=1)]
    public_text: Text


class Condition(Cited):
    """What must be true before a record is repaired."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    #: term: counted from the record; the others are shown in the case
    shown_by: Literal["term", "evidence", "commitment", "staff"]
    public_text: Text


class Material(Cited):
    """A paper that the application needs."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Text
    required: bool
    public_text: Text


class Repair(Procedure):
    """修复: who decides, for which records, under which conditions, with which effects."""

    #: where 信用中国 decides, the office prepares, checks, reminds, links and mirrors the status
    decided_by: Literal["local", "信用中国"]
    doors: Annotated[tuple[Door, ...], Field(min_length=1)]
    record_kinds: Annotated[tuple[RecordKind, ...], Field(min_length=1)]
    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)]
    materials: tuple[Material, ...] = ()
    effects: Annotated[tuple[Effect, ...], Field(min_length=1)]

    @property
    def decided_here(self) -> bool:
        """Whether a department of this office decides; else the case mirrors another body's status."""
        return self.decided_by == "local"


class CaseRules(Part):
    """The sections that a local rulebook may leave to the national frame."""

    objection_part: Objection | None = Field(default=None, alias="objection")
    review_part: Review | None = Field(default=None, alias="review")
    remedies: tuple[Remedy, ...] = ()
    repair_part: Repair | None = Field(default=None, alias="repair")
    stop_order_part: Procedure | None = Field(default=None, alias="stop_order")
    commitments_part: Commitments | None = Field(default=None, alias="commitments")

    @property
    def objection(self) -> Objection:
        """异议. Misconfigured where neither file has the section, as for the others below."""
        return _held(self.objection_part, "objection")

    @property
    def remedies_text(self) -> str:
        """The legal remedies in one line, as every refusal names them (行政复议法 20)."""
        return "".join(remedy.public_text for remedy in self.remedies)

    @property
    def review(self) -> Review:
        """复核."""
        return _held(self.review_part, "review")

    @property
    def repair(self) -> Repair:
        """修复."""
        return _held(self.repair_part, "repair")

    @property
    def stop_order(self) -> Procedure:
        """终止措施: until when an executing department must have stopped."""
        return _held(self.stop_order_part, "stop_order")

    @property
    def commitments(self) -> Commitments:
        """信用承诺."""
        return _held(self.commitments_part, "commitments")


#: sections that the national frame fills where a rulebook has none
CASE_SECTIONS = tuple(field.alias or name for name, field in CaseRules.model_fields.items())

P = TypeVar("P", bound=Part)


def _held(part: P | None, key: str) -> P:
    if part is None:
        raise Misconfigured(f"规则文件缺少 [{key}]，国家规则里也没有")
    return part
