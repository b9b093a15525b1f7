"""Bars as SVG of our own: one row for each thing, its number written beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.web.charts import svg, text, text_width

#: units of a drawing: about the pixels of a phone, so that words keep their size there
WIDTH = 320
_ROW, _THICK, _TOP = 30, 16, 6
#: a bar is never so short that it is not seen
_LEAST = 2
_MOST_LABEL = 130
#: fonts differ from device to device
_SPARE = 1.1


@dataclass(frozen=True, slots=True)
class Bar:
    """One row; ``parts`` are drawn one after the other, each with a class of the style sheet."""

    words: str
    parts: tuple[tuple[int, str], ...]
    #: written behind the bar
    said: str


def bars(rows: Sequence[Bar], *, name: str, title: str, desc: str) -> Markup:
    """All rows on one scale, the longest as long as there is room; "" where there is nothing to draw."""
    longest = max((sum(many for many, _ in row.parts) for row in rows), default=0)
    if not longest:
        return Markup("")
    left = min(max(_wide(row.words) for row in rows) + 8, _MOST_LABEL)
    room = WIDTH - left - max(_wide(row.said) for row in rows) - 8
    parts = [piece for place, row in enumerate(rows) for piece in _row(row, place, left, room / longest)]
    return svg(WIDTH, _TOP * 2 + _ROW * len(rows), parts, name=name, title=title, desc=desc)


def _row(row: Bar, place: int, left: float, scale: float) -> list[Markup]:
    y, x = _TOP + _ROW * place, left
    pieces = [text(left - 8, y + _ROW / 2 + 4.5, _cut(row.words, left), "label", anchor="end")]
    for many, tone in row.parts:
        if many:
            wide = max(many * scale, _LEAST)
            pieces.append(_box(x, y + (_ROW - _THICK) / 2, wide, tone))
            x += wide
    return [*pieces, text(x + 6, y + _ROW / 2 + 4.5, row.said, "value")]


def _box(x: float, y: float, wide: float, tone: str) -> Markup:
    return Markup('<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" class="bar {tone}"/>').format(
        x=round(x, 1), y=round(y, 1), wide=round(wide, 1), high=_THICK, tone=tone
    )


def _wide(words: str) -> float:
    return text_width(words) * _SPARE


def _cut(words: str, left: float) -> str:
    """A name that fits its place; the table beside the drawing has it whole."""
    while words and _wide(words) > left - 8:
        words = f"{words.removesuffix('…')[:-1]}…" if len(words) > 2 else ""
    return words
