"""The catalogue of messiness M01–M34: each through the whole way, from a file to rows."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from domain.errors import Refused
from domain.model.record import RecordKind, RecordState, Severity
from domain.model.subject import SubjectKind
from domain.office import AuthorityName
from domain.services.import_drafts import ID_PURPOSE
from storage.rulebook_files import load_rulebook
from tests.imports.conftest import ImportingOffice
from tests.imports.factory import (
    AWARD_HEAD,
    GRADE_HEAD,
    LIST_HEAD,
    PENALTY_HEAD,
    SUBJECT_HEAD,
    award,
    broken_xlsx,
    code,
    csv_file,
    grade,
    html_file,
    listing,
    name,
    penalty,
    registration_number,
    resident_id,
    subject,
    xls,
    xlsx,
)


def penalties(office: ImportingOffice, *rows: list[Any], head: Any = PENALTY_HEAD, **options: Any) -> Any:
    return office.imports("penalties", office.file(head, *rows), **options)


def test_m01_a_header_below_a_title_with_merged_groups_is_found(full_office: ImportingOffice) -> None:
    rows = [
        ["平鲁区行政处罚信息公示表"] + [None] * 8,
        ["行政相对人", None, "处罚决定", None, None, None, "处罚机关", "处罚", None],
        [
            "名称",
            "统一社会信用代码",
            "决定书文号",
            "处罚决定日期",
            "处罚类别",
            "处罚内容",
            None,
            "依据",
            "罚款金额（万元）",
        ],
        [
            name(1),
            code(1),
            "平市监罚〔2026〕1号",
            "2026-03-05",
            "罚款",
            "罚款2000元",
            "平鲁区应急管理局",
            "《虚构条例》第三条",
            0.2,
        ],
    ]
    merges = ["A1:I1", "A2:B2", "C2:F2", "G2:G3", "H2:I2"]
    report = full_office.imports("penalties", xlsx(full_office.folder / "m.xlsx", rows, merges=merges))
    assert (report.read, report.accepted) == (1, 1)
    record = full_office.record(1)
    assert (record.authority, record.doc_no) == ("平鲁区应急管理局", "平市监罚〔2026〕1号")
    assert record.violations[0].fine_fen == 200_000


def test_m01_groups_without_merges_in_a_csv_are_joined_too(full_office: ImportingOffice) -> None:
    rows = [
        ["行政相对人", "", "处罚", "", "", ""],
        ["名称", "代码", "文号", "决定日期", "机关", "内容"],
        [name(1), code(1), "平市监罚〔2026〕1号", "2026-03-05", "平鲁区应急管理局", "警告"],
    ]
    report = full_office.imports("penalties", csv_file(full_office.folder / "m.csv", rows))
    assert report.accepted == 1
    assert full_office.record(1).violations[0].sanctions == ("警告",)


def test_m02_explanations_totals_and_signatures_amid_the_data_are_skipped_and_told(
    full_office: ImportingOffice,
) -> None:
    report = penalties(
        full_office,
        ["表格说明：罚款金额以万元为单位"],
        penalty(1),
        ["合计", None, None, None, None, None, None, 0.2],
        list(PENALTY_HEAD),
        penalty(2),
        ["填表人：某某", None, None, "审核人：某某"],
    )
    assert (report.read, report.accepted, report.skipped) == (2, 2, 4)
    assert "表格说明" in report.skipped_rows[0]


def test_m03_excel_serials_are_dates_in_both_date_systems(full_office: ImportingOffice) -> None:
    first = xlsx(full_office.folder / "a.xlsx", [PENALTY_HEAD, penalty(1, 处罚决定日期=44260)])
    second = xlsx(
        full_office.folder / "b.xlsx", [PENALTY_HEAD, penalty(2, 处罚决定日期=42798)], date1904=True
    )
    third = xlsx(
        full_office.folder / "c.xlsx",
        [PENALTY_HEAD, penalty(3, 处罚决定日期=date(2021, 3, 5))],
        date1904=True,
    )
    fourth = csv_file(full_office.folder / "d.csv", [PENALTY_HEAD, penalty(4, 处罚决定日期="44260")])
    reports = [full_office.imports("penalties", path) for path in (first, second, third, fourth)]
    assert [full_office.record(number).decided_on for number in (1, 2, 3, 4)] == [date(2021, 3, 5)] * 4
    assert [report.repaired for report in reports] == [1, 1, 0, 1]
    assert reports[0].repairs[0].before == "44260"


@pytest.mark.parametrize(
    "written",
    [
        "2021/3/5",
        "2021-3-5",
        "2021.3.5",
        "20210305",
        "2021年3月5日",
        "二〇二一年三月五日",
        "2021-03-05 00:00:00",
    ],
)
def test_m04_dates_are_read_however_they_are_written(full_office: ImportingOffice, written: str) -> None:
    penalties(full_office, penalty(1, 处罚决定日期=written))
    assert full_office.record(1).decided_on == date(2021, 3, 5)


@pytest.mark.parametrize(
    "written", ["二OO五年二月三日", "二ＯＯ五年二月三日", "二零零五年二月三日", "二○○五年二月三日"]
)
def test_m05_round_zeros_may_be_letters(full_office: ImportingOffice, written: str) -> None:
    report = penalties(full_office, penalty(1, 处罚决定日期=written))
    assert full_office.record(1).decided_on == date(2005, 2, 3)
    assert report.repairs[0].before == written


@pytest.mark.parametrize(
    "written", ["1899-12-31", "1900-01-01", "9999-09-09", "2099-12-31", date(2099, 12, 31)]
)
def test_m06_sentinel_dates_are_no_dates(full_office: ImportingOffice, written: object) -> None:
    head = (*PENALTY_HEAD, "公示截止期")
    report = penalties(
        full_office, [*penalty(1), written], [*penalty(2, 处罚决定日期=written), None], head=head
    )
    assert full_office.record(1).publicity_until is None
    assert report.rejected == 1, "a decision has a date"


def test_m06_a_mistyped_time_does_not_spoil_the_date(full_office: ImportingOffice) -> None:
    penalties(full_office, penalty(1, 处罚决定日期="2021-03-05 00:00;00"))
    assert full_office.record(1).decided_on == date(2021, 3, 5)


@pytest.mark.parametrize("written", [1614873600000, "1614873600000"])
def test_m07_milliseconds_are_a_shanghai_date(full_office: ImportingOffice, written: object) -> None:
    report = penalties(full_office, penalty(1, 处罚决定日期=written))
    assert full_office.record(1).decided_on == date(2021, 3, 5)
    assert report.repaired == 1


def test_m08_words_that_say_nothing_are_nothing_and_are_counted(full_office: ImportingOffice) -> None:
    nothings = ["\\N", "暂无", "无", "-", "/", "null", "  "]
    rows = [
        penalty(1, 处罚依据=word, 行政处罚决定书文号=f"平市监罚〔2026〕{n}号")
        for n, word in enumerate(nothings)
    ]
    report = penalties(full_office, *rows)
    assert report.accepted == len(nothings)
    assert report.nulls == len(nothings) - 1, "blanks are no word"
    assert {record.violations[0].basis for record in full_office.records(1)} == {""}


def test_m09_width_blanks_and_quotes_are_cleaned(full_office: ImportingOffice) -> None:
    full = code(1).translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)})
    rows = [
        penalty(1, 统一社会信用代码=full, 行政相对人名称="平鲁区虚构１号商贸\xa0有限公司\n"),
        penalty(2, 统一社会信用代码=f"'{code(2)}", 行政相对人名称="\u200b平鲁区虚构2号 商贸有限公司 "),
    ]
    report = penalties(full_office, *rows)
    assert report.accepted == 2
    assert report.repaired >= 1
    assert full_office.record(1).violations


def test_m10_codes_are_repaired_only_where_the_checksum_then_passes(full_office: ImportingOffice) -> None:
    good = code(1)
    assert "0" in good
    assert "1" in good
    spaced = f"{good[:8]} {good[8:].lower()}"
    letters = good.replace("0", "O")
    report = penalties(
        full_office,
        penalty(1, 统一社会信用代码=spaced),
        penalty(1, 统一社会信用代码=letters, 行政处罚决定书文号="平市监罚〔2026〕92号"),
        penalty(1, 统一社会信用代码="9.11406E+17"),
        penalty(1, 统一社会信用代码=911406030000000128),
        penalty(1, 统一社会信用代码=good[:-1] + ("A" if good[-1] != "A" else "B")),
    )
    assert (report.accepted, report.repaired, report.rejected) == (2, 2, 3)
    reasons = [row["退回原因"] for row in full_office.rejected(report)]
    assert "数字" in reasons[0]
    assert "数字" in reasons[1]
    assert "校验" in reasons[2]


def test_m11_an_old_code_leads_to_its_subject_by_the_table_only(office: ImportingOffice) -> None:
    register = office.file(SUBJECT_HEAD, subject(1, 工商注册号=registration_number(1)), name="register.xlsx")
    office.imports("subjects", register)
    head = (*PENALTY_HEAD, "工商注册号")
    known = [*penalty(1, 统一社会信用代码=None), registration_number(1)]
    unknown = [*penalty(2, 统一社会信用代码=None), registration_number(2)]
    only_name = [*penalty(1, 统一社会信用代码=None, 行政处罚决定书文号="平市监罚〔2026〕99号"), None]
    in_its_place = [
        *penalty(1, 统一社会信用代码=registration_number(1), 行政处罚决定书文号="平市监罚〔2026〕98号"),
        None,
    ]
    report = penalties(office, known, unknown, only_name, in_its_place, head=head)
    assert (report.accepted, report.rejected) == (2, 2)
    assert len(office.records(1)) == 2
    assert all("待补" in row["退回原因"] for row in office.rejected(report))


def test_m11_a_register_with_an_old_code_only_waits_for_the_unified_one(office: ImportingOffice) -> None:
    without = subject(1, 统一社会信用代码=None, 工商注册号=registration_number(1))
    assert office.imports("subjects", office.file(SUBJECT_HEAD, without)).new_subjects == 1
    completed = office.imports(
        "subjects", office.file(SUBJECT_HEAD, subject(1, 工商注册号=registration_number(1)))
    )
    assert (completed.new_subjects, completed.changed) == (0, 1)
    assert office.subject(1) is not None


def test_m12_a_masked_code_is_no_key(full_office: ImportingOffice) -> None:
    report = penalties(full_office, penalty(1, 统一社会信用代码=f"{code(1)[:6]}******{code(1)[-6:]}"))
    assert "打码" in full_office.reason(report)


@pytest.mark.parametrize("placeholder", ["00000000000000000X", "0" * 18, "1" * 18])
def test_m13_placeholder_codes_are_refused_by_structure(
    full_office: ImportingOffice, placeholder: str
) -> None:
    report = penalties(full_office, penalty(1, 统一社会信用代码=placeholder))
    assert "占位" in full_office.reason(report)


def test_m14_the_tax_number_is_a_column_of_its_own(office: ImportingOffice) -> None:
    head = (*SUBJECT_HEAD, "纳税人识别号")
    rows = [
        [*subject(1), code(1)],
        [*subject(2, 统一社会信用代码=None), code(2)],
        [*subject(3), "140603123456789"],
    ]
    report = office.imports("subjects", office.file(head, *rows))
    assert (report.accepted, report.repaired) == (3, 1)
    with office.session() as uow:
        found = uow.subjects.by_legacy_code("140603123456789")
    assert found is not None
    assert found.uscc == code(3)


def test_m15_column_and_text_agree_whatever_the_unit(full_office: ImportingOffice) -> None:
    yuan_head = tuple("罚款金额（元）" if "万元" in caption else caption for caption in PENALTY_HEAD)
    bare_head = tuple("罚款金额" if "万元" in caption else caption for caption in PENALTY_HEAD)
    for number, head, amount, text in (
        (1, PENALTY_HEAD, 0.2, "罚款2000元"),
        (2, yuan_head, 2000, "处以罚款人民币贰仟元整"),
        (3, bare_head, 2000, "罚款2,000元"),
        (4, bare_head, "0.2", "罚款0.2万元"),
        (5, PENALTY_HEAD, "¥2,000元", "处2000元罚款"),
        (6, PENALTY_HEAD, None, "罚款贰仟元"),
        (7, yuan_head, "贰仟元", None),
    ):
        row = penalty(number)
        row[6], row[7] = text, amount
        penalties(full_office, row, head=head)
        assert full_office.record(number).violations[0].fine_fen == 200_000, (head[7], amount, text)


def test_m15_a_ratio_of_ten_thousand_is_an_alarm(full_office: ImportingOffice) -> None:
    row = penalty(1)
    row[7] = 2000
    report = penalties(full_office, row)
    assert "一万倍" in full_office.reason(report)
    assert full_office.records(1) == []


def test_m15_an_amount_without_any_unit_is_not_guessed(full_office: ImportingOffice) -> None:
    bare_head = tuple("罚款金额" if "万元" in caption else caption for caption in PENALTY_HEAD)
    row = penalty(1, 处罚内容="处罚款")
    report = penalties(full_office, row, head=bare_head)
    assert "单位" in full_office.reason(report)


def test_m16_torn_groups_of_digits_are_flagged(full_office: ImportingOffice) -> None:
    row = penalty(1)
    row[7] = "5,000000"
    report = penalties(full_office, row)
    assert "不作猜测" in full_office.reason(report)


def test_m17_the_same_number_in_other_brackets_is_the_same_decision(full_office: ImportingOffice) -> None:
    spellings = ["市场【2019】1号", "市场〔2019〕1号", "市场[2019]1号", "市场（2019）1 号", "市场(2019)１号"]
    report = penalties(full_office, *[penalty(1, 行政处罚决定书文号=each) for each in spellings])
    assert (report.accepted, report.duplicate) == (1, 4)
    assert full_office.record(1).doc_no == "市场【2019】1号", "as the file writes it"


def test_m18_a_bare_number_is_told_apart_by_authority_date_and_subject(full_office: ImportingOffice) -> None:
    report = penalties(
        full_office,
        penalty(1, 行政处罚决定书文号="3"),
        penalty(2, 行政处罚决定书文号="3"),
        penalty(1, 行政处罚决定书文号="3", 处罚机关="平鲁区应急管理局"),
        penalty(1, 行政处罚决定书文号="3", 处罚决定日期="2026-03-06"),
        penalty(1, 行政处罚决定书文号="3"),
    )
    assert (report.accepted, report.duplicate) == (4, 1)


def test_m19_swapped_columns_are_put_back_with_a_warning(full_office: ImportingOffice) -> None:
    head = (*PENALTY_HEAD, "处罚原因")
    row = [*penalty(1, 处罚依据="销售虚构的过期商品", 违法行为类型=None), "依据《虚构法》第五十三条"]
    report = penalties(full_office, row, head=head)
    (violation,) = full_office.record(1).violations
    assert (violation.act, violation.basis) == ("销售虚构的过期商品", "依据《虚构法》第五十三条")
    assert any("填反" in warning for warning in report.warnings)


def test_m20_authorities_are_known_by_their_aliases(full_office: ImportingOffice) -> None:
    present = "平鲁区市场监督管理局"
    names = {
        present: AuthorityName(present),
        "平鲁市监局": AuthorityName(present),
        "平鲁区工商行政管理局": AuthorityName(present, date(2019, 3, 31)),
    }
    report = penalties(
        full_office,
        penalty(1),
        penalty(1, 处罚机关="平鲁市监局"),
        penalty(2, 处罚机关="平鲁区市场监管局"),
        penalty(3, 处罚机关="平鲁区工商行政管理局", 处罚决定日期="2018-01-02"),
        penalty(4, 处罚机关="平鲁区工商行政管理局"),
        authorities=names,
    )
    assert (report.accepted, report.duplicate) == (4, 1)
    assert full_office.record(2).authority == "平鲁区市场监管局", "a likeness is told, never applied"
    assert [full_office.record(number).authority for number in (3, 4)] == [present] * 2
    assert [warning.partition("：")[0] for warning in report.warnings] == ["第 6 行", "第 4 行"]
    assert "只用到 2019-03-31" in report.warnings[0]
    assert f"疑似“{present}”" in report.warnings[1]


@pytest.mark.parametrize(
    "head",
    [
        (
            "CF_XDR_MC",
            "CF_XDR_SHXYM",
            "CF_XDR_GSZC",
            "CF_WSH",
            "CF_SY",
            "CF_CFLB",
            "CF_NR",
            "CF_NR_FK",
            "CF_JDRQ",
            "CF_CFJG",
        ),
        (
            "CF_XDR_MC",
            "CF_XDR_SHXYM",
            "CF_XDR_GSDJ",
            "CF_WSH",
            "CF_WFXW",
            "CF_CFLB1",
            "CF_NR",
            "CF_NR_FK",
            "CF_JDRQ",
            "CF_XZJG",
        ),
    ],
)
def test_m21_one_field_has_several_codes(full_office: ImportingOffice, head: tuple[str, ...]) -> None:
    row = [
        name(1),
        code(1),
        None,
        "平市监罚〔2026〕1号",
        "虚构的事实",
        "罚款",
        "罚款2000元",
        0.2,
        "2026-03-05",
        "平鲁区应急管理局",
    ]
    assert penalties(full_office, row, head=head).accepted == 1
    assert full_office.record(1).violations[0].act == "虚构的事实"


@pytest.mark.clause("S2-18")
def test_m22_several_sanctions_are_split_and_the_heaviest_decides(full_office: ImportingOffice) -> None:
    old_head = (*(c if c != "处罚类别" else "CFLB1" for c in PENALTY_HEAD), "CFLB2")
    penalties(full_office, penalty(1, 处罚类别="警告;罚款、吊销许可证件"))
    penalties(full_office, [*penalty(2, 处罚类别="警告，罚款"), "没收违法所得"], head=old_head)
    (first,), (second,) = full_office.record(1).violations, full_office.record(2).violations
    assert first.sanctions == ("警告", "罚款", "吊销许可证件")
    assert first.severity is Severity.SERIOUS
    assert second.sanctions == ("警告", "罚款", "没收违法所得")


@pytest.mark.clause("S2-19")
def test_m23_one_row_with_numbered_acts_has_several_violations(full_office: ImportingOffice) -> None:
    row = penalty(
        1,
        违法行为类型="1.未建立虚构台账；2.销售虚构商品",
        处罚类别="警告、罚款",
        处罚内容="1.警告；2.罚款2000元",
    )
    penalties(full_office, row)
    first, second = full_office.record(1).violations
    assert (first.act, first.sanctions, first.severity) == ("未建立虚构台账", ("警告",), Severity.MINOR)
    assert (second.sanctions, second.fine_fen, second.severity) == (("罚款",), 200_000, Severity.ORDINARY)


@pytest.mark.clause("S2-19")
def test_m23_one_decision_over_several_rows_is_one_record(full_office: ImportingOffice) -> None:
    warning = penalty(1, 违法行为类型="未建立虚构台账", 处罚类别="警告", 处罚内容="警告")
    warning[7] = None
    report = penalties(full_office, penalty(1), *[penalty(2)] * 1, warning)
    assert report.accepted == 3
    assert [violation.seq for violation in full_office.record(1).violations] == [1, 2]
    again = penalties(full_office, penalty(1), penalty(2), warning)
    assert (again.accepted, again.duplicate) == (0, 3)


def test_m24_the_same_file_twice_changes_nothing(full_office: ImportingOffice) -> None:
    path = full_office.file(PENALTY_HEAD, penalty(1), penalty(2))
    first = full_office.imports("penalties", path)
    before = full_office.records(1)
    second = full_office.imports("penalties", path)
    assert (first.accepted, first.duplicate) == (2, 0)
    assert (second.accepted, second.duplicate, second.batch_id) == (0, 2, None)
    assert full_office.records(1) == before


def test_m24_a_corrected_file_corrects_and_tells_the_difference(full_office: ImportingOffice) -> None:
    penalties(full_office, penalty(1), penalty(2))
    before = full_office.record(1)
    corrected = penalty(1, 处罚内容="罚款3000元")
    corrected[7] = 0.3
    report = penalties(full_office, corrected, penalty(2))
    assert (report.accepted, report.changed, report.duplicate) == (1, 1, 1)
    assert report.diffs == ("第 2 行 平市监罚〔2026〕1号：罚款 2000 元 → 3000 元",)
    after = full_office.record(1)
    assert (after.id, after.violations[0].fine_fen) == (before.id, 300_000)


def test_m24_a_reworded_act_replaces_the_one_that_the_file_left_out(full_office: ImportingOffice) -> None:
    penalties(full_office, penalty(1))
    report = penalties(full_office, penalty(1, 违法行为类型="另一种写法的违法行为"))
    assert report.changed == 1
    assert [violation.act for violation in full_office.record(1).violations] == ["另一种写法的违法行为"]


def test_m25_trial_rows_are_put_aside(full_office: ImportingOffice) -> None:
    report = penalties(
        full_office,
        penalty(1, 行政相对人名称="演示"),
        penalty(2, 处罚依据="测试数据标识"),
        penalty(3, 行政相对人名称="平鲁区虚构3号商贸有限公司", 违法行为类型="未按规定检测试验"),
    )
    assert (report.accepted, report.rejected, report.quarantined) == (1, 2, 2)


def test_m26_personal_numbers_in_wrong_columns_are_masked_and_told(full_office: ImportingOffice) -> None:
    person = resident_id(1)
    report = penalties(
        full_office,
        penalty(1, 违法行为类型=f"经营者（身份证{person}，电话13812345678）虚构行为"),
        penalty(2, 处罚依据=f"联系 {person}", 处罚决定日期="不知道"),
    )
    act = full_office.record(1).violations[0].act
    assert person not in act
    assert "13812345678" not in act
    assert "138****5678" in act
    assert report.personal == 2
    assert any("已打码" in warning for warning in report.warnings)
    (row,) = full_office.rejected(report)
    assert person not in str(row)


def test_m27_name_variants_are_the_same_firm_and_others_come_back_with_a_suggestion(
    full_office: ImportingOffice,
) -> None:
    report = penalties(
        full_office,
        penalty(1, 行政相对人名称="平鲁区虚构1号商贸有限责任公司"),
        penalty(2, 行政相对人名称="平鲁区虚构2号商贸有限公司井坪分公司"),
        penalty(3, 行政相对人名称="平鲁区虚构3号商贸公司", 统一社会信用代码=None),
    )
    assert (report.accepted, report.rejected) == (1, 2)
    branch, nameless = full_office.rejected(report)
    assert name(2) in branch["退回原因"]
    assert f"{name(3)}（{code(3)}）" in nameless["退回原因"]
    assert full_office.records(3) == []


def test_m27_a_former_name_still_names_the_firm(full_office: ImportingOffice) -> None:
    renamed = full_office.file(SUBJECT_HEAD, subject(1, 主体名称="平鲁区改名商贸有限公司"))
    assert (
        full_office.imports("subjects", renamed).diffs[0].endswith(f"名称 {name(1)} → 平鲁区改名商贸有限公司")
    )
    report = penalties(full_office, penalty(1))
    assert report.accepted == 1
    found = full_office.subject(1)
    assert found is not None
    assert found.former_names == (name(1),)


def test_m28_the_content_tells_the_form_and_other_sheets_are_listed(full_office: ImportingOffice) -> None:
    folder, rows = full_office.folder, [PENALTY_HEAD, penalty(1)]
    two = xlsx(
        folder / "two.xlsx", rows, other_sheets={"说明": [["填报说明"]], "旧数据": rows}, hidden=["旧数据"]
    )
    report = full_office.imports("penalties", two)
    assert report.skipped_sheets == ("工作表“说明”未导入（1 行）", "工作表“旧数据”未导入（隐藏）")
    for number, path in enumerate(
        (
            xls(folder / "old.xlsx", [PENALTY_HEAD, penalty(2)]),
            html_file(folder / "page.xls", [PENALTY_HEAD, penalty(3)], encoding="gb18030"),
            csv_file(folder / "gbk.csv", [PENALTY_HEAD, penalty(4)], encoding="gb18030"),
            csv_file(folder / "bom.csv", [PENALTY_HEAD, penalty(5)], encoding="utf-8-sig"),
            csv_file(folder / "tabs.txt", [PENALTY_HEAD, penalty(6)], separator="\t"),
        ),
        start=2,
    ):
        told = full_office.imports("penalties", path)
        assert told.accepted == 1, told
        assert full_office.record(number).decided_on == date(2026, 3, 5)


def test_m28_a_cell_with_an_error_is_no_empty_cell(full_office: ImportingOffice) -> None:
    head = (*PENALTY_HEAD, "处罚有效期")
    path = broken_xlsx(
        full_office.folder / "e.xlsx", [head, [*penalty(1), None], [*penalty(2), "2027-03-05"]], at="K2"
    )
    report = full_office.imports("penalties", path)
    assert (report.accepted, report.rejected) == (1, 1)
    assert "#REF!" in full_office.reason(report)


@pytest.mark.parametrize(
    "written,expected", [("Ａ", "A"), ("A级", "A"), (" a ", "A"), ("Ｂ", "B"), ("Ａ 级", "A")]
)
def test_m29_grades_are_read_in_the_rulebooks_words(
    full_office: ImportingOffice, written: str, expected: str
) -> None:
    full_office.imports("public-grades", full_office.file(GRADE_HEAD, grade(1, 评价等级=written)))
    found = full_office.grade(1)
    assert found is not None
    assert found.grade == expected


def test_m29_an_unknown_grade_is_an_error_and_never_b(full_office: ImportingOffice) -> None:
    report = full_office.imports(
        "public-grades",
        full_office.file(
            GRADE_HEAD, *[grade(n, 评价等级=word) for n, word in enumerate(("—", "B+-", "E", None), 1)]
        ),
    )
    assert (report.accepted, report.rejected) == (0, 4)
    assert full_office.grade(1) is None


def test_m30_scores_are_exact_decimals_between_0_and_100(full_office: ImportingOffice) -> None:
    scores = [85.0, 85, "85分", "85.01", 100.5, -1, "八十五"]
    report = full_office.imports(
        "public-grades",
        full_office.file(GRADE_HEAD, *[grade(n, 评价得分=each) for n, each in enumerate(scores, 1)]),
    )
    assert (report.accepted, report.rejected) == (4, 3)
    stored = [full_office.grade(number) for number in (1, 2, 3, 4)]
    assert [each.score for each in stored if each] == [
        Decimal(85),
        Decimal(85),
        Decimal(85),
        Decimal("85.01"),
    ]


@pytest.mark.parametrize("written", ["长期", "永久", "无处罚期限"])
def test_m31_no_end_is_no_date(full_office: ImportingOffice, written: str) -> None:
    report = penalties(full_office, [*penalty(1), written], head=(*PENALTY_HEAD, "处罚有效期"))
    assert report.accepted == 1
    assert full_office.record(1).valid_until is None


def test_m32_the_place_of_registration_is_no_test_of_jurisdiction(office: ImportingOffice) -> None:
    from domain.rules.codes import make_uscc

    elsewhere = make_uscc("411323", 7)
    report = penalties(office, penalty(1, 统一社会信用代码=elsewhere))
    assert (report.accepted, report.new_subjects) == (1, 1)


@pytest.mark.clause("S2-03")
def test_m33_natural_persons_are_kept_apart_with_a_sealed_number(office: ImportingOffice) -> None:
    person = resident_id(2)
    head = (*PENALTY_HEAD, "行政相对人类别", "自然人证件号码")
    rows = [
        [*penalty(1, 行政相对人名称="甲某", 统一社会信用代码=None), "自然人", person],
        [*penalty(2, 行政相对人名称="乙某", 统一社会信用代码=resident_id(3)), None, None],
        [*penalty(3, 行政相对人名称="丙某", 统一社会信用代码=None), "自然人", "14060319000101"],
    ]
    report = penalties(office, *rows, head=head)
    assert (report.accepted, report.persons, report.rejected) == (2, 2, 1)
    digest = office.sealer.digest(ID_PURPOSE, person.encode())
    with office.session() as uow:
        found = uow.subjects.by_id_hash(digest)
        assert found is not None
        assert (found.kind, found.uscc) == (SubjectKind.NATURAL_PERSON, None)
        assert len(uow.records.of_subject(found.id)) == 1
    (row,) = office.rejected(report)
    assert "14060319000101" not in str(row)
    assert person not in "\n".join(report.lines())


def test_m33_no_number_of_a_person_stands_in_the_database(office: ImportingOffice, sqlite_url: str) -> None:
    from pathlib import Path

    person = resident_id(4)
    head = (*PENALTY_HEAD, "法定代表人身份证号", "联系电话")
    penalties(
        office,
        [*penalty(1), person, "13812345678"],
        [*penalty(2, 统一社会信用代码=person), None, None],
        head=head,
    )
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    content = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert person.encode() not in content
    assert b"13812345678" not in content


def test_m34_an_annulled_penalty_is_stored_as_revoked(full_office: ImportingOffice) -> None:
    head = (*PENALTY_HEAD, "当前状态")
    penalties(full_office, [*penalty(1), "正常"], head=head)
    report = penalties(
        full_office, [*penalty(1), "已撤销"], [*penalty(2), "撤销"], [*penalty(3), "1"], head=head
    )
    assert (report.accepted, report.changed, report.rejected) == (2, 1, 1)
    assert full_office.record(1).state is RecordState.REVOKED
    assert full_office.record(2).state is RecordState.REVOKED
    assert any("三个工作日" in warning for warning in report.warnings)
    penalties(full_office, [*penalty(1), "正常"], head=head)
    assert full_office.record(1).state is RecordState.REVOKED, "a file never brings a revoked penalty back"


# -- what the catalogue does not number --------------------------------------------------------------


@pytest.mark.clause("S2-08")
def test_a_penalty_without_authority_or_number_comes_back(full_office: ImportingOffice) -> None:
    report = penalties(full_office, penalty(1, 处罚机关=None), penalty(2, 行政处罚决定书文号="无"))
    assert [
        ("处罚机关" in r["退回原因"]) or ("文号" in r["退回原因"]) for r in full_office.rejected(report)
    ] == [True, True]


@pytest.mark.clause("C-25")
def test_legacy_list_names_are_mapped(full_office: ImportingOffice) -> None:
    rows = [
        listing(1, 名单名称="黑名单"),
        listing(2, 名单名称="守信红名单"),
        listing(3, 名单名称="经营异常名录"),
        listing(4, 移出日期="2026-08-01", 移出原因="信用修复"),
        listing(5, 移出日期="2026-08-01", 移出原因="期满"),
    ]
    report = full_office.imports("serious-list", full_office.file(LIST_HEAD, *rows))
    assert (report.accepted, report.rejected) == (4, 1)
    assert full_office.record(1).kind is RecordKind.SERIOUS_LISTING
    assert full_office.record(2).kind is RecordKind.FAVOURABLE_LISTING
    assert full_office.record(4).state is RecordState.REPAIRED
    assert full_office.record(5).valid_until == date(2026, 8, 1)


@pytest.mark.clause("S2-12")
def test_awards_tell_agencies_from_associations(full_office: ImportingOffice) -> None:
    rows = [
        award(1),
        award(2, 授予单位="虚构商贸行业协会", 主管部门审核认定="是"),
        award(3, 主管部门审核认定="大概"),
    ]
    report = full_office.imports("awards", full_office.file(AWARD_HEAD, *rows))
    assert (report.accepted, report.rejected) == (2, 1)
    assert full_office.record(1).issuer_kind == "行政机关"
    assert (full_office.record(2).issuer_kind, full_office.record(2).endorsed) == ("行业协会", True)


@pytest.mark.clause("S0-05")
@pytest.mark.clause("S1-04")
@pytest.mark.clause("S3-09")
@pytest.mark.clause("S4-06")
def test_grades_keep_source_batch_and_approver(full_office: ImportingOffice) -> None:
    report = full_office.imports("public-grades", full_office.file(GRADE_HEAD, grade(1)))
    found = full_office.grade(1)
    assert found is not None
    assert (found.source, found.batch_id, found.approved_by) == ("虚构信用中心", report.batch_id, "zhangwei")
    assert found.evaluated_on == date(2026, 6, 30)


def test_the_words_of_other_rulebooks_are_grades_there(full_office: ImportingOffice) -> None:
    path = full_office.file(GRADE_HEAD, grade(1, 评价等级="优"))
    assert full_office.imports("public-grades", path).rejected == 1
    assert full_office.imports("public-grades", path, rulebook=load_rulebook("wuzhong")).accepted == 1


@pytest.mark.clause("S2-07")
def test_every_record_names_its_source_and_who_handed_it_in(full_office: ImportingOffice) -> None:
    head = (*PENALTY_HEAD, "数据来源单位")
    penalties(full_office, [*penalty(1), "虚构数据局"], [*penalty(2), None], head=head, source="虚构信用办")
    first, second = full_office.record(1), full_office.record(2)
    assert (first.source, second.source) == ("虚构数据局", "虚构信用办")
    assert {first.submitter, second.submitter} == {"zhangwei"}


def test_only_orders_to_correct_are_no_penalty(full_office: ImportingOffice) -> None:
    row = penalty(1, 处罚类别="责令限期改正", 处罚内容="责令限期改正")
    row[7] = None
    penalties(full_office, row)
    assert full_office.record(1).kind is RecordKind.RECTIFICATION


def test_a_file_without_the_needed_columns_names_them(full_office: ImportingOffice) -> None:
    path = full_office.file(
        ("企业名称", "统一社会信用代码", "处罚决定日期"), [name(1), code(1), "2026-03-05"]
    )
    with pytest.raises(Refused, match="缺少这些列：行政处罚决定书文号、处罚机关、处罚类别 或 处罚内容"):
        full_office.imports("penalties", path)


def test_an_unknown_kind_lists_the_known_ones(full_office: ImportingOffice) -> None:
    with pytest.raises(Refused, match="public-grades"):
        full_office.imports("fines", full_office.folder / "x.xlsx")


def test_the_returned_workbook_can_be_mended_and_imported(full_office: ImportingOffice) -> None:
    report = penalties(full_office, penalty(1), penalty(2, 处罚机关=None), penalty(3, 处罚类别="不知所云"))
    assert report.rejected_file is not None
    book = load_workbook(report.rejected_file)
    sheet = book.worksheets[0]
    sheet["J2"], sheet["F3"] = "平鲁区应急管理局", "罚款"
    mended = full_office.folder / "mended.xlsx"
    book.save(mended)
    again = full_office.imports("penalties", mended)
    assert (again.accepted, again.rejected, again.similar_columns) == (2, 0, ())


def test_imported_grades_beside_own_criteria_are_for_reference(full_office: ImportingOffice) -> None:
    path = full_office.file(GRADE_HEAD, grade(1))
    assert any("只作参考" in text for text in full_office.imports("public-grades", path).warnings)
    other = full_office.imports("public-grades", path, rulebook=load_rulebook("xixia"))
    assert not any("只作参考" in text for text in other.warnings)


def test_a_document_number_that_looks_like_a_telephone_stays(full_office: ImportingOffice) -> None:
    penalties(full_office, penalty(1, 行政处罚决定书文号="13812345678"))
    assert full_office.record(1).doc_no == "13812345678"


def test_a_similar_header_is_taken_and_shown_for_confirmation(full_office: ImportingOffice) -> None:
    head = tuple(
        "行政处罚的决定书文号" if caption == "行政处罚决定书文号" else caption for caption in PENALTY_HEAD
    )
    report = penalties(full_office, penalty(1), head=head)
    assert report.accepted == 1
    assert report.similar_columns == (("行政处罚的决定书文号", "行政处罚决定书文号"),)
    assert any("请确认" in line for line in report.lines())


def test_a_column_of_another_nature_is_never_taken_for_a_missing_one(full_office: ImportingOffice) -> None:
    head = tuple("处罚机关联系电话" if caption == "处罚机关" else caption for caption in PENALTY_HEAD)
    with pytest.raises(Refused, match="处罚机关"):
        penalties(full_office, penalty(1), head=head)


def test_the_report_adds_up_and_is_told_in_lines_and_json(full_office: ImportingOffice) -> None:
    report = penalties(
        full_office,
        penalty(1),
        penalty(1),
        penalty(2, 统一社会信用代码=code(2).lower()),
        penalty(3, 处罚机关=None),
    )
    assert report.read == report.accepted + report.rejected + report.duplicate == 4
    assert next(iter(report.lines())) == "读取 4 行：接受 2，修复 1，退回 1，重复 1"
    told = report.as_json()
    assert told["rejected_file"].endswith("file.xlsx.rejected.xlsx")
    assert told["repairs"][0]["after"] == code(2)
    assert json.loads(json.dumps(told, ensure_ascii=False)) is not None
