"""The shipped rulebooks: grades, classes, bands and publicity of each place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.errors import Refused
from domain.model.subject import SubjectKind
from tests.domain.shipped import BOOKS, IDS, classes

# -- Xixia ---------------------------------------------------------------------------------------


@pytest.mark.clause("S0-09")
@pytest.mark.clause("S0-10")
def test_xixia_has_seven_grades_in_four_classes() -> None:
    assert classes("xixia") == {
        "A+": "诚信守法",
        "A": "诚信守法",
        "B": "轻微失信",
        "C": "一般失信",
        "C-": "一般失信",
        "D": "严重失信",
        "D-": "严重失信",
    }


@pytest.mark.clause("S0-08")
def test_xixia_says_with_every_grade_that_it_is_no_endorsement() -> None:
    assert "不代表政府" in BOOKS["xixia"].wording.disclaimer
    assert {name for name in IDS if BOOKS[name].wording.disclaimer} == {"xixia"}


@pytest.mark.parametrize("written", ["Ａ＋", "A +", "a+级", "A＋ 级"])
def test_a_grade_written_another_way_is_the_same_grade(written: str) -> None:
    assert BOOKS["xixia"].canonical_grade(written) == "A+"


@pytest.mark.parametrize(
    "rulebook_id, written", [("xixia", "E"), ("xixia", "诚信守法"), ("wuzhong", "A"), ("hegang", "—")]
)
def test_an_unknown_grade_is_refused_and_not_guessed(rulebook_id: str, written: str) -> None:
    with pytest.raises(Refused, match="不认识等级"):
        BOOKS[rulebook_id].canonical_grade(written)


# -- Wuzhong, Hegang ---------------------------------------------------------------------------------


@pytest.mark.clause("S1-12")
def test_wuzhong_has_no_letters_and_takes_the_national_scale_unverified() -> None:
    grades = BOOKS["wuzhong"].grades
    assert [grade.code for grade in grades] == ["优", "良", "中", "差"]
    assert not any(grade.verified for grade in grades)
    assert BOOKS["wuzhong"].canonical_grade("良好") == "良"


@pytest.mark.clause("S4-04")
def test_hegang_has_five_grades_in_four_classes() -> None:
    assert classes("hegang") == {
        "A": "诚信守法",
        "B": "诚信守法",
        "C": "轻微失信",
        "D": "一般失信",
        "E": "严重失信",
    }


@pytest.mark.clause("S4-02")
def test_hegang_treats_honest_firms_and_serious_offenders_differently() -> None:
    honest, offending = (BOOKS["hegang"].measures_for(code, SubjectKind.LEGAL_PERSON) for code in "AE")
    assert not {measure.text for measure in honest} & {measure.text for measure in offending}
    assert not any(measure.restricts for measure in honest)
    assert all(measure.restricts for measure in offending)


@pytest.mark.clause("S4-09")
def test_hegang_lays_industry_indicators_over_the_public_one() -> None:
    overlay = BOOKS["hegang"].scheme("industry").overlay
    assert overlay is not None
    assert [indicator.is_public for indicator in overlay.indicators] == [True] + [False] * 5
    assert sum(indicator.weight for indicator in overlay.indicators) == 1
    assert sum(indicator.points for indicator in overlay.indicators) == 100


@pytest.mark.clause("S4-10")
def test_the_public_indicator_weighs_at_least_the_average_in_both_readings() -> None:
    overlay = BOOKS["hegang"].scheme("industry").overlay
    assert overlay is not None
    assert overlay.floor == "both"
    public = overlay.indicators[0]
    assert public.weight * len(overlay.indicators) >= 1
    assert public.points * len(overlay.indicators) >= 100


@pytest.mark.clause("S4-11")
def test_where_a_department_has_no_model_the_public_result_answers() -> None:
    scheme = BOOKS["hegang"].scheme("industry")
    assert scheme.chain == ("national", "own", "public")
    assert not scheme.active
    assert not scheme.verified


@pytest.mark.clause("S4-07")
def test_only_hegang_makes_grades_public_to_anybody() -> None:
    seen = {name: BOOKS[name].unbound_sees for name in IDS}
    assert seen == {
        "hegang": "grade",
        "huairen": "nothing",
        "pinglu": "rules",
        "wuzhong": "rules",
        "xixia": "rules",
    }


# -- Huairen -----------------------------------------------------------------------------------------


@pytest.mark.clause("S3-07")
def test_huairen_has_nine_grades_in_four_classes() -> None:
    assert classes("huairen") == {
        "A": "优",
        "A-": "优",
        "B+": "良",
        "B": "良",
        "B-": "良",
        "C+": "中",
        "C": "中",
        "C-": "中",
        "D": "差",
    }


@pytest.mark.clause("S3-37")
@pytest.mark.parametrize(
    "score, expected",
    [
        pytest.param("100", "A", marks=pytest.mark.clause("S3-38")),
        ("85.01", "A"),
        pytest.param("85", "B", marks=pytest.mark.clause("S3-39")),
        ("85.0", "B"),
        ("65.01", "B"),
        pytest.param("65", "C", marks=pytest.mark.clause("S3-40")),
        ("40.01", "C"),
        pytest.param("40", "D", marks=pytest.mark.clause("S3-41")),
        ("0", "D"),
    ],
)
def test_the_upper_end_of_a_band_belongs_to_it(score: str, expected: str) -> None:
    bands = BOOKS["huairen"].scheme("industry").bands
    assert [band.grade for band in bands if band.holds(Decimal(score))] == [expected]


@pytest.mark.parametrize("score", ["-0.01", "100.01", "100.5"])
def test_a_score_outside_the_scale_lies_in_no_band(score: str) -> None:
    bands = BOOKS["huairen"].scheme("industry").bands
    assert not [band for band in bands if band.holds(Decimal(score))]


@pytest.mark.clause("S3-42")
def test_grades_with_plus_and_minus_wait_for_cut_points() -> None:
    assert BOOKS["huairen"].scheme("industry").sub_bands == ()


@pytest.mark.clause("S3-41")
def test_the_serious_list_does_not_override_the_score_until_it_is_switched_on() -> None:
    override = BOOKS["huairen"].scheme("industry").serious_list
    assert override is not None
    assert not override.on
    assert not override.verified


@pytest.mark.clause("S3-27")
def test_a_national_industry_standard_comes_first() -> None:
    assert BOOKS["huairen"].scheme("industry").chain[0] == "national"


@pytest.mark.clause("S3-23")
@pytest.mark.clause("S3-46")
def test_each_kind_of_result_has_its_own_publicity() -> None:
    levels = {level.result: level for level in BOOKS["huairen"].publicity.levels}
    assert levels["public"].level == "依授权公开"
    assert levels["industry"].level == "内部使用"
    assert all(level.channels for level in levels.values())
