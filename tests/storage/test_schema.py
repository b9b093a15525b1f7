"""Migrations, checks, backup and restore."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, make_url

from domain.errors import Refused
from storage import schema
from storage.runner import open_runner
from storage.session import open_session
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.newest import differences
from tests.postgres import TestServer
from tests.storage.test_runner import hire, hired


def file_of(url: str) -> Path:
    return Path(str(make_url(url).database))


MISSING = """
storage/tables.py has changed. Write the migration and read it, then set HEAD in storage/schema.py:
  python -c 'from storage.schema import write_migration; write_migration("what changes")'
"""


def test_the_migrations_lead_to_the_tables_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/migrated.db"
    schema.upgrade(url)
    assert schema.within(url, differences) == [], MISSING


def test_the_migrations_lead_to_the_tables_on_postgresql(postgres_server: TestServer) -> None:
    with postgres_server.database(template=False) as url:
        schema.upgrade(url)
        assert schema.within(url, differences) == [], MISSING


def test_rows_that_are_there_already_survive_every_migration(
    database_url: str, postgres_server: TestServer, tmp_path: Path
) -> None:
    """One row in each table of the first schema, then the way to the newest."""

    def add_rows(connection: Connection) -> None:
        tables = MetaData()
        tables.reflect(connection)
        # every number is 1, so that each row finds the row it names
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(table.insert(), {column.name: _filler(column) for column in table.columns})

    with _old_database(database_url, postgres_server, tmp_path) as url:
        schema.upgrade(url, to="0001")
        schema.within(url, add_rows)
        schema.upgrade(url)
        assert schema.within(url, differences) == []


@contextmanager
def _old_database(like: str, server: TestServer, folder: Path) -> Iterator[str]:
    if like.startswith("sqlite"):
        yield f"sqlite:///{folder}/old.db"
    else:
        with server.database(template=False) as url:
            yield url


def _filler(column: Column[Any]) -> object:
    kind = column.type.python_type
    return {str: "1", int: 1, bytes: b"1", bool: True, date: date(2026, 1, 1)}[kind]


def test_the_head_that_the_service_expects_is_the_newest_migration() -> None:
    folder = Path(schema.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == schema.HEAD


def test_upgrading_again_changes_nothing(database_url: str, sealer: Vault, clock: FixedClock) -> None:
    with open_session(database_url, sealer=sealer, clock=clock) as uow:
        hire("a")(uow)
    schema.upgrade(database_url)
    with open_session(database_url, sealer=sealer, clock=clock) as uow:
        assert len(uow.staff.all()) == 1
    assert schema.check(database_url) == []


async def test_upgrading_works_inside_a_running_loop(database_url: str) -> None:
    schema.upgrade(database_url)
    assert schema.check(database_url) == []


def test_an_empty_server_is_upgraded(postgres_server: TestServer) -> None:
    with postgres_server.database(template=False) as url:
        assert "xinshi db upgrade" in schema.check(url)[0]
        schema.upgrade(url)
        assert schema.check(url) == []


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/var/deep/xinshi.db"
    schema.upgrade(url)
    assert schema.check(url) == []


def test_the_file_is_in_write_ahead_mode(sqlite_url: str) -> None:
    with closing(sqlite3.connect(file_of(sqlite_url))) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_row_without_its_parent_is_found(sqlite_url: str) -> None:
    with closing(sqlite3.connect(file_of(sqlite_url))) as raw:
        raw.execute("INSERT INTO legacy_codes VALUES ('1', 404)")
        raw.commit()
    (fault,) = schema.check(sqlite_url)
    assert "legacy_codes" in fault


def test_a_torn_page_is_found(sqlite_url: str, sealer: Vault, clock: FixedClock) -> None:
    with open_session(sqlite_url, sealer=sealer, clock=clock) as uow:
        for number in range(500):
            hire(f"p{number}")(uow)
    path = file_of(sqlite_url)
    with closing(sqlite3.connect(path)) as raw:
        root = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'staff'").fetchone()[0]
        size = raw.execute("PRAGMA page_size").fetchone()[0]
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * 64)
    assert schema.check(sqlite_url) != []


async def test_a_backup_is_taken_while_the_service_writes(
    sqlite_url: str, sealer: Vault, clock: FixedClock, tmp_path: Path
) -> None:
    runner = await open_runner(sqlite_url, sealer=sealer, clock=clock)
    await runner.run(hire("a"))
    writing = asyncio.gather(*(runner.run(hire(f"p{n}")) for n in range(200)))
    copy = tmp_path / "backup.db"
    await asyncio.get_running_loop().run_in_executor(None, schema.backup, sqlite_url, copy)
    await writing
    await runner.close()
    assert schema.check(f"sqlite:///{copy}") == []
    with open_session(f"sqlite:///{copy}", sealer=sealer, clock=clock) as uow:
        assert uow.staff.get("a") is not None


async def test_a_restored_database_is_what_the_backup_was(
    sqlite_url: str, sealer: Vault, clock: FixedClock, tmp_path: Path
) -> None:
    copy = tmp_path / "backup.db"
    with open_session(sqlite_url, sealer=sealer, clock=clock) as uow:
        hire("a")(uow)
    schema.backup(sqlite_url, copy)
    with open_session(sqlite_url, sealer=sealer, clock=clock) as uow:
        hire("b")(uow)
    schema.restore(sqlite_url, copy)
    assert schema.check(sqlite_url) == []
    runner = await open_runner(sqlite_url, sealer=sealer, clock=clock)
    assert await hired(runner) == ["a"]
    await runner.close()


async def test_a_database_in_use_is_not_replaced(
    sqlite_url: str, sealer: Vault, clock: FixedClock, tmp_path: Path
) -> None:
    copy = tmp_path / "backup.db"
    schema.backup(sqlite_url, copy)
    runner = await open_runner(sqlite_url, sealer=sealer, clock=clock)
    await runner.run(hire("a"))
    with pytest.raises(Refused) as refusal:
        schema.restore(sqlite_url, copy)
    assert "停止服务" in refusal.value.text
    assert await hired(runner) == ["a"]
    await runner.close()


@pytest.mark.parametrize("content", [None, b"", b"no database" * 1000])
def test_what_is_no_backup_is_refused(sqlite_url: str, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "backup.db"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Refused, match="备份文件"):
        schema.restore(sqlite_url, file)
    assert schema.check(sqlite_url) == []


def test_backup_of_a_server_names_the_tool_that_does_it(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="pg_dump"):
        schema.backup("postgresql://office@host/xinshi", tmp_path / "x")
    with pytest.raises(Refused, match="pg_restore"):
        schema.restore("postgresql://office@host/xinshi", tmp_path / "x")


def test_a_backup_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="没有找到"):
        schema.backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "x")
