"""绑定 through the real wire: codes, QR codes, colleagues, lockout, leaving."""

from __future__ import annotations

from domain.services.bindings import CODE_ALPHABET
from tests.stories.conftest import Town


async def test_a_firm_has_several_people_and_each_learns_of_the_next(town: Town) -> None:
    firm = await town.firm("平鲁晋北商贸有限公司")
    wang = await town.bound(firm, "王会计")
    li = await town.story.follower("李经理")
    await li.says(f"绑定 {await town.code(firm)}")
    assert "其他1位绑定人" in await li.says("确认")

    news = await wang.says("帮助")
    assert "又有一位办事人" in news
    assert "您可以回复" in news

    assert "请回复“确认”" in await li.says("解绑")
    assert "已经解除" in await li.says("确认")
    assert "平鲁晋北商贸有限公司" not in await li.says("查等级")
    assert "平鲁晋北商贸有限公司" in await wang.says("查等级")


async def test_one_person_works_for_several_firms_and_says_which(town: Town) -> None:
    wang = await town.bound(await town.firm("平鲁甲商贸有限公司"))
    second = await town.firm("平鲁乙商贸有限公司")
    await wang.says(f"绑定 {await town.code(second)}")
    assert "2家单位" in await wang.says("确认")
    assert "平鲁乙商贸有限公司" in await wang.says("查等级")
    assert "1. 平鲁甲商贸有限公司" in await wang.says("切换")
    assert "平鲁甲商贸有限公司" in await wang.says("1")
    assert "平鲁甲商贸有限公司" in await wang.says("查等级")


async def test_scanning_the_offices_code_opens_the_binding_before_and_after_following(town: Town) -> None:
    firm = await town.firm()
    new = await town.story.phone("刚关注的人")
    told = await new.follows(scene=f"bind:{await town.code(firm)}")
    assert "个人信息告知" in told
    assert "绑定好了" in await new.says("确认")

    follower = await town.story.follower("早就关注的人")
    assert "权限：经办" in await follower.scans(f"bind:{await town.code(firm)}")
    assert "绑定好了" in await follower.says("确认")


async def test_guessing_codes_is_stopped_and_the_end_is_named(town: Town) -> None:
    guesser = await town.story.follower("猜码的人")
    await guesser.says("绑定")
    for letter in CODE_ALPHABET[:4]:
        assert "还可以再试" in await guesser.says(letter * 8)
    assert "11月21日10:00" in await guesser.says("YYYYYYYY")
    firm = await town.firm()
    assert "11月21日10:00" in await guesser.says(f"绑定 {await town.code(firm)}")
    town.story.passes(hours=24)
    assert "核对无误" in await guesser.says(f"绑定 {await town.code(firm)}")


async def test_a_code_is_good_for_one_person_and_three_days(town: Town) -> None:
    firm = await town.firm()
    code = await town.code(firm)
    wang = await town.story.follower("王会计")
    await wang.says(f"绑定 {code}")
    await wang.says("确认")
    late = await town.story.follower("来晚的人")
    assert "已经用过了" in await late.says(f"绑定 {code}")
    old = await town.code(firm)
    town.story.passes(hours=73)
    assert "已经过期" in await late.says(f"绑定 {old}")
