"""The working calendar as stored: the library, and what was entered on top."""

from __future__ import annotations

from datetime import date

import pytest

from storage.calendar import SqlCalendar, load_calendar, warm_up
from storage.session import open_session
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.conftest import FixedClock

NOTICE = "国办发明电〔2026〕7号"


def test_the_library_alone_knows_what_was_announced(uow: SqlUnitOfWork) -> None:
    warm_up()
    calendar = uow.calendar.load()
    assert {2024, 2025, 2026} <= calendar.announced_years
    assert 2027 not in calendar.announced_years
    assert not calendar.overrides


def test_it_is_read_once_until_something_is_entered(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    before = uow.calendar.load()
    assert uow.calendar.load() is before
    uow.calendar.set_day(date(2027, 1, 4), worked=False, source=NOTICE, by="staff:li", at=clock.now())
    after = uow.calendar.load()
    assert before.is_workday(date(2027, 1, 4))
    assert not after.is_workday(date(2027, 1, 4))
    assert uow.calendar.load() is after


def test_a_day_may_be_set_anew(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    for worked in (False, True):
        uow.calendar.set_day(date(2027, 1, 2), worked=worked, source=NOTICE, by="staff:li", at=clock.now())
    assert uow.calendar.load().is_workday(date(2027, 1, 2))
    (day,) = uow.calendar.days_of(2027)
    assert (day.day, day.worked, day.source) == (date(2027, 1, 2), True, NOTICE)
    assert uow.calendar.days_of(2026) == []


def test_an_announced_year_makes_terms_final(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    start = date(2026, 12, 25)
    assert uow.calendar.load().add(start, 7).provisional
    uow.calendar.announce(2027, source=NOTICE, by="staff:li", at=clock.now())
    assert not uow.calendar.load().add(start, 7).provisional


def test_what_is_rolled_back_is_not_remembered(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    def announce_and_fail() -> None:
        with uow.savepoint():
            uow.calendar.announce(2027, source=NOTICE, by="staff:li", at=clock.now())
            assert 2027 in uow.calendar.load().announced_years
            raise RuntimeError

    with pytest.raises(RuntimeError):
        announce_and_fail()
    assert 2027 not in uow.calendar.load().announced_years


def test_both_engines_keep_it(database_url: str, sealer: Vault, clock: FixedClock) -> None:
    with open_session(database_url, sealer=sealer, clock=clock) as uow:
        uow.calendar.set_day(date(2027, 1, 2), worked=True, source=NOTICE, by="staff:li", at=clock.now())
        uow.calendar.announce(2027, source=NOTICE, by="staff:li", at=clock.now())
    with open_session(database_url, sealer=sealer, clock=clock) as uow:
        calendar = load_calendar(uow.connection)
        assert calendar.is_workday(date(2027, 1, 2))
        assert 2027 in calendar.announced_years
        assert SqlCalendar(uow.connection).days_of(2027)[0].source == NOTICE
        assert uow.calendar.recount_from() == 0
        uow.calendar.recounted(12)
        assert uow.calendar.recount_from() == 12
        uow.calendar.recounted(None)
        assert uow.calendar.recount_from() is None
