"""How the command line speaks: help and usage errors in Chinese, JSON, one line for a refusal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_HELP = "显示本帮助"
#: usage errors of the parser, by their class, in Chinese
_USAGE_ERRORS: dict[str, str] = {
    "MissingParameter": "缺少参数",
    "NoSuchOption": "没有这个选项",
    "BadParameter": "参数的值不对",
    "BadOptionUsage": "选项后面缺少内容",
}
#: what the parser says in English of words it has no class for
_COMPLAINTS = (
    (re.compile(r"No such command '(.*?)'\.(?: Did you mean (.*)\?)?"), "没有这个命令"),
    (re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)"), "多余的参数"),
)


def _sections(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    rows: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is not None:
            name, text = record
            rows[param.param_type_name].append((name, text.replace("[required]", "（必填）")))
    for kind, title in (("argument", "参数"), ("option", "选项")):
        if rows[kind]:
            with formatter.section(title):
                formatter.write_dl(rows[kind])


class ChineseCommand(TyperCommand):
    """A command whose help has Chinese headings."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx)).replace("[OPTIONS]", "[选项]")
        formatter.write_usage(ctx.command_path, pieces, prefix="用法：")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _sections(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _HELP
        return option


class ChineseGroup(TyperGroup):
    """A group of commands whose help has Chinese headings and keeps the order of registration."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        formatter.write_usage(ctx.command_path, "[选项] 命令 [参数]…", prefix="用法：")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _sections(self, ctx, formatter)
        rows = [
            (name, command.get_short_help_str(limit=200))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None and not command.hidden
        ]
        with formatter.section("命令"):
            formatter.write_dl(rows)

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _HELP
        return option


def new_app(help_text: str) -> typer.Typer:
    """A group of commands with Chinese help."""
    return typer.Typer(
        help=help_text,
        cls=ChineseGroup,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
    )


def usage_error(error: TyperException) -> str:
    """A parser's complaint as one Chinese line that names the word it is about."""
    return f"{_complaint(error)}。用 --help 看用法。"


def _complaint(error: TyperException) -> str:
    kind = _USAGE_ERRORS.get(type(error).__name__, "用法不对")
    about = getattr(error, "option_name", "") or _parameter(getattr(error, "param", None))
    if about:
        return f"{kind}：{about}"
    said = " ".join(error.message.split())
    for pattern, words in _COMPLAINTS:
        if found := pattern.fullmatch(said):
            close = found[2] if pattern.groups > 1 else None
            return f"{words}：{found[1]}" + (f"，是否想写 {close}" if close else "")
    return f"{kind}：{said}"


def _parameter(param: Any) -> str:
    """A parameter as the help shows it; "" for none."""
    if param is None:
        return ""
    return str(param.metavar if param.param_type_name == "argument" else param.opts[0])


def say(text: str = "") -> None:
    """One line on stdout, at once: whoever reads a log file waits for it too."""
    print(text, flush=True)


def warn(text: str) -> None:
    """One line on stderr: what went wrong, or what is going on."""
    print(text, file=sys.stderr)


def say_json(value: Any) -> None:
    """A value as JSON on stdout, Chinese readable."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def say_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows in columns that line up, Chinese counted as two."""
    table = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(_width(row[i]) for row in table) for i in range(len(header))]
    for row in table:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


class Bar:
    """Progress of one piece of work on the terminal."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, done: int) -> None:
        """So many more are done."""
        self._progress.advance(self._task, done)

    def at(self, done: int, total: int) -> None:
        """So many of so many are done."""
        self._progress.update(self._task, completed=done, total=total)


@contextmanager
def progress_bar(what: str, total: int | None) -> Iterator[Bar]:
    """A bar on stderr while work goes on; silent where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    words = TextColumn("{task.description}")
    columns = (words, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Bar(progress, progress.add_task(what, total=total))
