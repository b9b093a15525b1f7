"""依据: the trace of an evaluation, and the way back from a trace to its outcome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from domain.errors import Refused
from domain.model.assessment import BaseGrade, Evaluation, OutcomeKind, Step
from domain.rules.facts import Measured
from domain.rules.rulebook import Rulebook
from domain.rules.rulebook_parts import (
    Band,
    Criterion,
    EvaluationKind,
    Indicator,
    Scheme,
    SeriousListOverride,
    Test,
)

CONCLUSION = "结论"
#: criterion of a step that takes over an imported result
IMPORTED = "导入"
#: how many different steps are remembered before the memory starts anew
_MEMORY = 50_000
_RECORDS = Step._fields.index("records")


class CriteriaTrace:
    """Writes the trace of a criteria rulebook: one step for each test, in the order of precedence.

    A step depends on little but its value, so most of a million traces share their steps.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        places = {fact.id: place for place, fact in enumerate(rulebook.facts)}
        order = rulebook.precedence.order if rulebook.precedence else ()
        ranked = sorted(rulebook.criteria, key=lambda criterion: order.index(criterion.leads_to))
        self._tests = tuple(
            (places[test.fact], criterion, test) for criterion in ranked for test in criterion.tests
        )
        self._sums = frozenset(place for place, fact in enumerate(rulebook.facts) if fact.measure == "fines")
        self._known: dict[tuple[int, int, int], Step] = {}
        self._conclusions: dict[tuple[str, ...], Step] = {}
        self._rulebook = rulebook

    def steps(self, measured: Sequence[Measured]) -> tuple[Step, ...]:
        """The steps for the facts of one subject, holding or not."""
        known, written = self._known, []
        for number, (place, criterion, test) in enumerate(self._tests):
            fact = measured[place]
            if fact.raw and place in self._sums:
                # sums are almost all different: to remember them would push out what repeats
                written.append(_test_step(criterion, test, fact))
                continue
            step = known.get((number, fact.raw, fact.contested))
            if step is None:
                step = self._write(number, fact, criterion, test)
            written.append(_with_records(step, fact.records) if fact.records else step)
        return tuple(written)

    def conclusion(self, code: str, matching: tuple[str, ...]) -> Step:
        """The last step, for an outcome that follows from the outcomes that matched."""
        step = self._conclusions.get(matching)
        if step is None:
            step = self._conclusions[matching] = conclusion(self._rulebook, code, matching)
        return step

    def _write(self, number: int, measured: Measured, criterion: Criterion, test: Test) -> Step:
        if len(self._known) >= _MEMORY:
            self._known.clear()
        step = _test_step(criterion, test, measured._replace(records=()))
        self._known[number, measured.raw, measured.contested] = step
        return step


def _with_records(step: Step, records: tuple[int, ...]) -> Step:
    """As ``_replace``, three times as fast: a million firms take it several times each."""
    return Step._make((*step[:_RECORDS], records, *step[_RECORDS + 1 :]))


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


def linked_step(rulebook: Rulebook, scheme: Scheme, link: str, base: BaseGrade | None, code: str) -> Step:
    """The step of an industry chain that looks at an imported result (S4-11)."""
    step = imported_step(rulebook, "public" if link == "public" else "industry", base, code)
    return step._replace(clause=scheme.clause, article=scheme.article, criterion=f"{IMPORTED}:{link}")


def inactive_step(scheme: Scheme) -> Step:
    """Says that a scheme is not in use, so that the next link answers."""
    return _scheme_step(scheme, f"{scheme.name}是否启用", "否", "启用", "本行业暂未启用评分")


def no_score_step(scheme: Scheme) -> Step:
    """Says that there is no score yet."""
    return _scheme_step(scheme, f"{scheme.name}得分", None, "有得分", "还没有您的行业评价得分")


def _scheme_step(scheme: Scheme, fact: str, value: str | None, test: str, text: str) -> Step:
    return Step(
        clause=scheme.clause,
        article=scheme.article,
        fact=fact,
        value=value,
        test=test,
        holds=False,
        public_text=text,
        verified=scheme.verified,
        criterion=f"{scheme.id}:前提",
    )


def serious_list_step(rule: SeriousListOverride, listed: bool) -> Step:
    """The listing, shown also while the rule is switched off (C-15)."""
    state = "" if rule.on else "（本地未启用此项，不影响等级）"
    return Step(
        clause=rule.clause,
        article=rule.article,
        fact="是否列入严重失信主体名单",
        value="是" if listed else "否",
        test="是" if rule.on else "未启用",
        holds=listed and rule.on,
        leads_to=rule.grade,
        public_text=f"{'已' if listed else '未'}列入严重失信主体名单{state}",
        verified=rule.verified,
        criterion="严重失信主体名单",
    )


def indicator_step(indicator: Indicator, points: Decimal | None) -> Step:
    """One indicator of an overlay with its points; does not hold where they are missing or too many."""
    return Step(
        clause=indicator.clause,
        article=indicator.article,
        fact=indicator.label,
        value=None if points is None else str(points),
        test=f"0 ≤ 分值 ≤ {indicator.points}，权重 {indicator.weight}",
        holds=points is not None and 0 <= points <= indicator.points,
        public_text=f"{indicator.label}：{'暂缺' if points is None else points}（满分{indicator.points}）",
        verified=indicator.verified,
        criterion=f"指标:{indicator.id}",
    )


def band_steps(rulebook: Rulebook, scheme: Scheme, score: Decimal) -> tuple[Step, ...]:
    """One step for each band, and a last one for a score that lies in none of them."""
    bands = scheme.sub_bands or scheme.bands
    inside = tuple(_band_step(rulebook, scheme, band, score) for band in bands)
    if any(step.holds for step in inside):
        return inside
    outside = Step(
        clause=scheme.clause,
        article=scheme.article,
        fact=f"{scheme.name}得分",
        value=str(score),
        test=f"不在 {scheme.lowest}…{scheme.highest} 之内",
        holds=True,
        leads_to=OutcomeKind.NEEDS_REVIEW.value,
        public_text=f"得分{score}超出了评分范围，需要人工核定",
        verified=scheme.verified,
        criterion=f"{scheme.id}:范围",
    )
    return (*inside, outside)


def _band_text(rulebook: Rulebook, band: Band, score: Decimal) -> str:
    """Cut points are told only where the document may be quoted (C-24)."""
    grade = f"{band.grade}（{rulebook.class_name(band.grade)}）"
    return f"得分{score}，{grade}的分数段是：{band}" if rulebook.quotable else f"得分{score}，属于{grade}"


def _band_step(rulebook: Rulebook, scheme: Scheme, band: Band, score: Decimal) -> Step:
    return Step(
        clause=band.clause,
        article=band.article,
        fact=f"{scheme.name}得分",
        value=str(score),
        test=str(band),
        holds=band.holds(score),
        leads_to=band.grade,
        public_text=_band_text(rulebook, band, score),
        verified=band.verified,
        criterion=f"{scheme.id}:{band.grade}",
    )


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
    """The outcome code again, from the steps alone, without the records.

    Raises ValueError where a step says ``holds`` although its value does not pass its test, or the reverse.
    """
    for step in steps:
        if _passes(step, rulebook) != step.holds:
            raise ValueError(f"{step.criterion}: {step.fact} {step.test} contradicts the value {step.value}")
    reached = [
        group[0].leads_to
        for group in _groups(steps).values()
        if group[0].leads_to and all(step.holds for step in group)
    ]
    by_criteria = any(step.criterion in _criterion_ids(rulebook) for step in steps)
    order = rulebook.precedence.order if rulebook.precedence and by_criteria else tuple(reached)
    return next((code for code in order if code in reached), OutcomeKind.UNRATED.value)


def _groups(steps: Iterable[Step]) -> dict[str, list[Step]]:
    groups: dict[str, list[Step]] = {}
    for step in steps:
        if step.criterion != CONCLUSION:
            groups.setdefault(step.criterion, []).append(step)
    return groups


def _criterion_ids(rulebook: Rulebook) -> frozenset[str]:
    return frozenset(criterion.id for criterion in rulebook.criteria)


def _passes(step: Step, rulebook: Rulebook) -> bool:
    """Whether the value of a step passes its test, worked out anew where both are numbers."""
    if step.criterion in _criterion_ids(rulebook):
        return Test.model_validate(f"x {step.test}").holds(Decimal(str(step.value)))
    if step.criterion.partition(":")[0] == IMPORTED:
        return bool(step.value) and _read_grade(str(step.value), rulebook) == step.leads_to
    scheme_id, _, grade = step.criterion.partition(":")
    for scheme in rulebook.schemes:
        if scheme.id == scheme_id:
            bands = scheme.sub_bands or scheme.bands
            band = next((band for band in bands if band.grade == grade), None)
            return band.holds(Decimal(str(step.value))) if band else step.holds
    return step.holds


def _read_grade(raw: str, rulebook: Rulebook) -> str:
    try:
        return rulebook.canonical_grade(raw)
    except Refused:
        return OutcomeKind.NEEDS_REVIEW.value
