"""Writing pushes and reading replies: the few XML shapes the platform knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

#: a text becomes CDATA, a number stands bare, a sequence nests
Value = str | int | float | Sequence["Field"]
Field = tuple[str, Value]

#: characters XML 1.0 has no place for
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(fields: Sequence[Field]) -> str:
    """``<xml>…</xml>`` around the fields."""
    return f"<xml>{_inner(fields)}</xml>"


def _inner(fields: Sequence[Field]) -> str:
    return "".join(f"<{tag}>{_value(value)}</{tag}>" for tag, value in fields)


def _value(value: Value) -> str:
    if isinstance(value, str):
        safe = _ILLEGAL.sub("", value).replace("]]>", "]]]]><![CDATA[>")
        return f"<![CDATA[{safe}]]>"
    if isinstance(value, (int, float)):
        return str(value)
    return _inner(value)


class XmlError(Exception):
    """Not the XML the platform takes; ``str()`` says why."""


@dataclass(slots=True)
class Node:
    """One element: its children in order, and its own text."""

    tag: str
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def child(self, tag: str) -> Node | None:
        """The first child of that name."""
        return next((child for child in self.children if child.tag == tag), None)

    def get(self, tag: str) -> str | None:
        """The text of the first child of that name."""
        found = self.child(tag)
        return None if found is None else found.text

    def all(self, tag: str) -> list[Node]:
        """Every child of that name."""
        return [child for child in self.children if child.tag == tag]


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._stack: list[Node] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        node = Node(tag)
        if self._stack:
            self._stack[-1].children.append(node)
        else:
            self.root = node
        self._stack.append(node)

    def end(self, tag: str) -> None:
        self._stack.pop()

    def text(self, text: str) -> None:
        if self._stack:
            self._stack[-1].text += text

    def doctype(self, *_: object) -> None:
        raise XmlError("含有 DOCTYPE")


def read(text: str) -> Node:
    """The root element; strict: begins with ``<``, no DOCTYPE, well formed, root ``xml``."""
    if not text.startswith("<"):
        raise XmlError("不以 < 开头（前面有空白、BOM 或别的字节，或者根本不是 XML）")
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise XmlError(f"XML 不合格式：{error}") from error
    if builder.root is None or builder.root.tag != "xml":
        raise XmlError("根元素不是 xml")
    return builder.root
