"""What template cards 模板卡片 are made of, each part with its shape on the wire and its limits.

Two kinds of limit. What is only shown (titles, facts) has *recommended*
lengths, beyond which phones cut: it is shortened here with an ellipsis, and
the whole stands in the case. What a person chooses or presses is never
shortened, since two choices could come to look the same: ``problems`` names
it, with the code under which the platform would refuse the card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, NamedTuple

from bot.channels.wire import clean_text

Tree = dict[str, Any]

MAX_FACTS = 6
MAX_OPTIONS = 10
MAX_BUTTON_TEXT = 10
MAX_SUBTITLE = 160
_MAX_CHECKBOX_OPTIONS = 20
_MAX_MENU = 3
_MAX_OPTION_TEXT = 16
_MAX_CHECKBOX_TEXT = 17
_MAX_KEY_BYTES = 1024
_MAX_ID_BYTES = 128


class Problem(NamedTuple):
    """Why the platform would refuse a card: its code, and a line for staff."""

    code: int
    text: str


Problems = Iterator[Problem]


def clip(text: str, limit: int) -> str:
    """A text of at most ``limit`` characters, the last an ellipsis where it had to be shortened."""
    text = clean_text(text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def shown(**parts: Any) -> Tree:
    """The parts that say something; the platform takes an empty one for a mistake."""
    return {name: value for name, value in parts.items() if value not in ("", None, [], {})}


def length(code: int, what: str, items: Sequence[object], limit: int) -> Problems:
    if not 1 <= len(items) <= limit:
        yield Problem(code, f"{what}应为 1 到 {limit} 个")


def _text(code: int, what: str, text: str, limit: int) -> Problems:
    if not 1 <= len(text.strip()) <= limit:
        yield Problem(code, f"{what}“{text}”应为 1 到 {limit} 个字")


def _key(code: int, what: str, key: str, limit: int = _MAX_KEY_BYTES) -> Problems:
    if not 1 <= len(key.encode()) <= limit:
        yield Problem(code, f"{what}应为 1 到 {limit} 字节")


def unlike(code: int, what: str, keys: Sequence[str]) -> Problems:
    if len(set(keys)) < len(keys):
        yield Problem(code, f"{what}有重复")


class Colour(IntEnum):
    """Of the words that name the source."""

    GREY = 0
    BLACK = 1
    RED = 2
    GREEN = 3


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends it, in small above the title."""

    desc: str
    icon_url: str = ""
    colour: Colour = Colour.GREY

    def tree(self) -> Tree:
        return shown(desc=clip(self.desc, 20), icon_url=self.icon_url, desc_color=int(self.colour))


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu in a card's corner: what it is for, and (text, key) of each entry."""

    desc: str
    actions: tuple[tuple[str, str], ...]

    def tree(self) -> Tree:
        listed = [{"text": clean_text(text), "key": key} for text, key in self.actions]
        return shown(desc=clean_text(self.desc), action_list=listed)

    def problems(self) -> Problems:
        yield from length(40016, "卡片菜单项", self.actions, _MAX_MENU)
        for text, key in self.actions:
            yield from _text(42020, "卡片菜单项名称", text, MAX_BUTTON_TEXT)
            yield from _key(42018, "卡片菜单项的 key ", key)
        yield from unlike(42051, "卡片菜单项的 key ", [key for _, key in self.actions])


@dataclass(frozen=True, slots=True)
class Quote:
    """A quoted passage; with ``url`` it can be opened."""

    text: str
    title: str = ""
    url: str = ""

    def tree(self) -> Tree:
        return shown(
            type=1 if self.url else 0,
            url=self.url,
            title=clean_text(self.title),
            quote_text=clean_text(self.text),
        )


class FactKind(IntEnum):
    """What a press on a fact does, and so what its ``target`` is."""

    PLAIN = 0
    PAGE = 1  # an address
    FILE = 2  # a media id; the value is then the file's name
    MEMBER = 3  # a userid


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of name and value."""

    name: str
    value: str
    kind: FactKind = FactKind.PLAIN
    target: str = ""

    _TARGETS: ClassVar[dict[FactKind, tuple[str, int]]] = {
        FactKind.PAGE: ("url", 42028),
        FactKind.FILE: ("media_id", 42029),
        FactKind.MEMBER: ("userid", 42050),
    }

    def tree(self) -> Tree:
        tree = shown(type=int(self.kind), keyname=clip(self.name, 5), value=clip(self.value, 30))
        if self.kind is not FactKind.PLAIN:
            tree[self._TARGETS[self.kind][0]] = self.target
        return tree

    def problems(self) -> Problems:
        if not self.name.strip():
            yield Problem(42027, "卡片内容缺少名称")
        if self.kind is not FactKind.PLAIN and not self.target:
            name, code = self._TARGETS[self.kind]
            yield Problem(code, f"卡片内容“{self.name}”缺少 {name}")


@dataclass(frozen=True, slots=True)
class Jump:
    """A link below the card."""

    title: str
    url: str

    def tree(self) -> Tree:
        return {"type": 1, "title": clip(self.title, 18), "url": self.url}

    def problems(self) -> Problems:
        if not self.title.strip():
            yield Problem(42033, "卡片链接缺少标题")
        if not self.url:
            yield Problem(42028, f"卡片链接“{self.title}”缺少网址")


@dataclass(frozen=True, slots=True)
class Option:
    """One of several to choose from."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One choice out of up to ten; disabled once it is decided."""

    key: str
    title: str
    options: tuple[Option, ...]
    selected: str = ""
    disabled: bool = False

    def tree(self) -> Tree:
        tree = shown(
            question_key=self.key,
            title=clip(self.title, 13),
            option_list=[{"id": option.id, "text": clean_text(option.text)} for option in self.options],
            selected_id=self.selected,
        )
        return tree | ({"disable": True} if self.disabled else {})

    def problems(self) -> Problems:
        yield from _key(42043, "选择项的 question_key ", self.key)
        yield from _option_problems(self.options, MAX_OPTIONS, _MAX_OPTION_TEXT)
        if self.selected and self.selected not in {option.id for option in self.options}:
            yield Problem(42040, "选中的选项不在选项之列")


@dataclass(frozen=True, slots=True)
class CheckBox:
    """One (or, with ``many``, any number) out of up to twenty, all of them in sight."""

    key: str
    options: tuple[Option, ...]
    chosen: frozenset[str] = frozenset()
    many: bool = False
    disabled: bool = False

    def tree(self) -> Tree:
        listed = [
            {"id": option.id, "text": clean_text(option.text), "is_checked": option.id in self.chosen}
            for option in self.options
        ]
        tree: Tree = {"question_key": self.key, "mode": int(self.many), "option_list": listed}
        return tree | ({"disable": True} if self.disabled else {})

    def problems(self) -> Problems:
        yield from _key(42043, "选择项的 question_key ", self.key)
        yield from _option_problems(self.options, _MAX_CHECKBOX_OPTIONS, _MAX_CHECKBOX_TEXT)


def _option_problems(options: Sequence[Option], most: int, longest: int) -> Problems:
    yield from length(42037, "选项", options, most)
    for option in options:
        yield from _key(42040, "选项的 id ", option.id, _MAX_ID_BYTES)
        yield from _text(42041, "选项文字", option.text, longest)
    yield from unlike(42040, "选项的 id ", [option.id for option in options])


@dataclass(frozen=True, slots=True)
class Button:
    """Calls back with ``key``, or opens ``url`` where one is given. ``style`` is 1 to 4."""

    text: str
    key: str = ""
    url: str = ""
    style: int = 1

    def tree(self) -> Tree:
        return shown(
            type=1 if self.url else 0,
            text=clean_text(self.text),
            style=self.style,
            key=self.key,
            url=self.url,
        )

    def problems(self) -> Problems:
        yield from _text(42038, "按钮文字", self.text, MAX_BUTTON_TEXT)
        if not self.url:
            yield from _key(42039, f"按钮“{self.text}”的 key ", self.key)


@dataclass(frozen=True, slots=True)
class Submit:
    """The one button of a card that is filled in."""

    text: str
    key: str

    def tree(self) -> Tree:
        return {"text": clean_text(self.text), "key": self.key}

    def problems(self) -> Problems:
        yield from _key(42046, "提交按钮的 key ", self.key)
        yield from _text(42049, "提交按钮文字", self.text, MAX_BUTTON_TEXT)
