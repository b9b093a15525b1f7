"""The shipped rulebooks: complete, cited, issued by somebody, with their domains and the national frame."""

from __future__ import annotations

from datetime import date

import pytest

from domain.model.record import LEGACY_KIND_NAMES, RecordKind, Severity
from domain.model.subject import SubjectKind
from domain.rules.clause_ids import AMBIGUITY_IDS
from domain.rules.rulebook import cited_parts
from domain.rules.rulebook_parts import PublicityTerm
from storage.rulebook_files import check_rulebook_file, national_frame, shipped_rulebooks
from tests.domain.shipped import BOOKS, IDS, IMPORTED, SOURCE_OF, classes, clause
from tests.domain.units import TODAY

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
        assert measure.public_text.rstrip("。") == measure.public_text != ""
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
    term = BOOKS["pinglu"].publicity_term(severity, TODAY)
    assert term is not None
    assert (term.min_months, term.max_months) == months
    assert term.usually_published is usually
    assert not term.verified


def test_what_is_no_violation_has_no_publicity_term() -> None:
    assert BOOKS["pinglu"].publicity_term(Severity.NONE, TODAY) is None


def test_a_shortest_term_longer_than_the_longest_is_refused() -> None:
    with pytest.raises(ValueError, match="长于最长"):
        PublicityTerm(
            severity="一般", min_months=13, max_months=12, usually_published=True, public_text="…", law="…"
        )
