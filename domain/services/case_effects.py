"""What follows from a step: one line for each (kind, action) that has an effect.

An effect runs inside ``cases.act``, in the same transaction, after the step was
stored. It is given the case as it stands after the step (for 更正 the new case),
who took the step and the text. What it raises undoes the step.
"""

from __future__ import annotations

from collections.abc import Callable

from domain.model.case import Actor, Case, CaseKind
from domain.services.work import Work

Effect = Callable[[Work, Case, Actor, str], None]

EFFECTS: dict[tuple[CaseKind, str], Effect] = {}
