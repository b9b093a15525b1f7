"""修复 where the unit itself decides: one decision, and everything that was done because of the record ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.clock import legal_date
from domain.model.record import RecordKind, RecordState, Severity, Violation
from domain.model.subject import Subject
from tests.driver import Phone
from tests.stories.casework import applies, does, grade_of, letters, number_in, office, state_of
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import hired, runs

MARKET = "示例县市场监督管理局"
#: the grade is computed here, as in 平鲁; the repair is decided here, as in 西峡
DOOR = """
[repair]
decided_by = "local"
public_text = "改正以后可以向作出记录的单位申请修复，不收费。"
clause = "S2-46"
article = "第十六条"

[[repair.limits]]
name = "受理时限"
step = "accept"
working_days = 3
law = "国办发〔2025〕22号"

[[repair.limits]]
name = "总时限"
working_days = 10
law = "国办发〔2025〕22号"

[[repair.doors]]
id = "authority"
name = "认定单位"
owner = "authority"
against = ["record"]
public_text = "向作出这条记录的单位申请"
clause = "S2-46"
article = "第十六条"

"""
#: a measure that another department carries out
HERS = '依法公开的严重失信信息可能被征信机构采集"\nmodality = "discretionary"\nexecutor = "'


@pytest.fixture
def law(tmp_path: Path) -> Path:
    text = Path("domain/rulebooks/pinglu.toml").read_text(encoding="utf-8")
    text = text.replace("[[repair.effects]]", f"{DOOR}[[repair.effects]]", 1)
    assert HERS in text
    text = text.replace(f"{HERS}平鲁区发展和改革局", f"{HERS}{MARKET}")
    file = tmp_path / "pinglu.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
async def town(database_url: str, open_town: OpenTown, law: Path) -> AsyncIterator[Town]:
    async with open_town(database_url, rulebook=str(law)) as opened:
        yield opened


async def punished(town: Town) -> tuple[Subject, Phone]:
    """A firm graded C for one heavy penalty whose shortest publicity ends today, with its measures."""
    firm = await town.firm("平鲁甲商贸有限公司")
    today = legal_date(town.story.clock.now())
    heavy = Violation(1, "伪造检验报告", ("责令停产停业",), 0, severity=Severity.SERIOUS)
    await town.record(
        firm,
        RecordKind.PENALTY,
        days_ago=365,
        title="停产停业",
        violations=(heavy,),
        published_on=today.replace(year=today.year - 1),
        authority=town.parts.house.office.name,
    )
    await town.approves(firm)
    town.story.passes(minutes=1)
    await runs(town, "measures")
    return firm, await town.bound(firm)


@pytest.mark.clause("S4-39", "S4-40", "S4-36", "S0-41", "S0-42", "S2-46", "C-22")
async def test_a_repair_granted_here_ends_the_measures_in_the_same_step(town: Town) -> None:
    chen, liu, _ = await office(town)
    li = await hired(town, "li", "李丽", "联络员", department=MARKET)
    firm, wang = await punished(town)
    assert await grade_of(town, firm) == "C"
    assert "公开" in await wang.says("监管措施")

    number = number_in(await applies(wang))
    await does(chen, "受理", number)
    assert "同意修复" in await does(liu, "同意", number)

    # the four effects
    (record,) = await town.read(lambda uow: uow.records.of_subject(firm.id))
    assert record.publicity_until == legal_date(town.story.clock.now())
    assert await state_of(town, firm) == [RecordState.REPAIRED]
    assert await grade_of(town, firm) == "UNRATED"
    held = await town.read(lambda uow: uow.measures.in_force(firm.id))
    assert not [each for each in held if each.restricts]

    told = await letters(town, wang)
    for effect in ("停止公示", "标记为已修复", "不再用作评价依据", "重新评定信用等级"):
        assert f"✓ {effect}" in told or f"✓ 更改信息，{effect}" in told
    assert "已为您解除以下措施" in told
    corrections = await town.read(lambda uow: uow.corrections.since(None))
    assert {(each.what, each.after) for each in corrections} == {
        ("记录状态", "已修复"),
        ("公示", "停止公示"),
        ("信用等级", "UNRATED"),
    }

    # one stop order for each department that carries out what ended; each confirms its own
    assert "依法公开失信信息" in await letters(town, chen)
    assert "信用报告" in await letters(town, li)
    assert "11月25日（还有3个工作日，参考）" in li.last
    assert "已确认" in await chen.presses("确认", card="ZZ20260001")
    assert "已确认" in await li.presses("确认", card="ZZ20260002")
    orders = await town.read(lambda uow: uow.cases.of_subject(firm.id))
    assert {each.number: each.outcome for each in orders if each.number.startswith("ZZ")} == {
        "ZZ20260001": "已终止",
        "ZZ20260002": "已终止",
    }
    assert "已修复" in await wang.says("我的记录")


@pytest.mark.clause("S4-36")
async def test_a_stop_order_that_nobody_confirms_is_reminded_of_and_goes_up(town: Town) -> None:
    chen, liu, _ = await office(town)
    li = await hired(town, "li", "李丽", "联络员", department=MARKET)
    ma = await hired(town, "ma", "马超", "信用办管理员")
    _, wang = await punished(town)
    number = number_in(await applies(wang))
    await does(chen, "受理", number)
    await does(liu, "同意", number)
    assert "信用报告" in await letters(town, li)
    for days, said in ((4, "还有1个工作日"), (1, "今天"), (1, "超期1个工作日")):
        town.story.passes(days=days)
        await runs(town, "remind")
        assert said in li.last
    # two days late it goes up
    town.story.passes(days=1)
    await runs(town, "remind")
    assert "超期2个工作日" in ma.last
    assert "超期" in await li.says("案件 ZZ20260002")
