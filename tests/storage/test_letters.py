"""Inbox, outbox, tokens and slots: what arrives once, what goes out once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.model.person import Channel
from storage.outbox import OutboxRow
from storage.tables import inbox, outbox
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

LEASE = timedelta(minutes=1)


@pytest.fixture
def anna(uow: SqlUnitOfWork, clock: FixedClock) -> int:
    return uow.people.get_or_add(Channel.WECHAT, "wx1", "anna", clock.now()).id


@pytest.fixture
def bert(uow: SqlUnitOfWork, clock: FixedClock) -> int:
    return uow.people.get_or_add(Channel.WECHAT, "wx1", "bert", clock.now()).id


def post(uow: SqlUnitOfWork, clock: FixedClock, person_id: int, *texts: str) -> None:
    for text in texts:
        assert uow.outbox.put(person_id=person_id, text=text, unique_key=text, at=clock.now())


def lease(uow: SqlUnitOfWork, clock: FixedClock) -> list[OutboxRow]:
    return uow.outbox.lease(clock.now(), LEASE, 10)


def status(uow: SqlUnitOfWork, key: str) -> str:
    return str(uow.connection.execute(select(outbox.c.status).where(outbox.c.unique_key == key)).scalar_one())


# --- inbox


def test_a_repeat_gets_the_stored_reply(uow: SqlUnitOfWork, anna: int, clock: FixedClock) -> None:
    first = uow.inbox.claim("k", anna, clock.now())
    assert (first.new, first.reply, first.owner) == (True, None, "none")
    uow.inbox.store_reply(first.id, "您的等级是 A（守信）")
    again = uow.inbox.claim("k", anna, clock.now())
    assert (again.new, again.id, again.reply, again.owner) == (
        False,
        first.id,
        "您的等级是 A（守信）",
        "none",
    )
    assert "等级".encode() not in uow.connection.execute(select(inbox.c.reply)).scalar_one()


def test_silence_is_a_stored_answer_that_the_sweep_leaves_alone(
    uow: SqlUnitOfWork, anna: int, clock: FixedClock
) -> None:
    claim = uow.inbox.claim("k", anna, clock.now())
    uow.inbox.store_reply(claim.id, "")
    assert uow.inbox.claim("k", anna, clock.now()).reply == ""
    assert uow.inbox.unanswered(clock.now() + timedelta(hours=1)) == []


def test_the_answer_has_one_owner(uow: SqlUnitOfWork, anna: int, clock: FixedClock) -> None:
    claim = uow.inbox.claim("k", anna, clock.now())
    uow.inbox.store_reply(claim.id, "好")
    assert uow.inbox.own(claim.id, "outbox")
    assert not uow.inbox.own(claim.id, "passive")
    assert uow.inbox.claim("k", anna, clock.now()).owner == "outbox"


def test_what_nobody_took_to_the_person_is_swept_up(uow: SqlUnitOfWork, anna: int, clock: FixedClock) -> None:
    for number in range(3):
        claim = uow.inbox.claim(f"k{number}", None, clock.now())
        uow.inbox.store_reply(claim.id, f"答{number}", person_id=anna)
        clock.advance(seconds=1)
    assert uow.inbox.own(1, "passive")
    left = uow.inbox.unanswered(clock.now() - timedelta(seconds=1))
    assert [(row.person_id, row.reply) for row in left] == [(anna, "答1")]


# --- outbox


def test_a_message_is_queued_once(uow: SqlUnitOfWork, anna: int, clock: FixedClock) -> None:
    post(uow, clock, anna, "一")
    assert not uow.outbox.put(person_id=anna, text="别的", unique_key="一", at=clock.now())
    assert "一".encode() not in uow.connection.execute(select(outbox.c.payload)).scalar_one()


def test_messages_of_one_person_go_one_after_another(
    uow: SqlUnitOfWork, anna: int, bert: int, clock: FixedClock
) -> None:
    post(uow, clock, anna, "一", "二")
    post(uow, clock, bert, "甲")
    first = lease(uow, clock)
    assert [row.text for row in first] == ["一", "甲"]
    assert lease(uow, clock) == []
    uow.outbox.sent(first[0].id, "msg-1", clock.now())
    assert [row.text for row in lease(uow, clock)] == ["二"]


def test_a_parked_message_holds_up_nobody(
    uow: SqlUnitOfWork, anna: int, bert: int, clock: FixedClock
) -> None:
    post(uow, clock, anna, "一", "二")
    post(uow, clock, bert, "甲")
    first, _ = lease(uow, clock)
    uow.outbox.retry(first.id, clock.now() + timedelta(minutes=5), "45047")
    assert [row.text for row in lease(uow, clock)] == ["二"]
    clock.advance(seconds=1)
    uow.outbox.sent(2, None, clock.now())
    assert lease(uow, clock) == []
    clock.advance(minutes=5)
    (again,) = [row for row in lease(uow, clock) if row.person_id == anna]
    assert (again.text, again.attempts, again.last_error) == ("一", 2, "45047")


def test_a_lease_that_ran_out_is_unknown_and_is_not_sent_again(
    uow: SqlUnitOfWork, anna: int, clock: FixedClock
) -> None:
    post(uow, clock, anna, "一", "二")
    (row,) = lease(uow, clock)
    clock.advance(minutes=2)
    assert [later.text for later in lease(uow, clock)] == ["二"]
    assert status(uow, "一") == "unknown"
    # the outcome comes after all
    uow.outbox.sent(row.id, "msg-1", clock.now())
    assert status(uow, "一") == "sent"


@pytest.mark.parametrize("outcome", ["unknown", "dead", "unreachable"])
def test_an_end_is_an_end(uow: SqlUnitOfWork, anna: int, clock: FixedClock, outcome: str) -> None:
    post(uow, clock, anna, "一")
    (row,) = lease(uow, clock)
    getattr(uow.outbox, outcome)(row.id, "why")
    assert status(uow, "一") == outcome
    uow.outbox.retry(row.id, clock.now(), "too late")
    assert status(uow, "一") == outcome
    assert lease(uow, clock) == []


def test_the_platform_reports_on_a_message_by_its_own_number(
    uow: SqlUnitOfWork, anna: int, clock: FixedClock
) -> None:
    post(uow, clock, anna, "一")
    (row,) = lease(uow, clock)
    uow.outbox.sent(row.id, "200163836", clock.now())
    uow.outbox.note_result("200163836", "failed:user block", clock.now())
    uow.outbox.note_result("other", "success", clock.now())
    ((found, result),) = uow.outbox.take_results()
    assert (found.text, found.status, result) == ("一", "sent", "failed:user block")
    assert uow.outbox.take_results() == []


def test_a_result_that_comes_before_the_booking_of_its_send_is_not_lost(
    uow: SqlUnitOfWork, anna: int, clock: FixedClock
) -> None:
    post(uow, clock, anna, "一")
    (row,) = lease(uow, clock)
    uow.outbox.note_result("200163836", "failed:user block", clock.now())
    uow.outbox.note_result("200163836", "failed:user block", clock.now())
    assert uow.outbox.take_results() == []
    uow.outbox.sent(row.id, "200163836", clock.now())
    assert [result for _, result in uow.outbox.take_results()] == ["failed:user block"]


def test_results_of_sends_that_are_not_ours_are_forgotten_in_time(
    uow: SqlUnitOfWork, clock: FixedClock
) -> None:
    uow.outbox.note_result("other", "success", clock.now())
    assert uow.outbox.forget_results(clock.now()) == 0
    assert uow.outbox.forget_results(clock.now() + timedelta(seconds=1)) == 1


def test_an_inbound_message_is_a_free_delivery(
    uow: SqlUnitOfWork, anna: int, bert: int, clock: FixedClock
) -> None:
    post(uow, clock, anna, "一", "二", "三")
    post(uow, clock, bert, "甲")
    (row, _) = lease(uow, clock)
    assert uow.outbox.take_waiting(anna, clock.now(), limit=1) == ["二"]
    assert uow.outbox.take_waiting(anna, clock.now()) == ["三"]
    assert uow.outbox.take_waiting(anna, clock.now()) == []
    assert status(uow, "二") == "carried"
    uow.outbox.sent(row.id, None, clock.now())
    assert lease(uow, clock) == []


# --- tokens, slots, installation


def test_a_token_is_kept_sealed_and_replaced(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    assert uow.tokens.get("wx1") is None
    uow.tokens.save("wx1", "old", clock.now())
    uow.tokens.save("wx1", "new", clock.now() + timedelta(hours=2))
    assert uow.tokens.get("wx1") == ("new", clock.now() + timedelta(hours=2))


def test_a_slot_is_claimed_once(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    assert uow.jobs.claim("sweep", clock.now(), "a")
    assert not uow.jobs.claim("sweep", clock.now(), "b")
    assert uow.jobs.claim("deliver", clock.now(), "b")
    uow.jobs.finish("sweep", clock.now(), clock.now())
    clock.advance(minutes=1)
    assert uow.jobs.claim("sweep", clock.now(), "b")
    assert uow.jobs.forget(clock.now()) == 2


def test_the_demonstration_mark_stays(uow: SqlUnitOfWork) -> None:
    assert not uow.installation.demonstration
    uow.installation.mark_demonstration()
    assert uow.installation.demonstration
