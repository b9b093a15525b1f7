"""The engine under any order of steps, by anybody, with any delay between them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from domain.errors import NotAllowed, Refused, StaleCase
from domain.model.case import SYSTEM_ACTOR, Actor, Case, CaseKind, Doer
from domain.rules.case_clocks import days_left
from domain.rules.case_table import BACK, CaseTable, ClockEffect
from domain.rules.case_tables import TABLES
from domain.services import cases
from domain.services.case_rights import may_see
from storage.rulebook_files import load_rulebook
from storage.session import open_session
from storage.tables import audit
from storage.vault import Vault
from tests.cases.conftest import CREDIT, MARKET, Desk
from tests.conftest import FixedClock

pytestmark = pytest.mark.usefixtures("engine_alone")

PEOPLE = ("firm", "chen", "wang", "zhao", "gao", "li", "sun", "shen", "system")
ACTIONS = sorted({action for table in TABLES.values() for action in table.actions})
RULEBOOK = load_rulebook("xixia")
AUDITED = select(func.count()).where(audit.c.action.in_(("case.opened", "case.step")))
#: thirty readable steps need no shrinking, which takes minutes here
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
SEALER = Vault("a secret key that is used in tests only")


class CaseMachine(RuleBasedStateMachine):
    """One case and those that follow from it; the model is the table and what was done so far."""

    kind: CaseKind
    #: an empty database, to be copied
    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        path = Path(self.stack.enter_context(tempfile.TemporaryDirectory())) / "machine.db"
        shutil.copy(self.template, path)
        self.clock = FixedClock()
        uow = self.stack.enter_context(open_session(f"sqlite:///{path}", sealer=SEALER, clock=self.clock))
        self.desk = Desk(uow, self.clock, RULEBOOK).settle()
        self.case = self.opened()
        self.steps = 1

    def teardown(self) -> None:
        self.stack.close()

    @property
    def table(self) -> CaseTable:
        return TABLES[self.kind]

    def who(self, name: str) -> Actor:
        return SYSTEM_ACTOR if name == "system" else self.desk.who(name)

    def opened(self) -> Case:
        by = next(name for name in PEOPLE if self.table.opened_by & self.who(name).doers)
        limits = (self.desk.limit(3, met_by="受理", name="受理"), self.desk.limit(7))
        return self.desk.open(self.kind, actor=self.who(by), clocks=limits)

    @rule(days=st.integers(0, 5))
    def time_passes(self, days: int) -> None:
        self.clock.advance(days=days)

    @rule(name=st.sampled_from(PEOPLE), action=st.sampled_from(ACTIONS), said=st.booleans())
    def somebody_tries_anything(self, name: str, action: str, said: bool) -> None:
        self.tries(name, action, self.text_for(action) if said else "")

    @rule(choice=st.integers(0, 10_000))
    def somebody_does_what_is_offered(self, choice: int) -> None:
        self.takes_one_of(PEOPLE, choice)

    @rule(choice=st.integers(0, 10_000))
    def who_went_last_goes_on(self, choice: int) -> None:
        last = cases.log(self.desk.work, self.case)[-1].actor
        self.takes_one_of([name for name in PEOPLE if self.who(name).label == last], choice)

    def takes_one_of(self, names: Sequence[str], choice: int) -> None:
        offered = [(n, a) for n in names for a in cases.allowed(self.desk.work, self.case, self.who(n))]
        if offered:
            name, action = offered[choice % len(offered)]
            self.tries(name, action, self.text_for(action))
            assert self.case.version == self.before.version + 1 or self.case.id != self.before.id

    @precondition(lambda self: not self.case.open)
    @rule()
    def another_case_follows(self) -> None:
        self.case = self.opened()
        self.steps += 1

    @rule(name=st.sampled_from(PEOPLE), action=st.sampled_from(ACTIONS))
    def a_stale_card_is_pressed(self, name: str, action: str) -> None:
        # another department is told whose it is
        expected = StaleCase if may_see(self.desk.work, self.case, self.who(name)) else NotAllowed
        with pytest.raises(expected):
            cases.act(
                self.desk.work,
                self.case.number,
                action,
                actor=self.who(name),
                text="理由",
                version=self.case.version - 1,
            )

    def text_for(self, action: str) -> str:
        if action != "转办":
            return f"说明：{action}"
        return MARKET if self.case.department == CREDIT else CREDIT

    def tries(self, name: str, action: str, text: str) -> None:
        """What happens is what table, rights and log say; a refusal changes nothing."""
        self.before, actor = self.case, self.who(name)
        offered = action in cases.allowed(self.desk.work, self.before, actor)
        step = self.table.step(self.before.state, action)
        if not offered or (step is not None and step.needs_text and not text):
            with pytest.raises(Refused, match=r"."):
                cases.act(self.desk.work, self.before.number, action, actor=actor, text=text)
            assert cases.find(self.desk.work, self.before.number) == self.before
            return
        assert step is not None
        after = cases.act(self.desk.work, self.before.number, action, actor=actor, text=text)
        self.steps += 1 + bool(step.reopens_as)
        self.check_step(after, actor, action)
        self.case = after

    def check_step(self, after: Case, actor: Actor, action: str) -> None:
        step = self.table.step(self.before.state, action)
        assert step is not None
        now = cases.find(self.desk.work, self.before.number)
        assert now.version == self.before.version + 1
        if step.target != BACK:
            assert now.state == step.target
        assert now.paused == (step.clock is ClockEffect.PAUSE)
        last = cases.log(self.desk.work, now)[-1]
        assert (last.action, last.actor, last.from_state, last.to_state) == (
            action,
            actor.label,
            self.before.state,
            now.state,
        )
        if step.reopens_as:
            assert (after.parent_id, after.state, after.version) == (now.id, step.reopens_as, 1)
            assert (now.outcome, now.closed_at) == (self.before.outcome, self.before.closed_at)
        else:
            assert after == now

    @invariant()
    def the_case_is_whole(self) -> None:
        case = self.case
        assert case.state in self.table.states
        assert case.open == (case.state not in self.table.closed)
        assert bool(case.outcome) != case.open
        assert all(pause.until is None or pause.until >= pause.since for pause in case.pauses)
        assert all(pause.until is not None for pause in case.pauses[:-1])

    @invariant()
    def the_clock_is_never_negative_before_it_has_run_out(self) -> None:
        today = self.desk.work.today
        for clock in self.case.clocks:
            left = days_left(clock, self.case, self.desk.calendar, today)
            assert left <= clock.working_days
            if clock.met_on is None and (today <= clock.due_on or self.case.due_on is None):
                assert left >= 0
        if self.case.open and self.case.paused:
            assert self.case.due_on is None or self.case.due_on < self.case.pauses[-1].since

    @invariant()
    def log_and_audit_tell_every_step(self) -> None:
        events = cases.log(self.desk.work, self.case)
        assert [event.seq for event in events] == list(range(1, self.case.version + 1))
        for one, following in pairwise(events):
            assert one.to_state == following.from_state
        assert self.desk.uow.connection.execute(AUDITED).scalar() == self.steps

    @invariant()
    def who_accepted_never_decided(self) -> None:
        taken: dict[str, str] = {}
        for event in cases.log(self.desk.work, self.case):
            step = self.table.step(event.from_state, event.action)
            if step is not None and step.other_than:
                assert event.actor not in {taken.get(action) for action in step.other_than}
            taken[event.action] = event.actor

    @invariant()
    def somebody_can_go_on(self) -> None:
        """No dead end: while the case is open there is somebody in the office or the firm who may act."""
        if self.case.open:
            assert any(cases.allowed(self.desk.work, self.case, self.who(name)) for name in PEOPLE)


@pytest.mark.parametrize("kind", list(CaseKind))
def test_the_engine_holds_under_any_order_of_steps(kind: CaseKind, sqlite_template: Path) -> None:
    machine = type(f"{kind.name.title()}Machine", (CaseMachine,), {"kind": kind, "template": sqlite_template})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=12, stateful_step_count=30, deadline=None, phases=UNSHRUNK)
    )


@pytest.mark.parametrize("kind", list(CaseKind))
def test_from_every_state_an_end_is_reached(kind: CaseKind) -> None:
    table = TABLES[kind]
    leads = {state: set(targets(table, state)) for state in table.states}
    reached = set(table.closed)
    while grown := {state for state in leads if leads[state] & reached} - reached:
        reached |= grown
    assert reached == set(table.states)
    begun = set(table.openings)
    while grown := {t for state in begun for t in leads[state]} - begun:
        begun |= grown
    assert begun == set(table.states), "a state that nobody ever enters"


def targets(table: CaseTable, state: str) -> list[str]:
    found = []
    for step in table.steps_from(state):
        found += [*table.entered_from(state)] if step.target == BACK else [step.target]
        found += [step.reopens_as] if step.reopens_as else []
    return found


@pytest.mark.parametrize("kind", list(CaseKind))
def test_a_table_says_each_thing_once_and_ends_where_it_says(kind: CaseKind) -> None:
    table = TABLES[kind]
    pairs = [(step.source, step.action) for step in table.steps]
    assert len(set(pairs)) == len(pairs)
    assert not table.closed & set(table.openings)
    for step in table.steps:
        assert len(step.action) <= 20
        assert len(step.outcome) <= 20
        assert step.by
        # what closes a case says how, and only 更正 leads on from a closed one
        assert (step.target in table.closed) == bool(step.outcome or step.reopens_as)
        assert step.source not in table.closed or step.reopens_as
        # a pause leads to a state with a way back, and a refusal always says why
        if step.clock is ClockEffect.PAUSE:
            back = [s for s in table.steps_from(step.target) if s.clock is ClockEffect.RESUME]
            assert back
        if step.action in ("驳回", "不予受理", "退回", "更正", "部分同意", "补正"):
            assert step.needs_text
        if step.four_eyes:
            assert Doer.FIRM not in step.by
