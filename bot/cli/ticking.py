"""tick: what is due, once, for installations driven by cron and for tests."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bot.app import jobs_of
from bot.cli.workplace import Workplace
from bot.clock import FixedClock
from bot.metrics import Metrics
from bot.pipeline import House
from bot.scheduler import Scheduler
from storage.runner import open_runner


def run_due(place: Workplace, at: datetime) -> dict[str, int]:
    """Every job once as of a moment; how much each did."""
    return asyncio.run(_run_due(place, at))


async def _run_due(place: Workplace, at: datetime) -> dict[str, int]:
    clock = FixedClock(at)
    runner = await open_runner(
        place.settings.database_url, sealer=place.sealer, clock=clock, rulebook_id=place.rulebook.id
    )
    try:
        house = House(runner, clock, place.rulebook, place.office, place.sealer)
        return await Scheduler(jobs_of(house), runner, clock, Metrics()).run_due()
    finally:
        await runner.close()
