"""The workbook of rejected rows: the file's own columns, and why each row came back."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

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
    """Rows wait in an unnamed file, so that memory is bounded and nothing is left where an import ends early."""

    def __init__(self, path: Path, captions: Sequence[str], personal: frozenset[int]) -> None:
        self.path = path
        self._captions = captions
        self._personal = personal
        self._waiting: IO[str] | None = None

    def __enter__(self) -> RejectedWorkbook:
        return self

    def __exit__(self, *_: object) -> None:
        if self._waiting is not None:
            self._waiting.close()

    def add(self, number: int, row: Row, reasons: Sequence[str]) -> None:
        """Add one row; personal numbers are masked, whatever column they stand in."""
        if self._waiting is None:
            self._waiting = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with us
        cells = [
            as_shown(cell, personal=place in self._personal)
            for place, cell in enumerate(row[: len(self._captions)])
        ]
        cells += [None] * (len(self._captions) - len(cells))
        told = [*cells, number, harmless("；".join(dict.fromkeys(reasons)))]
        self._waiting.write(json.dumps(told, ensure_ascii=False) + "\n")

    def save(self) -> Path | None:
        """Put the workbook in its place, whole or not at all; None where nothing was rejected."""
        if self._waiting is None:
            return None
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            with beside.open("wb") as file:
                self._waiting.seek(0)
                self._book(self._waiting).save(file)
            beside.replace(self.path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise Refused(
                f"退回文件 {self.path.name} 无法写入（没有权限、磁盘已满或正被打开），未导入", log=str(error)
            ) from error
        return self.path

    def _book(self, rows: Iterable[str]) -> Workbook:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("退回")
        sheet.freeze_panes = "A2"
        head = [WriteOnlyCell(sheet, value=harmless(text)) for text in (*self._captions, ROW_NUMBER, REASON)]
        for cell in head:
            cell.font = Font(bold=True)
        sheet.append(head)
        for row in rows:
            sheet.append(json.loads(row))
        return book


def as_shown(cell: Cell, *, personal: bool) -> str | int | float | bool | None:
    """A cell that goes back to people: harmless, and without a personal number in clear."""
    if isinstance(cell, dict):
        return error_of(cell)
    if personal:
        text = text_of(cell)
        return f"{text[:3]}{'*' * (len(text) - 3)}" if len(text) > 3 else "*" * len(text)
    if isinstance(cell, list):
        return harmless(text_of(cell))
    if isinstance(cell, str):
        return harmless(mask_personal(cell))
    masked = mask_personal(str(cell))
    return cell if masked == str(cell) else masked


def harmless(text: str) -> str:
    """A text that a workbook can hold and that is never run."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{text}" if len(text) > 1 and text.startswith(_FORMULA_SIGNS) else text
