"""The audit chain shows what was changed, taken out, added or cut off."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest
from sqlalchemy import delete, insert, select, update

from storage.audit import GENESIS
from storage.tables import audit, installation
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock


def write(uow: SqlUnitOfWork, count: int = 5) -> None:
    for number in range(count):
        uow.audit.append("grade.read", actor="person:1", subject_id=number, detail={"channel": "微信"})


def test_an_empty_log_is_whole(uow: SqlUnitOfWork) -> None:
    report = uow.sealing.verify()
    assert (report.whole, report.sealed, report.head, report.unsealed) == (True, 0, GENESIS, 0)


def test_rows_are_sealed_in_order_and_in_bounded_steps(uow: SqlUnitOfWork) -> None:
    write(uow)
    assert [uow.sealing.seal_batch(2) for _ in range(4)] == [2, 2, 1, 0]
    report = uow.sealing.verify()
    assert (report.whole, report.sealed, report.unsealed) == (True, 5, 0)
    assert uow.sealing.head() == (5, report.head)


def test_the_seal_is_a_hash_over_the_former_seal_and_the_row(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    """Anybody with the rows can check the chain without this program."""
    uow.audit.append("bound", actor="person:1", subject_id=7, ref="b1", detail={"权限": "经办", "a": 1})
    uow.sealing.seal_batch()
    row = '[1,1,"2026-11-20T04:00:00+00:00","bound","person:1",7,"b1",{"a":1,"权限":"经办"}]'
    expected = sha256((GENESIS + row).encode()).hexdigest()
    assert uow.connection.execute(select(audit.c.seal)).scalar_one() == expected


def change(uow: SqlUnitOfWork) -> None:
    uow.connection.execute(update(audit).where(audit.c.id == 3).values(actor="person:2"))


def take_out(uow: SqlUnitOfWork) -> None:
    uow.connection.execute(delete(audit).where(audit.c.id == 3))


def swap(uow: SqlUnitOfWork) -> None:
    uow.connection.execute(update(audit).where(audit.c.id == 3).values(sealed_no=99))
    uow.connection.execute(update(audit).where(audit.c.id == 4).values(sealed_no=3))
    uow.connection.execute(update(audit).where(audit.c.id == 3).values(sealed_no=4))


def slip_in(uow: SqlUnitOfWork) -> None:
    old = uow.connection.execute(select(audit).where(audit.c.id == 2)).one()
    uow.connection.execute(update(audit).where(audit.c.id >= 3).values(sealed_no=audit.c.sealed_no + 100))
    forged = old._asdict() | {"id": 50, "sealed_no": 3}
    uow.connection.execute(insert(audit), forged)


def unseal(uow: SqlUnitOfWork) -> None:
    uow.connection.execute(update(audit).where(audit.c.id == 3).values(sealed_no=None, seal=None))


@pytest.mark.parametrize("forge", [change, take_out, swap, slip_in, unseal])
def test_the_first_forged_link_is_named(uow: SqlUnitOfWork, forge: Callable[[SqlUnitOfWork], None]) -> None:
    write(uow)
    uow.sealing.seal_batch()
    forge(uow)
    report = uow.sealing.verify()
    assert not report.whole
    assert report.broken_at == 3
    assert "link 3" in report.fault


def test_a_chain_cut_at_its_end_shows(uow: SqlUnitOfWork) -> None:
    write(uow)
    uow.sealing.seal_batch()
    uow.connection.execute(delete(audit).where(audit.c.id > 3))
    report = uow.sealing.verify()
    assert not report.whole
    assert report.broken_at == 4


def test_a_head_that_was_taken_away_shows(uow: SqlUnitOfWork) -> None:
    write(uow)
    uow.sealing.seal_batch()
    uow.connection.execute(delete(installation))
    assert not uow.sealing.verify().whole


def test_a_chain_rewritten_as_a_whole_shows_against_the_link_that_was_kept(uow: SqlUnitOfWork) -> None:
    write(uow)
    uow.sealing.seal_batch()
    kept = uow.sealing.head()
    write(uow, 2)
    uow.sealing.seal_batch()
    assert uow.sealing.verify(kept).whole
    rewrite(uow)
    assert uow.sealing.verify().whole
    report = uow.sealing.verify(kept)
    assert (report.whole, report.broken_at) == (False, 5)
    assert "not the one that was kept" in report.fault


def test_a_kept_link_that_is_gone_shows(uow: SqlUnitOfWork) -> None:
    write(uow)
    uow.sealing.seal_batch()
    kept = uow.sealing.head()
    uow.connection.execute(delete(audit).where(audit.c.id > 3))
    rewrite(uow)
    assert uow.sealing.verify().whole
    assert not uow.sealing.verify(kept).whole


def rewrite(uow: SqlUnitOfWork) -> None:
    """Whoever can write the database changes a row and chains everything anew."""
    uow.connection.execute(update(audit).where(audit.c.id == 3).values(actor="person:2"))
    uow.connection.execute(update(audit).values(sealed_no=None, seal=None))
    uow.connection.execute(delete(installation))
    uow.sealing.seal_batch()


def test_an_unsealed_tail_is_told_and_fails_after_a_minute(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    write(uow, 2)
    clock.advance(seconds=59)
    report = uow.sealing.verify()
    assert (report.whole, report.unsealed) == (True, 2)
    clock.advance(seconds=2)
    report = uow.sealing.verify()
    assert not report.whole
    assert "2 rows are unsealed" in report.fault
    uow.sealing.seal_batch()
    assert uow.sealing.verify().whole


def test_a_chain_longer_than_one_page_is_verified_whole(uow: SqlUnitOfWork) -> None:
    write(uow, 1500)
    while uow.sealing.seal_batch():
        pass
    report = uow.sealing.verify()
    assert (report.whole, report.sealed) == (True, 1500)
