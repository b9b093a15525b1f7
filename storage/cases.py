"""Cases, their logs, and who was shown which version. What people wrote is sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, and_, bindparam, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from domain.model.case import Case, CaseEvent, CaseKind, Clock, Pause
from domain.model.case_search import CaseSearch
from domain.ports import Sealer
from storage.case_search import count_of, page_of, values_of
from storage.statements import upsert
from storage.tables import case_counters, case_events, case_views, cases
from storage.types import AnyRow

FACTS = "case-facts"
TEXT = "case-text"

# the row stays locked until the transaction ends, so numbers ascend in the order of commits, without gaps
_NEXT = (
    insert_or(case_counters)
    .values(last=1)
    .on_conflict_do_update(index_elements=["kind", "year"], set_={"last": case_counters.c.last + 1})
    .returning(case_counters.c.last)
)
_ADD = insert(cases).returning(cases.c.id)
_CASE = select(cases)
_GET = _CASE.where(cases.c.id == bindparam("wanted"))
_BY_NUMBER = _CASE.where(cases.c.number == bindparam("wanted"))
# SQLite has one writer and ignores FOR UPDATE
_LOCKED = _BY_NUMBER.with_for_update()
_CHANGING = (
    "state",
    "version",
    "department",
    "handler",
    "due_on",
    "provisional",
    "clocks",
    "pauses",
    "facts",
    "outcome",
    "closed_at",
)
_SAVE = (
    update(cases)
    .where(cases.c.id == bindparam("wanted"), cases.c.version == bindparam("was"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING})
)
_APPEND = insert(case_events)
_EVENTS = select(case_events).where(case_events.c.case_id == bindparam("wanted")).order_by(case_events.c.seq)
_OPEN = cases.c.closed_at.is_(None)
_NEWEST = cases.c.id.desc()
_OF_SUBJECT = _CASE.where(cases.c.subject_id == bindparam("wanted")).order_by(_NEWEST)
_OF_APPLICANT = _CASE.where(cases.c.applicant_id == bindparam("wanted")).order_by(_NEWEST)
_CHILDREN = _CASE.where(cases.c.parent_id == bindparam("wanted")).order_by(cases.c.id)
_AT_MOST: BindParameter[int] = bindparam("at_most")
_LISTS: dict[tuple[str, bool], Select[tuple[Any, ...]]] = {
    ("subject", False): _OF_SUBJECT.limit(_AT_MOST),
    ("subject", True): _OF_SUBJECT.where(_OPEN).limit(_AT_MOST),
    ("applicant", False): _OF_APPLICANT.limit(_AT_MOST),
    ("applicant", True): _OF_APPLICANT.where(_OPEN).limit(_AT_MOST),
}
_IN_DEPARTMENTS = cases.c.department.in_(bindparam("departments", expanding=True))
_HANDLED = and_(cases.c.handler == bindparam("who"), cases.c.handler != "")
_OPEN_IN = (
    _CASE.where(_OPEN, or_(_IN_DEPARTMENTS, _HANDLED))
    .order_by(cases.c.due_on.is_(None), cases.c.due_on, cases.c.id)
    .limit(_AT_MOST)
)
_OPEN_AFTER = _CASE.where(_OPEN, cases.c.id > bindparam("after")).order_by(cases.c.id).limit(_AT_MOST)
_DUE_BY = (
    _CASE.where(_OPEN, cases.c.due_on <= bindparam("day"), cases.c.id > bindparam("after"))
    .order_by(cases.c.id)
    .limit(_AT_MOST)
)
_NOTE_VIEW = upsert(case_views, "userid", "case_id")
_SEEN = select(case_views.c.version).where(
    case_views.c.userid == bindparam("user"), case_views.c.case_id == bindparam("wanted")
)


class SqlCases:
    """Implements ``domain.ports.Cases``."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def next_number(self, kind: CaseKind, year: int) -> int:
        """The next number of a kind and year; others who ask wait until this transaction ends."""
        return int(self._connection.execute(_NEXT, {"kind": kind.value, "year": year}).scalar_one())

    def add(self, case: Case) -> Case:
        """Store a new case (its ``id`` is ignored); returned with its id."""
        from_the_start = {
            "number": case.number,
            "kind": case.kind.value,
            "subject_id": case.subject_id,
            "applicant_id": case.applicant_id,
            "opened_at": case.opened_at,
            "parent_id": case.parent_id,
        }
        row = from_the_start | self._changing(case)
        return replace(case, id=int(self._connection.execute(_ADD, row).scalar_one()))

    def get(self, case_id: int) -> Case | None:
        return self._one(_GET, case_id)

    def by_number(self, number: str, *, lock: bool = False) -> Case | None:
        """The case of a number; with ``lock`` nobody else changes it until this transaction ends."""
        return self._one(_LOCKED if lock else _BY_NUMBER, number)

    def save(self, case: Case, *, was: int) -> bool:
        """Overwrite a case whose stored version is ``was``; False where it has moved on."""
        values = {f"new_{name}": value for name, value in self._changing(case).items()}
        return self._connection.execute(_SAVE, values | {"wanted": case.id, "was": was}).rowcount == 1

    def append_event(self, event: CaseEvent) -> None:
        """Add one line to a case's log; its ``seq`` is taken by nobody else."""
        row = asdict(event) | {"text": self._sealer.seal(TEXT, event.text.encode())}
        self._connection.execute(_APPEND, row)

    def events(self, case_id: int, *, texts: bool = True) -> list[CaseEvent]:
        """The log, oldest first; without ``texts`` nothing is unsealed."""
        rows = self._connection.execute(_EVENTS, {"wanted": case_id})
        return [self._event(row, texts) for row in rows]

    def of_subject(self, subject_id: int, *, open_only: bool = False, limit: int = 50) -> list[Case]:
        """Cases of a subject, newest first."""
        return self._many(_LISTS["subject", open_only], {"wanted": subject_id, "at_most": limit})

    def of_applicant(self, person_id: int, *, open_only: bool = False, limit: int = 50) -> list[Case]:
        """Cases that a person applied for, newest first."""
        return self._many(_LISTS["applicant", open_only], {"wanted": person_id, "at_most": limit})

    def children(self, case_id: int) -> list[Case]:
        """Cases that go back to this one, oldest first."""
        return self._many(_CHILDREN, {"wanted": case_id})

    def open_in(self, departments: Sequence[str], handler: str = "", *, limit: int = 200) -> list[Case]:
        """Open cases of some departments, or that ``handler`` handles; the nearest due date first,
        those without one last."""
        values = {"departments": list(departments), "who": handler, "at_most": limit}
        return self._many(_OPEN_IN, values)

    def due_by(self, day: date, *, after: int, limit: int) -> list[Case]:
        """Open cases that are due on or before a day, after a case id, in id order."""
        return self._many(_DUE_BY, {"day": day, "after": after, "at_most": limit})

    def open_after(self, after: int, *, limit: int) -> list[Case]:
        """Open cases after a case id, in id order."""
        return self._many(_OPEN_AFTER, {"after": after, "at_most": limit})

    def search(self, wanted: CaseSearch, *, after: int, limit: int) -> list[Case]:
        """What is looked for, without the first ``after`` of them."""
        return self._many(page_of(wanted), values_of(wanted, limit=limit) | {"after": after})

    def count(self, wanted: CaseSearch, *, limit: int) -> int:
        """How many there are; counting ends at ``limit``."""
        return int(self._connection.execute(count_of(wanted), values_of(wanted, limit=limit)).scalar_one())

    def note_view(self, userid: str, case_id: int, version: int, at: datetime) -> None:
        """This member of staff was shown this version."""
        self._connection.execute(
            _NOTE_VIEW, {"userid": userid, "case_id": case_id, "version": version, "at": at}
        )

    def seen_version(self, userid: str, case_id: int) -> int | None:
        """Which version the member was shown last; None where never."""
        return self._connection.execute(_SEEN, {"user": userid, "wanted": case_id}).scalar()

    def _one(self, statement: Select[tuple[Any, ...]], wanted: int | str) -> Case | None:
        row = self._connection.execute(statement, {"wanted": wanted}).first()
        return None if row is None else self._case(row)

    def _many(self, statement: Select[tuple[Any, ...]], values: dict[str, Any]) -> list[Case]:
        return [self._case(row) for row in self._connection.execute(statement, values)]

    def _changing(self, case: Case) -> dict[str, Any]:
        values = {name: getattr(case, name) for name in _CHANGING}
        values["clocks"] = [_jsonable(asdict(clock)) for clock in case.clocks]
        values["pauses"] = self._seal([_jsonable(asdict(pause)) for pause in case.pauses])
        values["facts"] = self._seal(case.facts)
        return values

    def _seal(self, value: object) -> bytes:
        return self._sealer.seal(FACTS, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

    def _open(self, sealed: bytes) -> Any:
        return json.loads(self._sealer.open(FACTS, sealed))

    def _case(self, row: AnyRow) -> Case:
        values = dict(row._mapping)
        values["kind"] = CaseKind(row.kind)
        values["clocks"] = tuple(Clock(**_dated(c, ("starts_on", "due_on", "met_on"))) for c in row.clocks)
        values["pauses"] = tuple(Pause(**_dated(p, ("since", "until"))) for p in self._open(row.pauses))
        values["facts"] = self._open(row.facts)
        return Case(**values)

    def _event(self, row: AnyRow, texts: bool) -> CaseEvent:
        text = self._sealer.open(TEXT, row.text).decode() if texts else ""
        return CaseEvent(**dict(row._mapping) | {"text": text})


def _jsonable(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}


def _dated(values: dict[str, Any], dates: Iterable[str]) -> dict[str, Any]:
    read = {key: date.fromisoformat(values[key]) for key in dates if values.get(key)}
    return values | read
