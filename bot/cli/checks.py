"""office check, audit verify, tick, doctor: is everything as it should be?"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.speech import ChineseCommand, new_app, say, say_json, say_table, warn
from bot.cli.workplace import choose_settings, open_workplace
from bot.settings import read_text
from domain.clock import SHANGHAI
from domain.errors import Refused
from domain.model.audit import Verified

office_app = new_app("本单位事实（XINSHI_OFFICE）")
audit_app = new_app("审计链")

Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@office_app.command("check", cls=ChineseCommand)
def office_check(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="默认检查 XINSHI_OFFICE")] = None,
    as_json: Json = False,
) -> None:
    """检查本单位事实文件：列出全部错误（退出状态 1），和没有部门负责的领域。"""
    from domain.office import office_problems, parse_office, unowned_domains
    from storage.rulebook_files import load_rulebook

    settings = choose_settings(demo=ctx.obj)
    path = file or settings.office_file()
    text = read_text(path)
    problems = office_problems(text)
    unowned: list[str] = []
    if not problems:
        domains = [(d.code, d.name) for d in load_rulebook(settings.rulebook).domains]
        unowned = list(unowned_domains(parse_office(text, path.name), domains))
    if as_json:
        say_json({"ok": not problems, "problems": problems, "domains_without_owner": unowned})
    for line in () if as_json else problems:
        warn(f"{path.name}：{line}")
    if problems:
        raise typer.Exit(1)
    if not as_json:
        say(f"{path.name} 可以使用。")
    for name in () if as_json else unowned:
        say(f"提醒：领域“{name}”没有部门负责")


@audit_app.command("verify", cls=ChineseCommand)
def audit_verify(
    ctx: typer.Context,
    kept: Annotated[
        str, typer.Option("--kept", metavar="条号:封存值", help="与审计日报里留存的封存值核对")
    ] = "",
    as_json: Json = False,
) -> None:
    """核对审计链：断链、久未封存或与留存的封存值不符时退出状态为 1，并指出第一处。"""
    place = open_workplace(demo=ctx.obj)
    with place.session() as uow:
        report = uow.sealing.verify(_read_kept(kept) if kept else None)
        # the auditor's page shows what the last check found; a page never checks the chain itself
        uow.auditing.note_verified(Verified(place.clock.now(), report.sealed, report.fault, report.broken_at))
    if as_json:
        head = {"ok": report.whole, "sealed": report.sealed, "head": report.head}
        say_json(head | {"unsealed": report.unsealed, "broken_at": report.broken_at, "fault": report.fault})
    elif report.whole:
        say(f"审计链完整：已封存 {report.sealed} 条，待封存 {report.unsealed} 条，链头 {report.head}。")
    else:
        where = "" if report.broken_at is None else f"第 {report.broken_at} 条断开，"
        warn(f"审计链有问题：{where}{report.fault}")
    if not report.whole:
        raise typer.Exit(1)


def _read_kept(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"(\d{1,18})[:：]([0-9a-f]{64})", text.strip().lower())
    if found is None:
        raise Refused(f"“{text}”不是条号和封存值；应如 1234:3f2a…（封存值是 64 位），从审计日报里复制")
    return int(found[1]), found[2]


def tick(
    ctx: typer.Context,
    at: Annotated[
        str, typer.Option("--at", metavar="时刻", help="如 2026-12-15T09:00，按北京时间；默认现在")
    ] = "",
    as_json: Json = False,
) -> None:
    """把到期的事办一次，供 cron 和测试使用。"""
    from bot.cli.ticking import run_due

    place = open_workplace(demo=ctx.obj)
    moment = read_moment(at) if at else place.clock.now()
    if moment > place.clock.now() and not place.settings.demonstration:
        raise Refused("--at 不能在将来：只有演示可以把时间往前拨")
    done = run_due(place, moment)
    if as_json:
        say_json({"at": moment.isoformat(), "done": done})
        return
    say_table(("事项", "办了"), [(name, str(count)) for name, count in done.items()])


def read_moment(text: str) -> datetime:
    """An ISO moment as aware UTC; without an offset it is Shanghai time. ``Refused`` where it is none."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError):  # beyond the years 1 and 9999 in UTC
        raise Refused(f"“{text}”不是时刻；应如 2026-12-15T09:00") from None


def doctor(ctx: typer.Context, as_json: Json = False) -> None:
    """检查设置、数据库、令牌、字体、时钟、可信 IP；有问题时退出状态为 1。"""
    from bot.cli.doctor import examine

    findings = examine(choose_settings(demo=ctx.obj))
    failed = [finding for finding in findings if finding.state == "fail"]
    if as_json:
        say_json({"ok": not failed, "findings": [finding.as_json() for finding in findings]})
    else:
        marks = {"ok": "正常", "warn": "注意", "fail": "有问题"}
        say_table(("项目", "结果", "说明"), [(f.what, marks[f.state], f.text) for f in findings])
    if failed:
        raise typer.Exit(1)
