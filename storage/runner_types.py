"""What both runners share: the port, the priorities, the counters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, TypeVar

from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")

#: a turn longer than this in the writer is interrupted
TURN_LIMIT_MS = 300


class Priority(IntEnum):
    """Turns go first; sweeps, deliveries, imports and jobs are background."""

    TURN = 0
    BACKGROUND = 1


@dataclass(slots=True)
class RunnerStats:
    """Counters since the start, for the metrics page."""

    #: pieces of work that were committed
    done: int = 0
    #: pieces that raised and were rolled back
    failed: int = 0
    #: pieces interrupted because they took too long
    too_long: int = 0
    #: pieces run once more: their group was lost, or another transaction was in the way
    rerun: int = 0
    #: commits; on SQLite many pieces share one
    commits: int = 0


class Runner(Protocol):
    """The one way from the asynchronous shell to the synchronous core."""

    stats: RunnerStats

    async def run(
        self,
        work: Callable[[SqlUnitOfWork], T],
        *,
        priority: Priority = Priority.TURN,
        limit_ms: int | None = TURN_LIMIT_MS,
    ) -> T:
        """Run ``work`` in a transaction; return its result once that is committed.

        What ``work`` raises is raised here, with its effects rolled back.
        ``TurnTooLong`` after ``limit_ms``; ``Unavailable`` where the database
        is gone, full or read-only. ``work`` may be run more than once and must
        have no effect outside of its unit of work.
        """
        ...

    async def read(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        """Run ``work`` on a snapshot that it cannot change. Short: a long one holds up housekeeping."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then let go of the database. New work is ``Unavailable``."""
        ...
