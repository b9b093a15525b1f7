"""The jobs behind the reminders: short transactions, each going on where the last one ended."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from bot.pipeline import House
from bot.scheduler import Job
from domain.clock import SHANGHAI
from domain.services import consultations, reminders
from domain.services.work import Work
from storage.runner import Priority
from storage.unit_of_work import SqlUnitOfWork

#: (work, where to go on) → where the next piece begins, 0 at the end
Piece = Callable[[Work, int], int]


def reminder_jobs(house: House) -> list[Job]:
    """What is reminded of, and how often is looked. Every reminder is decided once, in the database."""
    return [
        Job("remind", partial(_in_pieces, house, reminders.remind), seconds=60),
        Job("remind_firms", partial(_in_pieces, house, reminders.remind_firms), seconds=300),
        Job("consultations", partial(_in_pieces, house, consultations.look_after), seconds=1800),
        Job("terms", partial(_in_pieces, house, reminders.tell_of_terms), seconds=1800),
        Job("digest", partial(_digests, house), seconds=60),
    ]


async def _in_pieces(house: House, piece: Piece) -> int:
    """How many pieces there were before the last."""
    after, pieces = 0, 0
    while after := await _write(house, partial(_piece, house, piece, after)):
        pieces += 1
    return pieces


def _piece(house: House, piece: Piece, after: int, uow: SqlUnitOfWork) -> int:
    return piece(house.work(uow), after)


async def _digests(house: House) -> int:
    """The morning's 待办 for each member, once a day whichever replica comes first; how many were written."""
    members = await house.runner.read(lambda uow: [m.userid for m in uow.staff.all() if m.enabled])
    return sum([await _write(house, partial(_digest, house, userid)) for userid in members])


def _digest(house: House, userid: str, uow: SqlUnitOfWork) -> int:
    """The slot is claimed with the letter, so that a crash in between loses neither."""
    work = house.work(uow)
    if not reminders.awake(work):
        return 0
    slot = datetime.combine(work.today, reminders.MORNING, SHANGHAI).astimezone(UTC)
    name = f"digest:{hashlib.sha256(userid.encode()).hexdigest()[:24]}"
    if not uow.jobs.claim(name, slot, platform.node()[:60]):
        return 0
    return int(reminders.digest(work, userid))


def _write(house: House, work: Callable[[SqlUnitOfWork], int]) -> Awaitable[int]:
    return house.runner.run(work, priority=Priority.BACKGROUND, limit_ms=None)
