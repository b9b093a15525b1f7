"""Template messages under way: accepted at once, finished later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.simulator.people import Person
from bot.simulator.templates import Rendered

#: how long a caller's own id makes a second send the same as the first
SAME_FOR: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Job:
    """One template message; its end is reported by an event."""

    number: int
    person: Person
    rendered: Rendered
    url: str
    #: the exchange that asked for it
    wire: int | None = None


class Jobs:
    """Jobs that wait to be finished, and the callers' own ids."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[int, datetime]] = {}
        self._waiting: list[Job] = []

    def known(self, openid: str, own_id: str, now: datetime) -> int | None:
        """The job a ``client_msg_id`` already stands for, within ten minutes."""
        number, since = self._known.get((openid, own_id), (None, now))
        return number if own_id and now - since < SAME_FOR else None

    def add(self, job: Job, own_id: str, now: datetime) -> None:
        """Accepts a job."""
        self._known[job.person.openid, own_id] = (job.number, now)
        self._waiting.append(job)

    def take(self) -> tuple[Job, ...]:
        """The jobs that wait, which then wait no more."""
        waiting = tuple(self._waiting)
        self._waiting.clear()
        return waiting
