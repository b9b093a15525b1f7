"""A small driver: people who talk to the router over a real database, without a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from domain.model.person import Channel, Person, Power
from domain.model.record import Record, RecordKind, Violation
from domain.model.subject import Subject, SubjectKind
from domain.office import Office, parse_office
from domain.rules.codes import make_uscc
from domain.rules.rulebook import Rulebook
from domain.services import bindings, grades
from domain.services.case_effects import follow
from domain.services.work import Work
from handlers.context import Context
from handlers.router import dispatch
from handlers.turn import Inbound, InboundKind
from handlers.understand import exact, understand, warm_up
from storage.rulebook_files import load_rulebook
from storage.tables import base_grades
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.conftest import FixedClock

_OFFICE = parse_office(
    (Path(__file__).parents[2] / "office.example.toml").read_text(encoding="utf-8"), "office.example.toml"
)
_serial = count(1)


@dataclass
class Town:
    """An office with its database, clock and rulebook; firms and people are put into it."""

    uow: SqlUnitOfWork
    clock: FixedClock
    sealer: Vault
    rulebook: Rulebook
    office: Office = field(default=_OFFICE)

    def firm(
        self, name: str = "平鲁晋北商贸有限公司", kind: SubjectKind = SubjectKind.LEGAL_PERSON
    ) -> Subject:
        uscc = None if kind is SubjectKind.NATURAL_PERSON else make_uscc("140603", next(_serial) + 500, kind)
        subject_id = self.uow.subjects.add(Subject(id=0, kind=kind, name=name, uscc=uscc))
        return self.uow.subjects.get(subject_id)

    def record(self, subject: Subject, kind: RecordKind, on: date, **facts: object) -> int:
        number = next(_serial)
        facts.setdefault("title", f"{kind}{number}")
        record = Record(id=0, subject_id=subject.id, kind=kind, decided_on=on, **facts)  # type: ignore[arg-type]
        return self.uow.records.add(record, business_key=f"key{number}", batch_id=None)

    def warned(self, subject: Subject, on: date, times: int = 1) -> None:
        for _ in range(times):
            self.record(subject, RecordKind.RECTIFICATION, on, authority="平鲁区发展和改革局")

    def fined(self, subject: Subject, on: date, yuan: int) -> int:
        violation = Violation(seq=1, act="未按规定公示价格", sanctions=("罚款",), fine_fen=yuan * 100)
        return self.record(
            subject, RecordKind.PENALTY, on, violations=(violation,), authority="平鲁区市场监督管理局"
        )

    def base_grade(self, subject: Subject, grade: str, on: date = date(2026, 6, 30)) -> None:
        """An imported public grade, approved and visible."""
        now = self.clock.now()
        batch = self.uow.batches.open(
            "public-grades", file_sha256=f"sha{next(_serial)}", source="市平台", by="lin", at=now
        )
        self.uow.connection.execute(
            base_grades.insert(),
            {
                "subject_id": subject.id,
                "scheme": "public",
                "grade": grade,
                "score": None,
                "evaluated_on": on,
                "source": "市信用信息平台",
                "batch_id": batch,
                "approved_by": "lin",
            },
        )
        self.uow.batches.flip(batch, now, {"accepted": 1})

    def approved(self, subject: Subject) -> None:
        """The present outcome comes into force because a named person approved it."""
        grades.reassess(self.uow, subject.id, self.rulebook, self.clock.now(), approved_by="lin")

    def code(self, subject: Subject, power: Power = Power.FILE) -> str:
        issued = bindings.issue_code(
            self.uow, subject.id, by="wang", now=self.clock.now(), sealer=self.sealer, power=power
        )
        return issued.code

    def talk(self, sender: str = "openid-of-zhang", channel: Channel = Channel.WECHAT) -> Talk:
        return Talk(self, sender, channel)

    def bound(self, subject: Subject, sender: str = "openid-of-zhang") -> Talk:
        """A person bound to the subject the ordinary way."""
        talk = self.talk(sender)
        talk.says(f"绑定 {self.code(subject)}")
        assert "绑定好了" in talk.says("确认")
        return talk


def work_of(town: Town) -> Work:
    calendar = town.uow.calendar.load()
    return Work(town.uow, town.rulebook, town.office, calendar, town.sealer, town.clock.now(), follow)


@dataclass
class Talk:
    """One person's chat."""

    town: Town
    sender: str
    channel: Channel

    def says(self, text: str) -> str:
        guesses = () if exact(text) else understand(text)
        return self.sends(InboundKind.TEXT, text=text, guesses=guesses)

    def clicks(self, key: str) -> str:
        return self.sends(InboundKind.CLICK, key=key)

    def scans(self, scene: str) -> str:
        return self.sends(InboundKind.SCAN, scene=scene)

    def follows(self, scene: str = "") -> str:
        return self.sends(InboundKind.FOLLOW, scene=scene)

    def sends(self, kind: InboundKind, **fields: object) -> str:
        town, now = self.town, self.town.clock.now()
        person = self.person()
        inbound = Inbound(
            self.channel,
            "wx-test",
            self.sender,
            kind,
            f"key{next(_serial)}",
            now,
            **fields,  # type: ignore[arg-type]
        )
        context = Context(
            uow=town.uow,
            clock=town.clock,
            rulebook=town.rulebook,
            office=town.office,
            sealer=town.sealer,
            person=person,
            conversation=town.uow.conversations.load(person.id),
        )
        return dispatch(context, inbound).text

    def person(self) -> Person:
        return self.town.uow.people.get_or_add(self.channel, "wx-test", self.sender, self.town.clock.now())


@pytest.fixture(scope="session")
def warm() -> None:
    """Understanding with all it has loaded."""
    warm_up()


@pytest.fixture
def town_of(uow: SqlUnitOfWork, clock: FixedClock, sealer: Vault) -> Callable[[str], Town]:
    """A town under any of the shipped rulebooks."""
    return lambda rulebook: Town(uow, clock, sealer, load_rulebook(rulebook))


@pytest.fixture
def town(town_of: Callable[[str], Town]) -> Town:
    """A town under Pinglu's rulebook: grades computed by criteria."""
    return town_of("pinglu")
