"""统计: the figures of the office as drawings that print, each with a table that says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from markupsafe import Markup

from bot.web.bars import Bar, bars
from bot.web.site import Side, Visit
from domain.model.figures import Figures
from domain.rules.rulebook import Rulebook
from domain.services import statistics
from domain.services.import_kinds import KINDS

#: figures older than this are said to be old
OLD = timedelta(hours=1)
_TONES = {"favourable": "good", "neutral": "warn", "adverse": "bad"}
_STATUSES = {
    "sent": ("已送出", "good"),
    "carried": ("随回复送出", "good"),
    "waiting": ("等待发送", "plain"),
    "leased": ("正在发送", "plain"),
    "unreachable": ("无法送达", "bad"),
    "dead": ("已放弃", "bad"),
    "unknown": ("是否送到不明", "warn"),
}
#: heads of columns that are set to the right
_FIGURES = frozenset(
    ["主体数", "占比", "件数", "其中超期", "办结", "按期", "按期率", "条数", "文件", "接受", "退回", "重复"]
)
NOT_EVALUATED = "还没有评价"


@dataclass(frozen=True, slots=True)
class Section:
    """One drawing, or several, and the table beside."""

    id: str
    title: str
    #: what the drawing shows in one sentence
    desc: str
    charts: tuple[Markup, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    #: said where there is nothing to show
    empty: str

    @property
    def numbers(self) -> frozenset[int]:
        """Places of the columns that hold figures."""
        return frozenset(place for place, head in enumerate(self.heads) if head in _FIGURES)


class DashboardPages:
    """The one page of figures."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The route of this page."""
        return [self._side.get("/h5/staff/dashboard", self.figures)]

    async def figures(self, visit: Visit) -> web.StreamResponse:
        """What was counted last, and when."""
        found = await visit.read(lambda work, _: statistics.stored(work.uow))
        now, book = visit.house.clock.now(), visit.house.rulebook
        return visit.page(
            "staff/dashboard.html",
            title="统计",
            figures=found,
            old=found is not None and now - found.at > OLD,
            sections=sections(found, book) if found is not None else (),
        )


def sections(figures: Figures, book: Rulebook) -> tuple[Section, ...]:
    """Everything that is drawn, in the order of the page."""
    return (_grades(figures, book), _open(figures), _on_time(figures), _letters(figures), _imports(figures))


def _grades(figures: Figures, book: Rulebook) -> Section:
    counts = dict(figures.grades)
    named = {grade.code: (f"{grade.code}（{grade.class_name}）", _TONES[grade.tier]) for grade in book.grades}
    named |= {"UNRATED": (book.outcomes.unrated.class_name, "grey")}
    named |= {"NEEDS_REVIEW": (book.outcomes.needs_review.class_name, "grey")}
    named |= {code: (code, "grey") for code in counts if code not in named}
    rows = [(words, counts.get(code, 0), tone) for code, (words, tone) in named.items()]
    rows.append((NOT_EVALUATED, figures.subjects - sum(counts.values()), "grey"))
    all_bars = [Bar(words, ((many, tone),), _share(many, figures.subjects)) for words, many, tone in rows]
    desc = f"名册里{figures.subjects}个主体现行的等级。"
    return Section(
        "grades",
        "主体的等级",
        desc,
        (bars(all_bars, name="grades", title="主体的等级", desc=desc + _told(all_bars)),),
        ("等级", "主体数", "占比"),
        tuple((words, many, _percent(many, figures.subjects)) for words, many, _ in rows),
        "" if figures.subjects else "名册里还没有主体，请先导入主体名单。",
    )


def _open(figures: Figures) -> Section:
    departments, states, late = Counter[str](), Counter[str](), Counter[str]()
    for each in figures.open_cases:
        for counter, key in ((departments, each.department), (states, each.state)):
            counter[key] += each.many
        late[each.department] += each.late
        late[each.state] += each.late
    desc = f"现在在办的{departments.total()}件案件，红色的一段已经超期。"
    charts = tuple(
        bars(drawn, name=name, title=title, desc=desc + _told(drawn))
        for name, title, counter in (
            ("departments", "在办案件：各部门", departments),
            ("states", "在办案件：各状态", states),
        )
        for drawn in [[_due(key, many, late[key]) for key, many in counter.most_common()]]
    )
    return Section(
        "cases",
        "在办案件",
        desc,
        charts,
        ("部门", "种类", "状态", "件数", "其中超期"),
        tuple((c.department, c.kind, c.state, c.many, c.late) for c in figures.open_cases),
        "" if departments else "现在没有在办的案件。",
    )


def _on_time(figures: Figures) -> Section:
    on_time, late = Counter[str](), Counter[str]()
    for each in figures.closed_cases:
        on_time[each.month] += each.on_time
        late[each.month] += each.late
    drawn = [
        Bar(
            month,
            ((on_time[month], "good"), (late[month], "bad")),
            _rate(on_time[month], late[month]) or "没有",
        )
        for month in _since(statistics.months(figures), on_time + late)
    ]
    desc = "近十二个月办结的有期限案件，按办结的月份；绿色按期，红色超期。"
    return Section(
        "on-time",
        "按期办结率",
        desc,
        (bars(drawn, name="on-time", title="按期办结率", desc=desc + _told(drawn)),),
        ("种类", "办结月份", "办结", "按期", "按期率"),
        tuple(
            (c.kind, c.month, c.on_time + c.late, c.on_time, _percent(c.on_time, c.on_time + c.late))
            for c in figures.closed_cases
        ),
        "" if figures.closed_cases else "近十二个月还没有办结的案件。",
    )


def _letters(figures: Figures) -> Section:
    all_letters = sum(many for _, many in figures.letters)
    rows = [(*_STATUSES.get(status, (status, "grey")), many) for status, many in figures.letters]
    drawn = [Bar(words, ((many, tone),), _share(many, all_letters)) for words, tone, many in rows]
    desc = f"{figures.letters_since:%Y-%m-%d}以来写给企业和工作人员的{all_letters}条消息。"
    return Section(
        "letters",
        "消息送达",
        desc,
        (bars(drawn, name="letters", title="消息送达", desc=desc + _told(drawn)),),
        ("结果", "条数", "占比"),
        tuple((words, many, _percent(many, all_letters)) for words, _, many in rows),
        "" if all_letters else "近三十天没有发过消息。",
    )


def _imports(figures: Figures) -> Section:
    accepted, rejected = Counter[str](), Counter[str]()
    for each in figures.imports:
        accepted[each.month] += each.accepted
        rejected[each.month] += each.rejected
    drawn = [
        Bar(
            month,
            ((accepted[month], "plain"), (rejected[month], "bad")),
            f"{accepted[month]}行，退回{rejected[month]}行" if accepted[month] + rejected[month] else "没有",
        )
        for month in _since(statistics.months(figures), accepted + rejected)
    ]
    desc = "近十二个月生效的导入，按月份；蓝色是接受的行，红色是退回的行。"
    return Section(
        "imports",
        "数据导入",
        desc,
        (bars(drawn, name="imports", title="数据导入", desc=desc + _told(drawn)),),
        ("数据种类", "月份", "文件", "接受", "退回", "重复"),
        tuple(
            (_kind(i.kind), i.month, i.files, i.accepted, i.rejected, i.duplicate) for i in figures.imports
        ),
        "" if figures.imports else "近十二个月还没有导入过数据。",
    )


def _since(months: list[str], counts: Counter[str]) -> list[str]:
    """From the first month on in which there was something."""
    first = next((place for place, month in enumerate(months) if counts[month]), 0)
    return months[first:]


def _due(words: str, many: int, late: int) -> Bar:
    said = f"{many}件，超期{late}件" if late else f"{many}件"
    return Bar(words, ((many - late, "plain"), (late, "bad")), said)


def _told(drawn: Iterable[Bar]) -> str:
    """The drawing in words, for whoever does not see it."""
    return "；".join(f"{bar.words}：{bar.said}" for bar in drawn)


def _share(many: int, of: int) -> str:
    return f"{many}（{_percent(many, of)}）" if many else "0"


def _percent(many: int, of: int) -> str:
    """A share with one decimal, counted in whole numbers."""
    if not of:
        return "—"
    tenths = (many * 2000 + of) // (of * 2)
    return f"{tenths // 10}.{tenths % 10}%"


def _rate(on_time: int, late: int) -> str:
    return f"{_percent(on_time, on_time + late)}，共{on_time + late}件" if on_time + late else ""


def _kind(kind: str) -> str:
    return KINDS[kind].title if kind in KINDS else kind
