"""隐私: what is told, what is held, and how it goes (PIPL 15, 17, 35, 45 to 47)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.clock import SHANGHAI
from domain.errors import Refused
from domain.model.person import Binding, Person
from domain.model.subject import Subject
from domain.ports import UnitOfWork
from domain.services import bindings, drafts

#: how long things are kept: the privacy notice of the office file promises no less and no more
TALK_KEPT = timedelta(days=30)
ENDED_BINDING_KEPT = timedelta(days=183)
#: who looked at whom: five years
QUERY_KEPT = timedelta(days=5 * 365 + 2)

NOT_YET = "最近有输错的绑定码。为防止有人反复试码，请在{until}以后再删除；要解除绑定，请回复“解绑”。"


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is held about a person who talks to us."""

    person: Person
    bindings: tuple[tuple[Binding, Subject], ...]
    #: names of forms that are running or put away as drafts
    unfinished: tuple[str, ...]


def note_shown(uow: UnitOfWork, person: Person, version: str, now: datetime) -> None:
    """Store that this version of the notice was shown, and when."""
    uow.people.set_notice(person.id, version, now)
    uow.audit.append("privacy.notice_shown", actor=f"person:{person.id}", detail={"version": version})


def holdings(uow: UnitOfWork, person: Person, *, unfinished: tuple[str, ...], today: date) -> Holdings:
    """What we hold about the person (PIPL 45): account, bindings, unfinished forms."""
    on_pages = (draft.title for draft in uow.drafts.of_person(person.id) if draft.waits)
    return Holdings(person, tuple(bindings.active(uow, person, today)), (*unfinished, *on_pages))


def erase(uow: UnitOfWork, person: Person, now: datetime, today: date) -> int:
    """Erase what belongs to the person alone and end all bindings (PIPL 47); returns how many ended.

    Audit and query log keep the person's number only: they are kept by law.
    ``Refused`` while wrong binding codes are remembered: to be forgotten and
    come back as somebody new must not give new tries.
    """
    if failures := uow.bindings.failures_since(person.id, now - bindings.WRONG_CODE_WINDOW):
        until = (failures[0] + bindings.WRONG_CODE_WINDOW).astimezone(SHANGHAI)
        raise Refused(NOT_YET.format(until=f"{until.month}月{until.day}日{until:%H:%M}"))
    ended = withdraw(uow, person, now, today, reason="erased")
    drafts.erase(uow, person)
    uow.people.erase(person.id, now)
    uow.audit.append("privacy.erased", actor=f"person:{person.id}")
    return ended


def withdraw(
    uow: UnitOfWork, person: Person, now: datetime, today: date, *, reason: str = "withdrawn"
) -> int:
    """End all bindings of the person (PIPL 15); what was done before stays valid. Returns how many ended."""
    held = bindings.active(uow, person, today)
    for binding, _ in held:
        bindings.unbind(uow, binding, by=f"person:{person.id}", now=now, reason=reason)
    return len(held)


def forget_old(uow: UnitOfWork, now: datetime, *, limit: int = 500) -> int:
    """Delete what has been kept as long as was promised (PIPL 19); returns how many rows went.

    Up to ``limit`` rows of each kind, so that the transaction stays short; 0 says that nothing is left.
    """
    return uow.retention.forget(
        talk_before=now - TALK_KEPT,
        ended_bindings_before=now - ENDED_BINDING_KEPT,
        queries_before=now - QUERY_KEPT,
        limit=limit,
    )
