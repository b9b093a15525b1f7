"""A firm's cases over HTTP: the countdown of the chat, what may be done, and nobody else's business."""

from __future__ import annotations

import re

import pytest

from domain.model.case import CaseKind
from domain.rules.case_tables import TABLES
from domain.services.case_reports import STAGES
from tests.driver import Phone
from tests.stories.casework import applies, does, fined, number_in, objects, office, warned
from tests.stories.conftest import OpenTown, Town
from tests.web.conftest import Enter
from tests.web.test_firm_grades import may_only_query, said


async def objected(town: Town, name: str = "平鲁晋北商贸有限公司") -> tuple[Phone, str]:
    """A firm with an objection under way, its accountant and the number."""
    _, wang = await warned(town, name)
    return wang, await objects(wang)


@pytest.mark.clause("S0-40")
async def test_a_case_shows_the_countdown_that_the_chat_tells(town: Town, enter: Enter) -> None:
    wang, number = await objected(town)
    told = await wang.says(f"进度 {number}")
    countdown = next(line for line in told.splitlines() if "工作日" in line)
    browser = await enter(town, wang, f"/h5/firm/cases/{number}")
    page = said(browser.last.text)
    assert countdown.rstrip("。") in page
    assert "<progress" in browser.last.text
    assert "待受理" in page
    assert "这条记录已被复议决定撤销" in page
    assert "/h5/upload/" in browser.last.text
    listed = said((await browser.opens("/h5/firm/cases")).text)
    assert number in listed
    assert countdown.rstrip("。") in listed


async def test_a_case_is_withdrawn_on_its_page(town: Town, enter: Enter) -> None:
    wang, number = await objected(town)
    browser = await enter(town, wang, f"/h5/firm/cases/{number}")
    gone = await browser.sends(f"/h5/firm/cases/{number}/withdraw", {"version": "1"})
    assert gone.status == 200
    assert gone.path == f"/h5/firm/cases/{number}"
    assert "已撤回，没有改动您的等级和记录" in gone.text
    assert "撤回这件事" not in gone.text
    assert '<li class="done"><span>撤回</span></li>' in gone.text
    assert "<span>办理</span>" not in gone.text
    page = said((await browser.opens("/h5/firm/cases")).text)
    assert "在办（0）" in page
    assert number in page


async def test_what_was_asked_for_is_said_and_supplied(town: Town, enter: Enter) -> None:
    wang, number = await objected(town)
    clerk, *_ = await office(town)
    await does(clerk, "补正", number, "请补充复议决定书")
    browser = await enter(town, wang, f"/h5/firm/cases/{number}")
    page = said(browser.last.text)
    assert "要您补充：请补充复议决定书" in page
    # asked for before it was accepted: the bar does not say otherwise
    assert '<li class="now" aria-current="step"><span>受理</span></li>' in browser.last.text
    assert "计时已暂停" in page
    version = browser.last.text.split('name="version" value="')[1].split('"')[0]
    fields = {"version": version, "text": "复议决定书已上传"}
    done = await browser.sends(f"/h5/firm/cases/{number}/supply", fields)
    assert "收到，已转给办理单位" in done.text
    assert "复议决定书已上传" in done.text
    assert "要您补充" not in done.text


async def test_a_form_without_words_keeps_its_page_and_says_what_is_missing(town: Town, enter: Enter) -> None:
    wang, number = await objected(town)
    clerk, *_ = await office(town)
    await does(clerk, "补正", number, "请补充复议决定书")
    browser = await enter(town, wang, f"/h5/firm/cases/{number}")
    answer = await browser.sends(f"/h5/firm/cases/{number}/supply", {"version": "2", "text": "  "})
    assert answer.status == 422
    assert "请写明补充了什么" in answer.text
    assert 'aria-invalid="true"' in answer.text
    long = await browser.sends(f"/h5/firm/cases/{number}/supply", {"version": "2", "text": "长" * 501})
    assert long.status == 422
    assert "写得太长" in long.text
    assert "长" * 501 in long.text


async def test_a_page_that_is_out_of_date_changes_nothing_and_says_what_happened(
    town: Town, enter: Enter
) -> None:
    wang, number = await objected(town)
    browser = await enter(town, wang, f"/h5/firm/cases/{number}")
    clerk, *_ = await office(town)
    await does(clerk, "受理", number)
    stale = await browser.sends(f"/h5/firm/cases/{number}/withdraw", {"version": "1"})
    assert stale.status == 422
    assert "受理" in stale.text
    assert "现在：办理中" in said(stale.text).replace(" ", "")
    assert "陈静" not in stale.text


@pytest.mark.clause("S0-38")
async def test_the_case_of_another_firm_is_not_found_and_not_touched(town: Town, enter: Enter) -> None:
    wang, number = await objected(town)
    _, other = await warned(town, "平鲁别家商贸有限公司")
    browser = await enter(town, other, "/h5/firm/cases")
    refused = await browser.opens(f"/h5/firm/cases/{number}")
    missing = await browser.opens("/h5/firm/cases/YY20260999")
    assert refused.status == missing.status == 404
    assert refused.text.replace(f"案件{number}", "") == missing.text.replace("案件YY20260999", "")
    assert number not in (await browser.opens("/h5/firm/cases")).text
    # with a secret of his own session, he still takes no step in it
    await objects(other)
    await browser.opens("/h5/firm/cases/YY20260002")
    tried = await browser.sends(f"/h5/firm/cases/{number}/withdraw", {"version": "1"})
    assert tried.status == 404
    assert "待受理" in await wang.says(f"进度 {number}")


async def test_whoever_only_looks_sees_no_case(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    number = await objects(wang)
    li = await may_only_query(town, firm)
    browser = await enter(town, li, "/h5/firm/cases")
    assert number not in browser.last.text
    assert (await browser.opens(f"/h5/firm/cases/{number}")).status == 404


async def test_a_form_without_the_secret_of_its_session_is_refused(town: Town, enter: Enter) -> None:
    wang, number = await objected(town)
    browser = await enter(town, wang, f"/h5/firm/cases/{number}")
    for secret in ("", "x"):
        fields = {"csrf": secret, "version": "1"}
        assert (await browser.sends(f"/h5/firm/cases/{number}/withdraw", fields)).status == 403
    assert "待受理" in await wang.says(f"进度 {number}")


async def test_only_steps_of_the_firms_side_have_an_address(town: Town, enter: Enter) -> None:
    wang, number = await objected(town)
    browser = await enter(town, wang, f"/h5/firm/cases/{number}")
    for step in ("accept", "受理", "同意"):
        assert (await browser.sends(f"/h5/firm/cases/{number}/{step}", {"version": "1"})).status == 404


@pytest.mark.clause("S3-47")
async def test_a_refused_objection_shows_reason_remedies_papers_and_the_way_to_a_review(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url) as town:
        wang, number = await objected(town)
        clerk, approver, _ = await office(town)
        await does(clerk, "受理", number)
        await does(approver, "驳回", number, "复议决定没有改变这条记录")
        browser = await enter(town, wang, f"/h5/firm/cases/{number}")
        page = said(browser.last.text)
        assert "结果： 不成立" in page
        assert "复议决定没有改变这条记录" in page
        assert "行政复议" in page
        assert "异议处理决定书" in page
        assert re.search(r'href="/h5/firm/papers/\d+"', browser.last.text)
        assert f"/h5/firm/cases/{number}/review" in browser.last.text
        assert "刘海" not in page


@pytest.mark.clause("S4-38")
async def test_a_repair_that_is_decided_elsewhere_leads_there(town: Town, enter: Enter) -> None:
    _, wang = await fined(town, "平鲁价格商贸有限公司")
    number = number_in(await applies(wang))
    browser = await enter(town, wang, f"/h5/firm/cases/{number}")
    assert "creditchina.gov.cn" in browser.last.text
    answer = await browser.sends(
        f"/h5/firm/cases/{number}/submitted", {"version": "1", "text": "查询码 20261120001"}
    )
    assert "好的，已记下" in answer.text
    assert "信用中国办理中" in answer.text


@pytest.mark.parametrize("kind", list(STAGES))
def test_every_state_of_a_kind_has_its_stage(kind: CaseKind) -> None:
    table = TABLES[kind]
    named = [state for _, states in STAGES[kind] for state in states]
    assert len(named) == len(set(named))
    assert set(table.states) - set(named) == table.closed - set(named)
    assert not set(named) & (table.closed - {"更正办理"})
