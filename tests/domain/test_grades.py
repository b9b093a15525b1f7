"""The computed outcome and the assessment in force: what comes into force by itself, and what waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from domain.model.assessment import Evaluation, Source
from domain.model.record import Record, RecordKind
from domain.model.subject import Subject, SubjectKind
from domain.rules.grading import NEEDS_REVIEW, UNRATED, evaluate, make_evaluation, worse
from domain.rules.rulebook import Rulebook
from domain.services import grades
from domain.services.grades import Verdict, decide
from storage.rulebook_files import load_rulebook, shipped_rulebooks
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

TODAY = date(2026, 11, 20)
PINGLU = load_rulebook("pinglu")


def outcome(rulebook: Rulebook, code: str) -> Evaluation:
    return make_evaluation(rulebook, code, (), Source.COMPUTED, TODAY)


def codes(rulebook: Rulebook) -> list[str]:
    return [*(grade.code for grade in rulebook.grades), UNRATED, NEEDS_REVIEW]


@pytest.fixture
def firm(uow: SqlUnitOfWork) -> Subject:
    subject = Subject(
        id=0, kind=SubjectKind.LEGAL_PERSON, name="平鲁晋北商贸有限公司", uscc="91140603YYYYYY0101"
    )
    return uow.subjects.get(uow.subjects.add(subject))


def add(uow: SqlUnitOfWork, firm: Subject, kind: RecordKind, on: date, **facts: str) -> int:
    record = Record(id=0, subject_id=firm.id, kind=kind, title="记录", decided_on=on, **facts)  # type: ignore[arg-type]
    number = uow.connection.exec_driver_sql("SELECT count(*) FROM records").scalar_one()
    return uow.records.add(record, business_key=f"k{number}", batch_id=None)


@pytest.mark.parametrize("rulebook_id", shipped_rulebooks())
def test_only_what_is_not_worse_comes_into_force_by_itself(rulebook_id: str) -> None:
    rulebook = load_rulebook(rulebook_id)
    for before, after in product(codes(rulebook), repeat=2):
        verdict = decide(rulebook, outcome(rulebook, before), outcome(rulebook, after))
        if before == after:
            assert verdict is Verdict.UNCHANGED
        elif worse(rulebook, after, before):
            assert verdict is Verdict.PROPOSED
        else:
            assert verdict is Verdict.IN_FORCE


@pytest.mark.parametrize("rulebook_id", shipped_rulebooks())
def test_a_first_adverse_outcome_waits_for_a_person_too(rulebook_id: str) -> None:
    rulebook = load_rulebook(rulebook_id)
    for code in codes(rulebook):
        expected = Verdict.PROPOSED if worse(rulebook, code, UNRATED) else Verdict.IN_FORCE
        assert decide(rulebook, None, outcome(rulebook, code)) is expected


def test_a_named_person_may_put_anything_in_force() -> None:
    for before, after in product(codes(PINGLU), repeat=2):
        verdict = decide(PINGLU, outcome(PINGLU, before), outcome(PINGLU, after), approved=True)
        assert verdict is (Verdict.UNCHANGED if before == after else Verdict.IN_FORCE)


def test_the_same_outcome_on_another_day_is_no_news() -> None:
    today = outcome(PINGLU, "A")
    assert decide(PINGLU, today, replace(today, as_of=TODAY + timedelta(days=9))) is Verdict.UNCHANGED
    until = replace(today, valid_until=TODAY + timedelta(days=30))
    assert decide(PINGLU, today, until) is Verdict.IN_FORCE


def test_an_outcome_is_due_on_the_day_it_may_change() -> None:
    evaluation = replace(outcome(PINGLU, "A"), valid_until=TODAY)
    assert not grades.is_due(evaluation, TODAY - timedelta(days=1))
    assert grades.is_due(evaluation, TODAY)
    assert not grades.is_due(outcome(PINGLU, "A"), TODAY)


def test_reassessing_tells_what_is_in_force_afterwards(
    uow: SqlUnitOfWork, firm: Subject, clock: FixedClock
) -> None:
    award = grades.reassess(uow, firm.id, PINGLU, clock.now())
    assert (award.verdict, award.evaluation.code) == (Verdict.IN_FORCE, UNRATED)
    add(uow, firm, RecordKind.RECTIFICATION, date(2026, 10, 1))
    worse_now = grades.reassess(uow, firm.id, PINGLU, clock.now())
    assert worse_now.verdict is Verdict.PROPOSED
    assert worse_now.evaluation.code == "B"
    assert worse_now.assessment is not None
    assert worse_now.assessment.evaluation.code == UNRATED
    approved = grades.reassess(uow, firm.id, PINGLU, clock.now(), approved_by="chen")
    assert approved.verdict is Verdict.IN_FORCE
    in_force = uow.assessments.in_force(firm.id)
    assert in_force is not None
    assert (in_force.evaluation.code, in_force.approved_by) == ("B", "chen")
    assert in_force == approved.assessment
    assert uow.assessments.proposal(firm.id) is None


def test_every_change_stands_in_the_audit_with_numbers_only(
    uow: SqlUnitOfWork, firm: Subject, clock: FixedClock
) -> None:
    grades.reassess(uow, firm.id, PINGLU, clock.now())
    add(uow, firm, RecordKind.RECTIFICATION, date(2026, 10, 1))
    grades.reassess(uow, firm.id, PINGLU, clock.now())
    rows = uow.connection.exec_driver_sql("SELECT action, subject_id FROM audit ORDER BY id").all()
    assert rows == [("grade.in_force", firm.id), ("grade.proposed", firm.id)]


def test_the_report_explains_the_grade_in_force(uow: SqlUnitOfWork, firm: Subject, clock: FixedClock) -> None:
    add(uow, firm, RecordKind.AWARD, date(2026, 10, 1), issuer_kind="行政机关", doc_no="平政发〔2026〕8号")
    report = grades.grade_report(uow, firm, PINGLU, clock.now())
    assert report.in_force
    shown = grades.grade_json(report)
    assert (shown["outcome"], shown["grade"], shown["class"]) == ("GRADED", "A", "信用优良")
    assert (shown["uscc"], shown["rulebook"], shown["as_of"]) == (firm.uscc, "pinglu", "2026-11-20")
    assert shown["source"] == "computed"
    assert shown["provisional"] is False
    held = [step for step in shown["trace"] if step["holds"] and step["records"]]
    assert held[0]["records"] == ["平政发〔2026〕8号"]
    assert {"text", "modality", "executor", "basis", "clause"} == set(shown["measures"][0])
    assert set(shown) == {
        "uscc", "name", "rulebook", "rulebook_version", "as_of", "outcome", "grade", "class", "score", "source",
        "trace", "measures", "would_change", "disclaimer", "provisional",
    }  # fmt: skip


def test_the_report_of_a_grade_that_waits_is_provisional(
    uow: SqlUnitOfWork, firm: Subject, clock: FixedClock
) -> None:
    add(uow, firm, RecordKind.RECTIFICATION, date(2026, 10, 1))
    shown = grades.grade_json(grades.grade_report(uow, firm, PINGLU, clock.now()))
    assert (shown["grade"], shown["provisional"]) == ("B", True)


def test_the_report_of_another_day_changes_nothing(
    uow: SqlUnitOfWork, firm: Subject, clock: FixedClock
) -> None:
    add(uow, firm, RecordKind.AWARD, date(2026, 10, 1), issuer_kind="行政机关")
    report = grades.grade_report(uow, firm, PINGLU, clock.now(), as_of=date(2026, 9, 30))
    _, units, base = grades.facts_of(uow, firm.id)
    assert report.evaluation == evaluate(units, base, PINGLU, date(2026, 9, 30))
    assert uow.assessments.in_force(firm.id) is None
    assert grades.grade_json(report)["provisional"] is True


def test_improvements_only_improve(uow: SqlUnitOfWork, firm: Subject) -> None:
    add(uow, firm, RecordKind.AWARD, date(2026, 1, 1), issuer_kind="行政机关")
    assert grades.improvements(uow, firm.id, PINGLU, TODAY) == ()
    add(uow, firm, RecordKind.RECTIFICATION, date(2026, 10, 1))
    changes = grades.improvements(uow, firm.id, PINGLU, TODAY)
    assert changes
    assert all(worse(PINGLU, "B", change.outcome) for change in changes)


def test_a_subject_is_found_by_code_or_by_exact_present_or_former_name(
    uow: SqlUnitOfWork, firm: Subject
) -> None:
    assert grades.find_subject(uow, "91140603yyyyyy0101") == [firm]
    assert grades.find_subject(uow, "９１１４０６０３YYYYYY0101") == [firm]
    assert grades.find_subject(uow, " 平鲁晋北商贸有限公司 ") == [firm]
    uow.subjects.rename(firm.id, "平鲁晋南商贸有限公司")
    assert [found.id for found in grades.find_subject(uow, "平鲁晋北商贸有限公司")] == [firm.id]
    assert grades.find_subject(uow, "平鲁晋北") == []
    assert grades.find_subject(uow, "91140603YYYYYY0102") == []
