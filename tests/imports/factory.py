"""Messy workbooks made on the spot. Every firm, code, person and number is invented."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlwt
from openpyxl import Workbook
from openpyxl.cell import Cell
from stdnum.cn import ric

from domain.model.subject import SubjectKind
from domain.rules.codes import make_uscc

Cells = Sequence[Any]

SUBJECT_HEAD = ("主体名称", "统一社会信用代码", "工商注册号", "主体类别", "曾用名", "行业")
GRADE_HEAD = ("主体名称", "统一社会信用代码", "评价等级", "评价得分", "评价日期", "评价单位")
PENALTY_HEAD = (
    "行政相对人名称",
    "统一社会信用代码",
    "行政处罚决定书文号",
    "违法行为类型",
    "处罚依据",
    "处罚类别",
    "处罚内容",
    "罚款金额（万元）",
    "处罚决定日期",
    "处罚机关",
)
AWARD_HEAD = ("获奖单位名称", "统一社会信用代码", "荣誉名称", "授予单位", "授予日期", "主管部门审核认定")
LIST_HEAD = (
    "企业名称",
    "统一社会信用代码",
    "名单名称",
    "列入原因",
    "列入机关",
    "列入日期",
    "移出日期",
    "移出原因",
)


def code(number: int, kind: SubjectKind = SubjectKind.LEGAL_PERSON) -> str:
    """The synthetic code of firm ``number``."""
    return make_uscc("140603", number, kind)


def name(number: int) -> str:
    return f"平鲁区虚构{number}号商贸有限公司"


def registration_number(number: int) -> str:
    """An old 15-digit number with its check digit."""
    body = f"1406030{number:07d}"
    rest = 10
    for digit in body:
        rest = ((rest + int(digit)) % 10 or 10) * 2 % 11
    return body + str((11 - rest) % 10)


def resident_id(number: int) -> str:
    """An ID number that passes its check; nobody bears the sequence of a day in 1900."""
    body = f"14060319000101{number:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def subject(number: int, **cells: Any) -> list[Any]:
    """A row under ``SUBJECT_HEAD``."""
    return _row(
        SUBJECT_HEAD,
        {"主体名称": name(number), "统一社会信用代码": code(number), "主体类别": "法人及非法人组织"},
        cells,
    )


def grade(number: int, **cells: Any) -> list[Any]:
    """A row under ``GRADE_HEAD``."""
    told = {
        "主体名称": name(number),
        "统一社会信用代码": code(number),
        "评价等级": "A",
        "评价得分": 90,
        "评价日期": "2026-06-30",
        "评价单位": "虚构信用中心",
    }
    return _row(GRADE_HEAD, told, cells)


def penalty(number: int, **cells: Any) -> list[Any]:
    """A row under ``PENALTY_HEAD``: a fine of 2,000 yuan."""
    told = {
        "行政相对人名称": name(number),
        "统一社会信用代码": code(number),
        "行政处罚决定书文号": f"平市监罚〔2026〕{number}号",
        "违法行为类型": "虚构的违法行为",
        "处罚依据": "《虚构条例》第三条",
        "处罚类别": "罚款",
        "处罚内容": "罚款2000元",
        "罚款金额（万元）": 0.2,
        "处罚决定日期": "2026-03-05",
        "处罚机关": "平鲁区市场监督管理局",
    }
    return _row(PENALTY_HEAD, told, cells)


def award(number: int, **cells: Any) -> list[Any]:
    """A row under ``AWARD_HEAD``."""
    told = {
        "获奖单位名称": name(number),
        "统一社会信用代码": code(number),
        "荣誉名称": "虚构诚信企业",
        "授予单位": "平鲁区人民政府",
        "授予日期": "2026-05-04",
        "主管部门审核认定": "否",
    }
    return _row(AWARD_HEAD, told, cells)


def listing(number: int, **cells: Any) -> list[Any]:
    """A row under ``LIST_HEAD``."""
    told = {
        "企业名称": name(number),
        "统一社会信用代码": code(number),
        "名单名称": "严重失信主体名单",
        "列入原因": "虚构的列入原因",
        "列入机关": "平鲁区市场监督管理局",
        "列入日期": "2026-02-03",
    }
    return _row(LIST_HEAD, told, cells)


def _row(head: Sequence[str], told: dict[str, Any], cells: dict[str, Any]) -> list[Any]:
    unknown = set(cells) - set(head)
    assert not unknown, f"no such column: {unknown}"
    told = told | cells
    return [told.get(caption) for caption in head]


def xlsx(
    path: Path,
    rows: Iterable[Cells],
    *,
    merges: Sequence[str] = (),
    other_sheets: dict[str, Iterable[Cells]] | None = None,
    hidden: Sequence[str] = (),
    date1904: bool = False,
) -> Path:
    """A workbook; the first sheet is 数据. ``merges`` as in A1:C1."""
    book = Workbook()
    if date1904:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.title = "数据"
    for row in rows:
        sheet.append(list(row))
    for merge in merges:
        sheet.merge_cells(merge)
    for title, others in (other_sheets or {}).items():
        other = book.create_sheet(title)
        for row in others:
            other.append(list(row))
        if title in hidden:
            other.sheet_state = "hidden"
    book.save(path)
    return path


def broken_xlsx(path: Path, rows: Sequence[Cells], *, at: str, error: str = "#REF!") -> Path:
    """A workbook with an error in one cell."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    cell = sheet[at]
    assert isinstance(cell, Cell)
    cell.value = error
    cell.data_type = "e"
    book.save(path)
    return path


def xls(path: Path, rows: Iterable[Cells]) -> Path:
    """A workbook of the old binary form."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("数据")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write(number, column, cell)
    book.save(str(path))
    return path


def csv_file(path: Path, rows: Iterable[Cells], *, encoding: str = "utf-8", separator: str = ",") -> Path:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def html_file(path: Path, rows: Iterable[Cells], *, encoding: str = "utf-8") -> Path:
    """A web page with one table, as many systems "export to Excel"."""
    lines = [
        "<tr>"
        + "".join(f"<td>{html.escape('' if cell is None else str(cell))}</td>" for cell in row)
        + "</tr>"
        for row in rows
    ]
    page = f'<html><meta charset="{encoding}"><body><table border=1>{"".join(lines)}</table></body></html>'
    path.write_bytes(page.encode(encoding))
    return path
