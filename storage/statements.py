"""Statements that both engines understand in one form.

SQLite took its upsert from PostgreSQL, and SQLAlchemy's PostgreSQL ``insert``
compiles for both: one statement, built once, instead of one for each engine.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, literal_column
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.dml import ReturningInsert


def written(value: str) -> ColumnElement[str]:
    """A word of ours in the text of a statement, where a partial index depends on it.

    Bound, it would hide the index from one engine, and let SQLite plan anew at
    every run: five times the look-up itself. Never for what somebody entered.
    """
    return literal_column(f"'{value}'")


def insert_once(table: Table, *key: str) -> ReturningInsert[tuple[Any]]:
    """Insert a row unless its unique ``key`` is taken; returns the first primary key column or no row."""
    first = next(iter(table.primary_key.columns))
    return insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(first)


def insert_missing(table: Table, *key: str) -> Insert:
    """Insert rows, leaving out those whose unique ``key`` is taken; many at once."""
    return insert(table).on_conflict_do_nothing(index_elements=list(key))


def upsert(table: Table, *key: str) -> Insert:
    """Insert a row, or overwrite every other column where its unique ``key`` is taken."""
    statement = insert(table)
    others = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=others)
