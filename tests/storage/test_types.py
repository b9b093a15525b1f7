"""What goes in comes out, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError

from storage.tables import tokens
from storage.types import DecimalText, Json, UtcDateTime
from storage.unit_of_work import SqlUnitOfWork

DIALECTS = [sqlite.dialect(), postgresql.dialect()]
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=ZONES,
)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
@given(moment=MOMENTS)
def test_a_moment_comes_back_as_the_same_moment_in_utc(dialect: object, moment: datetime) -> None:
    column = UtcDateTime()
    back = column.process_result_value(column.process_bind_param(moment, dialect), dialect)
    assert back == moment
    assert back.tzinfo is UTC


@given(earlier=MOMENTS, later=MOMENTS)
def test_stored_moments_compare_like_moments(earlier: datetime, later: datetime) -> None:
    column = UtcDateTime()
    stored = [column.process_bind_param(m, DIALECTS[0]) for m in (earlier, later)]
    assert (stored[0] < stored[1]) == (earlier < later)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_decimal_keeps_every_digit(number: Decimal) -> None:
    column = DecimalText()
    back = column.process_result_value(column.process_bind_param(number, DIALECTS[0]), DIALECTS[0])
    assert str(back) == str(number)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=8))
def test_json_comes_back_as_it_was(value: object) -> None:
    column = Json()
    back = column.process_result_value(column.process_bind_param(value, DIALECTS[0]), DIALECTS[0])
    assert back == value


def test_a_naive_moment_is_refused(uow: SqlUnitOfWork) -> None:
    values = {"app": "a", "sealed": b"", "expires_at": datetime(2026, 1, 1)}  # noqa: DTZ001
    with uow.savepoint(), pytest.raises(StatementError, match="naive"):
        uow.connection.execute(insert(tokens), values)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8))),
        datetime(9998, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_the_database_keeps_a_moment_to_the_microsecond(uow: SqlUnitOfWork, moment: datetime) -> None:
    uow.connection.execute(insert(tokens), {"app": "a", "sealed": b"", "expires_at": moment})
    assert uow.connection.execute(select(tokens.c.expires_at)).scalar_one() == moment
