"""材料 案号 and 导入: links to pages, since neither platform delivers files."""

from __future__ import annotations

from domain.errors import NotAllowed, Refused
from domain.model.case import Case, Doer, Evidence
from domain.rules.file_types import spoken_type
from domain.services import cases, evidence, links
from domain.services.work import Work
from handlers.context import Context
from handlers.pages import link_line
from handlers.staff.who import actor_of

ASK_NUMBER = "请写上案号，例如“材料 YY20260001”。"
NONE = "{number}还没有材料。{add}"
LIST = "{number}有{count}份材料：\n{lines}\n链接30分钟内有效，只给您用。{add}"
LINE = "{no}. {kind}{name}（{size}）{link}"
ADD = "\n补录材料：{link}"
IMPORTS = "/h5/staff/imports"
IMPORT = "{link}\n在页面上选数据种类和表格文件，核对以后由另一位同事确认导入。链接30分钟内有效，只给您用，结果会发到这里。"
NO_PAGES = "这里没有设置页面地址，请管理员用命令 xinshi import 导入，或先设置 XINSHI_BASE_URL。"
NOT_YOURS = "导入由信用办管理员、经办人员办理，由审批人员确认，您现在没有这些角色。"


def show(context: Context, argument: str) -> str:
    """材料 案号: every file of the case with a link, and the page on which more are added."""
    if not argument:
        raise Refused(ASK_NUMBER)
    actor, work = actor_of(context), context.work()
    case = cases.find(work, argument.split()[0], actor=actor)
    items = evidence.of_case(work, case, actor)
    add = _page(context, work, case) if evidence.takes_material(case) else ""
    if not items:
        return NONE.format(number=case.number, add=add)
    lines = "\n".join(_line(context, no, item) for no, item in enumerate(items, 1))
    return LIST.format(number=case.number, count=len(items), lines=lines, add=add)


def begin_import(context: Context, argument: str) -> str:
    """导入: the link to the page on which tables are uploaded, looked at and confirmed."""
    if not {Doer.ADMIN, Doer.CLERK, Doer.APPROVER} & actor_of(context).doers:
        raise NotAllowed(NOT_YOURS)
    link = link_line(context, IMPORTS, "打开导入页面")
    if not link:
        raise Refused(NO_PAGES)
    return IMPORT.format(link=link)


def _line(context: Context, no: int, item: Evidence) -> str:
    kind = spoken_type(item.content_type)
    return LINE.format(
        no=no,
        kind=kind,
        name=f"“{item.name}”" if item.name != kind else "",
        size=evidence.spoken_size(item.size),
        link=_address(context, links.Purpose.FILE, str(item.id)),
    )


def _page(context: Context, work: Work, case: Case) -> str:
    return ADD.format(link=evidence.upload_address(work, context.base_url, case, context.person))


def _address(context: Context, purpose: links.Purpose, target: str) -> str:
    return links.address(context.base_url, context.sealer, purpose, target, context.person.id, context.now())
