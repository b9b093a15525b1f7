"""Numbers of papers when many are issued at once: ascending, unique, without gaps, on both engines."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from domain.errors import Unavailable
from domain.model.paper import Content, Paper, PaperKind
from domain.model.subject import Subject, SubjectKind
from domain.services import papers
from domain.services.case_effects import follow
from domain.services.work import Work
from storage.rulebook_files import load_rulebook
from storage.runner import Runner, open_runner
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.cases.conftest import CALENDAR, OFFICE
from tests.conftest import FixedClock

AT_ONCE = 24
RULEBOOK = load_rulebook("xixia")


def issue(uow: SqlUnitOfWork, subject_id: int, about: str) -> Paper:
    work = Work(uow, RULEBOOK, OFFICE, CALENDAR, uow.sealer, uow.clock.now(), follow)
    content = Content(PaperKind.GRADE.value, "示例甲公司", "", ({"text": about},), signed_by=OFFICE.name)
    subject = uow.subjects.get(subject_id)
    return papers._issue(work, PaperKind.GRADE, about, subject, content, OFFICE.name)


@pytest.fixture
async def both(database_url: str, sealer: Vault, clock: FixedClock):  # type: ignore[no-untyped-def]
    """A runner on each engine, with a firm."""
    runner = await open_runner(database_url, sealer=sealer, clock=clock)
    firm = await runner.run(lambda uow: uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, "示例甲公司")))
    yield runner, firm
    await runner.close()


async def test_numbers_ascend_without_gaps_when_many_issue_at_once(both: tuple[Runner, int]) -> None:
    runner, firm = both

    async def one(number: int) -> Paper:
        return await runner.run(lambda uow: issue(uow, firm, f"assessment:{number}"))

    made = await asyncio.gather(*(one(number) for number in range(AT_ONCE)))
    assert {paper.number for paper in made} == {f"示信等告〔2026〕{n}号" for n in range(1, AT_ONCE + 1)}
    stored = await runner.read(lambda uow: uow.papers.of_subject(firm))
    assert [paper.number for paper in reversed(stored)] == [
        f"示信等告〔2026〕{n}号" for n in range(1, AT_ONCE + 1)
    ]
    assert len({paper.code for paper in stored}) == AT_ONCE


async def test_the_same_paper_asked_for_at_once_is_issued_once(both: tuple[Runner, int]) -> None:
    runner, firm = both
    made = await asyncio.gather(
        *(runner.run(lambda uow: issue(uow, firm, "assessment:1")) for _ in range(12))
    )
    assert len({paper.id for paper in made}) == 1
    following = await runner.run(lambda uow: issue(uow, firm, "assessment:2"))
    assert following.number == "示信等告〔2026〕2号", "who was slower took no number"


async def test_a_transaction_that_fails_leaves_no_gap(both: tuple[Runner, int]) -> None:
    runner, firm = both

    def fails(uow: SqlUnitOfWork) -> None:
        issue(uow, firm, "assessment:1")
        raise Unavailable("undone")

    with pytest.raises(Unavailable):
        await runner.run(fails)
    made = await runner.run(lambda uow: issue(uow, firm, "assessment:2"))
    assert made.number == "示信等告〔2026〕1号"


async def test_papers_come_back_as_stored_on_both_engines(both: tuple[Runner, int]) -> None:
    runner, firm = both
    made = await runner.run(lambda uow: issue(uow, firm, "assessment:1"))

    def steps(uow: SqlUnitOfWork) -> None:
        assert uow.papers.about(PaperKind.GRADE, "assessment:1") == made
        assert uow.papers.by_code(made.code) == made
        assert uow.papers.note_printed(made.id, "ab" * 32)
        assert not uow.papers.note_printed(made.id, "cd" * 32), "the first file is the one that counts"
        uow.papers.note_by_hand(made.id, "缺字")
        assert uow.papers.revoke(made.id, at=uow.clock.now(), why="更正")
        assert not uow.papers.revoke(made.id, at=uow.clock.now(), why="再次")

    await runner.run(steps)
    ended = await runner.read(lambda uow: uow.papers.get(made.id))
    wanted = replace(
        made, pdf_sha256="ab" * 32, by_hand="缺字", revoked_at=made.issued_at, revoked_why="更正"
    )
    assert ended == wanted
    sealed = await runner.read(
        lambda uow: uow.connection.exec_driver_sql("SELECT content FROM papers").scalar()
    )
    assert "示例甲公司".encode() not in bytes(sealed)
