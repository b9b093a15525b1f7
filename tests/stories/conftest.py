"""A town for stories: a service with a rulebook, a simulated platform, firms with codes.

Everything is real: two HTTP servers, encryption, routing, and the database,
SQLite as well as PostgreSQL.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from aiohttp import web

from bot.app import PARTS, Parts, create_app
from bot.clock import FixedClock, MovableClock
from bot.settings import load_demo_settings
from bot.simulator import SimulatorConfig
from domain.clock import legal_date
from domain.model.record import Record, RecordKind
from domain.model.subject import Subject, SubjectKind
from domain.rules.codes import make_uscc
from domain.services import bindings, grades
from handlers.understand import warm_up
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import ACCOUNT, BEGINNING, Phone, Story, open_story, staff_side

T = TypeVar("T")


@dataclass
class Town:
    """One running story, and what its clerk does at the counter."""

    story: Story
    numbers: count[int]

    @property
    def parts(self) -> Parts:
        return self.story.service[PARTS]

    async def write(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        return await self.parts.house.runner.run(work, limit_ms=None)

    async def read(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        return await self.parts.house.runner.read(work)

    async def firm(self, name: str = "平鲁晋北商贸有限公司") -> Subject:
        """A firm in the register, without a record."""
        uscc = make_uscc("140603", next(self.numbers), SubjectKind.LEGAL_PERSON)

        def add(uow: SqlUnitOfWork) -> Subject:
            subject = Subject(id=0, kind=SubjectKind.LEGAL_PERSON, name=name, uscc=uscc)
            return uow.subjects.get(uow.subjects.add(subject))

        return await self.write(add)

    async def record(self, subject: Subject, kind: RecordKind, *, days_ago: int = 10, **facts: object) -> int:
        """Something that happened to a firm."""
        number = next(self.numbers)
        on = legal_date(self.story.clock.now()) - timedelta(days=days_ago)
        facts.setdefault("title", f"{kind}第{number}号")
        facts.setdefault("authority", "平鲁区发展和改革局")
        record = Record(id=0, subject_id=subject.id, kind=kind, decided_on=on, **facts)  # type: ignore[arg-type]
        return await self.write(lambda uow: uow.records.add(record, business_key=f"k{number}", batch_id=None))

    async def approves(self, subject: Subject) -> None:
        """A named person answers for whatever grade the records lead to."""
        house = self.parts.house
        await self.write(
            lambda uow: grades.reassess(
                uow, subject.id, house.rulebook, house.clock.now(), approved_by="chen.shenpi"
            )
        )

    async def code(self, subject: Subject) -> str:
        """A binding code from the counter."""
        house = self.parts.house
        issued = await self.write(
            lambda uow: bindings.issue_code(
                uow, subject.id, by="counter", now=house.clock.now(), sealer=house.sealer
            )
        )
        return issued.code

    async def bound(self, subject: Subject, name: str = "王会计") -> Phone:
        """A person who follows and is bound to a firm."""
        phone = await self.story.follower(name)
        await phone.says(f"绑定 {await self.code(subject)}")
        assert "绑定好了" in await phone.says("确认")
        return phone


OpenTown = Callable[..., AbstractAsyncContextManager[Town]]


@pytest.fixture(scope="session", autouse=True)
def understanding() -> None:
    """As in a service that has been up for a second."""
    warm_up()


@pytest.fixture
def open_town(tmp_path: Path) -> OpenTown:
    """Opens a town on a database: again and again on the same one, as after a restart."""

    @asynccontextmanager
    async def opened(
        database_url: str,
        *,
        rulebook: str = "pinglu",
        config: SimulatorConfig = ACCOUNT,
        clock: MovableClock | None = None,
        base_url: str = "",
    ) -> AsyncIterator[Town]:
        moving = clock or MovableClock(FixedClock(BEGINNING))

        def service(api_base: str) -> web.Application:
            settings = load_demo_settings(
                data_dir=tmp_path,
                rulebook=rulebook,
                database_url=database_url,
                wechat_api_base=api_base,
                wecom_api_base=staff_side(api_base),
                wechat_mode=config.mode.value,
                **({"base_url": base_url} if base_url else {}),
            )
            return create_app(settings, clock=moving)

        async with open_story(service, config=config, clock=moving) as story:
            yield Town(story, count(1))

    return opened


@pytest.fixture
async def town(database_url: str, open_town: OpenTown) -> AsyncIterator[Town]:
    """Pinglu's town, on both engines."""
    async with open_town(database_url) as opened:
        yield opened
