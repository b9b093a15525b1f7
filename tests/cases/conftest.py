"""An office with its staff, a firm with its person, and the work they share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.model.case import Actor, Case, CaseKind, Clock
from domain.model.person import Channel, Person, Power, Staff
from domain.model.subject import Subject, SubjectKind
from domain.office import Office, parse_office
from domain.rules.rulebook import Rulebook
from domain.rules.workdays import WorkCalendar
from domain.services import case_effects, cases, papers
from domain.services.staff import actor_of, firm_actor
from domain.services.work import Work
from storage.rulebook_files import load_rulebook
from storage.tables import audit
from storage.types import AnyRow
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

OFFICE = parse_office(Path("office.example.toml").read_text(encoding="utf-8"), "office.example.toml")
CREDIT = OFFICE.name
MARKET = "示例县市场监督管理局"

#: 2026 as announced around the days that the tests use
CALENDAR = WorkCalendar(
    holidays=frozenset({date(2026, 9, 25), *(date(2026, 10, day) for day in range(1, 8))}),
    makeup_days=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
    announced_years=frozenset({2026}),
)

STAFF = (
    Staff("chen", "陈晨", ("经办",), "信用办"),
    Staff("wang", "王伟", ("审批",), "信用办"),
    Staff("zhao", "赵敏", ("审批", "经办"), "信用办"),
    Staff("gao", "高山", ("信用办管理员",), "信用办"),
    Staff("li", "李丽", ("联络员",), "市场监管局"),
    Staff("sun", "孙浩", ("审批",), "市场监管局"),
    Staff("shen", "沈计", ("审计",), "信用办"),
)


@pytest.fixture
def engine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps without what follows from them: that is proved where it belongs."""
    monkeypatch.setattr(case_effects, "EFFECTS", {})
    monkeypatch.setattr(papers, "ISSUES", {})


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook("xixia")


@dataclass
class Desk:
    """Everybody in one transaction; ``today`` moves with the clock."""

    uow: SqlUnitOfWork
    clock: FixedClock
    rulebook: Rulebook
    office: Office = OFFICE
    calendar: WorkCalendar = CALENDAR
    firm_id: int = 0
    person: Person = field(init=False)

    def settle(self) -> Desk:
        for member in STAFF:
            self.uow.staff.save(member)
        self.firm_id = self.uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, "示例甲公司"))
        self.person = self.newcomer("openid-1", Power.FILE)
        return self

    def newcomer(self, sender: str, power: Power | None) -> Person:
        person = self.uow.people.get_or_add(Channel.WECHAT, "wx1", sender, self.clock.now())
        if power is not None:
            self.uow.bindings.add(person.id, self.firm_id, power, at=self.clock.now(), proof="code")
        return person

    @property
    def work(self) -> Work:
        now = self.clock.now()
        return Work(
            self.uow, self.rulebook, self.office, self.calendar, self.uow.sealer, now, case_effects.follow
        )

    @property
    def firm(self) -> Actor:
        return firm_actor(self.person, "示例甲公司经办人")

    def who(self, userid: str) -> Actor:
        return self.firm if userid == "firm" else actor_of(self.work, userid)

    def limit(self, days: int = 5, *, met_by: str = "", name: str = "办结", binds: bool = True) -> Clock:
        today = self.work.today
        return Clock(name, today, days, today, "S0-40", met_by=met_by, binds=binds)

    def audit_rows(self) -> list[AnyRow]:
        return list(self.uow.connection.execute(select(audit).order_by(audit.c.id)))

    def open(
        self, kind: CaseKind = CaseKind.OBJECTION, *, by: str = "firm", days: int = 5, **more: object
    ) -> Case:
        given = {
            "subject_id": self.firm_id,
            "applicant_id": self.person.id,
            "department": CREDIT,
            "facts": {"what": "等级"},
            "clocks": (self.limit(days),),
            "actor": self.who(by),
            "text": "请核实",
        }
        return cases.open_case(self.work, kind, **(given | more))  # type: ignore[arg-type]

    def does(self, userid: str, action: str, case: Case, text: str = "", version: int | None = None) -> Case:
        return cases.act(self.work, case.number, action, actor=self.who(userid), text=text, version=version)


@pytest.fixture
def desk(uow: SqlUnitOfWork, clock: FixedClock, rulebook: Rulebook) -> Desk:
    return Desk(uow, clock, rulebook).settle()
