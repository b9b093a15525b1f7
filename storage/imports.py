"""What an import writes: staging in chunks, the flip, and the tidying up after a crash.

New rows go straight into their tables under the batch's id and stay invisible to every reader until
``batches.flipped_at`` is set: a flip of any size is one short transaction. What the file corrects in
rows that are visible already waits in ``staged_rows`` and is applied with the flip; beyond
``CHANGES_AT_ONCE`` the rest is rolled forward right after it, chunk by chunk, by this import or by the
next one (``apply_changes``): decided at the flip, never lost, and no long lock. Unique business keys
store a decision once. A batch that was abandoned leaves invisible rows, which ``purge`` removes in
chunks because they hold business keys.

Only one import is open at a time: it renews its lease with every chunk. Every function works in the
caller's transaction and can be run again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    union,
    update,
)

from domain.errors import Refused
from domain.services.import_ledger import Plan
from storage.statements import insert_missing, upsert
from storage.tables import (
    base_grades,
    batches,
    legacy_codes,
    records,
    staged_rows,
    subject_names,
    subjects,
    violations,
)

KIND_PREFIX = "import:"
#: changes of visible rows in one transaction: a few milliseconds
CHANGES_AT_ONCE = 250
#: an import that has been silent for so long is dead
LEASE = timedelta(seconds=15)
_PURGED_AT_ONCE = 500

_IS_IMPORT = batches.c.kind.startswith(KIND_PREFIX, autoescape=True)
_IS_PENDING = (batches.c.flipped_at.is_(None), batches.c.abandoned_at.is_(None))
_PENDING = select(batches).where(_IS_IMPORT, *_IS_PENDING).order_by(batches.c.id)
_OPEN = insert(batches).returning(batches.c.id)
_TOUCH = (
    update(batches).where(batches.c.id == bindparam("batch"), *_IS_PENDING).values(touched_at=bindparam("at"))
)
_ABANDON = (
    update(batches)
    .where(batches.c.id == bindparam("batch"), *_IS_PENDING)
    .values(abandoned_at=bindparam("at"), reason=bindparam("why"))
)
_FLIP = (
    update(batches)
    .where(batches.c.id == bindparam("batch"), *_IS_PENDING)
    .values(flipped_at=bindparam("at"), totals=bindparam("sums"))
)
_MAX_ID = {table.name: select(func.coalesce(func.max(table.c.id), 0)) for table in (subjects, records)}
_NEXT_IDS = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :n)")


class ImportBusyError(Refused):
    """Another import is alive: try again when it has ended."""


# -- one import at a time ---------------------------------------------------------------------------


def require_idle(connection: Connection, now: datetime) -> list[int]:
    """Ids of dead imports, abandoned now; ``Refused`` while another one is alive."""
    if connection.dialect.name == "postgresql":
        # two imports that open at the same moment would not see each other
        connection.exec_driver_sql("LOCK TABLE batches IN SHARE ROW EXCLUSIVE MODE")
    dead = []
    for row in connection.execute(_PENDING).all():
        if now - (row.touched_at or row.opened_at) < LEASE:
            seconds = LEASE.seconds
            raise ImportBusyError(
                f"另一个导入正在进行（批次 {row.id}，{row.by}），请等它结束；若已中断，{seconds} 秒后再试"
            )
        connection.execute(_ABANDON, {"batch": row.id, "at": now, "why": "中断"})
        dead.append(row.id)
    return dead


def open_batch(
    connection: Connection, kind: str, *, file_sha256: str, source: str, by: str, now: datetime
) -> int:
    """Open the batch of an import; ``Refused`` while another import is alive."""
    require_idle(connection, now)
    values = {"kind": KIND_PREFIX + kind, "file_sha256": file_sha256, "source": source[:200], "by": by[:100]}
    return int(connection.execute(_OPEN, values | {"opened_at": now, "touched_at": now}).scalar_one())


def renew(connection: Connection, batch_id: int, now: datetime) -> None:
    """Renew the lease; ``Refused`` where this import was taken for dead."""
    if connection.execute(_TOUCH, {"batch": batch_id, "at": now}).rowcount != 1:
        raise Refused(
            "本次导入停顿过久，已被放弃，什么也没有导入，请重新导入", log=f"batch {batch_id} lost its lease"
        )


def abandon(connection: Connection, batch_id: int, now: datetime, why: str) -> None:
    """Give the batch up: its rows never count. Nothing happens where it is flipped or given up already."""
    connection.execute(_ABANDON, {"batch": batch_id, "at": now, "why": why[:500]})


# -- staging ------------------------------------------------------------------------------------------


def new_ids(connection: Connection, table: Table, count: int) -> Iterator[int]:
    """Ids for at most ``count`` new rows of this transaction.

    Known before the insert, so that rows of two tables go in without asking back. On SQLite only one
    transaction writes, and the greatest id tells the next one; PostgreSQL hands them out.
    """
    if connection.dialect.name == "sqlite":
        first = int(connection.execute(_MAX_ID[table.name]).scalar_one()) + 1
        return iter(range(first, first + count))
    return iter(connection.execute(_NEXT_IDS, {"name": table.name, "n": count}).scalars().all())


_INSERT_SUBJECTS = insert(subjects)
_INSERT_NAMES = insert_missing(subject_names, "subject_id", "name")
_INSERT_LEGACY = insert_missing(legacy_codes, "code")
_INSERT_RECORDS = insert(records)
_INSERT_VIOLATIONS = insert(violations)
_INSERT_GRADES = insert(base_grades)
_INSERT_STAGED = insert(staged_rows)


def stage(connection: Connection, plan: Plan, batch_id: int, first_change: int) -> None:
    """Write the planned rows of a chunk under their batch, and the planned changes beside them."""
    for row in (*plan.subjects, *plan.records, *plan.grades):
        row["batch_id"] = batch_id
    _insert(connection, _INSERT_SUBJECTS, plan.subjects)
    _insert(connection, _INSERT_NAMES, plan.names)
    _insert(connection, _INSERT_LEGACY, plan.legacy)
    _insert(connection, _INSERT_RECORDS, plan.records)
    _insert(connection, _INSERT_VIOLATIONS, plan.violations)
    _insert(connection, _INSERT_GRADES, plan.grades)
    _insert(
        connection,
        _INSERT_STAGED,
        [
            {
                "batch_id": batch_id,
                "row_no": number,
                "subject_id": change.subject_id,
                "payload": change.payload,
            }
            for number, change in enumerate(plan.changes, start=first_change)
        ],
    )


def _insert(connection: Connection, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


# -- the flip ---------------------------------------------------------------------------------------------


def flip(connection: Connection, batch_id: int, now: datetime, totals: dict[str, int]) -> None:
    """Make the batch visible, with the first of its changes; ``Refused`` where it is not pending."""
    if connection.execute(_FLIP, {"batch": batch_id, "at": now, "sums": totals}).rowcount != 1:
        raise Refused(
            "本次导入停顿过久，已被放弃，什么也没有导入，请重新导入", log=f"batch {batch_id} lost its lease"
        )
    apply_changes(connection, batch_id)


_TO_APPLY = (
    select(batches.c.cursor, staged_rows.c.row_no, staged_rows.c.payload)
    .join_from(batches, staged_rows, staged_rows.c.batch_id == batches.c.id)
    .where(
        batches.c.id == bindparam("batch"),
        batches.c.flipped_at.is_not(None),
        staged_rows.c.row_no > batches.c.cursor,
    )
    .order_by(staged_rows.c.row_no)
    .limit(CHANGES_AT_ONCE)
)
_APPLIED = update(batches).where(batches.c.id == bindparam("batch")).values(cursor=bindparam("position"))
_UNFINISHED = (
    select(batches.c.id)
    .where(
        _IS_IMPORT,
        batches.c.flipped_at.is_not(None),
        select(staged_rows.c.row_no)
        .where(staged_rows.c.batch_id == batches.c.id, staged_rows.c.row_no > batches.c.cursor)
        .exists(),
    )
    .order_by(batches.c.id)
)


def apply_changes(connection: Connection, batch_id: int) -> bool:
    """Apply the next changes of a flipped batch; whether there may be more."""
    rows = connection.execute(_TO_APPLY, {"batch": batch_id}).all()
    for row in rows:
        _APPLY[row.payload["op"]](connection, row.payload, batch_id)
    if rows:
        connection.execute(_APPLIED, {"batch": batch_id, "position": rows[-1].row_no})
    return len(rows) == CHANGES_AT_ONCE


def unfinished(connection: Connection) -> list[int]:
    """Flipped imports whose changes are not all applied: a process died right after the flip."""
    return list(connection.execute(_UNFINISHED).scalars())


_RECORD_FIELDS = (
    "title",
    "published_on",
    "publicity_until",
    "valid_until",
    "issuer_kind",
    "endorsed",
    "state",
)
_SET_RECORD = {
    name: update(records).where(records.c.id == bindparam("wanted")).values({name: bindparam("value")})
    for name in _RECORD_FIELDS
}
_DATES = frozenset(("published_on", "publicity_until", "valid_until"))
_SET_VIOLATION = upsert(violations, "record_id", "seq")
_SET_GRADE = (
    update(base_grades)
    .where(base_grades.c.id == bindparam("wanted"))
    .values(
        grade=bindparam("new_grade"),
        score=bindparam("new_score"),
        source=bindparam("new_source"),
        approved_by=bindparam("approver"),
        batch_id=bindparam("batch"),
    )
)
_SET_SUBJECT = (
    update(subjects)
    .where(subjects.c.id == bindparam("wanted"))
    .values(
        name=bindparam("new_name"),
        uscc=bindparam("new_uscc"),
        kind=bindparam("new_kind"),
        industry=bindparam("new_industry"),
        domains=bindparam("new_domains"),
    )
)


def _apply_record(connection: Connection, payload: dict[str, Any], _batch_id: int) -> None:
    for name, value in payload["set"].items():
        told = date.fromisoformat(value) if name in _DATES else value
        connection.execute(_SET_RECORD[name], {"wanted": payload["id"], "value": told})
    _insert(connection, _SET_VIOLATION, payload["violations"])


def _apply_grade(connection: Connection, payload: dict[str, Any], batch_id: int) -> None:
    score = payload["score"]
    connection.execute(
        _SET_GRADE,
        {
            "wanted": payload["id"],
            "new_grade": payload["grade"],
            "new_score": None if score is None else Decimal(score),
            "new_source": payload["source"],
            "approver": payload["approved_by"],
            "batch": batch_id,
        },
    )


def _apply_subject(connection: Connection, payload: dict[str, Any], _batch_id: int) -> None:
    told = {f"new_{name}": value for name, value in payload["set"].items()}
    connection.execute(_SET_SUBJECT, {"wanted": payload["id"]} | told)
    _insert(connection, _INSERT_NAMES, [{"subject_id": payload["id"], "name": n} for n in payload["names"]])
    _insert(connection, _INSERT_LEGACY, [{"subject_id": payload["id"], "code": c} for c in payload["legacy"]])


_APPLY = {"record": _apply_record, "grade": _apply_grade, "subject": _apply_subject}


# -- afterwards -----------------------------------------------------------------------------------------------

_TOUCHED = union(
    select(subjects.c.id.label("id")).where(subjects.c.batch_id == bindparam("batch")),
    select(records.c.subject_id).where(records.c.batch_id == bindparam("batch")),
    select(base_grades.c.subject_id).where(base_grades.c.batch_id == bindparam("batch")),
    select(staged_rows.c.subject_id).where(staged_rows.c.batch_id == bindparam("batch")),
).subquery("touched")
_NEXT_TOUCHED = (
    select(_TOUCHED.c.id)
    .where(_TOUCHED.c.id > bindparam("after"))
    .order_by(_TOUCHED.c.id)
    .limit(bindparam("most"))
)


def touched_subjects(
    connection: Connection, batch_id: int, *, after: int = 0, limit: int = 1000
) -> list[int]:
    """Ids of the subjects that a flipped import created or changed, ascending: whom to evaluate again."""
    values = {"batch": batch_id, "after": after, "most": limit}
    return [int(each) for each in connection.execute(_NEXT_TOUCHED, values).scalars()]


_OF_FILE = (
    select(batches)
    .where(
        batches.c.kind == bindparam("of_kind"),
        batches.c.file_sha256 == bindparam("wanted"),
        batches.c.flipped_at.is_not(None),
    )
    .order_by(batches.c.id.desc())
    .limit(1)
)


def batch_of_file(connection: Connection, kind: str, file_sha256: str) -> Any:
    """The newest visible batch that came from the very same file, as a row; None where there is none."""
    return connection.execute(_OF_FILE, {"of_kind": KIND_PREFIX + kind, "wanted": file_sha256}).first()


_LEFT_OVER = select(batches.c.id).where(
    _IS_IMPORT,
    batches.c.abandoned_at.is_not(None),
    or_(
        *(
            select(table.c.batch_id).where(table.c.batch_id == batches.c.id).exists()
            for table in (subjects, records, base_grades, staged_rows)
        )
    ),
)


def left_over(connection: Connection) -> list[int]:
    """Abandoned imports that still have invisible rows."""
    return list(connection.execute(_LEFT_OVER).scalars())


def _some_of(table: Table) -> Any:
    return (
        select(table.c.id)
        .where(table.c.batch_id == bindparam("batch"))
        .order_by(table.c.id)
        .limit(_PURGED_AT_ONCE)
    )


#: children before parents; each at most ``_PURGED_AT_ONCE`` parents
_PURGE: tuple[tuple[Any, ...], ...] = (
    (
        delete(violations).where(violations.c.record_id.in_(_some_of(records))),
        delete(records).where(records.c.id.in_(_some_of(records))),
    ),
    (delete(base_grades).where(base_grades.c.id.in_(_some_of(base_grades))),),
    (
        delete(subject_names).where(subject_names.c.subject_id.in_(_some_of(subjects))),
        delete(legacy_codes).where(legacy_codes.c.subject_id.in_(_some_of(subjects))),
        delete(subjects).where(subjects.c.id.in_(_some_of(subjects))),
    ),
    (delete(staged_rows).where(staged_rows.c.batch_id == bindparam("batch")),),
)


def purge(connection: Connection, batch_id: int) -> bool:
    """Remove some of the invisible rows of an abandoned import; whether there may be more."""
    for step in _PURGE:
        removed = 0
        for statement in step:
            removed = connection.execute(statement, {"batch": batch_id}).rowcount
        if removed:
            return True
    return False
