"""Workbooks are read in a child process with limits; every bad file is one clear line."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from domain.errors import Refused
from storage.spreadsheet_rejects import RejectedWorkbook
from storage.spreadsheets import Limits, open_workbook
from tests.imports.factory import csv_file, html_file, xls, xlsx

HEAD = ("名称", "数", "日期")
ROWS = [HEAD, ("甲", 1, date(2021, 3, 5)), ("乙", 2.5, None)]


def read(path: Path, limits: Limits | None = None) -> list[list[object]]:
    """All rows of the first sheet."""
    with open_workbook(path, limits) as book:
        return [row for chunk in book.rows(book.heads[0]) for row in chunk]


def refusal(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(Refused) as caught:
        read(path, limits)
    assert "\n" not in caught.value.text
    return caught.value.text


def test_every_form_gives_the_same_rows(tmp_path: Path) -> None:
    assert read(xlsx(tmp_path / "a", ROWS))[1] == ["甲", 1, ["2021-03-05"]]
    assert read(xls(tmp_path / "b", [HEAD, ("甲", 1, "2021-03-05")]))[1] == ["甲", 1, "2021-03-05"]
    for path in (
        csv_file(tmp_path / "c", [HEAD, ("甲", 1, "2021-03-05")], encoding="gb18030"),
        csv_file(tmp_path / "d", [HEAD, ("甲", 1, "2021-03-05")], encoding="utf-8-sig"),
        csv_file(tmp_path / "e", [HEAD, ("甲", 1, "2021-03-05")], encoding="utf-16"),
        csv_file(tmp_path / "f", [HEAD, ("甲", 1, "2021-03-05")], separator=";"),
        html_file(tmp_path / "g", [HEAD, ("甲", 1, "2021-03-05")]),
        html_file(tmp_path / "h", [HEAD, ("甲", 1, "2021-03-05")], encoding="gb18030"),
    ):
        assert read(path)[:2] == [["名称", "数", "日期"], ["甲", "1", "2021-03-05"]], path.name


def test_long_sheets_come_in_bounded_chunks(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", [HEAD] + [("甲", n, "") for n in range(1200)])
    with open_workbook(path) as book:
        sizes = [len(chunk) for chunk in book.rows(book.heads[0])]
    assert sizes == [500, 500, 201]


def test_merges_are_filled_in_head_and_data(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx", [("组", None), ("左", "右"), ("甲", 1), (None, 2)], merges=["A1:B1", "A3:A4"]
    )
    assert read(path) == [["组", "组"], ["左", "右"], ["甲", 1], ["甲", 2]]
    page = tmp_path / "b.xls"
    page.write_text("<table><tr><td colspan=2>组<tr><td rowspan=2>甲<td>1<tr><td>2</table>", encoding="utf-8")
    assert read(page) == [["组", "组"], ["甲", "1"], ["甲", "2"]]


def test_hidden_rows_filters_and_formulas_without_a_value_are_told(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("名称", "数"), ("甲", 1), ("乙", "=1+1")):
        sheet.append(row)
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet.auto_filter.ref = "A1:B3"
    book.save(tmp_path / "a.xlsx")
    with open_workbook(tmp_path / "a.xlsx") as opened:
        (head,) = opened.heads
    assert head.rows[1] == ["甲", 1], "a hidden row is data"
    assert head.rows[2] == ["乙", {"error": "公式没有计算结果"}]
    assert [note[:4] for note in head.notes] == ["含 1 ", "含隐藏列", "带筛选，"]


@pytest.mark.parametrize(
    "content,said",
    [
        (b"", "空的"),
        (b"%PDF-1.7 ...", "不是表格"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "不是表格"),
        (b"Rar!\x1a\x07\x01\x00", "不是表格"),
        (b"PK\x03\x04 not really", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "不是表格"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le"), "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99) + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "XML"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "mht"),
        (b"<html><body>nothing</body></html>", "没有表格"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "不是表格"),
        (b"name,code\n\x80\xff\xff,1\n", "编码"),
    ],
)
def test_what_is_no_spreadsheet_gets_one_clear_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_missing_file_and_a_folder_get_one_clear_line(tmp_path: Path) -> None:
    assert "没有找到" in refusal(tmp_path / "none.xlsx")
    assert "不是文件" in refusal(tmp_path)


def test_another_kind_of_archive_is_no_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "其他压缩文件" in refusal(path)


def test_size_rows_and_columns_are_limited(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ROWS)
    assert "太大" in refusal(path, replace(Limits(), file_bytes=100))
    assert "超过上限 2 行" in refusal(path, replace(Limits(), rows=2))
    assert "超过上限 2 列" in refusal(path, replace(Limits(), columns=2))
    page = html_file(tmp_path / "b.xls", ROWS)
    assert "上限 2 行" in refusal(page, replace(Limits(), rows=2))
    assert "上限 2 列" in refusal(page, replace(Limits(), columns=2))
    assert "超过上限 2 行" in refusal(csv_file(tmp_path / "c.csv", ROWS), replace(Limits(), rows=2))


def bomb(path: Path, *, megabytes: int, declared: int | None = None) -> Path:
    """A workbook whose sheet unpacks to many megabytes; ``declared`` is the size that it admits."""
    sound = io.BytesIO()
    xlsx(path, ROWS)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(sound, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</sheetData>", b" " * (megabytes << 20) + b"</sheetData>")
            target.writestr(part.filename, content)
    packed = sound.getvalue()
    if declared is not None:
        real = struct.pack("<I", zipfile.ZipFile(sound).getinfo("xl/worksheets/sheet1.xml").file_size)
        packed = packed.replace(real, struct.pack("<I", declared))
    path.write_bytes(packed)
    return path


def test_a_bomb_is_refused_by_what_it_declares_and_by_what_it_is(tmp_path: Path) -> None:
    small = replace(Limits(), unpacked_bytes=8 << 20)
    assert "压缩炸弹" in refusal(bomb(tmp_path / "honest.xlsx", megabytes=20), small)
    assert "损坏" in refusal(bomb(tmp_path / "liar.xlsx", megabytes=20, declared=1000), small)


def test_a_sheet_that_needs_too_much_memory_kills_only_the_child(tmp_path: Path) -> None:
    path = tmp_path / "wide.xlsx"
    xlsx(path, ROWS)
    far = tmp_path / "far.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(far, "w") as target:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
                content = content.replace(b"</sheetData>", cell + b"</sheetData>")
            target.writestr(part.filename, content)
    assert "隔离进程" in refusal(far) or "超过上限" in refusal(far)


def test_a_parser_that_runs_too_long_is_stopped(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "long.csv", [HEAD] + [("甲", n, "") for n in range(20_000)])
    assert "隔离进程" in refusal(path, replace(Limits(), cpu_seconds=0))


def test_entities_of_a_web_page_are_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "page.xls"
    path.write_text("<table><tr><td>&lt;b&gt;&amp;<td>a<br>b</table>", encoding="utf-8")
    assert read(path) == [["<b>&", "a b"]]


def test_the_child_sees_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINSHI_SECRET_KEY", "not for the child")
    with open_workbook(xlsx(tmp_path / "a.xlsx", ROWS)) as book:
        child = book._child._process.pid
        assert b"XINSHI" not in Path(f"/proc/{child}/environ").read_bytes()
    assert not Path(f"/proc/{child}").exists(), "the child is gone with the block"


def test_rejected_rows_are_harmless_when_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx.rejected.xlsx"
    with RejectedWorkbook(path, ("名称", "电话"), frozenset({1})) as book:
        assert book.save() is None
        assert not path.exists()
        for text in ("=HYPERLINK(1)", "+1", "-1+1", "@SUM(1)", "\t=1", "a\x0bb"):
            book.add(7, [text, "13812345678"], ["缺少代码", "缺少代码"])
        assert book.save() == path
    rows = read(path)
    assert rows[0] == ["名称", "电话", "原行号", "退回原因"]
    assert [str(row[0])[0] for row in rows[1:]] == ["'", "'", "'", "'", "'", "a"]
    assert rows[1][1:] == ["138********", 7, "缺少代码"]


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    with RejectedWorkbook(tmp_path / "none" / "x.xlsx", ("名称",), frozenset()) as book:
        book.add(2, ["甲"], ["缺少代码"])
        with pytest.raises(Refused) as caught:
            book.save()
    assert "无法写入" in caught.value.text
    assert list(tmp_path.iterdir()) == []
