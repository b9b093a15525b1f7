"""Money as files write it, in fen (M15, M16). What decides a grade is never guessed.

A column of fines is in 万元 by the feed's standard, in 元 in many offices; the text of the decision
says the same in words. Where both are there they must agree, and a ratio of ten thousand is an alarm.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from domain.errors import Refused
from domain.rules.cleaning import Cell, Clean, text_of

FEN = 100
#: yuan; no decision ever imposed as much
_LARGEST = Decimal(10**12)


class MoneyUnit(IntEnum):
    """What the number of a column counts; the value is yuan."""

    YUAN = 1
    WAN = 10_000


class Amount(NamedTuple):
    """A number and the unit that the cell itself names."""

    number: Decimal
    unit: MoneyUnit | None


_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CAPITALS = "零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖两十拾百佰千仟万亿"
_CELL = re.compile(
    rf"(?:人民币|RMB|CNY)?[¥￥]?({_NUMBER}|[{_CAPITALS}]+)(亿元|万元|万|元|圆)?(?:人民币)?(?:整|正)?",
    re.IGNORECASE,
)
_SUM = rf"(?:人民币)?[¥￥]?({_NUMBER}|[{_CAPITALS}]+)(万元|万|元|圆)"
_FINES = re.compile(
    rf"(?P<total>合计|共计|合并|总计|共)?(?:处以|并处|处)?罚款(?:金额)?[:：]?{_SUM}|{_SUM}(?:人民币)?(?:整)?的?(?:行政)?罚款"
)
_CONFISCATIONS = re.compile(rf"没收[^，。；;罚]{{0,20}}?{_SUM}")
_UNITS = {"元": MoneyUnit.YUAN, "圆": MoneyUnit.YUAN, "万": MoneyUnit.WAN, "万元": MoneyUnit.WAN}
_ONES = {
    character: value
    for row in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖")
    for value, character in enumerate(row)
} | {"两": 2}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}


def clean_amount(cell: Cell) -> Clean[Amount | None]:
    """The number of a cell and the unit written beside it; None for nothing.

    ``Refused`` for what is no amount, for negative ones, and for groups of digits that were torn
    apart (``5,000000``): those are flagged, not guessed (M16).
    """
    if isinstance(cell, (bool, list, dict)):
        raise Refused("不是金额")
    if isinstance(cell, (int, float)):
        return Clean(_not_negative(Amount(Decimal(str(cell)), None)))
    return _read_amount(cell)


@lru_cache(maxsize=16_384)
def _read_amount(cell: str | None) -> Clean[Amount | None]:
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text_of(cell)))
    if not text:
        return Clean(None)
    found = _CELL.fullmatch(text)
    if not found:
        if re.fullmatch(r"[¥￥]?-?[\d,.]+(万?元)?", text):
            raise Refused(f"金额“{text[:30]}”书写有误（分节、小数点或正负号），不作猜测，请改正")
        raise Refused(f"看不懂金额“{text[:30]}”")
    number, in_words = _number(found[1])
    unit = MoneyUnit.YUAN if found[2] == "亿元" else _UNITS.get(found[2] or "")
    amount = Amount(number * 10**8 if found[2] == "亿元" else number, unit)
    return Clean(amount, "由汉字金额换算" if in_words else "")


def _not_negative(amount: Amount) -> Amount:
    if not amount.number.is_finite() or amount.number < 0:
        raise Refused("金额不能是负数")
    return amount


def _number(written: str) -> tuple[Decimal, bool]:
    try:
        return Decimal(written.replace(",", "")), False
    except InvalidOperation:
        return Decimal(_capitals(written)), True


def _capitals(numeral: str) -> int:
    """壹万贰仟 → 12000; sections of 万 and 亿 are closed as they come."""
    total = section = digit = 0
    for character in numeral:
        if character in _ONES:
            digit = _ONES[character]
        elif character in _TENS:
            section += (digit or 1) * _TENS[character]
            digit = 0
        else:
            total = (total + section + digit) * (10_000 if character == "万" else 10**8)
            section = digit = 0
    return total + section + digit


class Stated(NamedTuple):
    """Sums that a text names, in fen, and the total where it gives one."""

    sums: tuple[int, ...]
    total: int | None = None

    @property
    def only(self) -> int | None:
        """The one sum that the text leaves no doubt about."""
        if self.total is not None:
            return self.total
        return self.sums[0] if len(self.sums) == 1 else None

    def holds(self, fen: int) -> bool:
        """Whether an amount is one of those that the text can mean."""
        return fen in (self.total, sum(self.sums), *self.sums)


@lru_cache(maxsize=16_384)
def stated_fines(text: str) -> Stated:
    """The fines that the text of a decision names (``罚款2000元``, ``处以贰仟元罚款``)."""
    return _stated(_FINES, text)


@lru_cache(maxsize=16_384)
def stated_confiscations(text: str) -> Stated:
    """The confiscated sums that the text of a decision names."""
    return _stated(_CONFISCATIONS, text)


def _stated(pattern: re.Pattern[str], text: str) -> Stated:
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    sums: list[int] = []
    total: int | None = None
    for found in pattern.finditer(plain):
        groups = [group for group in found.groups() if group]
        marked = "total" in found.re.groupindex and found["total"] is not None
        number, unit = groups[-2:]
        fen = int(min(_number(number)[0] * _UNITS[unit], _LARGEST) * FEN)
        if marked and sums:
            total = fen
        else:
            sums.append(fen)
    return Stated(tuple(sums), total)


def settle(
    amount: Amount | None, unit: MoneyUnit | None, stated: Stated, *, what: str = "罚款金额"
) -> Clean[int | None]:
    """One amount in fen from a column (``unit`` None: it names none) and from the text of the decision.

    None where neither names a sum. ``Refused`` where they contradict each other, with an alarm at
    a ratio of ten thousand (M15), and where nothing tells the unit.
    """
    if amount is None:
        return _from_text(stated, what)
    unit = amount.unit or unit
    if unit is None:
        return _by_text(amount.number, stated, what)
    fen = _fen(amount.number, unit)
    if not stated.sums or stated.holds(fen):
        return Clean(fen)
    written = yuan(stated.only) if stated.only is not None else "、".join(map(yuan, stated.sums))
    if any(fen in (other * 10_000, other / 10_000) for other in (stated.only, *stated.sums) if other):
        raise Refused(
            f"{what}列为 {yuan(fen)} 元，处罚内容写 {written} 元，正好相差一万倍，疑混淆元与万元，请改正"
        )
    raise Refused(f"{what}列为 {yuan(fen)} 元，处罚内容写 {written} 元，两者不一致，请核对")


def _from_text(stated: Stated, what: str) -> Clean[int | None]:
    if not stated.sums:
        return Clean(None)
    if stated.only is None:
        raise Refused(f"处罚内容有多个数额，请填写{what}")
    return Clean(stated.only, f"{what}由处罚内容取得")


def _by_text(number: Decimal, stated: Stated, what: str) -> Clean[int | None]:
    if number == 0:
        return settle(Amount(number, MoneyUnit.YUAN), None, stated, what=what)
    for unit, name in ((MoneyUnit.YUAN, "元"), (MoneyUnit.WAN, "万元")):
        if stated.holds(_fen(number, unit)):
            return Clean(_fen(number, unit), f"{what}未写单位，按处罚内容认定为{name}")
    raise Refused(f"{what}没有写明单位，请在表头写“{what}（元）”或“{what}（万元）”")


def _fen(number: Decimal, unit: MoneyUnit) -> int:
    """Spreadsheet numbers carry binary noise far below a fen; it is rounded away."""
    if number * unit > _LARGEST:
        raise Refused("金额过大，请核对")
    exact = number * unit * FEN
    fen = int(exact.to_integral_value())
    if abs(exact - fen) > Decimal("0.001"):
        raise Refused(f"金额 {number.normalize():f} 精确到分以下，请核对")
    return fen


def yuan(fen: int) -> str:
    """Fen as people read yuan: 2000, 0.50."""
    whole, rest = divmod(fen, FEN)
    return f"{whole}.{rest:02d}" if rest else str(whole)
