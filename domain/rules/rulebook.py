"""The rulebook 规则: one jurisdiction's rules as data, and how to write one.

Guide for authors. A rulebook is one TOML file; unknown keys are refused. Every table marked ● is
*cited*: it takes ``clause = "S2-13"`` (an id of the sources, or C-01…C-26 where a setting of ours
decides) and/or ``law = "行政处罚法第九条"`` (public higher law), ``article = "第八条（二）1"``, and
``verified = false`` with a ``note`` where it is our reading. Paraphrase, never copy passages.
``public_text`` is what firms read; for an internal document it must not quote title, number or article.

::

    id, version, display_name        display_name is what firms see as the name of the rules
    base = "criteria" | "imported"   who makes the base grade: our criteria, or a result that is imported

    [document] ●      title number issuer issued_on effective_from publicity(public|unstated|internal)
                      interpreter supersedes[];  [[document.basis]] ● title number
                      status(in_force|replaced|repealed|unknown) replaced_by effective_to
    [wording]         source_line;  [wording.disclaimer] ● text
    [[grades]] ●      code class_name order(1 = best) tier(favourable|neutral|adverse) meaning
                      public_text aliases[]
    [outcomes.UNRATED] ● / [outcomes.NEEDS_REVIEW] ●   class_name order public_text
                      (orders are shared with the grades, all different)
    [[evaluations]] ● kind(public|industry|market) name computed_by
                      cycle(annual|realtime|irregular|unstated) binding(reference|basis) public_text
    [[rating_sets]] ● id words[]               words of other departments that mean the same
    [[facts]] ●       id label measure(count|fines) window_months window_edge(inclusive|exclusive)
      [[facts.sources]]  kinds[] sanctions_within[] sanctions_beyond[] severity_at_least(轻微|一般|严重)
                      rating_set issuer_kinds[] endorsed while_valid
    [[criteria]] ●    id leads_to(grade or NEEDS_REVIEW) tests["事实 >= 1", "事实 < 3"] public_text
    [precedence] ●    order[] public_text      first match wins; UNRATED is what remains
    [severity]        otherwise;  [[severity.classes]] ● severity sanctions[] fine_above_yuan
    [[publicity_terms]] ●  severity min_months max_months usually_published public_text
                      starts(decision|publication) valid_from valid_to only_if_named[]
                      (without [severity] or [[publicity_terms]] the tables of national.toml hold)
    [[measures]] ●    grades[] object_types[] text public_text modality(must|may|principle|discretionary)
                      executor basis term restricts statute active
    [publicity] ●     unbound_sees(nothing|rules|grade)
      [[publicity.levels]] ●  result level(完全公开|依授权公开|内部使用) channels[]
    [[domains]] ●     code name
    [[schemes]] ●     id name public_text active lowest highest chain["national","own","public"]
      [[schemes.bands]] ● / [[schemes.sub_bands]] ●  grade lower upper lower_inclusive upper_inclusive
      [schemes.overlay] ●  floor(weight|points|both) public_shares{grade = share}
        [[schemes.overlay.indicators]] ●  id label is_public weight points
      [schemes.serious_list] ●  on grade
    region            six digits of GB/T 2260, part of the number of a commitment

Sections of cases; what a section leaves out is taken from the same section of national.toml, key by key,
and a section that is left out as a whole. A *procedure* has ``clock_start`` (submission|receipt|
acceptance), ``public_text`` and ``[[….limits]]`` ● name step(accept|decide|provide) working_days
starts(as clock_start, or request) asks(always|own|provider).

::

    [objection] ●     procedure;  [[objection.doors]] ●  id name owner(evaluator|credit_office|regulator|
                      authority|outside) against["grade","record"] url public_text
                      [objection.annotation] ● on public_text;  [[objection.effects]] ● id public_text
    [review] ●        procedure; available times by_another apply_within_wd
    [[remedies]] ●    name within_days public_text
    [repair] ●        procedure; decided_by(local|信用中国) record_kinds[];  [[repair.doors]] ●
                      [[repair.conditions]] ● id shown_by(term|evidence|commitment|staff) public_text
                      [[repair.materials]] ● id name required public_text;  [[repair.effects]] ●
    [stop_order] ●    procedure
    [[commitments.kinds]] ●     id name national approval aliases[] items[] public_text
    [[commitments.letter]] ● public_text;  [[commitments.templates]] ● id version name kinds[] body
    [[commitments.notices]] ●   id(data|grades|measures) name public_text
    [[commitments.consents]] ●  id platform required public_text
    [[commitments.consequences]] ● public_text;  [[commitments.blocked]] ● grades[] kinds[] public_text
    [commitments.withdrawal] ● allowed public_text;  [commitments.publication] ● type
    [commitments.due_day] ●     shift(none|previous_wd|next_wd) public_text

A criteria rulebook needs facts, criteria and precedence; an imported one has none of them but an
``[[evaluations]]`` of kind public. ``check_rulebook`` lists all that is wrong at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from domain.errors import Misconfigured
from domain.model.assessment import OutcomeKind
from domain.model.record import Severity
from domain.model.subject import SubjectKind
from domain.rules import grade_words
from domain.rules.clause_ids import AMBIGUITY_IDS
from domain.rules.rulebook_cases import CASE_SECTIONS, CaseRules
from domain.rules.rulebook_check import problems_of
from domain.rules.rulebook_parts import (
    Cited,
    Criterion,
    Document,
    DomainEntry,
    EvaluationKind,
    Fact,
    Grade,
    KnownEvaluation,
    Measure,
    Outcomes,
    Part,
    Precedence,
    PublicityRule,
    PublicityTerm,
    RatingSet,
    Ruling,
    Scheme,
    SeverityTable,
    Text,
    Wording,
)
from domain.rules.rulebook_problem import Problem
from domain.rules.rulebook_reading import read_toml, validated


class Unverified(Part):
    """A value that rests on our own reading until the office confirms it."""

    key: str
    source: str
    note: str


class National(CaseRules):
    """The national frame: what holds where a local rulebook says nothing."""

    id: Literal["national"]
    version: Text
    display_name: Text
    severity: SeverityTable
    publicity_terms: tuple[PublicityTerm, ...] = ()
    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def raw(self) -> dict[str, Any]:
        """The tables as read, for rulebooks to be laid over."""
        return self._raw


class Rulebook(CaseRules):
    """The rules of one jurisdiction in one version."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,30}$")]
    version: Text
    display_name: Text
    #: administrative division, GB/T 2260; the first six digits of a commitment's number
    region: Annotated[str, Field(pattern=r"^\d{6}$")]
    base: Literal["criteria", "imported"]
    document: Document
    wording: Wording
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]
    outcomes: Outcomes
    evaluations: tuple[KnownEvaluation, ...] = ()
    rating_sets: tuple[RatingSet, ...] = ()
    facts: tuple[Fact, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    precedence: Precedence | None = None
    severity: SeverityTable | None = None
    publicity_terms: tuple[PublicityTerm, ...] = ()
    measures: tuple[Measure, ...] = ()
    publicity: PublicityRule
    domains: tuple[DomainEntry, ...] = ()
    schemes: tuple[Scheme, ...] = ()

    @property
    def quotable(self) -> bool:
        """Whether title, number, articles and wording may be shown to firms (C-24)."""
        return self.document.publicity != "internal"

    @property
    def unbound_sees(self) -> Literal["nothing", "rules", "grade"]:
        """What a person sees who is bound to no subject."""
        return self.publicity.unbound_sees

    @cached_property
    def _grades(self) -> dict[str, Grade]:
        return {grade.code: grade for grade in self.grades}

    @cached_property
    def _spellings(self) -> dict[str, str]:
        return grade_words.spellings((grade.code, grade.aliases) for grade in self.grades)

    def grade(self, code: str) -> Grade:
        """The grade with exactly this code; KeyError for any other word."""
        return self._grades[code]

    def canonical_grade(self, raw: str) -> str:
        """The code that a spelling found in a file means (M29); Refused when unknown."""
        return grade_words.canonical(raw, self._spellings)

    def ruling(self, code: str) -> Ruling:
        """What stands behind an outcome code: a grade, or the rule for UNRATED or NEEDS_REVIEW."""
        if code == OutcomeKind.UNRATED:
            return self.outcomes.unrated
        if code == OutcomeKind.NEEDS_REVIEW:
            return self.outcomes.needs_review
        return self.grade(code)

    def order(self, code: str) -> int:
        """Place of an outcome in the order of this rulebook, 1 is best."""
        return self.ruling(code).order

    def outcome_text(self, code: str) -> str:
        """What firms read about an outcome."""
        return self.ruling(code).public_text

    def class_name(self, code: str) -> str:
        """The class of an outcome, shown with every grade."""
        return self.ruling(code).class_name

    def measures_for(self, code: str, kind: SubjectKind) -> tuple[Measure, ...]:
        """The active measures for a grade and a kind of subject (S3-32); none for other outcomes."""
        return tuple(m for m in self.measures if m.active and code in m.grades and kind in m.object_types)

    def publicity_term(self, severity: Severity, on: date, named: str = "") -> PublicityTerm | None:
        """How long a violation of this severity is public under the rule in force ``on`` a day.

        ``named`` is what the record says of itself: some terms hold only where it names a sector.
        None where no rule is known.
        """
        found = [term for term in self.publicity_terms if term.severity == severity and term.holds_on(on)]
        special = [term for term in found if any(word in named for word in term.only_if_named)]
        return next(iter(special or [term for term in found if not term.only_if_named]), None)

    def evaluation(self, kind: EvaluationKind) -> KnownEvaluation | None:
        """The evaluation of this kind, None where the rules know none."""
        return next((known for known in self.evaluations if known.kind == kind), None)

    def scheme(self, scheme_id: str) -> Scheme:
        """The industry scheme with this id; KeyError when there is none."""
        for scheme in self.schemes:
            if scheme.id == scheme_id:
                return scheme
        raise KeyError(scheme_id)

    def citation(self, article: str) -> str:
        """Document and article as a firm may read them; "" where the document may not be quoted."""
        if not self.quotable:
            return ""
        number = f"（{self.document.number}）" if self.document.number else ""
        return f"《{self.document.title}》{number}{article}"

    def public_source(self, part: Cited) -> str:
        """What a value rests on as anybody may read it: law, our document, or that the office set it."""
        if not part.law and part.clause in AMBIGUITY_IDS:
            return "信用办设定"
        return part.law or self.citation(part.article) or self.display_name

    def unverified(self) -> list[Unverified]:
        """Every value that is a reading of ours, in the order of the file."""
        return [
            Unverified(key=key, source=part.clause or part.law, note=part.note)
            for key, part in cited_parts(self)
            if not part.verified
        ]


def cited_parts(part: Part, key: str = "") -> Iterator[tuple[str, Cited]]:
    """All cited tables of a rulebook with their keys, such as ``grades[B]``."""
    # the sections of cases stand last in every file, though their fields are inherited and come first
    fields = sorted(type(part).model_fields.items(), key=lambda item: item[0] in CaseRules.model_fields)
    for name, field in fields:
        value = getattr(part, name)
        for label, child in _children(field.alias or name, value):
            path = f"{key}.{label}" if key else label
            if isinstance(child, Cited):
                yield path, child
            yield from cited_parts(child, path)


def _children(name: str, value: object) -> Iterator[tuple[str, Part]]:
    if isinstance(value, Part):
        yield name, value
    elif isinstance(value, tuple):
        for number, item in enumerate(value, start=1):
            if isinstance(item, Part):
                label = getattr(item, "code", None) or getattr(item, "id", None) or number
                yield f"{name}[{label}]", item


def parse_national(text: str, *, where: str) -> National:
    """The national frame from TOML; Misconfigured names file, key, fault and what is allowed."""
    data = read_toml(text, where)
    frame, problems = validated(National, data)
    if frame is None:
        raise Misconfigured(_message(where, problems))
    frame._raw = data
    return frame


def parse_rulebook(text: str, *, where: str, national: National | None = None) -> Rulebook:
    """The rulebook from TOML, with the national tables where it has none of its own.

    Raises ``Misconfigured`` naming file, keys, what is wrong and what is allowed.
    """
    rulebook, problems = _read(text, where, national)
    if rulebook is None or problems:
        raise Misconfigured(_message(where, problems))
    return rulebook


def check_rulebook(text: str, where: str, *, national: National | None = None) -> list[Problem]:
    """All that is wrong with a rulebook file, empty when it may be used."""
    try:
        return _read(text, where, national)[1]
    except Misconfigured as error:
        return [Problem("", str(error))]


def _read(text: str, where: str, national: National | None) -> tuple[Rulebook | None, list[Problem]]:
    data = read_toml(text, where)
    if national is not None:
        data = _on_frame(data, national.raw)
    rulebook, problems = validated(Rulebook, data)
    if rulebook is None:
        return None, problems
    return rulebook, problems_of(rulebook)


def _on_frame(data: dict[str, Any], frame: dict[str, Any]) -> dict[str, Any]:
    """The file on the national frame: a section of cases keeps its own keys and takes the rest from there.

    What a section rests on is its own or the frame's, never half of each.
    """
    merged = dict(data)
    for key in ("severity", "publicity_terms"):
        if key in frame:
            merged.setdefault(key, frame[key])
    for key in CASE_SECTIONS:
        own, shared = data.get(key), frame.get(key)
        if own is None and shared is not None:
            merged[key] = shared
        elif isinstance(own, dict) and isinstance(shared, dict):
            left = Cited.model_fields if own.keys() & {"clause", "law"} else ()
            merged[key] = {k: v for k, v in shared.items() if k not in left} | own
    return merged


def _message(where: str, problems: list[Problem]) -> str:
    return f"规则文件 {where} 有 {len(problems)} 处错误：" + "；".join(str(problem) for problem in problems)
