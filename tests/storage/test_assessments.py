"""The assessment in force, proposals, base grades."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from domain.model.assessment import BaseGrade, Evaluation, OutcomeKind, Source, Step
from domain.model.subject import Subject, SubjectKind
from storage.evaluation_codec import pack, read_form, unpack
from storage.tables import base_grades
from storage.types import Json
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

GOOD = Evaluation(
    outcome=OutcomeKind.GRADED,
    grade="A",
    class_name="守信",
    score=None,
    source=Source.COMPUTED,
    as_of=date(2026, 11, 20),
    trace=(
        Step("S2-13", "第八条（二）1", "一年内警告次数", 2, "< 3", True, (7, 8), "A", "警告不多", False, "c"),
    ),
    valid_until=date(2027, 1, 1),
    provisional=True,
    source_text="本级计算",
    rulebook_id="pinglu",
    rulebook_version="2024.1",
)
BAD = replace(GOOD, grade="C", class_name="严重失信", trace=())


@pytest.fixture
def firm(uow: SqlUnitOfWork) -> int:
    return uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, "甲"))


steps = st.builds(
    Step,
    st.text(),
    st.text(),
    st.text(),
    st.one_of(st.none(), st.integers(-(2**40), 2**40), st.text()),
    st.text(),
    st.booleans(),
    st.lists(st.integers(0, 2**40)).map(tuple),
    st.text(),
    st.text(),
    st.booleans(),
    st.text(),
)
evaluations = st.builds(
    Evaluation,
    st.sampled_from(OutcomeKind),
    st.one_of(st.none(), st.text()),
    st.text(),
    st.one_of(st.none(), st.decimals(allow_nan=False, allow_infinity=False, places=2)),
    st.sampled_from(Source),
    st.dates(),
    st.lists(steps, max_size=3).map(tuple),
    st.one_of(st.none(), st.dates()),
    st.booleans(),
    st.text(),
    st.text(),
    st.text(),
)


@given(evaluations)
def test_an_evaluation_survives_its_form_and_json_whole(evaluation: Evaluation) -> None:
    column = Json()
    packed = pack(evaluation)
    stored = column.process_bind_param(packed.filling, None)  # type: ignore[arg-type]
    filling = column.process_result_value(stored, None)  # type: ignore[arg-type]
    assert unpack(filling, read_form(packed.form)) == evaluation


def test_evaluations_that_differ_in_values_and_records_share_their_form() -> None:
    def with_value(value: int) -> Evaluation:
        step = GOOD.trace[0]._replace(value=value, records=(value,), public_text=f"次数：{value}")
        return replace(GOOD, trace=(step,), valid_until=None)

    one, other = pack(with_value(3)), pack(with_value(41))
    assert one.key == other.key
    assert one.form == other.form
    assert len(str(one.filling)) < 200


def test_an_evaluation_in_force_comes_back_with_its_trace(
    uow: SqlUnitOfWork, firm: int, clock: FixedClock
) -> None:
    assert uow.assessments.in_force(firm) is None
    new_id = uow.assessments.put_in_force(firm, GOOD, at=clock.now(), batch_id=None, approved_by="")
    stored = uow.assessments.in_force(firm)
    assert stored is not None
    assert (stored.id, stored.evaluation, stored.in_force_from) == (new_id, GOOD, clock.now())
    assert (stored.rulebook_id, stored.rulebook_version) == ("pinglu", "2024.1")


def test_a_proposal_is_not_in_force_and_the_newest_replaces_the_older(
    uow: SqlUnitOfWork, firm: int, clock: FixedClock
) -> None:
    uow.assessments.put_in_force(firm, GOOD, at=clock.now(), batch_id=None, approved_by="")
    uow.assessments.propose(firm, replace(BAD, grade="B"), at=clock.now(), batch_id=None)
    uow.assessments.propose(firm, BAD, at=clock.now(), batch_id=None)
    proposal = uow.assessments.proposal(firm)
    assert proposal is not None
    assert proposal.in_force_from is None
    assert proposal.evaluation == BAD
    in_force = uow.assessments.in_force(firm)
    assert in_force is not None
    assert in_force.evaluation == GOOD


def test_an_approved_proposal_is_in_force_and_no_longer_a_proposal(
    uow: SqlUnitOfWork, firm: int, clock: FixedClock
) -> None:
    uow.assessments.put_in_force(firm, GOOD, at=clock.now(), batch_id=None, approved_by="")
    uow.assessments.propose(firm, BAD, at=clock.now(), batch_id=None)
    clock.advance(days=1)
    uow.assessments.put_in_force(firm, BAD, at=clock.now(), batch_id=None, approved_by="WangWu")
    assert uow.assessments.proposal(firm) is None
    history = uow.assessments.history(firm)
    assert [(a.evaluation.grade, a.approved_by) for a in history] == [("C", "WangWu"), ("A", "")]
    assert uow.assessments.history(firm, limit=1) == history[:1]


def add_base_grade(uow: SqlUnitOfWork, grade: BaseGrade) -> None:
    values = {name: getattr(grade, name) for name in grade.__slots__}
    uow.connection.execute(insert(base_grades), values)


def test_the_newest_imported_result_counts_once_its_batch_is_flipped(
    uow: SqlUnitOfWork, firm: int, clock: FixedClock
) -> None:
    batch = uow.batches.open("public-grades", file_sha256="f", source="省平台", by="a", at=clock.now())
    older = BaseGrade(firm, "public", "B", Decimal("72.50"), date(2025, 1, 1), "省平台", batch, "a")
    newer = replace(older, grade="A", score=None, evaluated_on=date(2026, 1, 1))
    for grade in (newer, older, replace(older, scheme="industry", grade="D")):
        add_base_grade(uow, grade)
    assert uow.assessments.base_grade(firm) is None
    uow.batches.flip(batch, clock.now(), {})
    assert uow.assessments.base_grade(firm) == newer
    industry = uow.assessments.base_grade(firm, "industry")
    assert industry is not None
    assert (industry.grade, industry.score) == ("D", Decimal("72.50"))


def test_rows_of_an_evaluation_batch_come_into_force_together(
    uow: SqlUnitOfWork, firm: int, clock: FixedClock
) -> None:
    uow.assessments.put_in_force(firm, BAD, at=clock.now(), batch_id=None, approved_by="x")
    batch = uow.batches.open("evaluation", file_sha256="", source="", by="system", at=clock.now())
    uow.assessments.propose(firm, replace(BAD, grade="D"), at=clock.now(), batch_id=batch)
    assert uow.assessments.proposal(firm) is None
    clock.advance(hours=1)
    uow.batches.flip(batch, clock.now(), {})
    assert uow.assessments.proposal(firm) is not None
