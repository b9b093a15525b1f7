"""What stories about staff share: who works here, and a firm that objects."""

from __future__ import annotations

import asyncio

from sqlalchemy import bindparam, func, select

from domain.model.person import Staff
from domain.model.record import RecordKind
from storage.tables import outbox
from tests.driver import Desk, Phone
from tests.stories.conftest import Town

CASE = "YY20260001"


async def hired(town: Town, userid: str, name: str, *roles: str, department: str = "") -> Desk:
    """A member of staff with a phone; of the credit office unless another department is named."""
    where = department or town.parts.house.office.name
    await town.write(lambda uow: uow.staff.save(Staff(userid, name, roles, where)))
    return town.story.desk(userid, name)


async def objected(town: Town) -> Phone:
    """A firm objects against its only record."""
    firm = await town.firm()
    await town.record(firm, RecordKind.RECTIFICATION, title="责令改正")
    await town.approves(firm)
    wang = await town.bound(firm)
    assert "对哪一项有异议" in await wang.says("异议")
    if "向哪里提出" in await wang.says("2"):
        await wang.says("1")
    assert "请核对" in await wang.says("这条记录已被复议决定撤销，文号附后")
    assert f"案号{CASE}" in await wang.says("确认")
    return wang


async def steps(town: Town) -> list[str]:
    """The log of the case after its filing: who did what."""
    case = await town.read(lambda uow: uow.cases.by_number(CASE))
    assert case is not None
    events = await town.read(lambda uow: uow.cases.events(case.id))
    return [f"{event.actor_name} {event.action}" for event in events][1:]


async def runs(town: Town, name: str) -> None:
    """One tick of a job, then everything that it queued is sent."""
    job = next(job for job in town.parts.scheduler.jobs if job.name == name)
    await town.parts.scheduler.run(job)
    await sends(town)


_UNDER_WAY = select(func.count()).where(
    (outbox.c.status == "leased") | ((outbox.c.status == "waiting") & (outbox.c.due_at <= bindparam("now")))
)


async def sends(town: Town) -> None:
    """What is due is sent, by the service's own loops too, and booked."""
    due = {"now": town.story.clock.now()}
    for _ in range(400):
        if not await town.read(lambda uow: uow.connection.execute(_UNDER_WAY, due).scalar_one()):
            return
        for delivery in (town.parts.delivery, town.parts.staff_delivery):
            assert delivery is not None
            await delivery.once()
        await asyncio.sleep(0.005)


def heard(person: Desk | Phone, words: str) -> int:
    """How many bubbles that are not the person's own say this."""
    return sum(words in bubble.text for bubble in person.sees if bubble.side.value != "person")
