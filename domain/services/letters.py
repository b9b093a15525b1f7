"""What the office says to people of its own accord: queued in the same transaction as its reason.

Each letter has a key: asked for twice, it is sent once. The delivery loop
chooses the channel; somebody nobody can reach is the case's matter (送达).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from domain.model.card import Card
from domain.model.person import Channel
from domain.services import staff
from domain.services.work import Work


def tell_person(
    work: Work, person_id: int, text: str, *, key: str, kind: str, legal_effect: bool = False
) -> bool:
    """Queue a text for one person; False where this letter was queued before.

    ``kind`` names the matter (异议, 修复 …): templates are chosen by it.
    ``legal_effect`` marks a notice from whose service a term runs.
    """
    return work.uow.outbox.put(
        person_id=person_id, text=text, unique_key=key, at=work.now, kind=kind, legal_effect=legal_effect
    )


def tell_subject(
    work: Work, subject_id: int, text: str, *, key: str, kind: str, legal_effect: bool = False
) -> int:
    """Queue a text for everybody who is bound to a subject; how many letters were new."""
    people = {person.id for _, person in work.uow.bindings.of_subject(subject_id)}
    return sum(
        tell_person(work, each, text, key=f"{key}:{each}", kind=kind, legal_effect=legal_effect)
        for each in sorted(people)
    )


def tell_staff(
    work: Work, userids: Iterable[str], text: str, *, key: str, kind: str = "staff", card: Card | None = None
) -> int:
    """Queue a text, and a card where there is one, for members of staff; how many letters were new."""
    told = 0
    for userid in dict.fromkeys(userids):
        person = work.uow.people.get_or_add(Channel.WECOM, work.staff_account, userid, work.now)
        told += work.uow.outbox.put(
            person_id=person.id,
            text=text,
            unique_key=f"{key}:{userid}",
            at=work.now,
            kind=kind,
            card=asdict(card) if card is not None else None,
        )
    return told


def clerks_of(work: Work, department: str) -> list[str]:
    """Who is told of a new case of a department: its clerks and liaisons, else the credit office's clerks."""
    for where in (department, work.office.name):
        found = {
            member.userid: None
            for role in ("经办", "联络员")
            for member in staff.staff_with(work, role, where)
        }
        if found:
            return list(found)
    return []
