"""A database with the newest tables, for templates that tests copy."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from storage import schema
from storage.tables import metadata


def make_newest(url: str) -> None:
    """Migrate an empty database; where the newest migration is still to be written, make the tables anew.

    So that tables can be tried before their migration is written. That it is
    missing is said by one test, in ``tests/storage/test_schema.py``.
    """
    schema.upgrade(url)
    schema.within(url, _catch_up)


def differences(connection: Connection) -> list[object]:
    """What the migrations do differently from ``storage.tables``."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _catch_up(connection: Connection) -> None:
    if differences(connection):
        migrated = MetaData()
        migrated.reflect(connection)
        migrated.remove(migrated.tables["alembic_version"])
        migrated.drop_all(connection)
        metadata.create_all(connection)
