"""``python -m tests.bench``: every benchmark beside its floor and peers, in one run.

Prints tables of ratios and the targets met or missed, and writes ``var/bench.json``.
Nothing here asserts a time: a figure is read by people.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

from tests.bench import callbacks, evaluations, imports, starts, turn
from tests.bench.machine import describe
from tests.bench.places import RESULT, work_folder
from tests.bench.report import Finding, render
from tests.bench.sizes import FULL, QUICK, Sizes

BENCHMARKS: dict[str, Callable[[Sizes], Finding]] = {
    "callbacks": callbacks.measure,
    "turn": turn.measure,
    "imports": imports.measure,
    "evaluations": evaluations.measure,
    "starts": starts.measure,
}


def main() -> int:
    options = _options()
    sizes = QUICK if options.quick else FULL
    wanted = [options.only] if options.only else list(BENCHMARKS)
    work_folder()
    begun = time.monotonic()
    findings = []
    for name in wanted:
        sys.stderr.write(f"{name} …\n")
        findings.append(BENCHMARKS[name](sizes))
    machine = describe()
    RESULT.write_text(
        json.dumps(
            {"machine": machine, "sizes": asdict(sizes), "findings": [asdict(each) for each in findings]},
            ensure_ascii=False,
            indent=1,
        )
    )
    heading = ", ".join(f"{key} {value}" for key, value in machine.items())
    size = "small sizes: for developing only" if sizes.quick else "full sizes"
    sys.stdout.write(render(findings, heading=f"make bench ({size}; {heading})"))
    sys.stderr.write(f"{time.monotonic() - begun:.0f} s; all figures in {RESULT}\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, less than two minutes")
    parser.add_argument("--only", choices=sorted(BENCHMARKS), help="one benchmark alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
