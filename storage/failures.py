"""What a database error means: try again, come back later, or a fault of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.errors import TurnTooLong, Unavailable

#: SQLite: gone, full, read-only, locked, broken (primary result codes)
_SQLITE_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
#: PostgreSQL: the class of the SQLSTATE: no connection, out of resources,
#: operator intervention, system error; 25006 is a read-only transaction
_POSTGRES_UNAVAILABLE = ("08", "53", "57", "58", "25006", "3D000", "28")
#: serialisation failure, deadlock, lock not available: running the work again helps
_POSTGRES_AGAIN = frozenset({"40001", "40P01", "55P03"})
_QUERY_CANCELED = "57014"


def sqlstate(error: DBAPIError) -> str:
    """The SQLSTATE of a PostgreSQL error, "" where there is none."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def can_run_again(error: DBAPIError) -> bool:
    """Whether the same work may succeed when it is run once more."""
    return sqlstate(error) in _POSTGRES_AGAIN


def was_interrupted(error: BaseException) -> bool:
    """Whether a statement was stopped because it took too long."""
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) == sqlite3.SQLITE_INTERRUPT
    if not isinstance(error, DBAPIError):
        return False
    return sqlstate(error) == _QUERY_CANCELED or _sqlite_code(error.orig) == sqlite3.SQLITE_INTERRUPT


def is_unavailable(error: BaseException) -> bool:
    """Whether the database, not the work, is what failed."""
    if isinstance(error, (PoolTimeout, ConnectionError)):
        return True
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in _SQLITE_UNAVAILABLE
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    state = sqlstate(error)
    if state:
        return state.startswith(_POSTGRES_UNAVAILABLE) and state != _QUERY_CANCELED
    return _sqlite_code(error.orig) in _SQLITE_UNAVAILABLE


def is_for_the_runner(error: BaseException) -> bool:
    """Whether an error inside a piece of work is the database's, for the runner to deal with.

    Everything else is a fault of the work: a handler that breaks a constraint
    loses its effects and keeps its claim.
    """
    if isinstance(error, (Unavailable, TurnTooLong)):
        return True
    if isinstance(error, DBAPIError) and can_run_again(error):
        return True
    return was_interrupted(error) or is_unavailable(error)


@contextmanager
def translated() -> Iterator[None]:
    """Errors of the database become ``Unavailable``; every other error stays what it is."""
    try:
        yield
    except Exception as error:
        if is_unavailable(error):
            raise unavailable(error) from error
        raise


def unavailable(error: BaseException) -> Unavailable:
    """What is told of a database that fails: one line, the driver's own words without the statement."""
    words = getattr(error, "orig", None) or error
    return Unavailable(f"the database cannot take work: {' '.join(str(words).split())}")


def _sqlite_code(error: Any) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    # extended codes carry the primary one in their low byte
    return None if code is None else code & 0xFF
