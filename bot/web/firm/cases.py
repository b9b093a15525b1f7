"""我的办件: what is under way, how long it takes, and what is to be done now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aiohttp import web

from bot.web.site import Side, Visit
from domain.errors import NotAllowed, NotFound, Refused, TextMissing
from domain.model.case import Actor
from domain.services import case_reports, cases, evidence
from domain.services.case_reports import SUBMITTED, SUPPLY, WITHDRAW, CasePage
from domain.services.work import Work

#: words of the address → the step of the case that they take
STEPS = {"supply": SUPPLY, "submitted": SUBMITTED, "withdraw": WITHDRAW}
DONE = {
    "supply": "收到，已转给办理单位。",
    "submitted": "好的，已记下。信用中国有结果以后，这里会同步更新。",
    "withdraw": "已撤回，没有改动您的等级和记录。以后可以再提。",
}
ASK_FOR = "请写明{what}。"
LONGEST = 500
TOO_LONG = f"写得太长了，请缩到{LONGEST}个字以内，材料可以用上传。"
_NUMBER = r"{number:[A-Za-z]{2}\d{8,12}}"


@dataclass(frozen=True, slots=True)
class Entered:
    """What a form was sent with and why it was not taken."""

    step: str = ""
    text: str = ""
    problem: str = ""


class Cases:
    """Pages about the cases of whoever looks."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        one = f"/h5/firm/cases/{_NUMBER}"
        return [
            self._side.get("/h5/firm/cases", self.listed),
            self._side.get(one, self.show),
            self._side.post(f"{one}/{{step:{'|'.join(STEPS)}}}", self.step),
        ]

    async def listed(self, visit: Visit) -> web.StreamResponse:
        """What is open, the most pressing first, and what ended lately."""
        mine = await visit.read(case_reports.mine)
        several = len({line.firm for line in (*mine.open, *mine.closed)}) > 1
        return visit.page("firm/cases.html", title="我的办件", mine=mine, several=several)

    async def show(self, visit: Visit) -> web.StreamResponse:
        """One case in full."""
        return await self._page(visit, Entered())

    async def step(self, visit: Visit) -> web.StreamResponse:
        """Take a step; what is wrong with the form is said at the form, with what was typed."""
        fields = await visit.form()
        step, number = visit.match["step"], visit.match["number"]
        entered = Entered(step, fields.get("text", "").strip())
        problem = await self._taken(visit, number, entered, fields.get("version", ""))
        if problem:
            return await self._page(visit, replace(entered, problem=problem))
        return visit.go(f"/h5/firm/cases/{number}", done=step)

    async def _taken(self, visit: Visit, number: str, entered: Entered, version: str) -> str:
        """The step is taken; otherwise what to do about it."""
        if len(entered.text) > LONGEST:
            return TOO_LONG
        action = STEPS[entered.step]
        seen = int(version) if version.isdecimal() and len(version) < 10 else 0

        def ask(work: Work, actor: Actor) -> None:
            case_reports.act(work, actor, number, action, text=entered.text, version=seen)

        try:
            await visit.run(ask)
        except (NotFound, NotAllowed):
            raise
        except TextMissing:
            return ASK_FOR.format(what=await self._wanted(visit, number, action))
        except Refused as refusal:
            return refusal.text
        return ""

    async def _wanted(self, visit: Visit, number: str, action: str) -> str:
        seen = await visit.read(lambda work, actor: case_reports.page(work, actor, number))
        return next((each.asks_for for each in seen.actions if each.action == action), "理由")

    async def _page(self, visit: Visit, entered: Entered) -> web.Response:
        base_url = visit.house.base_url

        def ask(work: Work, actor: Actor) -> tuple[CasePage, str]:
            seen = case_reports.page(work, actor, visit.match["number"])
            if not seen.takes_material:
                return seen, ""
            case = cases.find(work, seen.view.number, actor=actor)
            person = work.uow.people.get(visit.person_id)
            return seen, evidence.upload_address(work, base_url, case, person)

        seen, upload = await visit.read(ask)
        offered = {each.action for each in seen.actions}
        page = visit.page(
            "firm/case.html",
            title=f"{seen.view.kind} {seen.view.number}",
            done=DONE,
            seen=seen,
            upload=upload,
            entered=entered,
            # where the form is gone, what became of it is said on top
            above="" if STEPS.get(entered.step) in offered else entered.problem,
            longest=LONGEST,
        )
        page.set_status(422 if entered.problem else 200)
        return page
