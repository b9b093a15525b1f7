"""Reading workbooks in a child process, and writing the workbook of rejected rows.

``open_workbook`` is the one reader for xlsx, xls, csv and web pages saved as xls. The file is parsed
by ``storage/spreadsheet_child.py`` under limits of memory, processor time and silence; what comes
back is plain JSON, so that nothing in a file can run here. Whatever goes wrong is one ``Refused``
with one Chinese line.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from domain.errors import Refused

#: a cell as the child sends it: text, number, truth, nothing, [ISO date], {"error": "#REF!"}
Cell = str | int | float | bool | list[str] | dict[str, str] | None
Row = list[Cell]

_ROOT = Path(__file__).resolve().parent.parent
#: one line of JSON holds at most this much; a child that says more is not ours any longer
_LONGEST_LINE = 64 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may cost. Sizes in bytes, times in seconds."""

    file_bytes: int = 50 << 20
    unpacked_bytes: int = 800 << 20
    rows: int = 300_000
    columns: int = 200
    memory_bytes: int = 2 << 30
    cpu_seconds: int = 120
    #: longest silence of the child; its total time is bounded by ``cpu_seconds``
    silence_seconds: int = 150


@dataclass(frozen=True, slots=True)
class SheetHead:
    """The first rows of one sheet, merges filled, and what to know about it."""

    index: int
    name: str
    visible: bool
    height: int
    width: int
    date1904: bool
    notes: tuple[str, ...]
    rows: tuple[Row, ...]


class OpenWorkbook:
    """A workbook that the child has parsed: its heads, then the rows of one sheet."""

    def __init__(self, form: str, heads: tuple[SheetHead, ...], child: _Child) -> None:
        #: what the file really is: xlsx, xls, csv or html
        self.form = form
        self.heads = heads
        self._child = child

    def rows(self, sheet: SheetHead) -> Iterator[list[Row]]:
        """All rows of one sheet, first line first, in bounded chunks. To be called once."""
        self._child.say(str(sheet.index))
        while "rows" in (answer := self._child.hear()):
            yield answer["rows"]


@contextmanager
def open_workbook(path: Path, limits: Limits | None = None) -> Iterator[OpenWorkbook]:
    """Parse a file in a child process; ``Refused`` says in one line why a file cannot be read."""
    limits = limits or Limits()
    with _open(path, limits) as file, tempfile.TemporaryFile() as complaints:
        child = _Child(_start(file, complaints, limits), complaints, limits)
        try:
            first = child.hear()
            yield OpenWorkbook(first["form"], tuple(_heads(first["sheets"])), child)
        finally:
            child.end()


def _open(path: Path, limits: Limits) -> IO[bytes]:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise Refused(f"{path.name} 不是文件")
        if size > limits.file_bytes:
            raise Refused(f"文件太大（{size / (1 << 20):.0f} MB），上限 {limits.file_bytes >> 20} MB")
        return path.open("rb")
    except FileNotFoundError as error:
        raise Refused(f"没有找到文件 {path.name}") from error
    except OSError as error:
        raise Refused(f"文件 {path.name} 无法打开（没有权限或磁盘有误）", log=str(error)) from error


def _start(file: IO[bytes], complaints: IO[bytes], limits: Limits) -> subprocess.Popen[bytes]:
    bounds = {
        "unpacked_bytes": limits.unpacked_bytes,
        "rows": limits.rows,
        "columns": limits.columns,
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
    }
    arguments = [
        "-P",
        "-X",
        "utf8",
        "-m",
        "storage.spreadsheet_child",
        json.dumps(bounds),
        str(file.fileno()),
    ]
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and module, no shell
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        pass_fds=(file.fileno(),),
        # nothing of our environment: it holds the secrets
        env={"PYTHONPATH": str(_ROOT), "PATH": os.defpath},
    )


def _heads(sheets: Sequence[dict[str, Any]]) -> Iterator[SheetHead]:
    for index, sheet in enumerate(sheets):
        yield SheetHead(
            index=index,
            name=sheet["name"],
            visible=sheet["visible"],
            height=sheet["height"],
            width=sheet["width"],
            date1904=sheet["date1904"],
            notes=tuple(sheet["notes"]),
            rows=tuple(sheet["rows"]),
        )


class _Child:
    """The talk with the child: one line of JSON at a time, with a limit of silence."""

    def __init__(self, process: subprocess.Popen[bytes], complaints: IO[bytes], limits: Limits) -> None:
        self._process = process
        self._complaints = complaints
        self._silence_ms = limits.silence_seconds * 1000
        self._buffer = bytearray()
        self._poll = select.poll()
        assert process.stdout is not None
        assert process.stdin is not None
        self._from_child = process.stdout
        self._to_child = process.stdin
        self._poll.register(self._from_child, select.POLLIN | select.POLLHUP)

    def say(self, line: str) -> None:
        try:
            self._to_child.write(line.encode() + b"\n")
            self._to_child.flush()
        except BrokenPipeError:
            raise self._died() from None

    def hear(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._line())
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer

    def end(self) -> None:
        self._process.kill()
        self._to_child.close()
        self._from_child.close()
        self._process.wait()

    def _line(self) -> bytes:
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > _LONGEST_LINE:
                raise Refused("文件内容异常：单元格过大，无法读取")
            if not self._poll.poll(self._silence_ms):
                raise Refused("文件读取超时，已停止；请减少内容或另存为 csv 再导入")
            block = os.read(self._from_child.fileno(), 1 << 18)
            if not block:
                raise self._died()
            self._buffer += block
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _died(self) -> Refused:
        """Killed by one of its limits, or by a fault in the parser: the user's way out is the same."""
        code = self._process.wait()
        self._complaints.seek(0)
        said = self._complaints.read(2000).decode("utf-8", "replace").strip()
        return Refused(
            "文件无法读取：展开后过大或结构异常（已在隔离进程中停止），请另存为 xlsx 或分成几个文件",
            log=f"spreadsheet child ended with {code}: {said[-500:]}",
        )
