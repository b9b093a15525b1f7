"""Uploaded tables as stored, on both engines: sealed, leased, moved on once, let go of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.model.intake import Checkup, FoundColumn, Glimpse, Intake, IntakeState
from storage.tables import intakes
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def intake(uow: SqlUnitOfWork, clock: FixedClock) -> Intake:
    glimpse = Glimpse(
        form="csv",
        sheet="csv",
        height=2,
        columns=(FoundColumn("主体名称", "name", "exact"), FoundColumn("第2列", "", "")),
        missing=("统一社会信用代码",),
        heads=("主体名称",),
        first=(("平鲁新来商贸有限公司",),),
        reasons=((2, "缺少代码"),),
    )
    made = Intake(
        id=0,
        kind="subjects",
        name="名单.csv",
        sha256="a" * 64,
        size=10,
        stored="b" * 64,
        state=IntakeState.CHECKING,
        version=1,
        by="chen",
        by_name="陈静",
        department="信用办",
        opened_at=clock.now(),
        touched_at=clock.now(),
        columns={"谁家": "name"},
        glimpse=glimpse,
        checkup=Checkup(3, 1, 0, 1, 1, ("读取 3 行",)),
    )
    return replace(made, id=uow.intakes.add(made))


def moved(uow: SqlUnitOfWork, intake: Intake, state: IntakeState, **more: object) -> Intake:
    after = replace(intake, state=state, version=intake.version + 1, **more)  # type: ignore[arg-type]
    assert uow.intakes.save(after, was=intake.version)
    return after


def test_what_was_found_comes_back_and_names_are_sealed(uow: SqlUnitOfWork, intake: Intake) -> None:
    assert uow.intakes.get(intake.id) == intake
    assert uow.intakes.get(intake.id, lock=True) == intake
    assert uow.intakes.get(404) is None
    stored = uow.connection.execute(select(intakes.c.details)).scalar_one()
    assert "平鲁".encode() not in stored


def test_of_two_who_move_it_on_the_second_is_told(uow: SqlUnitOfWork, intake: Intake) -> None:
    moved(uow, intake, IntakeState.SEEN)
    assert not uow.intakes.save(replace(intake, state=IntakeState.WITHDRAWN, version=2), was=1)


def test_a_table_is_taken_by_one_and_comes_up_again_after_its_lease(
    uow: SqlUnitOfWork, clock: FixedClock, intake: Intake
) -> None:
    now = clock.now()
    taken = uow.intakes.lease(now, now + MINUTE)
    assert taken is not None
    assert taken.attempts == 0
    assert uow.intakes.lease(now, now + MINUTE) is None
    assert uow.intakes.note_progress(intake, 500, 900, now + 3 * MINUTE)
    assert uow.intakes.lease(now + 2 * MINUTE, now + 4 * MINUTE) is None
    again = uow.intakes.lease(now + 3 * MINUTE, now + 4 * MINUTE)
    assert again is not None
    assert (again.attempts, again.rows_done, again.rows_all) == (1, 500, 900)
    uow.intakes.postpone(again)
    assert uow.intakes.get(intake.id).attempts == 1  # type: ignore[union-attr]
    moved(uow, intake, IntakeState.WITHDRAWN)
    assert not uow.intakes.note_progress(intake, 600, 900, now + 9 * MINUTE)
    assert uow.intakes.lease(now + 9 * MINUTE, now + 10 * MINUTE) is None


def test_the_same_file_is_known_while_it_is_open_or_imported(uow: SqlUnitOfWork, intake: Intake) -> None:
    assert [each.id for each in uow.intakes.of_file("subjects", "a" * 64)] == [intake.id]
    assert uow.intakes.of_file("awards", "a" * 64) == []
    moved(uow, intake, IntakeState.REFUSED)
    assert uow.intakes.of_file("subjects", "a" * 64) == []


def test_what_has_ended_or_was_left_alone_is_found(
    uow: SqlUnitOfWork, clock: FixedClock, intake: Intake
) -> None:
    def stale(days: int) -> list[int]:
        now = clock.now() + timedelta(days=days)
        found = uow.intakes.stale(
            idle_before=now - timedelta(days=14), ended_before=now - timedelta(days=30), limit=9
        )
        return [each.id for each in found]

    assert stale(60) == [], "a job works on it"
    seen = moved(uow, intake, IntakeState.SEEN)
    assert stale(13) == []
    assert stale(15) == [intake.id]
    done = moved(uow, seen, IntakeState.DONE, rejected="c" * 64)
    assert stale(0) == [intake.id]
    swept = moved(uow, done, IntakeState.DONE, stored="")
    assert stale(29) == []
    assert stale(31) == [intake.id]
    moved(uow, swept, IntakeState.DONE, rejected="")
    assert stale(99) == []


def test_headers_told_by_hand_are_remembered_for_their_kind(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    uow.intakes.remember("subjects", {"谁家": "name", "备注二": ""}, by="chen", at=clock.now())
    uow.intakes.remember("subjects", {"谁家": "former_names"}, by="liu", at=clock.now())
    assert uow.intakes.columns_of("subjects") == {"谁家": "former_names", "备注二": ""}
    assert uow.intakes.columns_of("awards") == {}


def test_the_newest_come_first(uow: SqlUnitOfWork, intake: Intake) -> None:
    second = uow.intakes.add(intake)
    assert [each.id for each in uow.intakes.newest(limit=9)] == [second, intake.id]
    assert len(uow.intakes.newest(limit=1)) == 1
