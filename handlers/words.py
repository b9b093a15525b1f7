"""What people type, made comparable: the same word however it was entered."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: zero-width characters, byte order marks, direction marks: pasted, never meant
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACE = re.compile(r"\s+")
#: a sticker that WeChat writes as text, at the end: 查等级[微笑]
_STICKER = re.compile(r"(?:\[[\u4e00-\u9fffA-Za-z]{1,6}\])+$")
#: quotes and stops around a word; people answer “为什么” with its quotes
_AROUND = frozenset("\"'“”‘’「」『』《》〈〉【】()[]<>。.!?,、;:~…·—")


#: characters; the longest command has six
_LONGEST_WORD = 8


def _is_ornament(char: str) -> bool:
    """Whether a character at an edge means nothing: space, quote, stop, emoji."""
    return char in _AROUND or char.isspace() or unicodedata.category(char) in ("So", "Sk", "Mn", "Cf")


def normalise(text: str) -> str:
    """The text in NFKC, without what is invisible, with single spaces, no ornament around it.

    Full-width letters and digits become plain ones, so codes compare too.
    """
    return _word(text) if len(text) <= _LONGEST_WORD else _normal(text)


@lru_cache(maxsize=1024)
def _word(text: str) -> str:
    """A word that is said all day is made comparable once; what is longer is nobody's to remember."""
    return _normal(text)


def _normal(text: str) -> str:
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    shown = "".join(" " if unicodedata.category(c) == "Cc" else c for c in plain)
    words = _STICKER.sub("", _SPACE.sub(" ", shown).strip())
    start, end = 0, len(words)
    while start < end and _is_ornament(words[start]):
        start += 1
    while end > start and _is_ornament(words[end - 1]):
        end -= 1
    return words[start:end]
