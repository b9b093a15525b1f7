"""Uploaded tables on their way to the database, and headers that were told by hand before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from domain.model.intake import AT_WORK, OPEN, Checkup, FoundColumn, Glimpse, Intake, IntakeState
from domain.ports import Sealer
from storage.statements import upsert
from storage.tables import intake_columns, intakes
from storage.types import AnyRow

DETAILS = "intake-details"

_PLAIN = [
    "kind",
    "sha256",
    "size",
    "stored",
    "rejected",
    "state",
    "version",
    "by",
    "by_name",
    "department",
    "opened_at",
    "touched_at",
    "decider",
    "decider_name",
    "decided_at",
    "rows_done",
    "rows_all",
    "batch_id",
    "attempts",
]
_OPEN = [state.value for state in OPEN]

_ADD = insert(intakes).returning(intakes.c.id)
_GET = select(intakes).where(intakes.c.id == bindparam("wanted"))
_LOCK = _GET.with_for_update()
_SAVE = update(intakes).where(intakes.c.id == bindparam("wanted"), intakes.c.version == bindparam("was"))
_NEWEST = select(intakes).order_by(intakes.c.id.desc()).limit(bindparam("at_most"))
_SAME = (
    select(intakes)
    .where(
        intakes.c.sha256 == bindparam("wanted"),
        intakes.c.kind == bindparam("of_kind"),
        intakes.c.state.in_([*_OPEN, IntakeState.DONE.value]),
    )
    .order_by(intakes.c.id.desc())
)
_DUE = (
    select(intakes)
    .where(
        intakes.c.state.in_([state.value for state in AT_WORK]),
        or_(intakes.c.lease_until.is_(None), intakes.c.lease_until <= bindparam("now")),
    )
    .order_by(intakes.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(intakes)
    .where(intakes.c.id == bindparam("wanted"))
    .values(attempts=intakes.c.attempts + 1, lease_until=bindparam("until"))
)
_PROGRESS = (
    update(intakes)
    .where(intakes.c.id == bindparam("wanted"), intakes.c.version == bindparam("was"))
    .values(rows_done=bindparam("done"), rows_all=bindparam("in_all"), lease_until=bindparam("until"))
)
_POSTPONE = (
    update(intakes)
    .where(intakes.c.id == bindparam("wanted"), intakes.c.version == bindparam("was"))
    .values(attempts=intakes.c.attempts - 1)
)
#: what lies in the file store and is not needed any more, or was never finished
_STALE = (
    select(intakes)
    .where(
        or_(
            intakes.c.state.not_in(_OPEN) & (intakes.c.stored != ""),
            intakes.c.state.not_in(_OPEN)
            & (intakes.c.rejected != "")
            & (intakes.c.touched_at < bindparam("ended_before")),
            intakes.c.state.in_([IntakeState.SEEN.value, IntakeState.WAITING.value])
            & (intakes.c.touched_at < bindparam("idle_before")),
        )
    )
    .order_by(intakes.c.id)
    .limit(bindparam("at_most"))
)
_COLUMNS = select(intake_columns.c.caption, intake_columns.c.key).where(
    intake_columns.c.kind == bindparam("of_kind")
)
_REMEMBER = upsert(intake_columns, "kind", "caption")


class SqlIntakes:
    """Implements ``domain.ports.Intakes``."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def add(self, intake: Intake) -> int:
        """Store a new one (its ``id`` is ignored); returns the id."""
        return int(self._connection.execute(_ADD, self._written(intake)).scalar_one())

    def get(self, intake_id: int, *, lock: bool = False) -> Intake | None:
        row = self._connection.execute(_LOCK if lock else _GET, {"wanted": intake_id}).first()
        return None if row is None else self._read(row)

    def save(self, intake: Intake, *, was: int) -> bool:
        """Overwrite one whose stored version is ``was``, and end its lease; False where it has moved on."""
        values = self._written(intake) | {"lease_until": None}
        return self._connection.execute(_SAVE.values(values), {"wanted": intake.id, "was": was}).rowcount == 1

    def newest(self, *, limit: int) -> list[Intake]:
        return [self._read(row) for row in self._connection.execute(_NEWEST, {"at_most": limit})]

    def of_file(self, kind: str, sha256: str) -> list[Intake]:
        """Open or imported ones of the very same file, newest first."""
        asked = {"wanted": sha256, "of_kind": kind}
        return [self._read(row) for row in self._connection.execute(_SAME, asked)]

    def lease(self, now: datetime, until: datetime) -> Intake | None:
        """Take the oldest that a job is to work on; it comes up again after the lease."""
        row = self._connection.execute(_DUE, {"now": now}).first()
        if row is None:
            return None
        self._connection.execute(_TAKE, {"wanted": row.id, "until": until})
        return self._read(row)

    def note_progress(self, intake: Intake, done: int, in_all: int, until: datetime) -> bool:
        """How far the job is, and that it is alive; False where somebody took the table away."""
        values = {
            "wanted": intake.id,
            "was": intake.version,
            "done": done,
            "in_all": in_all,
            "until": until,
        }
        return self._connection.execute(_PROGRESS, values).rowcount == 1

    def postpone(self, intake: Intake) -> None:
        """What was taken could not be worked on now: it comes up after its lease, and no try is counted."""
        self._connection.execute(_POSTPONE, {"wanted": intake.id, "was": intake.version})

    def stale(self, *, idle_before: datetime, ended_before: datetime, limit: int) -> list[Intake]:
        """Those of which something lies in the file store that is not needed any more."""
        asked = {"idle_before": idle_before, "ended_before": ended_before, "at_most": limit}
        return [self._read(row) for row in self._connection.execute(_STALE, asked)]

    def columns_of(self, kind: str) -> dict[str, str]:
        """Header → column, as told by hand before."""
        rows = self._connection.execute(_COLUMNS, {"of_kind": kind})
        return {row.caption: row.key for row in rows}

    def remember(self, kind: str, columns: Mapping[str, str], *, by: str, at: datetime) -> None:
        """Take these headers for these columns in the next file of the kind."""
        for caption, key in columns.items():
            values = {"kind": kind, "caption": caption, "key": key, "by": by, "at": at}
            self._connection.execute(_REMEMBER, values)

    def _written(self, intake: Intake) -> dict[str, Any]:
        details = {
            "name": intake.name,
            "columns": intake.columns,
            "glimpse": asdict(intake.glimpse) if intake.glimpse else None,
            "checkup": asdict(intake.checkup) if intake.checkup else None,
            "reason": intake.reason,
        }
        text = json.dumps(details, ensure_ascii=False, separators=(",", ":"))
        plain = {name: getattr(intake, name) for name in _PLAIN}
        return plain | {"details": self._sealer.seal(DETAILS, text.encode()), "state": intake.state.value}

    def _read(self, row: AnyRow) -> Intake:
        details = json.loads(self._sealer.open(DETAILS, row.details))
        plain = {name: getattr(row, name) for name in _PLAIN}
        return Intake(
            **plain
            | {
                "id": row.id,
                "state": IntakeState(row.state),
                "name": details["name"],
                "columns": details["columns"],
                "glimpse": _glimpse(details["glimpse"]),
                "checkup": _checkup(details["checkup"]),
                "reason": details["reason"],
            }
        )


def _glimpse(stored: dict[str, Any] | None) -> Glimpse | None:
    """JSON knows no tuples."""
    if stored is None:
        return None
    return Glimpse(
        form=stored["form"],
        sheet=stored["sheet"],
        height=stored["height"],
        columns=tuple(FoundColumn(**each) for each in stored["columns"]),
        missing=tuple(stored["missing"]),
        heads=tuple(stored["heads"]),
        first=tuple(tuple(row) for row in stored["first"]),
        reasons=tuple((number, text) for number, text in stored["reasons"]),
    )


def _checkup(stored: dict[str, Any] | None) -> Checkup | None:
    return None if stored is None else Checkup(**stored | {"lines": tuple(stored["lines"])})
