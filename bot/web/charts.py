"""Charts as SVG of our own: with a title and a description, coloured by the style sheet, fit to print.

Beside each stands a table that says the same. No style stands inside, since
the pages allow none; what has a meaning is never told by colour alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup, escape

#: units of a drawing; a phone shows about as many pixels
WIDTH = 330
_ROW = 28
_LETTER, _HANZI = 7, 12.5
_TOP, _BOTTOM, _RIGHT = 14, 30, 14
#: a single day is drawn as part of at least this long a time
_SHORTEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Rung:
    """One row of a chart of steps; ``tone`` is a class of the style sheet."""

    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class StepTo:
    """From this day on it stood on this rung; None: on none of them."""

    since: date
    rung: int | None


def steps(
    rungs: Sequence[Rung], points: Sequence[StepTo], today: date, *, name: str, title: str, desc: str
) -> Markup:
    """What stood on which rung from when on, drawn up to today; ``points`` oldest first, at least one.

    ``name`` makes the ids of the page unique.
    """
    left = max(text_width(rung.words) for rung in rungs) + 12
    bottom = _TOP + _ROW * len(rungs)
    axis = _Axis(min(points[0].since, today - _SHORTEST), today, left, WIDTH - _RIGHT)
    parts = [*_rows(rungs, left), *_ticks(axis, bottom), *_line(rungs, points, axis)]
    return svg(WIDTH, bottom + _BOTTOM, parts, name=name, title=title, desc=desc)


def svg(
    width: float, height: float, parts: Sequence[str | Markup], *, name: str, title: str, desc: str
) -> Markup:
    """A drawing that a screen reader reads as one picture with its description."""
    return Markup(
        '<svg class="chart" viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="{name}-t {name}-d">'
        '<title id="{name}-t">{title}</title><desc id="{name}-d">{desc}</desc>{parts}</svg>'
    ).format(width=width, height=height, name=name, title=title, desc=desc, parts=Markup("").join(parts))


def text(x: float, y: float, words: str, kind: str = "", *, anchor: str = "start") -> Markup:
    """Words in a drawing; ``kind`` is a class of the style sheet."""
    return Markup('<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{words}</text>').format(
        x=x, y=y, kind=kind, anchor=anchor, words=escape(words)
    )


def text_width(words: str) -> float:
    """How wide words are drawn, in units, rather too much than too little."""
    return sum(_HANZI if unicodedata.east_asian_width(char) in "WF" else _LETTER for char in words)


@dataclass(frozen=True, slots=True)
class _Axis:
    first: date
    last: date
    left: float
    right: float

    def x(self, day: date) -> float:
        share = (day - self.first) / (self.last - self.first)
        return round(self.left + (self.right - self.left) * share, 1)


def _middle(rung: int) -> float:
    return _TOP + _ROW * rung + _ROW / 2


def _rows(rungs: Sequence[Rung], left: float) -> list[Markup]:
    rows = []
    for place, rung in enumerate(rungs):
        y = _middle(place)
        rows.append(text(left - 10, y + 4.5, rung.words, "label", anchor="end"))
        rows.append(_path(f"M{left:g} {y:g}H{WIDTH - _RIGHT}", "grid"))
    return rows


def _ticks(axis: _Axis, bottom: float) -> list[Markup]:
    """The first day, the last, and the middle between them."""
    middle = axis.first + (axis.last - axis.first) / 2
    marks = ((axis.first, "start"), (middle, "middle"), (axis.last, "end"))
    ticks = [
        text(axis.x(day), bottom + 20, f"{day.year}.{day.month}", "tick", anchor=anchor)
        for day, anchor in marks[:-1]
    ]
    return [*ticks, text(axis.right, bottom + 20, "今天", "tick", anchor="end")]


def _line(rungs: Sequence[Rung], points: Sequence[StepTo], axis: _Axis) -> list[Markup]:
    drawn, dots = "", []
    ends = [*(point.since for point in points[1:]), axis.last]
    broken = True
    for point, end in zip(points, ends, strict=True):
        if point.rung is None:
            broken = True
            continue
        x, y = axis.x(max(point.since, axis.first)), _middle(point.rung)
        drawn += f"M{x:g} {y:g}" if broken else f"V{y:g}"
        drawn += f"H{axis.x(end):g}"
        broken = False
        dots.append(_dot(x, y, rungs[point.rung].tone))
    return [_path(drawn, "steps"), *dots] if drawn else []


def _path(drawn: str, kind: str) -> Markup:
    return Markup('<path d="{drawn}" class="{kind}"/>').format(drawn=drawn, kind=kind)


def _dot(x: float, y: float, tone: str) -> Markup:
    return Markup('<circle cx="{x:g}" cy="{y:g}" r="6" class="dot {tone}"/>').format(x=x, y=y, tone=tone)
