"""Files kept with cases, and media that a platform named and nobody fetched yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, select, update

from domain.model.case import Evidence
from domain.model.person import Channel
from domain.ports import NamedMedia, Sealer
from storage.statements import insert_once
from storage.tables import evidence, media_to_fetch
from storage.types import AnyRow

NAME = "evidence-name"

_ADD = insert_once(evidence, "case_id", "sha256")
_OF_CASE = select(evidence).where(evidence.c.case_id == bindparam("wanted")).order_by(evidence.c.id)
_GET = select(evidence).where(evidence.c.id == bindparam("wanted"))
_COUNT = select(func.count()).where(evidence.c.case_id == bindparam("wanted"))

_QUEUE = insert_once(media_to_fetch, "media_id")
_DUE = (
    select(media_to_fetch.c.id)
    .where(media_to_fetch.c.failed == "", media_to_fetch.c.due_at <= bindparam("now"))
    .order_by(media_to_fetch.c.due_at, media_to_fetch.c.id)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(media_to_fetch)
    .where(media_to_fetch.c.id.in_(bindparam("ids", expanding=True)))
    .values(attempts=media_to_fetch.c.attempts + 1, due_at=bindparam("until"))
    .returning(media_to_fetch)
)
_PENDING = select(func.count()).where(
    media_to_fetch.c.case_id == bindparam("wanted"), media_to_fetch.c.failed == ""
)
_DONE = delete(media_to_fetch).where(media_to_fetch.c.id == bindparam("wanted"))
_LATER = (
    update(media_to_fetch).where(media_to_fetch.c.id == bindparam("wanted")).values(due_at=bindparam("due"))
)
_FAILED = (
    update(media_to_fetch)
    .where(media_to_fetch.c.id == bindparam("wanted"), media_to_fetch.c.failed == "")
    .values(failed=bindparam("why"))
)


class SqlEvidence:
    """Implements ``domain.ports.EvidenceBook``. The names that people gave their files are sealed."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def add(self, item: Evidence) -> int | None:
        """Keep a file with a case (its ``id`` is ignored); None where the same one is there already."""
        values = {
            "case_id": item.case_id,
            "sha256": item.sha256,
            "content_type": item.content_type,
            "size": item.size,
            "name": self._sealer.seal(NAME, item.name.encode()),
            "at": item.at,
            "by": item.by,
        }
        found: int | None = self._connection.execute(_ADD, values).scalar()
        return found

    def get(self, evidence_id: int) -> Evidence | None:
        row = self._connection.execute(_GET, {"wanted": evidence_id}).first()
        return None if row is None else self._to_evidence(row)

    def of_case(self, case_id: int) -> list[Evidence]:
        """In the order in which they came."""
        return [self._to_evidence(row) for row in self._connection.execute(_OF_CASE, {"wanted": case_id})]

    def count(self, case_id: int) -> int:
        """How many files a case has, those still on their way included."""
        wanted = {"wanted": case_id}
        here = self._connection.execute(_COUNT, wanted).scalar_one()
        return int(here + self._connection.execute(_PENDING, wanted).scalar_one())

    def queue(self, case_id: int, channel: Channel, media_id: str, *, by: str, at: datetime) -> bool:
        """Have a platform's temporary file fetched; False where it is queued already."""
        values = {
            "case_id": case_id,
            "channel": channel.value,
            "media_id": media_id,
            "by": by,
            "at": at,
            "due_at": at,
        }
        return self._connection.execute(_QUEUE, values).scalar() is not None

    def lease(self, now: datetime, lease_for: timedelta, *, limit: int) -> list[NamedMedia]:
        """Take what is due; it comes up again after the lease unless an end is reported."""
        ids = self._connection.execute(_DUE, {"now": now, "at_most": limit}).scalars().all()
        if not ids:
            return []
        rows = self._connection.execute(_LEASE, {"ids": ids, "until": now + lease_for}).all()
        return [
            NamedMedia(r.id, r.case_id, Channel(r.channel), r.media_id, r.by, r.at, r.attempts)
            for r in sorted(rows, key=lambda row: row.id)
        ]

    def fetched(self, media_row: int) -> bool:
        """It is here: the row goes. False where somebody was faster."""
        return self._connection.execute(_DONE, {"wanted": media_row}).rowcount == 1

    def again(self, media_row: int, due_at: datetime) -> None:
        """Not yet: try again from ``due_at``."""
        self._connection.execute(_LATER, {"wanted": media_row, "due": due_at})

    def failed(self, media_row: int, why: str) -> bool:
        """Never: kept with the reason. False where that was said before."""
        return self._connection.execute(_FAILED, {"wanted": media_row, "why": why}).rowcount == 1

    def _to_evidence(self, row: AnyRow) -> Evidence:
        return Evidence(
            id=row.id,
            case_id=row.case_id,
            sha256=row.sha256,
            content_type=row.content_type,
            size=row.size,
            name=self._sealer.open(NAME, row.name).decode(),
            at=row.at,
            by=row.by,
        )
