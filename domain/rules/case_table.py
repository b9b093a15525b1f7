"""What a kind of case may do: its states and the steps between them, as data.

A table says for each step who takes it, whether it needs words, whose eyes it
must not be, what it does to the clock and how it ends the case. It holds no
time limit: limits are law of a place and stand in its rulebook.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from domain.model.case import CaseKind, Doer

#: the action by which every case begins
OPENING = "提交"
#: the target of a step that leads back to where the present state was entered from
BACK = "（原状态）"


class ClockEffect(StrEnum):
    """What a step does to the running limits."""

    NONE = ""
    PAUSE = "暂停"
    RESUME = "恢复"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a table: (from, action, to, by whom …)."""

    source: str
    action: str
    target: str
    by: frozenset[Doer]
    #: what must be said with it (a reason, a requirement), as the actor is asked for it; "": nothing must
    asks_for: str = ""
    #: four eyes: not by whoever took the last of these actions in this case
    other_than: tuple[str, ...] = ()
    #: four eyes: not by whoever decided the case that this one goes back to
    other_than_before: bool = False
    clock: ClockEffect = ClockEffect.NONE
    #: the case ends with this step, and so
    outcome: str = ""
    #: the actor becomes the one who handles the case
    takes: bool = False
    #: the text names the department that the case goes to
    transfers: bool = False
    #: the decision stays; a new case of the kind is opened in this state to decide anew
    reopens_as: str = ""
    #: the words are for the office only; the firm's side sees that the step was taken
    private: bool = False
    #: not the way forward, only possible: a case with nothing but such steps waits for nobody in the office
    aside: bool = False
    #: clause or law
    basis: str = ""

    @property
    def needs_text(self) -> bool:
        return bool(self.asks_for)

    @property
    def four_eyes(self) -> bool:
        return bool(self.other_than) or self.other_than_before


@dataclass(frozen=True)
class CaseTable:
    """All steps of one kind. ``openings`` are the states a case may begin in, the usual one first."""

    kind: CaseKind
    openings: tuple[str, ...]
    opened_by: frozenset[Doer]
    steps: tuple[Step, ...]
    #: True: only who applied acts for the firm's side; False: everybody bound who may file
    applicant_only: bool = False
    #: states in which there is nothing to do until the due date comes near
    dormant: frozenset[str] = frozenset()

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order of the table."""
        named = [*self.openings]
        for step in self.steps:
            named += [step.source, step.target, step.reopens_as]
        return tuple(dict.fromkeys(state for state in named if state and state != BACK))

    @cached_property
    def closed(self) -> frozenset[str]:
        """States of a case that has ended; only 更正 leads on from one."""
        ends = {step.target for step in self.steps if step.outcome}
        return frozenset(ends | {step.target for step in self.steps if step.reopens_as})

    @cached_property
    def deciding(self) -> frozenset[str]:
        """Actions of the staff that end a case: who took one has decided it."""
        return frozenset(s.action for s in self.steps if s.outcome and Doer.FIRM not in s.by)

    @cached_property
    def actions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step.action for step in self.steps))

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """What can follow on a state, in the order of the table."""
        return tuple(step for step in self.steps if step.source == state)

    def step(self, state: str, action: str) -> Step | None:
        """The one step of this name from this state."""
        return next((s for s in self.steps if s.source == state and s.action == action), None)

    def entered_from(self, state: str) -> tuple[str, ...]:
        """Where a step ``BACK`` from this state may lead."""
        return tuple(dict.fromkeys(s.source for s in self.steps if s.target == state and s.source != state))
