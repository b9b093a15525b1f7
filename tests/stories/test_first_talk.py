"""A firm binds, asks its grade, and learns why: the talk that everything else is built around."""

from __future__ import annotations

import pytest

from domain.model.record import RecordKind, Violation
from tests.stories.conftest import Town


@pytest.mark.clause("S2-09")
@pytest.mark.clause("S2-13")
async def test_a_bookkeeper_binds_her_firm_and_learns_its_grade_and_why(town: Town) -> None:
    firm = await town.firm("平鲁晋北商贸有限公司")
    for days_ago in (20, 80):
        await town.record(
            firm,
            RecordKind.RECTIFICATION,
            days_ago=days_ago,
            doc_no=f"平发改责改〔2026〕{days_ago}号",
            violations=(Violation(1, "未按规定公示", ("警告",)),),
        )
    await town.approves(firm)
    code = await town.code(firm)

    wang = await town.story.phone("王会计")
    assert "个人信息" in await wang.follows()
    assert "绑定" in await wang.says("查等级")

    assert "绑定码" in await wang.says("绑定")
    offered = await wang.says(code)
    assert "确认" in offered
    assert "平鲁晋北商贸有限公司" not in offered
    assert "绑定好了：平鲁晋北商贸有限公司" in await wang.says("确认")

    answer = await wang.says("查等级")
    assert "平鲁晋北商贸有限公司" in answer
    assert "B级" in answer
    assert "一般失信" in answer
    assert "2026年11月20日" in answer
    assert "为什么" in answer

    why = await wang.says("为什么")
    assert "第八条" in why
    assert "平发改责改" in why or "责令改正" in why
