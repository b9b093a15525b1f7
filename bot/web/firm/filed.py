"""After a form was sent: its number, its limit, and what happens next."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.web.site import Side, Visit
from domain.model.case import Actor, CaseKind
from domain.services import case_view, cases, repairs
from domain.services.work import Work
from handlers.firm.objections import DUE_LATER

TITLES = {CaseKind.COMMITMENT: "已签署"}
NEXT = {
    CaseKind.OBJECTION: (
        "工作人员先看材料，受理以后在微信里告诉您。",
        "要补材料时会通知您，补齐以前不算时间。",
        "有了结果马上告诉您，并写明理由。",
    ),
    CaseKind.REVIEW: (
        "由原决定人以外的工作人员办理。",
        "有了结果马上在微信里告诉您，并写明理由。",
    ),
    CaseKind.REPAIR: (
        "受不受理，按期限在微信里告诉您。",
        "同意修复以后，停止公示、重新评价等由这里接着办，办完告诉您。",
    ),
    CaseKind.COMMITMENT: (
        "请按承诺的时间做到，到期以前会在微信里提醒您。",
        "做到了由工作人员登记为“全部履行”，记入信用档案。",
    ),
}
OUTSIDE = (
    "这类记录由“信用中国”受理和决定，请到它的网站提交申请，不收费。",
    "提交以后，在微信里回复“已提交 {number} 查询码”，这里帮您跟进度。",
    "这里帮您核对和提醒，不代替“信用中国”作决定。",
)


class Filed:
    """What a firm reads when a form has become a case."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        return [self._side.get(r"/h5/firm/filed/{number:[A-Za-z]{2}\d{8,12}}", self.show)]

    async def show(self, visit: Visit) -> web.StreamResponse:
        """Number, countdown and next steps; may be loaded again."""

        def ask(work: Work, actor: Actor) -> dict[str, Any]:
            case = cases.find(work, visit.match["number"], actor=actor)
            outside = case.kind is CaseKind.REPAIR and not work.rulebook.repair.decided_here
            return {
                "case": case_view.view(work, case, for_firm=True),
                "what": case.facts.get("what", ""),
                "due_later": DUE_LATER if case.due_on is None and case.kind is CaseKind.OBJECTION else "",
                "files": work.uow.evidence.count(case.id),
                "steps": [
                    line.format(number=case.number)
                    for line in (OUTSIDE if outside else NEXT.get(case.kind, ()))
                ],
                "outside": repairs.door(work) if outside else None,
                "papers": work.uow.papers.of_case(case.id),
                "code": _code(work, case.id),
            }

        values = await visit.read(ask)
        kind = values["case"].kind
        return visit.page("firm/filed.html", title=TITLES.get(kind, "已提交"), **values)


def _code(work: Work, case_id: int) -> str:
    """承诺编码, where the case holds a commitment."""
    commitment = work.uow.commitments.of_case(case_id)
    return commitment.code if commitment else ""
