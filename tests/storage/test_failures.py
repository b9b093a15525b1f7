"""A database that is gone, full, read-only or broken: one clear error, nothing half done, work goes on after."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from domain.errors import Misconfigured, Refused, Unavailable
from storage import schema
from storage.runner import Runner, open_runner
from storage.session import open_session
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.postgres import TestServer
from tests.storage.test_runner import hire, hired, opened, refuse


def file_of(url: str) -> Path:
    return Path(str(make_url(url).database))


# --- read-only


async def test_a_read_only_file_is_unavailable_and_can_still_be_read(
    sqlite_url: str, sealer: Vault, clock: FixedClock
) -> None:
    async with opened(f"{sqlite_url}?mode=ro", sealer, clock) as runner:
        with pytest.raises(Unavailable, match="readonly"):
            await runner.run(hire("a"))
        assert await hired(runner) == []


async def test_a_read_only_server_is_unavailable_and_recovers(
    postgres_url: str, postgres_server: TestServer, sealer: Vault, clock: FixedClock
) -> None:
    name = make_url(postgres_url).database
    postgres_server.run(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    async with opened(postgres_url, sealer, clock) as runner:
        with pytest.raises(Unavailable, match="read-only"):
            await runner.run(hire("a"))
    postgres_server.run(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    async with opened(postgres_url, sealer, clock) as runner:
        assert await runner.run(hire("a")) == "a"


# --- full


def fill(uow: SqlUnitOfWork) -> None:
    uow.connection.exec_driver_sql("CREATE TABLE ballast (x BLOB)")
    uow.connection.exec_driver_sql("INSERT INTO ballast VALUES (zeroblob(10000000))")


async def test_a_full_disk_is_unavailable_for_who_needs_room_and_nothing_is_half_done(
    sqlite_url: str, sealer: Vault, clock: FixedClock
) -> None:
    def limit_size(uow: SqlUnitOfWork) -> None:
        pages = uow.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        uow.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")

    async with opened(sqlite_url, sealer, clock) as runner:
        await runner.run(limit_size)
        with pytest.raises(Unavailable, match="full"):
            await runner.run(fill)
        assert await runner.run(hire("a")) == "a"
        assert await hired(runner) == ["a"]
    assert schema.check(sqlite_url) == []


# --- gone


async def test_a_file_that_was_deleted_is_unavailable_until_it_is_back(
    sqlite_url: str, sealer: Vault, clock: FixedClock, tmp_path: Path
) -> None:
    path, aside = file_of(sqlite_url), tmp_path / "aside.db"
    async with opened(sqlite_url, sealer, clock) as runner:
        await runner.run(hire("a"))
        path.rename(aside)
        for attempt in (runner.run(hire("b")), hired(runner)):
            with pytest.raises(Unavailable):
                await attempt
        assert not path.exists()
        aside.rename(path)
        assert await runner.run(hire("c")) == "c"
        assert await hired(runner) == ["a", "c"]


async def test_a_missing_file_is_not_made_by_accident(
    tmp_path: Path, sealer: Vault, clock: FixedClock
) -> None:
    url = f"sqlite:///{tmp_path}/nowhere.db"
    with pytest.raises(Unavailable):
        await open_runner(url, sealer=sealer, clock=clock)
    with pytest.raises(Unavailable), open_session(url, sealer=sealer, clock=clock):
        pass
    assert not (tmp_path / "nowhere.db").exists()
    assert schema.check(url) != []


async def test_a_file_that_is_no_database_is_unavailable(
    tmp_path: Path, sealer: Vault, clock: FixedClock
) -> None:
    path = tmp_path / "letter.db"
    path.write_text("这不是数据库" * 200)
    with pytest.raises(Unavailable, match="not a database"):
        await open_runner(f"sqlite:///{path}", sealer=sealer, clock=clock)
    assert schema.check(f"sqlite:///{path}") != []


async def test_a_server_that_cannot_be_reached_is_unavailable(sealer: Vault, clock: FixedClock) -> None:
    url = "postgresql://nobody@/none?host=/nonexistent"
    with pytest.raises(Unavailable):
        await open_runner(url, sealer=sealer, clock=clock)
    assert schema.check(url) != []


async def test_a_server_that_drops_its_connections_is_reached_again(
    postgres_url: str, postgres_server: TestServer, sealer: Vault, clock: FixedClock
) -> None:
    name = make_url(postgres_url).database
    async with opened(postgres_url, sealer, clock) as runner:
        await runner.run(hire("a"))
        postgres_server.run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )
        # a turn may be lost to the dead connection, never more than that
        for attempt in ("b", "c"):
            try:
                await runner.run(hire(attempt))
            except Unavailable:
                continue
        assert "c" in await hired(runner)


# --- torn


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from domain.model.person import Staff
from storage.session import open_session
from storage.vault import Vault

with open_session(sys.argv[1], sealer=Vault("x"), clock=None) as uow:
    for number in range(500):
        uow.staff.save(Staff(f"p{number}", "李四", ("经办",), "信用办"))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def write_and_die(database_url: str) -> None:
    root = Path(__file__).parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, database_url],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()


async def test_a_process_killed_in_the_middle_leaves_nothing(
    database_url: str, sealer: Vault, clock: FixedClock
) -> None:
    write_and_die(database_url)
    async with opened(database_url, sealer, clock) as runner:
        assert await hired(runner) == []
        assert await runner.run(hire("a")) == "a"
    assert schema.check(database_url) == []


def test_a_session_that_raises_leaves_nothing(database_url: str, sealer: Vault, clock: FixedClock) -> None:
    def hire_and_refuse() -> None:
        with open_session(database_url, sealer=sealer, clock=clock) as uow:
            hire("a")(uow)
            refuse(uow)

    with pytest.raises(Refused):
        hire_and_refuse()
    with open_session(database_url, sealer=sealer, clock=clock) as uow:
        assert uow.staff.all() == []
        hire("b")(uow)
    with open_session(database_url, sealer=sealer, clock=clock) as uow:
        assert [member.userid for member in uow.staff.all()] == ["b"]


# --- in each other's way


async def test_transactions_in_a_deadlock_are_run_again(
    postgres_url: str, sealer: Vault, clock: FixedClock
) -> None:
    attempts: list[str] = []

    def touch(first: str, second: str) -> Callable[[SqlUnitOfWork], None]:
        def work(uow: SqlUnitOfWork) -> None:
            attempts.append(first)
            for name in (first, second):
                hire(name)(uow)
                uow.connection.exec_driver_sql("SELECT pg_sleep(0.05)")

        return work

    async with opened(postgres_url, sealer, clock) as runner:
        await asyncio.gather(runner.run(hire("a")), runner.run(hire("b")))
        await asyncio.gather(runner.run(touch("a", "b")), runner.run(touch("b", "a")))
        assert runner.stats.rerun >= 1
    assert len(attempts) >= 3


async def test_a_claim_waits_for_the_claim_that_is_under_way(runner: Runner, clock: FixedClock) -> None:
    """The repeat comes while the first is still at work: it gets the first one's reply."""

    def first(uow: SqlUnitOfWork) -> bool:
        claim = uow.inbox.claim("k", None, clock.now())
        if uow.connection.dialect.name == "postgresql":
            uow.connection.exec_driver_sql("SELECT pg_sleep(0.1)")
        uow.inbox.store_reply(claim.id, "您的等级是 A")
        return claim.new

    async def repeat() -> str | None:
        await asyncio.sleep(0.02)
        claim = await runner.run(lambda uow: uow.inbox.claim("k", None, clock.now()))
        return claim.reply

    assert await asyncio.gather(runner.run(first), repeat()) == [True, "您的等级是 A"]


async def test_a_caller_that_goes_away_ends_its_transaction(
    postgres_url: str, sealer: Vault, clock: FixedClock
) -> None:
    begun = asyncio.Event()

    def work(uow: SqlUnitOfWork) -> None:
        with uow.savepoint():
            hire("gone")(uow)
            begun.set()
            uow.connection.exec_driver_sql("SELECT pg_sleep(10)")

    async with opened(postgres_url, sealer, clock) as runner:
        leaving = asyncio.gather(runner.run(work, limit_ms=None))
        await begun.wait()
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert await hired(runner) == []
        assert await runner.run(hire("next")) == "next"


async def test_more_talkers_than_connections_wait_in_line(
    postgres_url: str, sealer: Vault, clock: FixedClock
) -> None:
    """Who gives a connection back does not get it again before those who wait."""
    talkers, turns = 30, 10
    done: list[int] = []

    async with opened(postgres_url, sealer, clock) as runner:

        async def talk(number: int) -> None:
            for _ in range(turns):
                await runner.run(hire(f"p{number}"))
                done.append(number)

        await asyncio.gather(*(talk(number) for number in range(talkers)))
    # when the first one is ready, nobody is far behind
    first_ready = next(place for place in range(len(done)) if done[: place + 1].count(done[place]) == turns)
    assert min(done[: first_ready + 1].count(number) for number in range(talkers)) >= turns // 2


async def test_a_session_in_memory_is_refused_where_a_file_is_needed() -> None:
    with pytest.raises(Misconfigured, match="database file"):
        schema.upgrade("sqlite://")
