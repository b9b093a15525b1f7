"""Subjects, their former names and old codes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, union, update

from domain.errors import NotFound
from domain.model.subject import Subject, SubjectKind
from storage.statements import insert_once
from storage.tables import batches, legacy_codes, subject_names, subjects
from storage.types import AnyRow

#: rows of a batch count only once the batch is flipped
VISIBLE = or_(
    subjects.c.batch_id.is_(None),
    select(batches.c.id)
    .where(batches.c.id == subjects.c.batch_id, batches.c.flipped_at.is_not(None))
    .correlate(subjects)
    .exists(),
)
COLUMNS = (
    subjects.c.id,
    subjects.c.kind,
    subjects.c.name,
    subjects.c.uscc,
    subjects.c.domains,
    subjects.c.industry,
)
_WITH_NAMES = select(*COLUMNS, subject_names.c.name.label("former")).join_from(
    subjects, subject_names, subject_names.c.subject_id == subjects.c.id, isouter=True
)
_IN_ORDER = (subjects.c.id, subject_names.c.id)

_GET = _WITH_NAMES.where(subjects.c.id == bindparam("wanted")).order_by(*_IN_ORDER)
_BY_USCC = _WITH_NAMES.where(subjects.c.uscc == bindparam("wanted"), VISIBLE).order_by(*_IN_ORDER)
_BY_HASH = _WITH_NAMES.where(subjects.c.id_hash == bindparam("wanted"), VISIBLE).order_by(*_IN_ORDER)
_BY_LEGACY = (
    _WITH_NAMES.join(legacy_codes, legacy_codes.c.subject_id == subjects.c.id)
    .where(legacy_codes.c.code == bindparam("wanted"), VISIBLE)
    .order_by(*_IN_ORDER)
)
# a union of two index look-ups; an OR across two tables would read them whole
_NAMED = union(
    select(subjects.c.id).where(subjects.c.name == bindparam("wanted")),
    select(subject_names.c.subject_id).where(subject_names.c.name == bindparam("wanted")),
)
_BY_NAME = _WITH_NAMES.where(subjects.c.id.in_(_NAMED), VISIBLE).order_by(*_IN_ORDER)
_COUNT = select(func.count()).select_from(subjects).where(VISIBLE)
_PRESENT_NAME = select(subjects.c.name).where(subjects.c.id == bindparam("wanted")).with_for_update()

_ADD = insert(subjects).returning(subjects.c.id)
_RENAME = update(subjects).where(subjects.c.id == bindparam("wanted")).values(name=bindparam("new_name"))
_ADD_NAME = insert_once(subject_names, "subject_id", "name")
_ADD_LEGACY = insert_once(legacy_codes, "code")


class SqlSubjects:
    """Implements ``domain.ports.Subjects``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, subject_id: int) -> Subject:
        """The subject; ``NotFound`` where there is none."""
        found = self._find(_GET, subject_id)
        if not found:
            raise NotFound("没有这个主体。", log=f"no subject {subject_id}")
        return found[0]

    def by_uscc(self, uscc: str) -> Subject | None:
        return self._first(_BY_USCC, uscc)

    def by_legacy_code(self, code: str) -> Subject | None:
        return self._first(_BY_LEGACY, code)

    def by_id_hash(self, id_hash: bytes) -> Subject | None:
        return self._first(_BY_HASH, id_hash)

    def by_name(self, name: str) -> list[Subject]:
        """Subjects whose present or former name is exactly this, in id order."""
        return self._find(_BY_NAME, name)

    def add(self, subject: Subject, *, id_sealed: bytes = b"", id_hash: bytes = b"") -> int:
        """Store a new subject with its former names; return its id."""
        values = {
            "kind": subject.kind.value,
            "name": subject.name,
            "uscc": subject.uscc,
            "industry": subject.industry,
            "domains": list(subject.domains),
            "id_sealed": id_sealed or None,
            "id_hash": id_hash or None,
        }
        subject_id = int(self._connection.execute(_ADD, values).scalar_one())
        for name in subject.former_names:
            self._connection.execute(_ADD_NAME, {"subject_id": subject_id, "name": name})
        return subject_id

    def rename(self, subject_id: int, name: str) -> None:
        """Change the name; the present one joins the former names."""
        present = self._connection.execute(_PRESENT_NAME, {"wanted": subject_id}).scalar()
        if present is None:
            raise NotFound("没有这个主体。", log=f"no subject {subject_id}")
        if present == name:
            return
        self._connection.execute(_ADD_NAME, {"subject_id": subject_id, "name": present})
        self._connection.execute(_RENAME, {"wanted": subject_id, "new_name": name})

    def add_legacy_code(self, code: str, subject_id: int) -> None:
        """Map an old code to its subject; a code that is mapped already stays as it is."""
        self._connection.execute(_ADD_LEGACY, {"code": code, "subject_id": subject_id})

    def count(self) -> int:
        return int(self._connection.execute(_COUNT).scalar_one())

    def _first(self, statement: Any, wanted: object) -> Subject | None:
        found = self._find(statement, wanted)
        return found[0] if found else None

    def _find(self, statement: Any, wanted: object) -> list[Subject]:
        return gather(self._connection.execute(statement, {"wanted": wanted}).all())


def gather(rows: Any) -> list[Subject]:
    """Subjects from rows of ``COLUMNS`` + former name, one row for each former name."""
    groups: dict[int, tuple[AnyRow, list[str]]] = {}
    for row in rows:
        _, names = groups.setdefault(row.id, (row, []))
        # a firm that took an old name again bears it as its present one
        if row.former is not None and row.former != row.name:
            names.append(row.former)
    return [to_subject(row, tuple(names)) for row, names in groups.values()]


def to_subject(row: AnyRow, former_names: tuple[str, ...]) -> Subject:
    return Subject(
        id=row.id,
        kind=SubjectKind(row.kind),
        name=row.name,
        uscc=row.uscc,
        former_names=former_names,
        domains=tuple(row.domains),
        industry=row.industry,
    )
