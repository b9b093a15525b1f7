"""The schema of the database."""

from __future__ import annotations

from storage.engines import is_sqlite, parse_url, sqlite_engine, sqlite_file
from storage.tables import metadata


def upgrade(database_url: str) -> None:
    """Bring the database to the newest schema; a missing SQLite file is made."""
    url = parse_url(database_url)
    if is_sqlite(url):
        path = sqlite_file(url)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        engine = sqlite_engine(url, create=True)
        with engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
        with engine.begin() as connection:
            metadata.create_all(connection)
        engine.dispose()
