"""Cells made plain: text, names, document numbers, trial rows, explanations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.cleaning import (
    clean_name,
    doc_no_key,
    error_of,
    is_explanation,
    is_null_word,
    is_test_row,
    looks_swapped,
    name_key,
    text_of,
)


@pytest.mark.parametrize(
    "word", ["", " ", "\\N", "暂无", "无", "-", "—", "/", "／", "null", "NULL", "N/A", "\u200b", "\xa0"]
)
def test_null_words_are_nothing(word: str) -> None:
    assert text_of(word) == ""


def test_only_written_words_count_as_null_words() -> None:
    assert is_null_word("暂无")
    assert not is_null_word("  ")
    assert not is_null_word("无锡市")
    assert not is_null_word(None)


@pytest.mark.parametrize(
    "cell,text",
    [
        ("ＡＢ１２，（甲）", "AB12，（甲）"),
        ("'0123", "0123"),
        ('="0123"', "0123"),
        ("甲\u200b乙\n", "甲乙"),
        (12.5, "12.5"),
        (3, "3"),
        (True, "是"),
        (["2021-03-05"], "2021-03-05"),
        (["2021-03-05T00:00:00"], "2021-03-05"),
        ({"error": "#REF!"}, ""),
    ],
)
def test_text_keeps_chinese_punctuation(cell: object, text: str) -> None:
    assert text_of(cell) == text  # type: ignore[arg-type]


def test_errors_are_named() -> None:
    assert error_of({"error": "#REF!"}) == "#REF!"
    assert error_of("#REF!") == ""


@given(st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = text_of(text)
    assert text_of(once) in (once, "") or once[:1] in "'‘’`="
    assert clean_name(clean_name(text)) in (clean_name(text), "") or clean_name(text)[:1] in "'‘’`="


def test_names_are_shown_with_full_width_brackets_and_without_blanks() -> None:
    assert clean_name(" 虚构(平鲁)商贸 有限公司\n") == "虚构（平鲁）商贸有限公司"
    assert clean_name("Fictional  Trade Co") == "Fictional  Trade Co"


@pytest.mark.parametrize(
    "left,right,same",
    [
        ("虚构（平鲁）商贸有限公司", "虚构(平鲁)商贸有限责任公司", True),
        ("虚构ＡＢ有限公司", "虚构ab有限公司", True),
        ("虚构商贸有限公司", "虚构商贸有限公司井坪分公司", False),
        ("虚构商贸有限公司", "虚构贸易有限公司", False),
    ],
)
def test_name_keys_join_spellings_and_nothing_else(left: str, right: str, same: bool) -> None:
    assert (name_key(left) == name_key(right)) is same


def test_document_numbers_are_compared_without_their_brackets() -> None:
    keys = {
        doc_no_key(text)
        for text in ("慈税罚（2018）40号", "慈税罚〔2018〕40号", "慈税罚[2018]40 号", "慈税罚【2018】40号")
    }
    assert len(keys) == 1
    assert doc_no_key("慈税罚〔2018〕40号") != doc_no_key("慈税罚〔2018〕4号")


@pytest.mark.parametrize(
    "name,texts,trial",
    [
        ("演示", "", True),
        ("测试企业1", "", True),
        ("Test", "", True),
        ("虚构公司", "测试数据标识", True),
        ("虚构软件测试有限公司", "", False),
        ("虚构建设工程检测试验有限公司", "检测试验", False),
        ("虚构演示设备有限公司", "", False),
    ],
)
def test_trial_rows_are_told_from_firms_that_test(name: str, texts: str, trial: bool) -> None:
    assert is_test_row(name, texts) is trial


@pytest.mark.parametrize(
    "first,filled,explains",
    [
        ("表格说明：单位万元", 1, True),
        ("填表人：", 2, True),
        ("合 计", 2, True),
        ("注：以上", 1, True),
        ("合计", 9, False),
        ("说明书印刷厂", 8, False),
        ("注册会计师协会", 3, False),
    ],
)
def test_explanations_are_told_from_data(first: str, filled: int, explains: bool) -> None:
    assert is_explanation(first, filled) is explains


def test_swapped_columns_are_seen_only_where_both_speak() -> None:
    assert looks_swapped("依据《虚构法》第五十三条", "销售过期商品")
    assert not looks_swapped("违反《虚构法》第五十三条，销售过期商品", "《虚构法》第五十三条")
    assert not looks_swapped("销售过期商品", "")
    assert not looks_swapped("", "《虚构法》")
