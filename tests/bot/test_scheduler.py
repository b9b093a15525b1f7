"""The clock that reminds us to look: each daily slot once, nothing missed, one failure harms no other job."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from bot.app import jobs_of
from bot.metrics import Metrics
from bot.pipeline import House
from bot.scheduler import Job, Scheduler, last_slot
from domain.office import parse_office
from storage.rulebook_files import load_rulebook
from storage.runner import Runner
from storage.vault import Vault
from tests.conftest import FixedClock


class Counted:
    """Work that counts its runs."""

    def __init__(self) -> None:
        self.runs = 0

    async def __call__(self) -> int:
        self.runs += 1
        return 1


async def test_a_daily_slot_is_done_once_by_however_many_replicas(runner: Runner, clock: FixedClock) -> None:
    work = Counted()
    job = Job("nightly", work, daily_at=time(3, 30))
    replicas = [Scheduler([job], runner, clock, Metrics()) for _ in range(3)]
    for replica in replicas:
        await replica.run_due()
    assert work.runs == 1
    clock.advance(days=1)
    for replica in replicas:
        await replica.run_due()
    assert work.runs == 2


async def test_a_slot_missed_while_the_machine_was_down_is_done_at_the_start(
    runner: Runner, clock: FixedClock
) -> None:
    work = Counted()
    scheduler = Scheduler([Job("nightly", work, daily_at=time(3, 30))], runner, clock, Metrics())
    await scheduler.start()
    await scheduler.stop()
    assert work.runs == 1


async def test_a_job_that_fails_is_counted_and_the_others_go_on(runner: Runner, clock: FixedClock) -> None:
    async def fails() -> int:
        raise RuntimeError("a fault of ours")

    after = Counted()
    metrics = Metrics()
    jobs = [Job("bad", fails, seconds=5), Job("good", after, seconds=5)]
    done = await Scheduler(jobs, runner, clock, metrics).run_due()
    assert done == {"bad": 0, "good": 1}
    assert b'xinshi_jobs_total{end="failed",job="bad"} 1.0' in metrics.render()


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (datetime(2026, 11, 20, 19, 30, tzinfo=UTC), datetime(2026, 11, 20, 19, 30, tzinfo=UTC)),
        (datetime(2026, 11, 20, 19, 29, tzinfo=UTC), datetime(2026, 11, 19, 19, 30, tzinfo=UTC)),
    ],
)
def test_the_slot_is_the_last_planned_shanghai_time(now: datetime, slot: datetime) -> None:
    async def nothing() -> int:
        return 0

    assert last_slot(Job("nightly", nothing, daily_at=time(3, 30)), now) == slot


async def test_what_the_privacy_notice_promises_to_delete_has_a_job(
    runner: Runner, clock: FixedClock, sealer: Vault
) -> None:
    """Once the deletion was written and proved, and nothing ever ran it."""
    text = "office.example.toml"
    with open(text, encoding="utf-8") as file:  # noqa: ASYNC230, PTH123 - a test's own file
        office = parse_office(file.read(), text)
    house = House(runner, clock, load_rulebook("pinglu"), office, sealer)
    names = {job.name for job in jobs_of(house)}
    assert {"forget_old", "forget_inbox", "seal_audit", "sweep_unanswered", "reassess_due"} <= names
