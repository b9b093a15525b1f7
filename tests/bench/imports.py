"""(b) A hundred thousand rows imported: read, checked, repaired, deduplicated, stored, beside the floor.

The floor reads the same file in a child process with calamine (or the csv
module) and inserts the rows that the import made of it as lists, checking nothing.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Table, create_engine, insert, select

from bot.clock import SystemClock
from storage.importing import import_file
from storage.rulebook_files import load_rulebook
from storage.schema import upgrade
from storage.session import open_sessions
from storage.tables import records, subjects, violations
from storage.vault import Vault
from tests.bench.floor_reader import CHUNK
from tests.bench.passes import (
    Pass,
    compare,
    fresh_copy,
    in_child,
    ratio,
    raw_connection,
    remove_database,
    report_pass,
    require_done,
)
from tests.bench.penalty_files import penalty_file
from tests.bench.places import ROOT, work_folder
from tests.bench.report import Finding, Target
from tests.bench.sizes import Sizes

_TABLES = (subjects, records, violations)
_NAMES = {
    "xlsx": "xlsx imported",
    "xlsx floor": "floor: xlsx read in a child, rows inserted",
    "csv": "csv imported",
    "csv floor": "floor: csv read in a child, rows inserted",
}


def import_rows(file: Path, database: Path) -> int:
    """``xinshi import penalties`` without its command line; how many rows were read."""
    clock, sealer = SystemClock(), Vault("Kq3v9ZtX8uLw2RyB7nHs5DfJ1gPaE6cM4T")
    with open_sessions(f"sqlite:///{database}", sealer=sealer, clock=clock) as session:
        report = import_file(
            session,
            "penalties",
            file,
            rulebook=load_rulebook("pinglu"),
            clock=clock,
            sealer=sealer,
            by="bench",
        )
    if not (report.accepted and report.repaired and report.rejected and report.duplicate):
        raise RuntimeError(f"the file should hold some of each: {report}")
    return report.read


class Floor:
    """Reads and inserts; what it inserts is fetched beforehand from where it was imported."""

    def __init__(self, file: Path, database: Path, results: Path) -> None:
        self._file = file
        self._engine = create_engine(f"sqlite:///{database}")
        with closing(raw_connection(database)) as raw:
            raw.execute("PRAGMA journal_mode = WAL")
        source = create_engine(f"sqlite:///{results}")
        with source.connect() as connection:
            self._lists: list[tuple[Table, list[dict[str, Any]]]] = [
                (table, [dict(row) for row in connection.execute(select(table)).mappings()])
                for table in _TABLES
            ]
        source.dispose()

    def run(self) -> int:
        """How many rows the file holds."""
        read = 0
        with subprocess.Popen(
            [sys.executable, "-m", "tests.bench.floor_reader", str(self._file)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        ) as child:
            assert child.stdout is not None
            while chunk := pickle.load(child.stdout):
                read += len(chunk)
        with self._engine.begin() as connection:
            for table, rows in self._lists:
                statement = insert(table)
                for start in range(0, len(rows), CHUNK):
                    connection.execute(statement, rows[start : start + CHUNK])
        return read


def measure(sizes: Sizes) -> Finding:
    """Both forms and their floors, round after round, each into an empty database."""
    folder = work_folder()
    empty = folder / "empty.sqlite"
    remove_database(empty)
    upgrade(f"sqlite:///{empty}")
    with closing(raw_connection(empty)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
    files = {form: penalty_file(folder, sizes.import_rows, form) for form in ("xlsx", "csv")}
    passes: dict[str, list[Pass]] = {kind: [] for kind in _NAMES}
    for _ in range(sizes.rounds):
        for form, file in files.items():
            results, copied = fresh_copy(empty, "imported.sqlite"), fresh_copy(empty, "inserted.sqlite")
            passes[form].append(in_child("tests.bench.imports", "import", file, results))
            passes[f"{form} floor"].append(in_child("tests.bench.imports", "floor", file, copied, results))
            require_done((passes[form][-1], passes[f"{form} floor"][-1]), sizes.import_rows)
            remove_database(results)
            remove_database(copied)
    return _finding(sizes, passes)


def _finding(sizes: Sizes, passes: dict[str, list[Pass]]) -> Finding:
    ratios = {form: ratio(passes, form, f"{form} floor") for form in ("xlsx", "csv")}
    table = compare(f"{sizes.import_rows:,} penalties", "row", _NAMES, passes, "xlsx floor")
    return Finding(
        "imports",
        "(b) Import",
        (table,),
        tuple(
            Target(f"import of {form} ÷ its floor", "≤ 10", f"{times:.2f}", times <= 10)
            for form, times in ratios.items()
        ),
        ("Some rows are repeats, wrong, or in need of repair; memory is that of both processes.",),
        {kind: [asdict(each) for each in of] for kind, of in passes.items()},
    )


def main() -> None:
    kind, file, *rest = sys.argv[1], Path(sys.argv[2]), *map(Path, sys.argv[3:])
    if kind == "import":
        report_pass(lambda: import_rows(file, *rest))
    else:
        report_pass(Floor(file, *rest).run)


if __name__ == "__main__":
    main()
