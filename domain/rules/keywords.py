"""Typed keywords of template messages: what each type may hold.

The platform answers a value that breaks its type with error 47003 and the
message is lost, so values are checked before they are queued. One row of
``_RULES`` is one type of the platform's table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TRAILING_NUMBER = re.compile(r"^([a-z_]+?)(\d+)$")


@dataclass(frozen=True, slots=True)
class KeywordRule:
    """How long a value of one type may be, which characters it may hold, and that in words."""

    longest: int
    pattern: re.Pattern[str]
    expected: str


def _rule(longest: int, pattern: str, expected: str) -> KeywordRule:
    return KeywordRule(longest, re.compile(pattern), expected)


_RULES: dict[str, KeywordRule] = {
    "thing": _rule(20, r"[^\n\r]+", "20 个字以内"),
    "short_thing": _rule(5, r"[^\n\r]+", "5 个字以内"),
    "character_string": _rule(32, r"[\x21-\x7e]+", "32 位以内的数字、字母或符号"),
    "number": _rule(32, r"-?\d+(\.\d+)?", "32 位以内的数字"),
    "letter": _rule(32, r"[A-Za-z]+", "32 位以内的字母"),
    "symbol": _rule(5, r"[^\w\s]+", "5 位以内的符号"),
    "phrase": _rule(5, r"[\u4e00-\u9fff]+", "5 个以内汉字"),
    "name": _rule(20, r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .'-]{1,20}", "10 个以内汉字或 20 个以内字母"),
    "time": _rule(32, r"(\d{4}年\d{1,2}月\d{1,2}日 )?\d{1,2}:\d{2}(:\d{2})?", "如 2026年1月5日 09:30"),
    "date": _rule(32, r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2})( \d{1,2}:\d{2})?", "如 2026年1月5日"),
    "amount": _rule(14, r"[¥￥$]?\d{1,10}(\.\d{1,2})?元?", "金额，最多两位小数"),
    "phone_number": _rule(17, r"[\d+() -]+", "17 位以内的电话号码"),
    "car_number": _rule(8, r"\S+", "8 位以内的车牌号"),
    "const": _rule(20, r"[^\n\r]*", "模板里登记过的值"),
    "enum": _rule(20, r"[^\n\r]*", "模板里登记过的值"),
}


def keyword_type(key: str) -> str | None:
    """The type of a template's key: ``thing`` of ``thing1``; None where the platform has no such type."""
    match = _TRAILING_NUMBER.match(key)
    return match[1] if match and match[1] in _RULES else None


def keyword_types() -> tuple[str, ...]:
    """Every type the platform knows."""
    return tuple(_RULES)


def keyword_problem(key: str, value: str) -> str | None:
    """Why ``value`` cannot stand under ``key``, in Chinese; None where it can."""
    kind = keyword_type(key)
    if kind is None:
        return f"关键词 {key} 的类型不认识"
    rule = _RULES[kind]
    if len(value) <= rule.longest and rule.pattern.fullmatch(value):
        return None
    return f"关键词 {key} 应为{rule.expected}"
