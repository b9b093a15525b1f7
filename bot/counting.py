"""The job that keeps the figures of the office fresh."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from bot.pipeline import House
from domain.services import statistics
from storage.runner import Priority
from storage.unit_of_work import SqlUnitOfWork


class Statistician:
    """Counts in short reads, one after the other, and keeps the figures in one short transaction."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def refresh(self) -> int:
        """Count everything anew where the figures have grown old; 1 where they had."""
        runner, now = self._house.runner, self._house.clock.now()
        stretches = await runner.read(lambda uow: statistics.stretches(uow, now))
        if stretches is None:
            return 0
        tally = statistics.Tally()
        for after in stretches[0]:
            many, grades = await runner.read(partial(_grades, after=after))
            tally.subjects += many
            tally.grades.update(grades)
        since = statistics.letters_since(now)
        for after in stretches[1]:
            tally.letters.update(await runner.read(partial(_letters, after=after, since=since)))
        await runner.run(
            lambda uow: statistics.keep(uow, tally, now), priority=Priority.BACKGROUND, limit_ms=None
        )
        return 1


def _grades(uow: SqlUnitOfWork, *, after: int) -> tuple[int, dict[str, int]]:
    return uow.statistics.grades(after, after + statistics.STRETCH)


def _letters(uow: SqlUnitOfWork, *, after: int, since: datetime) -> dict[str, int]:
    return uow.statistics.letters(after, after + statistics.STRETCH, since)
