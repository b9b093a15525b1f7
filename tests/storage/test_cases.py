"""Cases as stored: what comes back, numbers under concurrency, two staff at one instant, restarts."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

import pytest
from sqlalchemy import select

from domain.errors import Refused, StaleCase
from domain.model.case import Case, CaseEvent, CaseKind, Clock, Pause
from domain.model.person import Channel, Deputyship
from domain.rules.rulebook import Rulebook
from domain.services import cases
from domain.services.staff import actor_of, firm_actor
from storage.runner import Runner, open_runner
from storage.session import open_session
from storage.tables import case_events
from storage.tables import cases as case_rows
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.cases.conftest import CREDIT, Desk, engine_alone, rulebook
from tests.conftest import FixedClock

T = TypeVar("T")
__all__ = ["engine_alone", "rulebook"]

pytestmark = pytest.mark.usefixtures("engine_alone")


def case_of(clock: FixedClock, number: str = "YY20260001", **more: object) -> Case:
    plain = Case(0, number, CaseKind.OBJECTION, "待受理", 1, None, None, CREDIT, "", clock.now(), None, False)
    return replace(plain, **more)  # type: ignore[arg-type]


def test_everything_of_a_case_comes_back(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    limit = Clock("办结", date(2026, 11, 20), 5, date(2026, 11, 27), "S0-40", met_on=date(2026, 11, 26))
    pause = Pause("补正：营业执照", date(2026, 11, 21), date(2026, 11, 22))
    case = case_of(
        clock,
        clocks=(limit, replace(limit, met_on=None)),
        pauses=(pause, replace(pause, until=None)),
        facts={"诉求": "重新评价", "records": [1, 2]},
        due_on=date(2026, 11, 27),
        provisional=True,
    )
    stored = uow.cases.add(case)
    assert stored == replace(case, id=stored.id)
    assert uow.cases.get(stored.id) == uow.cases.by_number("YY20260001", lock=True) == stored
    assert uow.cases.get(404) is None
    assert uow.cases.by_number("YY20269999") is None


def test_what_people_wrote_is_sealed(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    pause = Pause("补正：张三的身份证", date(2026, 11, 21))
    stored = uow.cases.add(case_of(clock, facts={"who": "张三"}, pauses=(pause,)))
    event = CaseEvent(stored.id, 1, clock.now(), "person:1", "经办人", "提交", "", "待受理", "我叫张三")
    uow.cases.append_event(event)
    assert uow.cases.events(stored.id) == [event]
    rows = [*uow.connection.execute(select(case_rows)), *uow.connection.execute(select(case_events))]
    secret = "张三".encode()
    assert not any(secret in v for row in rows for v in row if isinstance(v, bytes))
    assert not any("张三" in str(v) for row in rows for v in row if not isinstance(v, bytes))


def test_a_case_is_saved_only_over_the_version_that_was_read(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    stored = uow.cases.add(case_of(clock))
    assert uow.cases.save(replace(stored, state="办理中", version=2), was=1)
    assert not uow.cases.save(replace(stored, state="已办结", version=2), was=1)
    kept = uow.cases.get(stored.id)
    assert kept is not None
    assert (kept.state, kept.version) == ("办理中", 2)


def test_lists_are_in_order_and_bounded(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    person = uow.people.get_or_add(Channel.WECHAT, "wx1", "openid-1", clock.now())
    days = (date(2026, 11, 27), None, date(2026, 11, 23))
    made = [
        uow.cases.add(case_of(clock, f"YY2026000{n}", due_on=day, applicant_id=person.id))
        for n, day in enumerate(days, start=1)
    ]
    closed = uow.cases.add(case_of(clock, "YY20260009", closed_at=clock.now(), applicant_id=person.id))
    child = uow.cases.add(case_of(clock, "FH20260001", department="别处", parent_id=closed.id))
    assert uow.cases.open_in([CREDIT]) == [made[2], made[0], made[1]]
    assert uow.cases.open_in([CREDIT], limit=1) == [made[2]]
    assert uow.cases.open_in([]) == []
    assert uow.cases.open_after(made[0].id, limit=2) == made[1:]
    assert uow.cases.due_by(date(2026, 11, 23), after=0, limit=9) == [made[2]]
    assert uow.cases.due_by(date(2026, 11, 27), after=made[0].id, limit=9) == [made[2]]
    assert uow.cases.of_applicant(person.id) == [closed, *reversed(made)]
    assert uow.cases.of_applicant(person.id, open_only=True, limit=1) == [made[2]]
    assert uow.cases.of_subject(404) == []
    assert uow.cases.children(closed.id) == [child]


def test_the_last_version_shown_is_remembered(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    case = uow.cases.add(case_of(clock))
    assert uow.cases.seen_version("chen", case.id) is None
    for version in (1, 3):
        uow.cases.note_view("chen", case.id, version, clock.now())
    assert uow.cases.seen_version("chen", case.id) == 3
    assert uow.cases.seen_version("wang", case.id) is None


def opening(desk_of: Callable[[SqlUnitOfWork], Desk]) -> Callable[[SqlUnitOfWork], str]:
    return lambda uow: desk_of(uow).open().number


async def run(runner: Runner, work: Callable[[SqlUnitOfWork], T]) -> T:
    """One piece of work, however slow the machine."""
    return await runner.run(work, limit_ms=None)


@pytest.fixture
def desk_of(clock: FixedClock, rulebook: Rulebook) -> Callable[[SqlUnitOfWork], Desk]:
    """The desk in another transaction, over what is stored already."""

    def desk(uow: SqlUnitOfWork) -> Desk:
        found = Desk(uow, clock, rulebook)
        found.person = uow.people.get_or_add(Channel.WECHAT, "wx1", "openid-1", clock.now())
        bound = uow.bindings.of_person(found.person.id)
        if not bound:
            return found.settle()
        found.firm_id = bound[0][1].id
        return found

    return desk


async def test_numbers_ascend_without_gaps_when_many_open_at_once(
    runner: Runner, desk_of: Callable[[SqlUnitOfWork], Desk]
) -> None:
    await run(runner, lambda uow: desk_of(uow).work)
    given = await asyncio.gather(*(run(runner, opening(desk_of)) for _ in range(32)))
    assert sorted(given) == [f"YY2026{n:04d}" for n in range(1, 33)]
    # in the order of commits: a later number never became visible before an earlier one
    stored = await runner.read(lambda uow: [case.number for case in uow.cases.open_after(0, limit=99)])
    assert stored == sorted(stored)


async def test_an_opening_that_fails_leaves_no_gap(
    runner: Runner, desk_of: Callable[[SqlUnitOfWork], Desk]
) -> None:
    def fails(uow: SqlUnitOfWork) -> None:
        desk_of(uow).open()
        raise Refused("不办了")

    await run(runner, lambda uow: desk_of(uow).work)
    with pytest.raises(Refused):
        await run(runner, fails)
    assert await run(runner, opening(desk_of)) == "YY20260001"


@pytest.mark.parametrize("by_card", [True, False])
async def test_of_two_who_decide_at_the_same_instant_one_wins_and_the_other_is_told(
    runner: Runner, desk_of: Callable[[SqlUnitOfWork], Desk], by_card: bool
) -> None:
    def accepted(uow: SqlUnitOfWork) -> Case:
        desk = desk_of(uow)
        return desk.does("chen", "受理", desk.open())

    case = await run(runner, accepted)

    def decides(who: str, action: str) -> Callable[[SqlUnitOfWork], Case]:
        version = case.version if by_card else None
        return lambda uow: desk_of(uow).does(who, action, case, "意见", version)

    results = await asyncio.gather(
        run(runner, decides("wang", "同意")), run(runner, decides("zhao", "驳回")), return_exceptions=True
    )
    won = [r for r in results if isinstance(r, Case)]
    lost = [r for r in results if isinstance(r, StaleCase if by_card else Refused)]
    assert (len(won), len(lost)) == (1, 1)
    winner = "王伟" if won[0].outcome == "成立" else "赵敏"
    assert f"已由{winner}于11月20日12:00" in lost[0].text
    events = await runner.read(lambda uow: uow.cases.events(case.id))
    assert [event.seq for event in events] == [1, 2, 3]


async def test_a_press_delivered_three_times_counts_once(
    runner: Runner, desk_of: Callable[[SqlUnitOfWork], Desk]
) -> None:
    case = await run(runner, lambda uow: desk_of(uow).open())
    presses = [
        run(runner, lambda uow: desk_of(uow).does("chen", "受理", case, version=case.version))
        for _ in range(3)
    ]
    results = await asyncio.gather(*presses, return_exceptions=True)
    assert sorted(type(r).__name__ for r in results) == ["Case", "StaleCase", "StaleCase"]
    assert all("已由您于" in r.text for r in results if isinstance(r, StaleCase))


async def test_a_restart_between_every_two_steps_changes_nothing(
    database_url: str, sealer: Vault, clock: FixedClock, desk_of: Callable[[SqlUnitOfWork], Desk]
) -> None:
    steps = [
        ("chen", "补正", "缺营业执照"),
        ("firm", "补充", "已补充"),
        ("chen", "受理", ""),
        ("chen", "转办", "市场监管局"),
        ("li", "受理", ""),
        ("li", "报批", "拟不成立"),
        ("sun", "驳回", "记录属实"),
    ]
    states = []

    async def in_a_new_process(turn: Callable[[SqlUnitOfWork], Case]) -> Case:
        runner = await open_runner(database_url, sealer=sealer, clock=clock)
        try:
            return await run(runner, turn)
        finally:
            await runner.close()

    case = await in_a_new_process(lambda uow: desk_of(uow).open())
    for (who, action, text), day in zip(steps, itertools.count(1), strict=False):
        clock.advance(days=1)
        found = case
        case = await in_a_new_process(
            lambda uow, w=who, a=action, t=text, c=found: desk_of(uow).does(w, a, c, t, c.version)  # type: ignore[misc]
        )
        states.append((case.state, case.version))
        assert case.version == day + 1
    assert states[-1] == ("已办结", 8)
    # asked for on Saturday, given on Sunday: no working day was lost
    assert case.due_on == date(2026, 11, 27)


def test_a_turn_that_is_run_again_leaves_the_same(
    database_url: str, sealer: Vault, clock: FixedClock, desk_of: Callable[[SqlUnitOfWork], Desk]
) -> None:
    with open_session(database_url, sealer=sealer, clock=clock) as uow:
        desk = desk_of(uow)
        case = desk.open()

        def undone() -> Case:
            with contextlib.suppress(ZeroDivisionError), uow.savepoint():
                done = desk.does("chen", "受理", case)
                raise ZeroDivisionError
            return done

        assert undone() == undone()
        assert cases.find(desk.work, case.number) == case
        assert len(cases.log(desk.work, case)) == 1


def test_actors_are_found_in_the_database(
    uow: SqlUnitOfWork, desk_of: Callable[[SqlUnitOfWork], Desk]
) -> None:
    desk = desk_of(uow)
    uow.staff.add_deputy("sun", "wang", since=date(2026, 11, 20), until=date(2026, 11, 21))
    uow.staff.add_deputy("sun", "zhao", since=date(2026, 11, 22), until=date(2026, 11, 25))
    assert uow.staff.deputies(date(2026, 11, 21)) == [("sun", "wang")]
    assert [each.deputy for each in uow.staff.deputyships(date(2026, 11, 22))] == ["zhao"]
    assert uow.staff.end_deputies("sun", date(2026, 11, 21)) == 2
    assert uow.staff.deputyships(date(2026, 11, 20)) == [
        Deputyship("sun", "wang", date(2026, 11, 20), date(2026, 11, 20))
    ]
    assert uow.staff.deputies(date(2026, 11, 20)) == [("sun", "wang")]
    assert uow.staff.deputies(date(2026, 11, 22)) == []
    assert len(actor_of(desk.work, "wang").seats) == 2
    assert firm_actor(desk.person, "甲").label == f"person:{desk.person.id}"
