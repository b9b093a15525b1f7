"""The way of the command line into the database: one short transaction for each ``with`` block."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.util.concurrency import greenlet_spawn

from domain.clock import Clock
from domain.ports import Sealer
from storage.engines import is_sqlite, parse_url, postgres_engine, sqlite_engine
from storage.failures import translated
from storage.runner_postgres import connected
from storage.unit_of_work import SqlUnitOfWork


@contextmanager
def open_session(database_url: str, *, sealer: Sealer, clock: Clock) -> Iterator[SqlUnitOfWork]:
    """One transaction, committed at the end of the block and rolled back where it raises.

    For processes beside the service; the block must be short, since on SQLite
    nobody else writes meanwhile. ``Unavailable`` where the database cannot take it.
    """
    url = parse_url(database_url)
    connect = _sqlite_connection if is_sqlite(url) else _postgres_connection
    with translated(), connect(url) as connection:
        yield SqlUnitOfWork(connection, sealer=sealer, clock=clock)


@contextmanager
def _sqlite_connection(url: Any) -> Iterator[Connection]:
    engine = sqlite_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _postgres_connection(url: Any) -> Iterator[Connection]:
    """asyncpg is asynchronous; each statement of the block runs the loop until it is answered."""
    with asyncio.Runner() as loop:
        engine = postgres_engine(url)
        opening = connected(engine)
        connection = loop.run(opening.__aenter__())
        try:
            yield cast(Connection, _BlockingConnection(connection.sync_connection, loop.run))  # type: ignore[arg-type]
            loop.run(connection.commit())
        finally:
            loop.run(opening.__aexit__(None, None, None))
            loop.run(engine.dispose())


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
