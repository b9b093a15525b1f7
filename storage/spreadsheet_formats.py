"""What a file really is, told by its content, and the readers of the plain forms (CSV, HTML tables).

Runs in the child process of ``storage/spreadsheet_child.py``; standard library only.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

#: a header stands within the first rows, or nowhere
HEAD_ROWS = 40
ROWS_PER_CHUNK = 500

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLOCK = 1 << 20
#: no match of the patterns below is longer; what a block ends in is searched again with the next
_OVERLAP = 1 << 12


class BadFileError(Exception):
    """The file cannot be read; ``str()`` is the line for the user."""


@dataclass(frozen=True)
class ParserLimits:
    """What a file may cost. Sizes in bytes."""

    unpacked_bytes: int
    rows: int
    columns: int
    memory_bytes: int
    cpu_seconds: int


@dataclass
class Sheet:
    """One table of the file. Rows are lists of cells; row 0 is the first line of the sheet."""

    name: str
    visible: bool = True
    rows: Callable[[], Iterable[list[Any]]] = tuple
    height: int = 0
    width: int = 0
    #: (top, left, bottom, right); only the top left cell of a merge holds its text
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    date1904: bool = False
    notes: list[str] = field(default_factory=list)
    #: row → cells that hold an error or a formula without a value
    broken: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    def filled(self) -> Iterator[list[Any]]:
        """The rows, with the text of every merge in each of its cells (M01, M23)."""
        if not self.merges:
            return iter(self.rows())
        return _fill_merges(self.rows(), self.merges)

    def check_size(self, limits: ParserLimits) -> None:
        if self.height > limits.rows:
            raise BadFileError(
                f"工作表“{self.name}”有 {self.height} 行，超过上限 {limits.rows} 行，请分成几个文件"
            )
        if self.width > limits.columns:
            raise BadFileError(f"工作表“{self.name}”有 {self.width} 列，超过上限 {limits.columns} 列")


def _fill_merges(rows: Iterable[list[Any]], merges: list[tuple[int, int, int, int]]) -> Iterator[list[Any]]:
    starting: dict[int, list[tuple[int, int, int, int]]] = {}
    for merge in merges:
        starting.setdefault(merge[0], []).append(merge)
    # (bottom, left, right, value) of the merges that reach into the present row
    active: list[tuple[int, int, int, Any]] = []
    for number, row in enumerate(rows):
        for _, left, bottom, right in starting.get(number, ()):
            if 0 <= left < len(row):
                active.append((bottom, left, right, row[left]))
        for _, left, right, value in active:
            row[left : right + 1] = [value] * (min(right + 1, len(row)) - left)
        active = [merge for merge in active if merge[0] > number]
        yield row


def sniff(file: BinaryIO) -> str:
    """xlsx, xls, html or csv, by content; the name of the file is never asked."""
    start = file.read(8192)
    file.seek(0)
    if not start.strip():
        raise BadFileError("文件是空的")
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith(_OLE):
        return _sniff_ole(file)
    opening = start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"").lower()
    if opening.startswith(b"<?xml") and b"mso-application" in opening:
        raise BadFileError("这是 XML 格式的表格，请用表格软件打开后另存为 xlsx")
    if opening.startswith(b"mime-version"):
        raise BadFileError("这是单个网页文件（mht），请用表格软件打开后另存为 xlsx")
    if opening.startswith(b"<") and (b"<table" in opening or b"<html" in opening):
        return "html"
    if not _is_text(start):
        raise BadFileError("这不是表格文件：只接受 xlsx、xls、csv")
    return "csv"


def _sniff_ole(file: BinaryIO) -> str:
    content = file.read()
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise BadFileError("文件已加密（有打开密码），请去掉密码后另存再导入")
    if not any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        raise BadFileError("这不是表格文件：只接受 xlsx、xls、csv")
    return "xls"


def _is_text(start: bytes) -> bool:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not start.startswith((b"%PDF", b"Rar!", b"7z\xbc")) and not re.search(
        rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", start
    )


# -- xlsx: size before parsing, and what calamine does not tell ------------------------------


@dataclass
class SheetScan:
    """What the XML of one sheet says beyond its values."""

    hidden_rows: set[bytes] = field(default_factory=set)
    hidden_columns: bool = False
    filtered: bool = False
    broken: dict[tuple[int, int], str] = field(default_factory=dict)

    def notes(self) -> list[str]:
        said = []
        if self.hidden_rows:
            said.append(f"含 {len(self.hidden_rows)} 个隐藏行，已一并读入")
        if self.hidden_columns:
            said.append("含隐藏列，已一并读入")
        if self.filtered:
            said.append("带筛选，读入的是全部行，不只是筛出的行")
        return said

    def broken_from(self, first_column: int) -> dict[int, list[tuple[int, str]]]:
        rows: dict[int, list[tuple[int, str]]] = {}
        for (row, column), text in self.broken.items():
            rows.setdefault(row, []).append((column - first_column, text))
        return rows


@dataclass
class XlsxScan:
    """What the parts of an xlsx say: date system, sheets by index."""

    date1904: bool = False
    sheets: dict[int, SheetScan] = field(default_factory=dict)

    def sheet(self, index: int) -> SheetScan:
        return self.sheets.get(index) or SheetScan()


def scan_xlsx(file: BinaryIO, limits: ParserLimits) -> XlsxScan:
    """Check declared and real sizes of every part and look for broken and hidden cells.

    A part whose real size differs from the declared one fails its checksum; parts that share bytes
    (the flat bombs) declare a sum beyond the limit. Raises ``BadFileError``.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return _scan_archive(archive, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError) as error:
        raise BadFileError("文件已损坏，请用表格软件打开后另存为 xlsx") from error
    except RuntimeError as error:  # zipfile says so for a password
        raise BadFileError("文件已加密（有打开密码），请去掉密码后另存再导入") from error


def _scan_archive(archive: zipfile.ZipFile, limits: ParserLimits) -> XlsxScan:
    parts = archive.infolist()
    if len(parts) > 5_000 or sum(part.file_size for part in parts) > limits.unpacked_bytes:
        raise BadFileError(
            f"文件解压后超过 {limits.unpacked_bytes >> 20} MB，疑为压缩炸弹或夹带大图，未读取；"
            "请只保留数据后另存"
        )
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise BadFileError("这不是 xlsx 表格（是其他压缩文件）：只接受 xlsx、xls、csv")
    places = _sheet_places(archive, names)
    scan = XlsxScan()
    scan.date1904 = bool(re.search(rb'<workbookPr[^>]*date1904="(1|true)"', archive.read("xl/workbook.xml")))
    for part in parts:
        if not part.filename.endswith((".xml", ".rels")):
            continue
        sheet = SheetScan()
        with archive.open(part) as stream:
            _scan_part(stream, sheet if part.filename in places else None)
        if part.filename in places:
            scan.sheets[places[part.filename]] = sheet
    return scan


def _sheet_places(archive: zipfile.ZipFile, names: set[str]) -> dict[str, int]:
    """Path of a sheet's part → its place in the workbook."""
    rels = "xl/_rels/workbook.xml.rels"
    if rels not in names:
        return {}
    targets = {}
    for relation in re.findall(rb"<Relationship\b[^>]*>", archive.read(rels)):
        key, target = _attribute(relation, b"Id"), _attribute(relation, b"Target")
        targets[key] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    sheets = re.findall(rb"<(?:\w+:)?sheet\s[^>]*>", archive.read("xl/workbook.xml"))
    return {targets.get(_attribute(sheet, rb"\w+:id"), ""): place for place, sheet in enumerate(sheets)}


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb'="([^"]*)"', tag)
    return found[1].decode("utf-8", "replace") if found else ""


_ERROR_CELL = re.compile(rb'<c\b([^>]*\bt="e"[^>]*)>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?<v>([^<]*)</v>')
_UNCOMPUTED = re.compile(rb"<c\b([^>]*[^/])><f\b[^>]*>[^<]*</f>(?:<v></v>|<v ?/>)?</c>")
_HIDDEN_ROW = re.compile(rb'<row\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_HIDDEN_COLUMN = re.compile(rb'<col\b[^>]*\bhidden="(?:1|true)"')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')


def _scan_part(stream: Any, sheet: SheetScan | None) -> None:
    """Read to the end (which proves the size); search the blocks of a sheet."""
    rest = b""
    while block := stream.read(_BLOCK):
        if sheet is None:
            continue
        block = rest + block
        _search(block, sheet)
        rest = block[-_OVERLAP:]


def _search(block: bytes, sheet: SheetScan) -> None:
    if b't="e"' in block:
        for found in _ERROR_CELL.finditer(block):
            _note_broken(sheet, found[1], found[2].decode("ascii", "replace"))
    if b"<f" in block:
        for found in _UNCOMPUTED.finditer(block):
            _note_broken(sheet, found[1], "公式没有计算结果")
    if b'hidden="' in block:
        sheet.hidden_rows.update(_HIDDEN_ROW.findall(block))
        sheet.hidden_columns = sheet.hidden_columns or bool(_HIDDEN_COLUMN.search(block))
    sheet.filtered = sheet.filtered or b"<autoFilter" in block


def _note_broken(sheet: SheetScan, attributes: bytes, text: str) -> None:
    place = _PLACE.search(attributes)
    if place is None:
        return
    column = 0
    for letter in place[1]:
        column = column * 26 + letter - 64
    sheet.broken[int(place[2]) - 1, column - 1] = text


# -- csv ------------------------------------------------------------------------------------


def decode(content: bytes) -> str:
    """Text of a file without a declared encoding: byte order mark, UTF-8, GB18030."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFileError("文字编码无法识别：请存为 UTF-8 或 GB18030 的 csv，或存为 xlsx")


def read_csv(file: BinaryIO, limits: ParserLimits) -> Iterator[Sheet]:
    """The one table of a CSV file; the separator is the one most used in the first lines."""
    text = decode(file.read()).replace("\0", "")
    csv.field_size_limit(1 << 20)
    opening = text[:4096]
    separator = max(",\t;|", key=opening.count)

    def rows() -> Iterator[list[Any]]:
        try:
            yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        except csv.Error as error:
            raise BadFileError("csv 格式有误（引号不成对或单元格过长），请用表格软件打开后另存") from error

    height = text.count("\n") + 1 if '"' not in text else sum(1 for _ in rows())
    width = max((len(row) for row in islice(rows(), HEAD_ROWS)), default=0)
    yield Sheet("csv", rows=rows, height=height, width=width)
