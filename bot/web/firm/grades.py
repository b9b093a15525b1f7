"""等级报告 and 监管措施: where a firm stands, why, what would lift it, and what follows."""

from __future__ import annotations

from datetime import date

from aiohttp import web
from markupsafe import Markup

from bot.web import charts
from bot.web.site import Side, Visit
from domain.clock import legal_date
from domain.model.assessment import OutcomeKind
from domain.services import reports
from domain.services.reports import GradePage
from handlers.firm.texts import MODALITIES

#: only digits: whatever else stands in an address leads to no firm
SUBJECT = r"{subject_id:\d{1,12}}"
CHART_TITLE = "信用等级变化图"
CHART_FROM = "{day}起：{words}"


class Grades:
    """Pages about the grade of one firm."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        return [
            self._side.get(f"/h5/firm/{SUBJECT}/grade", self.report),
            self._side.get(f"/h5/firm/{SUBJECT}/measures", self.measures),
        ]

    async def report(self, visit: Visit) -> web.StreamResponse:
        """The whole grade report."""
        subject_id = int(visit.match["subject_id"])
        seen = await visit.run(lambda work, actor: reports.grade(work, actor, subject_id))
        today = legal_date(visit.house.clock.now())
        return visit.page(
            "firm/grade.html",
            title="信用等级报告",
            seen=seen,
            firm=seen.firm,
            today=today,
            chart=history_chart(seen, today),
            modalities=MODALITIES,
            needs_review=seen.kind is OutcomeKind.NEEDS_REVIEW,
        )

    async def measures(self, visit: Visit) -> web.StreamResponse:
        """What is done because of the grade, and by whom."""
        subject_id = int(visit.match["subject_id"])
        seen = await visit.run(lambda work, actor: reports.measures(work, actor, subject_id))
        return visit.page(
            "firm/measures.html", title="监管措施", seen=seen, firm=seen.firm, modalities=MODALITIES
        )


def history_chart(seen: GradePage, today: date) -> Markup:
    """The history of a grade as a drawing; empty where it never changed, or lies off the present scale."""
    points = [charts.StepTo(past.since, past.rung) for past in seen.history]
    if len(points) < 2 or not any(point.rung is not None for point in points):
        return Markup("")
    rungs = [charts.Rung(_label(each.code, each.class_name, each.words), each.tier) for each in seen.scale]
    said = "；".join(
        CHART_FROM.format(day=f"{past.since.year}年{past.since.month}月{past.since.day}日", words=past.words)
        for past in seen.history
    )
    return charts.steps(rungs, points, today, name="history", title=CHART_TITLE, desc=said)


def _label(code: str, class_name: str, words: str) -> str:
    """B 一般失信: room is scarce, but no grade stands without its class."""
    return f"{code} {class_name}" if words != class_name else class_name
