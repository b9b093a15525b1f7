"""人工, 签署授权 and 承诺 from phone to desk and back, through both platforms."""

from __future__ import annotations

from domain.model.record import RecordKind
from tests.driver import Desk, Phone
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import hired, sends

ITEM = "三十日内补交消防验收材料"


def told(person: Desk | Phone, words: str) -> bool:
    """Whether somebody else than the person said this."""
    return any(words in bubble.text for bubble in person.sees if bubble.side.value != "person")


def number_in(said: str) -> str:
    return said.split("案号")[1][:10]


async def authorised(town: Town, phone: Phone, chen: Desk) -> None:
    """The letter of authority is brought and accepted."""
    await phone.says("签署授权")
    await phone.says("张建国")
    await phone.says("全部")
    await phone.says("2027年6月30日")
    assert "请核对" in await phone.sends_image()
    number = number_in(await phone.says("确认"))
    await sends(town)
    assert told(chen, number)
    await chen.says(f"案件 {number}")
    assert "已同意" in await chen.says(f"同意 {number}")


async def read(phone: Phone, page: str) -> None:
    """To the last page."""
    while "回复“更多”继续" in page:
        page = await phone.says("更多")


async def signed(phone: Phone) -> str:
    """The form of a commitment; returns the case number."""
    await phone.says("承诺")
    await phone.says("1")
    await phone.says(ITEM)
    page = await phone.says("长期")
    for _ in range(3):
        await read(phone, page)
        page = await phone.says("知道了")
    await read(phone, await phone.says("不同意"))
    letter = await phone.says("知道了")
    await read(phone, letter)
    answer = await phone.says("我承诺")
    assert "已签署" in answer
    return number_in(answer)


async def test_a_question_is_answered_by_a_person_and_the_bot_comes_back(town: Town) -> None:
    desks = [await hired(town, userid, userid, "经办") for userid in ("window1", "window2", "weekend")]
    firm = await town.firm()
    wang = await town.bound(firm)
    assert "请说您的问题" in await wang.says("人工")
    number = number_in(await wang.says("等级证明在哪里开"))
    await sends(town)
    (desk,) = [each for each in desks if told(each, f"{number}\n{firm.name}：等级证明在哪里开")]
    assert "已回复" in await desk.says(f"回复 {number} 在政务大厅三号窗口")
    await sends(town)
    assert told(wang, "在政务大厅三号窗口")
    await wang.says("要带什么材料")
    await sends(town)
    assert told(desk, "要带什么材料")
    await desk.says(f"回复 {number} 带营业执照")
    await desk.says(f"办结 {number}")
    await sends(town)
    assert told(wang, "工作人员已结束这次咨询")
    assert "等级" in await wang.says("查等级")


async def test_from_the_letter_of_authority_to_a_breach_that_counts(town: Town) -> None:
    chen, lin = await hired(town, "chen", "陈晨", "经办"), await hired(town, "lin", "林岚", "审批")
    firm = await town.firm()
    await town.approves(firm)
    wang = await town.bound(firm)
    assert "签署授权" in await wang.says("承诺")
    await authorised(town, wang, chen)
    await sends(town)
    number = await signed(wang)
    await sends(town)
    assert told(chen, number)
    await chen.says(f"违诺 {number} 期满没有补交")
    await chen.says("确认")
    await sends(town)
    assert told(wang, "还没有认定")
    assert told(lin, number)
    await lin.says(f"案件 {number}")
    assert "全部未履行" in await lin.says(f"同意 {number} 到现场核实，没有补交")
    await sends(town)
    assert told(wang, "认定为没有履行")
    (record,) = await town.read(lambda uow: uow.records.of_subject(firm.id))
    assert record.kind is RecordKind.COMMITMENT_BREACH
    assert await town.read(lambda uow: uow.assessments.proposal(firm.id)) is not None


async def test_a_kept_promise_survives_a_restart_between_its_steps(
    database_url: str, open_town: OpenTown
) -> None:
    async with open_town(database_url) as town:
        chen = await hired(town, "chen", "陈晨", "经办")
        firm = await town.firm()
        wang = await town.bound(firm)
        await authorised(town, wang, chen)
        number = await signed(wang)
    async with open_town(database_url) as town:
        chen = town.story.desk("chen", "陈晨")
        await chen.says(f"案件 {number}")
        assert "全部履行" in await chen.says(f"履约 {number}")
        case = await town.read(lambda uow: uow.cases.by_number(number))
        assert case is not None
        kept = await town.read(lambda uow: uow.commitments.of_case(case.id))
        assert kept is not None
        assert kept.performance.value == "全部履行"
