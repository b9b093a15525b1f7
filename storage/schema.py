"""The schema of the database: migrations, checks, backup."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import URL, Connection, inspect, text

from domain.errors import Misconfigured, Refused, Unavailable
from storage.engines import is_sqlite, parse_url, postgres_engine, sqlite_engine, sqlite_file
from storage.failures import translated
from storage.runner_postgres import connected

if TYPE_CHECKING:
    from alembic.config import Config

T = TypeVar("T")

#: the newest migration; a constant, so that the service starts without loading Alembic
HEAD = "0007"

_VERSION = text("SELECT version_num FROM alembic_version")


def upgrade(database_url: str, *, to: str = "head") -> None:
    """Bring the database to the newest schema, all of it or nothing; a missing SQLite file is made."""
    url = parse_url(database_url)
    if is_sqlite(url):
        _make_file(url)
    within(database_url, lambda connection: _migrate(connection, to))


def check(database_url: str) -> list[str]:
    """What is wrong with the database, one line each; empty where all is well."""
    try:
        return within(database_url, _faults)
    except Unavailable as error:
        return [f"数据库现在不能用：{error}"]


def require_head(connection: Connection) -> None:
    """``Misconfigured`` unless the database has the newest schema."""
    found = _version(connection)
    if found != HEAD:
        raise Misconfigured(
            "数据库的结构不是本版本的，请先运行 xinshi db upgrade"
            f" / XINSHI_DATABASE_URL: the database has schema {found or 'none'}, expected {HEAD}; "
            "run: xinshi db upgrade"
        )


def backup(database_url: str, file: str | os.PathLike[str]) -> None:
    """Copy a SQLite database to ``file`` while the service goes on; the copy appears whole or not at all.

    ``Refused`` where there is such a file: an older backup, or the database itself, is never written over.
    """
    source = _only_sqlite(database_url, "pg_dump")
    if not source.exists():
        raise Refused(f"没有找到数据库文件 {source}。")
    target = Path(file)
    if target.exists():
        raise Refused(f"已经有文件 {target}，不会覆盖：请换一个文件名。")
    half = target.with_name(target.name + ".part")
    half.unlink(missing_ok=True)
    try:
        _copy(source, half)
        half.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise Refused(
            f"备份文件 {target} 写不进去（文件夹不存在、没有权限或磁盘已满），没有备份。", log=str(error)
        ) from error
    finally:
        half.unlink(missing_ok=True)


def restore(database_url: str, file: str | os.PathLike[str]) -> None:
    """Put a backup in the place of the SQLite database. The service must be stopped; else ``Refused``."""
    target = _only_sqlite(database_url, "pg_restore")
    source = Path(file)
    _require_backup(source)
    half = target.with_name(target.name + ".part")
    half.unlink(missing_ok=True)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(source, half)
        _release(target)
        half.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise Refused(
            f"恢复没有成功（没有权限或磁盘已满），现有数据库没有改动：{target}。", log=str(error)
        ) from error
    finally:
        half.unlink(missing_ok=True)


# --- connections


def within(database_url: str, work: Callable[[Connection], T]) -> T:
    """Run ``work`` in one transaction of its own, on either engine, inside a running loop or not."""
    url = parse_url(database_url)
    with translated():
        if is_sqlite(url):
            engine = sqlite_engine(url)
            try:
                with engine.begin() as connection:
                    return work(connection)
            finally:
                engine.dispose()
        # a thread of its own, since the caller may live in a running loop
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, _on_postgres(url, work)).result()


async def _on_postgres(url: URL, work: Callable[[Connection], T]) -> T:
    engine = postgres_engine(url)
    try:
        async with connected(engine) as connection:
            result = await connection.run_sync(work)
            await connection.commit()
            return result
    finally:
        await engine.dispose()


def _make_file(url: URL) -> None:
    path = sqlite_file(url)
    if path is None:
        raise Misconfigured("XINSHI_DATABASE_URL: a database file is expected, not one in memory")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("PRAGMA journal_mode = WAL")
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"the database file {path} cannot be made: {error}") from error


# --- migrations


def write_migration(message: str) -> None:
    """Write the next migration: from the newest one to ``storage.tables``. For developers.

    ``python -c 'from storage.schema import write_migration; write_migration("What changes")'``,
    then read it, and set ``HEAD``. A new column that must not be empty needs a
    ``server_default`` for the rows that are there already.
    """
    from alembic import command

    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/newest.db"
        upgrade(url)

        def write(connection: Connection) -> None:
            number = f"{int(HEAD or 0) + 1:04}"
            command.revision(_alembic(connection), message, autogenerate=True, rev_id=number)

        within(url, write)


def _migrate(connection: Connection, to: str) -> None:
    # Alembic costs a tenth of a second and is needed nowhere else
    from alembic import command

    command.upgrade(_alembic(connection), to)


def _alembic(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(_VERSION).scalar()
    return None if found is None else str(found)


# --- checks


def _faults(connection: Connection) -> list[str]:
    faults = []
    found = _version(connection)
    if found != HEAD:
        faults.append(f"schema {found or 'none'}, expected {HEAD}; run: xinshi db upgrade")
    if connection.dialect.name == "sqlite":
        faults += _sqlite_faults(connection)
    return faults


def _sqlite_faults(connection: Connection) -> list[str]:
    damage = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars()
    faults = [f"integrity: {line}" for line in damage if line != "ok"]
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    faults += [f"{row[0]} row {row[1]}: no such row in {row[2]}" for row in orphans[:20]]
    return faults


# --- backup and restore


def _only_sqlite(database_url: str, tool: str) -> Path:
    url = parse_url(database_url)
    path = sqlite_file(url) if is_sqlite(url) else None
    if path is None:
        raise Refused(f"此命令只用于 SQLite 数据库文件；PostgreSQL 请使用 {tool}。")
    return path


def _copy(source: Path, target: Path) -> None:
    uri = source.absolute().as_uri() + "?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as old, closing(sqlite3.connect(target)) as new:
        # one step: a copy in several steps begins anew whenever the service writes
        old.backup(new, pages=-1)


def _require_backup(source: Path) -> None:
    if not source.is_file():
        raise Refused(f"没有找到备份文件 {source}。")
    try:
        uri = source.absolute().as_uri() + "?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as raw:
            sound = raw.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            raw.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        sound = False
    if not sound:
        raise Refused(f"{source} 不是完好的信使备份文件。")


def _release(target: Path) -> None:
    """Fold the write-ahead log into the file; refused while another process has the database open."""
    if not target.exists():
        return
    with closing(sqlite3.connect(target, timeout=1)) as raw:
        try:
            raw.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            raise Refused("数据库正在使用，请先停止服务再恢复。", log=f"{target}: {error}") from error
