"""The contract of the runner."""

from __future__ import annotations

import asyncio

from domain.model.subject import Subject, SubjectKind
from storage.runner import Runner
from tests.conftest import FixedClock


async def test_a_thousand_repeats_of_one_message_are_claimed_once(runner: Runner, clock: FixedClock) -> None:
    claims = await asyncio.gather(
        *(runner.run(lambda uow: uow.inbox.claim("k", None, clock.now())) for _ in range(200))
    )
    assert sum(claim.new for claim in claims) == 1
    assert len({claim.id for claim in claims}) == 1


async def test_what_was_written_is_read(runner: Runner) -> None:
    subject = Subject(
        0, SubjectKind.LEGAL_PERSON, "平陆县示例有限公司", "911400000000000000", ("旧名",), ("工程",)
    )
    new_id = await runner.run(lambda uow: uow.subjects.add(subject))
    got = await runner.read(lambda uow: uow.subjects.get(new_id))
    assert got.name == subject.name
    assert got.former_names == ("旧名",)
