"""The audit log: append-only, ids and hashes only, chained by a sealer.

A turn appends rows unchained, so that turns do not wait for each other. One
claimed sealer gives committed rows their number and chains them:
``seal = sha256(previous seal + canonical row)``. The head (number and seal) is
kept apart, so that a chain cut at its end shows as well; the head also goes to
the auditor, so that a chain rewritten as a whole shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from domain.clock import Clock
from storage.prepared import Prepared
from storage.statements import insert_once
from storage.tables import audit, installation
from storage.types import AnyRow

GENESIS = "0" * 64
#: an unsealed row older than this means that the sealer stands still
LONGEST_TAIL = timedelta(minutes=1)

_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

_HEAD_KEY = "audit_head"
_CHUNK = 1000

_APPEND = Prepared(insert(audit), "at", "action", "actor", "subject_id", "ref", "detail")
_PLANT_HEAD = insert_once(installation, "key")
_HEAD = select(installation.c.value).where(installation.c.key == _HEAD_KEY)
_CLAIM_HEAD = _HEAD.with_for_update(skip_locked=True)
_MOVE_HEAD = update(installation).where(installation.c.key == _HEAD_KEY).values(value=bindparam("head"))
_UNSEALED = Prepared(
    select(audit).where(audit.c.sealed_no.is_(None)).order_by(audit.c.id).limit(bindparam("at_most"))
)
_SEAL = Prepared(
    update(audit)
    .where(audit.c.id == bindparam("wanted"))
    .values(sealed_no=bindparam("number"), seal=bindparam("new_seal"))
)
_SEALED = (
    select(audit)
    .where(audit.c.sealed_no > bindparam("after"))
    .order_by(audit.c.sealed_no)
    .limit(bindparam("at_most"))
)
_TAIL = select(func.count(), func.min(audit.c.at)).where(audit.c.sealed_no.is_(None))


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What ``verify`` found. ``fault`` is "" for a whole chain; ``broken_at`` is the first bad number."""

    sealed: int
    head: str
    unsealed: int
    oldest_unsealed_at: datetime | None
    broken_at: int | None = None
    fault: str = ""

    @property
    def whole(self) -> bool:
        return not self.fault


class SqlAudit:
    """Implements ``domain.ports.AuditLog``."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def append(
        self,
        action: str,
        *,
        actor: str,
        subject_id: int | None = None,
        ref: str = "",
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Append one row, unchained, in the transaction of what it tells about."""
        values = {
            "at": self._clock.now(),
            "action": action,
            "actor": actor,
            "subject_id": subject_id,
            "ref": ref,
            "detail": detail or {},
        }
        _APPEND.run(self._connection, values)


class SqlSealing:
    """The chain over the audit log: sealing and proof. Implements ``domain.ports.AuditChain``."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def seal_batch(self, limit: int = 500) -> int:
        """Chain up to ``limit`` committed rows in id order; return how many.

        The head row is the claim: while another replica seals, this one returns 0.
        """
        self._connection.execute(_PLANT_HEAD, {"key": _HEAD_KEY, "value": _write_head(0, GENESIS)})
        head = self._connection.execute(_CLAIM_HEAD).scalar()
        if head is None:
            return 0
        rows = _UNSEALED.all(self._connection, {"at_most": limit})
        if not rows:
            return 0
        links = list(_chain(rows, *_read_head(head)))
        _SEAL.run_many(self._connection, links)
        self._connection.execute(
            _MOVE_HEAD, {"head": _write_head(links[-1]["number"], links[-1]["new_seal"])}
        )
        return len(links)

    def head(self) -> tuple[int, str]:
        """Number and seal of the last link; (0, zeros) before the first."""
        return head_of(self._connection)

    def verify(self, kept: tuple[int, str] | None = None) -> AuditReport:
        """Recompute the whole chain in bounded memory; report the first broken link and the tail.

        ``kept``: number and seal of a link as somebody outside keeps it. A chain
        that was rewritten as a whole is whole in itself and has another seal there.
        """
        number, seal, broken = 0, GENESIS, None
        found = None if kept is None or kept[0] else (0, GENESIS)
        for row in self._sealed_rows():
            expected = _seal(seal, number + 1, row)
            if row.sealed_no != number + 1 or row.seal != expected:
                broken = number + 1
                break
            number, seal = row.sealed_no, row.seal
            if kept is not None and number == kept[0]:
                found = (number, seal)
        report = self._report(number, seal, broken)
        if kept is None or found == kept or not report.whole:
            return report
        return replace(report, broken_at=kept[0], fault=f"link {kept[0]} is not the one that was kept")

    def _report(self, number: int, seal: str, broken: int | None) -> AuditReport:
        unsealed, oldest = self._connection.execute(_TAIL).one()
        fault = ""
        if broken is not None:
            fault = f"the chain is broken at link {broken}"
        elif (number, seal) != self.head():
            broken = number + 1
            fault = f"the chain ends at link {number}, its head says {self.head()[0]}"
        elif oldest is not None and self._clock.now() - oldest > LONGEST_TAIL:
            fault = f"{unsealed} rows are unsealed, the oldest since {oldest.isoformat()}"
        return AuditReport(number, seal, unsealed, oldest, broken, fault)

    def _sealed_rows(self) -> Iterator[AnyRow]:
        after = 0
        while rows := self._connection.execute(_SEALED, {"after": after, "at_most": _CHUNK}).all():
            yield from rows
            after = rows[-1].sealed_no


def head_of(connection: Connection) -> tuple[int, str]:
    """Number and seal of the last link; (0, zeros) before the first."""
    head = connection.execute(_HEAD).scalar()
    return _read_head(head) if head else (0, GENESIS)


def _chain(rows: Any, number: int, seal: str) -> Iterator[dict[str, Any]]:
    for row in rows:
        number += 1
        seal = _seal(seal, number, row)
        yield {"wanted": row.id, "number": number, "new_seal": seal}


def _seal(previous: str, number: int, row: AnyRow) -> str:
    canonical = _canonical(
        [number, row.id, row.at.isoformat(), row.action, row.actor, row.subject_id, row.ref, row.detail]
    )
    return sha256((previous + canonical).encode()).hexdigest()


def _write_head(number: int, seal: str) -> str:
    return f"{number}:{seal}"


def _read_head(value: str) -> tuple[int, str]:
    number, _, seal = value.partition(":")
    return int(number), seal
