"""Files that nothing refers to: bytes are written before the row that names them, and a process may die between.

Each night what is older than a day and stands in no row is deleted. A day is
far longer than any request lives.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import structlog

from bot.clock import SystemClock
from bot.pipeline import House
from storage.files import FolderFiles
from storage.unit_of_work import SqlUnitOfWork

log = structlog.get_logger("xinshi.files")

KEPT = timedelta(days=1)
AT_ONCE = 200


async def sweep_orphans(house: House, files: FolderFiles) -> int:
    """Delete what nothing refers to; how many files that were."""
    # the disk knows the machine's time alone, whatever clock a demonstration shows
    before, gone = SystemClock().now() - KEPT, 0
    old = await asyncio.to_thread(files.older, before)
    for start in range(0, len(old), AT_ONCE):
        names = old[start : start + AT_ONCE]
        held = await house.runner.read(partial(_held, names))
        for name in set(names) - held:
            gone += await asyncio.to_thread(files.delete_older, name, before)
    if gone:
        log.warning("files without a row", action="files.swept", count=gone)
    return gone


def _held(names: list[str], uow: SqlUnitOfWork) -> set[str]:
    return uow.held_files.among(names)
