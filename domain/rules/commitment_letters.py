"""信用承诺: the letter filled in, and what is shown before it is signed. Pure.

Kinds, letters, notices and consents stand in the rulebook's ``[commitments]``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from domain.errors import Refused
from domain.model.subject import Subject, SubjectKind
from domain.rules.rulebook import Rulebook
from domain.rules.rulebook_commitments import Blocked, CommitmentKind

NO_USCC = "承诺书必须写明统一社会信用代码，{name}还没有登记代码，请先到信用办补登。"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be signed. ``version`` names the template, ``sha256`` the text as shown."""

    version: str
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One of the prior notices, written out (S3-29)."""

    id: str
    name: str
    text: str


def letter(
    rulebook: Rulebook, kind: CommitmentKind, subject: Subject, *, item: str, department: str, on: date
) -> Letter:
    """The kind's letter filled in for a subject. Refused without a credit code (S3-28)."""
    if not subject.uscc:
        raise Refused(NO_USCC.format(name=subject.name))
    template = rulebook.commitments.template_for(kind.id)
    points = (point.public_text for point in rulebook.commitments.letter)
    text = template.body.strip().format(
        name=subject.name,
        uscc=subject.uscc,
        item=item,
        department=department,
        date=f"{on.year}年{on.month}月{on.day}日",
        letter="\n".join(f"{number}. {point}。" for number, point in enumerate(points, start=1)),
    )
    return Letter(f"{template.id}-{template.version}", text, sha256(text.encode()).hexdigest())


def prior_notices(rulebook: Rulebook, kind: SubjectKind) -> tuple[Notice, ...]:
    """What is shown, each acknowledged apart, before a subject of this kind signs (S3-29).

    The grades and the measures are those of the rulebook, in the words that firms read.
    """
    lists = {"grades": _grades, "measures": _measures}
    return tuple(
        Notice(
            notice.id,
            notice.name,
            "\n".join(
                [notice.public_text, *(lists[notice.id](rulebook, kind) if notice.id in lists else ())]
            ),
        )
        for notice in rulebook.commitments.notices
    )


def consequences(rulebook: Rulebook) -> str:
    """What follows a breach, to be read before signing."""
    return "\n".join(entry.public_text for entry in rulebook.commitments.consequences)


def blocked(rulebook: Rulebook, kind: CommitmentKind, outcome_code: str | None) -> Blocked | None:
    """Why a kind is not open to a subject of this outcome; None where it is open (S4-27)."""
    return rulebook.commitments.blocked_for(kind.id, outcome_code) if outcome_code else None


def _grades(rulebook: Rulebook, kind: SubjectKind) -> Iterator[str]:
    return (grade.public_text for grade in sorted(rulebook.grades, key=lambda grade: grade.order))


def _measures(rulebook: Rulebook, kind: SubjectKind) -> Iterator[str]:
    for grade in sorted(rulebook.grades, key=lambda grade: grade.order):
        texts = [measure.public_text for measure in rulebook.measures_for(grade.code, kind)]
        yield f"{grade.code}（{grade.class_name}）：" + "；".join(texts) + "。"
