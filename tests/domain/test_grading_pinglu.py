"""平鲁: grades by criteria over one year, clause by clause."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.model.assessment import Evaluation, OutcomeKind, Source, Step
from domain.model.record import RecordKind, RecordState, Severity, Unit
from domain.rules.grading import evaluate, worse
from domain.rules.trace import CONCLUSION, deciding_steps
from storage.rulebook_files import load_rulebook
from tests.domain.units import (
    TODAY,
    award,
    breach,
    fine,
    listing,
    penalty,
    rated,
    unit,
    variant,
    warning,
)

PINGLU = load_rulebook("pinglu")
YEAR_AGO = date(2025, 11, 20)
DAY = timedelta(days=1)


def graded(*units: Unit, on: date = TODAY) -> Evaluation:
    return evaluate(units, None, PINGLU, on)


def step(evaluation: Evaluation, criterion: str, test: str) -> Step:
    return next(s for s in evaluation.trace if s.criterion == criterion and s.test == test)


# ---- the fixtures (a) to (g) ----------------------------------------------------------------


@pytest.mark.clause("S2-13")
def test_two_warnings_make_b_by_the_first_item() -> None:
    evaluation = graded(warning(record=1), warning(record=2))
    assert evaluation.grade == "B"
    assert evaluation.class_name == "一般失信"
    below = step(evaluation, "B1", "< 3")
    assert (below.clause, below.article) == ("S2-13", "第八条（二）1")
    assert (below.value, below.holds, below.records) == (2, True, (1, 2))


@pytest.mark.clause("S2-13")
@pytest.mark.clause("C-11")
def test_three_warnings_need_a_review_and_never_default_to_c() -> None:
    evaluation = graded(warning(), warning(), warning())
    assert evaluation.outcome is OutcomeKind.NEEDS_REVIEW
    assert evaluation.grade is None
    assert evaluation.class_name == "待人工核定"


@pytest.mark.clause("S2-14")
@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        (("250000", "250000.00"), "B"),
        (("250000", "250000.01"), "NEEDS_REVIEW"),
        (("500000",), "B"),
        (("500000.01",), "NEEDS_REVIEW"),
        (("1", "1"), "B"),
        (("1", "1", "1"), "NEEDS_REVIEW"),
    ],
)
def test_penalties_stay_below_three_and_half_a_million_inclusive(amounts: tuple[str, ...], code: str) -> None:
    assert graded(*(fine(amount) for amount in amounts)).code == code


@pytest.mark.clause("S2-14")
def test_the_sum_of_fines_is_shown_in_yuan() -> None:
    evaluation = graded(fine("250000"), fine("250000"))
    assert step(evaluation, "B2", "<= 500000").value == "500000.00"


@pytest.mark.clause("S2-18")
@pytest.mark.clause("S2-17")
def test_one_act_with_several_sanctions_weighs_as_its_heaviest() -> None:
    evaluation = graded(penalty("警告", "罚款", "吊销许可证件", fine_fen=100_000, record=7))
    assert evaluation.grade == "C"
    assert [s.records for s in deciding_steps(evaluation)] == [(7,)]


@pytest.mark.clause("S2-19")
def test_two_acts_of_one_decision_count_twice_and_weigh_apart() -> None:
    acts = (penalty("罚款", fine_fen=100, record=7, seq=1), penalty("吊销许可证件", record=7, seq=2))
    evaluation = graded(*acts)
    assert step(evaluation, "B2", "< 3").value == 2
    assert step(evaluation, "C2-处罚", ">= 1").value == 1
    assert step(evaluation, "B2", "< 3").records == (7,)


@pytest.mark.clause("C-12")
def test_an_award_beside_a_warning_is_decided_by_precedence_which_the_trace_shows() -> None:
    evaluation = graded(award(), warning())
    assert evaluation.grade == "B"
    last = evaluation.trace[-1]
    assert last.criterion == CONCLUSION
    assert last.clause == "C-12"
    assert last.value == "B、A"
    assert "从重到轻" in last.public_text


@pytest.mark.clause("C-12")
def test_precedence_is_a_setting() -> None:
    lenient = variant(
        "pinglu", ('order = ["C", "NEEDS_REVIEW", "B", "A"]', 'order = ["C", "NEEDS_REVIEW", "A", "B"]')
    )
    assert evaluate((award(), warning()), None, lenient, TODAY).grade == "A"


@pytest.mark.clause("C-11")
def test_nothing_at_all_is_unrated() -> None:
    evaluation = graded()
    assert evaluation.outcome is OutcomeKind.UNRATED
    assert evaluation.class_name == "暂无等级"
    assert evaluation.valid_until is None
    assert deciding_steps(evaluation) == ()


@pytest.mark.clause("S2-06")
@pytest.mark.parametrize(
    ("edge", "day", "code"),
    [
        ("inclusive", YEAR_AGO, "B"),
        ("inclusive", YEAR_AGO - DAY, "UNRATED"),
        ("exclusive", YEAR_AGO, "UNRATED"),
        ("exclusive", YEAR_AGO + DAY, "B"),
    ],
)
def test_the_edge_of_the_year_is_a_setting(edge: str, day: date, code: str) -> None:
    rulebook = variant("pinglu", ("window_months = 12", f'window_months = 12\nwindow_edge = "{edge}"'))
    assert evaluate((warning(on=day),), None, rulebook, TODAY).code == code


@pytest.mark.clause("S2-06")
@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2024, 2, 28), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 28)),
        (date(2023, 3, 1), date(2024, 3, 1)),
    ],
)
def test_a_year_from_the_end_of_february_ends_as_civil_law_says(day: date, last: date) -> None:
    assert graded(warning(on=day), on=last).code == "B"
    assert graded(warning(on=day), on=last).valid_until == last + DAY
    assert graded(warning(on=day), on=last + DAY).code == "UNRATED"


# ---- every criterion ------------------------------------------------------------------------


@pytest.mark.clause("S2-09")
def test_every_grade_carries_its_class() -> None:
    classes = {grade.code: grade.class_name for grade in PINGLU.grades}
    assert classes == {"A": "信用优良", "B": "一般失信", "C": "严重失信"}


@pytest.mark.clause("S2-10")
def test_a_commendation_by_an_agency_makes_a() -> None:
    evaluation = graded(award())
    assert (evaluation.grade, evaluation.class_name) == ("A", "信用优良")
    assert deciding_steps(evaluation)[0].clause == "S2-10"


@pytest.mark.clause("S2-11")
@pytest.mark.parametrize("rating", ["良好", "优", "信用优良"])
def test_a_good_rating_by_a_department_makes_a(rating: str) -> None:
    assert graded(rated(rating)).grade == "A"


@pytest.mark.clause("S2-11")
@pytest.mark.parametrize("rating", ["A", "B", "", "中等"])
def test_a_bare_letter_of_another_scale_means_nothing(rating: str) -> None:
    assert graded(rated(rating)).code == "UNRATED"


@pytest.mark.clause("S2-12")
@pytest.mark.parametrize(("endorsed", "code"), [(True, "A"), (False, "UNRATED")])
def test_an_associations_award_counts_once_the_department_endorsed_it(endorsed: bool, code: str) -> None:
    assert graded(award(issuer_kind="行业协会", endorsed=endorsed)).code == code


@pytest.mark.clause("S2-13")
@pytest.mark.parametrize(("number", "code"), [(1, "B"), (2, "B"), (3, "NEEDS_REVIEW"), (9, "NEEDS_REVIEW")])
def test_warnings_are_counted(number: int, code: str) -> None:
    assert graded(*(warning() for _ in range(number))).code == code


@pytest.mark.clause("S2-13")
def test_a_penalty_that_is_only_a_warning_counts_among_the_warnings() -> None:
    evaluation = graded(penalty("警告"), penalty("警告", "罚款", fine_fen=100))
    assert step(evaluation, "B1", "< 3").value == 1
    assert step(evaluation, "B2", "< 3").value == 1


@pytest.mark.clause("S2-15")
@pytest.mark.parametrize(("number", "code"), [(1, "B"), (2, "B"), (3, "NEEDS_REVIEW")])
def test_breaches_of_commitments_are_counted(number: int, code: str) -> None:
    assert graded(*(breach() for _ in range(number))).code == code


@pytest.mark.clause("S2-14")
@pytest.mark.clause("C-11")
def test_one_limit_broken_outweighs_another_that_is_kept() -> None:
    assert graded(warning(), fine("500000.01")).code == "NEEDS_REVIEW"
    assert graded(award(), warning(), warning(), warning()).code == "NEEDS_REVIEW"


@pytest.mark.clause("S2-16")
def test_a_listing_as_seriously_dishonest_makes_c() -> None:
    evaluation = graded(listing())
    assert (evaluation.grade, evaluation.class_name) == ("C", "严重失信")


@pytest.mark.clause("S2-16")
def test_a_listing_that_has_ended_counts_no_more() -> None:
    assert graded(listing(valid_until=TODAY)).code == "C"
    assert graded(listing(valid_until=TODAY - DAY)).code == "UNRATED"


@pytest.mark.clause("S2-16")
def test_a_listing_older_than_a_year_and_not_lifted_goes_to_a_person() -> None:
    assert graded(listing(on=YEAR_AGO - DAY)).code == "NEEDS_REVIEW"


@pytest.mark.clause("S2-17")
@pytest.mark.parametrize(
    ("sanctions", "code"),
    [
        (("责令停产停业",), "C"),
        (("限制从业",), "C"),
        (("暂扣许可证件",), "B"),
        (("没收违法所得",), "B"),
        ((), "B"),
    ],
)
def test_what_is_a_severe_penalty_stands_in_a_table(sanctions: tuple[str, ...], code: str) -> None:
    assert graded(penalty(*sanctions)).code == code


@pytest.mark.clause("S2-17")
@pytest.mark.clause("C-13")
def test_the_office_may_set_its_own_table_of_severity() -> None:
    own = variant(
        "pinglu",
        (
            "[publicity]",
            '[severity]\notherwise = "一般"\n[[severity.classes]]\nseverity = "严重"\nfine_above_yuan = 200000\n'
            'sanctions = ["暂扣许可证件"]\nclause = "C-13"\n\n[publicity]',
        ),
    )
    codes = [
        evaluate((one,), None, own, TODAY).code
        for one in (penalty("暂扣许可证件"), penalty("吊销许可证件"), fine("200000"), fine("200000.01"))
    ]
    assert codes == ["C", "B", "B", "C"]


@pytest.mark.clause("S2-17")
def test_a_stored_severity_counts_where_no_sanction_is_known() -> None:
    assert graded(unit(RecordKind.PENALTY, severity=Severity.SERIOUS)).code == "C"
    assert graded(penalty("警告", severity=Severity.SERIOUS)).code == "B"


@pytest.mark.clause("S2-17")
def test_a_low_rating_by_a_department_makes_c() -> None:
    assert graded(rated("低下")).code == "C"
    assert graded(rated("良好"), rated("差")).code == "C"


# ---- state, time, trace ---------------------------------------------------------------------


@pytest.mark.clause("S2-46")
@pytest.mark.parametrize("state", [RecordState.REPAIRED, RecordState.REVOKED])
def test_a_repaired_or_revoked_record_is_out(state: RecordState) -> None:
    assert graded(warning(state=state), listing(state=state)).code == "UNRATED"


@pytest.mark.clause("S2-46")
def test_a_contested_record_counts_until_decided_and_the_trace_says_so() -> None:
    evaluation = graded(warning(state=RecordState.CONTESTED), warning())
    assert evaluation.code == "B"
    assert "其中1条正在异议处理中" in deciding_steps(evaluation)[0].public_text


@pytest.mark.clause("S2-05")
def test_it_says_until_when_it_holds() -> None:
    evaluation = graded(warning(on=date(2026, 3, 1)), warning(on=date(2026, 1, 31)))
    assert evaluation.valid_until == date(2027, 2, 1)


def test_a_record_of_tomorrow_counts_from_tomorrow() -> None:
    evaluation = graded(warning(on=TODAY + DAY))
    assert (evaluation.code, evaluation.valid_until) == ("UNRATED", TODAY + DAY)


def test_kinds_that_no_criterion_asks_for_change_nothing() -> None:
    silent = [unit(kind) for kind in (RecordKind.LICENCE, RecordKind.COMPLAINT, RecordKind.INSPECTION)]
    assert graded(*silent).code == "UNRATED"


@pytest.mark.clause("S2-04")
def test_an_evaluation_names_rulebook_date_source_and_every_criterion() -> None:
    evaluation = graded(warning())
    assert evaluation.source is Source.COMPUTED
    assert (evaluation.rulebook_id, evaluation.as_of) == ("pinglu", TODAY)
    assert evaluation.source_text
    named = {s.criterion for s in evaluation.trace}
    assert named == {criterion.id for criterion in PINGLU.criteria} | {CONCLUSION}
    assert all(s.public_text and s.clause for s in evaluation.trace)


def test_the_order_is_the_rulebooks_own() -> None:
    order = ["A", "UNRATED", "B", "NEEDS_REVIEW", "C"]
    assert sorted(order, key=PINGLU.order) == order
    assert worse(PINGLU, "B", "UNRATED")
    assert not worse(PINGLU, "A", "UNRATED")
    assert not worse(PINGLU, "B", "B")
