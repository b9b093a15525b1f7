"""The drawn tables are the tables."""

from __future__ import annotations

from domain.rules.case_tables import TABLES
from tests import diagrams


def test_the_page_of_cases_is_what_the_tables_say() -> None:
    assert diagrams.PAGE.read_text(encoding="utf-8") == diagrams.page(), "run: python -m tests.diagrams"


def test_every_kind_every_state_and_every_action_is_drawn() -> None:
    page = diagrams.page()
    for table in TABLES.values():
        section = page.split(f"## {table.kind} (")[1].split("\n## ")[0]
        assert all(f'state "{state}"' in section for state in table.states)
        assert all(f"| {action} |" in section for action in table.actions)
