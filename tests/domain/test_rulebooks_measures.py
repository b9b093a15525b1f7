"""The shipped rulebooks: what follows from a grade, each clause with its grades and its force (C-23)."""

from __future__ import annotations

import pytest

from domain.model.subject import SubjectKind
from tests.domain.shipped import BOOKS, classes, clause, measures_of


@pytest.mark.parametrize(
    "clause_id, grades, modality",
    [
        clause("S0-16", "A+ A", "discretionary"),
        clause("S0-17", "A+ A", "principle"),
        clause("S0-18", "A+ A", "may"),
        clause("S0-19", "A+ A", "may"),
        clause("S0-20", "A+ A", "may"),
        clause("S0-21", "A+ A", "may"),
        clause("S0-22", "A+ A", "may"),
        clause("S0-23", "A+ A", "may"),
        clause("S0-24", "B", "may"),
        clause("S0-26", "B", "may"),
        clause("S0-27", "B", "may"),
        clause("S0-28", "C C-", "may"),
        clause("S0-29", "C C-", "may"),
        clause("S0-31", "D D-", "may"),
        clause("S0-32", "D D-", "may"),
        clause("S0-33", "D D-", "may"),
        clause("S0-35", "D D-", "may"),
        clause("S1-15", "优 良 中 差", "may"),
        clause("S1-17", "差", "discretionary"),
        clause("S2-20", "A", "discretionary"),
        clause("S2-21", "A", "must"),
        clause("S2-22", "A", "may"),
        clause("S2-23", "A", "must"),
        clause("S2-24", "A", "discretionary"),
        clause("S2-25", "B", "must"),
        clause("S2-26", "B", "must"),
        clause("S2-28", "C", "must"),
        clause("S2-29", "C", "must"),
        clause("S2-32", "C", "must"),
        clause("S2-33", "C", "discretionary"),
        clause("S3-33", "D", "discretionary"),
        clause("S3-50", "A A- B+ B B-", "may"),
        clause("S4-20", "A B", "must"),
        clause("S4-21", "A B", "must"),
        clause("S4-22", "A B", "may"),
        clause("S4-23", "C", "must"),
        clause("S4-24", "D", "must"),
        clause("S4-25", "E", "must"),
        clause("S4-26", "E", "must"),
        clause("S4-27", "E", "must"),
        clause("S4-28", "E", "discretionary"),
    ],
)
def test_a_measure_in_force_has_the_grades_and_the_force_of_its_clause(
    clause_id: str, grades: str, modality: str
) -> None:
    found = measures_of(clause_id)
    assert found
    for measure in found:
        assert measure.active
        assert (" ".join(measure.grades), measure.modality) == (grades, modality)


@pytest.mark.parametrize(
    "clause_id, grades",
    [
        clause("S0-30", "C C-"),
        clause("S0-34", "D D-"),
        clause("S0-36", "D D-"),
        clause("S2-27", "B"),
        clause("S2-30", "C"),
        clause("S2-31", "C"),
        clause("S2-34", "C"),
    ],
)
def test_a_punitive_measure_without_a_basis_waits_and_reaches_nobody(clause_id: str, grades: str) -> None:
    (measure,) = measures_of(clause_id)
    assert " ".join(measure.grades) == grades
    assert measure.restricts
    assert not measure.active
    assert not measure.verified
    book = BOOKS["xixia" if clause_id.startswith("S0") else "pinglu"]
    assert measure not in book.measures_for(measure.grades[0], SubjectKind.LEGAL_PERSON)


@pytest.mark.parametrize(
    "rulebook_id, clause_id, tiers",
    [
        pytest.param(
            "wuzhong",
            "S1-16",
            {"优": "降低", "良": "降低", "中": "常规", "差": "提高"},
            marks=[pytest.mark.clause("S1-16"), pytest.mark.clause("S1-06")],
        ),
        pytest.param(
            "huairen",
            "S3-49",
            {"A": "降低", "B-": "降低", "C+": "常规", "C-": "常规", "D": "提高"},
            marks=[pytest.mark.clause("S3-49"), pytest.mark.clause("S3-14")],
        ),
    ],
)
def test_inspection_comes_in_three_tiers(rulebook_id: str, clause_id: str, tiers: dict[str, str]) -> None:
    for code, word in tiers.items():
        measures = BOOKS[rulebook_id].measures_for(code, SubjectKind.LEGAL_PERSON)
        (inspection,) = [measure for measure in measures if measure.clause == clause_id]
        assert word in inspection.public_text


@pytest.mark.clause("S0-15")
def test_what_follows_from_a_grade_is_found_by_the_grade_alone() -> None:
    found = {code: BOOKS["xixia"].measures_for(code, SubjectKind.SOLE_TRADER) for code in classes("xixia")}
    assert found["A+"] == found["A"]
    assert found["C"] == found["C-"]
    assert found["D"] == found["D-"]
    assert len({found["A"], found["B"], found["C"], found["D"]}) == 4


@pytest.mark.clause("S0-25")
def test_minor_offences_of_a_b_firm_follow_the_list_of_exemptions() -> None:
    (measure,) = measures_of("S0-24")
    assert "免罚" in measure.public_text


@pytest.mark.clause("S3-32")
def test_the_list_of_measures_of_huairen_has_all_its_columns() -> None:
    for measure in BOOKS["huairen"].measures:
        assert all((measure.object_types, measure.grades, measure.executor, measure.basis, measure.term))
