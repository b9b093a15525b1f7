"""What is stored already, as an import sees it, and the keys that join it with the rows of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from domain.model.record import RecordKind, RecordState, Violation
from domain.rules.cleaning import doc_no_key, name_key
from domain.services.import_drafts import Clue, RecordDraft


class KnownSubject(NamedTuple):
    """A subject as stored."""

    id: int
    kind: str
    name: str
    uscc: str | None
    industry: str
    domains: tuple[str, ...]
    former: tuple[str, ...] = ()

    def bears(self, name: str) -> bool:
        """Whether the subject bears or bore this name, however it is spelt."""
        key = name_key(name)
        return any(key == name_key(own) for own in (self.name, *self.former))


class KnownRecord(NamedTuple):
    """A record as stored, with what an import may correct."""

    id: int
    subject_id: int
    title: str
    state: RecordState
    published_on: date | None
    publicity_until: date | None
    valid_until: date | None
    issuer_kind: str
    endorsed: bool
    violations: tuple[Violation, ...]


class KnownGrade(NamedTuple):
    id: int
    grade: str | None
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class KnownSubjects:
    """The subjects that the rows of a chunk may mean."""

    by_uscc: Mapping[str, KnownSubject] = field(default_factory=dict)
    by_legacy: Mapping[str, KnownSubject] = field(default_factory=dict)
    by_hash: Mapping[bytes, KnownSubject] = field(default_factory=dict)
    #: subjects of the same name, for new codes only
    by_name: Mapping[str, tuple[KnownSubject, ...]] = field(default_factory=dict)


def record_key(draft: RecordDraft, subject_id: int) -> str:
    """The business key of a decision: 机关 + 文号 + 日期 + 主体, spelling apart (M17, M18).

    A register entry without a number is told apart by its title.
    """
    number = doc_no_key(draft.doc_no) or f"无文号:{name_key(draft.title)}"
    kind = "处罚" if draft.kind in (RecordKind.PENALTY, RecordKind.RECTIFICATION) else draft.kind.value
    parts = (kind, name_key(draft.authority), number, draft.decided_on.isoformat(), str(subject_id))
    return sha256("\x1f".join(parts).encode()).hexdigest()


def subject_keys(clue: Clue) -> list[str]:
    """Keys under which a subject is remembered within a file."""
    if clue.is_person:
        return [f"h{clue.id_hash.hex()}"]
    keys = [f"u{clue.uscc}"] if clue.uscc else []
    return keys + [f"l{code}" for code in clue.legacy]


def known_subject(clue: Clue, known: KnownSubjects) -> KnownSubject | None:
    """The stored subject that a row means: by ID hash, by code, else by an old code of the table (M11)."""
    if clue.is_person:
        return known.by_hash.get(clue.id_hash)
    if clue.uscc and clue.uscc in known.by_uscc:
        return known.by_uscc[clue.uscc]
    for code in clue.legacy:
        found = known.by_legacy.get(code)
        # an old number may lead to a subject only where no other code speaks against it
        if found is not None and (not clue.uscc or found.uscc in (None, clue.uscc)):
            return found
    return None
