"""A file that a draft lets go of leaves no note: the nightly sweep finds what no row refers to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("DELETE FROM draft_files WHERE person_id IS NULL")
    with op.batch_alter_table("draft_files") as table:
        table.alter_column("person_id", existing_type=sa.BigInteger(), nullable=False)
