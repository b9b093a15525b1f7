"""处罚类别: from what files write to the words of 行政处罚法 9 (M22), and one row's several acts (M23)."""

from __future__ import annotations

import re
from functools import lru_cache

from domain.errors import Refused
from domain.rules.cleaning import text_of

#: canonical word → how it is written; the order is that of the law
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (word, re.compile(pattern))
    for word, pattern in (
        ("警告", "警告"),
        ("通报批评", "通报批评"),
        ("罚款", "罚款|罚金"),
        ("没收违法所得", "没收(全部|其)?(违法|非法)(所得|收入|收益)|^罚没$"),
        ("没收非法财物", "没收(?!(全部|其)?(违法|非法)(所得|收入|收益))"),
        ("暂扣许可证件", "暂扣|扣留.{0,6}(许可证|执照)"),
        ("降低资质等级", "降低.{0,4}(资质|等级)|降级"),
        ("吊销许可证件", "吊销|撤销.{0,6}(许可证|执照|资质)"),
        ("限制开展生产经营活动", "限制.{0,4}(生产|经营)"),
        ("责令停产停业", "停产|停业|停止(生产|经营)|停工"),
        ("责令关闭", "责令关闭|取缔"),
        ("限制从业", "限制从业|禁止从业|市场禁入|从业禁止"),
        ("行政拘留", "拘留"),
        ("责令改正", "责令.{0,4}(改正|整改)|限期(改正|整改)|责令改"),
    )
)
OTHER = "其他"
_SEPARATOR = re.compile(r"[;；、,，/|＋+\n]|并处|以及|和")
_OTHER = re.compile(r"(法律、?行政法规规定的)?其他.*")
_ITEM = re.compile(
    r"(?:^|(?<=[；;。\s]))(?:\d{1,2}[.．、)）]|[一二三四五六七八九十]{1,2}、|[（(][一二三四五六七八九十\d]{1,2}[)）]|[①-⑩])(?!\d)"
)


@lru_cache(maxsize=8_192)
def clean_sanctions(written: str) -> tuple[str, ...]:
    """The canonical sanctions of a 处罚类别 cell, each once, in the law's order; () for nothing.

    ``Refused`` names a part that is no known sanction.
    """
    text = text_of(written)
    found: set[str] = set()
    for part in filter(None, map(str.strip, _SEPARATOR.split(text))):
        words = sanctions_in(part)
        if not words:
            if not _OTHER.fullmatch(part):
                raise Refused(f"不认识处罚类别“{part[:20]}”")
            words = (OTHER,)
        found.update(words)
    return tuple(word for word in (*(word for word, _ in _WORDS), OTHER) if word in found)


@lru_cache(maxsize=8_192)
def sanctions_in(text: str) -> tuple[str, ...]:
    """The sanctions that a sentence names, in the law's order; () where it names none."""
    return tuple(word for word, pattern in _WORDS if pattern.search(text))


@lru_cache(maxsize=8_192)
def numbered_items(text: str) -> tuple[str, ...]:
    """The parts of ``1.…；2.…`` (also 一、 （一） ①); the whole text as one part where it has no such list."""
    starts = [match.span() for match in _ITEM.finditer(text)]
    if len(starts) < 2:
        return (text,) if text else ()
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return tuple(text[begin:end].strip(" ；;。\n") for (_, begin), end in zip(starts, ends, strict=True))
