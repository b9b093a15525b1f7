"""Dates as files write them (M03–M07, M31): one function, one answer, never a silent guess."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import isfinite

from domain.clock import legal_date
from domain.errors import Refused
from domain.rules.cleaning import Cell, Clean, text_of

#: stands for 长期: the field has no end
FOREVER = date.max

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_WRITTEN = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]*\d{1,2}[:时;][\d:;.分秒]*Z?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?")
_CHINESE = re.compile(
    r"([〇一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日?"
)
_DIGITS = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")}
_ZEROS = str.maketrans({"O": "〇", "o": "〇", "0": "〇", "零": "〇", "○": "〇", "◯": "〇", "元": "元"})
_ENDLESS = re.compile(
    r"长期.*|永久.*|永远|终身|至今|无(处罚|固定|明确|有效|公示)?(的)?期限?|无限期|不限|无处罚有效期"
)
#: serials from 1954 to 2119: a number outside is no date that a credit record can have
_SERIALS = range(20_000, 80_000)
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
_EMPTY_BEFORE = date(1900, 1, 3)
_ENDLESS_FROM = date(2099, 1, 1)


def clean_date(cell: Cell, *, date1904: bool = False) -> Clean[date | None]:
    """The Shanghai date of a cell; None for nothing, ``FOREVER`` for 长期 and its sentinels.

    Cells that the workbook marks as dates are believed; numbers are read as serials of the
    workbook's own date system, 13 digits as milliseconds (M07), and said so in the note.
    ``Refused`` names what cannot be read.
    """
    if isinstance(cell, list):
        return Clean(_sentinel(date.fromisoformat(cell[0][:10])))
    if isinstance(cell, (bool, dict)):
        raise Refused("不是日期")
    if isinstance(cell, float):
        if not isfinite(cell):
            raise Refused("不是日期")
        cell = int(cell)
    return _read(cell, date1904)


@lru_cache(maxsize=32_768)
def _read(cell: str | int | None, date1904: bool) -> Clean[date | None]:
    if isinstance(cell, str):
        if _ENDLESS.fullmatch(cell.strip()):
            return Clean(FOREVER)
        text = text_of(cell)
    else:
        text = "" if cell is None else str(cell)
    if not text:
        return Clean(None)
    for form in (_iso, _written, _compact, _milliseconds, _chinese):
        found = form(text)
        if found is not None:
            return Clean(_sentinel(found.value), found.note)
    if text.isdecimal() and int(text) in _SERIALS:
        start = _EPOCH_1904 if date1904 else _EPOCH_1900
        return Clean(_sentinel(start + timedelta(days=int(text))), "按表格日期序号换算")
    if text in ("0", "1"):  # an empty cell of a date column, as some exports write it
        return Clean(None)
    raise Refused(f"看不懂日期“{text[:30]}”，请写成 2021-03-05")


def _sentinel(day: date) -> date | None:
    """M06: the first days of the calendar mean nothing, the last ones 长期."""
    if day < _EMPTY_BEFORE:
        return None
    return FOREVER if day >= _ENDLESS_FROM else day


def _day(year: str, month: str, day: str, text: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Refused(f"日期“{text[:30]}”不存在") from None


def _iso(text: str) -> Clean[date] | None:
    found = _ISO.fullmatch(text)
    return Clean(_day(found[1], found[2], found[3], text)) if found else None


def _written(text: str) -> Clean[date] | None:
    found = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", text))
    return Clean(_day(found[1], found[2], found[3], text)) if found else None


def _compact(text: str) -> Clean[date] | None:
    found = _COMPACT.fullmatch(text)
    return Clean(_day(found[1], found[2], found[3], text)) if found else None


def _milliseconds(text: str) -> Clean[date] | None:
    if not (text.isdecimal() and len(text) == 13):
        return None
    moment = datetime.fromtimestamp(int(text) / 1000, UTC)
    return Clean(legal_date(moment), "按毫秒时间戳换算")


def _chinese(text: str) -> Clean[date] | None:
    """二〇二一年三月五日, also with the letter O, 零 or 0 for the round zero (M04, M05)."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(_ZEROS)
    found = _CHINESE.fullmatch(plain)
    if not found:
        return None
    year = "".join(_DIGITS[character] for character in found[1])
    return Clean(_day(year, str(_small(found[2])), str(_small(found[3])), text), "由汉字日期换算")


def _small(numeral: str) -> int:
    """三 → 3, 十二 → 12, 三十一 → 31."""
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int("".join(_DIGITS[character] for character in numeral))
    return (int(_DIGITS[tens]) if tens else 1) * 10 + (int(_DIGITS[ones]) if ones else 0)
