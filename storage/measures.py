"""The register of measures in force, and the corrections queued for the upper platform."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from domain.model.assessment import Assessment
from domain.model.measure import Correction, MeasureInForce
from domain.rules.rulebook_parts import Measure
from storage.assessments import ASSESSMENT_COLUMNS, VISIBLE, to_assessment
from storage.statements import upsert
from storage.tables import assessments, batches, corrections, installation, measures_in_force

_IN_FORCE = (
    select(measures_in_force)
    .where(measures_in_force.c.subject_id == bindparam("subject"), measures_in_force.c.ended_on.is_(None))
    .order_by(measures_in_force.c.id)
)
_ENTER = insert(measures_in_force)
_END = (
    update(measures_in_force)
    .where(measures_in_force.c.id.in_(bindparam("ids", expanding=True)))
    .values(ended_on=bindparam("on"))
)

# how far the register has come; a batch that is not flipped yet holds it up, or its
# assessments, which have lower numbers than later ones, would be passed over
_CURSOR_KEY = "measures.cursor"
_CURSOR = select(installation.c.value).where(installation.c.key == _CURSOR_KEY)
_MOVE = upsert(installation, "key")
_HIDDEN = (
    select(func.min(assessments.c.id))
    .join(batches, batches.c.id == assessments.c.batch_id)
    .where(
        batches.c.flipped_at.is_(None),
        batches.c.abandoned_at.is_(None),
        assessments.c.id > bindparam("after"),
    )
    .scalar_subquery()
)
_UNENTERED = (
    ASSESSMENT_COLUMNS.where(
        assessments.c.status == "in_force",
        assessments.c.id > bindparam("after"),
        assessments.c.created_at <= bindparam("before"),
        func.coalesce(assessments.c.id < _HIDDEN, True),
        VISIBLE,
    )
    .order_by(assessments.c.id)
    .limit(bindparam("at_most"))
)

_QUEUE = insert(corrections)
_CORRECTIONS = select(corrections).order_by(corrections.c.id)
_SINCE = _CORRECTIONS.where(corrections.c.queued_at >= bindparam("moment"))
_PENDING = _CORRECTIONS.where(corrections.c.exported_at.is_(None))
_EXPORTED = (
    update(corrections)
    .where(corrections.c.id.in_(bindparam("ids", expanding=True)), corrections.c.exported_at.is_(None))
    .values(exported_at=bindparam("at"), batch=bindparam("number"))
)
_NEXT_BATCH = select(func.coalesce(func.max(corrections.c.batch), 0) + 1)
_OF_BATCH = _CORRECTIONS.where(corrections.c.batch == bindparam("number"))
_OF_CASE = _CORRECTIONS.where(corrections.c.case_id == bindparam("wanted"))
_CONFIRM = (
    update(corrections)
    .where(corrections.c.batch == bindparam("number"), corrections.c.confirmed_at.is_(None))
    .values(receipt=bindparam("answer"), confirmed_by=bindparam("who"), confirmed_at=bindparam("at"))
)
_UNCONFIRMED = (
    select(corrections.c.batch, func.min(corrections.c.exported_at))
    .where(corrections.c.batch.is_not(None), corrections.c.confirmed_at.is_(None))
    .group_by(corrections.c.batch)
    .order_by(corrections.c.batch)
)


class SqlMeasures:
    """Implements ``domain.ports.Measures``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def in_force(self, subject_id: int) -> list[MeasureInForce]:
        """What holds for a subject today, in the order it was entered."""
        rows = self._connection.execute(_IN_FORCE, {"subject": subject_id}).mappings()
        return [MeasureInForce(**row) for row in rows]

    def enter(self, subject_id: int, assessment_id: int, measures: Sequence[Measure], *, since: date) -> None:
        """Enter measures that follow from an assessment."""
        rows = [
            {
                "subject_id": subject_id,
                "assessment_id": assessment_id,
                "clause": each.clause,
                "text": each.text,
                "public_text": each.public_text,
                "modality": each.modality,
                "executor": each.executor,
                "basis": each.basis,
                "restricts": each.restricts,
                "since": since,
            }
            for each in measures
        ]
        if rows:
            self._connection.execute(_ENTER, rows)

    def end(self, ids: Sequence[int], *, on: date) -> None:
        """These no longer hold from ``on``."""
        if ids:
            self._connection.execute(_END, {"ids": list(ids), "on": on})

    def unentered(self, *, before: datetime, limit: int) -> list[Assessment]:
        """Assessments in force, made before a moment, whose measures were not entered yet, oldest first."""
        values = {"after": self._cursor(), "before": before, "at_most": limit}
        rows = self._connection.execute(_UNENTERED, values).all()
        return [to_assessment(self._connection, row) for row in rows]

    def note_entered(self, assessment_id: int) -> None:
        """Everything up to and including this assessment is entered."""
        self._connection.execute(_MOVE, {"key": _CURSOR_KEY, "value": str(assessment_id)})

    def _cursor(self) -> int:
        return int(cast(str, self._connection.execute(_CURSOR).scalar() or "0"))


class SqlCorrections:
    """Implements ``domain.ports.Corrections``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(self, correction: Correction) -> None:
        """Queue one change; its ``id`` is ignored."""
        self._connection.execute(
            _QUEUE,
            {
                "subject_id": correction.subject_id,
                "record_id": correction.record_id,
                "case_id": correction.case_id,
                "what": correction.what,
                "before": correction.before,
                "after": correction.after,
                "queued_at": correction.queued_at,
            },
        )

    def since(self, moment: datetime | None) -> list[Correction]:
        """What was queued since a moment; None: what was not exported yet."""
        return self._found(_PENDING) if moment is None else self._found(_SINCE, moment=moment)

    def note_exported(self, ids: Sequence[int], *, at: datetime) -> int:
        """These went out in a file, the first time counts; the number of the file, 0 where none was new."""
        if not ids:
            return 0
        number = int(self._connection.execute(_NEXT_BATCH).scalar_one())
        marked = self._connection.execute(_EXPORTED, {"ids": list(ids), "at": at, "number": number}).rowcount
        return number if marked else 0

    def of_batch(self, batch: int) -> list[Correction]:
        """What first went out in a file."""
        return self._found(_OF_BATCH, number=batch)

    def of_case(self, case_id: int) -> list[Correction]:
        """In the order in which they were queued."""
        return self._found(_OF_CASE, wanted=case_id)

    def confirm(self, batch: int, receipt: str, *, by: str, at: datetime) -> None:
        """The platform above has done what this file asked for; the first receipt stands."""
        values = {"number": batch, "answer": receipt, "who": by, "at": at}
        self._connection.execute(_CONFIRM, values)

    def unconfirmed(self) -> list[tuple[int, datetime]]:
        """Files without a receipt, oldest first: number, and when each went out."""
        return [(number, at) for number, at in self._connection.execute(_UNCONFIRMED)]

    def _found(self, statement: Select[Any], **values: object) -> list[Correction]:
        return [Correction(**row) for row in self._connection.execute(statement, values).mappings()]
