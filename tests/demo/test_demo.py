"""The demonstration: every grade and every outcome, for each of the five rulebooks, nobody real."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.demo.hints import demo_hints
from bot.demo.load import ensure_demo, reset_demo
from bot.demo.population import SIZE, population
from bot.settings import EXAMPLE_OFFICE, DemoSettings, load_demo_settings, load_settings
from domain.clock import legal_date
from domain.errors import Refused
from domain.model.person import Channel
from domain.model.record import RecordKind, RecordState
from domain.model.subject import SubjectKind
from domain.office import Office, parse_office
from domain.rules.codes import CleanCode, clean_resident_id, clean_uscc
from domain.rules.rulebook import Rulebook
from domain.services import bindings
from storage.rulebook_files import load_rulebook, shipped_rulebooks
from storage.session import open_session
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.conftest import FixedClock


class Demo:
    """The demonstration of one rulebook, loaded once for all its tests."""

    def __init__(self, rulebook_id: str, folder: Path) -> None:
        self.settings: DemoSettings = load_demo_settings(rulebook=rulebook_id, data_dir=folder)
        self.rulebook: Rulebook = load_rulebook(rulebook_id)
        self.office: Office = parse_office(EXAMPLE_OFFICE.read_text(encoding="utf-8"), EXAMPLE_OFFICE.name)
        self.clock = FixedClock()
        self.sealer = Vault(self.settings.key())
        self.told: list[str] = []

    def ensure(self, *, reset: bool = False) -> bool:
        return ensure_demo(
            self.settings,
            self.rulebook,
            self.office,
            self.clock,
            self.sealer,
            tell=self.told.append,
            reset=reset,
        )


@pytest.fixture(scope="module", params=shipped_rulebooks())
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    loaded = Demo(request.param, tmp_path_factory.mktemp(request.param))
    assert loaded.ensure()
    return loaded


@pytest.fixture
def uow(demo: Demo) -> Iterator[SqlUnitOfWork]:
    with open_session(demo.settings.database_url, sealer=demo.sealer, clock=demo.clock) as opened:
        yield opened


def outcomes(uow: SqlUnitOfWork) -> Counter[str]:
    page = uow.evaluations.page(after=0, limit=SIZE * 2)
    assert len(page) == SIZE
    return Counter(facts.in_force.code for facts in page if facts.in_force is not None)


def test_every_grade_and_every_outcome_is_in_force_somewhere(demo: Demo, uow: SqlUnitOfWork) -> None:
    expected = {grade.code for grade in demo.rulebook.grades} | {"UNRATED", "NEEDS_REVIEW"}
    assert set(outcomes(uow)) == expected


def test_where_the_office_computes_something_worse_waits_for_a_name(demo: Demo, uow: SqlUnitOfWork) -> None:
    waiting = sum(facts.waiting for facts in uow.evaluations.page(after=0, limit=SIZE))
    # an imported result is an approved act already
    assert (waiting > 0) is (demo.rulebook.base == "criteria")


def test_what_is_worse_than_unrated_came_into_force_in_somebodys_name(demo: Demo, uow: SqlUnitOfWork) -> None:
    for facts in uow.evaluations.page(after=0, limit=SIZE):
        in_force = uow.assessments.in_force(facts.subject_id)
        assert in_force is not None
        code = in_force.evaluation.code
        if demo.rulebook.order(code) > demo.rulebook.order("UNRATED"):
            assert in_force.approved_by == "approver"


def test_every_state_of_a_record_and_every_kind_of_subject_appears(uow: SqlUnitOfWork) -> None:
    states: set[RecordState] = set()
    kinds: set[SubjectKind] = set()
    for facts in uow.evaluations.page(after=0, limit=SIZE):
        kinds.add(uow.subjects.get(facts.subject_id).kind)
        states.update(unit.state for unit in facts.units)
    assert states == set(RecordState)
    assert kinds == set(SubjectKind)


def test_the_loaded_audit_chain_is_whole(uow: SqlUnitOfWork) -> None:
    report = uow.sealing.verify()
    assert report.whole
    assert report.sealed > 0
    assert report.unsealed == 0


def test_a_second_start_keeps_the_data_and_a_reset_makes_it_anew(demo: Demo) -> None:
    with open_session(demo.settings.database_url, sealer=demo.sealer, clock=demo.clock) as uow:
        uow.people.get_or_add(Channel.CONSOLE, "console", "guest", demo.clock.now())
    assert demo.ensure() is False
    with open_session(demo.settings.database_url, sealer=demo.sealer, clock=demo.clock) as uow:
        assert uow.people.get_or_add(Channel.CONSOLE, "console", "guest", demo.clock.now()).id == 1
    assert demo.ensure(reset=True) is True


def test_the_well_known_firms_have_codes_that_bind_and_are_renewed(demo: Demo, uow: SqlUnitOfWork) -> None:
    now = demo.clock.now()
    hints = demo_hints(uow)
    assert len(hints) == 7
    assert [hint.code for hint in demo_hints(uow)] == [hint.code for hint in hints]
    person = uow.people.get_or_add(Channel.CONSOLE, "console", "guest", now)
    for hint in hints:
        offer = bindings.look_up(uow, person, hint.code, now=now, sealer=demo.sealer)
        assert offer.subject.name == hint.name
        bindings.bind(uow, person, offer.digest, now=now, tell="")
    renewed = demo_hints(uow)
    assert {hint.code for hint in renewed}.isdisjoint(hint.code for hint in hints)
    assert len(bindings.active(uow, person, legal_date(now))) == 7


def test_an_installation_that_is_no_demonstration_has_no_hints(
    sqlite_url: str, sealer: Vault, clock: FixedClock
) -> None:
    with open_session(sqlite_url, sealer=sealer, clock=clock) as uow:
        assert demo_hints(uow) == []


@pytest.mark.parametrize("rulebook_id", shipped_rulebooks())
def test_the_population_repeats_itself_and_its_codes_are_sound(rulebook_id: str) -> None:
    people = population(load_rulebook(rulebook_id))
    assert people == population(load_rulebook(rulebook_id))
    assert len({each.code for each in people}) == len({each.name for each in people}) == SIZE
    for each in people:
        natural = each.kind is SubjectKind.NATURAL_PERSON
        code = clean_resident_id(each.code) if natural else clean_uscc(each.code, as_text=True)
        assert isinstance(code, CleanCode), each
        # improbable as an issued code, or a person born in 1901
        assert ("19010101" if natural else "YYYY") in each.code


def test_a_histories_dates_follow_the_day_of_loading(demo: Demo, uow: SqlUnitOfWork) -> None:
    today = legal_date(demo.clock.now())
    days = [
        (today - unit.on).days
        for facts in uow.evaluations.page(after=0, limit=SIZE)
        for unit in facts.units
        if unit.kind is RecordKind.PENALTY
    ]
    assert min(days) >= 0
    assert min(days) < 365 < max(days)


def test_demonstration_data_goes_into_no_other_database(tmp_path: Path, demo: Demo) -> None:
    settings = load_settings(data_dir=tmp_path)
    with pytest.raises(Refused, match="只能装进演示数据库"):
        ensure_demo(
            settings, demo.rulebook, demo.office, demo.clock, demo.sealer, tell=demo.told.append, reset=True
        )
    with pytest.raises(Refused, match="只有演示数据可以清空"):
        reset_demo(settings)


def test_a_start_that_was_cut_short_leaves_nothing_half_done(tmp_path: Path) -> None:
    demo = Demo("pinglu", tmp_path)
    (tmp_path / "demo-pinglu.sqlite.loading").write_bytes(b"half of a database")
    assert demo.ensure()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo-pinglu.sqlite"]
