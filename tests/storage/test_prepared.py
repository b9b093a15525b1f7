"""A prepared statement gives what SQLAlchemy gives, on both engines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import bindparam, insert, select, update

from storage.prepared import Prepared
from storage.session import open_session
from storage.tables import records, staff
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.storage.test_nouns import FIRM, penalty

ADD = Prepared(insert(staff), "userid", "name", "roles", "department", "enabled")
ALL = select(records).where(records.c.state == "有效", records.c.decided_on >= bindparam("since"))
RENAME = update(staff).where(staff.c.userid == bindparam("wanted")).values(name=bindparam("new_name"))


def test_rows_have_the_same_names_values_and_types(uow: SqlUnitOfWork) -> None:
    firm = uow.subjects.add(FIRM)
    for number, score in enumerate((None, Decimal("85.010"))):
        record = penalty(firm, score=score, endorsed=bool(number))
        uow.records.add(record, business_key=str(number), batch_id=None)
    values = {"since": date(2026, 1, 1)}
    expected = [row._asdict() for row in uow.connection.execute(ALL, values)]
    found = [row._asdict() for row in Prepared(ALL).all(uow.connection, values)]
    assert found == expected
    assert [{name: type(value) for name, value in row.items()} for row in found] == [
        {name: type(value) for name, value in row.items()} for row in expected
    ]


def test_what_is_written_can_be_read_and_is_counted(uow: SqlUnitOfWork) -> None:
    row = {"userid": "a", "name": "李四", "roles": ["经办"], "department": "信用办", "enabled": True}
    assert ADD.run(uow.connection, row) == 1
    member = uow.staff.get("a")
    assert member is not None
    assert (member.name, member.roles, member.enabled) == ("李四", ("经办",), True)
    assert Prepared(RENAME).run(uow.connection, {"wanted": "a", "new_name": "王五"}) == 1
    assert Prepared(RENAME).run(uow.connection, {"wanted": "b", "new_name": "王五"}) == 0


def test_no_row_is_none(uow: SqlUnitOfWork) -> None:
    assert Prepared(ALL).first(uow.connection, {"since": date(2026, 1, 1)}) is None


def test_a_default_that_would_be_forgotten_is_noticed(
    sqlite_url: str, sealer: Vault, clock: FixedClock
) -> None:
    forgetful = Prepared(insert(staff), "userid")
    session = open_session(sqlite_url, sealer=sealer, clock=clock)
    with session as uow, pytest.raises(AssertionError, match="default"):
        forgetful.run(uow.connection, {"userid": "a"})
