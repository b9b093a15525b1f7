"""The working calendar: the library's years with the days and years that were entered here on top."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256

from sqlalchemy import Connection, bindparam, select

from domain.ports import CalendarDay
from domain.rules.workdays import WorkCalendar
from storage.holiday_library import library_year
from storage.installation import SqlInstallation
from storage.statements import upsert
from storage.tables import calendar_days, calendar_years, installation

#: a term that leaves these years is counted by weekdays and is provisional
YEARS = range(2015, 2046)
#: names the state of both tables; chained, so that no two contents share a mark
_MARK = "calendar"
#: where the counting anew of open cases stands, after a change; "" when done
_CURSOR = "calendar_recount"
#: the last year that the library knew when it was looked at
_KNOWN = "calendar_library"
_KEPT = 8

_DAYS = select(calendar_days.c.day, calendar_days.c.worked)
_DAYS_OF_YEAR = (
    select(calendar_days)
    .where(calendar_days.c.day.between(bindparam("first"), bindparam("last")))
    .order_by(calendar_days.c.day)
)
_YEARS = select(calendar_years.c.year)
#: locked: a change made meanwhile must not be overwritten by the chunk that was counted without it
_LOCKED_CURSOR = select(installation.c.value).where(installation.c.key == _CURSOR).with_for_update()
_SET_DAY = upsert(calendar_days, "day")
_SET_YEAR = upsert(calendar_years, "year")

_cache: dict[tuple[str, range], WorkCalendar] = {}


def warm_up() -> None:
    """Read the library's years before the first turn needs them."""
    library_calendar(YEARS)


def load_calendar(connection: Connection, years: range = YEARS) -> WorkCalendar:
    """The calendar with everything entered so far. One small query while nothing has changed."""
    mark = SqlInstallation(connection).get(_MARK)
    if mark is None:
        return library_calendar(years)
    known = _cache.get((mark, years))
    return known if known is not None else _read(connection, mark, years)


def _read(connection: Connection, mark: str, years: range) -> WorkCalendar:
    library = library_calendar(years)
    entered = frozenset(connection.execute(_YEARS).scalars())
    calendar = replace(
        library,
        announced_years=library.announced_years | entered,
        overrides={row.day: row.worked for row in connection.execute(_DAYS)},
    )
    if len(_cache) >= _KEPT:
        _cache.clear()
    _cache[mark, years] = calendar
    return calendar


@lru_cache(maxsize=_KEPT)
def library_calendar(years: range = YEARS) -> WorkCalendar:
    """The library's years alone."""
    known = {year: library_year(year) for year in years}
    return WorkCalendar(
        holidays=frozenset(day for year in known.values() for day in year.holidays),
        makeup_days=frozenset(day for year in known.values() for day in year.makeup_days),
        announced_years=frozenset(year for year, found in known.items() if found.announced),
    )


class SqlCalendar:
    """Implements ``domain.ports.Calendar``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._facts = SqlInstallation(connection)

    def load(self) -> WorkCalendar:
        return load_calendar(self._connection)

    def days_of(self, year: int) -> list[CalendarDay]:
        rows = self._connection.execute(
            _DAYS_OF_YEAR, {"first": date(year, 1, 1), "last": date(year, 12, 31)}
        )
        return [CalendarDay(row.day, row.worked, row.source) for row in rows]

    def set_day(self, day: date, *, worked: bool, source: str, by: str, at: datetime) -> None:
        values = {"day": day, "worked": worked, "source": source, "by": by, "at": at}
        self._connection.execute(_SET_DAY, values)
        self._change(f"{day} {worked}")

    def announce(self, year: int, *, source: str, by: str, at: datetime) -> None:
        self._connection.execute(_SET_YEAR, {"year": year, "source": source, "by": by, "at": at})
        self._change(f"{year}")

    def recount_from(self) -> int | None:
        known = str(max(library_calendar(YEARS).announced_years))
        if self._facts.get(_KNOWN) != known:
            self._facts.set(_KNOWN, known)
            self._facts.set(_CURSOR, "0")
        cursor = self._connection.execute(_LOCKED_CURSOR).scalar()
        return int(cursor) if cursor else None

    def recounted(self, after: int | None) -> None:
        self._facts.set(_CURSOR, "" if after is None else str(after))

    def _change(self, what: str) -> None:
        before = self._facts.get(_MARK) or ""
        self._facts.set(_MARK, sha256(f"{before} {what}".encode()).hexdigest()[:32])
        self._facts.set(_CURSOR, "0")
