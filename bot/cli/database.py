"""db upgrade, check, backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.speech import ChineseCommand, new_app, say, say_json, warn
from bot.settings import Settings, load_demo_settings, load_settings

app = new_app("数据库：升级、检查、备份、恢复")


def _settings(ctx: typer.Context) -> Settings:
    return load_demo_settings() if ctx.obj else load_settings()


@app.command(cls=ChineseCommand)
def upgrade(ctx: typer.Context) -> None:
    """把数据库升级到本版本的结构；没有就新建。"""
    from storage.schema import upgrade as upgrade_schema

    settings = _settings(ctx)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    upgrade_schema(settings.database_url)
    say("数据库已是最新结构。")


@app.command(cls=ChineseCommand)
def check(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False
) -> None:
    """检查结构与一致性；有问题时退出状态为 1。"""
    from storage.schema import check as check_schema

    problems = check_schema(_settings(ctx).database_url)
    if as_json:
        say_json({"ok": not problems, "problems": problems})
    else:
        for problem in problems:
            warn(problem)
    if problems:
        raise typer.Exit(1)
    if not as_json:
        say("数据库正常。")


@app.command(cls=ChineseCommand)
def backup(
    ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="备份文件，不能已存在")]
) -> None:
    """在线备份：服务可以继续运行。"""
    from storage.schema import backup as back_up

    back_up(_settings(ctx).database_url, file)
    say(f"已备份到 {file}。")


@app.command(cls=ChineseCommand)
def restore(
    ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="由 db backup 得到的文件")]
) -> None:
    """用备份恢复，替换现有数据库。请先停止服务。"""
    from storage.schema import restore as restore_backup

    restore_backup(_settings(ctx).database_url, file)
    say(f"已用 {file} 恢复。")
