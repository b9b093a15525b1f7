"""The nursery keeps tasks, logs their failures and closes them."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.tasks import Nursery


async def _fails() -> None:
    raise ValueError("broken")


async def test_a_started_task_is_held_until_it_ends() -> None:
    nursery = Nursery()
    gate = asyncio.Event()
    task = nursery.start(gate.wait(), "gate")
    assert len(nursery) == 1
    gate.set()
    assert await task is True
    await asyncio.sleep(0)
    assert len(nursery) == 0


async def test_a_failure_that_nobody_awaits_is_logged_with_its_name() -> None:
    nursery = Nursery()
    with capture_logs() as logs:
        nursery.start(_fails(), "sweep")
        await nursery.drain(1)
        await asyncio.sleep(0)
    assert [(entry["action"], entry["task"]) for entry in logs] == [("task.failed", "sweep")]


async def test_closing_drains_what_is_quick_and_cancels_what_is_not() -> None:
    nursery = Nursery()
    gate = asyncio.Event()
    quick = nursery.start(asyncio.sleep(0, "done"), "quick")
    slow = nursery.start(gate.wait(), "slow")
    await nursery.close(drain=0.01)
    assert quick.result() == "done"
    assert slow.cancelled()


async def test_a_closed_nursery_takes_no_more() -> None:
    nursery = Nursery()
    await nursery.close()
    with pytest.raises(RuntimeError, match="late"):
        nursery.start(asyncio.sleep(0), "late")
