"""What the office says of its own accord: together, not at night, by whatever way is open, and served where none is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.simulator import templates_of
from bot.simulator.faults import FaultKind
from domain.model.person import Channel
from domain.office import parse_office
from domain.services import letters
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import ACCOUNT, Phone
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import CASE, heard, hired, objected, runs, sends

SERVICE = "SD20260001"
OFFICE = parse_office(Path("office.example.toml").read_text(encoding="utf-8"), "office.example.toml")


async def says_to(town: Town, phone: Phone, *notices: str) -> None:
    """The office tells a person something."""
    house = town.parts.house

    def tell(uow: SqlUnitOfWork) -> None:
        work = house.work(uow)
        person = uow.people.get_or_add(Channel.WECHAT, ACCOUNT.app_id, phone.openid, work.now)
        for notice in notices:
            letters.tell_person(work, person.id, notice, key=f"{notice}:{person.id}", kind="异议")

    await town.write(tell)


async def test_notices_said_within_ten_minutes_go_out_as_one_message(town: Town) -> None:
    wang = await town.story.follower("王会计")
    await wang.says("帮助")
    seen = len(wang.sees)
    await says_to(town, wang, "等级已更新", "措施已解除")
    await sends(town)
    assert await wang.hears(after=seen) == "等级已更新\n\n措施已解除"
    await sends(town)
    assert len(wang.sees) == seen + 1


async def test_at_night_nothing_is_pushed_and_in_the_morning_it_comes(town: Town) -> None:
    wang = await town.story.follower("王会计")
    await wang.says("帮助")
    seen = len(wang.sees)
    town.story.passes(hours=12)  # ten in the evening
    await says_to(town, wang, "等级已更新")
    await sends(town)
    assert len(wang.sees) == seen
    town.story.passes(hours=10)
    await sends(town)
    assert heard(wang, "等级已更新") == 1


async def test_who_writes_at_night_is_answered_at_night(town: Town) -> None:
    wang = await town.story.follower("王会计")
    town.story.passes(hours=12)
    await wang.says("帮助")
    await says_to(town, wang, "等级已更新")
    await sends(town)
    assert heard(wang, "等级已更新") == 1


async def decided(town: Town) -> Phone:
    """A refusal, which has legal effect, after the firm was silent for more than 48 hours."""
    await hired(town, "chen", "陈静", "经办")
    liu = await hired(town, "liu", "刘海", "审批")
    wang = await objected(town)
    chen = town.story.desk("chen")
    await chen.says(CASE)
    await chen.says(f"受理 {CASE}")
    town.story.passes(days=3)
    await liu.says(CASE)
    assert "已驳回" in await liu.says(f"驳回 {CASE} 经核实，处罚决定有效")
    await sends(town)
    return wang


async def test_a_notice_that_reaches_nobody_is_served_in_person(town: Town) -> None:
    await decided(town)
    chen = town.story.desk("chen")
    assert SERVICE in chen.last
    shown = await chen.says(f"案件 {SERVICE}")
    assert "经核实，处罚决定有效" in shown
    assert "要写明" in await chen.says(f"送达 {SERVICE}")
    proof = "11月23日15时当面送达，法定代表人签收，送达回证第3号"
    assert "已送达" in await chen.says(f"送达 {SERVICE} {proof}")
    assert proof in await chen.says(f"案件 {SERVICE}")


async def test_what_is_read_after_all_need_not_be_served(town: Town) -> None:
    wang = await decided(town)
    answer = await wang.says("帮助")
    assert "不成立" in answer
    await runs(town, "served")
    case = await town.read(lambda uow: uow.cases.by_number(SERVICE))
    assert case is not None
    assert case.outcome == "已送达"


async def test_outside_the_window_a_template_says_that_there_is_something(
    database_url: str, open_town: OpenTown
) -> None:
    async with open_town(database_url, config=replace(ACCOUNT, templates=templates_of(OFFICE))) as town:
        wang = await decided(town)
        assert heard(wang, "处罚决定有效") == 0
        shown = str(wang.sees[-1].detail)
        assert CASE in shown
        assert "回复“进度”查看" in shown
        assert await town.read(lambda uow: uow.cases.by_number(SERVICE)) is None
        answer = await wang.says("进度")
        assert "处罚决定有效" in answer


async def test_the_sixth_message_goes_as_a_template_before_the_platform_refuses(
    database_url: str, open_town: OpenTown
) -> None:
    # this platform would take more: that it is not asked shows in what the phone gets
    config = replace(ACCOUNT, templates=templates_of(OFFICE), message_quota=20)
    async with open_town(database_url, config=config) as town:
        wang = await town.story.follower("王会计")
        await wang.says("帮助")
        await passes_singly(town, wang, *(f"第{number}件事" for number in range(1, 8)))
        assert [heard(wang, f"第{number}件事") for number in range(1, 8)] == [1, 1, 1, 1, 1, 0, 0]
        assert sum("回复“进度”查看" in str(bubble.detail) for bubble in wang.sees) == 2
        answer = await wang.says("帮助")
        assert "第6件事" in answer
        assert "第7件事" in answer
        await passes_singly(town, wang, "第8件事")
        assert heard(wang, "第8件事") == 1


async def test_after_a_tap_three_messages_go_out_within_a_minute(town: Town) -> None:
    wang = await town.story.follower("王会计")  # to follow is a tap
    await says_to(town, wang, "一")
    await sends(town)
    await says_to(town, wang, "二")
    await sends(town)
    await says_to(town, wang, "三")
    await sends(town)
    assert [bubble.text for bubble in wang.sees[-3:]] == ["一", "二", "三"]
    await says_to(town, wang, "四")
    await sends(town)
    assert heard(wang, "四") == 0
    assert "四" in await wang.says("帮助")


async def test_a_minute_after_a_tap_its_window_is_closed(town: Town) -> None:
    wang = await town.story.follower("王会计")
    town.story.passes(seconds=61)
    await says_to(town, wang, "等级已更新")
    await sends(town)
    assert heard(wang, "等级已更新") == 0
    assert "等级已更新" in await wang.says("帮助")


async def test_the_result_of_a_template_opens_no_window(database_url: str, open_town: OpenTown) -> None:
    async with open_town(database_url, config=replace(ACCOUNT, templates=templates_of(OFFICE))) as town:
        wang = await decided(town)
        await town.story.simulator.quiet()
        await says_to(town, wang, "等级已更新")
        await sends(town)
        assert heard(wang, "等级已更新") == 0


async def passes_singly(town: Town, phone: Phone, *notices: str) -> None:
    """Each notice by itself, far enough from the last one not to go with it."""
    for notice in notices:
        town.story.passes(minutes=11)
        await says_to(town, phone, notice)
        await sends(town)


async def test_a_template_that_was_blocked_ends_as_a_case_to_serve(
    sqlite_url: str, open_town: OpenTown
) -> None:
    async with open_town(sqlite_url, config=replace(ACCOUNT, templates=templates_of(OFFICE))) as town:
        town.story.simulator.platform.faults.arm(FaultKind.JOB_USER_BLOCK)
        await decided(town)
        # the finish event comes on its own, before or after the send is booked
        await town.story.simulator.quiet()
        await runs(town, "delivery_results")
        chen = town.story.desk("chen")
        assert SERVICE in await chen.says("待办")


async def test_lost_letters_are_listed_and_sent_again(town: Town) -> None:
    chen = await hired(town, "chen", "陈静", "经办")
    wang = await town.story.follower("王会计")
    await wang.says("帮助")
    town.story.simulator.platform.faults.arm(FaultKind.RESET_AFTER, path="custom/send")
    await says_to(town, wang, "等级已更新")
    await sends(town)
    listed = await chen.says("投递")
    assert "是否送到不明" in listed
    number = listed.split("\n")[1].split(".")[0]
    assert "会马上重新发送" in await chen.says(f"重发 {number}")
    await sends(town)
    assert heard(wang, "等级已更新") == 2
    assert "没有送不到的消息" in await chen.says("投递")
    liu = await hired(town, "liu", "刘海", "审批")
    assert "没有这个角色" in await liu.says("投递")


async def test_a_member_that_the_app_may_not_see_is_unreachable(town: Town) -> None:
    ma = await hired(town, "ma", "马超", "信用办管理员")
    await hired(town, "gone", "王走", "经办")
    del town.story.simulator.wecom.corp.members["gone"]
    await objected(town)
    await sends(town)
    assert "无法送达" in await ma.says("投递")
