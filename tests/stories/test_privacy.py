"""隐私 through the real wire: told first, shown on demand, withdrawn, erased."""

from __future__ import annotations

from tests.stories.conftest import Town


async def test_a_person_is_told_before_anything_and_may_leave_without_a_trace(town: Town) -> None:
    firm = await town.firm("平鲁晋北商贸有限公司")
    wang = await town.story.phone("王会计")
    told = await wang.follows()
    for fact in ("谁在处理", "为了什么", "处理什么", "保存多久", "您的权利"):
        assert fact in told
    await wang.says(f"绑定 {await town.code(firm)}")
    await wang.says("确认")

    await wang.says("隐私")
    mine = await wang.says("1")
    assert "平鲁晋北商贸有限公司" in mine
    assert wang.openid not in mine

    assert "找不回来" in await wang.says("删除")
    assert "已经删除" in await wang.says("确认删除")
    assert "没有绑定单位" in await wang.says("我的数据")
    assert await town.read(lambda uow: uow.bindings.of_subject(firm.id)) == []


async def test_consent_is_withdrawn_as_easily_as_it_was_given(town: Town) -> None:
    firm = await town.firm("平鲁晋北商贸有限公司")
    wang = await town.bound(firm)
    assert "1家单位" in await wang.says("撤回")
    assert "已经撤回" in await wang.says("确认")
    assert "平鲁晋北商贸有限公司" not in await wang.says("查等级")
    assert "绑定好了" not in await wang.says("确认")


async def test_a_form_left_alone_is_put_away_and_taken_up_again(town: Town) -> None:
    firm = await town.firm()
    wang = await town.story.follower("王会计")
    await wang.says(f"绑定 {await town.code(firm)}")
    town.story.passes(minutes=31)
    assert "停了太久" in await wang.says("帮助")
    assert "接着上次" in await wang.says("绑定")
    assert "绑定好了" in await wang.says("确认")


async def test_erasure_does_not_give_new_tries_at_binding_codes(town: Town) -> None:
    """Once, a person who was locked out erased the data, came back as somebody new and tried on."""
    zhang = await town.story.follower("张某")
    await zhang.says("绑定")
    assert "还可以再试" in await zhang.says("ACDEFGHJ")
    await zhang.says("取消")
    await zhang.says("删除")
    assert "以后再删除" in await zhang.says("确认删除")
    town.story.passes(hours=25)
    await zhang.says("删除")
    assert "已经删除" in await zhang.says("确认删除")
