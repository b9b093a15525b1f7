"""Letters about cases, cards on the phones of staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "case_cards",
        sa.Column("task_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("userid", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("response_code", sa.Text(), nullable=False),
        sa.Column("code_at", UtcDateTime(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_cards_case_id_cases")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_case_cards")),
    )
    with op.batch_alter_table("case_cards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_cards_case_id"), ["case_id"], unique=False)

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_person_id",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("person_id IS NOT NULL"),
            postgresql_where=sa.text("person_id IS NOT NULL"),
        )

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("notice", sa.String(length=160), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("task_id", sa.String(length=64), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_outbox_service_id"), ["service_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_platform_id",
            ["platform_id"],
            unique=False,
            sqlite_where=sa.text("platform_id IS NOT NULL"),
            postgresql_where=sa.text("platform_id IS NOT NULL"),
        )
