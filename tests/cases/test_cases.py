"""The engine: opening, steps, rights, four eyes, pauses, corrections."""

from __future__ import annotations

import pytest

from domain.services import cases
from tests.cases.conftest import Desk


@pytest.mark.clause("S0-40")
def test_an_objection_goes_from_the_firm_to_a_decision(desk: Desk) -> None:
    case = desk.open()
    assert (case.number, case.state, case.version) == ("YY20260001", "待受理", 1)
    assert case.due_on is not None
    case = desk.does("chen", "受理", case)
    case = desk.does("wang", "同意", case, "属实")
    assert (case.state, case.outcome, case.open, case.version) == ("已办结", "成立", False, 3)
    assert [(e.seq, e.actor_name, e.action, e.to_state) for e in cases.log(desk.work, case)] == [
        (1, "示例甲公司经办人", "提交", "待受理"),
        (2, "陈晨", "受理", "办理中"),
        (3, "王伟", "同意", "已办结"),
    ]
