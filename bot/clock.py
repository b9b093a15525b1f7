"""The present: the only file that reads the machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.clock import Clock


class SystemClock:
    """The machine's time as aware UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """Stands still at one moment: ``tick --at`` and evaluations as of a date."""

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("a clock stands at an aware moment")
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        return self._moment


class MovableClock:
    """Runs on from wherever it was moved to; the demonstration alone has one.

    Moving is an offset to the clock beneath, so that time goes on by itself.
    """

    def __init__(self, beneath: Clock | None = None) -> None:
        self._beneath = beneath or SystemClock()
        self._offset = timedelta(0)

    def now(self) -> datetime:
        return self._beneath.now() + self._offset

    def advance(self, by: timedelta) -> None:
        """Move forward; backwards is refused, since deadlines that fired stay fired."""
        if by < timedelta(0):
            raise ValueError("the clock moves forward only")
        self._offset += by
