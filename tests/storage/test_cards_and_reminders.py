"""Cards that fall behind their case, reminders that are given once, letters that go out together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from domain.model.case import Case, CaseKind
from domain.model.person import Channel
from domain.ports import PhoneCard
from storage.outbox import OutboxRow
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

LEASE = timedelta(seconds=60)


def a_case(uow: SqlUnitOfWork, clock: FixedClock) -> Case:
    return uow.cases.add(
        Case(
            id=0,
            number="YY20260001",
            kind=CaseKind.OBJECTION,
            state="待受理",
            version=1,
            subject_id=None,
            applicant_id=None,
            department="信用办",
            handler="",
            opened_at=clock.now(),
            due_on=None,
            provisional=False,
        )
    )


def tell(uow: SqlUnitOfWork, clock: FixedClock, *texts: str, card: bool = False) -> int:
    person = uow.people.get_or_add(Channel.WECHAT, "wx", "wang", clock.now())
    for text in texts:
        shown = {"version": 1} if card else None
        uow.outbox.put(person_id=person.id, text=text, unique_key=text, at=clock.now(), card=shown)
    return person.id


def leased(uow: SqlUnitOfWork, clock: FixedClock) -> OutboxRow:
    return uow.outbox.lease(clock.now(), LEASE, 16)[0]


def test_a_card_is_behind_once_its_case_moves_on_until_its_code_is_used(
    uow: SqlUnitOfWork, clock: FixedClock
) -> None:
    case, since = a_case(uow, clock), clock.now() - timedelta(hours=72)
    card = PhoneCard("t1", case.id, "chen", 1, "code-1")
    uow.cards.note(card, clock.now())
    assert uow.cards.stale(since=since, limit=10) == []
    uow.cases.save(replace(case, version=2), was=1)
    assert uow.cards.stale(since=since, limit=10) == [card]
    assert uow.cards.stale(since=clock.now() + timedelta(seconds=1), limit=10) == []
    uow.cards.use(card)
    assert uow.cards.stale(since=since, limit=10) == []


def test_a_press_meanwhile_brings_another_code_which_stays_good(
    uow: SqlUnitOfWork, clock: FixedClock
) -> None:
    case, since = a_case(uow, clock), clock.now() - timedelta(hours=72)
    first = PhoneCard("t1", case.id, "chen", 1, "code-1")
    uow.cards.note(first, clock.now())
    pressed = PhoneCard("t1", case.id, "chen", 2, "code-2")
    uow.cards.note(pressed, clock.now())
    uow.cards.use(first)
    uow.cases.save(replace(case, version=3), was=1)
    assert uow.cards.stale(since=since, limit=10) == [pressed]


def test_a_reminder_is_given_once_for_each_day_and_recipient(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    case, day, now = a_case(uow, clock), date(2026, 11, 27), clock.now()
    assert uow.reminders.claim(case.id, "前一天", day, "chen", now)
    assert not uow.reminders.claim(case.id, "前一天", day, "chen", now)
    assert uow.reminders.claim(case.id, "前一天", day, "liu", now)
    assert uow.reminders.claim(case.id, "当天", day, "chen", now)
    assert uow.reminders.claim(case.id, "前一天", day + timedelta(days=1), "chen", now)


def test_letters_that_fit_go_out_together_and_cards_alone(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    tell(uow, clock, "一", "二", "三" * 100)
    row = leased(uow, clock)
    joined = uow.outbox.join(row, clock.now(), clock.now() + LEASE, within=timedelta(minutes=10), room=50)
    assert (row.text, [other.text for other in joined]) == ("一", ["二"])


def test_what_was_said_much_later_is_another_message(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    tell(uow, clock, "一")
    clock.advance(minutes=11)
    tell(uow, clock, "二")
    row = leased(uow, clock)
    later = uow.outbox.join(row, clock.now(), clock.now() + LEASE, within=timedelta(minutes=10), room=2000)
    assert later == []


def test_a_wait_that_was_no_attempt_does_not_count(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    tell(uow, clock, "一")
    row = leased(uow, clock)
    uow.outbox.retry(row.id, clock.now(), "held back", counts=False)
    assert leased(uow, clock).attempts == 1


def test_a_card_whose_sender_died_goes_out_again_and_a_text_does_not(
    uow: SqlUnitOfWork, clock: FixedClock
) -> None:
    tell(uow, clock, "一", card=True)
    row = leased(uow, clock)
    uow.outbox.note_task(row.id, "task-1")
    clock.advance(minutes=2)
    again = leased(uow, clock)
    assert (again.id, again.task_id) == (row.id, "task-1")


def test_a_hinted_letter_is_carried_by_the_next_reply(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    person = tell(uow, clock, "一")
    row = leased(uow, clock)
    uow.outbox.sent(row.id, "msg-1", clock.now(), hint=True)
    assert uow.outbox.take_waiting(person, clock.now()) == ["一"]
    assert uow.outbox.take_waiting(person, clock.now()) == []


def test_a_lost_letter_is_listed_and_sent_again_on_demand(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    tell(uow, clock, "一")
    row = leased(uow, clock)
    assert not uow.outbox.resend(row.id, clock.now())
    uow.outbox.dead(row.id, "平台拒绝")
    assert [(lost.id, lost.reason) for lost in uow.outbox.undelivered()] == [(row.id, "平台拒绝")]
    assert uow.outbox.resend(row.id, clock.now())
    assert leased(uow, clock).id == row.id
