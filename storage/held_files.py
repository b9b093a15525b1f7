"""Which files of the attachments folder some row refers to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, union_all

from storage.tables import commitments, draft_files, evidence, intakes, papers

#: every column that names a file; a new one belongs here, else its files are swept away
NAMING = (
    evidence.c.sha256,
    commitments.c.signature_sha256,
    papers.c.pdf_sha256,
    draft_files.c.sha256,
    intakes.c.stored,
    intakes.c.rejected,
)
_AMONG = union_all(
    *(select(column).where(column.in_(bindparam("names", expanding=True))) for column in NAMING)
)


class SqlHeldFiles:
    """Reads which files are held."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def among(self, names: Sequence[str]) -> set[str]:
        """Those of the names that a row refers to."""
        return set(self._connection.execute(_AMONG, {"names": list(names)}).scalars())
