"""(c) A million subjects with three records each, evaluated by the one pure function, beside its floor.

The floor reads the same rows in subject order and writes the same results,
with the bare driver and nothing evaluated: what no program that reads and
writes can go below. Both commit durably after the same number of subjects.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from domain.rules.grading import Grader
from domain.services.evaluations import CHUNK, evaluate_all
from storage.rulebook_files import load_rulebook
from storage.session import open_sessions
from storage.vault import Vault
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
from tests.bench.places import work_folder
from tests.bench.population import RECORDS_EACH, population
from tests.bench.report import Finding, Target
from tests.bench.sizes import Sizes

ON = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
RULEBOOK = "pinglu"
#: results that the floor writes again and again, so that it need not hold a million
_SAMPLE = 2_000
_NAMES = {
    "evaluate": "evaluated, traced, compared, stored, made valid",
    "floor": "floor: same rows read, same results written",
}

_READ = """
SELECT r.subject_id, r.id, v.seq, r.kind, r.decided_on, r.state, v.severity, v.sanctions, v.fine_fen,
       r.rating, r.score, r.endorsed, r.issuer_kind, r.valid_until
FROM records r LEFT JOIN violations v ON v.record_id = r.id
WHERE r.subject_id BETWEEN ? AND ?
ORDER BY r.subject_id, r.decided_on, r.id, v.seq
"""


def evaluate_everybody(database: Path) -> int:
    """``xinshi evaluate`` without its command line; how many were evaluated."""
    clock, sealer = SystemClock(), Vault("Kq3v9ZtX8uLw2RyB7nHs5DfJ1gPaE6cM4T")
    grader = Grader(load_rulebook(RULEBOOK), ON)
    with open_sessions(f"sqlite:///{database}", sealer=sealer, clock=clock) as session:
        batch = evaluate_all(session, grader, by="bench", now=NOW, progress=lambda _: None)
    return batch.tally.evaluated


def read_and_write(database: Path, results: Path) -> int:
    """The floor; ``results`` is a database in which the results already stand."""
    with closing(raw_connection(results)) as other:
        columns, sample = _sample(other)
    write = f"INSERT INTO assessments ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    done = 0
    with closing(raw_connection(database)) as raw:
        # the results name their batch
        raw.execute("PRAGMA foreign_keys = OFF")
        while subjects := _copy_chunk(raw, done, write, sample):
            done += subjects
    return done


def _copy_chunk(raw: sqlite3.Connection, done: int, write: str, sample: list[list[Any]]) -> int:
    raw.execute("BEGIN IMMEDIATE")
    rows = raw.execute(_READ, (done + 1, done + CHUNK)).fetchall()
    subjects = list(dict.fromkeys(row[0] for row in rows))
    raw.executemany(write, _rows_for(subjects, sample))
    raw.execute("COMMIT")
    return len(subjects)


def _rows_for(subjects: list[int], sample: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    for subject in subjects:
        yield (subject, *sample[subject % len(sample)])


def _sample(raw: sqlite3.Connection) -> tuple[list[str], list[list[Any]]]:
    """Results from all over the population, as they stand in the database."""
    count = raw.execute("SELECT max(id) FROM assessments").fetchone()[0]
    step = max(1, count // _SAMPLE)
    found = raw.execute("SELECT * FROM assessments WHERE id % ? = 0 LIMIT ?", (step, _SAMPLE))
    names = [column[0] for column in found.description]
    kept = [place for place, name in enumerate(names) if name not in ("id", "subject_id")]
    return ["subject_id", *(names[place] for place in kept)], [
        [row[place] for place in kept] for row in found
    ]


def measure(sizes: Sizes) -> Finding:
    """Both passes, round after round, each on a fresh copy of the data set."""
    source = population(work_folder(), sizes.subjects, ON.isoformat())
    passes: dict[str, list[Pass]] = {kind: [] for kind in _NAMES}
    for _ in range(sizes.rounds):
        results = fresh_copy(source, "evaluated.sqlite")
        passes["evaluate"].append(in_child("tests.bench.evaluations", "evaluate", results, results))
        copied = fresh_copy(source, "copied.sqlite")
        passes["floor"].append(in_child("tests.bench.evaluations", "floor", copied, results))
        require_done((passes["evaluate"][-1], passes["floor"][-1]), sizes.subjects)
        remove_database(results)
        remove_database(copied)
    return _finding(sizes, passes)


def _finding(sizes: Sizes, passes: dict[str, list[Pass]]) -> Finding:
    times = ratio(passes, "evaluate", "floor")
    peak = max(each.peak_mb for each in passes["evaluate"])
    title = f"{sizes.subjects:,} subjects, {RECORDS_EACH} records each"
    return Finding(
        "evaluations",
        "(c) Evaluation",
        (compare(title, "subject", _NAMES, passes, "floor"),),
        (
            Target("evaluation ÷ floor", "≤ 6", f"{times:.2f}", times <= 6),
            Target("evaluation, peak memory", "≤ 500 MB", f"{peak:.0f} MB", peak <= 500),
        ),
        (f"Rulebook {RULEBOOK} on {ON}; both commit durably every {CHUNK} subjects.",),
        {kind: [asdict(each) for each in of] for kind, of in passes.items()},
    )


def main() -> None:
    kind, database, results = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if kind == "evaluate":
        report_pass(lambda: evaluate_everybody(database))
    else:
        report_pass(lambda: read_and_write(database, results))


if __name__ == "__main__":
    main()
