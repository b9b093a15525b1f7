"""The only place that starts tasks.

A task that nobody refers to may be collected half way, and its failure is
never seen; the nursery keeps the reference, logs the failure and drains.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


class Nursery:
    """Holds running tasks of one event loop until they end or it is closed."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, coro: Coroutine[Any, Any, _T], name: str) -> asyncio.Task[_T]:
        """Start a task, which may be awaited or left alone.

        RuntimeError once the nursery is closed; the coroutine is then closed unrun.
        """
        if self._closed:
            coro.close()
            raise RuntimeError(f"the nursery is closed: {name}")
        task = asyncio.create_task(coro, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("task failed", action="task.failed", task=task.get_name(), exc_info=error)

    async def drain(self, seconds: float) -> bool:
        """Wait up to so many seconds for what runs; whether all of it ended."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        return not self._tasks

    async def close(self, drain: float = 0.0) -> None:
        """Take no more tasks, give the running ones ``drain`` seconds, then cancel and wait for them."""
        self._closed = True
        if drain:
            await self.drain(drain)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
