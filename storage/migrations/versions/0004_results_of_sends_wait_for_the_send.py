"""Results that the platform reports of a send wait for its booking."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "delivery_results",
        sa.Column("platform_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_delivery_results")),
    )
