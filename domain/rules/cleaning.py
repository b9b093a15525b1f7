"""Cells of real spreadsheets made plain: text, empty words, names, document numbers (records.md 4.5).

A cell is what the workbook holds: text, a number, truth, nothing, a date as a list of one ISO text, or
an error as ``{"error": "#REF!"}``. What is shown to people keeps its Chinese punctuation; what is
compared goes through a key function and is never shown.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

Cell = str | int | float | bool | list[str] | dict[str, str] | None
T = TypeVar("T")


class Clean(NamedTuple, Generic[T]):
    """A value read from a cell. ``note`` says, in Chinese, what was repaired or guessed; "" for nothing."""

    value: T
    note: str = ""


#: full-width digits, letters and space; Chinese punctuation stays as it is
_HALF = {0x3000: " ", 0xA0: " "} | {
    code: chr(code - 0xFEE0)
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xAD), None)
_CONTROL = dict.fromkeys((*range(0, 9), 11, 12, *range(14, 32), 127), None)
_TABLE = str.maketrans(_HALF | _INVISIBLE | _CONTROL)
_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_NOTHING = frozenset(
    (
        "",
        "\\N",
        "\\n",
        "暂无",
        "无",
        "空",
        "-",
        "--",
        "—",
        "——",
        "－",
        "/",
        "／",
        "//",
        "null",
        "none",
        "n/a",
        "nan",
        "#n/a",
    )
)
_CJK = r"\u3400-\u9fff（）《》〔〕“”"
_INNER_SPACE = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])")
_NAME_BRACKETS = str.maketrans("()[]【】〔〕<>", "（）（）（）（）（）")
_DOC_BRACKETS = str.maketrans("[]{}〔〕【】〈〉《》「」<>", "()" * 8)
_TEST_NAME = re.compile(
    r"(测试|演示|示例|样例|样本|test|demo)(数据|企业|公司|用户|主体|单位|有限公司)?[0-9A-Za-z一二三四五]{0,4}",
    re.IGNORECASE,
)
_TEST_MARK = re.compile(r"测试数据|演示数据|此行为示例|示例数据")
_EXPLANATION = re.compile(
    r"(表格|填表|填报|填写|编制)?说明|(备注|注|注意|提示|示例)\s*[:：]|合\s*计|总\s*计|小\s*计|"
    r"(填表|填报|制表|审核|经办|负责|联系)(人|单位|时间|日期)\s*([（(]|[:：])|单位\s*[（(]\s*(盖|公)章|以下空白"
)
_LAW_CITATION = re.compile(r"《[^》]{2,60}》|第[一二三四五六七八九十百零〇\d]+条")

_OPENS_WITH_LAW = re.compile(
    r"(依据|根据|按照|违反了?)?\s*(《[^》]{2,60}》|第[一二三四五六七八九十百零〇\d]+条)"
)


#: nothing to clean: most cells of most files
_TIDY = re.compile(r"[\u4e00-\u9fff0-9A-Za-z（）〔〕《》“”，。；：、]+")


def text_of(cell: Cell) -> str:
    """The text of a cell as people may read it: trimmed, half-width digits and letters, "" for nothing.

    M08, M09: null words, full-width characters, invisible characters, the ``'`` prefix and ``="…"``.
    """
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        return plain(cell)
    if isinstance(cell, list):
        return cell[0].removesuffix("T00:00:00")
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, dict):
        return ""
    return format(cell, "g") if isinstance(cell, float) else str(cell)


@lru_cache(maxsize=65_536)
def plain(written: str) -> str:
    """``text_of`` for a cell that is known to hold text."""
    if _TIDY.fullmatch(written) and written.lower() not in _NOTHING:
        return written
    text = written.translate(_TABLE).strip()
    excel = _EXCEL_TEXT.fullmatch(text)
    if excel:
        text = excel[1].strip()
    if text[:1] in "'‘’`" and len(text) > 1:
        text = text[1:].strip()
    return "" if text.lower() in _NOTHING or text in _NOTHING else text


def is_null_word(cell: Cell) -> bool:
    """Whether a cell writes nothing in words, such as ``\\N`` or 暂无 (M08); counted in the report."""
    return isinstance(cell, str) and bool(cell.strip()) and not text_of(cell)


def error_of(cell: Cell) -> str:
    """The error that a cell shows (``#REF!``, a formula without value), "" for a sound cell (M28)."""
    return cell["error"] if isinstance(cell, dict) else ""


@lru_cache(maxsize=65_536)
def clean_name(written: str) -> str:
    """A name as it is shown: full-width brackets, no blanks between Chinese characters (M09, M27)."""
    return _INNER_SPACE.sub("", text_of(written).translate(_NAME_BRACKETS))


@lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """What two spellings of one name share: width, case, brackets, 有限责任公司 = 有限公司 (M27).

    A branch and its parent, a former and a present name stay different: a human decides there.
    """
    plain = unicodedata.normalize("NFKC", clean_name(name)).upper()
    return re.sub(r"[\s()·.,，。]", "", plain).replace("有限责任公司", "有限公司")


@lru_cache(maxsize=65_536)
def doc_no_key(written: str) -> str:
    """A document number for comparing: brackets, width and blanks do not matter (M17)."""
    plain = unicodedata.normalize("NFKC", text_of(written)).translate(_DOC_BRACKETS).upper()
    return re.sub(r"\s+", "", plain)


def is_test_row(name: str, texts: str) -> bool:
    """Whether a row is somebody's trial (M25): a telling name, or a mark of test data in any text.

    ``texts`` is all text of the row; a firm that tests things for a living is no test row.
    """
    return bool(_TEST_NAME.fullmatch(name) or _TEST_MARK.search(texts))


def is_explanation(first: str, filled: int) -> bool:
    """Whether a row is an explanation, a signature line or a total amid the data (M02).

    ``first`` is its first text, ``filled`` how many different cells it has.
    """
    return filled <= 4 and bool(_EXPLANATION.match(first))


def looks_swapped(facts: str, basis: str) -> bool:
    """Whether the legal basis stands in the column of facts and the facts in that of the basis (M19)."""
    return bool(facts and basis and _OPENS_WITH_LAW.match(facts) and not _LAW_CITATION.search(basis))
