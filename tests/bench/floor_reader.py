"""The floor's child: every cell of a file in chunks to the parent, with nothing else loaded.

Run as ``python -m tests.bench.floor_reader FILE``.
"""

from __future__ import annotations

import csv
import pickle
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

CHUNK = 1_000


def main() -> None:
    file = sys.argv[1]
    rows = _csv_rows(file) if file.endswith(".csv") else _xlsx_rows(file)
    next(rows)
    while chunk := list(islice(rows, CHUNK)):
        pickle.dump(chunk, sys.stdout.buffer)
    pickle.dump([], sys.stdout.buffer)


def _xlsx_rows(file: str) -> Iterator[Any]:
    from python_calamine import CalamineWorkbook

    return iter(CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python())


def _csv_rows(file: str) -> Iterator[Any]:
    with open(file, encoding="utf-8-sig", newline="") as opened:  # noqa: PTH123 - nothing more is loaded
        yield from csv.reader(opened)


if __name__ == "__main__":
    main()
