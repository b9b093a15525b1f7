"""The well-known firms of the demonstration, with a binding code that works right now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.demo.names import ELSEWHERE, PLACES
from bot.demo.population import WELL_KNOWN
from domain.rules.codes import make_uscc
from domain.services.bindings import CODE_ALPHABET, code_digest, issue_code
from storage.installation import RULEBOOK
from storage.unit_of_work import SqlUnitOfWork

STAFF = "window1"


@dataclass(frozen=True, slots=True)
class DemoHint:
    """A firm to be, its binding code, and what to try with it."""

    name: str
    uscc: str
    code: str
    what_to_try: str


def demo_hints(uow: SqlUnitOfWork) -> list[DemoHint]:
    """The well-known firms; a code that was used or ran out is followed by a fresh one.

    Writes where it issues a code. Empty where the database holds no demonstration.
    """
    if not uow.installation.demonstration:
        return []
    _, prefix = PLACES.get(uow.installation.get(RULEBOOK) or "", ELSEWHERE)
    hints = []
    for place, each in enumerate(WELL_KNOWN):
        uscc = make_uscc(prefix, each.number, each.kind)
        subject = uow.subjects.by_uscc(uscc)
        if subject is not None:
            hints.append(DemoHint(subject.name, uscc, _working_code(uow, place, subject.id), each.try_))
    return hints


def _working_code(uow: SqlUnitOfWork, place: int, subject_id: int) -> str:
    """The first of the firm's codes that may be used, issued where it never was."""
    now = uow.clock.now()
    for code in _codes(place):
        known = uow.bindings.code_by_hash(code_digest(uow.sealer, code))
        if known is None:
            issue_code(uow, subject_id, by=STAFF, now=now, sealer=uow.sealer, code=code)
            return code
        if not known.used and known.expires > now:
            return code
    # thousands of codes later: a random one does as well
    return issue_code(uow, subject_id, by=STAFF, now=now, sealer=uow.sealer).code


def _codes(place: int) -> Iterator[str]:
    """The fixed codes of the firm at a place of the list: DEMA3333, DEMA3334, …"""
    letters = CODE_ALPHABET
    firm = letters[letters.index("A") + place]
    for number in range(len(letters) ** 3):
        tail, rest = "", number
        for _ in range(4):
            rest, digit = divmod(rest, len(letters))
            tail = letters[digit] + tail
        yield f"DEM{firm}{tail}"
