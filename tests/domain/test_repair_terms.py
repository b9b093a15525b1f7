"""信用修复: the first day, the law it comes from, and what is still missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.model.record import Record, RecordKind, RecordState, Severity, Violation
from domain.rules.repair_terms import eligible, first_day, repairable, severity_for_repair
from tests.domain.shipped import BOOKS
from tests.domain.units import TODAY

BOOK = BOOKS["xixia"]


def penalty(
    *sanctions: str, decided: date, published: date | None = None, authority: str = "示例县市场监督管理局"
) -> Record:
    violations = (Violation(1, "未按规定公示价格", sanctions or ("罚款",), 50_000),)
    return Record(
        7,
        1,
        RecordKind.PENALTY,
        "行政处罚",
        decided,
        authority=authority,
        published_on=published,
        violations=violations,
    )


def confirmed(record: Record, on: date) -> date:
    found = first_day(record, BOOK, on)
    assert found is not None
    return found.day


@pytest.mark.parametrize(
    "sanctions, severity",
    [
        (("警告",), Severity.ORDINARY),
        (("罚款",), Severity.ORDINARY),
        (("罚款", "吊销许可证件"), Severity.SERIOUS),
    ],
)
def test_the_heaviest_sanction_governs(sanctions: tuple[str, ...], severity: Severity) -> None:
    # a fine stands beside the warning
    assert severity_for_repair(penalty(*sanctions, decided=TODAY), BOOK) is severity


@pytest.mark.parametrize(
    "kind, severity",
    [
        (RecordKind.SERIOUS_LISTING, Severity.SERIOUS),
        (RecordKind.RECTIFICATION, Severity.MINOR),
        (RecordKind.PENALTY, Severity.ORDINARY),
    ],
)
def test_an_entry_without_violations_is_as_serious_as_its_kind(kind: RecordKind, severity: Severity) -> None:
    assert severity_for_repair(Record(1, 1, kind, "记录", TODAY), BOOK) is severity


def test_today_an_ordinary_violation_is_repaired_three_months_after_it_was_published() -> None:
    record = penalty(decided=date(2026, 8, 3), published=date(2026, 8, 10))
    assert confirmed(record, TODAY) == date(2026, 11, 11)


def test_a_serious_one_after_a_year_and_a_slight_one_at_once() -> None:
    serious = penalty("吊销许可证件", decided=date(2026, 5, 6), published=date(2026, 5, 6))
    assert confirmed(serious, TODAY) == date(2027, 5, 7)
    slight = Record(1, 1, RecordKind.RECTIFICATION, "责令改正", date(2026, 11, 2))
    assert confirmed(slight, TODAY) == date(2026, 11, 2)


def test_months_end_on_the_last_day_of_a_short_month() -> None:
    record = penalty(decided=date(2026, 11, 20), published=date(2026, 11, 30))
    assert confirmed(record, TODAY) == date(2027, 3, 1)


@pytest.mark.clause("C-09")
def test_the_rule_in_force_on_the_day_decides_and_where_it_counts_from() -> None:
    record = penalty(decided=date(2025, 11, 3), published=date(2025, 12, 1))
    last, first = date(2026, 3, 31), date(2026, 4, 1)
    assert confirmed(record, last) == date(2026, 2, 4)
    assert confirmed(record, first) == date(2026, 3, 2)
    old, new = (eligible(record, BOOK, day).citation for day in (last, first))
    assert "第58号" in old
    assert "第36号" in new


def test_the_old_rule_had_a_year_for_some_sectors() -> None:
    record = penalty(decided=date(2025, 1, 10), authority="示例县消防救援大队")
    assert confirmed(record, date(2025, 6, 1)) == date(2026, 1, 11)
    assert confirmed(penalty(decided=date(2025, 1, 10)), date(2025, 6, 1)) == date(2025, 4, 11)


def test_before_any_rule_there_is_no_first_day() -> None:
    record = penalty(decided=date(2022, 1, 10))
    term = eligible(record, BOOK, date(2023, 1, 10))
    assert term.first_day is None
    assert not term.verified
    assert "term" in {condition.id for condition in term.missing}


def test_a_day_that_rests_on_an_unread_text_is_a_reference_and_says_so() -> None:
    term = eligible(penalty(decided=date(2026, 8, 3), published=date(2026, 8, 10)), BOOK, TODAY)
    assert not term.verified
    assert term.why == "期限的规定还在核对"


def test_once_the_office_has_confirmed_the_term_only_the_record_can_make_it_a_reference() -> None:
    terms = tuple(part.model_copy(update={"verified": True}) for part in BOOK.publicity_terms)
    book = BOOK.model_copy(update={"publicity_terms": terms})
    record = penalty(decided=date(2026, 8, 3), published=date(2026, 8, 10))
    assert eligible(record, book, TODAY).verified
    assert eligible(replace(record, published_on=None), book, TODAY).why.startswith("记录里没有首次公示")
    early = replace(record, decided_on=date(2026, 3, 1))
    assert eligible(early, book, TODAY).why.startswith("记录早于现行规定")


@pytest.mark.clause("S0-42")
@pytest.mark.clause("S4-38")
def test_what_is_missing_is_named_until_it_is_shown() -> None:
    record = penalty(decided=date(2026, 8, 3), published=date(2026, 8, 10))
    first = date(2026, 11, 11)
    before = eligible(record, BOOK, first - timedelta(days=1))
    assert [c.id for c in before.missing] == ["term", "performed", "committed", "other"]
    assert not before.ready
    there = eligible(record, BOOK, first, shown={"performed", "committed"})
    assert [c.id for c in there.missing] == ["other"]
    assert there.ready
    assert eligible(record, BOOK, first, shown={"performed", "committed", "other"}).missing == ()


@pytest.mark.clause("S4-39")
def test_only_records_that_still_count_are_repaired() -> None:
    record = penalty(decided=date(2026, 8, 3))
    assert repairable(record, BOOK)
    assert repairable(replace(record, state=RecordState.CONTESTED), BOOK)
    assert not repairable(replace(record, state=RecordState.REPAIRED), BOOK)
    assert not repairable(Record(1, 1, RecordKind.AWARD, "表彰", TODAY), BOOK)
