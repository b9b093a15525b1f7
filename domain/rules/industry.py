"""行业信用评价: a score and its bands, an overlay on the public result, and who is asked first.

The chain of a scheme says in which order a national industry result, the scheme's own score and
the public result answer (S3-27, S4-11). The first that can, decides; all are in the trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from domain.errors import NotFound
from domain.model.assessment import BaseGrade, Evaluation, Source, Step
from domain.rules import trace
from domain.rules.grading import NEEDS_REVIEW, UNRATED, imported_code, make_evaluation
from domain.rules.rulebook import Rulebook
from domain.rules.rulebook_parts import Band, Indicator, Overlay, Scheme

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Scores:
    """What is known about a subject in one industry."""

    #: the score, where the department computes it itself
    total: Decimal | None = None
    #: points for each industry indicator of an overlay; the public one follows from ``public``
    indicators: Mapping[str, Decimal] = field(default_factory=dict)
    public: BaseGrade | None = None
    #: a result under a national industry scheme
    national: BaseGrade | None = None
    #: listed as 严重失信主体 within the period of evaluation
    on_serious_list: bool = False


class _Answer(NamedTuple):
    """What one link of the chain says; ``code`` is None where it cannot answer."""

    code: str | None
    steps: tuple[Step, ...]
    source: Source
    score: Decimal | None = None
    base: BaseGrade | None = None


def industry_evaluation(scheme_id: str, scores: Scores, rulebook: Rulebook, on: date) -> Evaluation:
    """The industry outcome of a subject by one scheme of the rulebook.

    A score outside the scale ends in NEEDS_REVIEW, no answer at all in UNRATED. Scores of an overlay
    are rounded half up to two places before they meet the bands. Raises ``NotFound`` for an unknown scheme.
    """
    scheme = _scheme(rulebook, scheme_id)
    ask: dict[str, Callable[[], _Answer]] = {
        "national": lambda: _imported(rulebook, scheme, "national", scores.national, on),
        "own": lambda: _own(rulebook, scheme, scores, on),
        "public": lambda: _imported(rulebook, scheme, "public", scores.public, on),
    }
    answers = [ask[link]() for link in scheme.chain]
    answer = next((answer for answer in answers if answer.code is not None), None)
    code = answer.code if answer and answer.code else UNRATED
    steps = tuple(step for answer in answers for step in answer.steps)
    return make_evaluation(
        rulebook,
        code,
        (*steps, trace.conclusion(rulebook, code, ())),
        answer.source if answer else Source.COMPUTED,
        on,
        base=answer.base if answer else None,
        score=answer.score if answer else None,
    )


def _scheme(rulebook: Rulebook, scheme_id: str) -> Scheme:
    try:
        return rulebook.scheme(scheme_id)
    except KeyError:
        known = "、".join(scheme.id for scheme in rulebook.schemes) or "（无）"
        raise NotFound(f"没有行业评价方案“{scheme_id}”，本地规则的方案是：{known}") from None


def _imported(rulebook: Rulebook, scheme: Scheme, link: str, base: BaseGrade | None, on: date) -> _Answer:
    code = imported_code(rulebook, base, on).code
    usable = base if base and base.evaluated_on <= on else None
    step = trace.linked_step(rulebook, scheme, link, usable, code)
    return _Answer(None if code == UNRATED else code, (step,), Source.IMPORTED, base=usable)


def _own(rulebook: Rulebook, scheme: Scheme, scores: Scores, on: date) -> _Answer:
    if not scheme.active:
        return _Answer(None, (trace.inactive_step(scheme),), Source.COMPUTED)
    override = _override(scheme, scores)
    total, steps = _total(rulebook, scheme, scores, on)
    if total is None:
        listed = next((step.leads_to for step in override if step.holds), None)
        return _Answer(listed, (*override, *steps), Source.COMPUTED)
    band = band_of(scheme, total)
    code = band.grade if band else NEEDS_REVIEW
    steps = (*override, *steps, *trace.band_steps(rulebook, scheme, total))
    code = next((step.leads_to for step in override if step.holds), code)
    return _Answer(code, steps, Source.COMPUTED, score=total)


def band_of(scheme: Scheme, score: Decimal) -> Band | None:
    """The band of a score, the finer one where cut points are set (C-16); None outside the scale."""
    return next((band for band in scheme.sub_bands or scheme.bands if band.holds(score)), None)


def _override(scheme: Scheme, scores: Scores) -> tuple[Step, ...]:
    """The listing as its own step, shown whether or not the office switched it on (C-15)."""
    if scheme.serious_list is None:
        return ()
    return (trace.serious_list_step(scheme.serious_list, scores.on_serious_list),)


def _total(
    rulebook: Rulebook, scheme: Scheme, scores: Scores, on: date
) -> tuple[Decimal | None, tuple[Step, ...]]:
    if scheme.overlay is None:
        return scores.total, () if scores.total is not None else (trace.no_score_step(scheme),)
    points = _points(rulebook, scheme.overlay, scores, on)
    steps = tuple(
        trace.indicator_step(indicator, points[indicator.id]) for indicator in scheme.overlay.indicators
    )
    weighed = [_weighed(indicator, points[indicator.id]) for indicator in scheme.overlay.indicators]
    if not all(step.holds for step in steps):
        return None, steps
    total = scheme.highest * sum((share for share in weighed if share is not None), Decimal(0))
    return total.quantize(_CENT, ROUND_HALF_UP), steps


def _points(rulebook: Rulebook, overlay: Overlay, scores: Scores, on: date) -> dict[str, Decimal | None]:
    """Points of every indicator; those of the public one come from the public grade (S4-10)."""
    points: dict[str, Decimal | None] = {}
    public = imported_code(rulebook, scores.public, on).code
    for indicator in overlay.indicators:
        if indicator.is_public:
            share = overlay.public_shares.get(public)
            points[indicator.id] = None if share is None else share * indicator.points
        else:
            points[indicator.id] = scores.indicators.get(indicator.id)
    return points


def _weighed(indicator: Indicator, points: Decimal | None) -> Decimal | None:
    return None if points is None else indicator.weight * points / indicator.points
