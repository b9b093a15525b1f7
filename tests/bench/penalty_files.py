"""A hundred thousand penalties as an office receives them: a workbook, and the same rows as text."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

from domain.rules.codes import make_uscc

HEADER = (
    "行政相对人名称",
    "行政相对人类别",
    "统一社会信用代码",
    "行政处罚决定书文号",
    "违法行为类型",
    "违法事实",
    "处罚依据",
    "处罚类别",
    "处罚内容",
    "罚款金额（万元）",
    "处罚决定日期",
    "公示截止期",
    "处罚机关",
    "数据来源单位",
)
#: penalties of one firm
EACH = 5
#: one row in so many comes twice, is refused, or has to be repaired
_TWICE, _BROKEN, _REPAIRED = 97, 101, 13
_LAST_DAY = date(2026, 10, 31)


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Rows with the troubles of real ones: repeats, wrong codes, lower case, full width, other dates."""
    for number in range(count):
        if number % _TWICE == _TWICE - 1:
            yield _row(number - 1)
        else:
            yield _row(number)


def _row(number: int) -> tuple[str, ...]:
    firm = number // EACH + 1
    code = make_uscc("640221", firm)
    decided = _LAST_DAY - timedelta(days=number * 37 % 1_000)
    shown = decided.isoformat()
    if number % _BROKEN == _BROKEN - 1:
        code = code[:-1] + ("1" if code[-1] != "1" else "2")
    elif number % _REPAIRED == 0:
        code, shown = f" {code.lower()}　", decided.strftime("%Y年%m月%d日")
    fine = number % 40 * 0.25
    return (
        f"平罗县第{firm:06d}号商贸有限公司",
        "法人及非法人组织",
        code,
        f"平市监罚〔{decided.year}〕{number}号",
        "未按规定办理变更登记",
        "当事人变更住所后未在规定期限内申请办理变更登记，经责令限期登记后仍未办理。",
        "《中华人民共和国市场主体登记管理条例》第四十六条",
        "罚款" if fine else "警告",
        f"罚款人民币{fine}万元" if fine else "警告",
        str(fine) if fine else "",
        shown,
        decided.replace(year=decided.year + 1, day=1).isoformat(),
        "平罗县市场监督管理局",
        "平罗县发展和改革局",
    )


def penalty_file(folder: Path, count: int, form: str) -> Path:
    """The file in one form (``xlsx``, ``csv``), made once and kept."""
    path = folder / f"penalties-{count}.{form}"
    if not path.exists():
        half = path.with_name(f"half-{path.name}")
        (_write_xlsx if form == "xlsx" else _write_csv)(half, count)
        half.replace(path)
    return path


def _write_xlsx(path: Path, count: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("行政处罚")
    sheet.append(HEADER)
    for row in rows(count):
        sheet.append(row)
    book.save(path)


def _write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(count))
