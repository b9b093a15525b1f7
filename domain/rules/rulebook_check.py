"""What no single table can show: references, order, bands, measures, the weight rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from domain.model.assessment import OutcomeKind
from domain.rules.rulebook_case_checks import case_problems
from domain.rules.rulebook_parts import Band, Measure, Overlay, Part, Ruling, Scheme
from domain.rules.rulebook_problem import Problem

if TYPE_CHECKING:
    from domain.rules.rulebook import Rulebook


#: keys whose text firms read
_FOR_FIRMS = ("public_text", "display_name", "source_line", "name", "body", "platform")


def problems_of(rulebook: Rulebook) -> list[Problem]:
    """Everything wrong with a rulebook whose tables are well formed."""
    checks = (_orders, _grades, _measures, _base, _facts, _criteria, _schemes, case_problems, _secrecy)
    return [problem for check in checks for problem in check(rulebook)]


def _repeated(values: Iterable[object]) -> list[object]:
    return [value for value, count in Counter(values).items() if count > 1]


def _known(rulebook: Rulebook) -> str:
    return "、".join(grade.code for grade in rulebook.grades)


def _orders(rulebook: Rulebook) -> Iterator[Problem]:
    rulings: list[Ruling] = [*rulebook.grades, rulebook.outcomes.unrated, rulebook.outcomes.needs_review]
    for order in _repeated(ruling.order for ruling in rulings):
        yield Problem(
            "grades", f"order = {order} 用了不止一次；各等级与 UNRATED、NEEDS_REVIEW 的次序须各不相同"
        )


def _grades(rulebook: Rulebook) -> Iterator[Problem]:
    for code in _repeated(grade.code for grade in rulebook.grades):
        yield Problem("grades", f"等级“{code}”写了不止一次")
    served = {code for measure in rulebook.measures if measure.active for code in measure.grades}
    for grade in rulebook.grades:
        if grade.code not in served:
            yield Problem(f"grades[{grade.code}]", "没有任何在用的监管措施；请在 [[measures]] 中补充")


def _measures(rulebook: Rulebook) -> Iterator[Problem]:
    codes = {grade.code for grade in rulebook.grades}
    for number, measure in enumerate(rulebook.measures, start=1):
        key = f"measures[{number}]"
        for code in measure.grades:
            if code not in codes:
                yield Problem(f"{key}.grades", f"没有等级“{code}”；可用：{_known(rulebook)}")
        yield from _measure_basis(key, measure)


def _measure_basis(key: str, measure: Measure) -> Iterator[Problem]:
    if not measure.executor.strip() or not measure.basis.strip():
        yield Problem(key, "措施必须写明实施主体（executor）和政策依据（basis）")
    if measure.active and measure.restricts and not measure.statute:
        yield Problem(
            f"{key}.statute", "限制权利的措施没有法律或清单依据（statute）时不得启用，请改为 active = false"
        )


def _base(rulebook: Rulebook) -> Iterator[Problem]:
    if rulebook.base == "criteria":
        for key in ("facts", "criteria", "precedence"):
            if not getattr(rulebook, key):
                yield Problem(key, 'base = "criteria" 时必须填写')
        return
    if rulebook.evaluation("public") is None:
        yield Problem("evaluations", 'base = "imported" 时必须写明 kind = "public" 的评价')
    for key in ("facts", "criteria", "precedence"):
        if getattr(rulebook, key):
            yield Problem(key, 'base = "imported" 时没有用处，请删去')


def _facts(rulebook: Rulebook) -> Iterator[Problem]:
    for repeated in _repeated(fact.id for fact in rulebook.facts):
        yield Problem("facts", f"事实“{repeated}”写了不止一次")
    tested = {test.fact for criterion in rulebook.criteria for test in criterion.tests}
    sets = {rating_set.id for rating_set in rulebook.rating_sets}
    used_sets: set[str] = set()
    for fact in rulebook.facts:
        if fact.id not in tested:
            yield Problem(f"facts[{fact.id}]", "没有任何条件用到它")
        for source in fact.sources:
            used_sets.add(source.rating_set)
            if source.rating_set and source.rating_set not in sets:
                allowed = "、".join(sorted(sets)) or "（尚无 rating_sets）"
                yield Problem(f"facts[{fact.id}].rating_set", f"没有“{source.rating_set}”；可用：{allowed}")
            if source.severity_at_least and rulebook.severity is None:
                yield Problem(f"facts[{fact.id}]", "用到严重程度，但没有 [severity] 表")
    for unused in sorted(sets - used_sets):
        yield Problem(f"rating_sets[{unused}]", "没有任何事实用到它")


def _criteria(rulebook: Rulebook) -> Iterator[Problem]:
    order = rulebook.precedence.order if rulebook.precedence else ()
    allowed = {grade.code for grade in rulebook.grades} | {OutcomeKind.NEEDS_REVIEW.value}
    facts = {fact.id for fact in rulebook.facts}
    for repeated in _repeated(criterion.id for criterion in rulebook.criteria):
        yield Problem("criteria", f"条件编号“{repeated}”写了不止一次")
    for criterion in rulebook.criteria:
        key = f"criteria[{criterion.id}]"
        if criterion.leads_to not in allowed:
            yield Problem(
                key, f"leads_to“{criterion.leads_to}”不可用；可用：{_known(rulebook)}、NEEDS_REVIEW"
            )
        elif order and criterion.leads_to not in order:
            yield Problem("precedence.order", f"缺少“{criterion.leads_to}”（{key} 会得出它）")
        for test in criterion.tests:
            if test.fact not in facts:
                yield Problem(f"{key}.tests", f"没有事实“{test.fact}”；可用：{'、'.join(sorted(facts))}")
    reached = {criterion.leads_to for criterion in rulebook.criteria}
    for code in order:
        if code not in reached:
            yield Problem("precedence.order", f"没有任何条件会得出“{code}”")
    for repeated in _repeated(order):
        yield Problem("precedence.order", f"“{repeated}”写了不止一次")


def _schemes(rulebook: Rulebook) -> Iterator[Problem]:
    for repeated in _repeated(scheme.id for scheme in rulebook.schemes):
        yield Problem("schemes", f"方案“{repeated}”写了不止一次")
    for scheme in rulebook.schemes:
        key = f"schemes[{scheme.id}]"
        yield from _band_grades(rulebook, scheme, key)
        yield from _band_gaps(f"{key}.bands", scheme.bands, scheme.lowest, scheme.highest)
        if scheme.sub_bands:
            yield from _band_gaps(f"{key}.sub_bands", scheme.sub_bands, scheme.lowest, scheme.highest)
            yield from _sub_bands(rulebook, scheme, key)
        if scheme.overlay:
            yield from _overlay(rulebook, scheme.overlay, f"{key}.overlay")


def _band_grades(rulebook: Rulebook, scheme: Scheme, key: str) -> Iterator[Problem]:
    codes = {grade.code for grade in rulebook.grades}
    named = [band.grade for band in (*scheme.bands, *scheme.sub_bands)]
    if scheme.serious_list:
        named.append(scheme.serious_list.grade)
    for code in named:
        if code not in codes:
            yield Problem(key, f"没有等级“{code}”；可用：{_known(rulebook)}")
    for bands, name in ((scheme.bands, "bands"), (scheme.sub_bands, "sub_bands")):
        for repeated in _repeated(band.grade for band in bands):
            yield Problem(f"{key}.{name}", f"等级“{repeated}”有不止一个分数段")


def _band_gaps(key: str, bands: tuple[Band, ...], lowest: Decimal, highest: Decimal) -> Iterator[Problem]:
    """Every score from lowest to highest lies in exactly one band."""
    ordered = sorted(bands, key=lambda band: (band.lower, band.upper))
    for band in ordered:
        if band.lower > band.upper or (
            band.lower == band.upper and not (band.lower_inclusive and band.upper_inclusive)
        ):
            yield Problem(key, f"等级“{band.grade}”的分数段 {band} 是空的")
    first, last = ordered[0], ordered[-1]
    if first.lower != lowest or not first.lower_inclusive:
        yield Problem(key, f"最低的分数段 {first} 没有从 {lowest}（含）开始")
    if last.upper != highest or not last.upper_inclusive:
        yield Problem(key, f"最高的分数段 {last} 没有到 {highest}（含）为止")
    for below, above in pairwise(ordered):
        touching = below.upper == above.lower
        if below.upper < above.lower or (
            touching and not below.upper_inclusive and not above.lower_inclusive
        ):
            yield Problem(key, f"{below} 与 {above} 之间有空档")
        elif below.upper > above.lower or (touching and below.upper_inclusive and above.lower_inclusive):
            yield Problem(key, f"{below} 与 {above} 重叠")


def _sub_bands(rulebook: Rulebook, scheme: Scheme, key: str) -> Iterator[Problem]:
    """A finer grade stays within the band of its own class (C-16)."""
    classes = {grade.code: grade.class_name for grade in rulebook.grades}
    for sub in scheme.sub_bands:
        inside = [
            band
            for band in scheme.bands
            if band.lower <= sub.lower
            and sub.upper <= band.upper
            and classes.get(band.grade) == classes.get(sub.grade)
        ]
        if not inside:
            yield Problem(f"{key}.sub_bands", f"“{sub.grade}”的 {sub} 不在同类等级的分数段之内")


def _overlay(rulebook: Rulebook, overlay: Overlay, key: str) -> Iterator[Problem]:
    indicators = overlay.indicators
    for repeated in _repeated(indicator.id for indicator in indicators):
        yield Problem(f"{key}.indicators", f"指标“{repeated}”写了不止一次")
    public = [indicator for indicator in indicators if indicator.is_public]
    if len(public) != 1:
        yield Problem(f"{key}.indicators", "必须恰有一个公共信用综合评价指标（is_public = true）")
    weights = sum((indicator.weight for indicator in indicators), Decimal(0))
    if weights != 1:
        yield Problem(f"{key}.indicators", f"权重之和是 {weights}，应为 1")
    missing = [grade.code for grade in rulebook.grades if grade.code not in overlay.public_shares]
    if missing:
        yield Problem(f"{key}.public_shares", f"缺少等级：{'、'.join(missing)}")
    for indicator in public:
        yield from _public_floor(overlay, indicator.weight, indicator.points, key)


def _public_floor(overlay: Overlay, weight: Decimal, points: Decimal, key: str) -> Iterator[Problem]:
    """The public indicator weighs at least the average of all indicators (S4-10, C-10)."""
    count = len(overlay.indicators)
    total = sum((indicator.points for indicator in overlay.indicators), Decimal(0))
    if overlay.floor in ("weight", "both") and weight * count < 1:
        yield Problem(f"{key}.indicators", f"公共评价指标权重 {weight} 低于平均值 1/{count}（S4-10）")
    if overlay.floor in ("points", "both") and points * count < total:
        yield Problem(f"{key}.indicators", f"公共评价指标分值 {points} 低于平均值 {total}/{count}（S4-10）")


def _secrecy(rulebook: Rulebook) -> Iterator[Problem]:
    """Nothing of a document that is not public may stand in a text for firms (C-24)."""
    if rulebook.quotable:
        return
    secrets = [word for word in (rulebook.document.title, rulebook.document.number) if word]
    for key, text in _public_texts(rulebook, ""):
        for secret in secrets:
            if secret in text:
                yield Problem(key, f"文件不公开，给企业看的文字里不能出现“{secret}”")


def _public_texts(part: Part, key: str) -> Iterator[tuple[str, str]]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        path = f"{key}.{name}" if key else name
        if name in _FOR_FIRMS and isinstance(value, str):
            yield path, value
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Part):
                yield from _public_texts(item, path)
