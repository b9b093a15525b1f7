"""Evaluating everybody: staged, resumable, visible at once; what is worse waits for a name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from domain.clock import legal_date
from domain.errors import NotAllowed, Refused
from domain.model.person import Staff
from domain.model.record import Record, RecordKind, RecordState, Severity, Violation
from domain.model.subject import Subject, SubjectKind
from domain.rules.grading import Grader
from domain.rules.rulebook import Rulebook
from domain.services.evaluations import (
    EvaluationBatch,
    approve_all,
    begin,
    compare,
    evaluate_all,
    flip,
    step,
    tidy_all,
)
from storage.rulebook_files import load_rulebook
from storage.session import open_session
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.conftest import FixedClock

Session = Callable[[], AbstractContextManager[SqlUnitOfWork]]


class Office:
    """A small office with firms on one database."""

    def __init__(self, session: Session, rulebook: Rulebook, clock: FixedClock) -> None:
        self.session = session
        self.rulebook = rulebook
        self.clock = clock
        self.today = legal_date(clock.now())

    def firm(self, name: str) -> int:
        with self.session() as uow:
            return uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, name))

    def record(self, firm: int, kind: RecordKind, days_ago: int = 10, sanction: str = "罚款") -> int:
        acts = (Violation(1, "违法", (sanction,), 100_00, severity=Severity.ORDINARY),)
        award = kind is RecordKind.AWARD
        with self.session() as uow:
            record = Record(
                0,
                firm,
                kind,
                "记录",
                self.today - timedelta(days=days_ago),
                issuer_kind="行政机关" if award else "",
                violations=() if award else acts,
            )
            return uow.records.add(record, business_key=f"{firm}-{kind}-{days_ago}", batch_id=None)

    def set_state(self, record: int, state: RecordState) -> None:
        with self.session() as uow:
            uow.records.set_state(record, state)

    def evaluate(self, chunk: int = 2, *, days_later: int = 0) -> EvaluationBatch:
        grader = Grader(self.rulebook, self.today + timedelta(days=days_later))
        return evaluate_all(
            self.session, grader, by="cli", now=self.clock.now(), progress=lambda _: None, chunk=chunk
        )

    def approve(self, batch: int, by: str = "boss") -> int:
        return approve_all(self.session, batch, by=by, now=self.clock.now(), progress=lambda _: None, chunk=2)

    def in_force(self, firm: int) -> str | None:
        with self.session() as uow:
            found = uow.assessments.in_force(firm)
        return found.evaluation.code if found else None

    def proposed(self, firm: int) -> str | None:
        with self.session() as uow:
            found = uow.assessments.proposal(firm)
        return found.evaluation.code if found else None


@pytest.fixture
def office(database_url: str, sealer: Vault, clock: FixedClock) -> Office:
    def session() -> AbstractContextManager[SqlUnitOfWork]:
        return open_session(database_url, sealer=sealer, clock=clock)

    with session() as uow:
        uow.staff.save(Staff("boss", "老审", ("审批",), "信用办"))
        uow.staff.save(Staff("clerk", "小经", ("经办",), "信用办"))
        uow.staff.save(Staff("gone", "前审", ("审批",), "信用办", enabled=False))
    return Office(session, load_rulebook("pinglu"), clock)


def test_what_is_better_takes_effect_and_what_is_worse_waits(office: Office) -> None:
    quiet, honoured, fined = (office.firm(name) for name in "甲乙丙")
    office.record(honoured, RecordKind.AWARD)
    office.record(fined, RecordKind.PENALTY)
    batch = office.evaluate()
    assert batch.tally.as_dict() == {"evaluated": 3, "in_force": 2, "proposed": 1}
    assert [office.in_force(firm) for firm in (quiet, honoured, fined)] == ["UNRATED", "A", None]
    assert office.proposed(fined) == "B"


def test_a_proposal_takes_effect_in_the_name_of_its_approver(office: Office) -> None:
    firm = office.firm("丙")
    office.record(firm, RecordKind.PENALTY)
    batch = office.evaluate()
    assert office.approve(batch.id) == 1
    assert (office.in_force(firm), office.proposed(firm)) == ("B", None)
    with office.session() as uow:
        in_force = uow.assessments.in_force(firm)
        assert in_force is not None
        assert (in_force.approved_by, in_force.in_force_from) == ("boss", office.clock.now())


@pytest.mark.parametrize("userid", ["clerk", "gone", "nobody"])
def test_only_an_enabled_approver_approves(office: Office, userid: str) -> None:
    firm = office.firm("丙")
    office.record(firm, RecordKind.PENALTY)
    batch = office.evaluate()
    with pytest.raises(NotAllowed, match="不是在用的审批人员"):
        office.approve(batch.id, by=userid)
    assert office.in_force(firm) is None


def test_a_batch_is_approved_once_and_must_exist(office: Office) -> None:
    office.record(office.firm("丙"), RecordKind.PENALTY)
    batch = office.evaluate()
    office.approve(batch.id)
    with pytest.raises(Refused, match="没有待批准的结果"):
        office.approve(batch.id)
    with pytest.raises(Refused, match="没有评价批次 999"):
        office.approve(999)


def test_the_same_facts_are_not_written_twice(office: Office) -> None:
    office.record(office.firm("乙"), RecordKind.AWARD)
    office.evaluate()
    assert office.evaluate().tally.as_dict() == {"evaluated": 1, "in_force": 0, "proposed": 0}


def test_the_same_outcome_for_another_reason_is_written_anew(office: Office) -> None:
    firm = office.firm("乙")
    office.record(firm, RecordKind.AWARD)
    office.evaluate()
    office.record(firm, RecordKind.AWARD, days_ago=5)
    assert office.evaluate().tally.in_force == 1
    with office.session() as uow:
        assert len(uow.assessments.history(firm)) == 2


def test_nothing_of_a_batch_is_seen_before_its_flip(office: Office) -> None:
    firm = office.firm("乙")
    grader, now = Grader(office.rulebook, office.today), office.clock.now()
    with office.session() as uow:
        batch = begin(uow, grader, by="cli", now=now)
        staged = step(uow, batch, grader, now=now)
        assert staged is not None
    assert office.in_force(firm) is None
    with pytest.raises(Refused, match="还没有完成"):
        office.approve(batch.id)
    with office.session() as uow:
        flip(uow, staged, by="cli", now=now)
    assert office.in_force(firm) == "UNRATED"


def test_a_batch_that_was_cut_short_goes_on_where_it_stood(office: Office) -> None:
    firms = [office.firm(name) for name in "甲乙丙丁戊"]
    grader, now = Grader(office.rulebook, office.today), office.clock.now()
    with office.session() as uow:
        begun = begin(uow, grader, by="cli", now=now)
        step(uow, begun, grader, now=now, limit=3)
    finished = office.evaluate()
    assert finished.id == begun.id
    assert finished.tally.evaluated == 5
    assert [office.in_force(firm) for firm in firms] == ["UNRATED"] * 5


def test_a_cut_short_batch_of_another_day_is_given_up(office: Office) -> None:
    office.firm("甲")
    yesterday = Grader(office.rulebook, office.today - timedelta(days=1))
    with office.session() as uow:
        old = begin(uow, yesterday, by="cli", now=office.clock.now())
        step(uow, old, yesterday, now=office.clock.now())
    assert office.evaluate().id != old.id
    with office.session() as uow:
        given_up = uow.batches.get(old.id)
        assert given_up is not None
        assert given_up.abandoned_at is not None


def test_an_evaluation_of_a_day_that_has_not_come_does_not_wipe_a_penalty(office: Office) -> None:
    firm = office.firm("丙")
    office.record(firm, RecordKind.PENALTY)
    office.approve(office.evaluate().id)
    with pytest.raises(Refused, match="不能按将来的日期评价"):
        office.evaluate(days_later=400)
    assert office.in_force(firm) == "B"


def test_an_evaluation_of_a_past_day_does_not_wipe_a_later_penalty(office: Office) -> None:
    firm = office.firm("丙")
    office.record(firm, RecordKind.PENALTY)
    office.approve(office.evaluate().id)
    assert office.evaluate(days_later=-400).tally.as_dict() == {"evaluated": 1, "in_force": 0, "proposed": 0}
    assert office.in_force(firm) == "B"


def test_a_proposal_falls_when_its_reason_is_gone(office: Office) -> None:
    firm = office.firm("乙")
    office.record(firm, RecordKind.AWARD)
    office.evaluate()
    fine = office.record(firm, RecordKind.PENALTY)
    first = office.evaluate()
    assert (office.in_force(firm), office.proposed(firm)) == ("A", "B")
    office.set_state(fine, RecordState.REVOKED)
    office.evaluate()
    assert (office.in_force(firm), office.proposed(firm)) == ("A", None)
    with pytest.raises(Refused, match="没有待批准的结果"):
        office.approve(first.id)


def test_the_newest_batch_carries_every_proposal(office: Office) -> None:
    firm = office.firm("丙")
    office.record(firm, RecordKind.PENALTY)
    first, second = office.evaluate(), office.evaluate()
    with pytest.raises(Refused, match="没有待批准的结果"):
        office.approve(first.id)
    assert office.approve(second.id) == 1
    assert office.in_force(firm) == "B"


def test_tidying_leaves_one_row_in_force_for_each_subject(office: Office) -> None:
    firm = office.firm("乙")
    for days_ago in (9, 8, 7):
        office.record(firm, RecordKind.AWARD, days_ago)
        office.evaluate()
    tidy_all(office.session)
    with office.session() as uow:
        states = uow.connection.exec_driver_sql("SELECT status FROM assessments ORDER BY id").scalars().all()
    assert states == ["past", "past", "in_force"]


def test_a_comparison_counts_who_moves_and_changes_nothing(office: Office) -> None:
    for name in "甲乙":
        office.firm(name)
    office.record(office.firm("丙"), RecordKind.AWARD)
    other = load_rulebook("hegang")

    def pages(after: int) -> list[object]:
        with office.session() as uow:
            return list(uow.evaluations.page(after=after, limit=2))

    result = compare(pages, Grader(office.rulebook, office.today), Grader(other, office.today))  # type: ignore[arg-type]
    assert result.total == 3
    assert result.matrix == {("UNRATED", "UNRATED"): 2, ("A", "UNRATED"): 1}
    assert [(move.first, move.second) for move in result.examples] == [("A", "UNRATED")]
