"""Evaluations as JSON: the whole outcome with its trace, so that it can be explained years later."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from domain.model.assessment import Evaluation, OutcomeKind, Source, Step

_STEP_DEFAULTS = {f.name: f.default for f in fields(Step)}


def pack(evaluation: Evaluation) -> dict[str, Any]:
    """A JSON-able form; fields of a step that hold their default are left out."""
    return {
        "outcome": evaluation.outcome.value,
        "grade": evaluation.grade,
        "class": evaluation.class_name,
        "score": None if evaluation.score is None else str(evaluation.score),
        "source": evaluation.source.value,
        "as_of": evaluation.as_of.isoformat(),
        "trace": [_pack_step(step) for step in evaluation.trace],
        "valid_until": None if evaluation.valid_until is None else evaluation.valid_until.isoformat(),
        "provisional": evaluation.provisional,
        "source_text": evaluation.source_text,
        "rulebook": [evaluation.rulebook_id, evaluation.rulebook_version],
    }


def unpack(stored: dict[str, Any]) -> Evaluation:
    """The evaluation that ``pack`` stored."""
    score, valid_until = stored["score"], stored["valid_until"]
    rulebook_id, rulebook_version = stored["rulebook"]
    return Evaluation(
        outcome=OutcomeKind(stored["outcome"]),
        grade=stored["grade"],
        class_name=stored["class"],
        score=None if score is None else Decimal(score),
        source=Source(stored["source"]),
        as_of=date.fromisoformat(stored["as_of"]),
        trace=tuple(_unpack_step(step) for step in stored["trace"]),
        valid_until=None if valid_until is None else date.fromisoformat(valid_until),
        provisional=stored["provisional"],
        source_text=stored["source_text"],
        rulebook_id=rulebook_id,
        rulebook_version=rulebook_version,
    )


def _pack_step(step: Step) -> dict[str, Any]:
    packed = {name: getattr(step, name) for name in _STEP_DEFAULTS}
    return {name: value for name, value in packed.items() if value != _STEP_DEFAULTS[name] or name == "value"}


def _unpack_step(stored: dict[str, Any]) -> Step:
    values = dict(stored)
    values["records"] = tuple(values.get("records", ()))
    return Step(**values)
