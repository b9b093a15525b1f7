"""`xinshi rulebook check`: what is refused, and how it says so."""

from __future__ import annotations

import pytest

from domain.errors import Misconfigured, Refused
from domain.model.subject import SubjectKind
from domain.rules.clause_ids import AMBIGUITY_IDS, CLAUSE_IDS
from domain.rules.rulebook import check_rulebook, cited_parts, parse_national, parse_rulebook
from storage.rulebook_files import load_rulebook, national_frame
from tests.domain.units import toml, variant

ALL = ("hegang", "huairen", "pinglu", "wuzhong", "xixia")


def faults(name: str, *changes: tuple[str, str]) -> list[str]:
    text = toml(name, *changes)
    return [str(problem) for problem in check_rulebook(text, f"{name}.toml", national=national_frame())]


def only_fault(name: str, *changes: tuple[str, str]) -> str:
    (fault,) = faults(name, *changes)
    return fault


def test_there_are_227_clauses_and_26_ambiguities() -> None:
    assert len(CLAUSE_IDS) == 227
    assert len(AMBIGUITY_IDS) == 26


@pytest.mark.parametrize("name", ALL)
def test_the_shipped_rulebooks_are_sound(name: str) -> None:
    assert faults(name) == []


@pytest.mark.clause("S2-01")
@pytest.mark.parametrize("name", ALL)
def test_what_rests_on_a_reading_is_listed_with_its_reason(name: str) -> None:
    book = load_rulebook(name)
    listed = book.unverified()
    assert listed
    assert len(listed) == sum(not part.verified for _, part in cited_parts(book))
    assert all(entry.note and entry.source and entry.key for entry in listed)


def test_a_typo_in_a_key_is_named_with_the_key_that_was_meant() -> None:
    found = faults("pinglu", ("tier = ", "teir = "))
    assert any("grades[1].teir：没有这个键，是不是“tier”；可用：" in fault for fault in found)


def test_a_typo_in_an_inner_table_is_found_too() -> None:
    found = faults("pinglu", ("while_valid = true", "while_vaild = true"))
    assert found
    assert all("是不是“while_valid”" in fault for fault in found)


def test_a_wrong_choice_is_answered_with_what_is_allowed() -> None:
    found = only_fault("pinglu", ('publicity = "unstated"', 'publicity = "secret"'))
    assert found == "document.publicity：“secret”不可用；可用：public、unstated、internal"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (("active = false", 'active = "否"'), "值 '否' 不对，须是 true 或 false"),
        (("window_months = 12", 'window_months = "一年"'), "值 '一年' 不对，须是整数，不加引号"),
        (("window_months = 12", "window_months = 0"), "值 0 不对，须不小于 1"),
        (("effective_to = 2021-08-31", 'effective_to = "去年"'), "须是日期，如 2026-11-20，不加引号"),
        (('grades = ["A"]', 'grades = "A"'), "值 'A' 不对，须是方括号里的列表"),
        (("[precedence]", "[[precedence]]"), "须是一个表"),
    ],
)
def test_a_value_of_the_wrong_kind_is_answered_with_the_right_one(change: tuple[str, str], text: str) -> None:
    assert any(text in fault for fault in faults("pinglu", change))


def test_a_missing_key_is_named() -> None:
    assert (
        only_fault("pinglu", ('display_name = "平鲁区发改局信用分级分类监管"\n', ""))
        == "display_name：缺少这一项"
    )


def test_an_unknown_clause_is_refused() -> None:
    assert "没有编号为“S2-48”的条款" in only_fault("pinglu", ('clause = "S2-36"', 'clause = "S2-48"'))


def test_a_value_without_a_source_is_refused() -> None:
    assert "缺少出处" in only_fault("pinglu", ('clause = "S2-36"\n', ""))


def test_a_reading_without_a_reason_is_refused() -> None:
    found = only_fault("pinglu", ('note = "只限依法已经公开的信息；依据条文请信用办核对"\n', ""))
    assert "用 note 说明理由" in found


@pytest.mark.clause("S3-32")
def test_a_measure_without_executor_or_basis_is_refused() -> None:
    assert "executor：不能为空" in only_fault(
        "pinglu", ('executor = "有法定禁入权限的行政机关"', 'executor = ""')
    )
    assert "basis：缺少这一项" in only_fault(
        "pinglu", ('basis = "平发改发〔2021〕121号第十三条（一）4"\n', "")
    )


@pytest.mark.clause("S2-30")
@pytest.mark.clause("S2-31")
@pytest.mark.clause("S0-36")
@pytest.mark.clause("C-20")
def test_a_measure_that_restricts_cannot_be_in_use_without_a_statute() -> None:
    found = faults("pinglu", ("active = false\n", ""))
    assert len(found) == 4
    assert all("没有法律或清单依据" in fault for fault in found)
    book = load_rulebook("pinglu")
    in_use = {measure.clause for measure in book.measures_for("C", SubjectKind.LEGAL_PERSON)}
    assert in_use.isdisjoint({"S2-30", "S2-31", "S2-34"})


@pytest.mark.clause("S3-31")
def test_a_grade_without_measures_is_refused() -> None:
    found = only_fault("pinglu", ('grades = ["A"]', 'grades = ["B"]'))
    assert found == "grades[A]：没有任何在用的监管措施；请在 [[measures]] 中补充"


def test_a_grade_without_a_class_is_refused() -> None:
    assert "class_name：不能为空" in faults("pinglu", ('class_name = "信用优良"', 'class_name = ""'))[0]


def test_grades_and_outcomes_stand_in_one_order() -> None:
    assert "order = 3 用了不止一次" in only_fault("pinglu", ("order = 4", "order = 3"))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (("leads_to = \"C\"", "leads_to = \"D\""), "leads_to“D”不可用；可用：A、B、C、NEEDS_REVIEW"),
        (("\"违诺次数 >= 3\"", "\"违约次数 >= 3\""), "没有事实“违约次数”"),
        (("\"违诺次数 >= 3\"", "\"违诺次数 至少 3\""), "读不懂条件“违诺次数 至少 3”"),
        (('rating_set = "低下"', 'rating_set = "很差"'), "没有“很差”；可用：低下、良好"),
        (('order = ["C", "NEEDS_REVIEW", "B", "A"]', 'order = ["C", "B", "A"]'), "缺少“NEEDS_REVIEW”"),
        (('base = "criteria"', 'base = "imported"'), "必须写明 kind"),
        (('severity_at_least = "严重"', 'severity_at_least = "特别严重"'), "“特别严重”不是严重程度"),
        (('id = "R4"', 'id = "R3"'), "条件编号“R3”写了不止一次"),
    ],
)  # fmt: skip
def test_references_must_lead_somewhere(change: tuple[str, str], text: str) -> None:
    found = faults("pinglu", change) if change[0] != 'base = "criteria"' else faults(
        "pinglu", change, ('kind = "public"', 'kind = "market"')
    )  # fmt: skip
    assert any(text in fault for fault in found), found


def test_a_fact_that_no_criterion_reads_is_refused() -> None:
    found = only_fault("pinglu", ('"仍在严重失信名单 >= 1"', '"严重失信认定 >= 1"'))
    assert found == "facts[仍在严重失信名单]：没有任何条件用到它"


@pytest.mark.clause("S3-37")
@pytest.mark.parametrize(
    ("change", "text"),
    [
        (("upper = 65\n", "upper = 64\n"), "之间有空档"),
        (("upper = 65\n", "upper = 66\n"), "重叠"),
        (("lower = 65\nupper = 85\nlower_inclusive = false", "lower = 65\nupper = 85\nlower_inclusive = true"), "重叠"),
        (("upper = 65\nlower_inclusive = false\nupper_inclusive = true",
          "upper = 65\nlower_inclusive = false\nupper_inclusive = false"), "之间有空档"),
        (("highest = 100", "highest = 120"), "没有到 120（含）为止"),
        (("lowest = 0", "lowest = -1"), "没有从 -1（含）开始"),
        (("lower = 85\nupper = 100", "lower = 85\nupper = 80"), "是空的"),
    ],
)  # fmt: skip
def test_bands_leave_no_gap_and_do_not_overlap(change: tuple[str, str], text: str) -> None:
    assert any(text in fault for fault in faults("huairen", change))


@pytest.mark.clause("C-16")
def test_a_finer_grade_stays_within_its_own_class() -> None:
    sub = '[[schemes.sub_bands]]\ngrade = "B+"\nlower = 0\nupper = 100\nlower_inclusive = true\n'
    sub += 'upper_inclusive = true\nclause = "C-16"\n\n[schemes.serious_list]'
    assert "不在同类等级的分数段之内" in only_fault("huairen", ("[schemes.serious_list]", sub))


@pytest.mark.clause("S4-10")
@pytest.mark.clause("C-10")
@pytest.mark.parametrize(
    ("weights", "floor", "expected"),
    [
        (("0.4", "0.15", "40", "15"), "both", ()),
        (("0.1", "0.3", "40", "15"), "both", ("权重 0.1 低于平均值 1/6",)),
        (("0.1", "0.3", "40", "15"), "points", ()),
        (("0.4", "0.15", "10", "15"), "both", ("分值 10 低于平均值 70/6",)),
        (("0.4", "0.15", "10", "15"), "weight", ()),
        (("0.1", "0.3", "10", "15"), "both", ("权重 0.1 低于平均值 1/6", "分值 10 低于平均值 70/6")),
    ],
)
def test_the_public_indicator_weighs_at_least_the_average(
    weights: tuple[str, str, str, str], floor: str, expected: tuple[str, ...]
) -> None:
    public, other, points, _ = weights
    text = toml("hegang", ("weight = 0.4\npoints = 40", f"weight = {public}\npoints = {points}"))
    text = text.replace('floor = "both"', f'floor = "{floor}"').replace(
        "weight = 0.15", f"weight = {other}", 2
    )
    problems = [str(p) for p in check_rulebook(text, "hegang.toml", national=national_frame())]
    told = [problem for problem in problems if "平均值" in problem]
    assert len(told) == len(expected)
    assert all(text in problem for text, problem in zip(expected, told, strict=True))


@pytest.mark.clause("S4-09")
def test_weights_add_up_to_one_and_one_indicator_is_public() -> None:
    assert "权重之和是" in only_fault("hegang", ("weight = 0.4\n", "weight = 0.5\n"))
    assert any("恰有一个" in fault for fault in faults("hegang", ("is_public = true\n", "")))


@pytest.mark.clause("S3-03")
@pytest.mark.clause("C-24")
def test_a_document_that_is_not_public_may_not_be_named_to_firms() -> None:
    found = faults("huairen", ('source_line = "', 'source_line = "依据怀发改发〔2024〕46号，'))
    assert found == ["wording.source_line：文件不公开，给企业看的文字里不能出现“怀发改发〔2024〕46号”"]


def test_text_that_is_no_toml_is_one_clear_line() -> None:
    (problem,) = check_rulebook("id = ", "mine.toml")
    assert str(problem).startswith("规则文件 mine.toml 不是有效的 TOML")
    with pytest.raises(Misconfigured, match=r"mine\.toml"):
        parse_rulebook("id = ", where="mine.toml")


def test_a_wrong_file_stops_with_every_fault_in_one_line() -> None:
    text = toml("pinglu", ('clause = "S2-36"', 'clause = "S2-99"'), ("order = 4", "order = 3"))
    with pytest.raises(Misconfigured) as refusal:
        parse_rulebook(text, where="pinglu.toml", national=national_frame())
    assert str(refusal.value).startswith("规则文件 pinglu.toml 有 1 处错误：measures[17].clause")
    assert "\n" not in str(refusal.value)
    with pytest.raises(Misconfigured, match="severity"):
        parse_national('id = "national"\nversion = "1"\ndisplay_name = "国家规定"', where="national.toml")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("Ａ＋", "A+"),
        ("A +", "A+"),
        ("A级", "A"),
        ("c-", "C-"),
        ("Ｄ－", "D-"),
        ("C—", "C-"),
        (" b \u3000", "B"),
    ],
)
def test_grades_are_read_as_files_write_them(raw: str, code: str) -> None:
    assert load_rulebook("xixia").canonical_grade(raw) == code


@pytest.mark.parametrize("raw", ["—", "", "A++", "E", "AA", "B/C"])
def test_an_unknown_grade_is_an_error_and_never_b(raw: str) -> None:
    with pytest.raises(Refused, match=r"A\+、A、B、C、C-、D、D-"):
        load_rulebook("xixia").canonical_grade(raw)


@pytest.mark.clause("S2-47")
def test_a_public_citation_names_document_number_and_article() -> None:
    text = load_rulebook("pinglu").citation("第七条")
    assert text == "《朔州市平鲁区发展和改革局信用分级分类监管制度（试行）》（平发改发〔2021〕121号）第七条"


@pytest.mark.clause("S2-20")
@pytest.mark.clause("S2-21")
@pytest.mark.clause("S2-22")
@pytest.mark.clause("S2-23")
@pytest.mark.clause("S2-24")
@pytest.mark.clause("S2-25")
@pytest.mark.clause("S2-26")
@pytest.mark.clause("S2-28")
@pytest.mark.clause("S2-29")
@pytest.mark.clause("S2-32")
@pytest.mark.clause("S2-33")
@pytest.mark.clause("S2-35")
@pytest.mark.clause("S2-36")
@pytest.mark.clause("C-23")
def test_pinglus_measures_stand_with_their_grade_and_their_force() -> None:
    book = load_rulebook("pinglu")
    told = {
        code: {(m.clause, m.modality) for m in book.measures_for(code, SubjectKind.LEGAL_PERSON)}
        for code in "ABC"
    }
    assert told == {
        "A": {
            ("S2-20", "discretionary"),
            ("S2-21", "must"),
            ("S2-22", "may"),
            ("S2-23", "must"),
            ("S2-24", "discretionary"),
        },
        "B": {("S2-25", "must"), ("S2-26", "must"), ("S2-35", "must")},
        "C": {
            ("S2-28", "must"),
            ("S2-29", "must"),
            ("S2-32", "must"),
            ("S2-33", "discretionary"),
            ("S2-36", "must"),
        },
    }


@pytest.mark.clause("S2-03")
@pytest.mark.clause("S2-32")
def test_publication_by_credit_code_does_not_reach_natural_persons() -> None:
    book = load_rulebook("pinglu")
    clauses = {measure.clause for measure in book.measures_for("C", SubjectKind.NATURAL_PERSON)}
    assert clauses == {"S2-28", "S2-29", "S2-36"}


def test_no_measures_follow_from_an_outcome_that_is_no_grade() -> None:
    assert load_rulebook("pinglu").measures_for("NEEDS_REVIEW", SubjectKind.LEGAL_PERSON) == ()


def test_a_variant_keeps_the_national_table_where_it_has_none() -> None:
    assert variant("pinglu").severity == national_frame().severity
