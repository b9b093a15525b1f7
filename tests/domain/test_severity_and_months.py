"""Severity by table, and terms in months."""

from __future__ import annotations

from datetime import date

import pytest

from domain.model.record import Severity
from domain.rules.months import add_months, day_after
from domain.rules.severity import severity_of, yuan
from storage.rulebook_files import national_frame

TABLE = national_frame().severity


@pytest.mark.clause("S2-18")
@pytest.mark.parametrize(
    ("sanctions", "fine_fen", "severity"),
    [
        ((), 0, Severity.NONE),
        (("警告",), 0, Severity.MINOR),
        (("警告", "罚款"), 100, Severity.ORDINARY),
        ((), 100, Severity.ORDINARY),
        (("警告", "罚款", "吊销许可证件"), 100, Severity.SERIOUS),
        (("一种没有列出的处罚",), 0, Severity.ORDINARY),
    ],
)
def test_the_heaviest_sanction_decides(sanctions: tuple[str, ...], fine_fen: int, severity: Severity) -> None:
    assert severity_of(sanctions, fine_fen, TABLE) is severity
    assert severity_of(sanctions[::-1], fine_fen, TABLE) is severity


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 1, 15), 0, date(2026, 1, 15)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(9999, 12, 31), 1, date.max),
    ],
)
def test_a_term_ends_on_the_same_day_or_the_last_of_its_month(day: date, months: int, end: date) -> None:
    assert add_months(day, months) == end


def test_the_calendar_has_a_last_day() -> None:
    assert day_after(date(2026, 2, 28)) == date(2026, 3, 1)
    assert day_after(date.max) == date.max


def test_money_is_exact() -> None:
    assert str(yuan(50_000_001)) == "500000.01"
