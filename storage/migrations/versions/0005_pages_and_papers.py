"""Pages and papers: issued papers, drafts of forms, uploads that wait for a second person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import Json, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_drafts_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "form", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_updated_at"), "drafts", ["updated_at"])
    op.create_table(
        "draft_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_draft_files_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_files")),
        sa.UniqueConstraint("person_id", "form", "sha256", name=op.f("uq_draft_files_person_id_form_sha256")),
    )
    op.create_index(op.f("ix_draft_files_sha256"), "draft_files", ["sha256"])
    op.add_column(
        "commitments",
        sa.Column("signature_sha256", sa.String(length=64), nullable=False, server_default=""),
    )
    op.create_table(
        "paper_counters",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "year", name=op.f("pk_paper_counters")),
    )
    op.create_table(
        "papers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("by_hand", sa.Text(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_papers_case_id_cases")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_papers_subject_id_subjects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
        sa.UniqueConstraint("code", name=op.f("uq_papers_code")),
        sa.UniqueConstraint("kind", "about", name=op.f("uq_papers_kind_about")),
        sa.UniqueConstraint("number", name=op.f("uq_papers_number")),
    )
    op.create_index(op.f("ix_papers_case_id"), "papers", ["case_id"])
    op.create_index(op.f("ix_papers_subject_id"), "papers", ["subject_id"])
    op.add_column("people", sa.Column("message_at", UtcDateTime(), nullable=True))
    op.add_column("people", sa.Column("message_sent", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("people", sa.Column("tap_at", UtcDateTime(), nullable=True))
    op.add_column("people", sa.Column("tap_sent", sa.SmallInteger(), nullable=False, server_default="0"))
    # who wrote lately may be written to, as before; what is too much the platform refuses once
    op.execute("UPDATE people SET message_at = last_inbound_at")
    op.create_table(
        "intakes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored", sa.String(length=64), nullable=False),
        sa.Column("rejected", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("by_name", sa.String(length=60), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("touched_at", UtcDateTime(), nullable=False),
        sa.Column("decider", sa.String(length=64), nullable=False),
        sa.Column("decider_name", sa.String(length=60), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_all", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intakes")),
    )
    op.create_index(op.f("ix_intakes_sha256"), "intakes", ["sha256"])
    op.create_index("ix_intakes_state_touched_at", "intakes", ["state", "touched_at"])
    op.create_table(
        "intake_columns",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("caption", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "caption", name=op.f("pk_intake_columns")),
    )
    op.create_table(
        "statistics",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_statistics")),
    )
    op.add_column("corrections", sa.Column("batch", sa.Integer(), nullable=True))
    op.add_column("corrections", sa.Column("receipt", sa.Text(), nullable=False, server_default=""))
    op.add_column("corrections", sa.Column("confirmed_at", UtcDateTime(), nullable=True))
    op.add_column(
        "corrections", sa.Column("confirmed_by", sa.String(length=80), nullable=False, server_default="")
    )
    op.create_index(op.f("ix_corrections_batch"), "corrections", ["batch"])
    op.create_index("ix_corrections_case_id", "corrections", ["case_id"])
    op.add_column("bindings", sa.Column("scope", Json(), nullable=False, server_default="[]"))
