"""The shipped rulebooks: complete, cited, right letter by letter, and silent where they must be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from pydantic import BaseModel

from domain.errors import Refused
from domain.model.record import LEGACY_KIND_NAMES, RecordKind, Severity
from domain.model.subject import SubjectKind
from domain.rules.clause_ids import AMBIGUITY_IDS
from domain.rules.rulebook import cited_parts
from domain.rules.rulebook_parts import Measure, PublicityTerm
from storage.rulebook_files import check_rulebook_file, load_rulebook, national_frame, shipped_rulebooks

IDS = ("hegang", "huairen", "pinglu", "wuzhong", "xixia")
SOURCE_OF = {"xixia": "S0", "wuzhong": "S1", "pinglu": "S2", "huairen": "S3", "hegang": "S4"}
IMPORTED = ("xixia", "wuzhong", "huairen", "hegang")

BOOKS = {rulebook_id: load_rulebook(rulebook_id) for rulebook_id in IDS}


def clause(clause_id: str, *values: object) -> object:
    """A parameter set that proves one clause."""
    return pytest.param(clause_id, *values, marks=pytest.mark.clause(clause_id), id=clause_id)


def measures_of(clause_id: str) -> list[Measure]:
    book = next(BOOKS[name] for name, source in SOURCE_OF.items() if clause_id.startswith(source))
    return [measure for measure in book.measures if measure.clause == clause_id]


def classes(rulebook_id: str) -> dict[str, str]:
    return {grade.code: grade.class_name for grade in BOOKS[rulebook_id].grades}


# -- all five --------------------------------------------------------------------------------


def test_five_rulebooks_are_shipped() -> None:
    assert tuple(shipped_rulebooks()) == IDS


@pytest.mark.parametrize("rulebook_id", IDS)
def test_a_shipped_rulebook_has_no_problem(rulebook_id: str) -> None:
    assert check_rulebook_file(rulebook_id) == []
    assert BOOKS[rulebook_id].id == rulebook_id


@pytest.mark.parametrize("rulebook_id", IDS)
def test_every_outcome_has_a_class_and_a_text_for_firms(rulebook_id: str) -> None:
    book = BOOKS[rulebook_id]
    for code in (*classes(rulebook_id), "UNRATED", "NEEDS_REVIEW"):
        assert book.class_name(code)
        assert book.outcome_text(code).endswith("。")


@pytest.mark.parametrize("rulebook_id", IDS)
def test_every_grade_has_a_measure_for_a_legal_person(rulebook_id: str) -> None:
    for code in classes(rulebook_id):
        assert BOOKS[rulebook_id].measures_for(code, SubjectKind.LEGAL_PERSON)


@pytest.mark.parametrize("rulebook_id", IDS)
def test_a_measure_names_all_that_the_list_of_measures_asks_for(rulebook_id: str) -> None:
    for measure in BOOKS[rulebook_id].measures:
        assert measure.text
        assert measure.public_text
        assert measure.executor
        assert measure.basis
        assert measure.term
        assert measure.object_types


@pytest.mark.parametrize("rulebook_id", IDS)
def test_no_measure_takes_something_away_without_a_statute_or_list_item(rulebook_id: str) -> None:
    for measure in BOOKS[rulebook_id].measures:
        if measure.restricts:
            assert measure.statute or not measure.active


@pytest.mark.parametrize("rulebook_id", IDS)
def test_every_value_is_cited_from_its_own_source_or_from_a_settled_question(rulebook_id: str) -> None:
    for key, part in cited_parts(BOOKS[rulebook_id]):
        if part.clause:
            own = part.clause.startswith(SOURCE_OF[rulebook_id])
            assert own or part.clause in AMBIGUITY_IDS, key


@pytest.mark.parametrize("rulebook_id", IDS)
def test_every_reading_of_ours_says_why_it_is_one(rulebook_id: str) -> None:
    unverified = BOOKS[rulebook_id].unverified()
    assert unverified
    assert all(len(value.note) >= 8 for value in unverified)


@pytest.mark.parametrize("rulebook_id", IDS)
def test_unrated_and_needs_review_lie_between_the_best_and_the_worst_grade(rulebook_id: str) -> None:
    book = BOOKS[rulebook_id]
    orders = [grade.order for grade in book.grades]
    assert min(orders) < book.order("UNRATED") < book.order("NEEDS_REVIEW") < max(orders)


@pytest.mark.parametrize("rulebook_id", IDS)
def test_the_classes_follow_the_order_of_the_grades(rulebook_id: str) -> None:
    ordered = [grade.class_name for grade in sorted(BOOKS[rulebook_id].grades, key=lambda g: g.order)]
    runs = [name for position, name in enumerate(ordered) if position == 0 or name != ordered[position - 1]]
    assert len(runs) == len(set(runs))


@pytest.mark.parametrize("rulebook_id", IDS)
def test_a_tier_never_improves_as_grades_get_worse(rulebook_id: str) -> None:
    rank = {"favourable": 0, "neutral": 1, "adverse": 2}
    tiers = [rank[grade.tier] for grade in sorted(BOOKS[rulebook_id].grades, key=lambda g: g.order)]
    assert tiers == sorted(tiers)


@pytest.mark.parametrize(
    "letter, meanings",
    [
        ("A", {"xixia": "诚信守法", "pinglu": "信用优良", "huairen": "优", "hegang": "诚信守法"}),
        ("B", {"xixia": "轻微失信", "pinglu": "一般失信", "huairen": "良", "hegang": "诚信守法"}),
        ("C", {"xixia": "一般失信", "pinglu": "严重失信", "huairen": "中", "hegang": "轻微失信"}),
        ("D", {"xixia": "严重失信", "huairen": "差", "hegang": "一般失信"}),
        ("E", {"hegang": "严重失信"}),
        ("A+", {"xixia": "诚信守法"}),
        ("D-", {"xixia": "严重失信"}),
    ],
)
def test_the_same_letter_means_something_else_in_each_place(letter: str, meanings: dict[str, str]) -> None:
    found = {name: classes(name)[letter] for name in IDS if letter in classes(name)}
    assert found == meanings


@pytest.mark.parametrize(
    "question",
    [f"C-{number:02d}" for number in (1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 15, 16, 20, 21, 23, 24, 26)],
)
def test_a_settled_question_is_marked_where_it_was_settled(question: str) -> None:
    touched = [
        part
        for book in BOOKS.values()
        for _, part in cited_parts(book)
        if question == part.clause or question in part.note
    ]
    assert touched
    assert any(not part.verified for part in touched)


@pytest.mark.clause("S2-02")
def test_names_from_before_the_present_wording_are_mapped_to_it() -> None:
    assert LEGACY_KIND_NAMES["黑名单"] is RecordKind.SERIOUS_LISTING
    assert LEGACY_KIND_NAMES["红名单"] is RecordKind.FAVOURABLE_LISTING


# -- who issued what ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "clause_id, rulebook_id, issuer, issued_on, numbers",
    [
        clause(
            "S0-01",
            "xixia",
            "西峡县社会信用体系建设工作领导小组办公室",
            date(2021, 11, 1),
            {"国办发〔2019〕35号", "豫政办〔2020〕7号"},
        ),
        clause(
            "S1-01",
            "wuzhong",
            "吴忠市社会信用体系建设联席会议办公室",
            date(2022, 9, 1),
            {"国办发〔2019〕35号"},
        ),
        clause("S2-01", "pinglu", "朔州市平鲁区发展和改革局", None, {"国发〔2019〕18号"}),
        clause(
            "S3-01",
            "huairen",
            "怀仁市发展和改革委员会",
            None,
            {"中办发〔2022〕25号", "晋政办发〔2020〕10号", "晋政发〔2022〕16号", "晋发改信用发〔2023〕27号"},
        ),
        clause(
            "S4-01",
            "hegang",
            "鹤岗市社会信用体系建设工作领导小组",
            date(2022, 3, 2),
            {"黑政办规〔2021〕43号", "鹤信用发〔2020〕1号"},
        ),
    ],
)
def test_a_rulebook_says_who_issued_it_when_and_on_what_it_rests(
    clause_id: str, rulebook_id: str, issuer: str, issued_on: date | None, numbers: set[str]
) -> None:
    document = BOOKS[rulebook_id].document
    assert (document.issuer, document.issued_on) == (issuer, issued_on)
    assert numbers <= {basis.number for basis in document.basis}


@pytest.mark.clause("S1-17")
@pytest.mark.clause("S2-01")
@pytest.mark.parametrize("rulebook_id", ["wuzhong", "pinglu"])
def test_a_basis_that_was_replaced_says_by_what(rulebook_id: str) -> None:
    replaced = [basis for basis in BOOKS[rulebook_id].document.basis if basis.status == "replaced"]
    assert replaced
    assert all(basis.replaced_by for basis in replaced)


@pytest.mark.clause("S2-47")
def test_pinglu_names_who_interprets_it() -> None:
    assert BOOKS["pinglu"].document.interpreter == BOOKS["pinglu"].document.issuer


@pytest.mark.clause("S3-02")
def test_huairen_replaces_its_earlier_rules() -> None:
    assert len(BOOKS["huairen"].document.supersedes) == 1


@pytest.mark.clause("S1-35")
def test_only_a_document_that_is_not_internal_may_be_quoted() -> None:
    assert {name for name in IDS if not BOOKS[name].quotable} == {"huairen"}
    assert BOOKS["wuzhong"].document.publicity == "public"
    assert "8号" in BOOKS["wuzhong"].citation("二（三）")


# -- evaluations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "clause_id, rulebook_id, kind, cycle, binding",
    [
        clause("S0-05", "xixia", "public", "annual", "basis"),
        clause("S0-06", "xixia", "public", "annual", "basis"),
        clause("S1-04", "wuzhong", "public", "unstated", "reference"),
        clause("S1-15", "wuzhong", "public", "unstated", "reference"),
        clause("S1-11", "wuzhong", "industry", "unstated", "reference"),
        clause("S3-04", "huairen", "public", "irregular", "basis"),
        clause("S3-11", "huairen", "public", "irregular", "basis"),
        clause("S4-06", "hegang", "public", "annual", "basis"),
        clause("S4-12", "hegang", "market", "unstated", "reference"),
    ],
)
def test_an_evaluation_says_how_often_it_comes_and_how_far_it_binds(
    clause_id: str, rulebook_id: str, kind: str, cycle: str, binding: str
) -> None:
    found = [known for known in BOOKS[rulebook_id].evaluations if known.kind == kind]
    assert [(known.cycle, known.binding) for known in found] == [(cycle, binding)]


@pytest.mark.clause("S0-04")
@pytest.mark.parametrize("rulebook_id", ["xixia", "hegang"])
def test_the_three_kinds_of_evaluation_are_kept_apart(rulebook_id: str) -> None:
    assert [known.kind for known in BOOKS[rulebook_id].evaluations] == ["public", "industry", "market"]


@pytest.mark.parametrize("rulebook_id", IMPORTED)
def test_an_imported_grade_is_never_computed_here(rulebook_id: str) -> None:
    book = BOOKS[rulebook_id]
    assert book.base == "imported"
    assert not book.facts
    assert not book.criteria
    assert "不另行打分" in book.wording.source_line


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


# -- measures: each clause with its grades and its force (C-23) --------------------------------------


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


def firm_texts(part: BaseModel) -> Iterator[str]:
    """Everything of a rulebook that may reach a firm."""
    shown = {"display_name", "public_text", "source_line", "class_name", "name", "executor", "computed_by"}
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name in shown and isinstance(value, str):
            yield value
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel) and name != "document":
                yield from firm_texts(item)


def runs(text: str, length: int) -> set[str]:
    return {text[start : start + length] for start in range(len(text) - length + 1)}


@pytest.mark.clause("S3-03")
@pytest.mark.parametrize(
    "secret", ["怀发改", "46号", "40号", "附件", "实施意见", "参考指南", "不予公开", "第三部分"]
)
def test_nothing_that_names_the_internal_document_reaches_a_firm(secret: str) -> None:
    assert not [text for text in firm_texts(BOOKS["huairen"]) if secret in text]


@pytest.mark.clause("S3-03")
def test_no_text_for_firms_repeats_four_characters_of_the_internal_title_or_number() -> None:
    document = BOOKS["huairen"].document
    secrets = runs(document.title, 4) | runs(document.number, 4)
    for superseded in document.supersedes:
        secrets |= runs(superseded, 4)
    shown = [text for text in firm_texts(BOOKS["huairen"]) if runs(text, 4) & secrets]
    assert shown == []


@pytest.mark.clause("S3-03")
def test_the_internal_document_is_never_the_basis_that_a_measure_shows() -> None:
    book = BOOKS["huairen"]
    assert book.citation("附件1") == ""
    for measure in book.measures:
        assert book.document.number not in measure.basis + measure.statute
        assert book.document.title not in measure.basis + measure.statute


# -- domains -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "clause_id, rulebook_id, names",
    [
        clause(
            "S1-03",
            "wuzhong",
            "生产 流通 金融 税务 价格 工程建设 政府采购 招标投标 交通运输 电子商务 统计 中介服务业 会展广告 "
            "医药卫生和计划生育 社会保障 劳动用工 教育科研 文化体育旅游 知识产权 环境保护和能源节约 社会组织 "
            "互联网应用及服务",
        ),
        clause(
            "S3-05",
            "huairen",
            "住房城乡建设 交通 水利 商务 文化旅游 医疗卫生 生态环境 食品药品 消防安全 价格 统计 电力市场 "
            "安全生产 政府采购 财政性资金使用",
        ),
        clause(
            "S4-13",
            "hegang",
            "工程建设招投标 政府采购 科研 企业环境 建筑 物业服务 道路运输 家政服务 医疗卫生 流通 消费 旅游 知识产权",
        ),
    ],
)
def test_the_domains_of_a_place_are_data(clause_id: str, rulebook_id: str, names: str) -> None:
    domains = BOOKS[rulebook_id].domains
    assert [entry.name for entry in domains] == names.split()
    assert len({entry.code for entry in domains}) == len(domains)


# -- the national frame ------------------------------------------------------------------------------


def test_the_national_classes_name_every_sanction_of_the_penalty_law_once() -> None:
    named = [word for entry in national_frame().severity.classes for word in entry.sanctions]
    assert len(named) == len(set(named))
    law = (
        "警告 通报批评 罚款 没收违法所得 没收非法财物 暂扣许可证件 降低资质等级 吊销许可证件 "
        "限制开展生产经营活动 责令停产停业 责令关闭 限制从业 行政拘留"
    )
    assert set(law.split()) <= set(named)


def test_the_national_classes_rest_on_a_text_not_yet_read_and_say_so() -> None:
    assert not any(entry.verified for entry in national_frame().severity.classes)
    assert [entry.severity for entry in national_frame().severity.classes] == [
        Severity.MINOR,
        Severity.ORDINARY,
        Severity.SERIOUS,
    ]


def test_a_rulebook_without_tables_of_its_own_takes_the_national_ones() -> None:
    for book in BOOKS.values():
        assert book.severity == national_frame().severity
        assert book.publicity_terms == national_frame().publicity_terms


@pytest.mark.clause("S2-45")
@pytest.mark.parametrize(
    "severity, months, usually",
    [
        (Severity.MINOR, (0, 3), False),
        (Severity.ORDINARY, (3, 12), True),
        (Severity.SERIOUS, (12, 36), True),
    ],
)
def test_how_long_a_violation_is_public_depends_on_its_severity(
    severity: Severity, months: tuple[int, int], usually: bool
) -> None:
    term = BOOKS["pinglu"].publicity_term(severity)
    assert term is not None
    assert (term.min_months, term.max_months) == months
    assert term.usually_published is usually
    assert not term.verified


def test_what_is_no_violation_has_no_publicity_term() -> None:
    assert BOOKS["pinglu"].publicity_term(Severity.NONE) is None


def test_a_shortest_term_longer_than_the_longest_is_refused() -> None:
    with pytest.raises(ValueError, match="长于最长"):
        PublicityTerm(
            severity="一般", min_months=13, max_months=12, usually_published=True, public_text="…", law="…"
        )
