"""查等级, 为什么, 怎么提升: right, explained, and never a bare letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from domain.model.record import RecordKind, RecordState
from domain.model.subject import Subject, SubjectKind
from tests.handlers.conftest import Town

TownOf = Callable[[str], Town]
#: each shipped rulebook with a grade that its import may bring
IMPORTED = (("xixia", "C-"), ("wuzhong", "良"), ("huairen", "B+"), ("hegang", "D"))


def warned_twice(town: Town) -> Subject:
    firm = town.firm()
    town.warned(firm, date(2026, 9, 1), 2)
    town.approved(firm)
    return firm


@pytest.mark.clause("S2-09")
def test_a_grade_reply_names_firm_rulebook_class_date_and_source_and_how_to_see_why(town: Town) -> None:
    answer = town.bound(warned_twice(town)).says("查等级")
    assert "平鲁晋北商贸有限公司" in answer
    assert "B（一般失信）" in answer
    assert town.rulebook.display_name in answer
    assert "评定日期：2026年11月20日" in answer
    assert "来源：" in answer
    assert "“为什么”" in answer


@pytest.mark.clause("S0-10")
@pytest.mark.clause("S3-07")
@pytest.mark.clause("S4-04")
@pytest.mark.parametrize(("rulebook", "grade"), IMPORTED)
def test_no_place_ever_shows_a_bare_letter(town_of: TownOf, rulebook: str, grade: str) -> None:
    town = town_of(rulebook)
    firm = town.firm("某某商贸有限公司")
    town.base_grade(firm, grade)
    talk = town.bound(firm)
    for word in ("查等级", "为什么", "怎么提升", "监管措施"):
        answer = talk.says(word)
        assert f"{grade}（{town.rulebook.class_name(grade)}）" in answer
        assert "市信用信息平台" in answer or word in ("怎么提升", "监管措施")


@pytest.mark.clause("S0-05")
def test_an_imported_grade_says_whose_it_is_of_when_and_since_when_it_counts_here(town_of: TownOf) -> None:
    town = town_of("xixia")
    firm = town.firm()
    town.base_grade(firm, "B", on=date(2026, 6, 30))
    answer = town.bound(firm).says("查等级")
    assert "来源：市信用信息平台，2026年6月30日评价" in answer
    assert "本地采用日期：2026年11月20日" in answer
    assert "评定日期" not in answer


@pytest.mark.clause("S0-08")
def test_where_no_result_was_imported_nothing_is_said_to_be_adopted(
    town_of: Callable[[str], Town],
) -> None:
    town = town_of("wuzhong")
    answer = town.bound(town.firm()).says("查等级")
    assert "本地采用日期" not in answer
    assert "截至日期：2026年11月20日" in answer


def test_the_disclaimer_stands_on_every_grade_reply_where_the_rules_ask_for_one(town_of: TownOf) -> None:
    town = town_of("xixia")
    firm = town.firm()
    town.base_grade(firm, "A+")
    assert town.rulebook.wording.disclaimer
    assert town.rulebook.wording.disclaimer in town.bound(firm).says("查等级")


def test_no_disclaimer_where_the_rules_ask_for_none(town: Town) -> None:
    assert town.rulebook.wording.disclaimer == ""
    assert town.bound(warned_twice(town)).says("查等级").count("\n") == 6


@pytest.mark.clause("C-11")
def test_no_record_at_all_is_explained_as_no_bad_sign(town: Town) -> None:
    talk = town.bound(town.firm())
    answer = talk.says("查等级")
    assert "信用等级：暂无等级" in answer
    assert "不是不良评价" in answer
    assert "暂无等级" in talk.says("为什么")


@pytest.mark.clause("C-11")
def test_who_left_the_list_this_year_is_not_told_that_nothing_was_on_record(town: Town) -> None:
    firm = town.firm()
    town.record(firm, RecordKind.SERIOUS_LISTING, date(2026, 1, 10), valid_until=date(2026, 6, 30))
    town.approved(firm)
    talk = town.bound(firm)
    said = talk.says("查等级")
    assert "暂无等级" in said
    assert "没有计入评价的失信记录" in said
    assert "已经移出名单" in said


@pytest.mark.clause("C-11")
def test_what_the_rules_leave_open_goes_to_a_person_and_says_to_whom(town: Town) -> None:
    firm = town.firm()
    town.warned(firm, date(2026, 9, 1), 3)
    town.approved(firm)
    answer = town.bound(firm).says("查等级")
    assert "待人工核定" in answer
    assert town.office.short_name in answer
    assert town.office.phone in answer


def test_an_adverse_first_grade_is_not_shown_before_a_person_approved_it(town: Town) -> None:
    firm = town.firm()
    town.warned(firm, date(2026, 9, 1), 2)
    talk = town.bound(firm)
    for word in ("查等级", "为什么", "怎么提升", "监管措施"):
        answer = talk.says(word)
        assert "由工作人员核定" in answer.replace("要由", "由")
        assert "B（" not in answer
    assert town.uow.assessments.proposal(firm.id) is not None
    town.approved(firm)
    assert "B（一般失信）" in talk.says("查等级")


def test_a_worse_outcome_that_waits_is_announced_but_not_shown(town: Town) -> None:
    firm = town.firm()
    town.record(firm, RecordKind.AWARD, date(2025, 12, 1), issuer_kind="行政机关")
    talk = town.bound(firm)
    assert "A（信用优良）" in talk.says("查等级")
    town.clock.advance(days=20)
    answer = talk.says("查等级")
    assert "A（信用优良）" in answer
    assert "另有一项评价结果正由工作人员核定" in answer
    town.approved(firm)
    assert "暂无等级" in talk.says("查等级")


def test_a_better_outcome_comes_into_force_by_itself_when_its_day_comes(town: Town) -> None:
    firm = warned_twice(town)
    talk = town.bound(firm)
    assert "B（一般失信）" in talk.says("查等级")
    town.clock.advance(days=400)
    assert "暂无等级" in talk.says("查等级")


def test_asking_many_times_proposes_once(town: Town) -> None:
    firm = town.firm()
    town.warned(firm, date(2026, 9, 1), 2)
    talk = town.bound(firm)
    for _ in range(4):
        talk.says("查等级")
    rows = town.uow.connection.exec_driver_sql("SELECT status FROM assessments").scalars().all()
    assert rows == ["proposed"]


@pytest.mark.clause("S2-13")
@pytest.mark.clause("S2-14")
def test_why_goes_clause_by_clause_and_record_by_record(town: Town) -> None:
    firm = town.firm()
    town.warned(firm, date(2026, 9, 1), 1)
    town.fined(firm, date(2026, 3, 1), 20_000)
    town.approved(firm)
    why = town.bound(firm).says("为什么")
    assert "平发改发〔2021〕121号" in why
    assert "1. 依据第八条（二）1" in why
    assert "2. 依据第八条（二）2" in why
    assert "3." not in why
    assert "· 2026年9月1日" in why
    assert why.count("2026年3月1日") == 1
    assert "罚款合计（元）：20000" in why
    assert "结论：" in why
    assert "一年内违反许可承诺书次数：0" in why


@pytest.mark.clause("C-12")
def test_why_tells_the_order_of_precedence_where_several_grades_match(town: Town) -> None:
    firm = town.firm()
    town.warned(firm, date(2026, 9, 1), 1)
    town.record(firm, RecordKind.AWARD, date(2026, 5, 1), issuer_kind="行政机关")
    town.approved(firm)
    why = town.bound(firm).says("为什么")
    assert "B（一般失信）" in why
    assert "从重到轻" in why


def test_why_names_a_few_records_and_says_how_many_more(town: Town) -> None:
    firm = town.firm()
    for month in range(1, 10):
        town.warned(firm, date(2026, month, 3))
    town.approved(firm)
    why = town.bound(firm).says("为什么")
    assert why.count("· 2026年") == 5
    assert "另有4条" in why


@pytest.mark.clause("C-24")
@pytest.mark.clause("S3-03")
def test_nothing_of_an_internal_document_reaches_a_firm(town_of: TownOf) -> None:
    town = town_of("huairen")
    document = town.rulebook.document
    said = []
    for number, grade in enumerate(town.rulebook.grades):
        firm = town.firm(f"怀仁第{number}商贸有限公司")
        town.base_grade(firm, grade.code)
        talk = town.bound(firm, f"openid{number}")
        said += [talk.says(word) for word in ("查等级", "为什么", "怎么提升", "监管措施", "我的记录")]
    said.append(town.talk("stranger").says("查等级"))
    together = "".join(said)
    secret = {
        document.title,
        document.number,
        document.article,
        *(b.number for b in document.basis if b.number),
    }
    secret |= {measure.basis for measure in town.rulebook.measures} | {"附件", "参考指南", "怀发改"}
    for phrase in filter(None, secret):
        assert phrase not in together
    assert not re.search(r"第[一二三四五六七八九十]+条|依据", together)


@pytest.mark.clause("C-24")
def test_an_internal_document_with_criteria_is_explained_in_our_words_alone(town: Town) -> None:
    internal = town.rulebook.document.model_copy(update={"publicity": "internal"})
    town.rulebook = town.rulebook.model_copy(update={"document": internal})
    firm = warned_twice(town)
    talk = town.bound(firm)
    why = talk.says("为什么")
    assert "1. 一年内责令改正、警告在三次以下" in why
    assert "其余各项也逐条对照过" in why
    for phrase in ("第八条", "平发改发", internal.title, "依据"):
        assert phrase not in why + talk.says("监管措施") + talk.says("查等级")


def test_improving_lists_what_would_help_with_grade_and_class(town: Town) -> None:
    firm = town.firm()
    town.record(firm, RecordKind.AWARD, date(2026, 5, 1), issuer_kind="行政机关")
    town.warned(firm, date(2026, 9, 1), 1)
    town.approved(firm)
    answer = town.bound(firm).says("怎么提升")
    assert "等级会是A（信用优良）" in answer
    assert "完成修复" in answer
    assert not re.search(r"\d{4}-\d\d-\d\d", answer)


def test_the_best_grade_is_told_to_keep_going(town: Town) -> None:
    firm = town.firm()
    town.record(firm, RecordKind.AWARD, date(2026, 5, 1), issuer_kind="行政机关")
    assert "已经是最好的等级" in town.bound(firm).says("怎么提升")


def test_for_an_imported_grade_nothing_is_promised(town_of: TownOf) -> None:
    town = town_of("hegang")
    firm = town.firm()
    town.base_grade(firm, "D")
    answer = town.bound(firm).says("怎么提升")
    assert "上级统一评定" in answer
    assert town.office.phone in answer


def test_a_firm_without_an_imported_result_is_told_so(town_of: TownOf) -> None:
    town = town_of("xixia")
    talk = town.bound(town.firm())
    assert "信用等级：" in talk.says("查等级")
    assert "还没有" in talk.says("为什么")


# -- who is bound to nothing ----------------------------------------------------


def test_an_unbound_person_gets_the_rules_where_only_the_rules_are_public(town: Town) -> None:
    firm = warned_twice(town)
    stranger = town.talk("stranger")
    answer = stranger.says("查等级")
    assert "A级" in answer
    assert "B级" in answer
    assert "C级" in answer
    assert "“绑定”" in answer
    for wanted in (firm.name, firm.uscc, "没有这家公司"):
        assert "只给绑定了它的人看" in stranger.says(f"查等级 {wanted}")
    assert town.uow.queries.of_subject(firm.id) == []


def test_an_unbound_person_gets_nothing_where_nothing_is_public(town_of: TownOf) -> None:
    town = town_of("huairen")
    stranger = town.talk("stranger")
    assert stranger.says("查等级").startswith("您还没有绑定单位")
    for word in ("为什么", "怎么提升", "我的记录", "监管措施"):
        assert "“绑定”" in stranger.says(word)


@pytest.mark.clause("S4-07")
def test_an_unbound_person_sees_a_named_grade_where_grades_are_public(town_of: TownOf) -> None:
    town = town_of("hegang")
    firm = town.firm("鹤岗北山建材有限公司")
    town.base_grade(firm, "D")
    stranger = town.talk("stranger")
    assert "全称或统一社会信用代码" in stranger.says("查等级")
    for wanted in (firm.name, firm.uscc, str(firm.uscc).lower()):
        answer = stranger.says(f"查等级 {wanted}")
        assert "D（一般失信）" in answer
        assert "可以公开的内容" in answer
    assert "“绑定”" in stranger.says("为什么")
    assert {purpose for _, _, purpose in town.uow.queries.of_subject(firm.id)} == {"公开查询"}


def test_a_natural_person_is_never_looked_up_by_a_stranger(town_of: TownOf) -> None:
    town = town_of("hegang")
    person = town.firm("张三", SubjectKind.NATURAL_PERSON)
    town.base_grade(person, "D")
    assert town.talk("stranger").says("查等级 张三") == town.talk("other").says("查等级 李四").replace(
        "李四", "张三"
    )


def test_two_firms_of_one_name_need_the_code(town_of: TownOf) -> None:
    town = town_of("hegang")
    for _ in range(2):
        town.base_grade(town.firm("鹤岗同名有限公司"), "A")
    assert "18位" in town.talk("stranger").says("查等级 鹤岗同名有限公司")


@pytest.mark.clause("S0-38")
def test_every_look_at_a_firm_is_noted_without_the_openid(town: Town) -> None:
    firm = warned_twice(town)
    talk = town.bound(firm)
    for word in ("查等级", "为什么", "怎么提升", "我的记录", "监管措施"):
        talk.says(word)
    noted = town.uow.queries.of_subject(firm.id)
    assert [purpose for _, _, purpose in reversed(noted)] == [
        "查等级",
        "为什么",
        "怎么提升",
        "我的记录",
        "监管措施",
    ]
    assert {viewer for _, viewer, _ in noted} == {f"person:{talk.person().id}"}


# -- records and measures -------------------------------------------------------


def test_records_are_listed_with_state_and_publicity(town: Town) -> None:
    firm = town.firm()
    today = date(2026, 11, 20)
    town.record(
        firm,
        RecordKind.PENALTY,
        date(2026, 1, 1),
        title="甲",
        published_on=date(2026, 1, 5),
        publicity_until=date(2027, 1, 1),
    )
    town.record(
        firm,
        RecordKind.PENALTY,
        date(2026, 2, 1),
        title="乙",
        published_on=date(2026, 2, 5),
        publicity_until=date(2026, 11, 19),
    )
    town.record(
        firm,
        RecordKind.PENALTY,
        date(2026, 3, 1),
        title="丙",
        published_on=date(2026, 3, 5),
        publicity_until=today,
    )
    repaired = town.record(
        firm,
        RecordKind.PENALTY,
        date(2026, 4, 1),
        title="丁",
        published_on=date(2026, 4, 5),
        publicity_until=date(2027, 4, 1),
    )
    town.uow.records.set_state(repaired, RecordState.REPAIRED)
    town.record(firm, RecordKind.AWARD, date(2026, 5, 1), title="戊")
    town.record(firm, RecordKind.LICENCE, date(2026, 6, 1), title="己", published_on=date(2026, 6, 1))
    lines = town.bound(firm).says("我的记录").splitlines()
    assert lines[0] == "平鲁晋北商贸有限公司共有6条记录，从新到旧："
    assert [line.split("：")[1][0] for line in lines[1:7]] == ["己", "戊", "丁", "丙", "乙", "甲"]
    assert "公示中，没有写明期限" in lines[1]
    assert "未公示" in lines[2]
    assert "状态：已修复；已停止公示" in lines[3]
    assert "公示到2026年11月20日" in lines[4]
    assert "公示已于2026年11月19日到期" in lines[5]
    assert "公示到2027年1月1日" in lines[6]


def test_personal_numbers_in_a_record_are_masked(town: Town) -> None:
    firm = town.firm()
    town.record(
        firm, RecordKind.PENALTY, date(2026, 1, 1), title="处罚李某11010519491231002X，电话13800000001"
    )
    answer = town.bound(firm).says("我的记录")
    assert "11010519491231002X" not in answer
    assert "13800000001" not in answer


def test_a_firm_with_very_many_records_gets_the_newest(town: Town) -> None:
    firm = town.firm()
    for number in range(55):
        town.warned(firm, date(2026, 1 + number % 12, 1 + number % 28))
    assert "这里是最近的50条" in town.bound(firm).says("我的记录")


def test_a_firm_without_records_is_told_so(town: Town) -> None:
    assert "现在没有记录" in town.bound(town.firm()).says("我的记录")


@pytest.mark.clause("C-23")
@pytest.mark.clause("S3-32")
def test_measures_say_how_binding_they_are_and_who_carries_them_out(town: Town) -> None:
    answer = town.bound(warned_twice(town)).says("监管措施")
    measures = [m for m in town.rulebook.measures if m.active and "B" in m.grades]
    assert measures
    for measure in measures:
        assert measure.public_text in answer
        assert measure.executor in answer
        assert measure.basis in answer
    assert "1. 应当：" in answer
    assert "（由平鲁区发展和改革局执行，依据" in answer


@pytest.mark.clause("C-23")
@pytest.mark.clause("S0-17")
def test_may_must_and_in_principle_are_kept_apart(town_of: TownOf) -> None:
    town = town_of("xixia")
    firm = town.firm()
    town.base_grade(firm, "A")
    answer = town.bound(firm).says("监管措施")
    assert "原则上：日常监管不抽查您" in answer
    assert "可以：" in answer


def test_an_outcome_without_measures_says_so(town: Town) -> None:
    assert "没有为这种情形规定监管措施" in town.bound(town.firm()).says("监管措施")


@pytest.mark.clause("S3-39")
@pytest.mark.parametrize(("score", "shown"), [("85", "B（良）"), ("85.01", "A（优）"), ("40", "D（差）")])
def test_an_industry_score_is_read_by_the_local_table(
    town_of: Callable[[str], Town], score: str, shown: str
) -> None:
    town = town_of("huairen")
    firm = town.firm("怀仁某某商贸有限公司")
    town.record(
        firm, RecordKind.INDUSTRY_EVALUATION, date(2026, 8, 1), title="行业评价", score=Decimal(score)
    )
    assert f"折合行业等级{shown}" in town.bound(firm).says("我的记录")
