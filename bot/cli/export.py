"""export commitments, corrections: files for the platform above, and the receipts it gives for them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.evaluation import read_date
from bot.cli.speech import ChineseCommand, new_app, say, say_json
from bot.cli.workplace import Workplace, open_workplace, require_member
from domain.clock import legal_date

app = new_app("导出给上级平台的表格")

CLI = "cli"
File = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="写到哪个文件：xlsx 或 csv；默认当前目录，按日期命名")
]
Since = Annotated[str, typer.Option("--since", metavar="日期", help="从哪一天起，如 2026-11-20")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@app.command(cls=ChineseCommand)
def commitments(
    ctx: typer.Context,
    file: File = None,
    since: Since = "",
    judged: Annotated[bool, typer.Option("--judged", help="只导出履行情况已认定的")] = False,
    as_json: AsJson = False,
) -> None:
    """信用承诺，按上级填报表的 20 项；履行情况没有认定的，该项留空。"""
    from domain.services.exports import COMMITMENT_COLUMNS, commitment_rows
    from storage.spreadsheet_export import write_table

    place = open_workplace(demo=ctx.obj)
    target = file or _named(place, "信用承诺")
    day = read_date(since, place.clock) if since else None
    with place.session() as uow:
        rows = commitment_rows(uow, place.office, since=day, judged_only=judged)
        written = write_table(target, "信用承诺", COMMITMENT_COLUMNS, rows)
        uow.audit.append("export.commitments", actor=CLI, detail={"rows": written, "since": since})
    _done(target, written, "条承诺", as_json=as_json)


@app.command(cls=ChineseCommand)
def corrections(
    ctx: typer.Context,
    file: File = None,
    since: Since = "",
    confirmed: Annotated[
        int | None, typer.Option("--confirmed", metavar="批号", help="上级平台已更新这一批：登记回执")
    ] = None,
    receipt: Annotated[
        str, typer.Option("--receipt", metavar="回执", help="回执编号、日期，或者谁答复的")
    ] = "",
    by: Annotated[str, typer.Option("--by", metavar="USERID", help="登记回执的工作人员账号")] = "",
    as_json: AsJson = False,
) -> None:
    """要请上级平台更正的内容：默认是还没有导出过的，给出日期则从那一天起重新导出；--confirmed 登记回执。"""
    if confirmed is not None and not (receipt and by):
        raise typer.BadParameter("登记回执要写：--confirmed 批号 --receipt 回执 --by USERID")
    place = open_workplace(demo=ctx.obj)
    if confirmed is not None:
        _confirmed(place, confirmed, receipt, by, as_json=as_json)
        return
    target = file or _named(place, "更正")
    written, batch = _corrections(place, target, since)
    if as_json:
        say_json({"file": str(target), "rows": written, "batch": batch})
        return
    say(f"已导出 {written} 条更正{f'（第 {batch} 批）' if batch else ''}：{target}")
    if batch:
        say(
            f"上级平台更新以后请登记回执：xinshi export corrections --confirmed {batch} --receipt 回执 --by 账号"
        )


def _confirmed(place: Workplace, batch: int, receipt: str, by: str, *, as_json: bool) -> None:
    from domain.services import corrections as service
    from domain.services.case_effects import follow
    from domain.services.work import Work

    with place.session() as uow:
        require_member(uow, by)
        calendar = uow.calendar.load()
        work = Work(uow, place.rulebook, place.office, calendar, place.sealer, place.clock.now(), follow)
        count = service.confirm(work, batch, receipt, by=by)
    if as_json:
        say_json({"batch": batch, "confirmed": count, "by": by})
    else:
        say(f"第 {batch} 批更正共 {count} 条，回执已登记，有关单位会收到通知。")


def _named(place: Workplace, what: str) -> Path:
    return Path(f"{what}-{legal_date(place.clock.now()):%Y%m%d}.xlsx")


def _corrections(place: Workplace, file: Path, since: str) -> tuple[int, int]:
    """How many rows, and the number of the file. Written first, marked after: what was marked but not
    written would never go out."""
    from domain.services.exports import CORRECTION_COLUMNS, correction_rows, midnight
    from storage.spreadsheet_export import write_table

    moment = midnight(read_date(since, place.clock)) if since else None
    with place.session() as uow:
        found = uow.corrections.since(moment)
        written = write_table(file, "更正", CORRECTION_COLUMNS, correction_rows(uow, found))
        batch = uow.corrections.note_exported([each.id for each in found], at=place.clock.now())
        detail = {"rows": written, "since": since, "batch": batch}
        uow.audit.append("export.corrections", actor=CLI, detail=detail)
    return written, batch


def _done(file: Path, written: int, what: str, *, as_json: bool) -> None:
    if as_json:
        say_json({"file": str(file), "rows": written})
    else:
        say(f"已导出 {written} {what}：{file}")
