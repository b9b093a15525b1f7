"""The clock that reminds us to look: APScheduler, with a memory store in every replica.

No promise lives in a timer. What is due stands in the database and is claimed
there: second-by-second jobs claim row by row, daily ones claim their slot in
``job_runs``, so that three replicas do the work of one and a slot missed by a
machine that was down is done when it comes back.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import SystemClock
from bot.metrics import Metrics
from domain.clock import SHANGHAI, Clock
from domain.errors import XinshiError
from storage.runner import Priority, Runner

log = structlog.get_logger("xinshi.scheduler")

Work = Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to look at, every so many seconds or daily at a Shanghai time.

    ``work`` returns how much it did. A daily job runs once for each day,
    whichever replica claims the slot, and is caught up after a downtime.
    """

    name: str
    work: Work
    seconds: int = 0
    daily_at: time | None = None


class Scheduler:
    """Runs the jobs of this process until it is stopped."""

    def __init__(self, jobs: list[Job], runner: Runner, clock: Clock, metrics: Metrics) -> None:
        self.jobs = jobs
        self._runner = runner
        self._clock = clock
        self._metrics = metrics
        self._host = platform.node()[:60]
        self._apscheduler = AsyncIOScheduler(timezone=SHANGHAI)
        self._under_way: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Do what was missed, then tick."""
        for place, job in enumerate(self.jobs):
            self._apscheduler.add_job(
                self._tick,
                _trigger(job, place / len(self.jobs)),
                args=[job],
                id=job.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=3600,
            )
        self._apscheduler.start()
        for job in self.jobs:
            if job.daily_at is not None:
                await self.run(job)

    async def stop(self, drain: float = 5.0) -> None:
        """No further ticks; jobs under way may end first, since APScheduler would cancel them."""
        if not self._apscheduler.running:
            return
        self._apscheduler.pause()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=drain)
        self._apscheduler.shutdown(wait=False)

    async def _tick(self, job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            await self.run(job)
        finally:
            self._under_way.discard(task)

    async def run_due(self) -> dict[str, int]:
        """Every job once, as ``xinshi tick`` wants it; how much each did."""
        return {job.name: await self.run(job) for job in self.jobs}

    async def run(self, job: Job) -> int:
        """One tick of a job; 0 where another replica has the slot or nothing was due."""
        try:
            if job.daily_at is not None and not await self._claim(job):
                return 0
            done = await job.work()
        except XinshiError as error:
            self._metrics.jobs.labels(job.name, "failed").inc()
            log.error("job failed", action="job.failed", job=job.name, error=str(error))
            return 0
        except Exception:
            self._metrics.jobs.labels(job.name, "failed").inc()
            log.exception("job failed", action="job.failed", job=job.name)
            return 0
        self._metrics.jobs.labels(job.name, "ok").inc()
        if done:
            log.info("job", action="job.done", job=job.name, done=done)
        return done

    async def _claim(self, job: Job) -> bool:
        slot = last_slot(job, self._clock.now())
        return await self._runner.run(
            lambda uow: uow.jobs.claim(job.name, slot, self._host),
            priority=Priority.BACKGROUND,
            limit_ms=None,
        )


def last_slot(job: Job, now: datetime) -> datetime:
    """The latest planned time of a daily job that is not in the future, as aware UTC."""
    assert job.daily_at is not None
    local = now.astimezone(SHANGHAI)
    planned = datetime.combine(local.date(), job.daily_at, SHANGHAI)
    if planned > local:
        planned = datetime.combine(local.date() - timedelta(days=1), job.daily_at, SHANGHAI)
    return planned.astimezone(UTC)


def _trigger(job: Job, share: float) -> IntervalTrigger | CronTrigger:
    """When a job is looked at. ``share``: of its interval it begins so much later, or all would come at once."""
    if job.daily_at is None:
        begin = timedelta(seconds=job.seconds * (1 + share))
        return IntervalTrigger(seconds=job.seconds, start_date=SystemClock().now() + begin, timezone=SHANGHAI)
    return CronTrigger(hour=job.daily_at.hour, minute=job.daily_at.minute, timezone=SHANGHAI)
