"""The sweep of unanswered replies has a small index of its own; turns in good time never enter it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_WAITS = "answer_owner = 'none' AND reply IS NOT NULL"


def upgrade() -> None:
    op.drop_index("ix_inbox_answer_owner_received_at", "inbox")
    op.create_index(
        "ix_inbox_unanswered",
        "inbox",
        ["received_at"],
        sqlite_where=sa.text(_WAITS),
        postgresql_where=sa.text(_WAITS),
    )
