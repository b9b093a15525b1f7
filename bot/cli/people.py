"""staff add, list, disable; bindcode."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.speech import ChineseCommand, new_app, say, say_json, say_table
from bot.cli.workplace import Workplace, open_workplace, require_member
from domain.errors import NotFound, Refused
from domain.model.person import STAFF_ROLES, Staff, normal_userid

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
) -> None:
    """登记工作人员；同一账号再登记即更新。"""
    unknown = [each for each in role if each not in STAFF_ROLES]
    if unknown:
        raise Refused(f"没有角色“{unknown[0]}”；可用：{'、'.join(STAFF_ROLES)}")
    place = open_workplace(demo=ctx.obj, create=True)
    with place.session() as uow:
        known = {each.department for each in uow.staff.all()} | _departments(place)
        uow.staff.save(Staff(userid, name, tuple(dict.fromkeys(role)), department))
        uow.audit.append("staff.saved", actor=CLI, ref=normal_userid(userid), detail={"roles": role})
    say(f"已登记 {name}（{userid}）：{'、'.join(role)}，{department}。")
    if department not in known:
        say(f"部门“{department}”是新的，已一并登记。")


def _departments(place: Workplace) -> set[str]:
    """The departments of the office file, where one is set."""
    if place.settings.office is None:
        return set()
    return {name for each in place.office.departments for name in (each.name, *each.aliases)}


@app.command("list", cls=ChineseCommand)
def show(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False
) -> None:
    """列出工作人员。"""
    with open_workplace(demo=ctx.obj).session() as uow:
        members = uow.staff.all()
    if as_json:
        say_json(
            [
                {
                    "userid": m.userid,
                    "name": m.name,
                    "roles": list(m.roles),
                    "department": m.department,
                    "enabled": m.enabled,
                }
                for m in members
            ]
        )
        return
    rows = [
        (m.userid, m.name, "、".join(m.roles), m.department, "" if m.enabled else "已停用") for m in members
    ]
    say_table(("账号", "姓名", "角色", "部门", "状态"), rows)


@app.command(cls=ChineseCommand)
def disable(
    ctx: typer.Context, userid: Annotated[str, typer.Argument(metavar="U", help="企业微信账号")]
) -> None:
    """停用工作人员：此后不能再办理，留下的记录不变。"""
    with open_workplace(demo=ctx.obj).session() as uow:
        member = uow.staff.get(userid)
        if member is None:
            raise NotFound(f"没有工作人员“{userid}”；用 xinshi staff list 查看")
        uow.staff.save(Staff(member.userid, member.name, member.roles, member.department, enabled=False))
        uow.audit.append("staff.disabled", actor=CLI, ref=member.userid)
    say(f"已停用 {member.name}（{userid}）。")


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
