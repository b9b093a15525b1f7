"""What Alembic runs. The connection comes from ``storage.schema``; there is no ini file."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage import types
from storage.tables import metadata


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """How our column types are written into a migration."""
    if kind == "type" and type(item).__module__ == types.__name__:
        name = type(item).__name__
        autogen.imports.add(f"from storage.types import {name}")
        return f"{name}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render_item,
    # SQLite changes a table by copying it
    render_as_batch=True,
    # both engines roll DDL back, now that we begin transactions ourselves: a migration is done or not
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
