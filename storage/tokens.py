"""Access tokens of the platforms, sealed, one for each app."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from domain.ports import Sealer
from storage.statements import upsert
from storage.tables import tokens

PURPOSE = "platform token"

_GET = select(tokens.c.sealed, tokens.c.expires_at).where(tokens.c.app == bindparam("wanted"))
_SAVE = upsert(tokens, "app")


class StoredToken(NamedTuple):
    """A token and the moment it stops working."""

    value: str
    expires_at: datetime


class SqlTokens:
    """What one replica fetched, the others use."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def get(self, app: str) -> StoredToken | None:
        row = self._connection.execute(_GET, {"wanted": app}).first()
        if row is None:
            return None
        return StoredToken(self._sealer.open(PURPOSE, row.sealed).decode(), row.expires_at)

    def save(self, app: str, value: str, expires_at: datetime) -> None:
        sealed = self._sealer.seal(PURPOSE, value.encode())
        self._connection.execute(_SAVE, {"app": app, "sealed": sealed, "expires_at": expires_at})
