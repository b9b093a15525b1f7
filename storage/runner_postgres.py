"""The runner on PostgreSQL: one connection for each piece of work, several replicas.

READ COMMITTED; locks are taken in one fixed order (conversation, subject,
case). Where transactions are in each other's way all the same, the work is run
again: it has no effect outside of its unit of work.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.clock import Clock
from domain.errors import TurnTooLong, Unavailable
from domain.ports import Sealer
from storage.engines import LOCK_TIMEOUT_MS, postgres_engine
from storage.failures import can_run_again, is_unavailable, translated, unavailable, was_interrupted
from storage.runner_types import TURN_LIMIT_MS, Priority, RunnerStats, T
from storage.unit_of_work import SqlUnitOfWork

_POOL = 10
#: background work never takes the last connections from the turns
_BACKGROUND = 4
#: a runaway statement still ends before the person's answer is late
_SLACK_MS = 3 * LOCK_TIMEOUT_MS
_ATTEMPTS = 5
_PAUSE_S = 0.02


class PostgresRunner:
    """Implements ``Runner`` for one replica."""

    def __init__(self, url: URL, *, sealer: Sealer, clock: Clock) -> None:
        self.stats = RunnerStats()
        self._sealer = sealer
        self._clock = clock
        self._engine = postgres_engine(url, statement_ms=_statement_ms(TURN_LIMIT_MS), pool_size=_POOL)
        self._readers = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        # the pool itself is not fair: whoever gives a connection back gets it again
        # before those who wait. Here they stand in line
        self._slots = asyncio.Semaphore(_POOL)
        self._background = asyncio.Semaphore(_BACKGROUND)
        self._running = 0
        self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(
        self,
        work: Callable[[SqlUnitOfWork], T],
        *,
        priority: Priority = Priority.TURN,
        limit_ms: int | None = TURN_LIMIT_MS,
    ) -> T:
        """See ``Runner.run``."""
        async with self._accepted(), self._lane(priority), self._slots:
            return await self._counted(work, limit_ms)

    async def read(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        """See ``Runner.read``."""
        async with self._accepted(), self._slots, connected(self._readers) as connection:
            with translated():
                return await connection.run_sync(lambda sync: work(self._uow(sync)))

    async def close(self) -> None:
        """See ``Runner.close``."""
        self._closed = True
        await self._idle.wait()
        await self._engine.dispose()

    def _lane(self, priority: Priority) -> AbstractAsyncContextManager[None]:
        return nullcontext() if priority is Priority.TURN else self._background

    @asynccontextmanager
    async def _accepted(self) -> AsyncIterator[None]:
        if self._closed:
            raise Unavailable("the service is shutting down")
        self._running += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def _counted(self, work: Callable[[SqlUnitOfWork], T], limit_ms: int | None) -> T:
        try:
            with translated():
                result = await self._until_done(work, limit_ms)
        except BaseException as error:
            self.stats.failed += 1
            self.stats.too_long += isinstance(error, TurnTooLong)
            raise
        self.stats.done += 1
        self.stats.commits += 1
        return result

    async def _until_done(self, work: Callable[[SqlUnitOfWork], T], limit_ms: int | None) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._once(work, limit_ms)
            except DBAPIError as error:
                if was_interrupted(error):
                    raise TurnTooLong("the work was interrupted by the statement time-out") from error
                if not can_run_again(error):
                    raise
                last = error
            self.stats.rerun += 1
            # others in the same knot wait for another while
            await asyncio.sleep(random.uniform(0, _PAUSE_S * attempt))  # noqa: S311
        raise Unavailable(f"other transactions stayed in the way: {last}") from last

    async def _once(self, work: Callable[[SqlUnitOfWork], T], limit_ms: int | None) -> T:
        def on(connection: Connection) -> T:
            if limit_ms != TURN_LIMIT_MS:
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_statement_ms(limit_ms)}")
            return work(self._uow(connection))

        async with connected(self._engine) as connection:
            result = await connection.run_sync(on)
            await connection.commit()
            return result

    def _uow(self, connection: Connection) -> SqlUnitOfWork:
        return SqlUnitOfWork(connection, sealer=self._sealer, clock=self._clock)


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection of the pool; ``Unavailable`` where the server cannot be reached."""
    try:
        connection = await engine.connect()
    except (OSError, TimeoutError) as error:
        raise Unavailable(f"the database cannot be reached: {error}") from error
    except DBAPIError as error:
        if is_unavailable(error):
            raise unavailable(error) from error
        raise
    try:
        yield connection
    finally:
        await connection.close()


def _statement_ms(limit_ms: int | None) -> int:
    """The time-out of one statement; 0 means none.

    Waiting for a lock, or for a server that is busy with others, is not the
    work's own time, and wall time is all that the server can count. The work
    as a whole is not timed: here it keeps nobody waiting but the next message
    of the same person.
    """
    return 0 if limit_ms is None else limit_ms + _SLACK_MS
