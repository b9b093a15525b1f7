"""文书 as issued; what they say is sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from domain.model.paper import Content, Paper, PaperKind
from domain.ports import Sealer
from storage.tables import paper_counters, papers

PURPOSE = "paper"

# the row stays locked until the transaction ends, so numbers ascend in the order of commits, without gaps
_LOCK = (
    insert_or(paper_counters)
    .values(last=0)
    .on_conflict_do_update(index_elements=["kind", "year"], set_={"last": paper_counters.c.last})
)
_NEXT = (
    insert_or(paper_counters)
    .values(last=1)
    .on_conflict_do_update(index_elements=["kind", "year"], set_={"last": paper_counters.c.last + 1})
    .returning(paper_counters.c.last)
)
_ADD = insert(papers).returning(papers.c.id)
_PAPER = select(papers)
_GET = _PAPER.where(papers.c.id == bindparam("wanted"))
_BY_CODE = _PAPER.where(papers.c.code == bindparam("wanted"))
_ABOUT = _PAPER.where(papers.c.kind == bindparam("of_kind"), papers.c.about == bindparam("wanted"))
_OF_CASE = _PAPER.where(papers.c.case_id == bindparam("wanted")).order_by(papers.c.id)
_OF_SUBJECT = (
    _PAPER.where(papers.c.subject_id == bindparam("wanted"))
    .order_by(papers.c.id.desc())
    .limit(bindparam("at_most"))
)
_PRINTED = (
    update(papers)
    .where(papers.c.id == bindparam("wanted"), papers.c.pdf_sha256 == "")
    .values(pdf_sha256=bindparam("pdf"), by_hand="")
)
_BY_HAND = update(papers).where(papers.c.id == bindparam("wanted")).values(by_hand=bindparam("why"))
_REVOKE = (
    update(papers)
    .where(papers.c.id == bindparam("wanted"), papers.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"), revoked_why=bindparam("why"))
)
_REINSTATE = update(papers).where(papers.c.id == bindparam("wanted")).values(revoked_at=None, revoked_why="")

#: columns that hold the field of the same name as it is
_PLAIN = (
    "number",
    "issued_on",
    "issued_at",
    "issuer",
    "subject_id",
    "about",
    "case_id",
    "text_sha256",
    "code",
    "pdf_sha256",
    "by_hand",
    "revoked_at",
    "revoked_why",
)


class SqlPapers:
    """Implements ``domain.ports.Papers``."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def lock(self, kind: PaperKind, year: int) -> None:
        """Others who issue a paper of this kind wait until this transaction ends."""
        self._connection.execute(_LOCK, {"kind": kind.value, "year": year})

    def next_number(self, kind: PaperKind, year: int) -> int:
        """The next number of a series: ascending, without gaps."""
        return int(self._connection.execute(_NEXT, {"kind": kind.value, "year": year}).scalar_one())

    def add(self, paper: Paper) -> Paper:
        """Store a paper (its ``id`` is ignored); returned with its id."""
        plain = json.dumps(asdict(paper.content), ensure_ascii=False, separators=(",", ":"))
        row = {name: getattr(paper, name) for name in _PLAIN} | {
            "kind": paper.kind.value,
            "content": self._sealer.seal(PURPOSE, plain.encode()),
        }
        return replace(paper, id=int(self._connection.execute(_ADD, row).scalar_one()))

    def get(self, paper_id: int) -> Paper | None:
        """The paper with this id."""
        return self._one(_GET, {"wanted": paper_id})

    def about(self, kind: PaperKind, about: str) -> Paper | None:
        """The one paper of this kind about something."""
        return self._one(_ABOUT, {"of_kind": kind.value, "wanted": about})

    def by_code(self, code: str) -> Paper | None:
        """The paper that bears this code."""
        return self._one(_BY_CODE, {"wanted": code})

    def of_subject(self, subject_id: int, *, limit: int = 50) -> list[Paper]:
        """Papers of a subject, newest first."""
        return self._many(_OF_SUBJECT, {"wanted": subject_id, "at_most": limit})

    def of_case(self, case_id: int) -> list[Paper]:
        """Papers of a case in the order in which they were issued."""
        return self._many(_OF_CASE, {"wanted": case_id})

    def note_printed(self, paper_id: int, pdf_sha256: str) -> bool:
        """The PDF of a paper is kept under this hash; False where another one is kept already."""
        values = {"wanted": paper_id, "pdf": pdf_sha256}
        return self._connection.execute(_PRINTED, values).rowcount == 1

    def note_by_hand(self, paper_id: int, why: str) -> None:
        """It cannot be printed here."""
        self._connection.execute(_BY_HAND, {"wanted": paper_id, "why": why})

    def revoke(self, paper_id: int, *, at: datetime, why: str) -> bool:
        """It no longer holds; False where that was said before."""
        values = {"wanted": paper_id, "at": at, "why": why}
        return self._connection.execute(_REVOKE, values).rowcount == 1

    def reinstate(self, paper_id: int) -> None:
        """It holds again: what had ended it was itself corrected."""
        self._connection.execute(_REINSTATE, {"wanted": paper_id})

    def _one(self, statement: Select[tuple[Any, ...]], values: dict[str, Any]) -> Paper | None:
        row = self._connection.execute(statement, values).mappings().first()
        return None if row is None else self._paper(row)

    def _many(self, statement: Select[tuple[Any, ...]], values: dict[str, Any]) -> list[Paper]:
        return [self._paper(row) for row in self._connection.execute(statement, values).mappings()]

    def _paper(self, row: Mapping[Any, Any]) -> Paper:
        content = json.loads(self._sealer.open(PURPOSE, row["content"]))
        content["blocks"] = tuple(content["blocks"])
        values = dict(row) | {"kind": PaperKind(row["kind"]), "content": Content(**content)}
        return Paper(**values)
