"""The runner on SQLite: one writer thread with group commit, readers beside it.

All that waits at one moment runs piece after piece in one transaction, each
piece in its own savepoint; one durable commit answers them all. A commit costs
as much as twenty turns, so this is worth more than any tuning of one turn.
"""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from domain.clock import Clock
from domain.errors import TurnTooLong, Unavailable
from domain.ports import Sealer
from storage.engines import FileIdentity, sqlite_engine, sqlite_file, sqlite_read_engine
from storage.failures import is_unavailable, translated, unavailable, was_interrupted
from storage.runner_types import TURN_LIMIT_MS, Priority, RunnerStats, T
from storage.unit_of_work import SqlUnitOfWork

#: no group grows older than this before its commit
_GROUP_S = 0.020
_GROUP_PIECES = 256
#: background work that waited this long goes before the turns, once in each group
_STARVED_S = 0.25
#: after a group of so many turns more are on their way: background work alone waits
#: so long for a group to ride in, instead of a commit of its own between two of them
_MANY_TURNS = 4
_RIDE_S = 0.020
#: SQLite's lock is not fair: after this much unbroken work the writer steps
#: aside for a moment, so that command-line processes come in
_STEP_ASIDE_AFTER_S = 0.020
_STEP_ASIDE_S = 0.001
#: virtual machine steps between two looks at the time. SQLite counts on when a
#: statement is run again, so that many short runs are stopped like one long one
_LOOK_EVERY = 2000

_NEVER = float("inf")


class _Piece:
    """One unit of waiting work and what became of it."""

    __slots__ = ("error", "future", "limit_s", "loop", "priority", "queued_at", "result", "work")

    def __init__(
        self, work: Callable[[SqlUnitOfWork], Any], priority: Priority, limit_ms: int | None
    ) -> None:
        self.work = work
        self.priority = priority
        self.limit_s = _NEVER if limit_ms is None else limit_ms / 1000
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.queued_at = time.monotonic()
        self.result: Any = None
        self.error: BaseException | None = None

    def answer(self) -> None:
        """Tell the waiting coroutine; runs in its loop."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        elif isinstance(self.error, StopIteration):
            # a future refuses this one, and its waiter would wait for ever
            self.future.set_exception(RuntimeError(f"the work raised {self.error!r}"))
        else:
            self.future.set_exception(self.error)


class _Queue:
    """Two lanes, turns first, background work never starved. Filled by loops, emptied by the writer's thread.

    All come in by one door that wakes the writer without a line of Python; it
    sorts them into the lanes, which are its own.
    """

    def __init__(self) -> None:
        self._door: SimpleQueue[_Piece | None] = SimpleQueue()
        self._lanes: tuple[deque[_Piece], deque[_Piece]] = (deque(), deque())
        self._closing = threading.Lock()
        self._closed = False
        self._ended = False
        #: turns in the group before
        self._turns = 0

    def put(self, piece: _Piece) -> None:
        with self._closing:  # or a piece could come in behind the last one
            if self._closed:
                raise Unavailable("the service is shutting down")
            self._door.put(piece)

    def close(self) -> None:
        with self._closing:
            self._closed = True
            self._door.put(None)

    def wait(self) -> bool:
        """Block until there is work for a group; False when closed and empty."""
        while not any(self._lanes):
            if self._ended:
                return False
            self._sort(self._door.get())
        if self._turns >= _MANY_TURNS:
            self._wait_for_turns()
        self._turns = 0
        return True

    def take(self, *, starved_first: bool) -> _Piece | None:
        """The next piece, or None. A piece whose caller went away is dropped."""
        while not self._door.empty():
            self._sort(self._door.get())
        turns, background = self._lanes
        while True:
            starved = starved_first and background and time.monotonic() - background[0].queued_at > _STARVED_S
            lane = background if starved or not turns else turns
            if not lane:
                return None
            piece = lane.popleft()
            if not piece.future.cancelled():
                self._turns += piece.priority is Priority.TURN
                return piece

    def _wait_for_turns(self) -> None:
        """Until one comes, the queue is closed, or enough was waited."""
        until = time.monotonic() + _RIDE_S
        while not self._lanes[Priority.TURN] and not self._ended:
            try:
                self._sort(self._door.get(timeout=max(0.0, until - time.monotonic())))
            except Empty:
                return

    def _sort(self, piece: _Piece | None) -> None:
        if piece is None:
            self._ended = True
        else:
            self._lanes[piece.priority].append(piece)


class _OwnTime:
    """CPU time of one thread without what the garbage collector took of it.

    A full collection comes when it comes, and costs what the whole process holds:
    whichever piece it meets has not worked longer for it.
    """

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._collecting_since = 0.0
        self._collected = 0.0

    def now(self) -> float:
        """Seconds since the thread began."""
        return time.thread_time() - self._collected

    def begin(self) -> None:
        gc.callbacks.append(self._note)

    def end(self) -> None:
        gc.callbacks.remove(self._note)

    def _note(self, phase: str, _info: dict[str, int]) -> None:
        if threading.get_ident() != self._thread:
            return
        if phase == "start":
            self._collecting_since = time.thread_time()
        else:
            self._collected += time.thread_time() - self._collecting_since


class _Lost(Exception):  # noqa: N818 - a state of the transaction, not a fault
    """An error took the whole transaction with it."""


class _Writer:
    """Owns the only writing connection of the process; everything here runs in its thread."""

    def __init__(self, url: URL, sealer: Sealer, clock: Clock, stats: RunnerStats) -> None:
        self.queue = _Queue()
        self._engine = sqlite_engine(url)
        self._file = FileIdentity(sqlite_file(url))
        self._sealer = sealer
        self._clock = clock
        self._stats = stats
        self._connection: Connection | None = None
        self._raw: Any = None
        self._uow: SqlUnitOfWork | None = None
        self._deadline = _NEVER
        self._busy_since = 0.0
        self.thread = threading.Thread(target=self._main, name="xinshi-writer", daemon=True)

    def _main(self) -> None:
        self._busy_since = time.monotonic()
        self._time = _OwnTime()
        self._time.begin()
        while self._wait():
            self._group()
            self._step_aside()
        self._time.end()
        self._disconnect()
        self._engine.dispose()

    def _wait(self) -> bool:
        """``_Queue.wait``; after a rest the lock was free for everybody."""
        since = time.monotonic()
        waited = self.queue.wait()
        if time.monotonic() - since > _STEP_ASIDE_S:
            self._busy_since = time.monotonic()
        return waited

    def _step_aside(self) -> None:
        if time.monotonic() - self._busy_since > _STEP_ASIDE_AFTER_S:
            time.sleep(_STEP_ASIDE_S)
            self._busy_since = time.monotonic()

    # --- a group

    def _group(self) -> None:
        pieces: list[_Piece] = []
        try:
            self._begin()
            self._run_all(pieces)
            self._commit()
        except _Lost:
            self._rollback()
            self._one_by_one(pieces)
        except BaseException as error:
            self._rollback()
            self._fail(pieces, error)
        self._answer(pieces)

    def _run_all(self, pieces: list[_Piece]) -> None:
        started = time.monotonic()
        starved_first = True
        while len(pieces) < _GROUP_PIECES and time.monotonic() - started < _GROUP_S:
            piece = self.queue.take(starved_first=starved_first)
            if piece is None:
                return
            starved_first = starved_first and piece.priority is Priority.TURN
            pieces.append(piece)
            self._attempt(piece)

    def _one_by_one(self, pieces: list[_Piece]) -> None:
        """Run a lost group again, each piece in a transaction of its own: nobody was answered yet."""
        for piece in pieces:
            if isinstance(piece.error, TurnTooLong):
                continue
            self._stats.rerun += 1
            piece.error = None
            try:
                self._begin()
                self._attempt(piece)
                self._commit()
            except _Lost:
                self._rollback()
            except BaseException as error:
                self._rollback()
                self._fail([piece], error)

    def _fail(self, pieces: list[_Piece], error: BaseException) -> None:
        """Nothing was kept: who had succeeded so far, and who waits, learns why."""
        if not pieces:
            while (piece := self.queue.take(starved_first=False)) is not None:
                pieces.append(piece)
        for piece in pieces:
            if piece.error is None:
                piece.error = _meaning(error)

    def _answer(self, pieces: list[_Piece]) -> None:
        loops: dict[asyncio.AbstractEventLoop, list[_Piece]] = {}
        for piece in pieces:
            self._stats.done += piece.error is None
            self._stats.failed += piece.error is not None
            loops.setdefault(piece.loop, []).append(piece)
        for loop, answered in loops.items():
            try:
                loop.call_soon_threadsafe(_answer_all, answered)
            except RuntimeError:
                continue  # the loop is closed: nobody waits there any more

    # --- a piece

    def _attempt(self, piece: _Piece) -> None:
        """Run one piece in its savepoint; ``_Lost`` where it took the transaction with it."""
        self._raw.execute("SAVEPOINT piece")
        # the work's own time: a machine that stands still is nobody's fault
        self._deadline = self._time.now() + piece.limit_s
        try:
            piece.result = piece.work(self._uow)  # type: ignore[arg-type]
            if self._is_late():
                raise TurnTooLong("the work ran over its time in the writer")
        except BaseException as error:
            self._deadline = _NEVER
            piece.error = self._reason(error)
            self._undo()
        else:
            self._deadline = _NEVER
            self._raw.execute("RELEASE piece")

    def _undo(self) -> None:
        if not self._raw.in_transaction:
            raise _Lost
        self._raw.execute("ROLLBACK TO piece")
        self._raw.execute("RELEASE piece")

    def _reason(self, error: BaseException) -> BaseException:
        if isinstance(error, TurnTooLong) or was_interrupted(error):
            self._stats.too_long += 1
            return error if isinstance(error, TurnTooLong) else _too_long(error)
        return _meaning(error)

    def _is_late(self) -> bool:
        return self._time.now() > self._deadline

    # --- the transaction

    def _begin(self) -> None:
        if self._connection is not None and not self._file.unchanged():
            self._disconnect()
        if self._connection is None:
            self._connect()
        self._connection.begin()  # type: ignore[union-attr]

    def _commit(self) -> None:
        self._connection.commit()  # type: ignore[union-attr]
        self._stats.commits += 1

    def _rollback(self) -> None:
        try:
            if self._connection is not None:
                self._connection.rollback()
        except SQLAlchemyError:
            self._disconnect()

    def _connect(self) -> None:
        connection = self._engine.connect()
        self._raw = connection.connection.driver_connection
        self._raw.set_progress_handler(self._is_late, _LOOK_EVERY)
        self._file.remember()
        self._connection = connection
        self._uow = SqlUnitOfWork(connection, sealer=self._sealer, clock=self._clock)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


class SqliteRunner:
    """Implements ``Runner`` for one process on a SQLite file."""

    def __init__(self, url: URL, *, sealer: Sealer, clock: Clock) -> None:
        self.stats = RunnerStats()
        self._sealer = sealer
        self._clock = clock
        self._readers = sqlite_read_engine(url)
        self._file = FileIdentity(sqlite_file(url))
        self._writer = _Writer(url, sealer, clock, self.stats)
        self._writer.thread.start()

    async def run(
        self,
        work: Callable[[SqlUnitOfWork], T],
        *,
        priority: Priority = Priority.TURN,
        limit_ms: int | None = TURN_LIMIT_MS,
    ) -> T:
        """See ``Runner.run``."""
        piece = _Piece(work, priority, limit_ms)
        self._writer.queue.put(piece)
        result: T = await piece.future
        return result

    async def read(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        """See ``Runner.read``."""

        def on(connection: Connection) -> T:
            return work(SqlUnitOfWork(connection, sealer=self._sealer, clock=self._clock))

        if not self._file.unchanged():
            # open connections would go on reading a file that is no longer the database
            await self._readers.dispose()
            self._file.remember()
        with translated():
            async with self._readers.connect() as connection:
                return await connection.run_sync(on)

    async def close(self) -> None:
        """See ``Runner.close``."""
        self._writer.queue.close()
        await asyncio.get_running_loop().run_in_executor(None, self._writer.thread.join)
        await self._readers.dispose()


def _answer_all(pieces: list[_Piece]) -> None:
    for piece in pieces:
        piece.answer()


def _too_long(error: BaseException) -> TurnTooLong:
    reason = TurnTooLong("the work was interrupted in the writer")
    reason.__cause__ = error
    return reason


def _meaning(error: BaseException) -> BaseException:
    if not is_unavailable(error):
        return error
    reason = unavailable(error)
    reason.__cause__ = error
    return reason
