"""staff add, list, disable, deputy, sync; bindcode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.speech import ChineseCommand, new_app, say, say_json, say_table
from bot.cli.workplace import Workplace, open_workplace, require_member
from domain.clock import legal_date
from domain.errors import Refused
from domain.model.person import STAFF_ROLES, Deputyship, Staff

if TYPE_CHECKING:
    from domain.services.staff_sync import Comparison

app = new_app("工作人员")

CLI = "cli"


@app.command(cls=ChineseCommand)
def add(
    ctx: typer.Context,
    userid: Annotated[str, typer.Option("--userid", metavar="U", help="企业微信账号")],
    name: Annotated[str, typer.Option("--name", metavar="N", help="姓名")],
    role: Annotated[
        list[str], typer.Option("--role", metavar="R", help="、".join(STAFF_ROLES) + "；可写多次")
    ],
    department: Annotated[str, typer.Option("--department", metavar="D", help="部门")],
    only: Annotated[bool, typer.Option("--only", help="只保留这次写的角色，原有的取消")] = False,
) -> None:
    """登记工作人员；同一账号再登记即更新，新角色加在原有角色之外。"""
    from domain.services.staff_register import read_roles, register

    given = Staff(userid, name.strip(), read_roles("、".join(role)), department.strip())
    place = open_workplace(demo=ctx.obj, create=True)
    with place.session() as uow:
        known = {each.department for each in uow.staff.all()} | _departments(place)
        kept = register(uow, given, by=CLI, only=only)
    say(f"已登记 {kept.name}（{kept.userid}）：{'、'.join(kept.roles)}，{kept.department}。")
    if kept.department not in known:
        say(f"部门“{kept.department}”是新的，已一并登记。")


def _departments(place: Workplace) -> set[str]:
    """The departments of the office file, where one is set."""
    from domain.services.case_owners import department_names

    return set() if place.settings.office is None else set(department_names(place.office))


@app.command("list", cls=ChineseCommand)
def show(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False
) -> None:
    """列出工作人员：角色、部门、现在和以后由谁代理、是否停用。"""
    place = open_workplace(demo=ctx.obj)
    with place.session() as uow:
        members = uow.staff.all()
        away = uow.staff.deputyships(legal_date(place.clock.now()))
    if as_json:
        say_json([_as_json(member, away) for member in members])
        return
    names = {member.userid: member.name for member in members}
    rows = [
        (
            m.userid,
            m.name,
            "、".join(m.roles),
            m.department,
            "" if m.enabled else "已停用",
            "；".join(_deputy_text(each, names) for each in away if each.userid == m.userid),
        )
        for m in members
    ]
    say_table(("账号", "姓名", "角色", "部门", "状态", "代理人"), rows)


def _as_json(member: Staff, away: Sequence[Deputyship]) -> dict[str, object]:
    deputies = [
        {"deputy": each.deputy, "from": each.since.isoformat(), "until": each.until.isoformat()}
        for each in away
        if each.userid == member.userid
    ]
    return {
        "userid": member.userid,
        "name": member.name,
        "roles": list(member.roles),
        "department": member.department,
        "enabled": member.enabled,
        "deputies": deputies,
    }


def _deputy_text(each: Deputyship, names: Mapping[str, str]) -> str:
    return f"{names.get(each.deputy, each.deputy)}（{each.since} 至 {each.until}）"


@app.command(cls=ChineseCommand)
def disable(
    ctx: typer.Context, userid: Annotated[str, typer.Argument(metavar="U", help="企业微信账号")]
) -> None:
    """停用工作人员：此后不能再办理，留下的记录不变。"""
    from domain.services import staff_register

    with open_workplace(demo=ctx.obj).session() as uow:
        member = staff_register.disable(uow, userid, by=CLI)
    say(f"已停用 {member.name}（{member.userid}）。")


@app.command(cls=ChineseCommand)
def deputy(
    ctx: typer.Context,
    userid: Annotated[str, typer.Argument(metavar="U", help="不在岗的人的账号")],
    stands_in: Annotated[str, typer.Option("--for", "--deputy", metavar="D", help="由谁代理（账号）")] = "",
    since: Annotated[str, typer.Option("--from", metavar="日期", help="第一天；默认今天")] = "",
    until: Annotated[str, typer.Option("--until", metavar="日期", help="最后一天")] = "",
    end: Annotated[bool, typer.Option("--end", help="人已回来，代理从今天起结束")] = False,
) -> None:
    """设置代理：在这些天里代理人有本人的全部权限；再设一次即替换。"""
    from bot.cli.evaluation import read_date
    from domain.services.staff import appoint_deputy, known_member

    place = open_workplace(demo=ctx.obj)
    today = legal_date(place.clock.now())
    if end:
        _end_deputy(place, userid, today)
        return
    if not (stands_in and until):
        raise typer.BadParameter("缺少 --for 和 --until；人已回来用 --end")
    first, last = read_date(since, place.clock), read_date(until, place.clock)
    if last < today:
        raise Refused(f"{last} 已经过去，请核对代理的日期。")
    with place.session() as uow:
        appoint_deputy(uow, userid, stands_in, since=first, until=last, by=CLI)
        names = [known_member(uow, each).name for each in (userid, stands_in)]
    say(f"已登记：{first} 至 {last}，{names[0]}（{userid}）的工作由{names[1]}（{stands_in}）代理。")


def _end_deputy(place: Workplace, userid: str, today: date) -> None:
    from domain.services.staff import end_deputy

    with place.session() as uow:
        ended = end_deputy(uow, userid, on=today, by=CLI)
    say(f"{userid} 的代理已结束。" if ended else f"{userid} 现在没有代理人。")


@app.command(cls=ChineseCommand)
def sync(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只比较，不写入")] = False,
    add_new: Annotated[bool, typer.Option("--add", help="登记新成员；角色另用 staff add 设置")] = False,
) -> None:
    """按企业微信通讯录更新姓名和部门，停用已离开的人，列出还没登记的人。"""
    place = open_workplace(demo=ctx.obj)
    place.settings.require_wecom()
    from bot.cli.contacts import contacts_of
    from domain.services.staff_sync import compare, take_over

    contacts = contacts_of(place)
    with place.session() as uow:
        found = compare(uow.staff.all(), contacts, place.office)
        if not dry_run:
            take_over(uow, found, add=add_new, by=CLI)
    _say_comparison(found, len(contacts), added=add_new)
    if dry_run:
        say("试运行：没有写入任何数据")


def _say_comparison(found: Comparison, listed: int, *, added: bool) -> None:
    from domain.services.staff_register import differences

    say(f"通讯录 {listed} 人：新成员 {len(found.new)}，更新 {len(found.updated)}，停用 {len(found.left)}")
    verb = "登记，还没有角色" if added else "未登记，加 --add 登记"
    for member in found.new:
        say(f"新成员 {member.name}（{member.userid}），{member.department}：{verb}")
    for before, after in found.updated:
        say(f"更新 {before.name}（{before.userid}）：{'，'.join(differences(before, after))}")
    for member in found.left:
        say(f"停用 {member.name}（{member.userid}）：不在通讯录或已被企业微信停用")


def bindcode(
    ctx: typer.Context,
    uscc: Annotated[str, typer.Argument(metavar="USCC", help="统一社会信用代码，或主体全称")],
    by: Annotated[str, typer.Option("--by", metavar="USERID", help="发码的工作人员账号；默认本机")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """给一个主体发一次性绑定码：对方在服务号里回复“绑定”后输入。"""
    from bot.cli.evaluation import find_one
    from domain.clock import SHANGHAI
    from domain.services.bindings import issue_code

    place = open_workplace(demo=ctx.obj)
    with place.session() as uow:
        if by:
            require_member(uow, by)
        subject = find_one(uow, uscc)
        issued = issue_code(uow, subject.id, by=by or CLI, now=place.clock.now(), sealer=place.sealer)
    until = issued.expires.astimezone(SHANGHAI)
    if as_json:
        say_json({"uscc": subject.uscc, "code": issued.code, "expires": until.isoformat(timespec="minutes")})
        return
    say(f"{subject.name} 的绑定码：{issued.code}")
    say(f"只能用一次，{until:%Y-%m-%d %H:%M} 前有效。请当面或按登记电话告知，不要在群里发。")
