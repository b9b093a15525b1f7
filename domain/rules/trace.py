"""依据: the trace of an evaluation, and the way back from a trace to its outcome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from domain.errors import Refused
from domain.model.assessment import BaseGrade, Evaluation, OutcomeKind, Step
from domain.rules.facts import Measured
from domain.rules.rulebook import Rulebook
from domain.rules.rulebook_parts import Criterion, EvaluationKind, Test

CONCLUSION = "结论"
#: criterion of a step that takes over an imported result
IMPORTED = "导入"


def criteria_steps(rulebook: Rulebook, measured: Iterable[Measured]) -> tuple[Step, ...]:
    """One step for each test of each criterion, in the order of precedence, holding or not."""
    facts = {entry.fact.id: entry for entry in measured}
    order = rulebook.precedence.order if rulebook.precedence else ()
    ranked = sorted(rulebook.criteria, key=lambda criterion: order.index(criterion.leads_to))
    return tuple(
        _test_step(criterion, test, facts[test.fact]) for criterion in ranked for test in criterion.tests
    )


def _test_step(criterion: Criterion, test: Test, measured: Measured) -> Step:
    return Step(
        clause=criterion.clause,
        article=criterion.article,
        fact=measured.fact.label,
        value=measured.shown,
        test=str(test),
        holds=test.holds(measured.value),
        records=measured.records,
        leads_to=criterion.leads_to,
        public_text=f"{criterion.public_text}（{measured.fact.label}：{measured.shown}）{_contested(measured)}",
        verified=criterion.verified and measured.fact.verified,
        criterion=criterion.id,
    )


def _contested(measured: Measured) -> str:
    if not measured.contested:
        return ""
    return f"（其中{measured.contested}条正在异议处理中，处理完毕前仍然计入）"


def imported_step(rulebook: Rulebook, kind: EvaluationKind, base: BaseGrade | None, code: str) -> Step:
    """The step that takes over an imported result, with source, batch and approver."""
    known = rulebook.evaluation(kind)
    name = known.name if known else base.scheme if base else kind
    graded = base is not None and bool(base.grade)
    return Step(
        clause=known.clause if known else "",
        article=known.article if known else "",
        fact=f"{name}结果",
        value=base.grade if base else None,
        test=_provenance(base) if base else "有已批准的评价结果",
        holds=graded,
        leads_to=code if graded else "",
        public_text=_imported_text(rulebook, name, base, code),
        verified=known.verified if known else True,
        criterion=IMPORTED,
    )


def _provenance(base: BaseGrade) -> str:
    return f"来源：{base.source}；评价日期：{base.evaluated_on}；批次：{base.batch_id}；批准人：{base.approved_by}"


def _imported_text(rulebook: Rulebook, name: str, base: BaseGrade | None, code: str) -> str:
    if base is None or not base.grade:
        return f"还没有您的{name}结果"
    origin = f"由{base.source}于{base.evaluated_on}作出"
    if code == OutcomeKind.NEEDS_REVIEW:
        return f"{name}结果写作“{base.grade}”，不在本地等级之中，{origin}"
    return f"{name}结果是{code}（{rulebook.class_name(code)}），{origin}"


def source_text(base: BaseGrade) -> str:
    """Where an imported grade comes from, as a firm reads it."""
    return f"{base.source}，{base.evaluated_on}评价"


def conclusion(rulebook: Rulebook, code: str, matching: Sequence[str]) -> Step:
    """The last step: what was decided, and by which precedence where several outcomes matched."""
    ruling = rulebook.ruling(code)
    precedence = rulebook.precedence
    contested = precedence is not None and len(matching) > 1
    cited = precedence if precedence and contested else ruling
    return Step(
        clause=cited.clause,
        article=cited.article,
        fact="符合的情形" if precedence else "结论",
        value="、".join(matching) if matching else code,
        test=f"依次认定：{' → '.join(precedence.order)}" if precedence else "",
        holds=True,
        leads_to=code,
        public_text=f"{precedence.public_text}{ruling.public_text}"
        if precedence and contested
        else ruling.public_text,
        verified=cited.verified and ruling.verified,
        criterion=CONCLUSION,
    )


def deciding_steps(evaluation: Evaluation) -> tuple[Step, ...]:
    """The steps that made the outcome: of each criterion that holds and leads there, one step per fact.

    Empty where the outcome is what remains (UNRATED): then the conclusion alone explains it.
    """
    groups = _groups(evaluation.trace)
    decided: dict[tuple[str, str], Step] = {}
    for criterion, steps in groups.items():
        if all(step.holds for step in steps) and steps[0].leads_to == evaluation.code:
            decided.update({(criterion, step.fact): step for step in steps})
    return tuple(decided.values())


def recompute(steps: Sequence[Step], rulebook: Rulebook) -> str:
    """The outcome code again, from the values in a trace alone.

    Raises ValueError where a step says ``holds`` although its value does not pass its test, or the reverse.
    """
    groups = _groups(steps)
    for step in steps:
        if step.criterion in _criterion_ids(rulebook) and _passes(step) != step.holds:
            raise ValueError(
                f"step {step.criterion} ({step.fact} {step.test}) contradicts its value {step.value}"
            )
    reached = [group[0].leads_to for group in groups.values() if all(step.holds for step in group)]
    if IMPORTED in groups:
        return _imported_again(groups[IMPORTED][0], rulebook)
    order = rulebook.precedence.order if rulebook.precedence else ()
    return next((code for code in order if code in reached), OutcomeKind.UNRATED.value)


def _groups(steps: Iterable[Step]) -> dict[str, list[Step]]:
    groups: dict[str, list[Step]] = {}
    for step in steps:
        if step.criterion != CONCLUSION:
            groups.setdefault(step.criterion, []).append(step)
    return groups


def _criterion_ids(rulebook: Rulebook) -> frozenset[str]:
    return frozenset(criterion.id for criterion in rulebook.criteria)


def _passes(step: Step) -> bool:
    return Test.model_validate(f"x {step.test}").holds(Decimal(str(step.value)))


def _imported_again(step: Step, rulebook: Rulebook) -> str:
    if not step.value:
        return OutcomeKind.UNRATED.value
    try:
        return rulebook.canonical_grade(str(step.value))
    except Refused:
        return OutcomeKind.NEEDS_REVIEW.value
