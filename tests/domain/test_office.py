"""The office file: read strictly, refused in words a clerk can act on."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from domain.errors import Misconfigured
from domain.office import Office, office_problems, parse_office, unowned_domains
from domain.rules.keywords import keyword_problem

EXAMPLE = (Path(__file__).parents[2] / "office.example.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def office() -> Office:
    return parse_office(EXAMPLE, "office.example.toml")


def test_the_shipped_example_is_valid(office: Office) -> None:
    assert office_problems(EXAMPLE) == []
    assert office.short_name == "示例县信用办"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'short_name = "示例县信用办"',
            'short_nam = "示例县信用办"',
            "short_nam：没有这个键，是不是“short_name”",
        ),
        ('phone = "0000-12360000"', 'phone = "请拨打总机"', "phone：“请拨打总机”写法不对"),
        (
            "start = 21:30:00",
            'start = "晚上九点"',
            "quiet_hours.start：值 '晚上九点' 不对，须是时间，如 21:30:00",
        ),
        ("weekdays = [1, 3, 5]", "weekdays = [1, 3, 8]", "duty[1].weekdays[3]：值 8 不对，须不大于 7"),
        ('name = "示例县水利局"', 'nam = "示例县水利局"', "departments[5].nam：没有这个键，是不是“name”"),
        ('aliases = ["住建局"]', 'aliases = ["交通局"]', "部门名称“交通局”出现两次"),
        ('key = "thing1"', 'key = "first1"', "“first1”不是平台的关键词"),
        ('fact = "kind"', 'fact = "grade"', "keywords[1].fact：“grade”不可用；可用：kind"),
        ("[quiet_hours]", "[quiet_hours", "不是正确的 TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, words: str) -> None:
    assert old in EXAMPLE
    assert any(words in problem for problem in office_problems(EXAMPLE.replace(old, new, 1)))


def test_the_error_is_one_line_that_counts_the_others() -> None:
    broken = EXAMPLE.replace('name = "示例县水利局"', 'nam = "示例县水利局"', 1)
    with pytest.raises(Misconfigured) as caught:
        parse_office(broken, "office.toml")
    line = str(caught.value)
    assert line.startswith("office.toml：departments[5]")
    assert "共 2 处" in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        (time(21, 29), False),
        (time(21, 30), True),
        (time(3, 0), True),
        (time(7, 29), True),
        (time(7, 30), False),
    ],
)
def test_quiet_hours_may_run_over_midnight(office: Office, moment: time, quiet: bool) -> None:
    assert office.quiet_hours.covers(moment) is quiet


@pytest.mark.clause("S0-46", "S0-47")
def test_duty_is_a_post_for_each_weekday(office: Office) -> None:
    assert [d.userid for d in office.on_duty(date(2026, 11, 20))] == ["window1"]
    assert [d.userid for d in office.on_duty(date(2026, 11, 21))] == ["weekend"]


@pytest.mark.clause("C-14")
def test_a_domain_without_a_department_is_reported(office: Office) -> None:
    domains = [("d01", "交通运输"), ("d02", "深海采矿")]
    assert list(unowned_domains(office, domains)) == ["深海采矿"]
    owner = office.owner_of("交通运输")
    assert owner is not None
    assert owner == office.department("交通局")


def test_the_template_for_every_kind_stands_in_where_a_notice_has_none(office: Office) -> None:
    template = office.template_for("等级变动")
    assert template is not None
    assert template.title == "业务办理通知"


@pytest.mark.parametrize(
    ("key", "value", "fits"),
    [
        ("thing1", "信用等级变动", True),
        ("thing1", "一" * 21, False),
        ("thing1", "", False),
        ("thing1", "两\n行", False),
        ("character_string2", "YY20260001", True),
        ("character_string2", "案号一", False),
        ("date3", "2026年11月20日", True),
        ("date3", "明天", False),
        ("phrase4", "已办结", True),
        ("phrase4", "OK", False),
        ("first", "旧模板", False),
    ],
)
def test_a_template_value_is_checked_by_its_type(key: str, value: str, fits: bool) -> None:
    assert (keyword_problem(key, value) is None) is fits
