"""统计: the figures of the office in a few lines, and the page with the drawings."""

from __future__ import annotations

from domain.clock import SHANGHAI
from domain.model.figures import Figures
from domain.services import statistics
from handlers.context import Context
from handlers.pages import link_line
from handlers.staff.who import actor_of

PAGE = "/h5/staff/dashboard"
#: what did not arrive, or of which nobody knows
_LOST = frozenset({"dead", "unreachable", "unknown"})

NONE = "还没有统计过，请过半分钟再回复“统计”。"
SUMMARY = (
    "统计（截至{at:%m-%d %H:%M}）\n"
    "名册：{subjects}个主体，{graded}个有生效的评价结果\n"
    "在办案件：{open}件，其中超期{late}件\n"
    "本月办结：{closed}件，按期{on_time}件\n"
    "近三十天消息：{letters}条，没有送到{lost}条"
)


def show(context: Context, argument: str) -> str:
    """What was counted last, for every member of the staff."""
    actor_of(context)
    found = statistics.stored(context.uow)
    if found is None:
        return NONE
    link = link_line(context, PAGE, "看图表")
    return "\n".join(filter(None, (_summary(found), link)))


def _summary(found: Figures) -> str:
    month = f"{found.at.astimezone(SHANGHAI):%Y-%m}"
    closed = [each for each in found.closed_cases if each.month == month]
    return SUMMARY.format(
        at=found.at.astimezone(SHANGHAI),
        subjects=found.subjects,
        graded=sum(many for _, many in found.grades),
        open=sum(each.many for each in found.open_cases),
        late=sum(each.late for each in found.open_cases),
        closed=sum(each.on_time + each.late for each in closed),
        on_time=sum(each.on_time for each in closed),
        letters=sum(many for _, many in found.letters),
        lost=sum(many for status, many in found.letters if status in _LOST),
    )
