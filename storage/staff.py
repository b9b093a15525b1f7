"""Members of the office and of departments, under their accounts as they are compared (``normal_userid``)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, bindparam, insert, select, update

from domain.model.person import Deputyship, Staff, normal_userid
from storage.statements import upsert
from storage.tables import deputies, staff
from storage.types import AnyRow

_ALL = select(staff).order_by(staff.c.userid)
_GET = select(staff).where(staff.c.userid == bindparam("wanted"))
_SAVE = upsert(staff, "userid")
_ADD_DEPUTY = insert(deputies)
_END_DEPUTIES = (
    update(deputies)
    .where(deputies.c.userid == bindparam("wanted"), deputies.c.until >= bindparam("day"))
    .values(until=bindparam("last_day"))
)
_DEPUTIES = (
    select(deputies.c.userid, deputies.c.deputy)
    .where(deputies.c.since <= bindparam("day"), deputies.c.until >= bindparam("day"))
    .order_by(deputies.c.userid, deputies.c.id)
)

#: one that was ended before its first day never holds
_DEPUTYSHIPS = (
    select(deputies.c.userid, deputies.c.deputy, deputies.c.since, deputies.c.until)
    .where(deputies.c.until >= bindparam("day"), deputies.c.until >= deputies.c.since)
    .order_by(deputies.c.userid, deputies.c.since, deputies.c.id)
)


class SqlStaffMembers:
    """Implements ``domain.ports.StaffMembers``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, userid: str) -> Staff | None:
        row = self._connection.execute(_GET, {"wanted": normal_userid(userid)}).first()
        return None if row is None else _to_staff(row)

    def all(self) -> list[Staff]:
        """Every member, disabled ones too, in the order of their userids."""
        return [_to_staff(row) for row in self._connection.execute(_ALL)]

    def save(self, staff: Staff) -> None:
        """Add a member or overwrite the one with this userid."""
        values = {
            "userid": normal_userid(staff.userid),
            "name": staff.name,
            "roles": list(staff.roles),
            "department": staff.department,
            "enabled": staff.enabled,
        }
        self._connection.execute(_SAVE, values)

    def add_deputy(self, userid: str, deputy: str, *, since: date, until: date) -> None:
        """``deputy`` stands in for ``userid`` from one day to the other, both included."""
        values = {
            "userid": normal_userid(userid),
            "deputy": normal_userid(deputy),
            "since": since,
            "until": until,
        }
        self._connection.execute(_ADD_DEPUTY, values)

    def end_deputies(self, userid: str, on: date) -> int:
        """Nobody stands in for this member any longer, from this day on; returns how many did."""
        values = {"wanted": normal_userid(userid), "day": on, "last_day": on - timedelta(days=1)}
        return self._connection.execute(_END_DEPUTIES, values).rowcount

    def deputies(self, on: date) -> list[tuple[str, str]]:
        """(who is away, who stands in) on a Shanghai date, in the order of userids."""
        return [(row.userid, row.deputy) for row in self._connection.execute(_DEPUTIES, {"day": on})]

    def deputyships(self, since: date) -> list[Deputyship]:
        """Those that hold on a Shanghai date or later, in the order of userids and days."""
        return [Deputyship(*row) for row in self._connection.execute(_DEPUTYSHIPS, {"day": since})]


def _to_staff(row: AnyRow) -> Staff:
    return Staff(row.userid, row.name, tuple(row.roles), row.department, row.enabled)
