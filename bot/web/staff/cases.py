"""案件: lists, one case with all that belongs to it, its files, and every step that can be taken."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web

from bot.web.pages import HEADERS, handed_out
from bot.web.site import Side, Visit
from bot.web.staff.home import number_in
from domain.errors import NotFound, Refused, StaleCase, TextMissing
from domain.model.case import Actor, CaseKind, Evidence
from domain.rules.cleaning_money import yuan
from domain.services import case_file, case_lists, cases, evidence, paper_shelf
from domain.services.case_file import CaseFile
from domain.services.case_lists import CaseList, Filters, Scope
from domain.services.paper_shelf import PaperLine
from domain.services.work import Work

LIST = "/h5/staff/cases"
PAGE = "/h5/staff/cases/{number}"
E = TypeVar("E", bound=StrEnum)
#: what is said with a step; a message to the firm holds it with room to spare
LONGEST = 500

DONE = {"done": "已办理，最新情况如下。需要通知当事人的，已经通知。"}
STALE = "没有办理：您看的不是最新情况。{last}请看清下面的最新情况再办。"
NEEDS = "没有办理：“{action}”要写明{asks}。请补上再提交。"
TOO_LONG = "没有办理：说明最多{most}个字，现在是{length}个字。"

SCOPES = {Scope.MINE: "我经办的", Scope.DEPARTMENT: "本部门", Scope.ALL: "全部"}


@dataclass(frozen=True, slots=True)
class Wish:
    """A step as it was sent from the page."""

    action: str
    text: str
    department: str
    #: the one that the page showed; None where the form does not say
    version: int | None


class CasePages:
    """Lists of cases and the case itself."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        side = self._side
        return [
            side.get(LIST, self.list),
            side.get(PAGE, self.case),
            side.post(PAGE, self.act),
            side.get("/h5/staff/evidence/{id}", self.file),
        ]

    async def list(self, visit: Visit) -> web.StreamResponse:
        """A page of cases, as the address asks for."""
        filters = filters_of(visit.query)

        def ask(work: Work, actor: Actor) -> CaseList:
            return case_lists.found(work, actor, filters)

        found = await visit.read(ask)
        return visit.page(
            "staff/cases.html",
            title="案件",
            found=found,
            filters=found.filters,
            scopes=[(scope, SCOPES[scope]) for scope in found.scopes],
            kinds=[("", "全部种类"), *((kind.value, kind.value) for kind in CaseKind)],
            states=[("open", "在办"), ("closed", "已结束"), *((s, s) for s in case_lists.states())],
            page_at=lambda number: address(found.filters, page=number),
            scope_at=lambda scope: address(found.filters, scope=scope),
        )

    async def case(self, visit: Visit) -> web.StreamResponse:
        """One case, with what this member may do now."""
        return await self._shown(visit)

    async def act(self, visit: Visit) -> web.StreamResponse:
        """Take a step; what stands in the way is said above the case as it is now."""
        wish, number = wish_in(await visit.form()), visit.match["number"]

        def act(work: Work, actor: Actor) -> str:
            return taken(work, actor, number, wish)

        try:
            after = await visit.run(act)
        except StaleCase:
            return await self._shown(visit, wish=wish, stale=True)
        except NotFound:
            raise
        except Refused as refusal:
            return await self._shown(visit, wish=wish, problem=refusal.text)
        return visit.go(PAGE.format(number=after), done="done")

    async def file(self, visit: Visit) -> web.StreamResponse:
        """One file of a case: a picture may be shown, everything else is handed out."""
        wanted = number_in(visit, "id")

        def ask(work: Work, actor: Actor) -> tuple[Evidence, str]:
            item = evidence.to_read(work, wanted, actor)
            case = work.uow.cases.get(item.case_id)
            return item, case.number if case is not None else ""

        item, number = await visit.run(ask)
        data = await asyncio.to_thread(visit.files.get, item.sha256)
        name = evidence.download_name(number, item)
        if evidence.shown_inline(item):
            return shown(data, name=name, content_type=item.content_type)
        return handed_out(data, name=name, content_type=item.content_type)

    async def _shown(
        self, visit: Visit, *, wish: Wish | None = None, problem: str = "", stale: bool = False
    ) -> web.Response:
        number = visit.match["number"]

        def ask(work: Work, actor: Actor) -> tuple[CaseFile, list[PaperLine], str]:
            found = case_file.opened(work, number, actor)
            return found, paper_shelf.of_case(work, found.case), cases.last_step(work, found.case, actor)

        found, issued, last = await visit.run(ask)
        response = visit.page(
            "staff/case.html",
            title=f"{found.case.kind} {found.case.number}",
            done=DONE,
            file=found,
            case=found.case,
            view=found.view,
            papers=issued,
            problem=STALE.format(last=last) if stale else problem,
            wish=wish or Wish("", "", "", None),
            longest=LONGEST,
            yuan=yuan,
        )
        if stale or problem:
            response.set_status(409)
        return response


def taken(work: Work, actor: Actor, number: str, wish: Wish) -> str:
    """Take a step on the version that was shown; the number of the case as it stands then.

    ``StaleCase``, ``TextMissing`` and other ``Refused`` leave nothing behind.
    """
    case = cases.find(work, number, actor=actor)
    if wish.version is None:
        raise StaleCase(f"{case.number}: a form without a version")
    possible = {choice.action: choice for choice in case_file.choices(work, case, actor)}
    choice = possible.get(wish.action)
    if choice is not None and wish.version == case.version:
        if (choice.asks and not wish.text and not choice.departments) or (
            choice.departments and wish.department not in choice.departments
        ):
            raise TextMissing(NEEDS.format(action=wish.action, asks=choice.asks))
        if len(wish.text) > LONGEST:
            raise Refused(TOO_LONG.format(most=LONGEST, length=len(wish.text)))
    text = f"{wish.department} {wish.text}".strip() if choice and choice.departments else wish.text
    after = cases.act(work, case.number, wish.action, actor=actor, text=text, version=wish.version)
    return after.number


def wish_in(form: Mapping[str, str]) -> Wish:
    """A step as the form says it: a reason that was chosen stands before what was written."""
    version = form.get("version", "")
    said = (form.get(name, "").strip() for name in ("reason", "text"))
    return Wish(
        action=form.get("action", ""),
        text="。".join(filter(None, said)),
        department=form.get("department", ""),
        version=int(version) if version.isdecimal() and len(version) < 10 else None,
    )


def filters_of(query: Mapping[str, str]) -> Filters:
    """What the address of a list asks for; what it does not know is left out."""
    page = query.get("page", "")
    return Filters(
        scope=_member(Scope, query.get("scope", "")) or Scope.DEPARTMENT,
        kind=_member(CaseKind, query.get("kind", "")),
        state=query.get("state", "") or "open",
        overdue=query.get("overdue", "") == "1",
        words=query.get("q", "").strip()[:60],
        page=int(page) if page.isdecimal() and len(page) < 6 else 1,
    )


def address(filters: Filters, *, page: int = 1, scope: Scope | None = None) -> str:
    """The address of a list with these filters."""
    wanted = {
        "scope": (scope or filters.scope).value,
        "kind": filters.kind.value if filters.kind else "",
        "state": filters.state,
        "overdue": "1" if filters.overdue else "",
        "q": filters.words,
        "page": str(page) if page > 1 else "",
    }
    return f"{LIST}?{urlencode({key: value for key, value in wanted.items() if value})}"


def shown(data: bytes, *, name: str, content_type: str) -> web.Response:
    """A picture in a page of ours: nothing in it runs, and nobody else keeps it."""
    headers = HEADERS | {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": f'inline; filename="{name}"',
    }
    return web.Response(body=data, content_type=content_type, headers=headers)


def _member(kind: type[E], written: str) -> E | None:
    return next((each for each in kind if each.value == written), None)
