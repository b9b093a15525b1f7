"""Drafts of forms on pages, sealed, with the files that wait with them."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from domain.model.draft import Draft, HeldFile
from domain.ports import Sealer
from storage.statements import insert_once, upsert
from storage.tables import draft_files, drafts
from storage.types import AnyRow

PURPOSE = "draft"
NAME = "draft-file-name"

_OWN = (drafts.c.person_id == bindparam("person"), drafts.c.form == bindparam("of_form"))
_OWN_FILES = (draft_files.c.person_id == bindparam("person"), draft_files.c.form == bindparam("of_form"))
_GET = select(drafts).where(*_OWN)
# an update that changes nothing locks the row until the transaction ends, and waits for who has it
_LOCK = (
    insert_or(drafts)
    .on_conflict_do_update(index_elements=["person_id", "form"], set_={"form": drafts.c.form})
    .returning(drafts)
)
_PUT = upsert(drafts, "person_id", "form")
_OF_PERSON = (
    select(drafts)
    .where(drafts.c.person_id == bindparam("person"))
    .order_by(drafts.c.updated_at.desc(), drafts.c.form)
)
_FILES = select(draft_files).where(*_OWN_FILES).order_by(draft_files.c.id)
_ATTACH = insert_once(draft_files, "person_id", "form", "sha256")
# the bytes go by the nightly sweep, once no row refers to them
_DETACH = delete(draft_files).where(*_OWN_FILES, draft_files.c.sha256 == bindparam("hash"))
_HAND_OVER = delete(draft_files).where(*_OWN_FILES)
_ERASE = (
    delete(drafts).where(drafts.c.person_id == bindparam("person")),
    delete(draft_files).where(draft_files.c.person_id == bindparam("person")),
)


class SqlDrafts:
    """Implements ``domain.ports.Drafts``."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def get(self, person_id: int, form: str) -> Draft | None:
        """The draft of a form; None where there never was one."""
        row = self._connection.execute(_GET, {"person": person_id, "of_form": form}).first()
        return None if row is None else self._draft(row)

    def locked(self, person_id: int, form: str, at: datetime) -> Draft:
        """The draft, made where there is none; nobody else changes it until this transaction ends."""
        empty = {"person_id": person_id, "form": form, "data": b"", "updated_at": at}
        return self._draft(self._connection.execute(_LOCK, empty).one())

    def put(self, draft: Draft) -> None:
        """Overwrite what was written; files are not touched."""
        said = {
            "title": draft.title,
            "path": draft.path,
            "fields": draft.fields,
            "filed": draft.filed,
        }
        plain = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        row = {
            "person_id": draft.person_id,
            "form": draft.form,
            "data": self._sealer.seal(PURPOSE, plain.encode()),
            "updated_at": draft.updated_at,
        }
        self._connection.execute(_PUT, row)

    def of_person(self, person_id: int) -> list[Draft]:
        """The latest first, those that were sent included."""
        return [self._draft(row) for row in self._connection.execute(_OF_PERSON, {"person": person_id}).all()]

    def attach(self, draft: Draft, file: HeldFile) -> None:
        """Let a file wait with a draft."""
        row = {
            "person_id": draft.person_id,
            "form": draft.form,
            "sha256": file.sha256,
            "content_type": file.content_type,
            "size": file.size,
            "name": self._sealer.seal(NAME, file.name.encode()),
        }
        self._connection.execute(_ATTACH, row)

    def detach(self, person_id: int, form: str, sha256: str) -> None:
        """Take a file away; its bytes go later."""
        self._connection.execute(_DETACH, {"person": person_id, "of_form": form, "hash": sha256})

    def hand_over(self, draft: Draft) -> None:
        """The files of a draft are a case's from now on."""
        self._connection.execute(_HAND_OVER, {"person": draft.person_id, "of_form": draft.form})

    def erase(self, person_id: int) -> None:
        """Everything of a person goes."""
        for statement in _ERASE:
            self._connection.execute(statement, {"person": person_id})

    def _draft(self, row: AnyRow) -> Draft:
        said = json.loads(self._sealer.open(PURPOSE, row.data)) if row.data else {}
        own = {"person": row.person_id, "of_form": row.form}
        files = tuple(self._file(each) for each in self._connection.execute(_FILES, own))
        return Draft(row.person_id, row.form, row.updated_at, files=files, **said)

    def _file(self, row: AnyRow) -> HeldFile:
        name = self._sealer.open(NAME, row.name).decode()
        return HeldFile(row.sha256, row.content_type, row.size, name)
