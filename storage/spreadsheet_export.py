"""A table written for another system: xlsx or csv by the file's ending, whole or not at all."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from domain.errors import Refused
from storage.spreadsheet_rejects import harmless

ENDINGS = (".xlsx", ".csv")


def write_table(path: Path, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write the rows with their headings; returns how many. ``Refused`` where the file cannot be written.

    Every cell is text, so that codes keep their digits, and none is run as a formula.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise Refused(f"文件名要以 {' 或 '.join(ENDINGS)} 结尾：{path.name}")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    safe = [[harmless(cell) for cell in row] for row in rows]
    try:
        with beside.open("wb") as file:
            if ending == ".xlsx":
                _workbook(title, columns, safe).save(file)
            else:
                _write_csv(file, columns, safe)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Refused(
            f"{path.name} 无法写入（没有权限、磁盘已满或正被打开），没有导出", log=str(error)
        ) from error
    return len(safe)


def _workbook(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Workbook:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    head = [WriteOnlyCell(sheet, value=text) for text in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in rows:
        sheet.append(row)
    return book


def _write_csv(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    # with a byte order mark, or the office's spreadsheet program takes it for GBK
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    text.detach()
