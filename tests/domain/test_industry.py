"""Industry evaluations: Huairen's table of scores, Hegang's overlay, the chain of who answers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.errors import NotFound
from domain.model.assessment import Evaluation, Source
from domain.rules.industry import Scores, industry_evaluation
from domain.rules.rulebook import Rulebook
from domain.rules.trace import recompute
from storage.rulebook_files import load_rulebook
from tests.domain.units import TODAY, base, variant

HUAIREN = load_rulebook("huairen")
HEGANG = load_rulebook("hegang")
IN_USE = variant("hegang", ("active = false\nlowest", "active = true\nlowest"))
FULL = {
    indicator.id: indicator.points
    for scheme in HEGANG.schemes
    if scheme.overlay
    for indicator in scheme.overlay.indicators
    if not indicator.is_public
}


def scored(score: str, rulebook: Rulebook = HUAIREN, *, listed: bool = False) -> Evaluation:
    scores = Scores(total=Decimal(score), on_serious_list=listed)
    return industry_evaluation(rulebook.schemes[0].id, scores, rulebook, TODAY)


@pytest.mark.clause("S3-38")
@pytest.mark.clause("S3-39")
@pytest.mark.clause("S3-40")
@pytest.mark.clause("S3-41")
@pytest.mark.parametrize(
    ("score", "grade"),
    [
        ("100", "A"),
        ("85.01", "A"),
        ("85", "B"),
        ("85.0", "B"),
        ("65.01", "B"),
        ("65", "C"),
        ("40.01", "C"),
        ("40", "D"),
        ("0", "D"),
    ],
)
def test_the_upper_bound_belongs_to_the_band(score: str, grade: str) -> None:
    evaluation = scored(score)
    assert evaluation.grade == grade
    assert evaluation.score == Decimal(score)


@pytest.mark.clause("S3-37")
@pytest.mark.parametrize("score", ["100.5", "-0.01"])
def test_a_score_outside_the_scale_goes_to_a_person(score: str) -> None:
    evaluation = scored(score)
    assert evaluation.code == "NEEDS_REVIEW"
    assert any(step.holds and "超出了评分范围" in step.public_text for step in evaluation.trace)


@pytest.mark.clause("C-15")
def test_a_listing_is_shown_but_does_not_decide_until_the_office_switches_it_on() -> None:
    evaluation = scored("90", listed=True)
    assert evaluation.grade == "A"
    step = next(step for step in evaluation.trace if "名单" in step.fact)
    assert (step.value, step.holds) == ("是", False)


@pytest.mark.clause("C-15")
def test_a_listing_decides_once_switched_on() -> None:
    switched = variant("huairen", ("on = false", "on = true"))
    assert scored("90", switched, listed=True).grade == "D"
    assert scored("90", switched, listed=False).grade == "A"


@pytest.mark.clause("C-16")
@pytest.mark.clause("S3-42")
def test_finer_grades_are_given_only_by_cut_points_of_the_office() -> None:
    finer = "".join(
        f'[[schemes.sub_bands]]\ngrade = "{grade}"\nlower = {low}\nupper = {high}\n'
        f'lower_inclusive = {"true" if low == 0 else "false"}\nupper_inclusive = true\nclause = "C-16"\n\n'
        for grade, low, high in [("A", 93, 100), ("A-", 85, 93), ("B", 65, 85), ("C", 40, 65), ("D", 0, 40)]
    )
    own = variant("huairen", ("[schemes.serious_list]", finer + "[schemes.serious_list]"))
    assert [scored(score, own).grade for score in ("93", "93.01", "85")] == ["A-", "A", "B"]
    assert {scored(str(score)).grade for score in range(101)} == {"A", "B", "C", "D"}


@pytest.mark.clause("C-24")
def test_the_cut_points_of_a_document_that_is_not_public_are_not_told() -> None:
    assert not [step for step in scored("90").trace if "≤" in step.public_text]


def overlaid(public: str | None, rulebook: Rulebook = IN_USE, **points: Decimal) -> Evaluation:
    scores = Scores(indicators={**FULL, **points}, public=base(public) if public else None)
    return industry_evaluation(rulebook.schemes[0].id, scores, rulebook, TODAY)


@pytest.mark.clause("S4-09")
def test_an_overlay_adds_industry_indicators_to_the_public_result() -> None:
    assert (overlaid("A").grade, overlaid("A").score) == ("A", Decimal("100.00"))
    # 0.2 of the public indicator's 40, and all the other 60
    assert overlaid("E").score == Decimal("68.00")
    assert overlaid("E").source is Source.COMPUTED


@pytest.mark.clause("S4-09")
def test_an_indicator_with_too_many_points_is_not_counted_on() -> None:
    one = next(iter(FULL))
    evaluation = overlaid("B", **{one: FULL[one] + 1})
    assert (evaluation.grade, evaluation.source) == ("B", Source.IMPORTED)


@pytest.mark.clause("S4-11")
def test_without_a_scheme_in_use_the_public_result_answers() -> None:
    evaluation = overlaid("C", HEGANG)
    assert (evaluation.grade, evaluation.source) == ("C", Source.IMPORTED)
    assert any("暂未启用" in step.public_text for step in evaluation.trace)


@pytest.mark.clause("S4-11")
@pytest.mark.clause("S3-27")
def test_a_national_industry_result_comes_first() -> None:
    scores = Scores(indicators=FULL, public=base("A"), national=base("D", scheme="national"))
    assert industry_evaluation("industry", scores, IN_USE, TODAY).grade == "D"


@pytest.mark.clause("S4-11")
def test_where_nothing_answers_the_subject_is_unrated() -> None:
    assert industry_evaluation("industry", Scores(), IN_USE, TODAY).code == "UNRATED"
    assert industry_evaluation(HUAIREN.schemes[0].id, Scores(), HUAIREN, TODAY).code == "UNRATED"


def test_the_trace_of_an_industry_evaluation_is_enough_to_work_it_out_again() -> None:
    evaluations = [
        *((scored(score), HUAIREN) for score in ("90", "85", "40", "101")),
        *((overlaid(grade), IN_USE) for grade in ("A", "D", None)),
        (overlaid("C", HEGANG), HEGANG),
    ]
    assert all(recompute(evaluation.trace, book) == evaluation.code for evaluation, book in evaluations)


def test_an_unknown_scheme_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NotFound, match="industry"):
        industry_evaluation("fishing", Scores(), HEGANG, TODAY)
