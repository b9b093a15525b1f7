"""The table of commands, and what an exit status means."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from typer.exceptions import Abort, TyperException

from bot.cli import checks, data, database, evaluation, export, people, rules, service
from bot.cli.speech import ChineseCommand, new_app, usage_error, warn
from domain.errors import Misconfigured, Refused, Unavailable

OK, REFUSED, USAGE = 0, 1, 2
NOT_UTF8 = "参数的文字编码不对：应为 UTF-8，请检查终端的编码。用 --help 看用法。"

app = new_app("信使：地方信用办的对话服务。设置写在环境变量或 .env 里，见 README。")


@app.callback()
def root(
    ctx: typer.Context,
    demo: Annotated[bool, typer.Option("--demo", help="使用演示数据库，不用本机的设置")] = False,
) -> None:
    """信使：地方信用办的对话服务。"""
    ctx.obj = demo


_COMMANDS: dict[str, Callable[..., None]] = {
    "serve": service.serve,
    "demo": service.demo,
    "chat": service.chat,
    "import": data.import_rows,
    "grade": evaluation.grade,
    "evaluate": evaluation.evaluate,
    "bindcode": people.bindcode,
    "tick": checks.tick,
    "doctor": checks.doctor,
}
for _name, _command in _COMMANDS.items():
    app.command(_name, cls=ChineseCommand)(_command)
app.add_typer(database.app, name="db")
app.add_typer(rules.app, name="rulebook")
app.add_typer(people.app, name="staff")
app.add_typer(checks.office_app, name="office")
app.add_typer(checks.audit_app, name="audit")
app.add_typer(service.menu_app, name="menu")
app.add_typer(export.app, name="export")


def run(argv: Sequence[str]) -> int:
    """Run one command line; the exit status, with the reason on stderr where it is not 0."""
    if not _is_text("".join(argv)):
        warn(NOT_UTF8)
        return USAGE
    try:
        return app(args=list(argv), prog_name="xinshi", standalone_mode=False) or OK
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            warn(str(error))
        else:
            warn(usage_error(error))
        return error.exit_code
    except Refused as error:
        warn(error.text)
    except Misconfigured as error:
        warn(str(error))
    except Unavailable as error:
        warn(f"数据库现在不能用，没有改动任何内容：{error}")
    except (Abort, KeyboardInterrupt):
        warn("已中断")
    except BrokenPipeError:
        # the reader of our output has gone, e.g. ``| head``; say nothing more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        warn("：".join(str(part) for part in (error.filename, error.strerror or error) if part))
    return REFUSED


def _is_text(words: str) -> bool:
    """Whether words hold only text; bytes that are none come from the shell as lone surrogates."""
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return True
