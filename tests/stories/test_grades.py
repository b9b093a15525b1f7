"""查等级 in every jurisdiction, through the real wire: right, explained, never a bare letter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.clock import legal_date
from domain.model.record import RecordKind
from domain.model.subject import Subject
from storage.tables import base_grades
from storage.unit_of_work import SqlUnitOfWork
from tests.stories.conftest import OpenTown, Town


async def imported(town: Town, firm: Subject, grade: str) -> None:
    """A public grade comes in with an approved import."""
    now = town.story.clock.now()

    def add(uow: SqlUnitOfWork) -> None:
        batch = uow.batches.open("public-grades", file_sha256=str(firm.id), source="市平台", by="lin", at=now)
        row = {"subject_id": firm.id, "scheme": "public", "grade": grade, "score": None, "batch_id": batch}
        row |= {"evaluated_on": legal_date(now), "source": "市信用信息平台", "approved_by": "lin"}
        uow.connection.execute(base_grades.insert(), row)
        uow.batches.flip(batch, now, {"accepted": 1})

    await town.write(add)


@pytest.mark.clause("S0-10")
@pytest.mark.clause("S3-07")
@pytest.mark.clause("S4-04")
@pytest.mark.parametrize(
    ("rulebook", "grade", "shown"),
    [
        ("xixia", "C-", "C-（一般失信）"),
        ("wuzhong", "良", "良（信用良）"),
        ("huairen", "B+", "B+（良）"),
        ("hegang", "B", "B（诚信守法）"),
    ],
)
async def test_each_place_says_its_own_class_with_its_grade(
    sqlite_url: str, open_town: OpenTown, rulebook: str, grade: str, shown: str
) -> None:
    async with open_town(sqlite_url, rulebook=rulebook) as town:
        firm = await town.firm("某某商贸有限公司")
        await imported(town, firm, grade)
        wang = await town.bound(firm)
        answer = await wang.says("查等级")
        assert shown in answer
        assert "市信用信息平台" in answer
        assert shown in await wang.says("监管措施")
        assert shown in await wang.says("为什么")


@pytest.mark.clause("S3-03")
@pytest.mark.clause("C-24")
async def test_nothing_of_an_internal_document_is_told(sqlite_url: str, open_town: OpenTown) -> None:
    async with open_town(sqlite_url, rulebook="huairen") as town:
        document = town.parts.house.rulebook.document
        firm = await town.firm("怀仁某某商贸有限公司")
        await imported(town, firm, "C")
        wang = await town.bound(firm)
        for word in ("查等级", "为什么", "怎么提升", "监管措施", "我的记录", "帮助"):
            said = await wang.says(word)
            assert document.title not in said
            assert document.number not in said
            assert "依据" not in said
        stranger = await town.story.follower("路人")
        assert "“绑定”" in await stranger.says("查等级")


async def test_an_adverse_grade_waits_for_a_named_person(town: Town) -> None:
    firm = await town.firm()
    await town.record(firm, RecordKind.RECTIFICATION)
    wang = await town.bound(firm)
    waiting = await wang.says("查等级")
    assert "工作人员核定" in waiting
    assert "B（" not in waiting
    await town.approves(firm)
    assert "B（一般失信）" in await wang.says("查等级")


@pytest.mark.clause("S2-06")
async def test_after_a_year_a_warning_no_longer_counts(town: Town) -> None:
    firm = await town.firm()
    await town.record(firm, RecordKind.RECTIFICATION, days_ago=10)
    await town.approves(firm)
    wang = await town.bound(firm)
    assert "B（一般失信）" in await wang.says("查等级")
    assert "暂无等级" in await wang.says("怎么提升")
    town.story.passes(days=380)
    assert "暂无等级" in await wang.says("查等级")


async def test_a_long_answer_comes_in_pages_that_are_all_delivered(town: Town) -> None:
    firm = await town.firm()
    for days_ago in range(10, 40):
        await town.record(
            firm, RecordKind.AWARD, days_ago=days_ago, title=f"诚信示范单位（距今{days_ago}天）"
        )
    wang = await town.bound(firm)
    said = await wang.says("我的记录")
    assert "第1/" in said
    while "继续" in said.splitlines()[-1]:
        page = await wang.says("更多")
        assert len(page.encode()) <= 2048
        said += page
    assert all(f"（距今{days_ago}天）" in said for days_ago in range(10, 40))
    assert "后面没有了" in await wang.says("更多")


async def test_words_misheard_by_voice_are_offered_and_chosen_by_number(town: Town) -> None:
    wang = await town.bound(await town.firm("平鲁晋北商贸有限公司"))
    assert "1. 查等级" in await wang.says("查等及")
    assert "平鲁晋北商贸有限公司" in await wang.says("1")


@pytest.mark.clause("S0-38")
async def test_each_look_is_noted(town: Town) -> None:
    firm = await town.firm()
    wang = await town.bound(firm)
    for word in ("查等级", "为什么"):
        await wang.says(word)
    noted = await town.read(lambda uow: uow.queries.of_subject(firm.id))
    assert [purpose for _, _, purpose in noted] == ["为什么", "查等级"]
    assert all(wang.openid not in viewer for _, viewer, _ in noted)
    assert town.story.clock.now() - noted[0][0] < timedelta(minutes=1)
