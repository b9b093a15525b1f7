"""Figures against a population that is known, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from domain.model.case import Case, CaseKind
from domain.model.figures import ClosedCases, Imports, OpenCases
from domain.model.person import Channel
from domain.model.subject import Subject, SubjectKind
from domain.rules.codes import make_uscc
from domain.services import statistics
from storage.tables import assessments, batches
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock


def firms(uow: SqlUnitOfWork, many: int) -> list[int]:
    codes = (make_uscc("140603", number, SubjectKind.LEGAL_PERSON) for number in range(1, many + 1))
    return [uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, f"公司{code}", code)) for code in codes]


def graded(uow: SqlUnitOfWork, clock: FixedClock, subject: int, grade: str | None, **more: object) -> None:
    values = {
        "subject_id": subject,
        "rulebook_id": "pinglu",
        "rulebook_version": "1",
        "status": "in_force",
        "outcome": "GRADED" if grade else "UNRATED",
        "grade": grade,
        "as_of": date(2026, 11, 1),
        "evaluation": {},
        "created_at": clock.now(),
    }
    uow.connection.execute(insert(assessments).values(values | more))


def batch(uow: SqlUnitOfWork, kind: str, flipped: datetime | None, **totals: int) -> int:
    values = {"kind": kind, "by": "liu", "opened_at": datetime(2026, 1, 1, tzinfo=UTC), "flipped_at": flipped}
    found = uow.connection.execute(
        insert(batches).values(values | {"totals": totals}).returning(batches.c.id)
    )
    return int(found.scalar_one())


def case(
    uow: SqlUnitOfWork, number: int, *, due: date | None, closed: datetime | None = None, **more: str
) -> None:
    opened = datetime(2026, 9, 1, tzinfo=UTC)
    one = Case(
        0,
        f"YY2026{number:04d}",
        CaseKind.OBJECTION,
        "待受理",
        1,
        None,
        None,
        "信用办",
        "",
        opened,
        due,
        False,
    )
    uow.cases.add(replace(one, closed_at=closed, **more))  # type: ignore[arg-type]


def counted(uow: SqlUnitOfWork, clock: FixedClock) -> statistics.Figures:
    """As the job counts, in stretches of two."""
    tally = statistics.Tally()
    ends = statistics.stretches(uow, clock.now())
    assert ends is not None
    for after in range(0, uow.statistics.last_subject(), 2):
        many, grades = uow.statistics.grades(after, after + 2)
        tally.subjects += many
        tally.grades.update(grades)
    for after in range(0, uow.statistics.last_letter(), 2):
        tally.letters.update(uow.statistics.letters(after, after + 2, statistics.letters_since(clock.now())))
    statistics.keep(uow, tally, clock.now())
    found = statistics.stored(uow)
    assert found is not None
    return found


def test_nothing_is_counted_as_nothing(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    assert statistics.stored(uow) is None
    found = counted(uow, clock)
    assert (found.subjects, found.grades, found.open_cases, found.letters) == (0, (), (), ())
    assert found.at == clock.now()


@pytest.mark.clause("C-11")
def test_every_subject_is_counted_once_with_its_newest_grade(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    hidden, shown = batch(uow, "evaluate", None), batch(uow, "evaluate", clock.now())
    first, second, third, fourth, fifth = firms(uow, 5)
    for subject, grade in ((first, "A"), (second, "B"), (third, None)):
        graded(uow, clock, subject, grade)
    # an older row that was not retired yet, one that nobody sees yet, one that was never in force
    graded(uow, clock, first, "C", batch_id=shown)
    graded(uow, clock, second, "D", batch_id=hidden)
    graded(uow, clock, fourth, "D", status="proposed")
    graded(uow, clock, fourth, "A", status="past")
    assert fifth
    found = counted(uow, clock)
    assert found.subjects == 5
    assert found.grades == (("B", 1), ("C", 1), ("UNRATED", 1))


def test_open_cases_by_department_and_state_and_which_are_late(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    today = date(2026, 11, 20)
    case(uow, 1, due=today)
    case(uow, 2, due=today - timedelta(days=1))
    case(uow, 3, due=None, state="办理中")
    case(uow, 4, due=today, department="市场监管局")
    case(uow, 5, due=today, closed=clock.now())
    # the order of Chinese names is the engine's own
    assert set(counted(uow, clock).open_cases) == {
        OpenCases("信用办", "异议", "办理中", 1, 0),
        OpenCases("信用办", "异议", "待受理", 2, 1),
        OpenCases("市场监管局", "异议", "待受理", 1, 0),
    }


@pytest.mark.clause("S0-40")
def test_a_case_is_on_time_to_the_end_of_its_last_day_in_shanghai(
    uow: SqlUnitOfWork, clock: FixedClock
) -> None:
    due = date(2026, 10, 31)
    # 23:59 in Shanghai is on time; a minute later it is late, and November
    case(uow, 1, due=due, closed=datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
    case(uow, 2, due=due, closed=datetime(2026, 10, 31, 16, 0, tzinfo=UTC))
    case(uow, 3, due=due, closed=datetime(2026, 10, 1, tzinfo=UTC), kind=CaseKind.REPAIR)
    case(uow, 4, due=None, closed=datetime(2026, 10, 1, tzinfo=UTC))
    case(uow, 5, due=date(2025, 11, 30), closed=datetime(2025, 11, 30, tzinfo=UTC))
    assert set(counted(uow, clock).closed_cases) == {
        ClosedCases("异议", "2026-10", 1, 0),
        ClosedCases("异议", "2026-11", 0, 1),
        ClosedCases("修复", "2026-10", 1, 0),
    }


def test_letters_of_thirty_days_and_imports_of_a_year(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    person = uow.people.get_or_add(Channel.WECHAT, "wx", "openid", clock.now()).id
    for number in range(3):
        uow.outbox.put(person_id=person, text="信", unique_key=f"new{number}", at=clock.now())
    uow.outbox.put(person_id=person, text="信", unique_key="old", at=clock.now() - timedelta(days=31))
    uow.outbox.take_waiting(person, clock.now(), limit=1)
    batch(uow, "import:subjects", datetime(2026, 11, 2, tzinfo=UTC), accepted=10, rejected=2, duplicate=1)
    batch(uow, "import:subjects", datetime(2026, 11, 3, tzinfo=UTC), accepted=5)
    batch(uow, "import:awards", datetime(2025, 11, 3, tzinfo=UTC), accepted=5)
    batch(uow, "import:awards", None, accepted=5)
    batch(uow, "evaluate", clock.now(), accepted=7)
    found = counted(uow, clock)
    assert sum(many for _, many in found.letters) == 3
    assert found.imports == (Imports("subjects", "2026-11", 2, 15, 2, 1),)


def test_fresh_figures_are_not_counted_again(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    counted(uow, clock)
    assert statistics.stretches(uow, clock.now() + timedelta(minutes=4)) is None
    assert statistics.stretches(uow, clock.now() + timedelta(minutes=6)) is not None
    # a clock that was set back counts again rather than waiting for years
    assert statistics.stretches(uow, clock.now() - timedelta(days=1)) is not None


def test_the_figures_tell_of_twelve_months_over_the_turn_of_a_year(
    uow: SqlUnitOfWork, clock: FixedClock
) -> None:
    months = statistics.months(counted(uow, clock))
    assert (months[0], months[-1], len(months)) == ("2025-12", "2026-11", 12)
