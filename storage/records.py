"""Records with their violations."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from domain.model.record import Record, RecordKind, RecordState, Severity, Violation
from storage.statements import insert_once
from storage.tables import batches, records, violations
from storage.types import AnyRow

#: rows of a batch count only once the batch is flipped
VISIBLE = or_(
    records.c.batch_id.is_(None),
    select(batches.c.id)
    .where(batches.c.id == records.c.batch_id, batches.c.flipped_at.is_not(None))
    .correlate(records)
    .exists(),
)
_VIOLATION_COLUMNS = [c for c in violations.c if c.name != "record_id"]
_NEWEST = (
    select(records)
    .where(records.c.subject_id == bindparam("subject"), VISIBLE)
    .order_by(records.c.decided_on.desc(), records.c.id.desc())
    .limit(bindparam("at_most"))
    .subquery("newest")
)
# one statement for both tables; the limit counts records, not violations
_OF_SUBJECT = (
    select(_NEWEST, *_VIOLATION_COLUMNS)
    .join_from(_NEWEST, violations, violations.c.record_id == _NEWEST.c.id, isouter=True)
    .order_by(_NEWEST.c.decided_on.desc(), _NEWEST.c.id.desc(), violations.c.seq)
)
_GET = (
    select(records, *_VIOLATION_COLUMNS)
    .join_from(records, violations, violations.c.record_id == records.c.id, isouter=True)
    .where(records.c.id == bindparam("wanted"), VISIBLE)
    .order_by(violations.c.seq)
)
_ADD = insert_once(records, "business_key")
_ADD_VIOLATION = insert(violations)
_BY_KEY = select(records.c.id).where(records.c.business_key == bindparam("key"))
_SET_STATE = update(records).where(records.c.id == bindparam("wanted")).values(state=bindparam("new_state"))
_SET_PUBLICITY = (
    update(records).where(records.c.id == bindparam("wanted")).values(publicity_until=bindparam("until"))
)


class SqlRecords:
    """Implements ``domain.ports.Records``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_subject(self, subject_id: int, *, limit: int = 200) -> list[Record]:
        """Newest first, whatever their state."""
        rows = self._connection.execute(_OF_SUBJECT, {"subject": subject_id, "at_most": limit})
        return _gather(rows.all())

    def get(self, record_id: int) -> Record | None:
        found = _gather(self._connection.execute(_GET, {"wanted": record_id}).all())
        return found[0] if found else None

    def add(self, record: Record, *, business_key: str, batch_id: int | None) -> int:
        """Store a record once: where its business key is known already, that record's id comes back."""
        values = record_row(record) | {"business_key": business_key, "batch_id": batch_id}
        new_id = self._connection.execute(_ADD, values).scalar()
        if new_id is None:
            return int(self._connection.execute(_BY_KEY, {"key": business_key}).scalar_one())
        if record.violations:
            rows = [violation_row(new_id, violation) for violation in record.violations]
            self._connection.execute(_ADD_VIOLATION, rows)
        return int(new_id)

    def set_state(self, record_id: int, state: RecordState) -> None:
        self._connection.execute(_SET_STATE, {"wanted": record_id, "new_state": state.value})

    def set_publicity(self, record_id: int, until: date | None) -> None:
        """It is public until this day (S4-39); None: without an end."""
        self._connection.execute(_SET_PUBLICITY, {"wanted": record_id, "until": until})


def record_row(record: Record) -> dict[str, Any]:
    """The columns of ``records`` that a record fills by itself."""
    return {
        "subject_id": record.subject_id,
        "kind": record.kind.value,
        "title": record.title,
        "decided_on": record.decided_on,
        "authority": record.authority,
        "doc_no": record.doc_no,
        "source": record.source,
        "submitter": record.submitter,
        "state": record.state.value,
        "published_on": record.published_on,
        "publicity_until": record.publicity_until,
        "valid_until": record.valid_until,
        "rating": record.rating,
        "score": record.score,
        "endorsed": record.endorsed,
        "issuer_kind": record.issuer_kind,
    }


def violation_row(record_id: int, violation: Violation) -> dict[str, Any]:
    """The row of one violation."""
    return {
        "record_id": record_id,
        "seq": violation.seq,
        "act": violation.act,
        "sanctions": list(violation.sanctions),
        "fine_fen": violation.fine_fen,
        "confiscated_fen": violation.confiscated_fen,
        "basis": violation.basis,
        "severity": int(violation.severity),
    }


def _gather(rows: Any) -> list[Record]:
    groups: dict[int, tuple[AnyRow, list[Violation]]] = {}
    for row in rows:
        _, acts = groups.setdefault(row.id, (row, []))
        if row.seq is not None:
            acts.append(_to_violation(row))
    return [_to_record(row, tuple(acts)) for row, acts in groups.values()]


def _to_violation(row: AnyRow) -> Violation:
    return Violation(
        seq=row.seq,
        act=row.act,
        sanctions=tuple(row.sanctions),
        fine_fen=row.fine_fen,
        confiscated_fen=row.confiscated_fen,
        basis=row.basis,
        severity=Severity(row.severity),
    )


def _to_record(row: AnyRow, acts: tuple[Violation, ...]) -> Record:
    return Record(
        id=row.id,
        subject_id=row.subject_id,
        kind=RecordKind(row.kind),
        title=row.title,
        decided_on=row.decided_on,
        authority=row.authority,
        doc_no=row.doc_no,
        source=row.source,
        submitter=row.submitter,
        state=RecordState(row.state),
        published_on=row.published_on,
        publicity_until=row.publicity_until,
        valid_until=row.valid_until,
        rating=row.rating,
        score=row.score,
        endorsed=row.endorsed,
        issuer_kind=row.issuer_kind,
        violations=acts,
    )
