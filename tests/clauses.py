"""`make clauses`: where each of the 227 clauses is carried out, and which tests prove it.

What proves a clause is read from the tests: ``@pytest.mark.clause``, or within a decorator a helper
``clause(id, …)`` that gives each set of parameters its own mark. Where it is carried out from the
rulebooks and the code that cite it; ``docs/clauses.toml`` adds only a title, and for what is not done
here why (``not_software``) or what is still open and where it will be done (``later``).

The run fails on a clause with none of these, on a test that cites an unknown clause and on an index
that does not hold exactly the 227; with ``--strict`` also on every clause that only waits.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.rules.clause_ids import CITABLE_IDS, CLAUSE_IDS

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {"S0": "西峡", "S1": "吴忠", "S2": "平鲁", "S3": "怀仁", "S4": "鹤岗"}
CODE_FOLDERS = ("bot", "handlers", "domain", "storage")
#: an id, but not the two ends of a range such as those of an error text
_ID = re.compile(r"(?<!…)\b(?:S[0-4]|C)-\d{2}\b(?!…)")

PROVED, PARTLY, NOT_SOFTWARE, LATER, NOTHING = "已证", "部分", "非软件", "以后", "空缺"


@dataclass(frozen=True, slots=True)
class Entry:
    """One clause of the index, in our own words."""

    title: str
    later: str = ""
    not_software: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    clause: str
    entry: Entry
    places: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def state(self) -> str:
        """已证: proved. 部分: proved as far as it goes, the rest waits. 非软件, 以后, or 空缺: neither."""
        if self.tests:
            return PARTLY if self.entry.later else PROVED
        if self.entry.not_software:
            return NOT_SOFTWARE
        return LATER if self.entry.later else NOTHING


@dataclass(frozen=True, slots=True)
class Mark:
    """One ``@pytest.mark.clause`` found in a test file."""

    clause: str
    test: str
    line: int


def read_index(text: str) -> tuple[dict[str, Entry], list[str]]:
    """The index and what is wrong with it."""
    data = tomllib.loads(text)
    faults: list[str] = []
    index: dict[str, Entry] = {}
    for clause, fields in data.items():
        unknown = set(fields) - {"title", "later", "not_software"}
        if unknown or not fields.get("title"):
            faults.append(f"{clause}: needs a title and knows later, not_software; found {sorted(fields)}")
            continue
        index[clause] = Entry(**fields)
        if index[clause].later and index[clause].not_software:
            faults.append(f"{clause}: later and not_software exclude each other")
    faults += [f"{clause}: missing in the index" for clause in sorted(CLAUSE_IDS - data.keys())]
    faults += [f"{clause}: no such clause" for clause in sorted(data.keys() - CLAUSE_IDS)]
    return index, faults


def marks_in(source: str, where: str) -> Iterator[Mark]:
    """The clause marks of one test file: on functions, on classes, in ``pytestmark`` and in params."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield from _marks_of(node.decorator_list, f"{where}::{node.name}")
        elif isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            yield from _marks_of([node.value], where)


def _marks_of(expressions: Iterable[ast.expr], test: str) -> Iterator[Mark]:
    for expression in expressions:
        for call in ast.walk(expression):
            if isinstance(call, ast.Call):
                for argument in _clause_arguments(call):
                    literal = argument.value if isinstance(argument, ast.Constant) else ast.unparse(argument)
                    yield Mark(str(literal), test, call.lineno)


def _clause_arguments(call: ast.Call) -> list[ast.expr]:
    """The ids that a call marks: all of the mark's own, the first of the helper's."""
    match ast.unparse(call.func):
        case "pytest.mark.clause":
            return call.args
        case "clause":
            return call.args[:1]
    return []


def citations_in(text: str) -> set[str]:
    """Every clause id written in a rulebook or in code."""
    return set(_ID.findall(text)) & CLAUSE_IDS


def rows(index: Mapping[str, Entry], marks: Iterable[Mark], cited: Mapping[str, set[str]]) -> list[Row]:
    """One row for each of the 227 clauses, in the order of the sources."""
    tests: dict[str, dict[str, None]] = defaultdict(dict)
    for mark in marks:
        tests[mark.clause][mark.test] = None
    return [
        Row(
            clause,
            index.get(clause, Entry("（索引中缺）")),
            tuple(sorted(place for place, ids in cited.items() if clause in ids)),
            tuple(tests[clause]),
        )
        for clause in sorted(CLAUSE_IDS)
    ]


def faults_of(table: Sequence[Row], marks: Iterable[Mark], *, strict: bool) -> list[str]:
    """What makes the run fail."""
    failing = (NOTHING, LATER, PARTLY) if strict else (NOTHING,)
    unknown = [
        f"{mark.test} (line {mark.line}) cites {mark.clause}: no such clause"
        for mark in marks
        if mark.clause not in CITABLE_IDS
    ]
    open_rows = [
        f"{row.clause} {row.entry.title}: {row.entry.later or 'neither test nor reason'}"
        for row in table
        if row.state in failing
    ]
    settled = [
        f"{row.clause}: called not for software, yet {row.tests[0]} proves it"
        for row in table
        if row.tests and row.entry.not_software
    ]
    return unknown + open_rows + settled


def render(table: Sequence[Row]) -> str:
    """The table for reading, with totals for each source."""
    lines = [f"{'条款':<6} {'状态':<4} 内容"]
    for row in table:
        lines.append(f"{row.clause:<8} {_padded(row.state, 6)} {row.entry.title}")
        lines += [f"{'':16}在  {', '.join(row.places)}"] if row.places else []
        lines += [f"{'':16}证  {test}" for test in row.tests]
        lines += [f"{'':16}余  {row.entry.later}"] if row.entry.later else []
        lines += [f"{'':16}因  {row.entry.not_software}"] if row.entry.not_software else []
    return "\n".join([*lines, "", *_totals(table)])


def _totals(table: Sequence[Row]) -> list[str]:
    states = (PROVED, PARTLY, NOT_SOFTWARE, LATER, NOTHING)
    lines = ["来源      " + "".join(_padded(state, 8) for state in states) + "合计"]
    for source, name in (*SOURCES.items(), ("", "全部")):
        own = [row.state for row in table if row.clause.startswith(source)]
        counts = "".join(f"{own.count(state):<8}" for state in states)
        lines.append(f"{_padded(f'{source} {name}'.strip(), 10)}{counts}{len(own)}")
    return lines


def _padded(text: str, width: int) -> str:
    """Left-aligned to a width in columns, Chinese counted twice."""
    taken = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(width - taken, 0)


def collect_marks(root: Path) -> list[Mark]:
    """The marks of all test files under ``root/tests``."""
    return [
        mark
        for path in sorted((root / "tests").rglob("test_*.py"))
        for mark in marks_in(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())
    ]


def collect_citations(root: Path) -> dict[str, set[str]]:
    """File → clause ids that it cites: rulebooks and code, the bare list of ids apart."""
    files = [path for folder in CODE_FOLDERS for path in (root / folder).rglob("*") if _cites(path)]
    found = {
        path.relative_to(root).as_posix(): citations_in(path.read_text(encoding="utf-8")) for path in files
    }
    return {place: ids for place, ids in found.items() if ids}


def _cites(path: Path) -> bool:
    return path.suffix in (".py", ".toml") and path.name != "clause_ids.py"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 0 when every clause has a test or a reason, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="clauses", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail on clauses that only wait, too")
    options = parser.parse_args(arguments)
    index, faults = read_index((ROOT / "docs" / "clauses.toml").read_text(encoding="utf-8"))
    marks = collect_marks(ROOT)
    table = rows(index, marks, collect_citations(ROOT))
    faults += faults_of(table, marks, strict=options.strict)
    sys.stdout.write(render(table) + "\n")
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
