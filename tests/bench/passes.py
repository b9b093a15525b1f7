"""One pass over a data set in a process of its own, so that its time and its memory are its own."""

from __future__ import annotations

import json
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from tests.bench.machine import cores, pinned
from tests.bench.places import ROOT
from tests.bench.report import Spread, Table


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass took; ``done`` says how much it did, to be compared with what was to be done."""

    seconds: float
    peak_mb: float
    done: int


def in_child(module: str, *words: str | Path) -> Pass:
    """Run ``python -m MODULE WORDS`` pinned to the server's core and read the pass it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=pinned(cores()[0]),
    )
    return Pass(**json.loads(done.stdout.splitlines()[-1]))


def report_pass(work: Callable[[], int]) -> None:
    """The child's side: do the work, print the pass. Memory is that of the process and its children."""
    begun = perf_counter()
    done = work()
    seconds = perf_counter() - begun
    peak = sum(
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    sys.stdout.write(json.dumps(asdict(Pass(seconds, peak, done))) + "\n")


def require_done(passes: Sequence[Pass], wanted: int) -> None:
    """A figure counts only where all the work was done."""
    for each in passes:
        if each.done != wanted:
            raise RuntimeError(f"{each.done:,} done instead of {wanted:,}")


def compare(
    title: str, unit: str, names: Mapping[str, str], passes: Mapping[str, Sequence[Pass]], floor: str
) -> Table:
    """Seconds, time for each piece and memory of every kind of pass, with its ratio to the floor."""
    lowest = Spread.of([each.seconds for each in passes[floor]]).middle
    rows = []
    for kind, name in names.items():
        seconds = Spread.of([each.seconds for each in passes[kind]])
        each_us = seconds.middle / passes[kind][0].done * 1e6
        peak = max(each.peak_mb for each in passes[kind])
        rows.append(
            (name, seconds.shown(2), f"{each_us:.0f}", f"{peak:.0f}", f"{seconds.middle / lowest:.2f}")
        )
    return Table((title, "seconds", f"µs/{unit}", "peak MB", "÷ floor"), tuple(rows))


def ratio(passes: Mapping[str, Sequence[Pass]], kind: str, floor: str) -> float:
    """Median of one kind over the median of its floor."""
    one, other = ([each.seconds for each in passes[name]] for name in (kind, floor))
    return Spread.of(one).middle / Spread.of(other).middle


def fresh_copy(source: Path, name: str) -> Path:
    """A copy of a database, in WAL mode as the product uses it."""
    target = source.with_name(name)
    remove_database(target)
    shutil.copyfile(source, target)
    with closing(sqlite3.connect(target)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
    return target


def remove_database(path: Path) -> None:
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()


def raw_connection(database: Path) -> sqlite3.Connection:
    """A bare connection, set up as the product's own are."""
    raw = sqlite3.connect(database, isolation_level=None)
    for setting in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -32768", "foreign_keys = ON"):
        raw.execute(f"PRAGMA {setting}")
    return raw
