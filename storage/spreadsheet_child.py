"""The process that parses a workbook, so that a hostile file can only kill this process.

Started by ``storage/spreadsheets.py`` as ``python -m storage.spreadsheet_child LIMITS FD``: limits as
JSON, and the open file as an inherited descriptor, so that nobody can swap the file in between. It
sets its own limits of memory and processor time, may write no file, and talks JSON lines on stdout:
first the heads of all sheets, then (the parent answers with the number of one sheet) its rows in
chunks. ``{"refused": "…"}`` is the one Chinese line for the user.

Nothing here imports the project's domain or the database: a parser needs neither.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from math import isfinite
from typing import Any, BinaryIO

from storage.spreadsheet_formats import (
    HEAD_ROWS,
    ROWS_PER_CHUNK,
    BadFileError,
    ParserLimits,
    Sheet,
    XlsxScan,
    read_csv,
    scan_xlsx,
    sniff,
)
from storage.spreadsheet_html import read_html


def main() -> None:
    """Read the file of the inherited descriptor and answer on stdout; never a traceback for the user."""
    limits = ParserLimits(**json.loads(sys.argv[1]))
    _limit_process(limits)
    try:
        with os.fdopen(int(sys.argv[2]), "rb") as file:
            form = sniff(file)
            sheets = list(_SHEETS[form](file, limits))
            _serve(form, sheets, limits)
    except BadFileError as error:
        _say({"refused": str(error)})
    except MemoryError:
        _say({"refused": "文件展开后过大，超过内存限制，请分成几个文件"})


def _limit_process(limits: ParserLimits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _say(answer: dict[str, Any]) -> None:
    line = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def _serve(form: str, sheets: list[Sheet], limits: ParserLimits) -> None:
    """Heads first, then the rows of the sheet that the parent names."""
    for sheet in sheets:
        sheet.check_size(limits)
    _say({"form": form, "sheets": [_head(sheet) for sheet in sheets]})
    answer = sys.stdin.buffer.readline().strip()
    if not answer:
        return
    sheet = sheets[int(answer)]
    rows = enumerate(sheet.filled())
    while chunk := [_cells(sheet, number, row) for number, row in _some(rows)]:
        _say({"rows": chunk})
    _say({"end": True})


def _some(rows: Iterator[tuple[int, list[Any]]]) -> Iterable[tuple[int, list[Any]]]:
    for number, row in rows:
        yield number, row
        if (number + 1) % ROWS_PER_CHUNK == 0:
            return


def _head(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "visible": sheet.visible,
        "height": sheet.height,
        "width": sheet.width,
        "date1904": sheet.date1904,
        "notes": sheet.notes,
        "rows": [_cells(sheet, number, row) for number, row in enumerate(islice(sheet.filled(), HEAD_ROWS))],
    }


def _cells(sheet: Sheet, number: int, row: list[Any]) -> list[Any]:
    cells = [value if type(value) is str else _plain(value) for value in row]
    for column, text in sheet.broken.get(number, ()):
        if 0 <= column < len(cells):
            cells[column] = {"error": text}
    return cells


def _plain(value: Any) -> Any:
    """A cell as JSON: whole numbers as integers, dates as a list of one ISO text."""
    if isinstance(value, float):
        if not isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, (datetime, date)):
        return [value.isoformat()]
    if isinstance(value, (time, timedelta)):
        return str(value)
    return value


def _workbook_sheets(file: BinaryIO, limits: ParserLimits, scan: XlsxScan) -> Iterator[Sheet]:
    """Sheets by calamine; a hidden one is listed and never parsed."""
    # imported late: under the limits set above
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_filelike(file)
        for index, about in enumerate(book.sheets_metadata):
            if about.typ is not SheetTypeEnum.WorkSheet:
                continue
            if about.visible is not SheetVisibleEnum.Visible:
                yield Sheet(about.name, visible=False)
                continue
            sheet = book.get_sheet_by_index(index)
            first_column = sheet.start[1] if sheet.start else 0
            last_row, last_column = sheet.end or (-1, -1)
            found = scan.sheet(index)
            yield Sheet(
                about.name,
                rows=sheet.iter_rows,
                height=last_row + 1,
                width=last_column + 1 - first_column,
                merges=[
                    (top, left - first_column, bottom, right - first_column)
                    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
                ],
                date1904=scan.date1904,
                notes=found.notes(),
                broken=found.broken_from(first_column),
            )
    except PasswordError as error:
        raise BadFileError("文件有打开密码，请去掉密码后另存再导入") from error
    except (CalamineError, ValueError, OSError) as error:
        raise BadFileError("文件已损坏或不是有效的表格，请用表格软件打开后另存为 xlsx") from error


def _xlsx(file: BinaryIO, limits: ParserLimits) -> Iterator[Sheet]:
    scan = scan_xlsx(file, limits)
    file.seek(0)
    return _workbook_sheets(file, limits, scan)


def _xls(file: BinaryIO, limits: ParserLimits) -> Iterator[Sheet]:
    return _workbook_sheets(io.BytesIO(file.read()), limits, XlsxScan())


_SHEETS = {"xlsx": _xlsx, "xls": _xls, "csv": read_csv, "html": read_html}

if __name__ == "__main__":
    main()
