"""Engines for the two databases, with everything that must hold on each connection."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from sqlite3 import Connection as RawSqlite
from sqlite3 import OperationalError as RawSqliteError
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from domain.errors import Misconfigured, Unavailable

#: how long a process waits for another one's write transaction
PATIENCE_S = 5.0
#: SQLite's own waiting grows to 100 ms between two looks; a gap between two
#: groups of the writer is a millisecond, so we look more often
_LOOK_AGAIN_S = 0.0003

#: an error is logged with its statement, never with what a person wrote or is called
_DISCREET: Final = {"hide_parameters": True}

#: how long a claim waits for the same claim of another transaction
LOCK_TIMEOUT_MS = 1000

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}

_SQLITE_SETTINGS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16384",
)


def parse_url(database_url: str) -> URL:
    """The URL with our driver in it; ``Misconfigured`` where it names no database that we know."""
    try:
        url = make_url(database_url)
    except ArgumentError:
        url = None
    driver = _DRIVERS.get(url.drivername) if url is not None else None
    if url is None or driver is None:
        raise Misconfigured(
            "XINSHI_DATABASE_URL: not a database we know; expected sqlite:///path/to/file.db "
            "or postgresql://user@host/database"
        )
    return url.set(drivername=driver)


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def sqlite_file(url: URL) -> Path | None:
    """The file of a SQLite database; None for one in memory."""
    return None if url.database in (None, "", ":memory:") else Path(str(url.database))


class FileIdentity:
    """Tells whether a path still leads to the file that was opened.

    An open file that was deleted or replaced can be written for ever, and
    everything written is lost with it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = None if path is None else str(path)
        self._known = self._look()

    def remember(self) -> None:
        """Take the file that is there now as the right one."""
        self._known = self._look()

    def unchanged(self) -> bool:
        return self._look() == self._known

    def _look(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        try:
            found = os.stat(self._path)  # noqa: PTH116 - asked before each transaction: a third of the time
        except OSError:
            return None
        return (found.st_dev, found.st_ino)


def sqlite_engine(url: URL) -> Engine:
    """A synchronous engine; each transaction is ``BEGIN IMMEDIATE``.

    A missing file is an error: an empty database that comes into being by
    itself would hide that the real one is gone.
    """
    path = sqlite_file(url)
    if path is None:
        # one connection, which is the database
        engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}, **_DISCREET
        )
    else:
        engine = create_engine(_by_uri(url, path), **_DISCREET)
    event.listen(engine, "connect", _prepare_sqlite)
    _begin_by(engine, _begin_immediate)
    return engine


def sqlite_read_engine(url: URL) -> AsyncEngine:
    """An async engine on aiosqlite that cannot write."""
    path = sqlite_file(url)
    if path is None:
        raise Misconfigured("XINSHI_DATABASE_URL: the service needs a database file, not one in memory")
    target = _by_uri(url, path).set(drivername="sqlite+aiosqlite")
    engine = create_async_engine(target, pool_size=4, max_overflow=0, pool_timeout=PATIENCE_S, **_DISCREET)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite_reader)
    _begin_by(engine.sync_engine, _begin_snapshot)
    return engine


def _by_uri(url: URL, path: Path) -> URL:
    mode = url.query.get("mode", "rw")
    uri = path.absolute().as_uri()
    return URL.create("sqlite", database=uri, query={"mode": str(mode), "uri": "true"})


def _prepare_sqlite(raw: RawSqlite, _record: object) -> None:
    # transactions are begun by us, or savepoints would end in the driver's own ideas
    raw.isolation_level = None
    # nor does SQLite wait for the lock: ``begin_immediate`` does, and within a transaction nobody waits
    for setting in (*_SQLITE_SETTINGS, "PRAGMA busy_timeout = 0"):
        raw.execute(setting)


def _prepare_sqlite_reader(adapted: Any, _record: object) -> None:
    adapted.isolation_level = None
    cursor = adapted.cursor()
    patience = f"PRAGMA busy_timeout = {int(PATIENCE_S * 1000)}"
    # four of these are open: each with a small memory of its own
    for setting in (*_SQLITE_SETTINGS, patience, "PRAGMA cache_size = -2048", "PRAGMA query_only = ON"):
        cursor.execute(setting)
    cursor.close()


def _begin_by(engine: Engine, begin: Callable[[Any], None]) -> None:
    """Let the dialect begin transactions in our way.

    The documented way, a listener of the ``begin`` event, makes every statement
    of the engine look for listeners: a fifth of the time of a turn.
    """
    engine.dialect.do_begin = begin  # type: ignore[method-assign, assignment]


def _begin_snapshot(adapted: Any) -> None:
    cursor = adapted.cursor()
    cursor.execute("BEGIN")
    cursor.close()


def _begin_immediate(pooled: Any) -> None:
    begin_immediate(pooled.driver_connection)


def begin_immediate(raw: RawSqlite, patience_s: float = PATIENCE_S) -> None:
    """Begin the write transaction, waiting for other processes; ``Unavailable`` when they never end."""
    deadline = time.monotonic() + patience_s
    while not _try_begin(raw):
        if time.monotonic() > deadline:
            raise Unavailable("the database stayed locked by another process")
        time.sleep(_LOOK_AGAIN_S)


def _try_begin(raw: RawSqlite) -> bool:
    try:
        raw.execute("BEGIN IMMEDIATE")
    except RawSqliteError as error:
        # its extended codes (another process recovers the log, say) tell why, not that we should give up
        if error.sqlite_errorcode & 0xFF != SQLITE_BUSY:
            raise
        return False
    return True


def postgres_engine(url: URL, *, statement_ms: int = 0, pool_size: int = 10) -> AsyncEngine:
    """An async engine on asyncpg, READ COMMITTED; a statement longer than ``statement_ms`` is cancelled."""
    settings = {
        "lock_timeout": str(LOCK_TIMEOUT_MS),
        "statement_timeout": str(statement_ms),
        "application_name": "xinshi",
        "timezone": "UTC",
    }
    return create_async_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=PATIENCE_S,
        **_DISCREET,
        connect_args={"server_settings": settings, "timeout": PATIENCE_S},
    )
