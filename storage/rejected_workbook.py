"""The workbook of rejected rows: the file's own columns, and why each row came back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from domain.errors import Refused
from domain.rules.cleaning import Cell, error_of, text_of
from domain.rules.codes import mask_personal
from storage.spreadsheets import Row

REASON = "退回原因"
ROW_NUMBER = "原行号"
#: a text that begins so would be run as a formula when the file is opened again
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class RejectedWorkbook:
    """Rows are written as they come, in bounded memory; nothing exists on disk before the first one."""

    def __init__(self, path: Path, captions: Sequence[str], personal: frozenset[int]) -> None:
        self.path = path
        self.count = 0
        self._captions = captions
        self._personal = personal
        self._book: Workbook | None = None

    def add(self, number: int, row: Row, reasons: Sequence[str]) -> None:
        """Add one row; personal numbers are masked, whatever column they stand in."""
        if self._book is None:
            self._book = self._start()
        cells = [self._shown(place, cell) for place, cell in enumerate(row[: len(self._captions)])]
        cells += [""] * (len(self._captions) - len(cells))
        self._append([*cells, number, _harmless("；".join(dict.fromkeys(reasons)))])
        self.count += 1

    def save(self) -> Path | None:
        """Put the workbook in its place at once; None where nothing was rejected."""
        if self._book is None:
            return None
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self._book.save(beside)
            beside.replace(self.path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise Refused(
                f"退回文件 {self.path.name} 无法写入（没有权限、磁盘已满或正被打开），未导入", log=str(error)
            ) from error
        return self.path

    def _start(self) -> Workbook:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("退回")
        sheet.freeze_panes = "A2"
        head = []
        for caption in (*self._captions, ROW_NUMBER, REASON):
            cell = WriteOnlyCell(sheet, value=_harmless(caption))
            cell.font = Font(bold=True)
            head.append(cell)
        sheet.append(head)
        return book

    def _append(self, values: list[str | int | float | bool | None]) -> None:
        assert self._book is not None
        self._book.worksheets[0].append(values)

    def _shown(self, place: int, cell: Cell) -> str | int | float | bool | None:
        if isinstance(cell, dict):
            return error_of(cell)
        if place in self._personal:
            text = text_of(cell)
            return f"{text[:3]}{'*' * (len(text) - 3)}" if len(text) > 3 else "*" * len(text)
        if isinstance(cell, list):
            return _harmless(text_of(cell))
        if isinstance(cell, str):
            return _harmless(mask_personal(cell))
        masked = mask_personal(str(cell))
        return cell if masked == str(cell) else masked


def _harmless(text: str) -> str:
    """A text that a workbook can hold and that is never run."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{text}" if len(text) > 1 and text.startswith(_FORMULA_SIGNS) else text
