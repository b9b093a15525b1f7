"""Assessments in bulk: pages of subjects with all that an evaluation needs, and what comes of it.

A page is four range reads over subject ids, whatever its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    or_,
    select,
    update,
)

from domain.model.assessment import Assessment, Evaluation
from domain.services.evaluations import KIND, EvaluationBatch, Result, SubjectFacts, Tally
from storage.assessments import WRITTEN, assessment_row, to_assessment
from storage.evaluation_codec import pack
from storage.evaluation_forms import keep_forms, read_evaluation
from storage.evaluation_stream import read_base_grades, read_units, subject_ids
from storage.prepared import Prepared
from storage.statements import written
from storage.tables import assessments, batches
from storage.types import AnyRow

_FIRST: BindParameter[int] = bindparam("first")
_LAST: BindParameter[int] = bindparam("last")


def _visible(table: Any) -> Any:
    flipped = exists().where(batches.c.id == table.c.batch_id, batches.c.flipped_at.is_not(None))
    return or_(table.c.batch_id.is_(None), flipped)


_STANDING = (
    select(assessments.c.subject_id, assessments.c.status, assessments.c.evaluation)
    .where(
        assessments.c.subject_id.between(_FIRST, _LAST),
        assessments.c.status.in_(("in_force", "proposed")),
        _visible(assessments),
    )
    .order_by(assessments.c.id)
)
_WRITE = Prepared(insert(assessments), *WRITTEN, "approved_by")
_ADVANCE = (
    update(batches)
    .where(
        batches.c.id == bindparam("wanted"), batches.c.flipped_at.is_(None), batches.c.abandoned_at.is_(None)
    )
    .values(cursor=bindparam("position"), totals=bindparam("sums"))
)
_BATCH = select(batches).where(batches.c.id == bindparam("wanted"), batches.c.kind == KIND)
_UNFINISHED = (
    select(batches)
    .where(batches.c.kind == KIND, batches.c.flipped_at.is_(None), batches.c.abandoned_at.is_(None))
    .order_by(batches.c.id.desc())
    .limit(1)
)

_newer = assessments.alias("newer")


def _replaced_by(*statuses: str) -> Any:
    """Whether a newer visible row of one of these states stands for the same subject."""
    return exists().where(
        _newer.c.subject_id == assessments.c.subject_id,
        _newer.c.id > assessments.c.id,
        _newer.c.status.in_(statuses),
        _visible(_newer),
    )


def _retire(status: str, becomes: str, *by: str) -> Any:
    return (
        update(assessments)
        .where(
            assessments.c.subject_id.between(_FIRST, _LAST),
            assessments.c.status == status,
            _visible(assessments),
            _replaced_by(*by),
        )
        .values(status=becomes)
    )


_RETIRE_IN_FORCE = _retire("in_force", "past", "in_force")
_RETIRE_PROPOSED = _retire("proposed", "dropped", "in_force", "proposed")
_WAITING: Select[Any] = (
    select(assessments, assessments.c.in_force_from.label("since"))
    .join(batches, batches.c.id == assessments.c.batch_id)
    .where(
        assessments.c.batch_id == bindparam("wanted"),
        assessments.c.status == written("proposed"),
        batches.c.flipped_at.is_not(None),
        ~_replaced_by("in_force", "proposed"),
    )
    .order_by(assessments.c.id)
    .limit(bindparam("at_most"))
)
_MAKE_PAST = (
    update(assessments)
    .where(and_(assessments.c.subject_id == bindparam("subject"), assessments.c.status == "in_force"))
    .values(status="past")
)
_APPROVE = (
    update(assessments)
    .where(assessments.c.id == bindparam("wanted"))
    .values(status="in_force", in_force_from=bindparam("at"), approved_by=bindparam("who"))
)


class SqlEvaluationBook:
    """Implements ``domain.services.evaluations.EvaluationBook``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, *, after: int, limit: int) -> list[SubjectFacts]:
        """The next subjects in id order, with units, base grade and what is in force."""
        ids = subject_ids(self._connection, after, limit)
        if not ids:
            return []
        reach = {"first": ids[0], "last": ids[-1]}
        units = read_units(self._connection, ids[0], ids[-1])
        base = read_base_grades(self._connection, ids[0], ids[-1])
        in_force, waiting = self._standing(reach)
        return [
            SubjectFacts(
                each, tuple(units.get(each, ())), base.get(each), in_force.get(each), each in waiting
            )
            for each in ids
        ]

    def _standing(self, reach: dict[str, int]) -> tuple[dict[int, Evaluation], set[int]]:
        packed: dict[int, Any] = {}
        waiting: set[int] = set()
        for row in self._connection.execute(_STANDING, reach):
            if row.status == "in_force":
                packed[row.subject_id] = row.evaluation
            else:
                waiting.add(row.subject_id)
        return {each: read_evaluation(self._connection, filling) for each, filling in packed.items()}, waiting

    def write(self, results: Sequence[Result], *, batch_id: int, at: datetime) -> None:
        """Stage rows of a batch; they count from its flip, which is also when they come into force."""
        packed = [pack(result.evaluation) for result in results]
        keep_forms(self._connection, packed)
        rows = [
            assessment_row(
                result.subject_id,
                result.evaluation,
                each,
                status="in_force" if result.in_force else "proposed",
                at=at,
                batch_id=batch_id,
            )
            | {"approved_by": result.approved_by}
            for result, each in zip(results, packed, strict=True)
        ]
        _WRITE.run_many(self._connection, rows)

    def advance(self, batch_id: int, cursor: int, tally: Tally) -> None:
        """Remember how far the batch came, in the transaction of its chunk."""
        values = {"wanted": batch_id, "position": cursor, "sums": asdict(tally)}
        self._connection.execute(_ADVANCE, values)

    def batch(self, batch_id: int) -> EvaluationBatch | None:
        return _to_batch(self._connection.execute(_BATCH, {"wanted": batch_id}).first())

    def unfinished(self) -> EvaluationBatch | None:
        return _to_batch(self._connection.execute(_UNFINISHED).first())

    def retire(self, *, after: int, limit: int) -> int:
        """Make past what a newer visible row replaced; the last subject looked at, 0 at the end."""
        ids = subject_ids(self._connection, after, limit)
        if not ids:
            return 0
        reach = {"first": ids[0], "last": ids[-1]}
        # proposals first: what replaces them may itself be replaced
        self._connection.execute(_RETIRE_PROPOSED, reach)
        self._connection.execute(_RETIRE_IN_FORCE, reach)
        return int(ids[-1])

    def waiting(self, batch_id: int, *, limit: int) -> list[Assessment]:
        """Proposals of a flipped batch that nothing newer has replaced, in id order."""
        rows = self._connection.execute(_WAITING, {"wanted": batch_id, "at_most": limit})
        return [to_assessment(self._connection, row) for row in rows.all()]

    def approve(self, assessments: Sequence[Assessment], *, by: str, at: datetime) -> None:
        """Put proposals in force in somebody's name; what was in force is past."""
        if assessments:
            self._connection.execute(_MAKE_PAST, [{"subject": each.subject_id} for each in assessments])
            self._connection.execute(
                _APPROVE, [{"wanted": each.id, "at": at, "who": by} for each in assessments]
            )


def _to_batch(row: AnyRow | None) -> EvaluationBatch | None:
    if row is None:
        return None
    return EvaluationBatch(
        row.id, row.source, row.cursor, Tally(**row.totals), flipped=row.flipped_at is not None
    )
