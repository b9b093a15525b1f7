"""A town for the callbacks: firms with records and a grade in force, and people bound to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.clock import SystemClock
from domain.clock import legal_date
from domain.model.person import Channel, Power
from domain.model.record import Record, RecordKind, Severity, Violation
from domain.model.subject import Subject, SubjectKind
from domain.rules.codes import make_uscc
from domain.rules.rulebook import Rulebook
from domain.services.grades import reassess
from storage.rulebook_files import load_rulebook
from storage.schema import upgrade
from storage.session import open_session
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.bench.messages import APP_ID, FIRMS, PEOPLE, firm_name, firm_of, openid
from tests.bench.service import bench_settings

#: a firm without records, one with few, one with several, one with a heavy fine
_FINES_YUAN: tuple[tuple[int, ...], ...] = ((), (2_000,), (3_000, 12_000, 800), (20_000, 650_000))


def build_town(database: Path) -> None:
    """Make the database anew, through the product's own repositories and services."""
    for old in database.parent.glob(f"{database.name}*"):
        old.unlink()
    settings = bench_settings(database)
    upgrade(settings.database_url)
    rulebook, clock = load_rulebook(settings.rulebook), SystemClock()
    with open_session(settings.database_url, sealer=Vault(settings.key()), clock=clock) as uow:
        subjects = [_firm(uow, number, rulebook, clock.now()) for number in range(FIRMS)]
        for number in range(PEOPLE):
            _person(uow, number, subjects, clock.now())


def _firm(uow: SqlUnitOfWork, number: int, rulebook: Rulebook, now: datetime) -> int:
    subject_id = uow.subjects.add(
        Subject(0, SubjectKind.LEGAL_PERSON, firm_name(number), uscc=make_uscc("640221", number + 1))
    )
    for index, record in enumerate(_records(subject_id, number, legal_date(now))):
        uow.records.add(record, business_key=f"bench-{number}-{index}", batch_id=None)
    # in force whatever it is: a named person answers for it
    reassess(uow, subject_id, rulebook, now, approved_by="bench")
    return subject_id


def _records(subject_id: int, number: int, today: date) -> Iterator[Record]:
    for index, fine in enumerate(_FINES_YUAN[number % len(_FINES_YUAN)]):
        act = Violation(1, "未按规定办理登记", ("警告", "罚款"), fine * 100, severity=Severity.MINOR)
        yield Record(
            0,
            subject_id,
            RecordKind.PENALTY,
            "未按规定办理登记案",
            today - timedelta(days=30 + 40 * index),
            authority="平罗县市场监督管理局",
            doc_no=f"平市监罚〔2026〕{number}-{index}号",
            source="信用中国",
            violations=(act,),
        )


def _person(uow: SqlUnitOfWork, number: int, subjects: list[int], now: datetime) -> None:
    person = uow.people.get_or_add(Channel.WECHAT, APP_ID, openid(number), now)
    uow.bindings.add(person.id, subjects[firm_of(number)], Power.FILE, at=now, proof="bench")
    # who is bound has talked before: the row of the talk is there
    uow.conversations.load(person.id)
