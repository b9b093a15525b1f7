"""Facts of many subjects, read in subject order and bounded memory.

A million firms pass through here. Columns are read as they lie in the database
and turned into values by tables of those seen before: a sanction list or a
state is one object however often it occurs.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import BindParameter, Connection, Text, bindparam, select, type_coerce

from domain.model.assessment import BaseGrade
from domain.model.record import RecordKind, RecordState, Severity, Unit
from storage import records as record_rows
from storage import subjects as subject_rows
from storage.assessments import to_base_grade
from storage.tables import base_grades, batches, records, subjects, violations

_FIRST: BindParameter[int] = bindparam("first")
_LAST: BindParameter[int] = bindparam("last")
_IDS = (
    select(subjects.c.id)
    .where(subjects.c.id > bindparam("after"), subject_rows.VISIBLE)
    .order_by(subjects.c.id)
    .limit(bindparam("at_most"))
)
_UNITS = (
    select(
        records.c.subject_id,
        records.c.id,
        violations.c.seq,
        records.c.kind,
        records.c.decided_on,
        records.c.state,
        violations.c.severity,
        type_coerce(violations.c.sanctions, Text),
        violations.c.fine_fen,
        records.c.rating,
        type_coerce(records.c.score, Text),
        records.c.endorsed,
        records.c.issuer_kind,
        records.c.valid_until,
    )
    .join_from(records, violations, violations.c.record_id == records.c.id, isouter=True)
    .where(records.c.subject_id.between(_FIRST, _LAST), record_rows.VISIBLE)
    .order_by(records.c.subject_id, records.c.decided_on, records.c.id, violations.c.seq)
)
_BASE = (
    select(base_grades)
    .join(batches, batches.c.id == base_grades.c.batch_id)
    .where(
        base_grades.c.subject_id.between(_FIRST, _LAST),
        base_grades.c.scheme == bindparam("wanted"),
        batches.c.flipped_at.is_not(None),
    )
    .order_by(base_grades.c.evaluated_on, base_grades.c.id)
)

_KINDS = {kind.value: kind for kind in RecordKind}
_STATES = {state.value: state for state in RecordState}
_SEVERITIES = {int(severity): severity for severity in Severity}


class _Sanctions(dict[str, tuple[str, ...]]):
    """Sanction lists by their stored text; there are few, whatever the number of records."""

    def __missing__(self, text: str) -> tuple[str, ...]:
        value = self[text] = tuple(json.loads(text))
        return value


def subject_ids(connection: Connection, after: int, limit: int) -> Sequence[int]:
    """The ids of the next subjects, in order."""
    return connection.execute(_IDS, {"after": after, "at_most": limit}).scalars().all()


def read_units(connection: Connection, first: int, last: int) -> dict[int, list[Unit]]:
    """The counting units of the subjects in a range of ids, each list in the order of dates."""
    found: dict[int, list[Unit]] = defaultdict(list)
    sanction_lists = _Sanctions()
    rows = connection.execute(_UNITS, {"first": first, "last": last}).all()
    for subject, record, seq, kind, on, state, severity, sanctions, fine, *rest in rows:
        rating, score, endorsed, issuer, until = rest
        found[subject].append(
            Unit(
                record,
                seq or 0,
                _KINDS[kind],
                on,
                _STATES[state],
                _SEVERITIES[severity or 0],
                sanction_lists[sanctions] if sanctions else (),
                fine or 0,
                rating,
                None if score is None else Decimal(score),
                endorsed,
                issuer,
                until,
            )
        )
    return found


def read_base_grades(
    connection: Connection, first: int, last: int, scheme: str = "public"
) -> dict[int, BaseGrade]:
    """The newest imported result of each subject in a range of ids."""
    rows = connection.execute(_BASE, {"first": first, "last": last, "wanted": scheme})
    # in the order of dates: the newest of each subject stays
    return {row.subject_id: to_base_grade(row) for row in rows}
