"""怎么提升: what would change the outcome, asked of the grading function itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given

from domain.model.record import RecordState, Unit
from domain.rules.counterfactual import would_change
from domain.rules.grading import evaluate, worse
from storage.rulebook_files import load_rulebook
from tests.domain.strategies import ANY_UNITS
from tests.domain.units import TODAY, award, base, listing, warning

PINGLU = load_rulebook("pinglu")


def changes(*units: Unit) -> list[tuple[str, tuple[int, ...], date | None]]:
    return [
        (change.outcome, change.records, change.on) for change in would_change(units, None, PINGLU, TODAY)
    ]


@pytest.mark.clause("S2-46")
def test_one_repair_that_helps_is_named_with_its_record() -> None:
    first = would_change((warning(record=1, on=date(2026, 3, 5)),), None, PINGLU, TODAY)[0]
    assert (first.outcome, first.records) == ("UNRATED", (1,))
    assert first.condition == "2026-03-05的责令改正、警告记录完成修复或者被撤销"


@pytest.mark.clause("S2-46")
def test_where_one_repair_is_not_enough_all_together_are_named() -> None:
    found = changes(warning(record=1), warning(record=2))
    assert ("UNRATED", (1, 2), None) in found
    assert ("UNRATED", (1,), None) not in found


def test_with_an_award_repairing_everything_gives_a() -> None:
    assert ("A", (1,), None) in changes(award(record=2), warning(record=1))


def test_a_repaired_record_is_not_named_again() -> None:
    assert not [entry for entry in changes(warning(record=1, state=RecordState.REPAIRED)) if entry[1]]


def test_waiting_names_the_first_day_of_each_change() -> None:
    waits = [
        entry for entry in changes(warning(on=date(2026, 3, 1)), warning(on=date(2026, 5, 1))) if entry[2]
    ]
    assert waits == [("UNRATED", (), date(2027, 5, 2))]


def test_a_good_grade_that_will_end_is_said_too() -> None:
    waits = [entry for entry in changes(award(on=date(2026, 3, 1))) if entry[2]]
    assert waits == [("UNRATED", (), date(2027, 3, 2))]


@pytest.mark.clause("S2-10")
def test_what_makes_the_best_grade_is_told_in_public_words() -> None:
    last = would_change((), None, PINGLU, TODAY)[-1]
    assert last.outcome == "A"
    assert "行政机关表彰" in last.condition
    assert "失信记录" not in last.condition
    assert "失信记录都已修复" in would_change((listing(),), None, PINGLU, TODAY)[-1].condition


def test_the_best_grade_needs_nothing() -> None:
    assert [entry for entry in changes(award()) if entry[2] is None] == []


@pytest.mark.clause("S0-05")
def test_nothing_is_promised_where_somebody_else_computes() -> None:
    assert would_change((warning(),), base("C"), load_rulebook("xixia"), TODAY) == ()


@given(ANY_UNITS)
def test_every_promise_is_kept_by_the_grading_function(facts: list[Unit]) -> None:
    now = evaluate(facts, None, PINGLU, TODAY).code
    for change in would_change(facts, None, PINGLU, TODAY):
        if change.records:
            left = [one for one in facts if one.record_id not in change.records]
            assert evaluate(left, None, PINGLU, TODAY).code == change.outcome
            assert worse(PINGLU, now, change.outcome)
        elif change.on:
            assert evaluate(facts, None, PINGLU, change.on).code == change.outcome
            eve = change.on - timedelta(days=1)
            assert evaluate(facts, None, PINGLU, eve).code != change.outcome
