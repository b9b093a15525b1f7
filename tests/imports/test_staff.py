"""Lists of staff: every row checked, kept all at once, the same file twice without effect."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.errors import Refused
from domain.model.person import Deputyship, Staff
from domain.office import AuthorityName
from domain.services.import_report import ImportReport
from tests.imports import factory
from tests.imports.conftest import ImportingOffice

HEAD = ("账号", "姓名", "角色", "部门", "状态", "代理人", "代理起止")
WANG = ("Wang", "王伟", "审批、经办", "水利局", "", "", "")
ZHAO = ("zhao", "赵敏", "审批", "水利局", "在用", "", "")
TODAY = date(2026, 11, 20)


def staff(office: ImportingOffice) -> dict[str, Staff]:
    with office.session() as uow:
        return {member.userid: member for member in uow.staff.all()}


def deputies(office: ImportingOffice) -> list[Deputyship]:
    with office.session() as uow:
        return uow.staff.deputyships(TODAY)


def imported(office: ImportingOffice, *rows: tuple[Any, ...], **options: Any) -> ImportReport:
    return office.imports("staff", office.file(HEAD, *rows), **options)


def test_members_come_with_all_their_roles(office: ImportingOffice) -> None:
    report = imported(office, WANG, ZHAO)
    assert (report.read, report.accepted, report.rejected, report.changed) == (2, 2, 0, 0)
    assert staff(office)["wang"] == Staff("wang", "王伟", ("审批", "经办"), "水利局")
    assert list(report.warnings) == ["部门“水利局”是新的，已一并登记"]


def test_the_same_list_twice_changes_nothing(office: ImportingOffice) -> None:
    away = ("sun", "孙浩", "审批", "水利局", "", "zhao", "2026-11-23至2026-11-27")
    imported(office, WANG, ZHAO, away)
    before = staff(office), deputies(office)
    report = imported(office, WANG, ZHAO, away)
    assert (report.read, report.accepted, report.duplicate) == (3, 0, 3)
    assert (staff(office), deputies(office)) == before


def test_a_changed_row_is_told_and_roles_it_does_not_name_are_taken_away(office: ImportingOffice) -> None:
    imported(office, WANG)
    report = imported(office, ("wang", "王伟", "联络员", "商务局", "停用", "", ""))
    assert (report.accepted, report.changed) == (1, 1)
    assert staff(office)["wang"] == Staff("wang", "王伟", ("联络员",), "商务局", enabled=False)
    assert list(report.diffs) == [
        "第 2 行：王伟（wang）角色 审批、经办 → 联络员，部门 水利局 → 商务局，状态 在用 → 停用"
    ]


def test_an_empty_state_leaves_who_was_disabled_disabled(office: ImportingOffice) -> None:
    imported(office, (*WANG[:4], "停用", "", ""))
    assert imported(office, WANG).duplicate == 1
    assert not staff(office)["wang"].enabled
    imported(office, (*WANG[:4], "在用", "", ""))
    assert staff(office)["wang"].enabled


def test_a_department_has_its_one_spelling(office: ImportingOffice) -> None:
    known = {"水利局": AuthorityName("示例县水利局"), "示例县水利局": AuthorityName("示例县水利局")}
    report = imported(office, WANG, authorities=known)
    assert staff(office)["wang"].department == "示例县水利局"
    assert report.warnings == ()


def test_members_of_one_file_stand_in_for_each_other(office: ImportingOffice) -> None:
    head = ("帐号", "姓名", "角色", "所属部门", "代理人账号", "代理开始日期", "代理结束日期")
    rows = (
        ("sun", "孙浩", "审批", "水利局", "Zhao", date(2026, 11, 23), date(2026, 11, 27)),
        ("zhao", "赵敏", "审批", "水利局", None, None, None),
    )
    office.imports("staff", office.file(head, *rows))
    assert deputies(office) == [Deputyship("sun", "zhao", date(2026, 11, 23), date(2026, 11, 27))]


def test_days_that_are_over_are_left_aside(office: ImportingOffice) -> None:
    row = ("sun", "孙浩", "审批", "水利局", "", "zhao", "2026.11.02-2026.11.06")
    assert imported(office, ZHAO, row).accepted == 2
    assert imported(office, ZHAO, row).duplicate == 2
    assert deputies(office) == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("", "王伟", "经办", "水利局"), "缺少账号"),
        (("王伟", "王伟", "经办", "水利局"), "账号“王伟”不对"),
        (("wang", "", "经办", "水利局"), "缺少姓名"),
        (("wang", "王伟", "经办、局长", "水利局"), "没有角色“局长”"),
        (("wang", "王伟", "", "水利局"), "缺少角色"),
        (("wang", "王伟", "经办", ""), "缺少部门"),
        (("wang", "王伟", "经办", "水" * 101), "部门太长"),
        (("wang", "王伟", "经办", "水利局", "休假"), "不认识状态“休假”"),
        (("wang", "王伟", "经办", "水利局", "", "zhao", ""), "没有代理的开始和结束日期"),
        (("wang", "王伟", "经办", "水利局", "", "zhao", "2026-11-27至2026-11-23"), "早于开始"),
        (("wang", "王伟", "经办", "水利局", "", "li", "2026-11-23至2026-11-27"), "“li”不在工作人员名单里"),
        (("wang", "王伟", "经办", "水利局", "", "WANG", "2026-11-23至2026-11-27"), "本人代理本人"),
        (("wang", "王伟", "经办", "水利局", "停用", "zhao", "2026-11-23至2026-11-27"), "已停用"),
        (("zhao", "赵敏", "经办", "水利局"), "账号与第 2 行相同而内容不同"),
    ],
)
def test_a_row_that_cannot_be_kept_comes_back_with_its_reason(
    office: ImportingOffice, row: tuple[Any, ...], reason: str
) -> None:
    report = imported(office, ZHAO, row)
    assert (report.read, report.accepted, report.rejected) == (2, 1, 1)
    assert reason in office.reason(report)
    assert list(staff(office)) == ["zhao"]


def test_who_stands_in_for_a_rejected_row_is_told_so(office: ImportingOffice) -> None:
    days = "2026-11-23至2026-11-27"
    report = imported(
        office,
        ("sun", "孙浩", "审批", "水利局", "", "wang", days),
        ("wang", "王伟", "审批", "水利局", "", "nobody", days),
    )
    assert report.rejected == 2
    assert staff(office) == {}


def test_a_row_twice_in_one_file_counts_once(office: ImportingOffice) -> None:
    report = imported(office, WANG, WANG)
    assert (report.read, report.accepted, report.duplicate) == (2, 1, 1)


def test_a_trial_run_writes_nothing(office: ImportingOffice) -> None:
    report = imported(office, WANG, ("x", "", "", ""), dry_run=True)
    assert (report.accepted, report.rejected, report.dry_run) == (1, 1, True)
    assert staff(office) == {}


def test_columns_that_are_missing_are_named(office: ImportingOffice) -> None:
    with pytest.raises(Refused, match="缺少这些列：角色、部门"):
        office.imports("staff", office.file(("账号", "姓名"), ("wang", "王伟")))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_list_comes_as_text_too(office: ImportingOffice, encoding: str) -> None:
    path = factory.csv_file(office.folder / "staff.csv", [HEAD, WANG], encoding=encoding)
    assert office.imports("staff", path).accepted == 1


def test_a_list_comes_in_the_old_binary_form_with_titles_and_phones(office: ImportingOffice) -> None:
    rows = [
        ("工作人员名单",),
        ("序号", "姓名", "帐号", "手机号", "部门", "角色"),
        (1, "王伟", 13800000000, "13800000000", "水利局", "经办"),
        (2, "赵敏", "zhao", "13800000001", "水利局", "局长"),
    ]
    report = office.imports("staff", factory.xls(office.folder / "staff.xls", rows))
    assert list(staff(office)) == ["13800000000"]
    (returned,) = office.rejected(report)
    assert returned["手机号"] == "138********"
