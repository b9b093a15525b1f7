"""The statements of every turn, without SQLAlchemy between us and SQLite's driver.

SQLAlchemy takes as long for a short statement as SQLite does ten times over.
For the ten statements that every turn runs, that was half of the turn. A
``Prepared`` statement is compiled by SQLAlchemy once, with the same types; on
SQLite the driver then runs its text. On PostgreSQL, where the way to the
server is longer than anything else, SQLAlchemy runs it as ever.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, cast

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.expression import Executable

from storage.types import AnyRow

_DIALECT = SQLiteDialect_pysqlite()

_Convert = Callable[[Any], Any]


class _Compiled(Protocol):
    """What we use of SQLAlchemy's compiled statement."""

    string: str
    positiontup: Sequence[str]
    binds: Mapping[str, Any]
    insert_prefetch: Sequence[Any]


class _Plan:
    """A compiled statement: its text, where each argument comes from, how each column is read."""

    def __init__(self, statement: Any, keys: Sequence[str]) -> None:
        compiled = cast(_Compiled, statement.compile(dialect=_DIALECT, column_keys=list(keys) or None))
        assert not compiled.insert_prefetch, "name every column of a prepared insert that has a default"
        self.sql = compiled.string
        self._arguments = [_argument(compiled.binds[name]) for name in compiled.positiontup]
        columns = list(getattr(statement, "exported_columns", ()))
        readers = [_reader(column.type) for column in columns]
        #: only the columns that are stored otherwise than they are read
        self._readers = [(place, read) for place, read in enumerate(readers) if read is not None]
        names = [column.key for column in columns]
        self._row: Any = namedtuple("Row", names, rename=True) if names else None

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        return [
            constant if name is None else values[name] if write is None else write(values[name])
            for name, write, constant in self._arguments
        ]

    def run(self, driver: sqlite3.Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        return driver.execute(self.sql, self.arguments(values))

    def rows(self, cursor: sqlite3.Cursor) -> list[Any]:
        return [self._read(row) for row in cursor.fetchall()]

    def _read(self, row: Sequence[Any]) -> Any:
        cells = list(row)
        for place, read in self._readers:
            cells[place] = read(cells[place])
        return self._row._make(cells)


class Prepared:
    """A statement of this module's caller, built once. ``keys``: the columns that an insert fills."""

    def __init__(self, statement: Executable, *keys: str) -> None:
        self._statement = statement
        self._keys = keys

    @cached_property
    def _plan(self) -> _Plan:
        return _Plan(self._statement, self._keys)

    def all(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[AnyRow]:
        """Every row."""
        driver = sqlite_driver(connection)
        if driver is None or not driver.in_transaction:  # SQLAlchemy begins one
            return connection.execute(self._statement, values).all()
        return self._plan.rows(self._plan.run(driver, values))

    def first(self, connection: Connection, values: Mapping[str, Any]) -> AnyRow | None:
        """The first row, or None."""
        rows = self.all(connection, values)
        return rows[0] if rows else None

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """How many rows were written."""
        driver = sqlite_driver(connection)
        if driver is None or not driver.in_transaction:  # SQLAlchemy begins one
            return connection.execute(self._statement, values).rowcount
        return self._plan.run(driver, values).rowcount

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Once for each row of values."""
        driver = sqlite_driver(connection)
        if driver is None or not driver.in_transaction:  # SQLAlchemy begins one
            if rows:
                connection.execute(self._statement, rows)
            return
        driver.executemany(self._plan.sql, map(self._plan.arguments, rows))


def sqlite_driver(connection: Connection) -> sqlite3.Connection | None:
    """The driver's connection where SQLite is written; None for PostgreSQL and for readers."""
    pooled = getattr(connection, "connection", None)
    driver = getattr(pooled, "driver_connection", None)
    return driver if isinstance(driver, sqlite3.Connection) else None


def _argument(bind: Any) -> tuple[str | None, _Convert | None, Any]:
    """(name, conversion, constant): a value of the caller, or one that stands in the statement."""
    write = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    if bind.required:
        return bind.key, write, None
    return None, None, bind.value if write is None else write(bind.value)


def _reader(column_type: Any) -> _Convert | None:
    return cast(_Convert | None, column_type.dialect_impl(_DIALECT).result_processor(_DIALECT, None))
