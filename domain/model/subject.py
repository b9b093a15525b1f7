"""管理相对人: whom a grade is about (S2-03)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SubjectKind(StrEnum):
    """The four kinds of subject that rulebooks know."""

    LEGAL_PERSON = "法人"
    SOLE_TRADER = "个体工商户"
    SOCIAL_ORGANISATION = "社会组织"
    NATURAL_PERSON = "自然人"


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject as stored.

    ``uscc`` is None for natural persons (their ID number is kept sealed and
    is matched by a keyed hash) and for firms whose code is still missing.
    """

    id: int
    kind: SubjectKind
    name: str
    uscc: str | None = None
    former_names: tuple[str, ...] = ()
    #: code of a domain of the rulebook's own list (S1-03, S3-05, S4-13)
    domains: tuple[str, ...] = ()
    industry: str = ""
