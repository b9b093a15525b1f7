"""The contract of the runner, the same on both engines."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import Misconfigured, Refused, TurnTooLong, Unavailable
from domain.model.person import Channel, Staff
from storage.runner import Priority, Runner, open_runner
from storage.session import open_session
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.conftest import FixedClock

#: counts until it is stopped; a write, so that SQLite gives up the whole transaction
ENDLESS = """
INSERT INTO legacy_codes (code, subject_id)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'x', i FROM n WHERE i < 0
"""


def hire(userid: str) -> Callable[[SqlUnitOfWork], str]:
    def work(uow: SqlUnitOfWork) -> str:
        uow.staff.save(Staff(userid, "李四", ("经办",), "信用办"))
        return userid

    return work


def hire_then(userid: str, then: Callable[[SqlUnitOfWork], object]) -> Callable[[SqlUnitOfWork], object]:
    def work(uow: SqlUnitOfWork) -> object:
        hire(userid)(uow)
        return then(uow)

    return work


def refuse(uow: SqlUnitOfWork) -> None:
    raise Refused("不行")


def run_endlessly(uow: SqlUnitOfWork) -> None:
    uow.connection.exec_driver_sql(ENDLESS)


def lose_the_transaction(uow: SqlUnitOfWork) -> None:
    """What a full disk or a terminated server process does to everything done so far."""
    if uow.connection.dialect.name == "sqlite":
        uow.connection.exec_driver_sql("ROLLBACK")
        raise Refused("lost")
    uow.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")


async def hired(runner: Runner) -> list[str]:
    return await runner.read(lambda uow: [member.userid for member in uow.staff.all()])


@asynccontextmanager
async def opened(url: str, sealer: Vault, clock: FixedClock, **more: str) -> AsyncIterator[Runner]:
    runner = await open_runner(url, sealer=sealer, clock=clock, **more)
    try:
        yield runner
    finally:
        await runner.close()


# --- one claim, one effect


async def test_a_message_pushed_many_times_at_once_is_claimed_once(runner: Runner, clock: FixedClock) -> None:
    def turn(uow: SqlUnitOfWork) -> tuple[bool, str | None]:
        claim = uow.inbox.claim("the same message", None, clock.now())
        if claim.new:
            uow.inbox.store_reply(claim.id, "您好")
        return claim.new, claim.reply

    turns = await asyncio.gather(*(runner.run(turn) for _ in range(50)))
    assert sorted(turns, key=str) == [(False, "您好")] * 49 + [(True, None)]


async def test_two_services_on_one_database_claim_once(
    database_url: str, sealer: Vault, clock: FixedClock
) -> None:
    async with opened(database_url, sealer, clock) as one, opened(database_url, sealer, clock) as two:
        claims = await asyncio.gather(
            *(
                runner.run(lambda uow, key=f"k{n}": uow.inbox.claim(key, None, clock.now()).new)
                for n in range(10)
                for runner in (one, two, one, two)
            )
        )
    assert sum(claims) == 10


async def test_two_delivery_loops_never_get_the_same_message(
    database_url: str, sealer: Vault, clock: FixedClock
) -> None:
    def post(uow: SqlUnitOfWork) -> None:
        for number in range(30):
            person = uow.people.get_or_add(Channel.WECHAT, "wx", f"p{number}", clock.now())
            uow.outbox.put(person_id=person.id, text="信", unique_key=f"m{number}", at=clock.now())

    def take(uow: SqlUnitOfWork) -> list[int]:
        return [row.id for row in uow.outbox.lease(clock.now(), timedelta(minutes=1), 4)]

    async with opened(database_url, sealer, clock) as one, opened(database_url, sealer, clock) as two:
        await one.run(post)
        leased: list[int] = []
        for _ in range(8):
            for taken in await asyncio.gather(*(r.run(take) for r in (one, two, one, two))):
                leased += taken
    assert sorted(leased) == list(range(1, 31))


async def test_two_sealers_never_fork_the_chain(database_url: str, sealer: Vault, clock: FixedClock) -> None:
    def write(uow: SqlUnitOfWork) -> None:
        uow.audit.append("looked", actor="person:1")

    async with opened(database_url, sealer, clock) as one, opened(database_url, sealer, clock) as two:
        work = [runner.run(write) for runner in (one, two) for _ in range(20)]
        seals = [
            runner.run(lambda uow: uow.sealing.seal_batch(3)) for runner in (one, two) for _ in range(10)
        ]
        await asyncio.gather(*work, *seals)
        while await one.run(lambda uow: uow.sealing.seal_batch()):
            pass
        report = await two.read(lambda uow: uow.sealing.verify())
    assert (report.sealed, report.unsealed, report.fault) == (40, 0, "")


# --- what fails fails alone


async def test_what_raises_loses_its_effects_and_its_neighbours_keep_theirs(runner: Runner) -> None:
    works = [hire("a"), hire_then("b", refuse), hire("c")]
    results = await asyncio.gather(*(runner.run(work) for work in works), return_exceptions=True)
    assert results[0] == "a"
    assert isinstance(results[1], Refused)
    assert results[2] == "c"
    assert await hired(runner) == ["a", "c"]


async def test_a_lost_transaction_takes_nobody_with_it(runner: Runner) -> None:
    works = [hire("a"), hire_then("b", lose_the_transaction), hire("c")]
    results = await asyncio.gather(*(runner.run(work) for work in works), return_exceptions=True)
    assert isinstance(results[1], (Refused, Unavailable))
    assert (results[0], results[2]) == ("a", "c")
    assert await hired(runner) == ["a", "c"]


async def test_work_that_runs_too_long_is_interrupted_and_counted(runner: Runner) -> None:
    works = [
        runner.run(hire("a")),
        runner.run(hire_then("b", run_endlessly), limit_ms=50),
        runner.run(hire("c")),
    ]
    results = await asyncio.gather(*works, return_exceptions=True)
    assert isinstance(results[1], TurnTooLong)
    assert (results[0], results[2]) == ("a", "c")
    assert await hired(runner) == ["a", "c"]
    assert runner.stats.too_long == 1


async def test_effects_inside_a_savepoint_are_lost_and_those_before_it_stay(runner: Runner) -> None:
    def turn(uow: SqlUnitOfWork) -> str:
        hire("claim")(uow)
        try:
            with uow.savepoint():
                hire("effect")(uow)
                with uow.savepoint():
                    hire("inner")(uow)
                refuse(uow)
        except Refused:
            return "出错了，已记录"
        return "never"

    assert await runner.run(turn) == "出错了，已记录"
    assert await hired(runner) == ["claim"]


async def test_an_exception_that_a_future_cannot_carry_does_not_hang(runner: Runner) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        next(iter(()))

    with pytest.raises(RuntimeError):
        await runner.run(work)
    assert await runner.run(hire("a")) == "a"


async def test_reading_cannot_write(runner: Runner) -> None:
    with pytest.raises(Unavailable):
        await runner.read(hire("a"))
    assert await hired(runner) == []


# --- order, closing


async def test_turns_go_before_background_work(sqlite_url: str, sealer: Vault, clock: FixedClock) -> None:
    order: list[str] = []
    gate = threading.Event()

    async with opened(sqlite_url, sealer, clock) as runner:
        blocker = asyncio.gather(runner.run(lambda uow: gate.wait(), limit_ms=None))
        waiting = [
            runner.run(lambda uow, n=n: order.append(f"background {n}"), priority=Priority.BACKGROUND)
            for n in range(2)
        ]
        waiting += [runner.run(lambda uow, n=n: order.append(f"turn {n}")) for n in range(2)]
        together = asyncio.gather(*waiting)
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(blocker, together)
    assert order == ["turn 0", "turn 1", "background 0", "background 1"]


async def test_work_whose_caller_went_away_is_not_begun(
    sqlite_url: str, sealer: Vault, clock: FixedClock
) -> None:
    gate = threading.Event()
    async with opened(sqlite_url, sealer, clock) as runner:
        blocker = asyncio.gather(runner.run(lambda uow: gate.wait(), limit_ms=None))
        gone = asyncio.gather(runner.run(hire("gone")))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        gate.set()
        await blocker
        assert await hired(runner) == []


async def test_closing_finishes_what_was_accepted(
    database_url: str, sealer: Vault, clock: FixedClock
) -> None:
    runner = await open_runner(database_url, sealer=sealer, clock=clock)
    accepted = asyncio.gather(*(runner.run(hire(f"p{n:02}")) for n in range(20)))
    await asyncio.sleep(0)
    await runner.close()
    assert len(await accepted) == 20
    with pytest.raises(Unavailable):
        await runner.run(hire("late"))
    async with opened(database_url, sealer, clock) as again:
        assert len(await hired(again)) == 20


async def test_a_restart_keeps_what_was_answered(database_url: str, sealer: Vault, clock: FixedClock) -> None:
    async with opened(database_url, sealer, clock) as runner:
        claim = await runner.run(lambda uow: uow.inbox.claim("k", None, clock.now()))
        await runner.run(lambda uow: uow.inbox.store_reply(claim.id, "您的等级是 A"))
    async with opened(database_url, sealer, clock) as runner:
        again = await runner.run(lambda uow: uow.inbox.claim("k", None, clock.now()))
    assert (again.new, again.reply) == (False, "您的等级是 A")


# --- everything at once


async def test_talkers_an_import_and_a_sweep_at_once_keep_nobody_waiting(
    runner: Runner, clock: FixedClock
) -> None:
    """32 people talk while rows are imported and a sweep runs: nobody waits longer than a second.

    The machine that runs the tests may stand still for reasons of its own, so
    the best of three rounds counts.
    """
    waits = [await _busy_round(runner, clock, number) for number in range(3)]
    assert min(waits) < 1.0
    claims = await runner.read(lambda uow: uow.connection.exec_driver_sql("SELECT count(*) FROM inbox"))
    assert claims.scalar() == 3 * 32 * 10


async def _busy_round(runner: Runner, clock: FixedClock, round_number: int) -> float:
    loop = asyncio.get_running_loop()
    longest = 0.0
    done = asyncio.Event()

    def turn(uow: SqlUnitOfWork, key: str, sender: str) -> None:
        claim = uow.inbox.claim(key, None, clock.now())
        person = uow.people.get_or_add(Channel.WECHAT, "wx", sender, clock.now())
        conversation = uow.conversations.load(person.id)
        uow.conversations.save(conversation, clock.now())
        uow.inbox.store_reply(claim.id, "好", person_id=person.id)

    async def talk(number: int) -> None:
        nonlocal longest
        for message in range(10):
            asked = loop.time()
            key = f"{round_number} {number} {message}"
            await runner.run(lambda uow, key=key: turn(uow, key, f"p{number}"))
            longest = max(longest, loop.time() - asked)

    async def bring_in() -> None:
        chunk = 0
        while not done.is_set():
            chunk += 1
            await runner.run(
                lambda uow, chunk=chunk: [hire(f"{round_number}-{chunk}-{n}")(uow) for n in range(50)],
                priority=Priority.BACKGROUND,
                limit_ms=None,
            )

    async def sweep() -> None:
        while not done.is_set():
            await runner.run(
                lambda uow: uow.inbox.unanswered(clock.now() - timedelta(hours=1)),
                priority=Priority.BACKGROUND,
            )

    async def talk_all() -> None:
        await asyncio.gather(*(talk(number) for number in range(32)))
        done.set()

    await asyncio.gather(talk_all(), bring_in(), sweep())
    return longest


async def test_the_command_line_gets_in_while_the_service_is_busy(
    database_url: str, sealer: Vault, clock: FixedClock
) -> None:
    done = threading.Event()

    def command_line() -> int:
        try:
            for number in range(5):
                with open_session(database_url, sealer=sealer, clock=clock) as uow:
                    hire(f"cli{number}")(uow)
            return number + 1
        finally:
            done.set()

    async def chatter(runner: Runner, name: str) -> None:
        while not done.is_set():
            await runner.run(hire(name))

    async with opened(database_url, sealer, clock) as runner:
        loop = asyncio.get_running_loop()
        entered, *_ = await asyncio.gather(
            loop.run_in_executor(None, command_line), *(chatter(runner, f"t{n}") for n in range(8))
        )
    assert entered == 5


# --- opening


async def test_a_database_serves_one_rulebook(database_url: str, sealer: Vault, clock: FixedClock) -> None:
    async with opened(database_url, sealer, clock, rulebook_id="pinglu"):
        pass
    async with opened(database_url, sealer, clock, rulebook_id="pinglu"):
        pass
    with pytest.raises(Misconfigured, match=r"XINSHI_RULEBOOK.*pinglu.*xixia") as refusal:
        await open_runner(database_url, sealer=sealer, clock=clock, rulebook_id="xixia")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("url", ["mysql://host/x", "nonsense", "", "sqlite://"])
async def test_a_url_that_names_no_database_is_refused_with_one_line(
    url: str, sealer: Vault, clock: FixedClock
) -> None:
    with pytest.raises(Misconfigured, match="XINSHI_DATABASE_URL") as refusal:
        await open_runner(url, sealer=sealer, clock=clock)
    assert "\n" not in str(refusal.value)


async def test_a_password_in_the_url_is_not_told(sealer: Vault, clock: FixedClock) -> None:
    with pytest.raises(Unavailable) as refusal:
        await open_runner("postgresql://office:hunter2@127.0.0.1:1/xinshi", sealer=sealer, clock=clock)
    assert "hunter2" not in str(refusal.value)


async def test_a_turn_does_not_pay_for_the_garbage_of_the_whole_process(
    sqlite_url: str, sealer: Vault, clock: FixedClock
) -> None:
    lots = [[number] for number in range(200_000)]

    def collect(_uow: SqlUnitOfWork) -> float:
        begun = time.thread_time()
        while time.thread_time() - begun < 0.2:
            gc.collect()
        return time.thread_time() - begun

    async with opened(sqlite_url, sealer, clock) as runner:
        assert await runner.run(collect, limit_ms=100) > 0.1
        assert runner.stats.too_long == 0
    assert lots


async def test_many_short_statements_are_stopped_like_one_long_one(
    sqlite_url: str, sealer: Vault, clock: FixedClock
) -> None:
    def run_away(uow: SqlUnitOfWork) -> None:
        while True:
            hire("again")(uow)

    async with opened(sqlite_url, sealer, clock) as runner:
        with pytest.raises(TurnTooLong):
            await runner.run(run_away, limit_ms=10)
        assert await hired(runner) == []
        assert runner.stats.too_long == 1


async def test_a_database_of_another_age_is_refused_and_says_what_to_do(
    tmp_path: Path, sealer: Vault, clock: FixedClock
) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(Misconfigured, match="xinshi db upgrade"):
        await open_runner(f"sqlite:///{tmp_path}/empty.db", sealer=sealer, clock=clock)


async def _many_turns_in_one_group(runner: Runner) -> None:
    """Turns that wait together, because the first one holds the writer."""
    all_wait = threading.Event()
    first = runner.run(lambda _: all_wait.wait(), limit_ms=None)
    together = asyncio.gather(first, *(runner.run(hire(f"many{number}")) for number in range(6)))
    await asyncio.sleep(0)
    all_wait.set()
    await together


async def test_background_work_rides_in_a_group_of_turns_while_they_come(
    sqlite_url: str, sealer: Vault, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.runner_sqlite._RIDE_S", 60)
    async with opened(sqlite_url, sealer, clock) as runner:
        await _many_turns_in_one_group(runner)
        commits = runner.stats.commits
        sweep = asyncio.gather(runner.run(hire("sweep"), priority=Priority.BACKGROUND))
        await asyncio.sleep(0)
        await asyncio.gather(sweep, runner.run(hire("turn")))
        assert runner.stats.commits == commits + 1


async def test_background_work_goes_alone_where_no_turn_comes(
    sqlite_url: str, sealer: Vault, clock: FixedClock
) -> None:
    async with opened(sqlite_url, sealer, clock) as runner:
        await _many_turns_in_one_group(runner)
        assert await runner.run(hire("sweep"), priority=Priority.BACKGROUND) == "sweep"


async def test_a_runner_that_closes_after_many_turns_does_what_was_taken(
    sqlite_url: str, sealer: Vault, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.runner_sqlite._RIDE_S", 60)
    async with opened(sqlite_url, sealer, clock) as runner:
        await _many_turns_in_one_group(runner)
        sweep = asyncio.gather(runner.run(hire("sweep"), priority=Priority.BACKGROUND))
        await asyncio.sleep(0)
    assert await sweep == ["sweep"]
