"""信用承诺 as signed; what lay before the signer is sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from domain.model.commitment import Acknowledged, Commitment, Performance, Signed
from domain.model.person import Power
from domain.ports import Sealer
from storage.tables import commitments

PURPOSE = "commitment"

_ADD = insert(commitments).returning(commitments.c.id)
_OF_CASE = select(commitments).where(commitments.c.case_id == bindparam("wanted"))
_AFTER = (
    select(commitments)
    .where(commitments.c.id > bindparam("after"))
    .order_by(commitments.c.id)
    .limit(bindparam("at_most"))
)
_SINCE = _AFTER.where(
    or_(commitments.c.signed_at >= bindparam("moment"), commitments.c.judged_on >= bindparam("day"))
)
_JUDGE = (
    update(commitments)
    .where(commitments.c.id == bindparam("wanted"))
    .values(
        performance=bindparam("found"),
        performance_text=bindparam("text"),
        judged_on=bindparam("on"),
        judged_by=bindparam("by"),
    )
)


class SqlCommitments:
    """Implements ``domain.ports.Commitments``."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def add(self, commitment: Commitment) -> Commitment:
        """Store a commitment (its ``id`` is ignored); returned with its id."""
        plain = json.dumps(asdict(commitment.signed), ensure_ascii=False, separators=(",", ":"))
        row = {name: getattr(commitment, name) for name in _PLAIN} | {
            "signed": self._sealer.seal(PURPOSE, plain.encode()),
            "power": int(commitment.power),
            "performance": commitment.performance.value,
        }
        return replace(commitment, id=int(self._connection.execute(_ADD, row).scalar_one()))

    def of_case(self, case_id: int) -> Commitment | None:
        """What was signed in a case."""
        row = self._connection.execute(_OF_CASE, {"wanted": case_id}).mappings().first()
        return None if row is None else self._commitment(row)

    def judge(
        self, commitment_id: int, performance: Performance, text: str, *, on: date | None, by: str
    ) -> None:
        """Write down what was found on the performance, or that it was withdrawn."""
        values = {"wanted": commitment_id, "found": performance.value, "text": text, "on": on, "by": by}
        self._connection.execute(_JUDGE, values)

    def changed_since(
        self, moment: datetime | None, day: date | None, *, after: int, limit: int
    ) -> list[Commitment]:
        """Signed since a moment or judged since a day (None: all), after an id, in the order of signing."""
        values: dict[str, Any] = {"after": after, "at_most": limit}
        if moment is None:
            rows = self._connection.execute(_AFTER, values)
        else:
            rows = self._connection.execute(_SINCE, values | {"moment": moment, "day": day})
        return [self._commitment(row) for row in rows.mappings()]

    def _commitment(self, row: Mapping[Any, Any]) -> Commitment:
        signed = json.loads(self._sealer.open(PURPOSE, row["signed"]))
        signed["notices"] = tuple(Acknowledged(**notice) for notice in signed["notices"])
        values = dict(row) | {
            "signed": Signed(**signed),
            "power": Power(row["power"]),
            "performance": Performance(row["performance"]),
        }
        return Commitment(**values)


#: columns that hold the field of the same name as it is
_PLAIN = (
    "code",
    "case_id",
    "subject_id",
    "kind",
    "item",
    "template_version",
    "text_sha256",
    "signature_sha256",
    "consents",
    "signer_id",
    "signed_at",
    "due_on",
    "performance_text",
    "judged_on",
    "judged_by",
    "publicity",
)
