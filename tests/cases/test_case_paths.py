"""Every kind of case to every end it knows, step by step."""

from __future__ import annotations

import pytest

from domain.model.case import SYSTEM_ACTOR, Actor, CaseKind
from domain.rules.case_tables import TABLES
from domain.services import cases
from tests.cases.conftest import Desk

pytestmark = pytest.mark.usefixtures("engine_alone")

C22 = pytest.mark.clause("C-22")
S418 = pytest.mark.clause("S4-18")

#: kind, "who:action …" from the usual opening, outcome
PATHS = [
    (CaseKind.OBJECTION, "chen:受理 wang:同意", "成立"),
    (CaseKind.OBJECTION, "chen:受理 chen:报批 wang:退回 chen:报批 wang:部分同意", "部分成立"),
    (CaseKind.OBJECTION, "chen:补正 wang:驳回", "不成立"),
    (CaseKind.OBJECTION, "chen:受理 chen:核查 chen:反馈 wang:驳回", "不成立"),
    (CaseKind.OBJECTION, "chen:受理 chen:中止 firm:撤回", "撤回"),
    (CaseKind.REVIEW, "chen:受理 wang:同意", "撤销原决定"),
    (CaseKind.REVIEW, "chen:受理 wang:部分同意", "变更原决定"),
    (CaseKind.REVIEW, "chen:受理 wang:驳回", "维持原决定"),
    (CaseKind.REVIEW, "chen:受理 chen:报批 firm:撤回", "撤回"),
    pytest.param(CaseKind.REPAIR, "chen:受理 wang:同意", "同意修复", marks=C22),
    pytest.param(CaseKind.REPAIR, "chen:补正 firm:补充 chen:受理 wang:驳回", "不予修复", marks=C22),
    pytest.param(CaseKind.REPAIR, "wang:不予受理", "不予受理", marks=C22),
    pytest.param(CaseKind.REPAIR, "chen:受理 firm:撤回", "撤回", marks=C22),
    (CaseKind.COMMITMENT, "firm:撤回", "撤回"),
    pytest.param(CaseKind.COMMITMENT, "firm:签署 chen:履约", "全部履行", marks=S418),
    pytest.param(CaseKind.COMMITMENT, "firm:签署 chen:违诺 wang:同意", "全部未履行", marks=S418),
    pytest.param(CaseKind.COMMITMENT, "firm:签署 chen:违诺 wang:部分同意", "部分履行", marks=S418),
    pytest.param(CaseKind.COMMITMENT, "firm:签署 firm:撤回", "撤回", marks=S418),
    (CaseKind.MANDATE, "chen:同意", "同意"),
    (CaseKind.MANDATE, "chen:补正 firm:补充 chen:驳回", "不同意"),
    (CaseKind.MANDATE, "chen:补正 chen:驳回", "不同意"),
    (CaseKind.MANDATE, "firm:撤回", "撤回"),
    (CaseKind.CONSULTATION, "chen:回复 firm:补充 chen:回复 chen:办结", "已答复"),
    (CaseKind.CONSULTATION, "chen:回复 system:无人续谈", "已答复"),
    (CaseKind.CONSULTATION, "chen:办结", "未答复"),
    (CaseKind.CONSULTATION, "firm:撤回", "撤回"),
    (CaseKind.STOP_ORDER, "chen:说明 chen:确认", "已终止"),
    (CaseKind.STOP_ORDER, "system:撤销", "撤销"),
    (CaseKind.SERVICE, "chen:未送达 chen:送达", "已送达"),
    (CaseKind.SERVICE, "firm:签收", "已送达"),
    (CaseKind.SERVICE, "system:签收", "已送达"),
    (CaseKind.SERVICE, "system:撤销", "撤销"),
    (CaseKind.BROADCAST, "wang:同意 system:完成", "已发送"),
    (CaseKind.BROADCAST, "wang:驳回", "不同意"),
    (CaseKind.BROADCAST, "chen:撤回", "撤回"),
]
MIRRORED = [
    ("firm:已提交 chen:登记同意", "同意修复"),
    ("firm:已提交 chen:登记补正 firm:已提交 chen:登记不予", "不予修复"),
    ("chen:已提交 firm:撤回", "撤回"),
]


def who(desk: Desk, name: str) -> Actor:
    return SYSTEM_ACTOR if name == "system" else desk.who(name)


def walk(desk: Desk, kind: CaseKind, path: str, state: str = "") -> str:
    by = next(n for n in ("firm", "chen", "system") if TABLES[kind].opened_by & who(desk, n).doers)
    case = desk.open(kind, actor=who(desk, by), state=state)
    for step in path.split():
        name, action = step.split(":")
        assert action in cases.allowed(desk.work, case, who(desk, name))
        case = cases.act(desk.work, case.number, action, actor=who(desk, name), text="说明")
    assert not case.open
    return case.outcome


@pytest.mark.parametrize("kind, path, outcome", PATHS)
def test_a_case_comes_to_its_end(desk: Desk, kind: CaseKind, path: str, outcome: str) -> None:
    assert walk(desk, kind, path) == outcome


@pytest.mark.clause("S4-33")
@pytest.mark.parametrize("path, outcome", MIRRORED)
def test_a_repair_that_credit_china_decides_comes_to_its_end(desk: Desk, path: str, outcome: str) -> None:
    assert walk(desk, CaseKind.REPAIR, path, "待提交") == outcome


def test_no_outcome_is_left_out() -> None:
    rows = [getattr(row, "values", row) for row in PATHS]
    proved = {(kind, outcome) for kind, _, outcome in rows}
    assert proved == {(k, step.outcome) for k, t in TABLES.items() for step in t.steps if step.outcome}
