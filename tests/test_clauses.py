"""The table of clauses tells the truth: what is proved, what waits, what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.rules.clause_ids import CLAUSE_IDS
from tests.clauses import (
    ROOT,
    Entry,
    Mark,
    Row,
    citations_in,
    collect_citations,
    collect_marks,
    faults_of,
    marks_in,
    read_index,
    render,
    rows,
)

TEST_FILE = """
import pytest

pytestmark = pytest.mark.clause("S0-01")

@pytest.mark.clause("S2-13")
@pytest.mark.clause("S2-14", "S2-15")
def test_counts(): ...

@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.clause("S3-38")), clause("S1-03", "S9-99")])
async def test_bands(x): ...

@pytest.mark.clause("S4-10")
class TestWeights: ...

def helper():
    return pytest.mark.clause("S4-45")
"""


def index_text(**changed: str) -> str:
    """An index of all clauses that wait, with some entries written otherwise."""
    entries = dict.fromkeys(CLAUSE_IDS, 'title = "题"\nlater = "以后"') | changed
    return "\n".join(f"[{clause}]\n{entry}" for clause, entry in entries.items())


def row(entry: Entry, *tests: str, places: tuple[str, ...] = ()) -> Row:
    return Row("S2-13", entry, places, tests)


def test_marks_are_found_on_functions_classes_files_and_parameters() -> None:
    found = {(mark.clause, mark.test) for mark in marks_in(TEST_FILE, "t.py")}
    assert found == {
        ("S0-01", "t.py"),
        ("S2-13", "t.py::test_counts"),
        ("S2-14", "t.py::test_counts"),
        ("S2-15", "t.py::test_counts"),
        ("S3-38", "t.py::test_bands"),
        ("S1-03", "t.py::test_bands"),
        ("S4-10", "t.py::TestWeights"),
    }


def test_a_mark_that_cannot_be_read_counts_as_unknown() -> None:
    (mark,) = marks_in("@pytest.mark.clause(NAME)\ndef test_x(): ...", "t.py")
    assert faults_of([], [mark], strict=False) == ["t.py::test_x (line 1) cites NAME: no such clause"]


@pytest.mark.parametrize("clause", ["S2-48", "S5-01", "S2-1", "C-27"])
def test_a_test_that_cites_an_unknown_clause_is_a_fault(clause: str) -> None:
    (fault,) = faults_of([], [Mark(clause, "t.py::test_x", 7)], strict=False)
    assert "t.py::test_x" in fault
    assert clause in fault


def test_a_settled_question_may_be_cited_too() -> None:
    assert faults_of([], [Mark("C-12", "t.py::test_x", 7)], strict=False) == []


@pytest.mark.parametrize(
    "entry, tests, state, fails, fails_strictly",
    [
        (Entry("题"), ("t",), "已证", False, False),
        (Entry("题", later="以后"), ("t",), "部分", False, True),
        (Entry("题", not_software="因"), (), "非软件", False, False),
        (Entry("题", later="以后"), (), "以后", False, True),
        (Entry("题"), (), "空缺", True, True),
    ],
)
def test_a_clause_needs_a_test_or_a_reason(
    entry: Entry, tests: tuple[str, ...], state: str, fails: bool, fails_strictly: bool
) -> None:
    found = row(entry, *tests)
    assert found.state == state
    assert bool(faults_of([found], [], strict=False)) is fails
    assert bool(faults_of([found], [], strict=True)) is fails_strictly


def test_a_citation_alone_proves_nothing() -> None:
    assert row(Entry("题"), places=("domain/rulebooks/pinglu.toml",)).state == "空缺"


def test_a_clause_that_is_not_for_software_but_has_a_test_is_a_contradiction() -> None:
    assert faults_of([row(Entry("题", not_software="因"), "t")], [], strict=False)


def test_citations_are_read_from_text_and_ranges_are_not() -> None:
    text = '#: S2-18 decides (S2-19, C-11)\nclause = "S0-10"  # S1-01…S1-35, S9-99, XS2-13'
    assert citations_in(text) == {"S2-18", "S2-19", "S0-10"}


def test_an_index_of_exactly_the_clauses_has_no_fault() -> None:
    index, faults = read_index(index_text())
    assert faults == []
    assert index.keys() == CLAUSE_IDS


@pytest.mark.parametrize(
    "text, expected",
    [
        (index_text().replace("[S2-13]", "[S2-99]"), ["S2-13: missing", "S2-99: no such clause"]),
        (index_text(**{"S2-13": 'titel = "题"'}), ["S2-13: needs a title"]),
        (index_text(**{"S2-13": 'later = "以后"'}), ["S2-13: needs a title"]),
        (index_text(**{"S2-13": 'title = "题"\nlater = "a"\nnot_software = "b"'}), ["S2-13: later and"]),
    ],
)
def test_a_fault_of_the_index_is_named(text: str, expected: list[str]) -> None:
    _, faults = read_index(text)
    assert len(faults) == len(expected)
    assert all(any(fault.startswith(start) for fault in faults) for start in expected)


def test_the_table_has_every_clause_once_with_totals() -> None:
    index, _ = read_index(index_text(**{"S2-13": 'title = "三次以内"'}))
    marks = [Mark("S2-13", "t.py::test_x", 1), Mark("S2-13", "t.py::test_x", 2)]
    table = rows(index, marks, {"domain/rulebooks/pinglu.toml": {"S2-13"}})
    text = render(table)
    assert len(table) == 227
    assert text.count("证  t.py::test_x") == 1
    assert "在  domain/rulebooks/pinglu.toml" in text
    assert text.splitlines()[-1].split() == ["全部", "1", "0", "0", "226", "0", "227"]


def test_the_shipped_index_names_each_clause_once_in_our_own_words() -> None:
    index, faults = read_index((ROOT / "docs" / "clauses.toml").read_text(encoding="utf-8"))
    assert faults == []
    assert all(4 <= len(entry.title) <= 40 for entry in index.values())


def test_every_clause_cited_by_a_test_of_this_repository_exists() -> None:
    marks = collect_marks(ROOT)
    assert faults_of([], marks, strict=False) == []
    assert len({mark.clause for mark in marks}) > 50


def test_citations_are_collected_from_rulebooks_and_code(tmp_path: Path) -> None:
    for folder in ("bot", "handlers", "storage", "domain/rules"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "domain" / "x.toml").write_text('clause = "S2-13"', encoding="utf-8")
    (tmp_path / "domain" / "rules" / "clause_ids.py").write_text("S2-14", encoding="utf-8")
    (tmp_path / "bot" / "notes.md").write_text("S2-15", encoding="utf-8")
    assert collect_citations(tmp_path) == {"domain/x.toml": {"S2-13"}}
