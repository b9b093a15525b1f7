"""Content types of office documents are longer than sixty characters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.alter_column(
            "content_type",
            existing_type=sa.String(length=60),
            type_=sa.String(length=100),
            existing_nullable=False,
        )
