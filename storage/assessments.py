"""Assessments in force, proposals, base grades.

Status of a row: ``in_force``, ``proposed``, ``past`` (was in force), ``dropped``
(a proposal that never was). A row of a batch counts only once the batch is
flipped; the newest visible ``in_force`` row is the one that firms see, older
ones are retired afterwards in chunks.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from domain.model.assessment import Assessment, BaseGrade, Evaluation
from storage.evaluation_codec import Packed, pack
from storage.evaluation_forms import keep_forms, read_evaluation
from storage.prepared import Prepared
from storage.statements import insert_once, written
from storage.tables import assessments, base_grades, batches
from storage.types import AnyRow

WITH_BATCH = assessments.outerjoin(batches, batches.c.id == assessments.c.batch_id)
VISIBLE = or_(assessments.c.batch_id.is_(None), batches.c.flipped_at.is_not(None))
_IN_FORCE_FROM = func.coalesce(
    assessments.c.in_force_from, batches.c.flipped_at, type_=assessments.c.in_force_from.type
)
ASSESSMENT_COLUMNS = select(
    assessments.c.id,
    assessments.c.subject_id,
    assessments.c.rulebook_id,
    assessments.c.rulebook_version,
    assessments.c.evaluation,
    assessments.c.status,
    _IN_FORCE_FROM.label("since"),
    assessments.c.batch_id,
    assessments.c.approved_by,
).select_from(WITH_BATCH)
_NEWEST = {
    status: Prepared(
        ASSESSMENT_COLUMNS.where(
            assessments.c.subject_id == bindparam("subject"),
            assessments.c.status == written(status),
            VISIBLE,
        )
        .order_by(assessments.c.id.desc())
        .limit(1)
    )
    for status in ("in_force", "proposed")
}
_HISTORY = (
    ASSESSMENT_COLUMNS.where(
        assessments.c.subject_id == bindparam("subject"),
        assessments.c.status.in_(("in_force", "past")),
        VISIBLE,
    )
    .order_by(assessments.c.id.desc())
    .limit(bindparam("at_most"))
)
_newer = assessments.alias("newer")
_newer_batch = batches.alias("newer_batch")
#: a newer row that counts, of a state that takes the place of a proposal
_REPLACED = exists().where(
    _newer.c.subject_id == assessments.c.subject_id,
    _newer.c.id > assessments.c.id,
    _newer.c.status.in_(("in_force", "proposed")),
    or_(
        _newer.c.batch_id.is_(None),
        exists().where(_newer_batch.c.id == _newer.c.batch_id, _newer_batch.c.flipped_at.is_not(None)),
    ),
)
_WAITING = (
    ASSESSMENT_COLUMNS.where(
        assessments.c.status == written("proposed"),
        VISIBLE,
        ~_REPLACED,
    )
    .order_by(assessments.c.id)
    .limit(bindparam("at_most"))
)
# few are due at a time: found by their date, put in order afterwards. Without the
# sum SQLite would walk through all subjects in order until it has met enough of them
_SUBJECT = assessments.c.subject_id + 0
_DUE = (
    select(_SUBJECT)
    .select_from(WITH_BATCH)
    .where(
        assessments.c.status == written("in_force"),
        assessments.c.valid_until <= bindparam("today"),
        bindparam("after") < _SUBJECT,
        VISIBLE,
    )
    .distinct()
    .order_by(_SUBJECT)
    .limit(bindparam("at_most"))
)
_ADD = insert(assessments).returning(assessments.c.id)
_RETIRE = {
    was: update(assessments)
    .where(assessments.c.subject_id == bindparam("subject"), assessments.c.status == written(was))
    .values(status=becomes)
    for was, becomes in (("in_force", "past"), ("proposed", "dropped"))
}
_BASE_GRADE = (
    select(base_grades)
    .join(batches, batches.c.id == base_grades.c.batch_id)
    .where(
        base_grades.c.subject_id == bindparam("subject"),
        base_grades.c.scheme == bindparam("wanted"),
        batches.c.flipped_at.is_not(None),
    )
    .order_by(base_grades.c.evaluated_on.desc(), base_grades.c.id.desc())
    .limit(1)
)
_ADD_BASE_GRADE = insert_once(base_grades, "subject_id", "scheme", "evaluated_on")


class SqlAssessments:
    """Implements ``domain.ports.Assessments``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def in_force(self, subject_id: int) -> Assessment | None:
        return self._newest(subject_id, "in_force")

    def proposal(self, subject_id: int) -> Assessment | None:
        """The worse outcome that waits for a named person, or None."""
        return self._newest(subject_id, "proposed")

    def waiting(self, *, limit: int) -> list[Assessment]:
        """Proposals that nothing newer has replaced, the oldest first."""
        rows = self._connection.execute(_WAITING, {"at_most": limit})
        return [to_assessment(self._connection, row) for row in rows.all()]

    def history(self, subject_id: int, *, limit: int = 20) -> list[Assessment]:
        """What is and was in force, newest first."""
        rows = self._connection.execute(_HISTORY, {"subject": subject_id, "at_most": limit})
        return [to_assessment(self._connection, row) for row in rows.all()]

    def due(self, today: date, *, after: int, limit: int) -> list[int]:
        """Subjects after ``after`` whose assessment in force may have changed by itself, in id order."""
        values = {"today": today, "after": after, "at_most": limit}
        return [int(subject) for subject in self._connection.execute(_DUE, values).scalars()]

    def put_in_force(
        self, subject_id: int, evaluation: Evaluation, *, at: datetime, batch_id: int | None, approved_by: str
    ) -> int:
        """Make an evaluation the one that counts; the former one is past, a waiting proposal is dropped."""
        self._retire(subject_id, "in_force")
        self._retire(subject_id, "proposed")
        since = {"in_force_from": at, "approved_by": approved_by}
        return self._add(subject_id, evaluation, "in_force", at, batch_id, **since)

    def propose(self, subject_id: int, evaluation: Evaluation, *, at: datetime, batch_id: int | None) -> int:
        """Store a worse outcome that waits for a named person; replaces an earlier proposal."""
        self._retire(subject_id, "proposed")
        return self._add(subject_id, evaluation, "proposed", at, batch_id)

    def base_grade(self, subject_id: int, scheme: str = "public") -> BaseGrade | None:
        """The newest imported result of a scheme, or None."""
        row = self._connection.execute(_BASE_GRADE, {"subject": subject_id, "wanted": scheme}).first()
        return None if row is None else to_base_grade(row)

    def add_base_grade(self, base: BaseGrade) -> None:
        """Store an imported result once for each scheme and day; it counts when its batch is flipped."""
        self._connection.execute(_ADD_BASE_GRADE, asdict(base))

    def _newest(self, subject_id: int, status: str) -> Assessment | None:
        row = _NEWEST[status].first(self._connection, {"subject": subject_id})
        return None if row is None else to_assessment(self._connection, row)

    def _add(
        self,
        subject_id: int,
        evaluation: Evaluation,
        status: str,
        at: datetime,
        batch_id: int | None,
        **more: object,
    ) -> int:
        packed = pack(evaluation)
        keep_forms(self._connection, [packed])
        row = assessment_row(subject_id, evaluation, packed, status=status, at=at, batch_id=batch_id)
        return int(self._connection.execute(_ADD, row | more).scalar_one())

    def _retire(self, subject_id: int, was: str) -> None:
        self._connection.execute(_RETIRE[was], {"subject": subject_id})


#: the columns that ``assessment_row`` fills
WRITTEN = (
    "subject_id",
    "rulebook_id",
    "rulebook_version",
    "status",
    "outcome",
    "grade",
    "score",
    "as_of",
    "valid_until",
    "evaluation",
    "created_at",
    "batch_id",
)


def assessment_row(
    subject_id: int,
    evaluation: Evaluation,
    packed: Packed,
    *,
    status: str,
    at: datetime,
    batch_id: int | None,
) -> dict[str, Any]:
    """The row of an evaluation whose form is kept; ``in_force_from`` stays open."""
    return {
        "subject_id": subject_id,
        "rulebook_id": evaluation.rulebook_id,
        "rulebook_version": evaluation.rulebook_version,
        "status": status,
        "outcome": evaluation.outcome.value,
        "grade": evaluation.grade,
        "score": evaluation.score,
        "as_of": evaluation.as_of,
        "valid_until": evaluation.valid_until,
        "evaluation": packed.filling,
        "created_at": at,
        "batch_id": batch_id,
    }


def to_assessment(connection: Connection, row: AnyRow) -> Assessment:
    return Assessment(
        id=row.id,
        subject_id=row.subject_id,
        rulebook_id=row.rulebook_id,
        rulebook_version=row.rulebook_version,
        evaluation=read_evaluation(connection, row.evaluation),
        in_force_from=None if row.status == "proposed" else row.since,
        batch_id=row.batch_id,
        approved_by=row.approved_by,
    )


def to_base_grade(row: AnyRow) -> BaseGrade:
    return BaseGrade(
        subject_id=row.subject_id,
        scheme=row.scheme,
        grade=row.grade,
        score=row.score,
        evaluated_on=row.evaluated_on,
        source=row.source,
        batch_id=row.batch_id,
        approved_by=row.approved_by,
    )
