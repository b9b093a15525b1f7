"""People, bindings, codes, conversations, and what erasure leaves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from domain.errors import NotFound
from domain.model.person import Channel, Person, Power
from domain.model.subject import Subject, SubjectKind
from domain.ports import Conversation
from domain.rules.talk_windows import Touch, Window, Windows
from storage.tables import conversations, inbox, outbox, people
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock


@pytest.fixture
def person(uow: SqlUnitOfWork, clock: FixedClock) -> Person:
    return uow.people.get_or_add(Channel.WECHAT, "wx1", "openid-1", clock.now())


@pytest.fixture
def firm(uow: SqlUnitOfWork) -> int:
    return uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, "甲", former_names=("乙", "丙")))


def test_one_account_is_one_person(uow: SqlUnitOfWork, person: Person, clock: FixedClock) -> None:
    assert uow.people.get_or_add(Channel.WECHAT, "wx1", "openid-1", clock.now()) == person
    assert uow.people.get_or_add(Channel.WECHAT, "wx2", "openid-1", clock.now()).id != person.id
    assert uow.people.get_or_add(Channel.WECOM, "wx1", "openid-1", clock.now()).id != person.id


def test_what_is_noted_of_a_person_comes_back(uow: SqlUnitOfWork, person: Person, clock: FixedClock) -> None:
    uow.people.note_inbound(person.id, clock.now())
    uow.people.set_followed(person.id, False, clock.now())
    uow.people.set_notice(person.id, "2026.1", clock.now())
    stored = uow.people.get(person.id)
    assert stored == Person(person.id, Channel.WECHAT, "wx1", "openid-1", "2026.1", False, clock.now())
    with pytest.raises(NotFound):
        uow.people.get(404)


def test_what_a_person_does_opens_a_window_anew_and_leaving_closes_both(
    uow: SqlUnitOfWork, person: Person, clock: FixedClock
) -> None:
    first, who = clock.now(), (Channel.WECHAT, "wx1", "openid-1")
    assert uow.people.windows(person.id) == Windows()
    uow.people.arrive(*who, first)
    uow.people.note_sent(person.id, Window.MESSAGE)
    uow.people.note_sent(person.id, Window.MESSAGE)
    clock.advance(seconds=10)
    uow.people.arrive(*who, clock.now(), Touch.TAP)
    uow.people.note_sent(person.id, Window.TAP)
    assert uow.people.windows(person.id) == Windows(first, 2, clock.now(), 1)
    uow.people.arrive(*who, clock.now(), Touch.OTHER)
    assert uow.people.windows(person.id) == Windows(first, 2, clock.now(), 1)
    uow.people.arrive(*who, clock.now())
    uow.people.arrive(*who, clock.now(), Touch.TAP)
    assert uow.people.windows(person.id) == Windows(clock.now(), 0, clock.now(), 0)
    uow.people.arrive(*who, clock.now(), Touch.LEFT)
    assert uow.people.windows(person.id).choose(clock.now(), 5) is None


def test_whoever_taps_first_of_all_has_the_short_window_alone(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    newcomer = uow.people.arrive(Channel.WECHAT, "wx1", "openid-9", clock.now(), Touch.TAP)
    assert newcomer.last_inbound_at == clock.now()
    assert uow.people.windows(newcomer.id) == Windows(tap_at=clock.now())


def test_bindings_are_seen_from_both_sides_until_they_are_revoked(
    uow: SqlUnitOfWork, person: Person, firm: int, clock: FixedClock
) -> None:
    other = uow.subjects.add(Subject(0, SubjectKind.SOLE_TRADER, "面馆"))
    first = uow.bindings.add(person.id, firm, Power.FILE, at=clock.now(), proof="code")
    second = uow.bindings.add(
        person.id, other, Power.SIGN, at=clock.now(), proof="letter", until=date(2027, 1, 1)
    )
    bound = uow.bindings.of_person(person.id)
    assert [(b.id, b.power, s.name, s.former_names) for b, s in bound] == [
        (first, Power.FILE, "甲", ("乙", "丙")),
        (second, Power.SIGN, "面馆", ()),
    ]
    assert bound[1][0].until == date(2027, 1, 1)
    assert [(b.id, p) for b, p in uow.bindings.of_subject(firm)] == [(first, person)]
    uow.bindings.revoke(first, at=clock.now(), reason="解绑")
    assert [b.id for b, _ in uow.bindings.of_person(person.id)] == [second]
    assert uow.bindings.of_subject(firm) == []


def test_a_code_is_used_once(uow: SqlUnitOfWork, person: Person, firm: int, clock: FixedClock) -> None:
    digest = uow.sealer.digest("bind code", b"ABCD2345")
    expires = clock.now() + timedelta(days=7)
    uow.bindings.add_code(firm, digest, Power.FILE, at=clock.now(), expires=expires, by="LiSi")
    code = uow.bindings.code_by_hash(digest)
    assert code is not None
    assert (code.subject_id, code.power, code.expires, code.used) == (firm, Power.FILE, expires, False)
    assert uow.bindings.use_code(code.id, person.id, clock.now())
    assert not uow.bindings.use_code(code.id, person.id, clock.now())
    used = uow.bindings.code_by_hash(digest)
    assert used is not None
    assert used.used
    assert uow.bindings.code_by_hash(b"unknown") is None


def test_wrong_codes_are_told_from_a_moment_on_newest_first(
    uow: SqlUnitOfWork, person: Person, clock: FixedClock
) -> None:
    first = clock.now()
    uow.bindings.note_failure(person.id, first)
    clock.advance(minutes=10)
    uow.bindings.note_failure(person.id, clock.now())
    assert uow.bindings.failures_since(person.id, first) == [clock.now()]
    assert uow.bindings.failures_since(person.id, first - timedelta(hours=1)) == [clock.now(), first]


def talk(person_id: int, **changes: object) -> Conversation:
    values: dict[str, object] = {
        "person_id": person_id,
        "form": "binding",
        "form_version": 2,
        "step": "code",
        "data": {"代码": "1"},
        "choices": ["查等级"],
        "pages": ["下一页"],
        "subject_id": 3,
        "expires_at": None,
    }
    return Conversation(**(values | changes))  # type: ignore[arg-type]


def test_a_conversation_comes_back_and_is_sealed_in_the_database(
    uow: SqlUnitOfWork, person: Person, clock: FixedClock
) -> None:
    empty = uow.conversations.load(person.id)
    assert empty == Conversation(person.id, "", 0, "", {}, [], [], None, None)
    kept = talk(person.id, expires_at=clock.now())
    uow.conversations.save(kept, clock.now())
    assert uow.conversations.load(person.id) == kept
    assert "代码".encode() not in uow.connection.execute(select(conversations.c.state)).scalar_one()


def test_a_form_that_ran_out_of_time_is_found_until_it_is_ended(
    uow: SqlUnitOfWork, person: Person, clock: FixedClock
) -> None:
    uow.conversations.load(person.id)
    uow.conversations.save(talk(person.id, expires_at=clock.now() + timedelta(minutes=30)), clock.now())
    assert uow.conversations.expired(clock.now()) == []
    clock.advance(minutes=30)
    (late,) = uow.conversations.expired(clock.now())
    late.form, late.expires_at = "", None
    uow.conversations.save(late, clock.now())
    assert uow.conversations.expired(clock.now()) == []


def test_erasure_takes_what_is_personal_and_leaves_the_chain_whole(
    uow: SqlUnitOfWork, person: Person, firm: int, clock: FixedClock
) -> None:
    claim = uow.inbox.claim("k", person.id, clock.now())
    uow.inbox.store_reply(claim.id, "您的等级是 A")
    uow.bindings.add(person.id, firm, Power.FILE, at=clock.now(), proof="code")
    uow.bindings.note_failure(person.id, clock.now())
    uow.conversations.load(person.id)
    uow.outbox.put(person_id=person.id, text="请注意", unique_key="n1", at=clock.now())
    uow.audit.append("bound", actor=f"person:{person.id}", subject_id=firm)
    uow.sealing.seal_batch()

    uow.people.erase(person.id, clock.now())

    assert uow.bindings.of_person(person.id) == []
    assert uow.connection.execute(select(conversations)).first() is None
    assert uow.bindings.failures_since(person.id, clock.now() - timedelta(days=1)) == []
    assert uow.outbox.lease(clock.now(), timedelta(minutes=1), 10) == []
    assert uow.connection.execute(select(outbox.c.payload)).scalar_one() == b""
    assert uow.connection.execute(select(inbox.c.reply)).scalar_one() == b""
    assert uow.connection.execute(select(people.c.sender)).scalar_one() == f"erased:{person.id}"
    assert uow.sealing.verify().whole
    assert uow.people.get_or_add(Channel.WECHAT, "wx1", "openid-1", clock.now()).id != person.id


@pytest.mark.clause("S0-38")
def test_a_firm_learns_who_looked_at_it_newest_first(
    uow: SqlUnitOfWork, firm: int, clock: FixedClock
) -> None:
    uow.queries.note(subject_id=firm, viewer="staff:LiSi", purpose="查", at=clock.now())
    clock.advance(minutes=1)
    uow.queries.note(subject_id=firm, viewer="person:1", purpose="查等级", at=clock.now())
    uow.queries.note(subject_id=firm + 1, viewer="person:2", purpose="查等级", at=clock.now())
    looks = uow.queries.of_subject(firm)
    assert [(viewer, purpose) for _, viewer, purpose in looks] == [
        ("person:1", "查等级"),
        ("staff:LiSi", "查"),
    ]
    assert len(uow.queries.of_subject(firm, limit=1)) == 1
