"""评价: everybody is evaluated again; what is not worse takes effect, what is worse waits for a name.

A batch is staged in chunks, each a short transaction that remembers how far
it came, and becomes visible by one flip: firms never see half of it, and a
batch that was cut short goes on where it stood. Worse outcomes are proposals
until a named approver accepts them (PIPL 24: never by machine alone).

``begin``, ``step``, ``flip`` and ``tidy`` are one transaction each;
``evaluate_all`` and ``approve_all`` run them for whoever has the time to wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.clock import legal_date
from domain.errors import NotAllowed, Refused
from domain.model.assessment import Assessment, BaseGrade, Evaluation
from domain.model.person import Staff
from domain.model.record import Unit
from domain.ports import UnitOfWork
from domain.rules.grading import Grader
from domain.services.grades import Verdict, answers_for, decide

KIND = "evaluation"
APPROVER = "审批"
#: subjects of one short transaction
CHUNK = 250

NOT_AN_APPROVER = "只有“审批”角色可以批准评价结果；{userid} 不是在用的审批人员。"
NO_BATCH = "没有评价批次 {batch}。"
IN_THE_FUTURE = (
    "不能按将来的日期评价（{on}）：今天是{today}。只想看某个主体那天的结果，请用 xinshi grade --as-of。"
)
NOT_FINISHED = "评价批次 {batch} 还没有完成，请先运行完 xinshi evaluate。"
NOTHING_WAITS = "评价批次 {batch} 没有待批准的结果。"


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """What is known of one subject when its turn comes."""

    subject_id: int
    units: tuple[Unit, ...]
    base: BaseGrade | None
    in_force: Evaluation | None
    #: whether a worse outcome waits for a named person
    waiting: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What one evaluation led to: in force, or proposed."""

    subject_id: int
    evaluation: Evaluation
    in_force: bool
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many subjects were looked at, how many rows took effect, how many wait."""

    evaluated: int = 0
    in_force: int = 0
    proposed: int = 0
    #: rows that take the place of an older one, which is to be made past
    replacing: int = 0

    def plus(self, page: Sequence[SubjectFacts], results: Sequence[Result]) -> Tally:
        """The tally after one more page."""
        in_force = sum(result.in_force for result in results)
        stood = {facts.subject_id for facts in page if facts.in_force is not None or facts.waiting}
        return Tally(
            self.evaluated + len(page),
            self.in_force + in_force,
            self.proposed + len(results) - in_force,
            self.replacing + sum(result.subject_id in stood for result in results),
        )

    def as_dict(self) -> dict[str, int]:
        return {"evaluated": self.evaluated, "in_force": self.in_force, "proposed": self.proposed}


@dataclass(frozen=True, slots=True)
class EvaluationBatch:
    """Where an evaluation batch stands."""

    id: int
    #: rulebook, version and date: only the same may be continued
    source: str
    cursor: int = 0
    tally: Tally = Tally()
    flipped: bool = False


class EvaluationBook(Protocol):
    """Bulk reading and writing of assessments, within one short transaction."""

    def page(self, *, after: int, limit: int) -> list[SubjectFacts]:
        """The next subjects in id order."""
        ...

    def write(self, results: Sequence[Result], *, batch_id: int, at: datetime) -> None: ...
    def advance(self, batch_id: int, cursor: int, tally: Tally) -> None: ...
    def batch(self, batch_id: int) -> EvaluationBatch | None: ...
    def unfinished(self) -> EvaluationBatch | None: ...

    def retire(self, *, after: int, limit: int) -> int:
        """Make past what a newer visible row replaced, for the next subjects; the last id, 0 at the end."""
        ...

    def waiting(self, batch_id: int, *, limit: int) -> list[Assessment]:
        """Proposals of a flipped batch that nothing newer has replaced."""
        ...

    def approve(self, assessments: Sequence[Assessment], *, by: str, at: datetime) -> None: ...


class EvaluationWork(UnitOfWork, Protocol):
    """A unit of work that can also evaluate in bulk."""

    @property
    def evaluations(self) -> EvaluationBook: ...


Session = Callable[[], AbstractContextManager[EvaluationWork]]
#: told how many more subjects are done
Progress = Callable[[int], None]


def assess(facts: SubjectFacts, grader: Grader) -> Result | None:
    """The result for one subject; None where nothing changed and nothing waits.

    What is in force was judged on its own day: an evaluation of an earlier day
    never takes its place, or yesterday's clean sheet would wipe today's penalty.
    """
    if facts.in_force is not None and grader.on < facts.in_force.as_of:
        return None
    computed = grader.evaluate(facts.units, facts.base)
    by = answers_for(computed, facts.base)
    verdict = decide(grader.rulebook, facts.in_force, computed, approved=bool(by))
    if verdict is Verdict.UNCHANGED and not facts.waiting:
        return None
    # unchanged, yet something waits: its reason is gone, and a row of this batch lets it fall
    return Result(facts.subject_id, computed, verdict is not Verdict.PROPOSED, by)


def begin(uow: EvaluationWork, grader: Grader, *, by: str, now: datetime) -> EvaluationBatch:
    """A new batch, or the unfinished one for the same rules and date; any other unfinished one is given up.

    ``Refused`` for a day that has not come: its records are not known, and an
    outcome without them would come into force today.
    """
    if grader.on > (today := legal_date(now)):
        raise Refused(IN_THE_FUTURE.format(on=grader.on, today=today))
    source = f"{grader.rulebook.id} {grader.rulebook.version} {grader.on.isoformat()}"
    found = uow.evaluations.unfinished()
    if found is not None and found.source == source:
        return found
    if found is not None:
        uow.batches.abandon(found.id, now, f"superseded by {source}")
    batch_id = uow.batches.open(KIND, file_sha256="", source=source, by=by, at=now)
    uow.audit.append("evaluation.opened", actor=by, ref=str(batch_id), detail={"source": source})
    return EvaluationBatch(batch_id, source)


def step(
    uow: EvaluationWork, batch: EvaluationBatch, grader: Grader, *, now: datetime, limit: int = CHUNK
) -> EvaluationBatch | None:
    """Evaluate the next subjects; the batch as it stands then, None where all were done before."""
    page = uow.evaluations.page(after=batch.cursor, limit=limit)
    if not page:
        return None
    results = [result for facts in page if (result := assess(facts, grader)) is not None]
    uow.evaluations.write(results, batch_id=batch.id, at=now)
    cursor, tally = page[-1].subject_id, batch.tally.plus(page, results)
    uow.evaluations.advance(batch.id, cursor, tally)
    return EvaluationBatch(batch.id, batch.source, cursor, tally)


def flip(uow: EvaluationWork, batch: EvaluationBatch, *, by: str, now: datetime) -> None:
    """Make the whole batch count, at once."""
    uow.batches.flip(batch.id, now, batch.tally.as_dict())
    uow.audit.append("evaluation.flipped", actor=by, ref=str(batch.id), detail=batch.tally.as_dict())


def tidy(uow: EvaluationWork, after: int, *, limit: int = CHUNK) -> int:
    """Mark as past what a flip replaced, for the next subjects; where to go on, 0 at the end.

    Readers take the newest visible row already, so this may take its time.
    """
    return uow.evaluations.retire(after=after, limit=limit)


def approve(uow: EvaluationWork, batch_id: int, *, by: str, now: datetime, limit: int = CHUNK) -> int:
    """Put the next proposals of a batch in force in the name of an approver; how many, 0 at the end.

    Raises ``NotAllowed`` for anybody but an enabled member with the role 审批,
    ``Refused`` where the batch is unknown or unfinished.
    """
    check_approver(uow.staff.get(by), by)
    batch = uow.evaluations.batch(batch_id)
    if batch is None:
        raise Refused(NO_BATCH.format(batch=batch_id))
    if not batch.flipped:
        raise Refused(NOT_FINISHED.format(batch=batch_id))
    waiting = uow.evaluations.waiting(batch_id, limit=limit)
    uow.evaluations.approve(waiting, by=by, at=now)
    for each in waiting:
        uow.audit.append(
            "grade.approved",
            actor=f"staff:{by}",
            subject_id=each.subject_id,
            ref=str(each.id),
            detail={"batch": batch_id, "outcome": each.evaluation.code},
        )
    return len(waiting)


def check_approver(member: Staff | None, userid: str) -> None:
    """Raise ``NotAllowed`` unless the member is enabled and may approve."""
    if member is None or not member.enabled or APPROVER not in member.roles:
        raise NotAllowed(NOT_AN_APPROVER.format(userid=userid))


def evaluate_all(
    session: Session, grader: Grader, *, by: str, now: datetime, progress: Progress, chunk: int = CHUNK
) -> EvaluationBatch:
    """Evaluate every subject on the grader's date and flip the batch; resumes one that was cut short.

    ``session`` opens one short transaction each time.
    """
    with session() as uow:
        batch = begin(uow, grader, by=by, now=now)
    progress(batch.tally.evaluated)
    while True:
        with session() as uow:
            after = step(uow, batch, grader, now=now, limit=chunk)
            if after is None:
                flip(uow, batch, by=by, now=now)
                break
        progress(after.tally.evaluated - batch.tally.evaluated)
        batch = after
    if batch.tally.replacing:
        tidy_all(session, chunk)
    return batch


def tidy_all(session: Session, chunk: int = CHUNK) -> None:
    """Mark as past all that newer rows replaced."""
    after = 0
    while True:
        with session() as uow:
            after = tidy(uow, after, limit=chunk)
        if not after:
            return


def approve_all(
    session: Session, batch_id: int, *, by: str, now: datetime, progress: Progress, chunk: int = CHUNK
) -> int:
    """Approve every proposal of a batch; how many.

    Each subject's decision stands by itself: an interrupted approval is
    finished by repeating it. ``Refused`` where nothing waits.
    """
    total = 0
    while True:
        with session() as uow:
            approved = approve(uow, batch_id, by=by, now=now, limit=chunk)
        if not approved:
            break
        progress(approved)
        total += approved
    if not total:
        raise Refused(NOTHING_WAITS.format(batch=batch_id))
    return total


@dataclass(frozen=True, slots=True)
class Move:
    """One subject whose outcome differs under another rulebook."""

    subject_id: int
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the stored population fares under two rulebooks; ``matrix`` counts (first, second)."""

    total: int
    matrix: dict[tuple[str, str], int]
    #: the first subjects of each kind of move, to look at
    examples: tuple[Move, ...]


def compare(
    pages: Callable[[int], list[SubjectFacts]], first: Grader, second: Grader, *, examples: int = 3
) -> Comparison:
    """Grade everybody under two rulebooks and count the moves; changes nothing.

    ``pages(after)`` gives the next subjects. An imported base grade is read by
    each rulebook in its own words: one that does not know it says NEEDS_REVIEW.
    """
    matrix: dict[tuple[str, str], int] = {}
    shown: list[Move] = []
    total, after = 0, 0
    while page := pages(after):
        for facts in page:
            pair = (first.code(facts.units, facts.base), second.code(facts.units, facts.base))
            matrix[pair] = matrix.get(pair, 0) + 1
            if pair[0] != pair[1] and matrix[pair] <= examples:
                shown.append(Move(facts.subject_id, *pair))
        total += len(page)
        after = page[-1].subject_id
    return Comparison(total, matrix, tuple(shown))
