"""What each keyword type of a template message takes.

The platform refuses the whole message (47003) for one value out of line, so
values are checked here first. Where published limits differ, the stricter one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2})"
_HOUR = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_HAN = "\u4e00-\u9fff"


class Rule(NamedTuple):
    """One keyword type: what a value must look like as a whole, and how staff are told."""

    shape: re.Pattern[str]
    expected: str


def _rule(shape: str, expected: str) -> Rule:
    return Rule(re.compile(shape), expected)


RULES: dict[str, Rule] = {
    "thing": _rule(r"[^\r\n\t]{1,20}", "20 个字以内，不换行"),
    "short_thing": _rule(r"[^\r\n\t]{1,5}", "5 个字以内，不换行"),
    "character_string": _rule(r"[\x20-\x7e]{1,32}", "32 位以内的数字、字母或符号，不含中文"),
    "number": _rule(r"(?=.{1,32}$)-?\d+(?:\.\d+)?", "32 位以内的数字，可带小数"),
    "letter": _rule(r"[A-Za-z]{1,32}", "32 位以内的字母"),
    "symbol": _rule(r"[^\w\s]{1,5}", "5 位以内的符号"),
    "phrase": _rule(rf"[{_HAN}]{{1,5}}", "5 个以内的汉字"),
    "const": _rule(r"[^\r\n\t]{0,20}", "平台审核过的固定值，20 个字以内"),
    "enum": _rule(r"[^\r\n\t]{1,20}", "模板列出的值"),
    "time": _rule(rf"(?:{_DAY} ?)?{_HOUR}", "24 小时制时间，可带日期，如 2019年10月1日 15:01"),
    "date": _rule(rf"{_DAY}(?: ?{_HOUR})?", "日期，可带时间，如 2019年10月1日 15:01"),
    "amount": _rule(r"[¥￥$€£]?\d{1,10}(?:\.\d{1,2})?元?", "可带币种符号的金额，10 位以内，两位小数"),
    "phone_number": _rule(r"[\d+() -]{1,17}", "17 位以内的数字和符号"),
    "car_number": _rule(rf"[{_HAN}A-Z0-9]{{1,8}}", "8 位以内的车牌号"),
    "name": _rule(rf"[{_HAN}·]{{1,10}}|[A-Za-z .]{{1,20}}", "10 个以内的汉字，或 20 个以内的字母"),
}
_KEY = re.compile(r"([a-z_]+?)\d+", re.ASCII)


def problem_with(key: str, value: str) -> str:
    """What is wrong with the value of one keyword (``thing5``), in Chinese; "" when it may be sent.

    A key without a known type is an old template's; nothing is known of it
    but that its value may not be empty or broken into lines.
    """
    kind = _KEY.fullmatch(key)
    rule = RULES.get(kind[1]) if kind else None
    if rule is None:
        return "" if value.strip() and "\n" not in value else f"{key} 不能为空，也不能换行"
    fits = rule.shape.fullmatch(value) and (value.strip() or not value)
    return "" if fits else f"{key} 应为{rule.expected}"


def problems_with(values: Mapping[str, str]) -> list[str]:
    """What is wrong with the values of a template message, one line each."""
    return [problem for key, value in values.items() if (problem := problem_with(key, value))]
