"""A case on a page of the staff: the same steps as in the chat, with the same rights."""

from __future__ import annotations

import re

import pytest

from domain.model.case import SYSTEM_ACTOR, CaseKind
from domain.services import case_owners, cases, staff, staff_register
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import PICTURE
from tests.stories.casework import (
    applies,
    asks_for_the_power,
    fined,
    letters,
    number_in,
    objects,
    office,
    warned,
)
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import CASE, hired, objected, runs, sends, steps
from tests.web.conftest import Browser, Enter

PAGE = f"/h5/staff/cases/{CASE}"


def form_of(browser: Browser, action: str, **more: str) -> dict[str, str]:
    """The fields of the form for an action, as the page last seen holds them."""
    version = re.search(r'name="version" value="(\d+)"', browser.last.text)
    assert version is not None, browser.last.text
    return {"action": action, "version": version[1], **more}


async def acts(browser: Browser, number: str, action: str, **more: str) -> str:
    """Opens the case, sends the form for an action; the page that is then read."""
    await browser.opens(f"/h5/staff/cases/{number}")
    return (await browser.sends(f"/h5/staff/cases/{number}", form_of(browser, action, **more))).text


@pytest.mark.clause("S0-40")
async def test_a_case_is_accepted_and_refused_from_the_page_and_the_firm_reads_it_in_the_chat(
    town: Town, enter: Enter
) -> None:
    wang = await objected(town)
    chen, liu = await hired(town, "chen", "陈静", "经办"), await hired(town, "liu", "刘海", "审批")
    clerk = await enter(town, chen, PAGE)
    assert "确定受理" in clerk.last.text
    assert "确定驳回" not in clerk.last.text
    page = await acts(clerk, CASE, "受理")
    assert "办理中" in page
    assert "已办理" in page
    approver = await enter(town, liu, PAGE)
    page = await acts(approver, CASE, "驳回", reason="经核实，信息准确", text="复议决定针对的是另一条记录")
    assert "不成立" in page
    said = await letters(town, wang)
    assert "复议决定针对的是另一条记录" in said
    assert await steps(town) == ["陈静 受理", "刘海 驳回"]


async def test_opening_the_page_is_being_shown_the_case(town: Town, enter: Enter) -> None:
    """What was seen on the page needs no second look in the chat; the look is written down (S0-38)."""
    await objected(town)
    chen = await hired(town, "chen", "陈静", "经办")
    await enter(town, chen, PAGE)
    assert "已受理" in await chen.says(f"受理 {CASE}")
    looks = await town.read(lambda uow: uow.queries.of_subject(1))
    assert ("staff:chen", "案卷") in {(viewer, purpose) for _, viewer, purpose in looks}


async def test_who_acts_on_an_old_page_is_told_who_did_what_and_sees_the_case_as_it_is(
    town: Town, enter: Enter
) -> None:
    await objected(town)
    chen, lin = await hired(town, "chen", "陈静", "经办"), await hired(town, "lin", "林波", "经办")
    slow = await enter(town, lin, PAGE)
    stale = form_of(slow, "受理")
    await acts(await enter(town, chen, PAGE), CASE, "受理")
    seen = await slow.sends(PAGE, stale)
    assert seen.status == 409
    assert "已由陈静于" in seen.text
    assert "确定报批" in seen.text
    assert await steps(town) == ["陈静 受理"]


async def test_a_second_press_takes_no_second_step(town: Town, enter: Enter) -> None:
    await objected(town)
    chen = await hired(town, "chen", "陈静", "经办")
    browser = await enter(town, chen, PAGE)
    pressed = form_of(browser, "补正", text="请补充复议决定书") | {"csrf": browser.secret}
    assert "待补正" in (await browser.sends(PAGE, pressed)).text
    assert "已由您于" in (await browser.sends(PAGE, pressed)).text
    assert await steps(town) == ["陈静 补正"]


async def test_a_refusal_without_a_reason_is_not_taken_and_what_was_typed_stays(
    town: Town, enter: Enter
) -> None:
    await objected(town)
    chen, liu = await hired(town, "chen", "陈静", "经办"), await hired(town, "liu", "刘海", "审批")
    await acts(await enter(town, chen, PAGE), CASE, "受理")
    browser = await enter(town, liu, PAGE)
    page = await acts(browser, CASE, "驳回", text="   ")
    assert browser.last.status == 409
    assert "“驳回”要写明理由" in page
    page = await acts(browser, CASE, "驳回", text="字" * 501)
    assert "最多500个字" in page
    assert "字" * 501 in page
    assert await steps(town) == ["陈静 受理"]


async def test_who_accepted_a_case_does_not_decide_it_and_reads_why(town: Town, enter: Enter) -> None:
    await objected(town)
    both = await hired(town, "chen", "陈静", "经办", "审批")
    browser = await enter(town, both, PAGE)
    page = await acts(browser, CASE, "受理")
    assert "确定驳回" not in page
    assert "这件案子是您受理的" in page
    version = form_of(browser, "同意")
    assert "不能再由您决定" in (await browser.sends(PAGE, version)).text
    assert await steps(town) == ["陈静 受理"]


@pytest.mark.clause("S0-39")
async def test_a_case_is_passed_on_to_a_department_of_the_list_only(town: Town, enter: Enter) -> None:
    await objected(town)
    chen = await hired(town, "chen", "陈静", "经办")
    market = case_owners.canonical_department(town.parts.house.office, "市场监管局")
    await hired(town, "sun", "孙丽", "联络员", department=market)
    browser = await enter(town, chen, PAGE)
    assert f"<option>{market}</option>" in browser.last.text
    assert "“转办”要写明" in await acts(browser, CASE, "转办", department="随便什么局", text="请办理")
    assert "“转办”要写明" in await acts(browser, CASE, "转办", text=market)
    page = await acts(browser, CASE, "转办", department=market, text="属于贵局职责")
    assert f"{market} · 还没有人经办" in page


async def test_another_departments_case_is_read_where_it_belongs(town: Town, enter: Enter) -> None:
    await objected(town)
    sun = await hired(town, "sun", "孙丽", "联络员", department="市场监管局")
    browser = await enter(town, sun, PAGE)
    assert browser.last.status == 403
    assert f"{CASE}由" in browser.last.text
    assert (await browser.opens("/h5/staff/cases/YY20269999")).status == 404
    listed = await browser.opens("/h5/staff/cases?scope=all&state=open")
    assert CASE not in listed.text
    assert ">全部</a>" not in listed.text


async def test_a_disabled_member_is_out_at_once_and_a_firm_has_no_way_in(town: Town, enter: Enter) -> None:
    wang = await objected(town)
    chen = await hired(town, "chen", "陈静", "经办")
    browser = await enter(town, chen, PAGE)
    await town.write(lambda uow: staff_register.disable(uow, "chen", by="cli"))
    assert "已停用" in (await browser.sends(PAGE, form_of(browser, "受理"))).text
    firm = await enter(town, wang, "/h5/firm/")
    assert (await firm.opens(PAGE)).status == 403
    # even a link that nobody would make for a firm opens no page of the staff
    assert (await enter(town, wang, "/h5/staff/cases")).last.status == 403
    assert (await enter(town, wang, PAGE)).last.status == 403
    assert await steps(town) == []


async def test_a_form_without_its_secret_or_of_another_session_does_nothing(town: Town, enter: Enter) -> None:
    await objected(town)
    chen = await hired(town, "chen", "陈静", "经办")
    browser, other = await enter(town, chen, PAGE), await enter(town, chen, PAGE)
    fields = form_of(browser, "受理")
    assert (await browser.sends(PAGE, fields | {"csrf": ""})).status == 403
    assert (await browser.sends(PAGE, fields | {"csrf": other.secret})).status == 403
    assert await steps(town) == []


async def test_files_are_shown_or_handed_out_by_what_they_are_and_only_to_who_may_read_them(
    town: Town, enter: Enter
) -> None:
    wang = await objected(town)
    chen = await hired(town, "chen", "陈静", "经办")
    await wang.says(f"材料 {CASE}")
    await wang.sends_image()
    await runs(town, "media")
    browser = await enter(town, chen, PAGE)
    found = re.search(r'<img src="(/h5/staff/evidence/\d+)"', browser.last.text)
    assert found is not None, browser.last.text
    picture = await browser.opens(found[1])
    assert picture.body == PICTURE
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.headers["Content-Disposition"].startswith("inline; filename=")
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    sun = await hired(town, "sun", "孙丽", "联络员", department="市场监管局")
    elsewhere = await enter(town, sun, "/h5/staff/")
    assert (await elsewhere.opens(found[1])).status == 403
    assert (await (await enter(town, wang, "/h5/firm/")).opens(found[1])).status == 403
    for address in ("/h5/staff/evidence/999", "/h5/staff/evidence/x", "/h5/staff/evidence/1e3"):
        assert (await browser.opens(address)).status == 404


async def test_names_that_are_programs_are_only_read(town: Town, enter: Enter) -> None:
    firm, phone = await warned(town, "<script>alert(1)</script>公司")
    number = await objects(phone)
    chen, *_ = await office(town)
    page = (await enter(town, chen, f"/h5/staff/cases/{number}")).last
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;公司" in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    listed = await (await enter(town, chen, "/h5/staff/")).opens("/h5/staff/cases?q=%3Cscript%3E%22%27")
    assert "<script>" not in listed.text
    assert firm.name


async def test_the_card_in_wecom_opens_the_page_and_changes_after_a_decision_on_it(
    town: Town, enter: Enter
) -> None:
    chen = await hired(town, "chen", "陈静", "经办")
    await objected(town)
    await runs(town, "stale_cards")
    card = chen.card("受理")
    await acts(await enter(town, chen, PAGE), CASE, "受理")
    await runs(town, "stale_cards")
    assert "办理中" in card.text


async def test_cards_and_answers_of_the_chat_lead_to_the_pages(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url, base_url="http://office.example") as town:
        chen = await hired(town, "chen", "陈静", "经办")
        await objected(town)
        await sends(town)
        assert chen.card("受理").content["card_action"]["url"] == f"http://office.example{PAGE}"
        browser = await enter(town, chen, "/h5/staff/cases")
        for said, words in ((f"案件 {CASE}", "打开案件页面办理"), ("待办", "打开待办页面")):
            answer = await chen.says(said)
            found = re.search(f'<a href="http://office.example([^"]+)">{words}</a>', answer)
            assert found is not None, answer
            assert CASE in (await browser.opens(found[1])).text


async def test_a_repair_and_a_letter_of_authority_are_decided_from_their_pages(
    town: Town, enter: Enter
) -> None:
    chen, liu, _ = await office(town)
    _, phone = await fined(town, "平鲁宏图运输有限公司")
    repair = number_in(await applies(phone))
    clerk = await enter(town, chen, "/h5/staff/")
    page = await acts(clerk, repair, "已提交", text="查询码 20261120001")
    assert "信用中国办理中" in page
    page = await acts(clerk, repair, "登记同意", text="信用中国网站，2026年11月20日查询")
    assert "同意修复" in page
    assert "同意修复" in await letters(town, phone)
    _, other = await warned(town, "平鲁永安商贸有限公司")
    mandate = await asks_for_the_power(other)
    page = await acts(clerk, mandate, "同意")
    assert "已授权" in page
    assert "您可以为平鲁永安商贸有限公司签署" in await letters(town, other)
    assert liu.userid == "liu"


async def test_a_decision_is_corrected_in_a_new_case_from_the_page(town: Town, enter: Enter) -> None:
    wang = await objected(town)
    chen, liu, zhou = await office(town)
    await acts(await enter(town, chen, PAGE), CASE, "受理")
    await acts(await enter(town, liu, PAGE), CASE, "驳回", text="信息准确")
    browser = await enter(town, zhou, PAGE)
    page = await acts(browser, CASE, "更正", text="适用条款有误")
    assert browser.last.path.endswith("/YY20260002")
    assert f'由来：<a href="{PAGE}"' in page
    page = await acts(browser, "YY20260002", "同意")
    assert "成立" in page
    assert "成立" in await letters(town, wang)


async def test_a_consultation_is_answered_from_the_page(town: Town, enter: Enter) -> None:
    chen, *_ = await office(town)
    _, phone = await warned(town, "平鲁东升商贸有限公司")
    await phone.says("人工")
    await phone.says("想问修复要多久")
    number = (await town.read(lambda uow: uow.cases.by_number("RG20260001"))).number  # type: ignore[union-attr]
    browser = await enter(town, chen, "/h5/staff/")
    page = await acts(browser, number, "回复", text="一般七个工作日。")
    assert "沟通中" in page
    assert "一般七个工作日。" in await letters(town, phone)


async def test_the_desk_says_who_one_is_and_what_is_urgent(town: Town, enter: Enter) -> None:
    await objected(town)
    chen = await hired(town, "chen", "陈静", "经办")
    browser = await enter(town, chen, "/h5/staff/")
    assert "其他待办" in browser.last.text
    town.story.passes(days=20)
    seen = (await enter(town, chen, "/h5/staff/")).last.text
    assert "急办（1）" in seen
    assert "超期 1 件" in seen
    assert 'class="late"' in seen


async def test_lists_are_filtered_and_searched(town: Town, enter: Enter) -> None:
    chen, liu, _ = await office(town)
    firm, phone = await warned(town, "平鲁晋北商贸有限公司")
    first = await objects(phone)
    second = await objects((await warned(town, "平鲁50%_商行"))[1])
    browser = await enter(town, chen, "/h5/staff/cases")

    async def listed(query: str) -> list[str]:
        page = await browser.opens(f"/h5/staff/cases?{query}")
        assert page.status == 200
        return re.findall(r'href="/h5/staff/cases/(\w+)"', page.text)

    assert await listed("scope=department") == [first, second]
    assert await listed("scope=mine") == []
    await acts(browser, first, "受理")
    assert await listed("scope=mine") == [first]
    assert await listed(f"q={first.lower()}") == [first]
    assert await listed(f"q={firm.uscc}") == [first]
    assert await listed("q=%E5%95%86%E8%B4%B8") == [first]  # 商贸
    assert await listed("q=0%25_") == [second]
    assert await listed("state=%E5%8A%9E%E7%90%86%E4%B8%AD") == [first]  # 办理中
    assert await listed("kind=%E4%BF%AE%E5%A4%8D") == []  # 修复
    assert await listed("overdue=1") == []
    town.story.passes(days=30)
    browser = await enter(town, chen, "/h5/staff/cases")
    assert await listed("overdue=1") == [first, second]
    assert await listed("state=closed") == []
    await acts(await enter(town, liu, "/h5/staff/"), first, "同意")
    assert await listed("state=closed") == [first]
    assert await listed("page=99999&kind=x&scope=y&state=z") != [""]


async def test_a_long_list_is_turned_page_by_page(town: Town, enter: Enter) -> None:
    chen = await hired(town, "chen", "陈静", "经办")
    house = town.parts.house

    def many(uow: SqlUnitOfWork) -> None:
        work = house.work(uow)
        actor = staff.actor_of(work, "chen")
        for number in range(45):
            cases.open_case(
                work,
                CaseKind.STOP_ORDER,
                subject_id=None,
                applicant_id=None,
                department=house.office.name,
                facts={"what": f"第{number}项"},
                actor=SYSTEM_ACTOR if number % 2 else actor,
            )

    await town.write(many)
    browser = await enter(town, chen, "/h5/staff/cases")
    assert "找到45件，第1页，共3页" in browser.last.text
    assert browser.last.text.count('href="/h5/staff/cases/ZZ') == 20
    await browser.opens("/h5/staff/cases?page=3")
    assert browser.last.text.count('href="/h5/staff/cases/ZZ') == 5
    assert "下一页" not in browser.last.text
