"""Commitments as stored: what was signed comes back, is sealed, and is found by when it changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.model.case import Case, CaseKind
from domain.model.commitment import Acknowledged, Commitment, Performance, Signed
from domain.model.person import Channel, Power
from domain.model.subject import Subject, SubjectKind
from storage.tables import commitments
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

SIGNED = Signed(
    text="信用承诺书\n承诺人：平鲁晋北商贸有限公司",
    kind_name="告知承诺制",
    national="审批替代型",
    consequences="记入信用记录",
    notices=(Acknowledged("data", "评价用到哪些信息", "ab" * 32),),
    rulebook_version="pinglu 2026.1",
    department="示例县信用办",
    binding_id=7,
    proof="letter:SQ20260001",
)


def add(uow: SqlUnitOfWork, clock: FixedClock, serial: int = 1, **more: object) -> Commitment:
    if serial == 1:
        uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, "平鲁晋北商贸有限公司"))
    person = uow.people.get_or_add(Channel.WECHAT, "wx", "openid", clock.now())
    number = f"CN2026{serial:04d}"
    case = uow.cases.add(
        Case(
            0, number, CaseKind.COMMITMENT, "履行中", 2, 1, person.id, "信用办", "", clock.now(), None, False
        )
    )
    plain = Commitment(
        id=0,
        code=f"14060320261120{serial:06d}",
        case_id=case.id,
        subject_id=1,
        kind="notice",
        item="三十日内补交材料",
        template_version="general-2026.1",
        text_sha256="cd" * 32,
        signed=SIGNED,
        consents={"county": True, "city": False},
        signer_id=person.id,
        power=Power.SIGN,
        signed_at=clock.now(),
        due_on=date(2026, 12, 31),
        publicity="特定范围内公开",
    )
    return uow.commitments.add(replace(plain, **more))  # type: ignore[arg-type]


def test_everything_of_a_commitment_comes_back(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    stored = add(uow, clock)
    assert uow.commitments.of_case(stored.case_id) == stored
    assert uow.commitments.of_case(404) is None


def test_what_was_signed_is_sealed(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    add(uow, clock)
    sealed = uow.connection.execute(select(commitments.c.signed)).scalar_one()
    assert "平鲁晋北".encode() not in sealed
    assert b"SQ20260001" not in sealed


def test_the_finding_is_written_down(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    stored = add(uow, clock)
    on = date(2027, 1, 4)
    uow.commitments.judge(stored.id, Performance.NONE, "没有补交", on=on, by="lin")
    found = uow.commitments.of_case(stored.case_id)
    assert found == replace(
        stored, performance=Performance.NONE, performance_text="没有补交", judged_on=on, judged_by="lin"
    )


def test_what_changed_since_a_day_is_found_in_the_order_of_signing(
    uow: SqlUnitOfWork, clock: FixedClock
) -> None:
    old, judged, new = (add(uow, clock, serial) for serial in (1, 2, 3))
    for each, days in ((old, 30), (judged, 30), (new, 0)):
        moved = commitments.update().where(commitments.c.id == each.id)
        uow.connection.execute(moved.values(signed_at=clock.now() - timedelta(days=days)))
    uow.commitments.judge(judged.id, Performance.FULL, "", on=date(2026, 11, 20), by="chen")
    moment, day = datetime(2026, 11, 19, 16, 0, tzinfo=UTC), date(2026, 11, 20)
    since = uow.commitments.changed_since(moment, day, after=0, limit=10)
    assert [each.id for each in since] == [judged.id, new.id]
    every = uow.commitments.changed_since(None, None, after=old.id, limit=1)
    assert [each.id for each in every] == [judged.id]


def test_a_case_holds_one_commitment(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    stored = add(uow, clock)
    with pytest.raises(IntegrityError), uow.savepoint():
        uow.commitments.add(replace(stored, code="14060320261120000009"))
