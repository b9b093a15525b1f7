"""页面: what a firm reads of itself, in full: where it stands, why, what would lift it, what follows.

A person sees the firms he is bound to and no other; whoever guesses a number
learns nothing. That somebody looked is noted, as in the chat (S0-38).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.clock import legal_date
from domain.errors import NotAllowed
from domain.model.assessment import Assessment, Evaluation, OutcomeKind, Source, WouldChange
from domain.model.case import Actor, Doer
from domain.model.measure import MeasureInForce
from domain.model.person import Binding, Person, Power
from domain.model.record import Record
from domain.model.subject import Subject
from domain.rules.repair_terms import eligible, repairable
from domain.rules.rulebook import Rulebook
from domain.rules.rulebook_parts import Measure
from domain.services import bindings, explanations, grades, looks
from domain.services.explanations import Explanation
from domain.services.work import Work

#: earlier assessments that are shown; one a year, or a few
_HISTORY = 40

#: what kind of day stands beside a grade
GRADED_ON, ADOPTED_ON, LOOKED_UP_ON = "评定日期", "本地采用日期", "截至日期"


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm and what the person who looks may do for it."""

    id: int
    name: str
    uscc: str
    power: Power
    #: last day of the power; None: until revoked
    until: date | None

    @property
    def may_file(self) -> bool:
        """Whether the person may ask for something in the firm's name."""
        return self.power >= Power.FILE


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome as it is written: never a bare letter."""

    code: str
    #: B（一般失信）, or the class alone where there is no grade
    words: str
    class_name: str
    #: favourable, neutral, adverse; open for what is no grade
    tier: str


@dataclass(frozen=True, slots=True)
class FirmCard:
    """One firm on the first page."""

    firm: Firm
    #: None while nothing is in force
    outcome: Outcome | None
    #: a worse outcome, or the first one, waits for a named person
    waiting: bool


@dataclass(frozen=True, slots=True)
class Way:
    """Something that would lift the outcome."""

    condition: str
    outcome: Outcome
    #: the first day on which it can be had; None where nobody can say
    when: date | None
    #: the day rests on something that is not confirmed: please ask
    reference: bool
    #: the one record to be repaired for it; None for other ways
    record_id: int | None


@dataclass(frozen=True, slots=True)
class Past:
    """An outcome that was in force from a day on; ``rung`` is its place on the scale, None off it."""

    since: date
    words: str
    rung: int | None


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One measure: how binding, what, by whom, on what basis, since when."""

    text: str
    modality: str
    executor: str
    #: "" where the document may not be quoted
    basis: str
    term: str
    restricts: bool
    #: since when it stands in the register; None: it follows from the grade and is not entered yet
    since: date | None


@dataclass(frozen=True, slots=True)
class GradePage:
    """All about the grade of a firm."""

    firm: Firm
    #: None while the first outcome waits for a named person; then nothing below is filled
    outcome: Outcome | None
    kind: OutcomeKind | None
    waiting: bool
    provisional: bool
    meaning: str
    dated: tuple[str, date] | None
    source: str
    #: all grades from best to worst
    ladder: tuple[Outcome, ...]
    explanation: Explanation | None
    ways: tuple[Way, ...]
    #: nothing stands above
    best: bool
    #: who computes the grade decides elsewhere: no counterfactual can be told
    imported: bool
    history: tuple[Past, ...]
    #: what the history is drawn on: all grades, and other outcomes that occur in it, from best to worst
    scale: tuple[Outcome, ...]
    measures: tuple[MeasureLine, ...]
    #: for the paper that says the same; None where nothing is in force
    assessment_id: int | None


@dataclass(frozen=True, slots=True)
class MeasuresPage:
    """What holds for a firm, and what follows from its grade besides."""

    firm: Firm
    outcome: Outcome | None
    in_force: tuple[MeasureLine, ...]
    planned: tuple[MeasureLine, ...]


def firms(work: Work, actor: Actor) -> tuple[FirmCard, ...]:
    """The firms that the person is bound to, with their grades; that they were looked at is noted."""
    held = bindings.active(work.uow, person_behind(work, actor), work.today)
    return tuple(_card(work, actor, binding, subject) for binding, subject in held)


def grade(work: Work, actor: Actor, subject_id: int) -> GradePage:
    """The grade of a firm with all that belongs to it; ``NotAllowed`` unless the person is bound to it."""
    firm, subject = looked_at(work, actor, subject_id, "等级报告")
    standing = grades.standing(work.uow, subject, work.rulebook, work.now)
    if standing.assessment is None:
        return _nothing_yet(work, firm)
    assessment, rulebook = standing.assessment, work.rulebook
    evaluation = assessment.evaluation
    history, scale = _history(work, subject)
    return GradePage(
        firm=firm,
        outcome=of_evaluation(rulebook, evaluation),
        kind=evaluation.outcome,
        waiting=standing.waiting,
        provisional=evaluation.provisional,
        meaning=rulebook.outcome_text(evaluation.code),
        dated=dated(assessment),
        source=evaluation.source_text or rulebook.wording.source_line,
        ladder=_ladder(rulebook),
        explanation=explanations.explain(rulebook, evaluation, _records_behind(work, subject, evaluation)),
        ways=_ways(work, subject),
        best=is_best(rulebook, evaluation.code),
        imported=evaluation.source is Source.IMPORTED,
        history=history,
        scale=scale,
        measures=_measures(work, subject, evaluation)[1],
        assessment_id=assessment.id,
    )


def measures(work: Work, actor: Actor, subject_id: int) -> MeasuresPage:
    """The register of a firm and what its grade entails; ``NotAllowed`` unless the person is bound to it."""
    firm, subject = looked_at(work, actor, subject_id, "监管措施")
    assessment = grades.standing(work.uow, subject, work.rulebook, work.now).assessment
    evaluation = assessment.evaluation if assessment else None
    held, due = _measures(work, subject, evaluation)
    outcome = of_evaluation(work.rulebook, evaluation) if evaluation else None
    return MeasuresPage(firm, outcome, held, tuple(line for line in due if line.since is None))


# -- who may look ----------------------------------------------------------------


def person_behind(work: Work, actor: Actor) -> Person:
    """The person at a page for firms; ``NotAllowed`` for members of staff."""
    if Doer.FIRM not in actor.doers:
        raise NotAllowed(bindings.NOT_BOUND, log=f"{actor.label} at a page for firms")
    return work.uow.people.get(int(actor.id))


def firm_of(work: Work, actor: Actor, subject_id: int) -> tuple[Firm, Subject]:
    """A firm that the person is bound to. ``NotAllowed`` says the same of any other, there or not."""
    person = person_behind(work, actor)
    binding = bindings.require(work.uow, person, subject_id, Power.QUERY, work.today)
    subject = work.uow.subjects.get(subject_id)
    return _firm(binding, subject), subject


def looked_at(work: Work, actor: Actor, subject_id: int, purpose: str) -> tuple[Firm, Subject]:
    """As ``firm_of``; the look is noted."""
    firm, subject = firm_of(work, actor, subject_id)
    looks.note(work.uow, subject.id, viewer=actor.label, purpose=purpose, at=work.now)
    return firm, subject


def _firm(binding: Binding, subject: Subject) -> Firm:
    return Firm(subject.id, subject.name, subject.uscc or "", binding.power, binding.until)


def _card(work: Work, actor: Actor, binding: Binding, subject: Subject) -> FirmCard:
    looks.note(work.uow, subject.id, viewer=actor.label, purpose="我的单位", at=work.now)
    standing = grades.standing(work.uow, subject, work.rulebook, work.now)
    assessment = standing.assessment
    outcome = of_evaluation(work.rulebook, assessment.evaluation) if assessment else None
    return FirmCard(_firm(binding, subject), outcome, standing.waiting)


# -- how outcomes are said ---------------------------------------------------------


def outcome_of(rulebook: Rulebook, code: str) -> Outcome:
    """An outcome of the present rules by its code."""
    ruling = rulebook.ruling(code)
    graded = code not in (OutcomeKind.UNRATED, OutcomeKind.NEEDS_REVIEW)
    words = f"{code}（{ruling.class_name}）" if graded else ruling.class_name
    return Outcome(code, words, ruling.class_name, rulebook.grade(code).tier if graded else "open")


def of_evaluation(rulebook: Rulebook, evaluation: Evaluation) -> Outcome:
    """The outcome of an evaluation, in the words of the rulebook version that made it."""
    tier = next((grade.tier for grade in rulebook.grades if grade.code == evaluation.grade), "open")
    return Outcome(evaluation.code, _words(evaluation), evaluation.class_name, tier)


def _words(evaluation: Evaluation) -> str:
    return f"{evaluation.grade}（{evaluation.class_name}）" if evaluation.grade else evaluation.class_name


def dated(assessment: Assessment) -> tuple[str, date]:
    """The day of a grade and what it means: computed on, or for an imported one adopted here on.

    Where no result was imported yet, nothing was adopted: until when none had come.
    """
    evaluation = assessment.evaluation
    if evaluation.source is not Source.IMPORTED or assessment.in_force_from is None:
        return GRADED_ON, evaluation.as_of
    if evaluation.outcome is OutcomeKind.UNRATED:
        return LOOKED_UP_ON, evaluation.as_of
    return ADOPTED_ON, legal_date(assessment.in_force_from)


def is_best(rulebook: Rulebook, code: str) -> bool:
    """Whether no grade stands above an outcome."""
    return rulebook.order(code) == min(grade.order for grade in rulebook.grades)


def _ladder(rulebook: Rulebook) -> tuple[Outcome, ...]:
    ranked = sorted(rulebook.grades, key=lambda grade: grade.order)
    return tuple(outcome_of(rulebook, grade.code) for grade in ranked)


# -- the parts of the report ---------------------------------------------------------


def _nothing_yet(work: Work, firm: Firm) -> GradePage:
    return GradePage(
        firm=firm,
        outcome=None,
        kind=None,
        waiting=True,
        provisional=False,
        meaning="",
        dated=None,
        source="",
        ladder=_ladder(work.rulebook),
        explanation=None,
        ways=(),
        best=False,
        imported=False,
        history=(),
        scale=(),
        measures=(),
        assessment_id=None,
    )


def _records_behind(work: Work, subject: Subject, evaluation: Evaluation) -> dict[int, Record]:
    if not explanations.records_used(evaluation):
        return {}
    found = work.uow.records.of_subject(subject.id, limit=grades.RECORDS_READ)
    return {record.id: record for record in found}


def _ways(work: Work, subject: Subject) -> tuple[Way, ...]:
    """What would lift the outcome, what can be had soonest first."""
    changes = grades.improvements(work.uow, subject.id, work.rulebook, work.today)
    ways = [_way(work, change) for change in changes]
    return tuple(sorted(ways, key=lambda way: (way.when is None, way.when or date.max)))


def _way(work: Work, change: WouldChange) -> Way:
    records = [work.uow.records.get(record_id) for record_id in change.records]
    when, reference = _repair_day(work, [record for record in records if record is not None])
    return Way(
        condition=change.condition,
        outcome=outcome_of(work.rulebook, change.outcome),
        when=change.on or when,
        reference=reference,
        record_id=change.records[0] if len(change.records) == 1 else None,
    )


def _repair_day(work: Work, records: Sequence[Record]) -> tuple[date | None, bool]:
    """The first day on which all of some records may be repaired, today if it is past; whether it is 参考."""
    terms = [
        eligible(record, work.rulebook, work.today) for record in records if repairable(record, work.rulebook)
    ]
    days = [term.first_day for term in terms if term.first_day is not None]
    if not terms or len(days) < len(records):
        return None, False
    return max(*days, work.today), not all(term.verified for term in terms)


def _history(work: Work, subject: Subject) -> tuple[tuple[Past, ...], tuple[Outcome, ...]]:
    """What was in force from when on, oldest first, and the scale it lies on.

    What says the same as before is no new line; what earlier rules said lies off the scale.
    """
    found = work.uow.assessments.history(subject.id, limit=_HISTORY)
    scale = _scale(work.rulebook, {each.evaluation.code for each in found})
    rungs = {outcome.words: rung for rung, outcome in enumerate(scale)}
    began = [(each.in_force_from, each.id, _words(each.evaluation)) for each in found if each.in_force_from]
    past: list[Past] = []
    for at, _, words in sorted(began):
        if not past or past[-1].words != words:
            past.append(Past(legal_date(at), words, rungs.get(words)))
    return tuple(past), scale


def _scale(rulebook: Rulebook, codes: set[str]) -> tuple[Outcome, ...]:
    others = codes & {OutcomeKind.UNRATED.value, OutcomeKind.NEEDS_REVIEW.value}
    known = {grade.code for grade in rulebook.grades} | others
    return tuple(outcome_of(rulebook, code) for code in sorted(known, key=rulebook.order))


def _measures(
    work: Work, subject: Subject, evaluation: Evaluation | None
) -> tuple[tuple[MeasureLine, ...], tuple[MeasureLine, ...]]:
    """What stands in the register, and what the grade entails, entered or not."""
    rulebook = work.rulebook
    held = work.uow.measures.in_force(subject.id)
    due = rulebook.measures_for(evaluation.code, subject.kind) if evaluation else ()
    since = {each.key: each.since for each in held}
    terms = {(each.clause, each.text): each.term for each in rulebook.measures}
    return (
        tuple(_measure(rulebook, each, terms.get(each.key, ""), each.since) for each in held),
        tuple(_measure(rulebook, each, each.term, since.get((each.clause, each.text))) for each in due),
    )


def _measure(
    rulebook: Rulebook, measure: Measure | MeasureInForce, term: str, since: date | None
) -> MeasureLine:
    """In words for firms; where the document is not public, of it nothing else (C-24)."""
    return MeasureLine(
        text=measure.public_text,
        modality=measure.modality,
        executor=measure.executor,
        basis=measure.basis if rulebook.quotable else "",
        term=term if rulebook.quotable else "",
        restricts=measure.restricts,
        since=since,
    )
