"""统计: what is counted, in stretches that each take a short and bounded time, and the figures as kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, func, literal, select, type_coerce

from storage.imports import KIND_PREFIX
from storage.statements import upsert
from storage.subjects import VISIBLE as VISIBLE_SUBJECT
from storage.tables import assessments, batches, cases, outbox, statistics, subjects
from storage.types import UtcDateTime

_FIGURES = "figures"
#: Shanghai is so far ahead, without exception since 1991; stored times are microseconds
_AHEAD_US, _DAY_US = 8 * 3_600_000_000, 86_400_000_000
_EPOCH = date(1970, 1, 1)
#: imports of a year; an office has a few each week
_MOST_IMPORTS = 5000

_STRETCH = (subjects.c.id > bindparam("after"), subjects.c.id <= bindparam("upto"))
_LAST_SUBJECT = select(func.coalesce(func.max(subjects.c.id), 0))
_SUBJECTS = select(func.count()).select_from(subjects).where(*_STRETCH, VISIBLE_SUBJECT)
#: of several visible ones the newest is in force; older ones are retired a little later
_IN_FORCE = (
    select(func.max(assessments.c.id))
    .select_from(assessments.outerjoin(batches, batches.c.id == assessments.c.batch_id))
    .where(
        assessments.c.subject_id > bindparam("after"),
        assessments.c.subject_id <= bindparam("upto"),
        assessments.c.status == "in_force",
        assessments.c.batch_id.is_(None) | batches.c.flipped_at.is_not(None),
    )
    .group_by(assessments.c.subject_id)
)
_GRADES = (
    select(
        func.coalesce(assessments.c.grade, assessments.c.outcome).label("code"), func.count().label("many")
    )
    .where(assessments.c.id.in_(_IN_FORCE))
    .group_by(func.coalesce(assessments.c.grade, assessments.c.outcome))
)

_OPEN = (
    select(
        cases.c.department,
        cases.c.kind,
        cases.c.state,
        func.count().label("many"),
        func.count().filter(cases.c.due_on < bindparam("today")).label("late"),
    )
    .where(cases.c.closed_at.is_(None))
    .group_by(cases.c.department, cases.c.kind, cases.c.state)
    .order_by(cases.c.department, cases.c.kind, cases.c.state)
)
#: the Shanghai day on which a case was closed, as a number of days
_CLOSED_DAY = (
    (type_coerce(cases.c.closed_at, BigInteger) + literal(_AHEAD_US, BigInteger))
    // literal(_DAY_US, BigInteger)
).label("day")
_CLOSED = (
    select(cases.c.kind, cases.c.due_on, _CLOSED_DAY, func.count().label("many"))
    .where(cases.c.closed_at >= bindparam("since", type_=UtcDateTime), cases.c.due_on.is_not(None))
    .group_by(cases.c.kind, cases.c.due_on, _CLOSED_DAY)
)

_LAST_LETTER = select(func.coalesce(func.max(outbox.c.id), 0))
_IN_LETTERS = (outbox.c.id > bindparam("after"), outbox.c.id <= bindparam("upto"))
_LETTERS = (
    select(outbox.c.status, func.count().label("many"))
    .where(*_IN_LETTERS, outbox.c.created_at >= bindparam("since"))
    .group_by(outbox.c.status)
)
_IMPORTS = (
    select(batches.c.kind, batches.c.flipped_at, batches.c.totals)
    .where(
        batches.c.kind.startswith(KIND_PREFIX, autoescape=True), batches.c.flipped_at >= bindparam("since")
    )
    .order_by(batches.c.id.desc())
    .limit(_MOST_IMPORTS)
)
_SAVE = upsert(statistics, "name")
_LOAD = select(statistics.c.at, statistics.c.figures).where(statistics.c.name == _FIGURES)
_AT = select(statistics.c.at).where(statistics.c.name == _FIGURES)


class SqlStatistics:
    """Implements ``domain.ports.Statistics``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_subject(self) -> int:
        return int(self._connection.execute(_LAST_SUBJECT).scalar_one())

    def grades(self, after: int, upto: int) -> tuple[int, dict[str, int]]:
        """Subjects whose id lies in a stretch: how many, and how many of each grade or outcome in force."""
        asked = {"after": after, "upto": upto}
        many = int(self._connection.execute(_SUBJECTS, asked).scalar_one())
        return many, {row.code: row.many for row in self._connection.execute(_GRADES, asked)}

    def open_cases(self, today: date) -> list[tuple[str, str, str, int, int]]:
        """(department, kind, state, how many, how many past their due date)."""
        return [tuple(row) for row in self._connection.execute(_OPEN, {"today": today})]

    def closed_cases(self, since: datetime) -> list[tuple[str, date, date, int]]:
        """Cases with a limit that were closed since a moment: (kind, due, closed on, how many)."""
        rows = self._connection.execute(_CLOSED, {"since": since})
        return [(row.kind, row.due_on, _EPOCH + timedelta(days=int(row.day)), row.many) for row in rows]

    def last_letter(self) -> int:
        return int(self._connection.execute(_LAST_LETTER).scalar_one())

    def letters(self, after: int, upto: int, since: datetime) -> dict[str, int]:
        """Letters whose id lies in a stretch and that were written since a moment, by status."""
        asked = {"after": after, "upto": upto, "since": since}
        return {row.status: row.many for row in self._connection.execute(_LETTERS, asked)}

    def imports(self, since: datetime) -> list[tuple[str, datetime, dict[str, int]]]:
        """Imports that took effect since a moment: (kind, when, totals)."""
        rows = self._connection.execute(_IMPORTS, {"since": since})
        return [(row.kind.removeprefix(KIND_PREFIX), row.flipped_at, row.totals) for row in rows]

    def counted_at(self) -> datetime | None:
        """When the figures were counted last."""
        found: datetime | None = self._connection.execute(_AT).scalar()
        return found

    def save(self, at: datetime, figures: Mapping[str, Any]) -> None:
        """Keep the figures in place of the last ones."""
        self._connection.execute(_SAVE, {"name": _FIGURES, "at": at, "figures": dict(figures)})

    def load(self) -> tuple[datetime, dict[str, Any]] | None:
        """The figures as they were counted last; None before the first time."""
        row = self._connection.execute(_LOAD).first()
        return None if row is None else (row.at, row.figures)
