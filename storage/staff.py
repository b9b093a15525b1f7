"""Members of the office and of departments."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from domain.model.person import Staff
from storage.statements import upsert
from storage.tables import staff
from storage.types import AnyRow

_ALL = select(staff).order_by(staff.c.userid)
_GET = select(staff).where(staff.c.userid == bindparam("wanted"))
_SAVE = upsert(staff, "userid")


class SqlStaffMembers:
    """Implements ``domain.ports.StaffMembers``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, userid: str) -> Staff | None:
        row = self._connection.execute(_GET, {"wanted": userid}).first()
        return None if row is None else _to_staff(row)

    def all(self) -> list[Staff]:
        """Every member, disabled ones too, in the order of their userids."""
        return [_to_staff(row) for row in self._connection.execute(_ALL)]

    def save(self, staff: Staff) -> None:
        """Add a member or overwrite the one with this userid."""
        values = {
            "userid": staff.userid,
            "name": staff.name,
            "roles": list(staff.roles),
            "department": staff.department,
            "enabled": staff.enabled,
        }
        self._connection.execute(_SAVE, values)


def _to_staff(row: AnyRow) -> Staff:
    return Staff(row.userid, row.name, tuple(row.roles), row.department, row.enabled)
