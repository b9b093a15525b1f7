"""What crosses the wire, guarded: XML in, text out, and the one error for a push that is refused.

xmltodict, which wechatpy parses with, answers malformed input with half a
dozen unrelated exceptions and turns one child into a dict, several into a
list. Here a push becomes an element tree or a ``Refusal``, nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from domain.errors import XinshiError

#: bytes that XML 1.0 forbids; phones send them inside CDATA all the same.
#: None of them occurs inside a UTF-8 sequence, so they can be dropped before parsing.
_CONTROL_BYTES = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: what a person cannot see and did not mean to send: C1 controls, zero widths, direction marks
_INVISIBLE = re.compile("[\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


class Refusal(XinshiError):  # noqa: N818 - what happened, as in domain.errors
    """A push that is not taken: HTTP status, a Chinese line for the body, a slug for the log."""

    def __init__(self, status: int, reason: str, text: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.text = text


class _GuardedBuilder(TreeBuilder):
    """A tree builder that ends at the first document type: no entity is ever declared."""

    def doctype(self, _name: str, _pubid: str | None, _system: str | None) -> NoReturn:
        raise Refusal(400, "doctype", "消息格式有误：不接受文档类型声明")


def read_xml(body: bytes) -> Element:
    """The root element ``<xml>`` of a push.

    Raises ``Refusal`` (400) for what is not well-formed UTF-8 XML, has another
    root, or declares a document type. Repeated children stay what they are:
    ``findall`` gives one or several alike.
    """
    parser = XMLParser(target=_GuardedBuilder(), encoding="utf-8")  # noqa: S314 - guarded, no entities
    try:
        parser.feed(_without_illegal_bytes(body))
        root: Element = parser.close()
    except ParseError as error:
        raise Refusal(400, "not_xml", "消息格式有误：不是有效的 XML") from error
    if root.tag != "xml":
        raise Refusal(400, "wrong_root", "消息格式有误：根元素不符")
    return root


def _without_illegal_bytes(body: bytes) -> bytes:
    clean = body.translate(None, _CONTROL_BYTES)
    for sequence in _NONCHARACTERS:
        clean = clean.replace(sequence, b"")
    return clean


def fields_of(root: Element) -> dict[str, str]:
    """The plain fields of a push by name; of a name given twice the first counts, structures are left out."""
    fields: dict[str, str] = {}
    for child in root:
        if not len(child):
            fields.setdefault(child.tag, child.text or "")
    return fields


def clean_text(text: str) -> str:
    """The text without what XML cannot carry: control characters, lone surrogates, noncharacters.

    Line ends become ``\\n``, as every XML reader would make them.
    """
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def normalise(text: str) -> str:
    """The text as commands are compared: NFKC, nothing invisible, no blanks at either end."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", clean_text(text))).strip()


def cdata_safe(text: str) -> str:
    """A cleaned text that cannot end the CDATA section around it.

    wechatpy writes ``<![CDATA[{value}]]>`` as it stands, so that a quoted
    ``]]>`` would let a user write elements of our reply.
    """
    return clean_text(text).replace("]]>", "]]]]><![CDATA[>")
