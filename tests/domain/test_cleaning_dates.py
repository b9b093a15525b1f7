"""Dates of files: every form of the catalogue, and no guess."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.rules.cleaning_dates import FOREVER, clean_date

DAY = date(2021, 3, 5)
_HAN = dict(enumerate("〇一二三四五六七八九"))


@pytest.mark.parametrize(
    "cell",
    [
        ["2021-03-05"],
        ["2021-03-05T23:59:00"],
        "2021/3/5",
        "2021.03.05",
        "2021-3-5 8:00",
        "2021-03-05T00:00:00",
        "2021-03-05 00:00;00",
        "20210305",
        20210305,
        "20210305080000",
        "2021年3月5日",
        " 2021 年 3 月 5 日 ",
        "２０２１年３月５日",
        "二〇二一年三月五日",
        44260,
        44260.0,
        44260.75,
        "44260",
        1614873600000,
    ],
)
def test_every_form_of_one_day(cell: object) -> None:
    assert clean_date(cell).value == DAY  # type: ignore[arg-type]


def test_the_1904_system_is_four_years_and_a_day_later() -> None:
    assert clean_date(42798, date1904=True).value == DAY
    assert clean_date(44260, date1904=True).value == date(2025, 3, 6)


def test_guesses_say_what_they_are() -> None:
    assert "序号" in clean_date(44260).note
    assert "毫秒" in clean_date("1614873600000").note
    assert "汉字" in clean_date("二〇二一年三月五日").note
    assert clean_date("2021/3/5").note == ""


@pytest.mark.parametrize("cell", [None, "", "无", "\\N", "1900-01-01", "1899-12-31", ["1899-12-31"], 0])
def test_nothing_and_its_sentinels(cell: object) -> None:
    assert clean_date(cell).value is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell", ["长期", "永久有效", "无处罚期限", "无固定期限", "9999-09-09", "2099-12-31", ["2099-12-31"]]
)
def test_no_end(cell: object) -> None:
    assert clean_date(cell).value == FOREVER  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell",
    [
        "2021-02-30",
        "21/3/5",
        "3/5/2021",
        "2021年3月",
        "昨天",
        "2021-13-01",
        7,
        True,
        {"error": "#N/A"},
        "99999",
    ],
)
def test_what_cannot_be_read_is_refused(cell: object) -> None:
    with pytest.raises(Refused):
        clean_date(cell)  # type: ignore[arg-type]


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_HAN[tens]}十"
    return head + (_HAN[ones] if ones or not tens else "")


@given(st.dates(date(1950, 1, 1), date(2098, 12, 31)))
def test_all_spellings_of_a_day_agree(day: date) -> None:
    year = "".join(_HAN[int(digit)] for digit in str(day.year))
    spellings: list[object] = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        day.strftime("%Y%m%d"),
        f"{year}年{_numeral(day.month)}月{_numeral(day.day)}日",
    ]
    if day > date(1954, 10, 3):
        spellings.append((day - date(1899, 12, 30)).days)
    assert {clean_date(each).value for each in spellings} == {day}  # type: ignore[arg-type]


@given(st.one_of(st.text(max_size=20), st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_anything_else_is_a_day_nothing_or_refused(cell: str | int | float) -> None:
    with suppress(Refused):
        value = clean_date(cell).value
        assert value is None or date(1900, 1, 1) - timedelta(days=1) < value <= FOREVER
