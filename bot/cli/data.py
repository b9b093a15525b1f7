"""import: files of other systems, checked row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.speech import say
from bot.cli.workplace import open_workplace


def import_rows(
    ctx: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="subjects、public-grades、penalties、awards、serious-list")
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="xlsx、xls 或 csv（UTF-8 或 GB18030）")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")] = False,
    by: Annotated[str, typer.Option("--by", metavar="USERID", help="谁对这次导入负责")] = "cli",
    source: Annotated[str, typer.Option("--source", metavar="单位", help="数据来源单位，表里没写时用")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """导入文件：要么全部生效，要么全不生效；同一文件再导入不改变任何数据。"""
    place = open_workplace(demo=ctx.obj, create=not dry_run)
    say(f"{place.settings.rulebook} {kind} {file} {by} {source} {as_json}")
