"""异议 and 复核 filed on pages: seen in the chat and by the clerk like those from the chat."""

from __future__ import annotations

import asyncio
import os
import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from aiohttp import FormData

from domain.model.case import Case
from domain.model.draft import Draft
from domain.model.person import Power
from domain.model.record import RecordState
from domain.services import bindings, privacy
from storage.files import FolderFiles
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import Phone
from tests.stories.casework import does, may_sign, objects, office, warned
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import hired, sends
from tests.web.conftest import Browser, Enter, person_of
from tests.web.firm_forms import PDF, REASON, confirms, once_of, writes


async def case_of(town: Town, number: str) -> Case:
    case = await town.read(lambda uow: uow.cases.by_number(number))
    assert case is not None
    return case


async def drafts_of(town: Town, phone: Phone) -> list[Draft]:
    """What a person has written and not sent."""
    found = await town.write(lambda uow: uow.drafts.of_person(person_of(uow, phone)))
    return [draft for draft in found if draft.waits]


async def against_record(town: Town, enter: Enter) -> tuple[Phone, Browser, str]:
    """A firm with one record, its accountant at the list, and the address of the form."""
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/object")
    return wang, browser, f"/h5/firm/{firm.id}/object/record-1"


@pytest.mark.clause("S0-39")
async def test_an_objection_from_the_page_is_seen_in_the_chat_and_on_the_desk(
    town: Town, enter: Enter
) -> None:
    chen = await hired(town, "chen", "陈静", "经办")
    wang, browser, path = await against_record(town, enter)
    assert "责令改正" in browser.last.text
    page = await writes(browser, path, text=REASON, files={"缴款凭证.pdf": PDF})
    assert page.path == f"{path}/check"
    assert "请核对" in page.text
    assert "缴款凭证.pdf" in page.text
    number = await confirms(browser, path)
    assert number in browser.last.text
    assert "收到1份" in browser.last.text
    assert REASON in await wang.says(f"进度 {number}")
    await sends(town)
    assert number in await chen.says("待办")
    assert "1" in await chen.says(f"材料 {number}")
    case = await case_of(town, number)
    assert case.facts["said"] == REASON
    assert (await town.read(lambda uow: uow.evidence.of_case(case.id)))[0].content_type == "application/pdf"


async def test_a_record_that_is_contested_on_the_page_is_marked_at_once(town: Town, enter: Enter) -> None:
    _, browser, path = await against_record(town, enter)
    await writes(browser, path, text=REASON)
    await confirms(browser, path)
    record = await town.read(lambda uow: uow.records.get(1))
    assert record is not None
    assert record.state is RecordState.CONTESTED


async def test_pressing_twice_at_the_same_instant_files_once(
    database_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(database_url) as town:
        _, browser, path = await against_record(town, enter)
        once = once_of(await writes(browser, path, text=REASON, files={"a.pdf": PDF}))
        form = {"csrf": browser.secret, "once": once}
        address = f"{town.story.service_url}{path}/send"
        answers = await asyncio.gather(*(browser.session.post(address, data=form) for _ in range(3)))
        assert {answer.url.path for answer in answers} == {"/h5/firm/filed/YY20260001"}
        assert await town.read(lambda uow: uow.cases.by_number("YY20260002")) is None
        again = await browser.sends(f"{path}/send", form)
        assert again.path == "/h5/firm/filed/YY20260001"


async def test_an_objection_that_is_open_already_leads_to_its_case(town: Town, enter: Enter) -> None:
    wang, browser, path = await against_record(town, enter)
    await objects(wang)
    assert "YY20260001" in (await browser.opens(path.rsplit("/", 1)[0])).text
    assert "已经有异议在办：YY20260001" in (await browser.opens(path)).text


async def test_one_that_was_filed_in_the_chat_meanwhile_is_not_filed_again_and_the_words_stay(
    town: Town, enter: Enter
) -> None:
    wang, browser, path = await against_record(town, enter)
    await writes(browser, path, text=REASON)
    form = {"once": once_of(browser.last), "csrf": browser.secret}
    await objects(wang)
    page = await browser.sends(f"{path}/send", form)
    assert "已经有异议在办" in page.text
    assert [draft.fields["text"] for draft in await drafts_of(town, wang)] == [REASON]


async def test_what_is_too_short_is_said_beside_it_and_stays(town: Town, enter: Enter) -> None:
    wang, browser, path = await against_record(town, enter)
    page = await writes(browser, path, text="不对")
    assert "5个字以上" in page.text
    assert ">不对</textarea>" in page.text
    assert (await browser.opens(f"{path}/check")).path == path
    assert len(await drafts_of(town, wang)) == 1


async def test_a_bad_file_has_its_line_and_neither_words_nor_good_files_are_lost(
    town: Town, enter: Enter
) -> None:
    _, browser, path = await against_record(town, enter)
    files = {"a.pdf": PDF, "病毒.exe": b"MZ\x90\x00", "空.pdf": b"", "大.pdf": PDF + bytes(10 * 1024 * 1024)}
    page = await writes(browser, path, text=REASON, files=files)
    assert page.path == path
    for line in ("“病毒.exe”不是可以收的文件", "“空.pdf”是空文件", "“大.pdf”超过10MB"):
        assert line in page.text
    assert REASON in page.text
    assert "a.pdf" in page.text
    assert await town.read(lambda uow: uow.cases.by_number("YY20260001")) is None
    await writes(browser, path, text=REASON)
    number = await confirms(browser, path)
    case = await case_of(town, number)
    assert [item.name for item in await town.read(lambda uow: uow.evidence.of_case(case.id))] == ["a.pdf"]


async def test_more_files_than_one_form_takes_are_named(town: Town, enter: Enter) -> None:
    _, browser, path = await against_record(town, enter)
    files = {f"{n}.pdf": PDF + bytes([n]) for n in range(11)}
    page = await writes(browser, path, text=REASON, files=files)
    assert page.text.count("一次最多9份材料") == 2


async def test_a_file_can_be_taken_away_again(town: Town, enter: Enter) -> None:
    _, browser, path = await against_record(town, enter)
    await writes(browser, path, text=REASON, files={"a.pdf": PDF}, action="draft")
    (file,) = (await town.read(lambda uow: uow.drafts.of_person(1)))[0].files
    page = await writes(browser, path, text=REASON, drop=file.sha256)
    assert "a.pdf" not in page.text


async def test_a_draft_comes_back_with_its_time_and_goes_when_it_is_filed(town: Town, enter: Enter) -> None:
    wang, browser, path = await against_record(town, enter)
    assert "草稿已保存" in (await writes(browser, path, text="写到一半", action="draft")).text
    town.story.passes(days=2)
    browser = await enter(town, wang, path)
    assert "2026年11月20日 10:00保存" in browser.last.text
    assert "写到一半" in browser.last.text
    home = await browser.opens("/h5/firm/")
    assert "填到一半的" in home.text
    assert f'href="{path}"' in home.text
    (draft,) = await drafts_of(town, wang)
    assert (draft.path, draft.title[:3]) == (path, "异议：")
    assert "异议：" in await wang.says("我的数据")
    await writes(browser, path, text=REASON)
    await confirms(browser, path)
    assert await drafts_of(town, wang) == []
    assert "填到一半的" not in (await browser.opens("/h5/firm/")).text


async def test_the_chat_offers_the_page_and_what_is_filed_there_ends_up_in_the_same_list(
    town: Town, enter: Enter
) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    await may_sign(town, wang, firm)
    for word, title in (("异议", "提异议"), ("修复", "信用修复"), ("承诺", "信用承诺")):
        found = re.search(r'<a href="([^"]+)">也可以在页面上填写</a>', await wang.says(word))
        assert found is not None
        browser = await enter(town, wang, "/h5/firm/")
        assert f"<h1>{title}</h1>" in (await browser.opens(urlsplit(found[1]).path)).text
        await wang.says("取消")


async def test_a_draft_can_be_thrown_away_and_the_nightly_sweep_takes_its_file(
    town: Town, enter: Enter
) -> None:
    wang, browser, path = await against_record(town, enter)
    await writes(browser, path, text=REASON, files={"a.pdf": PDF}, action="draft")
    (file,) = (await drafts_of(town, wang))[0].files
    files = FolderFiles(town.parts.settings.attachments)
    assert files.exists(file.sha256)
    assert "草稿已删除" in (await writes(browser, path, action="discard")).text
    assert await drafts_of(town, wang) == []
    (path_on_disk,) = town.parts.settings.attachments.glob(f"*/{file.sha256}")
    os.utime(path_on_disk, (0, 0))
    town.story.passes(days=1)
    job = next(job for job in town.parts.scheduler.jobs if job.name == "sweep_orphans")
    await town.parts.scheduler.run(job)
    assert not files.exists(file.sha256)


async def test_what_is_typed_is_kept_by_the_page_itself(town: Town, enter: Enter) -> None:
    wang, browser, path = await against_record(town, enter)
    await browser.opens(path)
    assert (await browser.sends(f"{path}/keep", {"text": "正在写"})).status == 204
    assert [draft.fields for draft in await drafts_of(town, wang)] == [{"text": "正在写"}]


async def test_a_form_without_the_secret_of_its_session_changes_nothing(town: Town, enter: Enter) -> None:
    wang, browser, path = await against_record(town, enter)
    assert (await writes(browser, path, text=REASON, csrf="forged")).status == 403
    assert (await browser.sends(f"{path}/send", {"csrf": "", "once": "0" * 16})).status == 403
    assert (await browser.sends(f"{path}/keep", {"csrf": "x", "text": REASON})).status == 403
    assert await drafts_of(town, wang) == []


async def test_a_form_with_a_forged_number_is_refused(town: Town, enter: Enter) -> None:
    _, browser, path = await against_record(town, enter)
    await writes(browser, path, text=REASON)
    assert (await browser.sends(f"{path}/send", {"once": "../../1"})).status == 403


async def test_sending_before_anything_was_written_says_so(town: Town, enter: Enter) -> None:
    _, browser, path = await against_record(town, enter)
    await browser.opens(path)
    assert "没有等着提交的内容" in (await browser.sends(f"{path}/send", {"once": "0" * 16})).text


async def test_another_firms_pages_are_closed(town: Town, enter: Enter) -> None:
    await warned(town, "平鲁晋北商贸有限公司")
    _, li = await warned(town, "平鲁晋南商贸有限公司")
    browser = await enter(town, li, "/h5/firm/1/object")
    assert browser.last.status == 403
    for path in ("/h5/firm/1/object/record-1", "/h5/firm/1/object/grade", "/h5/firm/999/object"):
        assert (await browser.opens(path)).status == 403
    assert "不能提交" in (await browser.opens("/h5/firm/2/object/record-1")).text


async def test_who_may_only_look_may_not_file(town: Town, enter: Enter) -> None:
    firm, _ = await warned(town, "平鲁晋北商贸有限公司")
    li = await town.story.follower("李文员")

    def bind(uow: SqlUnitOfWork) -> None:
        now = town.story.clock.now()
        uow.bindings.add(person_of(uow, li), firm.id, Power.QUERY, at=now, proof="code:9")

    await town.write(bind)
    browser = await enter(town, li, f"/h5/firm/{firm.id}/object")
    assert (browser.last.status, "“经办”权限" in browser.last.text) == (403, True)


async def test_a_power_that_ended_while_the_form_was_written_ends_the_form(town: Town, enter: Enter) -> None:
    wang, browser, path = await against_record(town, enter)
    page = await writes(browser, path, text=REASON)

    def unbind(uow: SqlUnitOfWork) -> None:
        person = uow.people.get(person_of(uow, wang))
        privacy.withdraw(uow, person, town.story.clock.now(), date(2026, 11, 20))

    await town.write(unbind)
    assert (await browser.sends(f"{path}/send", {"once": once_of(page)})).status == 403
    assert bindings.NOT_BOUND in browser.last.text


async def test_a_record_that_no_longer_counts_is_not_contested(town: Town, enter: Enter) -> None:
    _, browser, path = await against_record(town, enter)
    await town.write(lambda uow: uow.records.set_state(1, RecordState.REVOKED))
    assert "情况有变化" in (await browser.opens(path)).text


@pytest.mark.clause("S0-39")
async def test_three_doors_are_offered_and_one_must_be_chosen(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url, rulebook="xixia") as town:
        wang, browser, path = await against_record(town, enter)
        page = await browser.opens(path)
        assert page.text.count('name="door"') == 3
        assert "checked" not in page.text
        assert "请选一处提出" in (await writes(browser, path, text=REASON)).text
        assert "请选一处提出" in (await writes(browser, path, text=REASON, door="nowhere")).text
        page = await writes(browser, path, text=REASON, door="regulator")
        number = await confirms(browser, path)
        assert (await case_of(town, number)).facts["door"] == "regulator"
        assert number in await wang.says("进度")


@pytest.mark.clause("S4-33")
async def test_where_another_window_takes_objections_the_page_says_what_is_done_here(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url, rulebook="hegang") as town:
        _, browser, path = await against_record(town, enter)
        page = await browser.opens(path)
        assert 'rel="noopener noreferrer"' in page.text
        assert "不代替它作决定" in page.text
        await writes(browser, path, text=REASON)
        await confirms(browser, path)
        assert "不代替“信用中国（黑龙江）”作决定" in browser.last.text
        assert "受理回执拍照" in browser.last.text
        assert "照这样填" in browser.last.text
        assert REASON in browser.last.text


async def test_a_decision_is_reviewed_once_from_its_page(town: Town, enter: Enter) -> None:
    chen, liu, _ = await office(town)
    wang, browser, path = await against_record(town, enter)
    await writes(browser, path, text=REASON)
    number = await confirms(browser, path)
    review = f"/h5/firm/cases/{number}/review"
    assert "没有可以复核的决定" in (await browser.opens(review)).text
    await does(chen, "受理", number)
    await does(liu, "驳回", number, "复议决定与此无关")
    assert number in (await browser.opens(path.rsplit("/", 1)[0])).text
    page = await writes(browser, review, text="复议决定写的就是这条记录", files={"b.pdf": PDF})
    assert "不服的决定" in page.text
    second = await confirms(browser, review)
    assert second.startswith("FH")
    assert second in await wang.says("进度")
    assert "已经复核过一次" in (await browser.opens(review)).text


async def test_a_decision_about_another_firm_cannot_be_reviewed(town: Town, enter: Enter) -> None:
    chen, liu, _ = await office(town)
    wang, _, _ = await against_record(town, enter)
    number = await objects(wang)
    await does(chen, "受理", number)
    await does(liu, "驳回", number, "没有依据")
    other = await town.firm("平鲁晋南商贸有限公司")
    li = await town.bound(other, "李会计")
    stranger = await enter(town, li, f"/h5/firm/cases/{number}/review")
    assert stranger.last.status == 404


async def test_an_expired_session_leads_to_the_entrance_and_the_draft_waits(town: Town, enter: Enter) -> None:
    wang, browser, path = await against_record(town, enter)
    await writes(browser, path, text="写到一半", action="draft")
    town.story.passes(minutes=121)
    assert (await browser.sends(path, FormData({"csrf": "x"}))).status == 403
    browser = await enter(town, wang, path)
    assert "写到一半" in browser.last.text
