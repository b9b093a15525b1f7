"""After a form was sent: its number, its limit, and what happens next."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.web.site import Side, Visit
from domain.model.case import Actor, Case, CaseKind
from domain.rules.codes import mask_personal
from domain.rules.rulebook_cases import Door
from domain.services import case_view, cases, repairs
from domain.services.work import Work
from handlers.firm.objections import due_text

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
OTHERS_TIME = "由“{door}”受理和答复"
#: where another body's window takes the application
OUTSIDE = {
    CaseKind.OBJECTION: (
        "这类异议由“{door}”受理，请到它的网站提交同样的内容，不收费。",
        "提交以后，把网站的受理回执拍照发到微信对话里，工作人员登记收到的日期，办结时限从那时起算。",
        "这里帮您准备材料、跟进进度，不代替“{door}”作决定。",
    ),
    CaseKind.REPAIR: (
        "这类记录由“{door}”受理和决定，请到它的网站提交申请，不收费。",
        "提交以后，在微信里回复“已提交 {number} 查询码”，这里帮您跟进度。",
        "这里帮您核对和提醒，不代替“{door}”作决定。",
    ),
}


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
            outside = _outside(work, case)
            steps = OUTSIDE.get(case.kind, ()) if outside else NEXT.get(case.kind, ())
            return {
                "case": case_view.view(work, case, for_firm=True),
                "what": mask_personal(case.facts.get("what", "")),
                "due": _due(work, case),
                "package": _package(work, case) if outside else (),
                "files": work.uow.evidence.count(case.id),
                "steps": [
                    line.format(number=case.number, door=outside.name if outside else "") for line in steps
                ],
                "outside": outside,
                "papers": work.uow.papers.of_case(case.id),
                "code": _code(work, case.id),
            }

        values = await visit.read(ask)
        kind = values["case"].kind
        return visit.page("firm/filed.html", title=TITLES.get(kind, "已提交"), **values)


def _due(work: Work, case: Case) -> str:
    """Until when what is to happen; a promise has a day of its own, another body's decision none of ours."""
    if case.kind is CaseKind.REPAIR and (window := _outside(work, case)) is not None:
        return OTHERS_TIME.format(door=window.name)
    if case.kind in (CaseKind.OBJECTION, CaseKind.REVIEW, CaseKind.REPAIR) and case.open:
        return due_text(work, case)
    return case_view.countdown(work, case)


def _package(work: Work, case: Case) -> tuple[tuple[str, str], ...]:
    """What to fill in at another body's window (S4-33)."""
    if case.subject_id is None:
        return ()
    subject = work.uow.subjects.get(case.subject_id)
    rows = (("申请人", subject.name), ("信用代码", subject.uscc or ""))
    said = "异议内容" if case.kind is CaseKind.OBJECTION else "要修复的记录"
    why = "理由" if case.kind is CaseKind.OBJECTION else "改正情况"
    return (*rows, (said, mask_personal(case.facts.get("what", ""))), (why, case.facts.get("said", "")))


def _outside(work: Work, case: Case) -> Door | None:
    """The window of another body where the application itself must be made; None where it is made here."""
    if case.kind is CaseKind.REPAIR:
        return None if work.rulebook.repair.decided_here else repairs.door(work)
    doors = work.rulebook.objection.doors if case.kind is CaseKind.OBJECTION else ()
    chosen = (door for door in doors if door.id == case.facts.get("door"))
    return next((door for door in chosen if door.owner == "outside"), None)


def _code(work: Work, case_id: int) -> str:
    """承诺编码, where the case holds a commitment."""
    commitment = work.uow.commitments.of_case(case_id)
    return commitment.code if commitment else ""
