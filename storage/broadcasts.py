"""群发: notices, their recipients, and the ledger of their letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, bindparam, delete, func, insert, or_, select, update

from domain.model.broadcast import Audience, Broadcast, Found, Ledger
from domain.ports import Sealer
from storage.statements import insert_once
from storage.subjects import VISIBLE
from storage.tables import assessments, broadcast_recipients, broadcasts, outbox, people, subjects
from storage.types import AnyRow

TEXT = "broadcast-text"

_ADD = insert(broadcasts).returning(broadcasts.c.id)
_OF_CASE = select(broadcasts).where(broadcasts.c.case_id == bindparam("wanted"))
# two replicas never work on the same notice at the same time
_ONE = select(broadcasts).order_by(broadcasts.c.id).limit(1).with_for_update(skip_locked=True)
_UNCOUNTED = _ONE.where(broadcasts.c.counted.is_(None))
_UNSENT_OF = broadcast_recipients.c.outbox_id.is_(None)
_LEFT = (
    select(broadcast_recipients.c.person_id)
    .where(broadcast_recipients.c.broadcast_id == broadcasts.c.id, _UNSENT_OF)
    .correlate(broadcasts)
    .exists()
)
_OUT = broadcasts.c.released_at.is_not(None) & broadcasts.c.reported_at.is_(None)
_SENDING = _ONE.where(_OUT, _LEFT)
_UNREPORTED = (
    select(broadcasts)
    .where(_OUT, ~_LEFT)
    .order_by(broadcasts.c.id)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_PROGRESS = (
    update(broadcasts)
    .where(broadcasts.c.id == bindparam("wanted"))
    .values(audience=bindparam("now_found"), counted=bindparam("now_counted"), cursor=bindparam("at_subject"))
)
_RELEASE = (
    update(broadcasts).where(broadcasts.c.id == bindparam("wanted")).values(released_at=bindparam("at"))
)
_REPORTED = (
    update(broadcasts).where(broadcasts.c.id == bindparam("wanted")).values(reported_at=bindparam("at"))
)

_GRADED = (
    select(assessments.c.id)
    .where(
        assessments.c.subject_id == subjects.c.id,
        assessments.c.status == "in_force",
        assessments.c.grade.in_(bindparam("grades", expanding=True)),
    )
    .correlate(subjects)
    .exists()
)
_FIRMS = (
    select(subjects.c.id, subjects.c.industry, subjects.c.domains)
    .where(
        subjects.c.id > bindparam("after"),
        VISIBLE,
        or_(bindparam("any_grade", type_=Boolean), _GRADED),
        or_(bindparam("any_subject", type_=Boolean), subjects.c.id.in_(bindparam("named", expanding=True))),
    )
    .order_by(subjects.c.id)
    .limit(bindparam("at_most"))
)

_ENLIST = insert_once(broadcast_recipients, "broadcast_id", "person_id")
_OF = broadcast_recipients.c.broadcast_id == bindparam("wanted")
_UNSENT = (
    select(broadcast_recipients.c.person_id)
    .where(_OF, _UNSENT_OF)
    .order_by(broadcast_recipients.c.person_id)
    .limit(bindparam("at_most"))
)
_RECIPIENT = (_OF, broadcast_recipients.c.person_id == bindparam("person"))
_NOTE_LETTER = (
    update(broadcast_recipients)
    .where(*_RECIPIENT)
    .values(outbox_id=select(outbox.c.id).where(outbox.c.unique_key == bindparam("key")).scalar_subquery())
)
_STRIKE = delete(broadcast_recipients).where(*_RECIPIENT, _UNSENT_OF)
_LEDGER = (
    select(outbox.c.status, outbox.c.last_error, func.count().label("letters"))
    .select_from(broadcast_recipients.outerjoin(outbox, outbox.c.id == broadcast_recipients.c.outbox_id))
    .where(_OF)
    .group_by(outbox.c.status, outbox.c.last_error)
    .order_by(func.count().desc())
)
#: neither platform tells who read a message: whoever came back to the talk afterwards has seen it
_OPENED = (
    select(func.count())
    .select_from(broadcast_recipients)
    .join(outbox, outbox.c.id == broadcast_recipients.c.outbox_id)
    .join(people, people.c.id == broadcast_recipients.c.person_id)
    .where(
        _OF,
        or_(
            outbox.c.status == "carried",
            (outbox.c.status == "sent") & (people.c.last_inbound_at > outbox.c.sent_at),
        ),
    )
)
_NEWEST = select(broadcasts).order_by(broadcasts.c.id.desc()).limit(bindparam("at_most"))
_SENT, _LOST = ("sent", "carried"), ("dead", "unknown")


class SqlBroadcasts:
    """Implements ``domain.ports.Broadcasts``."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def add(self, case_id: int, text: str, audience: Audience) -> int:
        """Store a notice; returns its id."""
        values = {
            "case_id": case_id,
            "text": self._sealer.seal(TEXT, text.encode()),
            "audience": _written(audience, Found()),
        }
        return int(self._connection.execute(_ADD, values).scalar_one())

    def of_case(self, case_id: int) -> Broadcast | None:
        return self._one(self._connection.execute(_OF_CASE, {"wanted": case_id}).first())

    def uncounted(self) -> Broadcast | None:
        """One whose recipients are not listed yet, the oldest first."""
        return self._one(self._connection.execute(_UNCOUNTED).first())

    def firms_in(self, audience: Audience, *, after: int, limit: int) -> tuple[list[int], int | None]:
        """Subjects of an audience among the next ``limit``, and after which to go on (None: that was all)."""
        asked = {
            "after": after,
            "any_grade": not audience.grades,
            "grades": list(audience.grades),
            "any_subject": not audience.subjects,
            "named": list(audience.subjects),
            "at_most": limit,
        }
        rows = self._connection.execute(_FIRMS, asked).all()
        fitting = [row.id for row in rows if _in_trade(audience, row)]
        return fitting, rows[-1].id if len(rows) == limit else None

    def enlist(self, broadcast_id: int, people: Sequence[int]) -> int:
        """List recipients, each once; how many were new."""
        rows = ({"broadcast_id": broadcast_id, "person_id": person} for person in people)
        return sum(self._connection.execute(_ENLIST, row).scalar() is not None for row in rows)

    def note_progress(self, broadcast: Broadcast) -> None:
        """Store where counting stands: cursor, found, counted."""
        values = {
            "wanted": broadcast.id,
            "now_found": _written(broadcast.audience, broadcast.found),
            "now_counted": broadcast.counted,
            "at_subject": broadcast.cursor,
        }
        self._connection.execute(_PROGRESS, values)

    def release(self, broadcast_id: int, at: datetime) -> None:
        """From now on it is sent."""
        self._connection.execute(_RELEASE, {"wanted": broadcast_id, "at": at})

    def sending(self) -> Broadcast | None:
        """A released one with recipients that were not written to yet, the oldest first."""
        return self._one(self._connection.execute(_SENDING).first())

    def unsent(self, broadcast_id: int, *, limit: int) -> list[int]:
        """Recipients that were not written to yet."""
        asked = {"wanted": broadcast_id, "at_most": limit}
        return list(self._connection.execute(_UNSENT, asked).scalars())

    def note_letter(self, broadcast_id: int, person_id: int, unique_key: str) -> None:
        """The letter of this key is the one for this recipient."""
        values = {"wanted": broadcast_id, "person": person_id, "key": unique_key}
        self._connection.execute(_NOTE_LETTER, values)

    def strike(self, broadcast_id: int, person_id: int) -> None:
        """This recipient no longer belongs to the audience."""
        self._connection.execute(_STRIKE, {"wanted": broadcast_id, "person": person_id})

    def unreported(self, *, limit: int = 5) -> list[Broadcast]:
        """Released ones whose recipients were all written to, and which were not reported yet."""
        return [self._read(row) for row in self._connection.execute(_UNREPORTED, {"at_most": limit})]

    def ledger(self, broadcast_id: int) -> Ledger:
        """What became of the letters, reasons with the most letters first."""
        rows = self._connection.execute(_LEDGER, {"wanted": broadcast_id}).all()

        def reasons(*statuses: str) -> tuple[tuple[str, int], ...]:
            return tuple((row.last_error, row.letters) for row in rows if row.status in statuses)

        listed = sum(row.letters for row in rows)
        sent = sum(row.letters for row in rows if row.status in _SENT)
        failed, unreachable = reasons(*_LOST), reasons("unreachable")
        ended = sent + sum(count for _, count in (*failed, *unreachable))
        return Ledger(listed, sent, listed - ended, failed, unreachable)

    def opened(self, broadcast_id: int) -> int:
        """How many recipients wrote or tapped something after their letter had come."""
        return int(self._connection.execute(_OPENED, {"wanted": broadcast_id}).scalar_one())

    def newest(self, *, limit: int) -> list[Broadcast]:
        return [self._read(row) for row in self._connection.execute(_NEWEST, {"at_most": limit})]

    def note_reported(self, broadcast_id: int, at: datetime) -> None:
        """The sender has the closing report."""
        self._connection.execute(_REPORTED, {"wanted": broadcast_id, "at": at})

    def _one(self, row: AnyRow | None) -> Broadcast | None:
        return None if row is None else self._read(row)

    def _read(self, row: AnyRow) -> Broadcast:
        audience, found = _parsed(row.audience)
        return Broadcast(
            id=row.id,
            case_id=row.case_id,
            text=self._sealer.open(TEXT, row.text).decode(),
            audience=audience,
            found=found,
            counted=row.counted,
            cursor=row.cursor,
            released_at=row.released_at,
            reported_at=row.reported_at,
        )


def _in_trade(audience: Audience, row: AnyRow) -> bool:
    if not (audience.trades or audience.domains):
        return True
    return row.industry in audience.trades or bool(set(audience.domains) & set(row.domains))


def _written(audience: Audience, found: Found) -> dict[str, Any]:
    return {"audience": asdict(audience), "found": asdict(found)}


def _parsed(stored: dict[str, Any]) -> tuple[Audience, Found]:
    """JSON knows no tuples."""
    audience: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in stored["audience"].items()
    }
    found = Found(**stored["found"])
    return Audience(**audience), replace(found, samples=tuple(found.samples))
