"""The part of a rulebook about 信用承诺: kinds, letters, what is shown before, what is asked apart.

Filled in and worded by ``domain/rules/commitment_letters.py``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.rules.rulebook_parts import Cited, Part, Text
from domain.rules.workdays import Shift

#: 承诺类型 of the national entry form; local names are kinds of their own with one of these
NationalKind = Literal["审批替代型", "容缺受理型", "证明事项型", "信用修复型", "行业自律型", "主动型", "其他"]
PublicityType = Literal["可向社会公开", "特定范围内公开", "不可公开"]
#: so many consents can be asked one after the other in the chat
MOST_CONSENTS = 6
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class CommitmentKind(Cited):
    """One kind of commitment as this place calls it (S4-15, S4-16)."""

    id: Id
    name: Text
    national: NationalKind
    #: made to obtain an administrative approval
    approval: bool
    aliases: tuple[str, ...] = ()
    public_text: Text
    #: matters that may be committed to (S4-17); empty: the firm names the matter itself
    items: tuple[Text, ...] = ()


class LetterPoint(Cited):
    """One sentence that every letter holds."""

    public_text: Text


class Template(Cited):
    """A letter. ``body`` holds ``{name}`` ``{uscc}`` ``{item}`` ``{department}`` ``{date}`` ``{letter}``."""

    id: Id
    version: Text
    name: Text
    #: ids of the kinds it serves; empty: all that have none of their own
    kinds: tuple[str, ...] = ()
    body: Text


class PriorNotice(Cited):
    """What is shown and acknowledged before signing (S3-29)."""

    id: Literal["data", "grades", "measures"]
    name: Text
    #: for ``grades`` and ``measures`` the list itself is taken from the rulebook and follows this text
    public_text: Text


class Consent(Cited):
    """A consent that is asked apart; nobody is refused for saying no unless it is required (S3-30)."""

    id: Id
    #: whom the result is given to
    platform: Text
    required: bool
    public_text: Text


class Blocked(Cited):
    """Grades under which some kinds are not open, and what the firm is told (S4-27)."""

    grades: Annotated[tuple[str, ...], Field(min_length=1)]
    #: ids of kinds
    kinds: Annotated[tuple[str, ...], Field(min_length=1)]
    public_text: Text


class Consequence(Cited):
    """What follows a breach; shown before signing."""

    public_text: Text


class Withdrawal(Cited):
    """Whether a commitment may be withdrawn before the matter is completed."""

    allowed: bool
    public_text: Text


class DueDay(Cited):
    """What a day means that was promised and falls on a day off (C-06); ``shift``: see ``deadlines.dated``."""

    shift: Shift
    public_text: Text


class Publication(Cited):
    """公开类型 of the commitment's record."""

    type: PublicityType


class Commitments(Part):
    """All about 信用承诺."""

    kinds: Annotated[tuple[CommitmentKind, ...], Field(min_length=1)]
    letter: Annotated[tuple[LetterPoint, ...], Field(min_length=1)]
    templates: Annotated[tuple[Template, ...], Field(min_length=1)]
    notices: Annotated[tuple[PriorNotice, ...], Field(min_length=1)]
    consents: Annotated[tuple[Consent, ...], Field(max_length=MOST_CONSENTS)] = ()
    consequences: Annotated[tuple[Consequence, ...], Field(min_length=1)]
    blocked: tuple[Blocked, ...] = ()
    due_day: DueDay
    withdrawal: Withdrawal
    publication: Publication

    def kind(self, word: str) -> CommitmentKind | None:
        """The kind with this id, name or alias."""
        return next((k for k in self.kinds if word in (k.id, k.name, *k.aliases)), None)

    def template_for(self, kind_id: str) -> Template:
        """The kind's own letter, else the one that serves all. ``check_rulebook`` saw to it that there is one."""
        own = [template for template in self.templates if kind_id in template.kinds]
        return (own or [template for template in self.templates if not template.kinds])[0]

    def blocked_for(self, kind_id: str, grade: str) -> Blocked | None:
        """Why a kind is not open to a subject of this grade; None where it is open."""
        return next((b for b in self.blocked if kind_id in b.kinds and grade in b.grades), None)
