"""Where a firm stands today, as several services show it; that somebody looked is noted (S0-38)."""

from __future__ import annotations

from domain.model.subject import Subject
from domain.services import grades, looks
from domain.services.grades import Standing
from handlers.context import Context
from handlers.firm import texts


def note_look(context: Context, subject: Subject, purpose: str) -> None:
    """Note in the query log and in the audit that this person looked at a subject, and what for."""
    looks.note(context.uow, subject.id, viewer=context.actor, purpose=purpose, at=context.now())


def look(context: Context, subject: Subject, purpose: str) -> Standing:
    """The standing of a subject; the look is noted."""
    note_look(context, subject, purpose)
    return grades.standing(context.uow, subject, context.rulebook, context.now())


def nothing_yet(context: Context, subject: Subject) -> str:
    """What is said while the first outcome waits for a named person."""
    office = context.office
    return texts.WAITING_FIRST.format(
        name=subject.name, rulebook=context.rulebook.display_name, phone=office.phone, hours=office.hours
    )
