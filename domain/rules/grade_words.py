"""Grades as files write them: `Ａ＋`, `A +`, `A级`, `a-`, `Ｂ－`, `良好` (M29)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from domain.errors import Refused

_MINUS = re.compile("[‐‑‒–—―−﹣]")
_NOISE = re.compile(r"[\s\u200b\ufeff]+")
_SUFFIX = re.compile(r"(?<=.)(等级|级|等)$")


def plain_spelling(raw: str) -> str:
    """A grade in half-width capitals without spaces, 级 or 等; "" for nothing."""
    text = _MINUS.sub("-", unicodedata.normalize("NFKC", raw))
    text = _NOISE.sub("", text).upper()
    return _SUFFIX.sub("", text)


def spellings(grades: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Plain spelling → code, from (code, aliases) pairs; later pairs do not displace earlier ones."""
    table: dict[str, str] = {}
    for code, aliases in grades:
        for word in (code, *aliases):
            table.setdefault(plain_spelling(word), code)
    return table


def canonical(raw: str, table: Mapping[str, str]) -> str:
    """The code that a spelling means.

    Raises ``Refused`` for anything unknown: an unknown grade is an error, never a guess.
    """
    code = table.get(plain_spelling(raw))
    if code is None:
        known = "、".join(dict.fromkeys(table.values()))
        raise Refused(f"不认识等级“{raw.strip()}”，本地规则的等级是：{known}")
    return code
