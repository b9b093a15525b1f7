"""Who may speak for a subject: codes, powers, ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.errors import NotAllowed, Refused
from domain.model.person import Channel, Person, Power
from domain.model.subject import Subject, SubjectKind
from domain.services import bindings
from domain.services.bindings import CODE_ALPHABET, CODE_LENGTH, CODE_LIFETIME, LockedOut
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.conftest import FixedClock

TODAY = date(2026, 11, 20)


@pytest.fixture
def firm(uow: SqlUnitOfWork) -> Subject:
    subject = Subject(
        id=0, kind=SubjectKind.LEGAL_PERSON, name="平鲁晋北商贸有限公司", uscc="91140603YYYYYY0101"
    )
    return uow.subjects.get(uow.subjects.add(subject))


@pytest.fixture
def person(uow: SqlUnitOfWork, clock: FixedClock) -> Person:
    return uow.people.get_or_add(Channel.WECHAT, "wx-test", "openid-of-zhang", clock.now())


def issue(uow: SqlUnitOfWork, firm: Subject, clock: FixedClock, sealer: Vault, **options: object) -> str:
    issued = bindings.issue_code(uow, firm.id, by="wang", now=clock.now(), sealer=sealer, **options)  # type: ignore[arg-type]
    return issued.code


def bound(uow: SqlUnitOfWork, person: Person, firm: Subject, power: Power, until: date | None = None) -> None:
    uow.bindings.add(
        person.id, firm.id, power, at=datetime(2026, 1, 1, tzinfo=UTC), proof="test", until=until
    )


def test_a_code_has_eight_characters_that_are_hard_to_confuse(
    uow: SqlUnitOfWork, firm: Subject, clock: FixedClock, sealer: Vault
) -> None:
    codes = {issue(uow, firm, clock, sealer) for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) for code in codes)
    assert not set(CODE_ALPHABET) & set("0O1IL2Z5S8B")


def test_a_code_is_stored_as_a_keyed_digest_only(
    uow: SqlUnitOfWork, firm: Subject, clock: FixedClock, sealer: Vault
) -> None:
    code = issue(uow, firm, clock, sealer)
    rows = uow.connection.exec_driver_sql("SELECT * FROM bind_codes").all()
    assert code not in str(rows)
    assert code.encode() not in rows[0]


def test_a_code_gives_no_power_to_sign(
    uow: SqlUnitOfWork, firm: Subject, clock: FixedClock, sealer: Vault
) -> None:
    with pytest.raises(NotAllowed, match="签署"):
        issue(uow, firm, clock, sealer, power=Power.SIGN)


def test_a_code_lives_for_exactly_its_lifetime(
    uow: SqlUnitOfWork, firm: Subject, person: Person, clock: FixedClock, sealer: Vault
) -> None:
    code = issue(uow, firm, clock, sealer)
    last = clock.now() + CODE_LIFETIME - timedelta(microseconds=1)
    assert bindings.look_up(uow, person, code, now=last, sealer=sealer).subject == firm
    with pytest.raises(Refused, match="过期"):
        bindings.look_up(uow, person, code, now=last + timedelta(microseconds=1), sealer=sealer)


def test_looking_a_code_up_uses_nothing_up(
    uow: SqlUnitOfWork, firm: Subject, person: Person, clock: FixedClock, sealer: Vault
) -> None:
    code = issue(uow, firm, clock, sealer)
    for _ in range(10):
        bindings.look_up(uow, person, code, now=clock.now(), sealer=sealer)
    assert uow.bindings.of_person(person.id) == []


def test_the_refusal_of_a_locked_out_person_is_a_kind_of_its_own(
    uow: SqlUnitOfWork, firm: Subject, person: Person, clock: FixedClock, sealer: Vault
) -> None:
    for number in range(4):
        with pytest.raises(Refused) as refusal:
            bindings.look_up(uow, person, CODE_ALPHABET[number] * 8, now=clock.now(), sealer=sealer)
        assert not isinstance(refusal.value, LockedOut)
    for _ in range(2):
        with pytest.raises(LockedOut):
            bindings.look_up(uow, person, "YYYYYYYY", now=clock.now(), sealer=sealer)
    assert len(uow.bindings.failures_since(person.id, clock.now() - timedelta(hours=24))) == 5


def test_a_digest_that_fits_no_code_binds_nothing(
    uow: SqlUnitOfWork, person: Person, clock: FixedClock
) -> None:
    with pytest.raises(Refused):
        bindings.bind(uow, person, b"nothing", now=clock.now(), tell="")


def test_a_power_given_until_a_day_holds_through_that_day(
    uow: SqlUnitOfWork, firm: Subject, person: Person
) -> None:
    bound(uow, person, firm, Power.SIGN, until=TODAY)
    assert bindings.require(uow, person, firm.id, Power.SIGN, TODAY).power is Power.SIGN
    with pytest.raises(NotAllowed, match="not bound"):
        bindings.require(uow, person, firm.id, Power.QUERY, TODAY + timedelta(days=1))
    assert bindings.active(uow, person, TODAY + timedelta(days=1)) == []


@pytest.mark.parametrize("held", list(Power))
@pytest.mark.parametrize("needed", list(Power))
def test_a_power_includes_the_weaker_ones_and_no_stronger_one(
    uow: SqlUnitOfWork, firm: Subject, person: Person, held: Power, needed: Power
) -> None:
    bound(uow, person, firm, held)
    if held >= needed:
        assert bindings.require(uow, person, firm.id, needed, TODAY).power is held
    else:
        with pytest.raises(NotAllowed) as refusal:
            bindings.require(uow, person, firm.id, needed, TODAY)
        assert "授权" in refusal.value.text


def test_nobody_may_speak_for_a_subject_they_are_not_bound_to(
    uow: SqlUnitOfWork, firm: Subject, person: Person
) -> None:
    with pytest.raises(NotAllowed):
        bindings.require(uow, person, firm.id, Power.QUERY, TODAY)


def test_an_ended_binding_gives_nothing(
    uow: SqlUnitOfWork, firm: Subject, person: Person, clock: FixedClock
) -> None:
    bound(uow, person, firm, Power.FILE)
    [(binding, _)] = bindings.active(uow, person, TODAY)
    bindings.unbind(uow, binding, by="staff:wang", now=clock.now(), reason="objection")
    with pytest.raises(NotAllowed):
        bindings.require(uow, person, firm.id, Power.QUERY, TODAY)


def test_who_was_bound_until_yesterday_is_not_told_of_a_new_binding(
    uow: SqlUnitOfWork, firm: Subject, person: Person, clock: FixedClock, sealer: Vault
) -> None:
    former = uow.people.get_or_add(Channel.WECHAT, "wx-test", "openid-of-li", clock.now())
    bound(uow, former, firm, Power.FILE, until=TODAY - timedelta(days=1))
    offer = bindings.look_up(uow, person, issue(uow, firm, clock, sealer), now=clock.now(), sealer=sealer)
    assert bindings.bind(uow, person, offer.digest, now=clock.now(), tell="新的绑定").told == 0
    assert uow.outbox.take_waiting(former.id, clock.now()) == []
