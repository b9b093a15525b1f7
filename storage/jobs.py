"""Slots of the scheduler: each tick runs once, however many replicas there are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, update

from storage.statements import insert_once
from storage.tables import job_runs

_CLAIM = insert_once(job_runs, "job", "slot")
_FINISH = (
    update(job_runs)
    .where(job_runs.c.job == bindparam("name"), job_runs.c.slot == bindparam("at_slot"))
    .values(finished_at=bindparam("at"))
)
_FORGET = delete(job_runs).where(job_runs.c.slot < bindparam("before"))


class SqlJobs:
    """One row for each (job, slot)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, job: str, slot: datetime, host: str) -> bool:
        """Whether this replica runs the slot; False where another took it."""
        values = {"job": job, "slot": slot, "host": host}
        return self._connection.execute(_CLAIM, values).first() is not None

    def finish(self, job: str, slot: datetime, at: datetime) -> None:
        """Note that the slot is done."""
        self._connection.execute(_FINISH, {"name": job, "at_slot": slot, "at": at})

    def forget(self, before: datetime) -> int:
        """Delete slots older than ``before``; return how many."""
        return self._connection.execute(_FORGET, {"before": before}).rowcount
