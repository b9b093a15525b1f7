"""Whether a text quotes a document that may not be quoted (S3-03, C-24)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from domain.rules.rulebook import Rulebook

#: so many characters in a row of a title, or of a provision, are no accident
_TITLE_RUN, _WORDING_RUN = 10, 14
_NUMBER = re.compile(r"(\w+?)(20\d\d)(\d+号)")


def quoted(rulebook: Rulebook, text: str) -> str:
    """What a text for firms quotes of an internal document: 文号, 标题, 条文; "" where nothing.

    Public documents with similar titles, on which the internal one rests, may be named.
    """
    if rulebook.quotable:
        return ""
    said = _without_public(rulebook, _bare(text))
    document = rulebook.document
    if any(_names_number(said, name) for name in (document.number, *document.supersedes)):
        return "文号"
    if _shares_run(said, (document.title, *document.supersedes), _TITLE_RUN):
        return "标题"
    return "条文" if _shares_run(said, _internal_wording(rulebook), _WORDING_RUN) else ""


def _bare(text: str) -> str:
    """Letters, digits and characters alone: no spacing, bracket or width hides a quotation."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum())


def _without_public(rulebook: Rulebook, said: str) -> str:
    public = (part for basis in rulebook.document.basis for part in (basis.title, basis.number))
    for name in sorted(filter(None, map(_bare, public)), key=len, reverse=True):
        said = said.replace(name, "\n")
    return said


def _names_number(said: str, name: str) -> bool:
    """The number, or its parts with something else between them: 怀发改发2024年第46号."""
    found = _NUMBER.search(_bare(name))
    if found is None:
        return False
    issuer, year, serial = found.groups()
    return re.search(rf"{re.escape(issuer[-4:])}.{{0,3}}{year}.{{0,3}}{serial}", said) is not None


def _internal_wording(rulebook: Rulebook) -> list[str]:
    """Provisions in the words that stay in the file, without those that firms may read."""
    public = "\n".join(_bare(measure.public_text) for measure in rulebook.measures)
    texts = {_bare(measure.text) for measure in rulebook.measures}
    return sorted(text for text in texts if text and text not in public)


def _shares_run(said: str, texts: Iterable[str], length: int) -> bool:
    bare = (_bare(text) for text in texts)
    return any(
        text[at : at + length] in said
        for text in bare
        for at in range(max(0, len(text) - length) + 1)
        if text
    )
