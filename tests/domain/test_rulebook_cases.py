"""The case sections of rulebooks: what the five say, what the national frame adds, what is refused."""

from __future__ import annotations

import pytest

from domain.errors import Misconfigured, Refused
from domain.model.subject import Subject, SubjectKind
from domain.rules.commitment_letters import blocked, consequences, letter, prior_notices
from domain.rules.rulebook import Rulebook, check_rulebook, parse_rulebook
from storage.rulebook_files import national_frame
from tests.domain.shipped import BOOKS, IDS
from tests.domain.units import TODAY, toml

FIRM = Subject(1, SubjectKind.LEGAL_PERSON, "示例甲公司", "91350100M000100Y43")


def faults(name: str, *changes: tuple[str, str]) -> str:
    text = toml(name, *changes)
    return "；".join(str(p) for p in check_rulebook(text, f"{name}.toml", national=national_frame()))


def written(book: Rulebook, kind: str, subject: Subject = FIRM) -> str:
    found = book.commitments.kind(kind)
    assert found is not None
    return letter(book, found, subject, item="食品经营许可", department="示例局", on=TODAY).text


# -- doors -------------------------------------------------------------------------------------------


@pytest.mark.clause("S0-39")
def test_xixia_has_three_doors() -> None:
    doors = BOOKS["xixia"].objection.doors
    assert [(door.name, door.owner) for door in doors] == [
        ("评价单位", "evaluator"),
        ("县发改委", "credit_office"),
        ("行业监管部门", "regulator"),
    ]


@pytest.mark.clause("S4-33")
def test_hegangs_objections_go_to_the_site_of_the_province() -> None:
    assert BOOKS["hegang"].objection.decided_outside
    (door,) = BOOKS["hegang"].objection.doors
    assert (door.owner, door.url) == ("outside", "https://credit.hlj.gov.cn")
    assert not any(BOOKS[name].objection.decided_outside for name in IDS if name != "hegang")


@pytest.mark.clause("S0-42")
@pytest.mark.clause("S4-38")
def test_only_xixia_decides_repairs_itself() -> None:
    assert [name for name in IDS if BOOKS[name].repair.decided_here] == ["xixia"]
    assert BOOKS["xixia"].repair.doors[0].owner == "authority"
    assert {door.owner for door in BOOKS["hegang"].repair.doors} == {"outside", "credit_office", "authority"}


@pytest.mark.parametrize("name", IDS)
def test_every_refusal_can_name_its_remedy(name: str) -> None:
    (remedy,) = BOOKS[name].remedies
    assert (remedy.name, remedy.within_days, remedy.law) == ("行政复议", 60, "行政复议法第二十条")


@pytest.mark.clause("S3-47")
@pytest.mark.parametrize("name", IDS)
def test_a_review_is_once_and_by_another_person(name: str) -> None:
    review = BOOKS[name].review
    assert (review.available, review.times, review.by_another) == (True, 1, True)


@pytest.mark.clause("S4-39")
@pytest.mark.clause("S4-40")
@pytest.mark.parametrize("name", IDS)
def test_a_repair_has_all_its_effects(name: str) -> None:
    effects = {effect.id for effect in BOOKS[name].repair.effects}
    assert effects >= {"stop_publicity", "mark_repaired", "leave_evaluation", "reevaluate", "end_measures"}
    assert ("adjust_measures" in effects) is (name == "hegang")


@pytest.mark.clause("S2-46")
def test_pinglu_changes_its_records_after_revocation_and_repair() -> None:
    cited = {
        (effect.id, effect.clause)
        for section in (BOOKS["pinglu"].objection, BOOKS["pinglu"].repair)
        for effect in section.effects
    }
    assert {("correct_record", "S2-46"), ("mark_repaired", "S2-46")} <= cited


@pytest.mark.clause("S4-35")
@pytest.mark.clause("S4-36")
@pytest.mark.clause("S4-37")
@pytest.mark.clause("S0-41")
def test_what_follows_an_objection_that_is_upheld() -> None:
    def cited(name: str) -> dict[str, str]:
        return {effect.id: effect.clause for effect in BOOKS[name].objection.effects}

    assert cited("hegang")["reevaluate"] == "S4-35"
    assert cited("hegang")["end_measures"] == "S4-36"
    assert cited("hegang")["ask_source"] == "S4-37"
    assert cited("xixia")["report_upper"] == "S0-41"


# -- the national frame --------------------------------------------------------------------------------


def test_a_section_takes_what_it_leaves_out_from_the_frame_and_keeps_its_own_source() -> None:
    pinglu, frame = BOOKS["pinglu"].objection, national_frame().objection
    assert pinglu.annotation == frame.annotation
    assert pinglu.clause == "S2-46"
    assert pinglu.law == ""
    assert BOOKS["wuzhong"].repair == national_frame().repair


def test_a_rulebook_without_sections_and_without_a_frame_says_what_is_missing() -> None:
    found = [str(p) for p in check_rulebook(toml("wuzhong"), "wuzhong.toml")]
    assert "objection.annotation：缺少这一项" in found


def test_asking_for_a_section_that_nobody_wrote_names_it() -> None:
    book = BOOKS["xixia"].model_copy(update={"repair_part": None})
    with pytest.raises(Misconfigured, match=r"缺少 \[repair\]"):
        _ = book.repair


# -- commitments ----------------------------------------------------------------------------------------


@pytest.mark.clause("S4-15")
@pytest.mark.clause("S4-16")
def test_hegang_knows_five_kinds_for_approvals_and_three_others() -> None:
    kinds = BOOKS["hegang"].commitments.kinds
    assert [kind.name for kind in kinds if kind.approval] == [
        "容缺式受理", "告知承诺制", "承诺即开工", "办照即经营", "承诺即换证",
    ]  # fmt: skip
    assert [kind.name for kind in kinds if not kind.approval] == [
        "行业自律信用承诺", "信用修复承诺", "市场主体自愿承诺",
    ]  # fmt: skip


@pytest.mark.clause("S4-16")
def test_a_kind_is_found_by_id_name_and_national_alias() -> None:
    commitments = BOOKS["hegang"].commitments
    words = ("repair", "信用修复承诺", "信用修复型")
    assert {kind.id for word in words if (kind := commitments.kind(word))} == {"repair"}
    assert commitments.kind("别的") is None


@pytest.mark.parametrize("name", IDS)
def test_every_place_has_a_commitment_for_repairs(name: str) -> None:
    kind = BOOKS[name].commitments.kind("repair")
    assert kind is not None
    assert kind.national == "信用修复型"


@pytest.mark.clause("S4-17")
@pytest.mark.clause("S3-28")
@pytest.mark.parametrize("name", IDS)
def test_a_letter_names_firm_code_matter_and_all_its_points(name: str) -> None:
    text = written(BOOKS[name], "repair")
    for part in ("示例甲公司", "91350100M000100Y43", "食品经营许可", "示例局", "2026年11月20日", "7. "):
        assert part in text
    assert "{" not in text


@pytest.mark.clause("S3-28")
def test_without_a_credit_code_there_is_no_letter() -> None:
    with pytest.raises(Refused, match="统一社会信用代码"):
        written(BOOKS["huairen"], "repair", Subject(1, SubjectKind.SOLE_TRADER, "示例小店"))


def test_a_letter_is_known_by_its_text() -> None:
    book = BOOKS["hegang"]
    kind = book.commitments.kind("notice")
    assert kind is not None
    one = letter(book, kind, FIRM, item="甲", department="示例局", on=TODAY)
    other = letter(book, kind, FIRM, item="乙", department="示例局", on=TODAY)
    assert one.version == other.version == "general-2026.1"
    assert one.sha256 != other.sha256


@pytest.mark.clause("S3-29")
@pytest.mark.parametrize("name", IDS)
def test_three_notices_are_shown_with_the_grades_and_measures_of_the_place(name: str) -> None:
    book = BOOKS[name]
    notices = {notice.id: notice.text for notice in prior_notices(book, SubjectKind.LEGAL_PERSON)}
    assert set(notices) == {"data", "grades", "measures"}
    for grade in book.grades:
        assert grade.public_text in notices["grades"]
        assert f"{grade.code}（{grade.class_name}）" in notices["measures"]


@pytest.mark.clause("S3-30")
def test_huairen_asks_for_each_platform_apart() -> None:
    consents = BOOKS["huairen"].commitments.consents
    assert [consent.platform[:2] for consent in consents] == ["怀仁", "朔州", "山西"]
    assert not any(consent.required for consent in consents)


@pytest.mark.clause("S4-27")
def test_the_worst_grade_of_hegang_is_closed_to_approvals_only() -> None:
    book = BOOKS["hegang"]
    for kind in book.commitments.kinds:
        assert (blocked(book, kind, "E") is not None) is kind.approval
        assert blocked(book, kind, "D") is None
        assert blocked(book, kind, None) is None


@pytest.mark.clause("S0-29")
@pytest.mark.clause("S0-32")
def test_xixia_closes_approvals_from_the_class_of_ordinary_misconduct_on() -> None:
    book = BOOKS["xixia"]
    kind = book.commitments.kind("deferred")
    assert kind is not None
    closed = {grade.code for grade in book.grades if blocked(book, kind, grade.code)}
    assert closed == {"C", "C-", "D", "D-"}


@pytest.mark.clause("S4-18")
@pytest.mark.parametrize("name", IDS)
def test_consequences_are_there_to_be_read_first(name: str) -> None:
    assert "信用" in consequences(BOOKS[name])


@pytest.mark.parametrize("name", IDS)
def test_the_region_is_six_digits_of_the_place(name: str) -> None:
    prefixes = {"xixia": "41", "wuzhong": "64", "pinglu": "14", "huairen": "14", "hegang": "23"}
    assert BOOKS[name].region.startswith(prefixes[name])


# -- what is refused --------------------------------------------------------------------------------------

_OWN = 'asks = "own"\n'


@pytest.mark.parametrize(
    "name, change, says",
    [
        ("xixia", (_OWN, ""), "须成对填写"),
        ("xixia", ("working_days = 7\nasks", "working_days = 2\nasks"), "短于不须核实的 3 个工作日"),
        ("xixia", ('starts = "request"\n', ""), 'step = "provide" 与 starts = "request" 须同时使用'),
        ("xixia", ('name = "县方案时限"', 'name = "提供单位答复时限"'), "时限“提供单位答复时限”写了不止一次"),
        ("pinglu", ("working_days = 7", "working_days = 0"), "值 0 不对，须不小于 1"),
        ("pinglu", ('owner = "credit_office"', 'owner = "法规处"'), "“法规处”不可用"),
        ("pinglu", ('clock_start = "submission"', 'clock_start = "filing"'), "“filing”不可用"),
        ("hegang", ('url = "https://credit.hlj.gov.cn"\n', ""), "外部窗口须填写以 https:// 开头的网址"),
        ("xixia", ('decided_by = "local"', 'decided_by = "信用中国"'), "须有 owner = \"outside\" 的窗口"),
        ("hegang", ('id = "mark_repaired"', 'id = "correct_record"'), "还缺：mark_repaired"),
        ("hegang", ('grades = ["E"]\nkinds', 'grades = ["F"]\nkinds'), "没有“F”；可用：A、B、C、D、E"),
        ("hegang", ('kinds = ["deferred", ', 'kinds = ["rongque", '), "没有“rongque”"),
        ("hegang", ('aliases = ["容缺受理"]', 'aliases = ["告知承诺"]'), "“告知承诺”写了不止一次"),
        ("huairen", ("统一社会信用代码：{uscc}\n", ""), "承诺书必须有 {uscc}（S3-28）"),
        ("huairen", ("{department}", "{bureau}"), "没有 {bureau}；可用：{name} {uscc}"),
        ("huairen", ("{department}", "{department"), "花括号不成对"),
        ("huairen", ('id = "grades"\nname', 'id = "data"\nname'), "签署前的三项告知缺少：grades（S3-29）"),
        ("huairen", ('id = "city"', 'id = "county"'), "同意“county”写了不止一次"),
        ("huairen", ("[review]\n", "[review]\nby_another = false\n"), "复核须由作出决定以外的人办理"),
        ("xixia", ('region = "411323"', 'region = "西峡"'), "须符合"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_the_key_and_what_is_allowed(
    name: str, change: tuple[str, str], says: str
) -> None:
    assert says in faults(name, change)


def test_two_terms_for_one_severity_may_not_hold_on_the_same_day() -> None:
    term = """
[[publicity_terms]]
severity = "一般"
min_months = 3
max_months = 12
usually_published = true
public_text = "期限"
law = "某办法"
valid_from = 2026-04-01
"""
    text = toml("xixia") + term + term.replace("valid_from = 2026-04-01", "valid_to = 2026-04-01")
    (fault,) = check_rulebook(text, "xixia.toml", national=national_frame())
    assert "在时间上重叠：2026-04-01至…与…至2026-04-01" in str(fault)
    later = toml("xixia") + term + term.replace("valid_from = 2026-04-01", "valid_to = 2026-03-31")
    assert check_rulebook(later, "xixia.toml", national=national_frame()) == []
    with pytest.raises(Misconfigured, match="施行日 2026-04-01 晚于失效日"):
        parse_rulebook(toml("xixia") + term + "valid_to = 2026-03-31\n", where="xixia.toml")


def test_an_internal_document_is_not_named_in_a_letter() -> None:
    found = faults("huairen", ("承诺人已知晓", "根据怀发改发〔2024〕46号，承诺人已知晓"))
    assert "给企业看的文字里不能出现“怀发改发〔2024〕46号”" in found


def test_a_kind_may_have_a_letter_of_its_own() -> None:
    own = """
[[commitments.templates]]
id = "own"
version = "1"
name = "修复承诺书"
kinds = ["repair"]
body = "{name} {uscc} {item} {letter}"
law = "某办法"
"""
    commitments = parse_rulebook(
        toml("huairen") + own, where="huairen.toml", national=national_frame()
    ).commitments
    assert commitments.template_for("repair").name == "修复承诺书"
    assert commitments.template_for("proof").name == "信用承诺书"
