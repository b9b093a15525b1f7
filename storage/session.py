"""The way of the command line into the database: one short transaction for each ``with`` block."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.util.concurrency import greenlet_spawn

from domain.clock import Clock
from domain.ports import Sealer
from storage.engines import is_sqlite, parse_url, postgres_engine, sqlite_engine
from storage.failures import translated
from storage.runner_postgres import connected
from storage.unit_of_work import SqlUnitOfWork

SessionFactory = Callable[[], AbstractContextManager[SqlUnitOfWork]]


@contextmanager
def open_session(database_url: str, *, sealer: Sealer, clock: Clock) -> Iterator[SqlUnitOfWork]:
    """One transaction, committed at the end of the block and rolled back where it raises.

    For processes beside the service; the block must be short, since on SQLite
    nobody else writes meanwhile. ``Unavailable`` where the database cannot take it.
    """
    with _sessions(database_url, sealer=sealer, clock=clock) as session, session() as uow:
        yield uow


class _BlockingConnection:
    """The two methods of ``Connection`` that repositories use, outside of a running loop."""

    def __init__(self, connection: Connection, run: Callable[[Any], Any]) -> None:
        self._connection = connection
        self._run = run
        self.dialect = connection.dialect

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        return self._run(greenlet_spawn(self._connection.execute, *args, **kwargs))

    def exec_driver_sql(self, *args: Any, **kwargs: Any) -> Any:
        return self._run(greenlet_spawn(self._connection.exec_driver_sql, *args, **kwargs))


@contextmanager
def open_sessions(database_url: str, *, sealer: Sealer, clock: Clock) -> Iterator[SessionFactory]:
    """Many short transactions over one engine, for work in chunks: the statements stay compiled.

    What is in memory when the work begins stays there to its end, so the
    garbage collector need not look through it again and again: a third of the
    time of an evaluation of everybody.
    """
    gc.freeze()
    try:
        with _sessions(database_url, sealer=sealer, clock=clock) as session:
            yield session
    finally:
        gc.unfreeze()


def service_sessions(
    database_url: str, *, sealer: Sealer, clock: Clock
) -> AbstractContextManager[SessionFactory]:
    """Many short transactions beside a running service, in a thread of their own.

    As ``open_sessions``, but the garbage collector is left as the service set it.
    """
    return _sessions(database_url, sealer=sealer, clock=clock)


@contextmanager
def _sessions(database_url: str, *, sealer: Sealer, clock: Clock) -> Iterator[SessionFactory]:
    url = parse_url(database_url)
    with (_sqlite_connections if is_sqlite(url) else _postgres_connections)(url) as connect:

        @contextmanager
        def session() -> Iterator[SqlUnitOfWork]:
            with translated(), connect() as connection:
                yield SqlUnitOfWork(connection, sealer=sealer, clock=clock)

        yield session


@contextmanager
def _sqlite_connections(url: Any) -> Iterator[Callable[[], AbstractContextManager[Connection]]]:
    engine = sqlite_engine(url)
    try:
        yield engine.begin
    finally:
        engine.dispose()


@contextmanager
def _postgres_connections(url: Any) -> Iterator[Callable[[], AbstractContextManager[Connection]]]:
    with asyncio.Runner() as loop:
        engine = postgres_engine(url)

        @contextmanager
        def begin() -> Iterator[Connection]:
            opening = connected(engine)
            connection = loop.run(opening.__aenter__())
            try:
                yield cast(Connection, _BlockingConnection(connection.sync_connection, loop.run))  # type: ignore[arg-type]
                loop.run(connection.commit())
            finally:
                loop.run(opening.__aexit__(None, None, None))

        try:
            yield begin
        finally:
            loop.run(engine.dispose())
