"""谁看过: that somebody looked at a subject is noted, whether in the chat or on a page (S0-38)."""

from __future__ import annotations

from datetime import datetime

from domain.ports import UnitOfWork


def note(uow: UnitOfWork, subject_id: int, *, viewer: str, purpose: str, at: datetime) -> None:
    """Note in the query log and in the audit who looked at a subject and what for.

    ``viewer`` as the audit names actors: person:12, never an openid.
    """
    uow.queries.note(subject_id=subject_id, viewer=viewer, purpose=purpose, at=at)
    uow.audit.append("subject.viewed", actor=viewer, subject_id=subject_id, detail={"purpose": purpose})
