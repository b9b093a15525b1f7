"""Notices to many as stored, on both engines: who is listed, who was written to, what became of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain.model.broadcast import Audience, Broadcast, Found
from domain.model.case import Case, CaseKind
from domain.model.person import Channel
from domain.model.subject import Subject, SubjectKind
from storage.tables import broadcasts as broadcast_rows
from storage.tables import subjects
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

EVERYBODY = Audience(spoken="全部")


@pytest.fixture
def notice(uow: SqlUnitOfWork, clock: FixedClock) -> Broadcast:
    case = Case(
        0,
        "QF20260001",
        CaseKind.BROADCAST,
        "待发布",
        1,
        None,
        None,
        "信用办",
        "chen",
        clock.now(),
        None,
        False,
    )
    stored = uow.cases.add(case)
    uow.broadcasts.add(stored.id, "请核对信用信息", EVERYBODY)
    found = uow.broadcasts.of_case(stored.id)
    assert found is not None
    return found


def people(uow: SqlUnitOfWork, clock: FixedClock, many: int) -> list[int]:
    return [
        uow.people.get_or_add(Channel.WECHAT, "wx1", f"openid-{no}", clock.now()).id for no in range(many)
    ]


def test_what_was_written_comes_back_and_is_sealed(uow: SqlUnitOfWork, notice: Broadcast) -> None:
    assert (notice.text, notice.audience, notice.counted) == ("请核对信用信息", EVERYBODY, None)
    stored = uow.connection.execute(select(broadcast_rows.c.text)).scalar_one()
    assert "核对".encode() not in stored
    assert uow.broadcasts.uncounted() == notice
    assert uow.broadcasts.of_case(404) is None


def test_counting_goes_on_where_it_stopped(uow: SqlUnitOfWork, notice: Broadcast) -> None:
    half = replace(notice, found=Found(3, 2, 2, ("甲", "乙")), cursor=17)
    uow.broadcasts.note_progress(half)
    assert uow.broadcasts.uncounted() == half
    uow.broadcasts.note_progress(replace(half, counted=2))
    assert uow.broadcasts.uncounted() is None


def test_subjects_come_in_chunks_by_trade_domain_and_name(uow: SqlUnitOfWork) -> None:
    ids = [
        uow.subjects.add(
            Subject(
                0,
                SubjectKind.LEGAL_PERSON,
                f"示例{no}公司",
                domains=("food",) if no == 1 else (),
                industry="餐饮" if no == 2 else "",
            )
        )
        for no in range(5)
    ]
    first, after = uow.broadcasts.firms_in(EVERYBODY, after=0, limit=3)
    assert (first, after) == (ids[:3], ids[2])
    rest, end = uow.broadcasts.firms_in(EVERYBODY, after=after or 0, limit=3)
    assert (rest, end) == (ids[3:], None)

    def of(**wanted: object) -> list[int]:
        return uow.broadcasts.firms_in(Audience(**wanted), after=0, limit=50)[0]  # type: ignore[arg-type]

    assert of(domains=("food",)) == [ids[1]]
    assert of(trades=("餐饮",), domains=("food",)) == ids[1:3]
    assert of(subjects=(ids[4], ids[0])) == [ids[0], ids[4]]
    assert of(grades=("A",)) == []
    uow.connection.execute(update(subjects).where(subjects.c.id == ids[0]).values(batch_id=99))
    assert of() == ids[1:]


def test_a_person_is_listed_once_and_written_to_once(
    uow: SqlUnitOfWork, clock: FixedClock, notice: Broadcast
) -> None:
    who = people(uow, clock, 3)
    assert uow.broadcasts.enlist(notice.id, who) == 3
    assert uow.broadcasts.enlist(notice.id, who) == 0
    assert uow.broadcasts.sending() is None
    uow.broadcasts.release(notice.id, clock.now())
    sending = uow.broadcasts.sending()
    assert sending is not None
    assert uow.broadcasts.unsent(notice.id, limit=2) == who[:2]
    for person in who:
        uow.outbox.put(person_id=person, text="x", unique_key=f"k{person}", at=clock.now())
    uow.broadcasts.note_letter(notice.id, who[0], f"k{who[0]}")
    uow.broadcasts.strike(notice.id, who[1])
    assert uow.broadcasts.unsent(notice.id, limit=5) == who[2:]
    assert uow.broadcasts.unreported() == []
    uow.broadcasts.note_letter(notice.id, who[2], f"k{who[2]}")
    assert uow.broadcasts.sending() is None
    assert [each.id for each in uow.broadcasts.unreported()] == [notice.id]


def test_the_ledger_adds_up(uow: SqlUnitOfWork, clock: FixedClock, notice: Broadcast) -> None:
    who = people(uow, clock, 4)
    uow.broadcasts.enlist(notice.id, who)
    for person in who[:3]:
        uow.outbox.put(person_id=person, text="x", unique_key=f"k{person}", at=clock.now())
        uow.broadcasts.note_letter(notice.id, person, f"k{person}")
    rows = uow.outbox.lease(clock.now(), timedelta(minutes=1), 10)
    uow.outbox.sent(rows[0].id, None, clock.now())
    uow.outbox.unreachable(rows[1].id, "已取消关注")
    uow.outbox.dead(rows[2].id, "平台拒收")
    ledger = uow.broadcasts.ledger(notice.id)
    assert (ledger.listed, ledger.sent, ledger.waiting) == (4, 1, 1)
    assert ledger.unreachable == (("已取消关注", 1),)
    assert ledger.failed == (("平台拒收", 1),)
    uow.broadcasts.release(notice.id, clock.now())
    uow.broadcasts.strike(notice.id, who[3])
    uow.broadcasts.note_reported(notice.id, clock.now())
    assert uow.broadcasts.unreported() == []
