"""What stories about cases share: an office, firms with a matter, and each form to its end."""

from __future__ import annotations

import re
from datetime import date

from domain.clock import legal_date
from domain.model.commitment import Performance
from domain.model.person import Channel, Power
from domain.model.record import RecordKind, RecordState, Severity, Violation
from domain.model.subject import Subject
from storage.tables import base_grades
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import ACCOUNT, Desk, Phone
from tests.stories.conftest import Town
from tests.stories.desks import hired, sends

#: long enough ago for a repair
PUBLISHED = date(2026, 4, 10)
ITEM = "三十日内补交消防验收材料"
_NUMBER = re.compile(r"案号([A-Z]{2}\d{8})")


def number_in(said: str) -> str:
    """The case number in an answer."""
    found = _NUMBER.search(said)
    assert found is not None, said
    return found[1]


async def does(desk: Desk, action: str, number: str, text: str = "") -> str:
    """Look at the case, then take the step; what is then read."""
    assert number in await desk.says(f"案件 {number}")
    return await desk.says(f"{action} {number} {text}".strip())


async def letters(town: Town, person: Phone | Desk) -> str:
    """Everything the person was told so far, once what is due has been sent."""
    await sends(town)
    return "\n".join(bubble.text for bubble in person.sees if bubble.side.value != "person")


async def office(town: Town) -> tuple[Desk, Desk, Desk]:
    """A clerk and two approvers."""
    return (
        await hired(town, "chen", "陈静", "经办"),
        await hired(town, "liu", "刘海", "审批"),
        await hired(town, "zhou", "周舟", "审批"),
    )


async def warned(town: Town, name: str) -> tuple[Subject, Phone]:
    """A firm with one order to correct, and its accountant."""
    firm = await town.firm(name)
    await town.record(firm, RecordKind.RECTIFICATION, title="责令改正")
    await town.approves(firm)
    return firm, await town.bound(firm, f"{name}会计")


async def fined(town: Town, name: str) -> tuple[Subject, Phone]:
    """A firm with a fine that is old enough to be repaired, and its accountant."""
    firm = await town.firm(name)
    fine = Violation(1, "未按规定公示价格", ("罚款",), 200_000, severity=Severity.ORDINARY)
    days = (legal_date(town.story.clock.now()) - PUBLISHED).days
    await town.record(
        firm,
        RecordKind.PENALTY,
        days_ago=days,
        title="价格违法案",
        violations=(fine,),
        published_on=PUBLISHED,
        authority=town.parts.house.office.name,
    )
    return firm, await town.bound(firm, f"{name}会计")


async def rated(town: Town, firm: Subject, grade: str) -> None:
    """A public grade of the city comes in with an approved import, and is answered for."""
    now = town.story.clock.now()

    def add(uow: SqlUnitOfWork) -> None:
        batch = uow.batches.open("public-grades", file_sha256=str(firm.id), source="市平台", by="lin", at=now)
        row = {"subject_id": firm.id, "scheme": "public", "grade": grade, "score": None, "batch_id": batch}
        row |= {"evaluated_on": legal_date(now), "source": "市信用信息平台", "approved_by": "lin"}
        uow.connection.execute(base_grades.insert(), row)
        uow.batches.flip(batch, now, {"accepted": 1})

    await town.write(add)
    await town.approves(firm)


async def may_sign(town: Town, phone: Phone, firm: Subject) -> None:
    """The power 签署 from an earlier letter of authority."""
    now = town.story.clock.now()

    def add(uow: SqlUnitOfWork) -> None:
        person = uow.people.get_or_add(Channel.WECHAT, ACCOUNT.app_id, phone.openid, now)
        uow.bindings.add(person.id, firm.id, Power.SIGN, at=now, proof="letter:SQ20250001")

    await town.write(add)


async def objects(phone: Phone) -> str:
    """The form of an objection to its end; the number of the case."""
    assert "对哪一项有异议" in await phone.says("异议")
    if "向哪里提出" in await phone.says("2"):
        await phone.says("1")
    await phone.says("这条记录已被复议决定撤销，文号附后")
    return number_in(await phone.says("确认"))


async def applies(phone: Phone) -> str:
    """The form of a repair to its end; what is then read."""
    assert "可以修复的记录" in await phone.says("修复")
    assert "要准备" in await phone.says("1")
    assert "不收费" in await phone.says("罚款已缴清，价格已按规定公示")
    return await phone.says("确认")


async def asks_for_the_power(phone: Phone) -> str:
    """The form of a letter of authority to its end; the number of the case."""
    assert "姓名" in await phone.says("签署授权")
    await phone.says("张建国")
    await phone.says("全部")
    assert "照片" in await phone.says("2027年6月30日")
    assert "请核对" in await phone.sends_image()
    return number_in(await phone.says("确认"))


async def signs(phone: Phone, code: str) -> str:
    """A commitment from the choice of its kind to the typed words; the number of the case."""
    assert "要作哪一种承诺" in await phone.says("承诺")
    await phone.says("1")
    await phone.says(ITEM)
    page = await phone.says("长期")
    for notice in ("哪些信息", "等级怎么分", "怎样监管"):
        assert notice in await reads(phone, page)
        page = await phone.says("知道了")
    assert "请回复“同意”或“不同意”" in page
    assert "违反承诺的后果" in await reads(phone, await phone.says("同意"))
    letter = await reads(phone, await phone.says("知道了"))
    assert code in letter
    assert ITEM in letter
    return number_in(await phone.says("我承诺"))


async def reads(phone: Phone, page: str) -> str:
    """Read a text to its last page."""
    whole = page
    while "回复“更多”继续" in page:
        page = await phone.says("更多")
        whole += page
    return whole


async def performed(town: Town, number: str) -> Performance:
    """What is stored of how a commitment was kept."""
    case = await town.read(lambda uow: uow.cases.by_number(number))
    assert case is not None
    found = await town.read(lambda uow: uow.commitments.of_case(case.id))
    assert found is not None
    return found.performance


async def state_of(town: Town, firm: Subject) -> list[RecordState]:
    """The states of all records of a firm."""
    records = await town.read(lambda uow: uow.records.of_subject(firm.id))
    return [record.state for record in records]


async def grade_of(town: Town, firm: Subject) -> str:
    """The outcome in force; "" where none is."""
    in_force = await town.read(lambda uow: uow.assessments.in_force(firm.id))
    return in_force.evaluation.code if in_force else ""
