"""Evaluations as they are stored: a form that thousands share, and what fills it.

A trace is long, and the same for everybody but for the values, whether they
hold, and the records behind them. The part that repeats is the *form*. It is
stored once under a hash of its content; an assessment holds the hash and the
filling. A million assessments take a thirtieth of the room, and lose nothing:
an outcome can be explained years later.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from operator import itemgetter
from typing import Any, NamedTuple, overload

from domain.model.assessment import Evaluation, OutcomeKind, Source, Step

#: stands in a form where the text of a step repeats its value
_HOLE = "\0"
#: how many forms and steps are remembered before the memory starts anew
_MEMORY = 10_000


class FormStep(NamedTuple):
    """What a step shares with the same step of others."""

    clause: str
    article: str
    fact: str
    test: str
    leads_to: str
    public_text: str
    #: whether a hole in ``public_text`` is to be filled with the value
    has_hole: bool
    verified: bool
    criterion: str


class Form(NamedTuple):
    """What an evaluation shares with others."""

    outcome: str
    grade: str | None
    class_name: str
    source: str
    provisional: bool
    source_text: str
    rulebook_id: str
    rulebook_version: str
    steps: tuple[FormStep, ...]


class Packed(NamedTuple):
    """``filling`` is JSON-able; ``form`` is the text stored under ``key``."""

    filling: dict[str, Any]
    key: str
    form: str


_written: dict[Form, tuple[str, str]] = {}
_steps: dict[tuple[Any, ...], FormStep] = {}
#: all of a step but whether it holds, and the records behind it
_shared = itemgetter(*(place for place, name in enumerate(Step._fields) if name not in ("holds", "records")))


def pack(evaluation: Evaluation) -> Packed:
    """Split an evaluation into its form and its filling."""
    key, text = _write(_form_of(evaluation))
    trace, valid_until, score = evaluation.trace, evaluation.valid_until, evaluation.score
    filling = {
        "form": key,
        "as_of": evaluation.as_of.isoformat(),
        "valid_until": None if valid_until is None else valid_until.isoformat(),
        "score": None if score is None else str(score),
        "values": [step.value for step in trace],
        "holds": "".join(["1" if step.holds else "0" for step in trace]),
        "records": [[place, step.records] for place, step in enumerate(trace) if step.records],
    }
    return Packed(filling, key, text)


def unpack(filling: dict[str, Any], form: Form) -> Evaluation:
    """The evaluation that ``pack`` split; its trace is put together when somebody looks at it."""
    score, valid_until = filling["score"], filling["valid_until"]
    return Evaluation(
        outcome=OutcomeKind(form.outcome),
        grade=form.grade,
        class_name=form.class_name,
        score=None if score is None else Decimal(score),
        source=Source(form.source),
        as_of=date.fromisoformat(filling["as_of"]),
        trace=_StoredTrace(filling, form),
        valid_until=None if valid_until is None else date.fromisoformat(valid_until),
        provisional=form.provisional,
        source_text=form.source_text,
        rulebook_id=form.rulebook_id,
        rulebook_version=form.rulebook_version,
    )


class _StoredTrace(Sequence[Step]):
    """A trace as it is stored. 查等级 asks for the outcome alone, 为什么 for the steps."""

    __slots__ = ("_filling", "_form", "_made")

    def __init__(self, filling: dict[str, Any], form: Form) -> None:
        self._filling, self._form = filling, form
        self._made: tuple[Step, ...] | None = None

    @property
    def _steps(self) -> tuple[Step, ...]:
        if self._made is None:
            filling, records = self._filling, dict(self._filling["records"])
            parts = zip(self._form.steps, filling["values"], filling["holds"], strict=True)
            self._made = tuple(
                [
                    _fill(step, value, holds == "1", tuple(records.get(place, ())))
                    for place, (step, value, holds) in enumerate(parts)
                ]
            )
        return self._made

    @overload
    def __getitem__(self, place: int) -> Step: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, place: int | slice) -> Step | tuple[Step, ...]:
        return self._steps[place]

    def __len__(self) -> int:
        return len(self._form.steps)

    def __eq__(self, other: object) -> bool:
        return tuple(other) == self._steps if isinstance(other, (tuple, _StoredTrace)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._steps)

    def __repr__(self) -> str:
        return repr(self._steps)


def read_form(text: str) -> Form:
    """The form that was stored as ``text``."""
    *head, steps = json.loads(text)
    return Form._make([*head, tuple([FormStep._make(step) for step in steps])])


def _write(form: Form) -> tuple[str, str]:
    written = _written.get(form)
    if written is None:
        if len(_written) >= _MEMORY:
            _written.clear()
        text = json.dumps(form, ensure_ascii=False, separators=(",", ":"))
        digest = blake2b(text.encode(), digest_size=15).digest()
        written = _written[form] = (urlsafe_b64encode(digest).decode(), text)
    return written


def _form_of(evaluation: Evaluation) -> Form:
    return Form(
        evaluation.outcome.value,
        evaluation.grade,
        evaluation.class_name,
        evaluation.source.value,
        evaluation.provisional,
        evaluation.source_text,
        evaluation.rulebook_id,
        evaluation.rulebook_version,
        tuple([_form_step(step) for step in evaluation.trace]),
    )


def _form_step(step: Step) -> FormStep:
    """The form of a step, remembered: a million traces are made of a few thousand steps.

    Not where the value is text: sums are almost all different, and would push out what repeats.
    """
    if isinstance(step.value, str):
        return _make_form_step(step)
    key = _shared(step)
    known = _steps.get(key)
    if known is None:
        if len(_steps) >= _MEMORY:
            _steps.clear()
        known = _steps[key] = _make_form_step(step)
    return known


def _make_form_step(step: Step) -> FormStep:
    text, shown = step.public_text, str(step.value)
    has_hole = step.value is not None and shown != "" and shown in text and _HOLE not in text
    return FormStep(
        step.clause,
        step.article,
        step.fact,
        step.test,
        step.leads_to,
        text.replace(shown, _HOLE) if has_hole else text,
        has_hole,
        step.verified,
        step.criterion,
    )


def _fill(form: FormStep, value: Any, holds: bool, records: tuple[int, ...]) -> Step:
    return Step(
        form.clause,
        form.article,
        form.fact,
        value,
        form.test,
        holds,
        records,
        form.leads_to,
        form.public_text.replace(_HOLE, str(value)) if form.has_hole else form.public_text,
        form.verified,
        form.criterion,
    )
