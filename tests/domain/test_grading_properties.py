"""What holds of the grading function whatever the facts."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.model.assessment import Evaluation, OutcomeKind
from domain.model.record import RecordState, Unit
from domain.rules.facts import FactReader
from domain.rules.grading import Grader, evaluate
from domain.rules.rulebook import Rulebook
from domain.rules.trace import recompute
from storage.rulebook_files import load_rulebook
from tests.domain.strategies import ANY_UNITS, BAD_UNIT
from tests.domain.units import TODAY, base, variant

PINGLU = load_rulebook("pinglu")
AWARDS_FIRST = variant(
    "pinglu", ('order = ["C", "NEEDS_REVIEW", "B", "A"]', 'order = ["C", "NEEDS_REVIEW", "A", "B"]')
)
IMPORTED = tuple(load_rulebook(name) for name in ("xixia", "wuzhong", "huairen", "hegang"))
SHARED_GRADER = Grader(PINGLU, TODAY)

CRITERIA_BOOKS = st.sampled_from((PINGLU, AWARDS_FIRST))
GRADES = st.sampled_from(("A+", "A", "A-", "B", "优", "良", "C", "D-", "E", "什么", "", None))
BASES = st.none() | st.builds(
    base, GRADES, on=st.integers(-3, 900).map(lambda ago: TODAY - timedelta(days=ago))
)


def order_of(rulebook: Rulebook, facts: list[Unit]) -> int:
    return rulebook.order(evaluate(facts, None, rulebook, TODAY).code)


def sound(evaluation: Evaluation, rulebook: Rulebook) -> bool:
    """Exactly one outcome, and the grade is one of the rulebook's where there is one."""
    if evaluation.outcome is not OutcomeKind.GRADED:
        return evaluation.grade is None and bool(evaluation.class_name)
    return evaluation.class_name == rulebook.class_name(evaluation.grade or "")


@given(ANY_UNITS, CRITERIA_BOOKS)
def test_every_subject_gets_exactly_one_outcome(facts: list[Unit], rulebook: Rulebook) -> None:
    assert sound(evaluate(facts, None, rulebook, TODAY), rulebook)


@given(ANY_UNITS, BASES, st.sampled_from(IMPORTED))
def test_an_imported_base_gives_exactly_one_outcome(
    facts: list[Unit], result: object, rulebook: Rulebook
) -> None:
    assert sound(evaluate(facts, result, rulebook, TODAY), rulebook)  # type: ignore[arg-type]


@settings(max_examples=400)
@given(ANY_UNITS, BAD_UNIT, CRITERIA_BOOKS)
def test_a_further_bad_record_never_improves(facts: list[Unit], bad: Unit, rulebook: Rulebook) -> None:
    assert order_of(rulebook, [*facts, bad]) >= order_of(rulebook, facts)


@settings(max_examples=400)
@given(ANY_UNITS, BAD_UNIT, st.sampled_from((RecordState.REPAIRED, RecordState.REVOKED)), CRITERIA_BOOKS)
def test_a_repair_never_worsens(facts: list[Unit], bad: Unit, state: RecordState, rulebook: Rulebook) -> None:
    before = order_of(rulebook, [*facts, bad])
    assert order_of(rulebook, [*facts, bad._replace(state=state)]) <= before


@given(ANY_UNITS, st.randoms(use_true_random=False))
def test_the_order_of_the_records_makes_no_difference(facts: list[Unit], random: object) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert evaluate(shuffled, None, PINGLU, TODAY) == evaluate(facts, None, PINGLU, TODAY)


@given(ANY_UNITS, CRITERIA_BOOKS)
def test_the_trace_is_enough_to_work_the_outcome_out_again(facts: list[Unit], rulebook: Rulebook) -> None:
    evaluation = evaluate(facts, None, rulebook, TODAY)
    assert recompute(evaluation.trace, rulebook) == evaluation.code


@given(BASES, st.sampled_from(IMPORTED))
def test_the_trace_of_an_imported_result_is_enough_too(result: object, rulebook: Rulebook) -> None:
    evaluation = evaluate((), result, rulebook, TODAY)  # type: ignore[arg-type]
    assert recompute(evaluation.trace, rulebook) == evaluation.code


@given(ANY_UNITS, st.integers(1, 900))
def test_nothing_changes_before_valid_until(facts: list[Unit], days: int) -> None:
    reader = FactReader(PINGLU)
    now = reader.vector(facts, TODAY)
    later = TODAY + timedelta(days=days)
    if now.valid_until is None or later < now.valid_until:
        assert reader.vector(facts, later).values == now.values
        assert Grader(PINGLU, later).code(facts) == Grader(PINGLU, TODAY).code(facts)


@given(ANY_UNITS)
def test_valid_until_lies_ahead(facts: list[Unit]) -> None:
    until = evaluate(facts, None, PINGLU, TODAY).valid_until
    assert until is None or until > TODAY


@given(ANY_UNITS, BASES, st.sampled_from((PINGLU, *IMPORTED)))
def test_the_fast_path_and_the_full_one_agree(facts: list[Unit], result: object, rulebook: Rulebook) -> None:
    evaluation = evaluate(facts, result, rulebook, TODAY)  # type: ignore[arg-type]
    assert Grader(rulebook, TODAY).quick(facts, result) == (evaluation.code, evaluation.valid_until)  # type: ignore[arg-type]


@given(ANY_UNITS)
def test_what_a_grader_remembers_of_others_makes_no_difference(facts: list[Unit]) -> None:
    assert SHARED_GRADER.quick(facts) == Grader(PINGLU, TODAY).quick(facts)
