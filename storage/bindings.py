"""Who may speak for which subject, and the codes that prove it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from domain.model.person import Binding, Channel, Person, Power
from domain.model.subject import Subject
from domain.ports import BindCode
from storage import subjects as subject_rows
from storage.prepared import Prepared
from storage.tables import bind_codes, bind_failures, bindings, people, subject_names, subjects
from storage.types import AnyRow

_BINDING = (
    bindings.c.id.label("binding_id"),
    bindings.c.person_id,
    bindings.c.subject_id,
    bindings.c.power,
    bindings.c.bound_at,
    bindings.c.proof,
    bindings.c.until,
    bindings.c.scope,
)
_ACTIVE = bindings.c.revoked_at.is_(None)
# bindings, subjects and their former names in one statement: the hottest read of a turn
_OF_PERSON = Prepared(
    select(*_BINDING, *subject_rows.COLUMNS, subject_names.c.name.label("former"))
    .select_from(
        bindings.join(subjects, subjects.c.id == bindings.c.subject_id).outerjoin(
            subject_names, subject_names.c.subject_id == subjects.c.id
        )
    )
    .where(bindings.c.person_id == bindparam("person"), _ACTIVE)
    .order_by(bindings.c.id, subject_names.c.id)
)
_OF_SUBJECT = (
    select(*_BINDING, people)
    .join(people, people.c.id == bindings.c.person_id)
    .where(bindings.c.subject_id == bindparam("subject"), _ACTIVE)
    .order_by(bindings.c.id)
)
_ADD = insert(bindings).returning(bindings.c.id)
_REVOKE = (
    update(bindings)
    .where(bindings.c.id == bindparam("wanted"), _ACTIVE)
    .values(revoked_at=bindparam("at"), revoked_reason=bindparam("why"))
)
_ADD_CODE = insert(bind_codes).returning(bind_codes.c.id)
_BOUND = (
    select(bindings.c.subject_id)
    .distinct()
    .where(bindings.c.revoked_at.is_(None), bindings.c.subject_id > bindparam("after"))
    .order_by(bindings.c.subject_id)
    .limit(bindparam("at_most"))
)
_CODE = select(
    bind_codes.c.id,
    bind_codes.c.subject_id,
    bind_codes.c.power,
    bind_codes.c.expires_at,
    bind_codes.c.used_at,
).where(bind_codes.c.code_hash == bindparam("wanted"))
_USE_CODE = (
    update(bind_codes)
    .where(bind_codes.c.id == bindparam("wanted"), bind_codes.c.used_at.is_(None))
    .values(used_at=bindparam("at"), used_by=bindparam("person"))
)
_NOTE_FAILURE = insert(bind_failures)
_FAILURES = (
    select(bind_failures.c.at)
    .where(bind_failures.c.person_id == bindparam("person"), bind_failures.c.at > bindparam("since"))
    .order_by(bind_failures.c.at.desc(), bind_failures.c.id.desc())
)


class SqlBindings:
    """Implements ``domain.ports.Bindings``.

    Only bindings that were not revoked come back. Whether ``until`` has passed
    is a question of law and is answered in the domain.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_person(self, person_id: int) -> list[tuple[Binding, Subject]]:
        """Active bindings of a person with their subjects, oldest first."""
        rows = _OF_PERSON.all(self._connection, {"person": person_id})
        named = {subject.id: subject for subject in subject_rows.gather(rows)}
        active = {row.binding_id: row for row in rows}
        return [(_to_binding(row), named[row.subject_id]) for row in active.values()]

    def of_subject(self, subject_id: int) -> list[tuple[Binding, Person]]:
        """Active bindings of a subject with the persons, oldest first."""
        rows = self._connection.execute(_OF_SUBJECT, {"subject": subject_id})
        return [(_to_binding(row), _to_person(row)) for row in rows]

    def bound_subjects(self, after: int, *, limit: int) -> list[int]:
        """Subjects after an id that somebody is bound to, in id order."""
        return list(self._connection.execute(_BOUND, {"after": after, "at_most": limit}).scalars())

    def add(
        self,
        person_id: int,
        subject_id: int,
        power: Power,
        *,
        at: datetime,
        proof: str,
        until: date | None = None,
        scope: Sequence[str] = (),
    ) -> int:
        """``scope``: kinds of commitment that the power is for; (): all."""
        values = {
            "person_id": person_id,
            "subject_id": subject_id,
            "power": int(power),
            "bound_at": at,
            "proof": proof,
            "until": until,
            "scope": list(scope),
        }
        return int(self._connection.execute(_ADD, values).scalar_one())

    def revoke(self, binding_id: int, *, at: datetime, reason: str) -> None:
        """End a binding; one that is ended already keeps its first date and reason."""
        self._connection.execute(_REVOKE, {"wanted": binding_id, "at": at, "why": reason})

    def add_code(
        self, subject_id: int, code_hash: bytes, power: Power, *, at: datetime, expires: datetime, by: str
    ) -> int:
        values = {
            "subject_id": subject_id,
            "code_hash": code_hash,
            "power": int(power),
            "issued_at": at,
            "expires_at": expires,
            "issued_by": by,
        }
        return int(self._connection.execute(_ADD_CODE, values).scalar_one())

    def code_by_hash(self, code_hash: bytes) -> BindCode | None:
        row = self._connection.execute(_CODE, {"wanted": code_hash}).first()
        if row is None:
            return None
        return BindCode(row.id, row.subject_id, Power(row.power), row.expires_at, row.used_at is not None)

    def use_code(self, code_id: int, person_id: int, at: datetime) -> bool:
        """Mark a code as used; False if somebody was faster."""
        values = {"wanted": code_id, "person": person_id, "at": at}
        return self._connection.execute(_USE_CODE, values).rowcount == 1

    def note_failure(self, person_id: int, at: datetime) -> None:
        """Count one wrong code."""
        self._connection.execute(_NOTE_FAILURE, {"person_id": person_id, "at": at})

    def failures_since(self, person_id: int, since: datetime) -> list[datetime]:
        """When this person gave wrong codes after ``since``, newest first."""
        found = self._connection.execute(_FAILURES, {"person": person_id, "since": since})
        return list(found.scalars())


def _to_binding(row: AnyRow) -> Binding:
    return Binding(
        id=row.binding_id,
        person_id=row.person_id,
        subject_id=row.subject_id,
        power=Power(row.power),
        bound_at=row.bound_at,
        proof=row.proof,
        until=row.until,
        scope=tuple(row.scope),
    )


def _to_person(row: AnyRow) -> Person:
    return Person(
        id=row.person_id,
        channel=Channel(row.channel),
        account=row.account,
        sender=row.sender,
        notice_version=row.notice_version,
        followed=row.followed,
        last_inbound_at=row.last_inbound_at,
    )
