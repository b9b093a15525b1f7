"""Long replies: pages of at most 2048 bytes, cut after a sentence, the rest under 更多.

The platform counts bytes of UTF-8 and drops what is longer. A page ends at
the best place that fits: a line, a sentence, a clause; only a sentence that
is longer than a page is cut inside, and then between characters as people
see them (an emoji with its modifiers is one).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from domain.ports import Conversation

#: bytes of UTF-8 in one text message of the platform
LIMIT = 2048

_FOOTER = "\n（回复“更多”继续，第{page}/{pages}页）"
_LAST_FOOTER = "\n（第{page}/{pages}页，完）"
#: bytes kept free for the footer; room for three digits on both sides
_RESERVED = len(_FOOTER.format(page=999, pages=999).encode())

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SENTENCE = re.compile(r".*?[。！？；!?;][”’」』）)]*|.+", re.DOTALL)
_CLAUSE = re.compile(r".*?[，、,：: ]|.+", re.DOTALL)

_JOINER = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN = range(0x1F3FB, 0x1F400)


def _size(text: str) -> int:
    return len(text.encode())


def _clusters(text: str) -> Iterator[str]:
    """Characters as people see them: a base with its marks, selectors, joiners, flag pairs."""
    cluster = ""
    for char in text:
        if cluster and _belongs(cluster, char):
            cluster += char
            continue
        if cluster:
            yield cluster
        cluster = char
    if cluster:
        yield cluster


def _belongs(cluster: str, char: str) -> bool:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return True
    if cluster[-1] == _JOINER or ord(char) in _SKIN:
        return True
    return ord(char) in _REGIONAL and len(cluster) == 1 and ord(cluster) in _REGIONAL


def _pieces(text: str, room: int) -> Iterator[str]:
    """The text in order, in the largest natural pieces that fit into ``room`` bytes."""
    for line in _LINE.findall(text):
        if _size(line) <= room:
            yield line
            continue
        for sentence in _SENTENCE.findall(line):
            if _size(sentence) <= room:
                yield sentence
                continue
            for clause in _CLAUSE.findall(sentence):
                yield from (clause,) if _size(clause) <= room else _clusters(clause)


def _cluster_fits(piece: str, room: int) -> Iterator[str]:
    """A cluster as it is; one longer than a page (hostile input) character by character."""
    if _size(piece) <= room:
        yield piece
    else:
        yield from piece


def fits(text: str) -> bool:
    """Whether the text is one page."""
    return _size(text) <= LIMIT


def split(text: str, limit: int = LIMIT) -> list[str]:
    """The pages of a text, each at most ``limit`` bytes with its footer; one page has none.

    ``limit`` is in bytes of UTF-8 and leaves room for the footer and one character at least.
    """
    text = text.strip("\n")
    if _size(text) <= limit:
        return [text]
    room = limit - _RESERVED
    if room < 4:
        raise ValueError(f"a page of {limit} bytes has no room beside its footer")
    bodies: list[str] = []
    page, used = "", 0
    for piece in (part for whole in _pieces(text, room) for part in _cluster_fits(whole, room)):
        size = _size(piece)
        if used + size > room:
            bodies.append(page)
            page, used = "", 0
        page, used = page + piece, used + size
    bodies.append(page)
    return _numbered([body.strip("\n") for body in bodies if body.strip("\n")])


def _numbered(bodies: list[str]) -> list[str]:
    pages = len(bodies)
    return [
        body + (_FOOTER if number < pages else _LAST_FOOTER).format(page=number, pages=pages)
        for number, body in enumerate(bodies, 1)
    ]


def first_page(conversation: Conversation, text: str) -> str:
    """The first page; the others wait in the conversation for 更多."""
    page, *rest = split(text)
    conversation.pages = rest
    return page


def next_page(conversation: Conversation) -> str:
    """The next waiting page; "" where none waits."""
    return conversation.pages.pop(0) if conversation.pages else ""
