"""Finding the header of a sheet and what each column is (M01, M21).

A header may stand below title rows and reach over up to three rows, whose merged groups are joined
with their leaves. A column is known by its exact name, else by its cleaned one, else by a similar one
(rapidfuzz WRatio ≥ 68) that agrees in kind; similar ones are shown to the operator. What the operator
told by hand, ``columns`` (label → column key, "" to leave it out), goes before everything else.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from domain.errors import Refused
from domain.rules.cleaning import text_of
from domain.services.import_kinds import ImportKind, Use
from storage.spreadsheets import Row, SheetHead

_DEEPEST = 3
_SIMILAR = 68
_DECORATION = re.compile(r"[\s*＊#★☆:：\"'“”]|[（(\[【](必填|选填|必录|可空|格式.*?|示例.*?)[)）\]】]")
_BRACKETS = re.compile(r"[()\[\]【】〔〕]")
_INSIDE = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]+)[)\]】〔〕]")
#: words that tell what a column holds: a similar name must agree in all of them
_TELLING = (
    "日期|时间",
    "代码|号码|编号|文号|证号",
    "金额|数额",
    "电话|手机",
    "人$|人姓名",
    "机关|单位|部门|机构",
)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header ends, and what its columns are."""

    #: first and last row of the header, from 0
    top: int
    bottom: int
    captions: tuple[str, ...]
    #: column key → place
    places: dict[str, int]
    #: places of personal numbers: never shown in clear again
    personal: frozenset[int]
    #: (caption, column it was taken for) of merely similar names
    similar: tuple[tuple[str, str], ...] = ()
    #: keys of columns that were told by hand
    chosen: frozenset[str] = frozenset()


def is_header_word(text: str, kind: ImportKind) -> bool:
    """Whether a text is a known name of a column: such a row among the data is a header again."""
    return bool(_exact(text, _names(kind)))


def label(place: int, caption: str) -> str:
    """How a column is told apart by hand: by its header, without one by its place."""
    return caption[:200] or f"第{place + 1}列"


def best_sheet(
    heads: Sequence[SheetHead], kind: ImportKind, columns: Mapping[str, str] | None = None
) -> tuple[SheetHead, Header] | None:
    """The visible sheet whose header fits best, with its header, whatever that lacks."""
    found = [
        (sheet, header)
        for sheet in heads
        if sheet.visible
        for header in [_best(sheet, kind, columns or {})]
        if header
    ]
    if not found:
        return None
    return max(found, key=lambda pair: (-len(kind.missing(pair[1].places)), len(pair[1].places)))


def first_row_as_header(heads: Sequence[SheetHead]) -> tuple[SheetHead, Header] | None:
    """The first row that could be a header, for somebody to tell its columns by hand."""
    for sheet in heads:
        for top, row in enumerate(sheet.rows if sheet.visible else ()):
            if sum(bool(text_of(cell)) for cell in row) >= 2:
                captions = tuple("".join(parts) for parts in _captions([row]))
                return sheet, Header(top, top, captions, {}, frozenset())
    return None


def require_complete(found: tuple[SheetHead, Header] | None, kind: ImportKind) -> tuple[SheetHead, Header]:
    """What was found, if no required column is missing.

    ``Refused`` names the nearest row and the columns that it lacks.
    """
    if found is None:
        raise Refused(f"没有找到{kind.title}的表头：至少要有{'、'.join(kind.missing(()))}")
    sheet, header = found
    missing = kind.missing(header.places)
    if missing:
        raise Refused(
            f"工作表“{sheet.name}”第 {header.bottom + 1} 行最像表头，但缺少这些列：{'、'.join(missing)}"
        )
    return found


def how_found(header: Header, kind: ImportKind, place: int) -> tuple[str, str]:
    """Key of the column at a place, and how it was told: chosen, similar, exact, known (not needed), ""."""
    key = next((each for each, where in header.places.items() if where == place), "")
    if key in header.chosen and key:
        return key, "chosen"
    if key:
        similar = (header.captions[place], kind.column(key).caption) in header.similar
        return key, "similar" if similar else "exact"
    return "", "known" if _exact(header.captions[place], _names(kind)) else ""


def _best(sheet: SheetHead, kind: ImportKind, columns: Mapping[str, str]) -> Header | None:
    candidates = [
        (len(places), -depth, -top, top, depth, captions, places)
        for top in range(len(sheet.rows))
        for depth in range(1, _DEEPEST + 1)
        if top + depth <= len(sheet.rows)
        for captions in [_captions(sheet.rows[top : top + depth])]
        for places in [_places(captions, kind, columns)]
    ]
    if not candidates:
        return None
    score, _, _, top, depth, captions, places = max(candidates, key=lambda candidate: candidate[:3])
    if score < 2:
        return None
    similar = tuple(_similar(captions, places, kind, columns))
    personal = frozenset(
        place for place, parts in enumerate(captions) if _use(parts, kind) is Use.PERSONAL
    ) | {place for key, place in places.items() if kind.column(key).use is Use.PERSONAL}
    names = tuple("".join(parts) for parts in captions)
    chosen = frozenset(key for place, key in _told(captions, kind, columns) if places.get(key) == place)
    return Header(top, top + depth - 1, names, places, personal, similar, chosen)


def _captions(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """For each column the different texts from group down to leaf."""
    width = max(len(row) for row in rows)
    table = [[text_of(row[place]) if place < len(row) else "" for place in range(width)] for row in rows]
    for group, below in itertools.pairwise(table):
        for place in range(1, width):
            # without merges only the first cell of a group holds its text
            if not group[place] and below[place]:
                group[place] = group[place - 1]
    return [tuple(dict.fromkeys(filter(None, column))) for column in zip(*table, strict=True)]


def _places(
    captions: Sequence[tuple[str, ...]], kind: ImportKind, columns: Mapping[str, str]
) -> dict[str, int]:
    told = dict(_told(captions, kind, columns))
    places: dict[str, int] = {}
    for place, key in told.items():
        if key:
            places.setdefault(key, place)
    for place, parts in enumerate(captions):
        key = _key(parts, kind)
        if key and place not in told and kind.column(key).use is not Use.IGNORED:
            places.setdefault(key, place)
    return places


def _told(
    captions: Sequence[tuple[str, ...]], kind: ImportKind, columns: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    """Place and key of the columns that were told by hand; of two with the same header the first."""
    known, seen = {column.key for column in kind.columns}, set[str]()
    for place, parts in enumerate(captions) if columns else ():
        name = label(place, "".join(parts))
        if name in columns and name not in seen and columns[name] in known | {""}:
            seen.add(name)
            yield place, columns[name]


def _key(parts: tuple[str, ...], kind: ImportKind) -> str:
    """The column that a header names exactly: group and leaf together, or the leaf alone."""
    names = _names(kind)
    joined = "".join(parts)
    return _exact(joined, names) or (_exact(parts[-1], names) if parts else "")


def _use(parts: tuple[str, ...], kind: ImportKind) -> Use | None:
    key = _key(parts, kind)
    return kind.column(key).use if key else None


_NAMES: dict[str, dict[str, str]] = {}


def _names(kind: ImportKind) -> dict[str, str]:
    if kind.id not in _NAMES:
        _NAMES[kind.id] = {
            _plain(name): column.key for column in reversed(kind.columns) for name in column.names
        }
    return _NAMES[kind.id]


@lru_cache(maxsize=4096)
def _plain(header: str) -> str:
    return _DECORATION.sub("", unicodedata.normalize("NFKC", header)).upper()


def _exact(header: str, names: dict[str, str]) -> str:
    return next((names[form] for form in _forms(header) if form in names), "")


@lru_cache(maxsize=4096)
def _forms(header: str) -> tuple[str, ...]:
    """The ways to read one header, surest first: whole, the remark in brackets, without brackets."""
    plain = _plain(header)
    return (
        plain,
        *_INSIDE.findall(plain),
        _BRACKETS.sub("", plain),
        _BRACKETS.sub("", _INSIDE.sub("", plain)),
    )


def _similar(
    captions: Sequence[tuple[str, ...]],
    places: dict[str, int],
    kind: ImportKind,
    columns: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """Take unknown headers for missing columns, best likeness first; adds to ``places``."""
    choices = {
        name: key
        for name, key in _names(kind).items()
        if key not in places and not name.isascii() and kind.column(key).use is not Use.IGNORED
    }
    guesses = []
    told = dict(_told(captions, kind, columns))
    for place, parts in enumerate(captions):
        text = _plain("".join(parts))
        if not parts or text.isascii() or place in told or _key(parts, kind):
            continue
        for name, score, _ in process.extract(
            text, choices.keys(), scorer=fuzz.WRatio, score_cutoff=_SIMILAR
        ):
            if _agree(text, name):
                guesses.append((score, -place, choices[name]))
    for _, place, key in sorted(guesses, reverse=True):
        if key not in places and -place not in places.values():
            places[key] = -place
            yield "".join(captions[-place]), kind.column(key).caption


def _agree(header: str, name: str) -> bool:
    if not 0.5 <= len(header) / len(name) <= 2:
        return False
    return all(bool(re.search(word, header)) == bool(re.search(word, name)) for word in _TELLING)
