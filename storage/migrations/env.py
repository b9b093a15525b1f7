"""What Alembic runs. The connection comes from ``storage.schema``; there is no ini file."""

from __future__ import annotations

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by copying it
    render_as_batch=True,
    # both engines roll DDL back, now that we begin transactions ourselves: a migration is done or not
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
