"""rulebook list, show, check, compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.speech import ChineseCommand, new_app, say, say_json, say_table, warn
from bot.cli.workplace import open_workplace

if TYPE_CHECKING:
    from domain.rules.rulebook import Rulebook

app = new_app("规则手册：列出、查看、检查、比较")

Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
_PUBLICITY = {"public": "公开发布", "unstated": "未注明", "internal": "不予公开"}


@app.command("list", cls=ChineseCommand)
def list_all(as_json: Json = False) -> None:
    """列出随程序提供的规则手册。"""
    from storage.rulebook_files import load_rulebook, shipped_rulebooks

    books = [load_rulebook(each) for each in shipped_rulebooks()]
    if as_json:
        say_json([_head(book) for book in books])
        return
    rows = [
        (
            b.id,
            b.version,
            b.display_name,
            " ".join(g.code for g in b.grades),
            _PUBLICITY[b.document.publicity],
        )
        for b in books
    ]
    say_table(("编号", "版本", "名称", "等级", "公开属性"), rows)


@app.command(cls=ChineseCommand)
def show(
    rulebook: Annotated[str, typer.Argument(metavar="ID", help="编号，或 TOML 文件路径")],
    as_json: Json = False,
) -> None:
    """查看一本规则手册：等级、含义、依据，以及尚未核实的解释。"""
    from storage.rulebook_files import load_rulebook

    book = load_rulebook(rulebook)
    if as_json:
        say_json(_head(book) | {"unverified": [u.model_dump() for u in book.unverified()]})
        return
    document = book.document
    say(f"{book.display_name}（{book.id}，版本 {book.version}）")
    say(f"文件：《{document.title}》{document.number}，{document.issuer}，{_PUBLICITY[document.publicity]}")
    say()
    say_table(("等级", "类别", "含义"), [(g.code, g.class_name, g.meaning) for g in book.grades])
    for code in ("UNRATED", "NEEDS_REVIEW"):
        say(f"{code}  {book.class_name(code)}：{book.outcome_text(code)}")
    _say_limits(book)
    _say_unverified(book)


@app.command(cls=ChineseCommand)
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="TOML 文件路径，或编号")], as_json: Json = False
) -> None:
    """检查规则手册：列出全部错误（退出状态 1）和尚未核实的解释。"""
    from storage.rulebook_files import check_rulebook_file, load_rulebook

    problems = [str(problem) for problem in check_rulebook_file(file)]
    book = None if problems else load_rulebook(file)
    if as_json:
        unverified = [u.model_dump() for u in book.unverified()] if book else []
        say_json({"ok": not problems, "problems": problems, "unverified": unverified})
    else:
        for problem in problems:
            warn(problem)
    if book is None:
        raise typer.Exit(1)
    if not as_json:
        say(f"{book.display_name}（{book.id}，版本 {book.version}）可以使用。")
        _say_unverified(book)


@app.command(cls=ChineseCommand)
def compare(
    ctx: typer.Context,
    first: Annotated[str, typer.Argument(metavar="A", help="编号，或 TOML 文件路径")],
    second: Annotated[str, typer.Argument(metavar="B", help="编号，或 TOML 文件路径")],
    as_of: Annotated[str, typer.Option("--as-of", metavar="日期", help="按哪一天评价，默认今天")] = "",
    as_json: Json = False,
) -> None:
    """用两本规则手册评价库里的全部主体，列出谁从哪级变到哪级；不改动任何数据。"""
    from bot.cli.compare import compare_rulebooks
    from bot.cli.evaluation import read_date
    from storage.rulebook_files import load_rulebook

    place = open_workplace(demo=ctx.obj)
    books = load_rulebook(first), load_rulebook(second)
    result = compare_rulebooks(place, *books, on=read_date(as_of, place.clock))
    if as_json:
        say_json(result.as_json())
        return
    say(
        f"共 {result.total} 个主体，{result.moved} 个变化（{books[0].display_name} → {books[1].display_name}）。"
    )
    say_table(("原结果", "新结果", "主体数"), result.rows())
    for line in result.examples():
        say(line)


def _head(book: Rulebook) -> dict[str, Any]:
    document = book.document
    return {
        "id": book.id,
        "version": book.version,
        "display_name": book.display_name,
        "document": {
            "title": document.title,
            "number": document.number,
            "issuer": document.issuer,
            "publicity": document.publicity,
        },
        "grades": [
            {"grade": g.code, "class": g.class_name, "order": g.order, "clause": g.clause}
            for g in book.grades
        ],
    }


def _say_limits(book: Rulebook) -> None:
    """Time limits in working days, each with its source."""
    procedures = (
        ("异议", book.objection),
        ("复核", book.review),
        ("修复", book.repair),
        ("终止措施", book.stop_order),
    )
    rows = [
        (name, limit.name, f"{limit.working_days} 个工作日", book.public_source(limit))
        for name, procedure in procedures
        for limit in procedure.limits
    ]
    say()
    say_table(("事项", "时限", "长短", "依据"), rows)


def _say_unverified(book: Rulebook) -> None:
    unverified = book.unverified()
    if unverified:
        say()
        say(f"尚未核实的解释 {len(unverified)} 处，请信用办确认：")
        for each in unverified:
            say(f"  {each.key}（{each.source}）{each.note}")
