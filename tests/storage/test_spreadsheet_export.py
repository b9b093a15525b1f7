"""Tables for other systems: text as text, nothing that runs, whole or not at all."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from domain.errors import Refused
from storage.spreadsheet_export import write_table

ROWS = [("91140603YYYYYY0101", "=HYPERLINK(1)", "一行，\n两行"), ("001", "", "\x07响")]
SAFE = [("91140603YYYYYY0101", "'=HYPERLINK(1)", "一行，\n两行"), ("001", "", "响")]


def test_a_workbook_holds_every_cell_as_text_and_none_as_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "承诺.xlsx"
    assert write_table(path, "信用承诺", ("代码", "名称", "内容"), ROWS) == 2
    sheet = load_workbook(path)["信用承诺"]
    rows = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
    assert rows == [("代码", "名称", "内容"), *SAFE]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_a_csv_begins_with_the_mark_that_spreadsheet_programs_want(tmp_path: Path) -> None:
    path = tmp_path / "承诺.csv"
    write_table(path, "信用承诺", ("代码", "名称", "内容"), ROWS)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [tuple(row) for row in csv.reader(file)] == [("代码", "名称", "内容"), *SAFE]


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        write_table(tmp_path / "承诺.doc", "信用承诺", ("代码",), [])
    assert ".xlsx 或 .csv" in refused.value.text


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "承诺.csv"
    path.mkdir()
    with pytest.raises(Refused):
        write_table(path, "信用承诺", ("代码",), [])
    assert list(tmp_path.iterdir()) == [path]
