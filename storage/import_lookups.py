"""What an import looks up for a chunk of rows: few statements, built once, visible rows only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select, tuple_

from domain.model.record import RecordState, Severity, Violation
from domain.services.import_known import KnownGrade, KnownRecord, KnownSubject
from storage.records import VISIBLE as RECORD_VISIBLE
from storage.subjects import VISIBLE as SUBJECT_VISIBLE
from storage.tables import (
    base_grades,
    batches,
    legacy_codes,
    records,
    subject_names,
    subjects,
    violations,
)

_SUBJECT = (
    subjects.c.id,
    subjects.c.kind,
    subjects.c.name,
    subjects.c.uscc,
    subjects.c.industry,
    subjects.c.domains,
)
_BY_USCC = select(*_SUBJECT).where(subjects.c.uscc.in_(bindparam("wanted", expanding=True)), SUBJECT_VISIBLE)
_BY_HASH = select(*_SUBJECT, subjects.c.id_hash).where(
    subjects.c.id_hash.in_(bindparam("wanted", expanding=True)), SUBJECT_VISIBLE
)
_BY_LEGACY = (
    select(legacy_codes.c.code, *_SUBJECT)
    .join_from(legacy_codes, subjects, subjects.c.id == legacy_codes.c.subject_id)
    .where(legacy_codes.c.code.in_(bindparam("wanted", expanding=True)), SUBJECT_VISIBLE)
)
_BY_NAME = select(*_SUBJECT).where(subjects.c.name.in_(bindparam("wanted", expanding=True)), SUBJECT_VISIBLE)
_FORMER = select(subject_names.c.subject_id, subject_names.c.name).where(
    subject_names.c.subject_id.in_(bindparam("wanted", expanding=True))
)
_LIKE = (
    select(subjects.c.name, subjects.c.uscc)
    .where(subjects.c.name >= bindparam("first"), subjects.c.name < bindparam("last"), SUBJECT_VISIBLE)
    .limit(200)
)
_RECORDS = (
    select(records, *[column for column in violations.c if column.name != "record_id"])
    .join_from(records, violations, violations.c.record_id == records.c.id, isouter=True)
    .where(records.c.business_key.in_(bindparam("wanted", expanding=True)), RECORD_VISIBLE)
    .order_by(records.c.id, violations.c.seq)
)
_GRADES = (
    select(base_grades)
    .join(batches, batches.c.id == base_grades.c.batch_id)
    .where(
        tuple_(base_grades.c.subject_id, base_grades.c.evaluated_on).in_(bindparam("wanted", expanding=True)),
        base_grades.c.scheme == "public",
        batches.c.flipped_at.is_not(None),
    )
)


def subjects_by_uscc(connection: Connection, codes: Collection[str]) -> dict[str, KnownSubject]:
    """Visible subjects by unified code."""
    rows = connection.execute(_BY_USCC, {"wanted": list(codes)}).all() if codes else []
    return {row.uscc: _known(row) for row in rows}


def subjects_by_hash(connection: Connection, hashes: Collection[bytes]) -> dict[bytes, KnownSubject]:
    """Visible natural persons by the keyed hash of their ID number."""
    rows = connection.execute(_BY_HASH, {"wanted": list(hashes)}).all() if hashes else []
    return {row.id_hash: _known(row) for row in rows}


def subjects_by_legacy(connection: Connection, codes: Collection[str]) -> dict[str, KnownSubject]:
    """Visible subjects by old code, from the mapping table (M11)."""
    rows = connection.execute(_BY_LEGACY, {"wanted": list(codes)}).all() if codes else []
    return {row.code: _known(row) for row in rows}


def subjects_by_name(connection: Connection, names: Collection[str]) -> dict[str, tuple[KnownSubject, ...]]:
    """Visible subjects that bear exactly one of these names."""
    found: dict[str, tuple[KnownSubject, ...]] = defaultdict(tuple)
    for row in connection.execute(_BY_NAME, {"wanted": list(names)}).all() if names else []:
        found[row.name] += (_known(row),)
    return found


def former_names(connection: Connection, ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Former names by subject."""
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for row in connection.execute(_FORMER, {"wanted": list(ids)}).all() if ids else []:
        found[row.subject_id] += (row.name,)
    return found


def names_like(connection: Connection, prefix: str) -> list[tuple[str, str | None]]:
    """Name and code of visible subjects whose name begins so; at most 200."""
    rows = connection.execute(_LIKE, {"first": prefix, "last": prefix + "\uffff"})
    return [(row.name, row.uscc) for row in rows]


def records_by_key(connection: Connection, keys: Collection[str]) -> dict[str, KnownRecord]:
    """Visible records by business key."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(_RECORDS, {"wanted": list(keys)}).all() if keys else []:
        groups[row.business_key].append(row)
    return {key: _known_record(rows) for key, rows in groups.items()}


def grades_by_key(
    connection: Connection, keys: Collection[tuple[int, date]]
) -> dict[tuple[int, date], KnownGrade]:
    """Visible imported grades by subject and day."""
    rows = connection.execute(_GRADES, {"wanted": list(keys)}).all() if keys else []
    return {(row.subject_id, row.evaluated_on): KnownGrade(row.id, row.grade, row.score) for row in rows}


def _known(row: Any) -> KnownSubject:
    return KnownSubject(row.id, row.kind, row.name, row.uscc, row.industry, tuple(row.domains))


def _known_record(rows: Sequence[Any]) -> KnownRecord:
    row = rows[0]
    return KnownRecord(
        row.id,
        row.subject_id,
        row.title,
        RecordState(row.state),
        row.published_on,
        row.publicity_until,
        row.valid_until,
        row.issuer_kind,
        row.endorsed,
        tuple(
            Violation(
                each.seq,
                each.act,
                tuple(each.sanctions),
                each.fine_fen,
                each.confiscated_fen,
                each.basis,
                Severity(each.severity),
            )
            for each in rows
            if each.seq is not None
        ),
    )
