"""规则读本: everything that a rulebook says, section by section, each value with where it comes from.

Written from the model itself, so that nothing a file says can be missing. For
the office only; what firms may read is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Final

from domain.model.assessment import OutcomeKind
from domain.model.record import SEVERITY_NAMES, Severity
from domain.rules.rulebook import Rulebook
from domain.rules.rulebook_parts import (
    Cited,
    Criterion,
    Grade,
    Part,
    PublicityTerm,
    RatingSet,
    Ruling,
    SanctionClass,
    Source,
    Test,
)
from domain.rules.rulebook_words import CHILDREN, LABELS, SECTIONS, WORDS

_OUTCOMES: Final = {OutcomeKind.UNRATED.value: "暂无等级", OutcomeKind.NEEDS_REVIEW.value: "待人工核定"}
#: what stands beside the values, in the title, or is a key of the file only
_UNSAID: Final = frozenset(
    {*Cited.model_fields, "name", "label", "title", "platform", "id", "code", "class_name"}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the rulebook with its source."""

    #: where it stands in the file, such as grades[B]
    key: str
    title: str
    values: tuple[tuple[str, str], ...]
    #: a clause of the documents, and public higher law; "" where it is the other
    clause: str
    law: str
    article: str
    verified: bool
    note: str

    @property
    def anchor(self) -> str:
        """The name of its place in a page; the same as long as the file keeps the key."""
        return "r-" + "".join(
            char if char.isalnum() and char.isascii() else f"_{ord(char):x}" for char in self.key
        )

    def says(self, words: str) -> bool:
        """Whether the words stand anywhere in it."""
        said = (self.key, self.title, self.clause, self.law, self.article, self.note)
        whole = "\n".join((*said, *(f"{label} {value}" for label, value in self.values)))
        return words.casefold() in whole.casefold()


@dataclass(frozen=True, slots=True)
class Section:
    """Values that belong together."""

    id: str
    title: str
    entries: tuple[Entry, ...]


def read(rulebook: Rulebook) -> tuple[Section, ...]:
    """The whole rulebook in the order of its sections; those that it does not have are left out."""
    sections = (Section(name, title, tuple(_of_section(rulebook, name))) for name, title in SECTIONS.items())
    return tuple(section for section in sections if section.entries)


def narrowed(
    sections: tuple[Section, ...], *, words: str = "", unverified_only: bool = False
) -> tuple[Section, ...]:
    """What says some words, or rests on a reading that nobody has confirmed."""
    found = (
        replace(
            section,
            entries=tuple(
                entry
                for entry in section.entries
                if (not words or entry.says(words)) and not (unverified_only and entry.verified)
            ),
        )
        for section in sections
    )
    return tuple(section for section in found if section.entries)


def unverified(sections: tuple[Section, ...]) -> tuple[Entry, ...]:
    """What rests on a reading that the office has not confirmed."""
    return tuple(entry for section in sections for entry in section.entries if not entry.verified)


def _of_section(rulebook: Rulebook, name: str) -> Iterator[Entry]:
    field = f"{name}_part" if f"{name}_part" in type(rulebook).model_fields else name
    value = getattr(rulebook, field)
    yield from _entries(rulebook, name, value, SECTIONS[name])


def _entries(rulebook: Rulebook, key: str, value: object, heading: str) -> Iterator[Entry]:
    parts = value if isinstance(value, tuple) else (value,)
    for number, part in enumerate(parts, start=1):
        if not isinstance(part, Part):
            continue
        path = f"{key}[{_mark(part, number)}]" if isinstance(value, tuple) else key
        entry = _entry(rulebook, path, part, heading)
        if entry.values or entry.clause or entry.law:
            yield entry
        for name, field in type(part).model_fields.items():
            child = getattr(part, name)
            if _stands_alone(child):
                label = field.alias or name
                yield from _entries(rulebook, f"{path}.{label}", child, CHILDREN.get(label, label))


def _entry(rulebook: Rulebook, path: str, part: Part, heading: str) -> Entry:
    cited = part if isinstance(part, Cited) else None
    return Entry(
        key=path,
        title=_title(part, heading),
        values=tuple(_values(rulebook, part)),
        clause=cited.clause if cited else "",
        law=cited.law if cited else "",
        article=cited.article if cited else "",
        verified=cited.verified if cited else True,
        note=cited.note if cited else "",
    )


def _title(part: Part, heading: str) -> str:
    """What the value is called, after the heading it stands under."""
    if isinstance(part, Grade):
        return f"{part.code}（{part.class_name}）"
    if isinstance(part, Ruling):
        return part.class_name
    if isinstance(part, (SanctionClass, PublicityTerm)):
        return f"{heading}：{SEVERITY_NAMES[part.severity]}失信"
    if isinstance(part, (Criterion, RatingSet)):
        return f"{heading} {part.id}"
    names = (getattr(part, field, "") for field in ("name", "label", "title", "platform"))
    name = next(filter(None, names), "")
    return f"{heading}：{name}" if name else heading


def _values(rulebook: Rulebook, part: Part) -> Iterator[tuple[str, str]]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name in _UNSAID or _stands_alone(value) or value in (None, "", ()):
            continue
        yield LABELS.get(name, name), _said(rulebook, name, value)


def _stands_alone(value: object) -> bool:
    """Whether a value is entries of their own, not a line of the one it stands in."""
    if isinstance(value, tuple):
        return bool(value) and isinstance(value[0], Part) and not isinstance(value[0], (Test, Source))
    return isinstance(value, Part)


def _said(rulebook: Rulebook, name: str, value: object) -> str:
    """A value in words."""
    if isinstance(value, Test):
        fact = next((each.label for each in rulebook.facts if each.id == value.fact), value.fact)
        return f"{fact} {value}"
    if isinstance(value, Source):
        return "，".join(f"{label} {said}" for label, said in _values(rulebook, value))
    if isinstance(value, tuple):
        return ("；" if value and isinstance(value[0], Part) else "、").join(
            _said(rulebook, name, each) for each in value
        )
    if isinstance(value, dict):
        return "、".join(f"{key} {each}" for key, each in value.items())
    if name == "kinds" and isinstance(value, str) and not isinstance(value, Enum):
        kind = rulebook.commitments.kind(value)
        return kind.name if kind else _plain(name, value)
    return _plain(name, value)


def _plain(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Severity):
        return SEVERITY_NAMES[value]
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    word = str(value)
    return WORDS.get(name, {}).get(word) or _OUTCOMES.get(word, word)


def _mark(part: Part, number: int) -> str:
    return str(getattr(part, "code", None) or getattr(part, "id", None) or number)
