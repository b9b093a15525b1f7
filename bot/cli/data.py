"""import: files of other systems, checked row by row, visible all at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.speech import progress_bar, say, say_json
from bot.cli.workplace import Workplace, open_workplace, require_member
from domain.errors import Refused

if TYPE_CHECKING:
    from domain.office import AuthorityName
    from domain.services.import_report import ImportReport

_KINDS = "subjects、public-grades、penalties、awards、serious-list、staff"


def import_rows(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=_KINDS)],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="xlsx、xls 或 csv（UTF-8 或 GB18030）")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")] = False,
    by: Annotated[str, typer.Option("--by", metavar="USERID", help="谁对这次导入负责；默认本机用户")] = "",
    source: Annotated[str, typer.Option("--source", metavar="单位", help="数据来源单位，表里没写时用")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """导入文件：要么全部生效，要么全不生效；同一文件再导入不改变任何数据。"""
    if not file.is_file():
        raise Refused(f"没有这个文件：{file}")
    place = open_workplace(demo=ctx.obj, create=True)
    report = _import(place, kind, file, by=_who(place, by), source=source, dry_run=dry_run)
    verdicts = _reassess(place, report.batch_id) if report.batch_id is not None else None
    if as_json:
        say_json(report.as_json() | {"reassessed": verdicts})
    else:
        for line in report.lines():
            say(line)
        _say_verdicts(verdicts)
    if report.read and report.rejected == report.read:
        raise Refused(f"{report.rejected} 行全部被退回，没有导入任何数据。")


def _import(place: Workplace, kind: str, file: Path, *, by: str, source: str, dry_run: bool) -> ImportReport:
    from storage.importing import import_file

    with _rows_bar() as progress, place.sessions() as session:
        return import_file(
            session,
            kind,
            file,
            rulebook=place.rulebook,
            clock=place.clock,
            sealer=place.sealer,
            by=by,
            source=source,
            dry_run=dry_run,
            progress=progress,
            authorities=_authorities(place, kind),
        )


def _reassess(place: Workplace, batch_id: int) -> dict[str, int]:
    """Evaluate again whom the import touched; how many ended how."""
    from bot.importing import reassess_touched

    return reassess_touched(place.session, batch_id, place.rulebook, place.clock)


def _say_verdicts(verdicts: dict[str, int] | None) -> None:
    if not verdicts:
        return
    if "left" in verdicts:
        say("涉及的主体较多，请运行 xinshi evaluate 重新评价。")
        return
    in_force, proposed = verdicts.get("in force", 0), verdicts.get("proposed", 0)
    say(f"已重新评价 {sum(verdicts.values())} 个主体：{in_force} 个结果生效，{proposed} 个变差、待批准。")
    if proposed:
        say("批准前请先运行 xinshi evaluate，得到评价批次。")


def _who(place: Workplace, userid: str) -> str:
    """Who answers for the import: a member of staff, or whoever sits at this machine."""
    if not userid:
        return f"cli:{os.environ.get('USER') or 'unknown'}"
    with place.session() as uow:
        require_member(uow, userid)
    return userid


def _authorities(place: Workplace, kind: str) -> dict[str, AuthorityName]:
    """What every name of a department means (M20); none without an office file.

    Staff also belong to the credit office itself, which decides no penalties.
    """
    if place.settings.office is None:
        return {}
    from domain.office import AuthorityName
    from domain.services.case_owners import department_names
    from domain.services.import_kinds import STAFF, import_kind

    if import_kind(kind) is not STAFF:
        return place.office.authorities()
    return {name: AuthorityName(present) for name, present in department_names(place.office).items()}


@contextmanager
def _rows_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar over rows done of rows in all, which only the reader of the file knows."""
    with progress_bar("导入", None) as bar:
        yield bar.at
