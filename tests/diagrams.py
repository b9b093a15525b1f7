"""`python -m tests.diagrams`: draws ``docs/cases.md`` from the tables of all kinds of case.

A test fails where the file on disk is not what the tables say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from domain.model.case import PREFIXES, CaseKind, Doer
from domain.rules.case_table import BACK, CaseTable, ClockEffect, Step
from domain.rules.case_tables import TABLES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cases.md"

_HEAD = """# Cases 案件

Drawn from `domain/rules/case_tables.py` by `python -m tests.diagrams`; do not edit, a test compares.

One engine (`domain/services/cases.py`) carries every kind. A case has a number (two letters, the year, a
serial that only rises), an owner department, limits in working days, and a log in which each step is one line
and one version. A step stands in the table or is refused, and the refusal lists what is possible now.

- **当事人** is whoever speaks for the firm; the other names are roles of the staff; **系统** is the service itself.
- **四眼**: the step is taken by somebody else than who took the named one, or than who took the earlier decision.
- **暂停 / 恢复**: the limits stand still, with the reason, and go on; the days between do not count.
- **更正**: a decision is never edited. The step opens a new case that begins in 更正办理 and is decided anew.
- Limits themselves are law of a place and stand in its rulebook, not here.
"""


def page() -> str:
    """The whole page."""
    return "\n".join((_HEAD, *(_section(TABLES[kind]) for kind in CaseKind)))


def _section(table: CaseTable) -> str:
    opened = "、".join(d.value for d in Doer if d in table.opened_by)
    lines = (
        f"## {table.kind} ({PREFIXES[table.kind]})",
        "",
        f"提出：{opened}" + ("（只由申请人本人办）" if table.applicant_only else ""),
        "",
        "```mermaid",
        *_diagram(table),
        "```",
        "",
        "| 从 | 动作 | 到 | 谁 | 要写明 | 四眼 | 计时 | 结果 | 依据 |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_row(step) for step in table.steps),
        "",
    )
    return "\n".join(lines)


def _diagram(table: CaseTable) -> Iterator[str]:
    names = {state: f"s{number}" for number, state in enumerate(table.states, start=1)}
    yield "stateDiagram-v2"
    for state, name in names.items():
        yield f'    state "{state}" as {name}'
    for state in (*table.openings, *_reopenings(table)):
        yield f"    [*] --> {names[state]}"
    for (source, target), labels in _edges(table).items():
        yield f"    {names[source]} --> {names[target]} : {' / '.join(labels)}"
    for state in table.states:
        if state in table.closed:
            yield f"    {names[state]} --> [*]"


def _reopenings(table: CaseTable) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step.reopens_as for step in table.steps if step.reopens_as))


def _edges(table: CaseTable) -> dict[tuple[str, str], list[str]]:
    """Arrows between the same two states share one line; a way back is drawn to each state it may lead to."""
    edges: dict[tuple[str, str], list[str]] = defaultdict(list)
    for step in table.steps:
        targets = table.entered_from(step.source) if step.target == BACK else (step.target,)
        for target in targets:
            edges[step.source, target].append(step.action)
    return edges


def _row(step: Step) -> str:
    who = "、".join(doer.value for doer in Doer if doer in step.by)
    eyes = [f"不是{action}的人" for action in step.other_than]
    eyes += ["不是原决定人"] if step.other_than_before else []
    clock = step.clock.value if step.clock is not ClockEffect.NONE else ""
    cells = (
        step.source,
        step.action,
        step.target,
        who,
        step.asks_for,
        "，".join(eyes),
        clock,
        step.outcome,
        step.basis,
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
