"""Web pages that were saved under the name of a workbook. Runs in the child process; standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from typing import Any, BinaryIO

from storage.spreadsheet_formats import BadFileError, ParserLimits, Sheet, decode


class _Tables(HTMLParser):
    """Outermost tables with their spans filled; a nested table counts as text of its cell."""

    def __init__(self, limits: ParserLimits) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[list[list[Any]], list[tuple[int, int, int, int]]]] = []
        self._limits = limits
        self._depth = 0
        self._cell: list[str] | None = None
        self._span = (1, 1)
        # cells that a span from above covers
        self._reserved: set[tuple[int, int]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(([], []))
                self._reserved = set()
        elif self._depth != 1:
            return
        elif tag == "tr":
            self._end_cell()
            self._start_row()
        elif tag in ("td", "th"):
            self._end_cell()
            self._start_cell(dict(attrs))
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._depth:
            if self._depth == 1:
                self._end_cell()
            self._depth -= 1
        elif self._depth == 1 and tag in ("td", "th", "tr"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _start_row(self) -> None:
        rows = self.tables[-1][0]
        if len(rows) >= self._limits.rows:
            raise BadFileError(f"表格超过上限 {self._limits.rows} 行，请分成几个文件")
        rows.append([])

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        if not self.tables[-1][0]:
            self._start_row()
        self._cell = []
        self._span = (_span_of(attributes.get("rowspan")), _span_of(attributes.get("colspan")))

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        text, self._cell = " ".join("".join(self._cell).split()), None
        rows, merges = self.tables[-1]
        row, number = rows[-1], len(rows) - 1
        self._fill(row, number)
        down, across = self._span
        column = len(row)
        if column + across > self._limits.columns:
            raise BadFileError(f"表格超过上限 {self._limits.columns} 列")
        row.extend([text] + [""] * (across - 1))
        for below in range(1, down):
            for beside in range(across):
                self._reserved.add((number + below, column + beside))
        if down > 1 or across > 1:
            merges.append((number, column, number + down - 1, column + across - 1))

    def _fill(self, row: list[Any], number: int) -> None:
        while (number, len(row)) in self._reserved:
            self._reserved.discard((number, len(row)))
            row.append("")


def _span_of(value: str | None) -> int:
    return min(int(value), 1000) if value and value.strip().isdigit() and int(value) > 0 else 1


def read_html(file: BinaryIO, limits: ParserLimits) -> Iterator[Sheet]:
    """The tables of a web page that was saved under the name of a workbook."""
    parser = _Tables(limits)
    parser.feed(decode(file.read()))
    parser.close()
    if not parser.tables:
        raise BadFileError("这是网页文件，里面没有表格")
    for number, (rows, merges) in enumerate(parser.tables, start=1):
        width = max((len(row) for row in rows), default=0)
        yield Sheet(
            f"表{number}",
            rows=partial(map, list, rows),
            height=len(rows),
            width=width,
            merges=merges,
        )
