"""Papers over HTTP: handed out to who may have them, and checked by anybody who holds one."""

from __future__ import annotations

import io
import re

import pytest
from aiohttp import ClientSession
from pypdf import PdfReader

from bot.documents.press import pdf_of
from domain.model.paper import Paper, PaperKind
from domain.model.record import RecordKind
from domain.model.subject import Subject
from domain.services import papers
from domain.services.staff import actor_of
from storage.files import FolderFiles
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import Phone
from tests.stories.casework import does, fined, letters, may_sign, objects, office, signs, warned
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import hired
from tests.web.conftest import Enter

REASON = "复议决定针对的是另一条记录"


def text_of(made: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages).split())


async def decided(town: Town) -> tuple[Subject, Phone, Paper]:
    """A firm whose objection was refused, and the decision on paper."""
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    chen, liu, _ = await office(town)
    number = await objects(wang)
    await does(chen, "受理", number)
    await does(liu, "驳回", number, REASON)
    return firm, wang, await newest(town, firm, PaperKind.OBJECTION)


async def newest(town: Town, firm: Subject, kind: PaperKind) -> Paper:
    found = await town.read(lambda uow: uow.papers.of_subject(firm.id))
    return next(paper for paper in found if paper.kind is kind)


async def anybody(town: Town, path: str) -> tuple[int, str]:
    """What somebody without any cookie sees."""
    async with ClientSession() as session, session.get(town.story.service_url + path) as answer:
        return answer.status, await answer.text()


async def test_the_firm_opens_its_decision_and_keeps_the_same_file(town: Town, enter: Enter) -> None:
    firm, wang, paper = await decided(town)
    browser = await enter(town, wang, "/h5/firm/papers")
    assert "异议处理决定书" in browser.last.text
    assert "受理通知书" in browser.last.text
    assert paper.number in browser.last.text
    first = await browser.opens(f"/h5/firm/papers/{paper.id}")
    assert first.headers["Content-Type"] == "application/pdf"
    assert "inline" in first.headers["Content-Disposition"]
    said = text_of(first.body)
    assert firm.name in said
    assert REASON in said
    assert "测试章" in said
    assert (await browser.opens(f"/h5/firm/papers/{paper.id}")).body == first.body


async def test_another_firm_a_stranger_and_a_wrong_number_get_nothing(town: Town, enter: Enter) -> None:
    _, _, paper = await decided(town)
    _, other = await fined(town, "平鲁另一家商贸有限公司")
    browser = await enter(town, other, "/h5/firm/papers")
    assert paper.number not in browser.last.text
    seen = await browser.opens(f"/h5/firm/papers/{paper.id}")
    assert seen.status == 404
    assert "没有找到这份文书" in seen.text
    assert (await browser.opens("/h5/firm/papers/9999")).status == 404
    assert (await browser.opens("/h5/firm/papers/1'--")).status == 404
    assert (await anybody(town, f"/h5/firm/papers/{paper.id}"))[0] == 403
    assert (await anybody(town, f"/h5/staff/papers/{paper.id}"))[0] == 403


async def test_the_grade_notice_is_issued_on_demand_once(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    browser = await enter(town, wang, "/h5/firm/papers")
    assert "还没有出具过文书" in browser.last.text
    secret = browser.secret
    seen = await browser.sends(f"/h5/firm/{firm.id}/grade/paper")
    assert seen.headers["Content-Type"] == "application/pdf"
    assert "信用等级告知书" in text_of(seen.body)
    again = await browser.sends(f"/h5/firm/{firm.id}/grade/paper", {"csrf": secret})
    assert again.body == seen.body
    refused = await browser.sends(f"/h5/firm/{firm.id}/grade/paper", {"csrf": "forged"})
    assert refused.status == 403
    _, other = await fined(town, "平鲁另一家商贸有限公司")
    stranger = await enter(town, other, "/h5/firm/papers")
    assert (await stranger.sends(f"/h5/firm/{firm.id}/grade/paper")).status == 404


async def test_staff_look_a_firm_up_and_issue_the_notice_that_goes_with_a_penalty(
    town: Town, enter: Enter
) -> None:
    firm = await town.firm("平鲁晋北商贸有限公司")
    await town.record(firm, RecordKind.PENALTY, title="未按规定留样")
    await town.approves(firm)
    chen = await hired(town, "chen", "陈静", "经办")
    browser = await enter(town, chen, "/h5/staff/papers")
    page = (await browser.opens(f"/h5/staff/papers?firm={firm.uscc}")).text
    assert "未按规定留样" in page
    found = re.search(r'action="(/h5/staff/records/\d+/repair-notice)"', page)
    assert found is not None
    seen = await browser.sends(found[1])
    assert "两书同达" in text_of(seen.body)
    assert "看告知书" in (await browser.opens(f"/h5/staff/papers?firm={firm.name}")).text
    notice = await browser.sends(f"/h5/staff/subjects/{firm.id}/grade-notice", {"csrf": browser.secret})
    assert "信用等级告知书" in text_of(notice.body)
    assert "没有找到" in (await browser.opens("/h5/staff/papers?firm=没有的单位")).text
    away = await hired(town, "tian", "田税", "经办", department="示例县税务局")
    other = await enter(town, away, "/h5/staff/papers")
    await other.opens(f"/h5/staff/papers?firm={firm.uscc}")
    secret = {"csrf": other.secret}
    assert "出具信用等级告知书" not in other.last.text
    assert (await other.sends(found[1], secret)).status == 403
    assert (await other.sends(f"/h5/staff/subjects/{firm.id}/grade-notice", secret)).status == 403
    assert (await other.sends(found[1], {"csrf": "forged"})).status == 403


async def test_a_paper_is_checked_by_its_code(town: Town) -> None:
    firm, _, paper = await decided(town)
    status, page = await anybody(town, f"/h5/verify/{paper.code}?h={paper.text_sha256}")
    assert status == 200
    for words in ("异议处理决定书", paper.number, paper.issuer, "2026年", "现在有效", "一致"):
        assert words in page
    for secret in (firm.name, str(firm.uscc), REASON, "责令改正", "YY2026"):
        assert secret not in page
    _, forged = await anybody(town, f"/h5/verify/{paper.code}?h={'0' * 64}")
    assert "校验码对不上" in forged
    assert "现在有效" not in forged
    _, plain = await anybody(town, f"/h5/verify/{paper.code}")
    assert "没有带校验码" in plain


async def test_a_paper_that_ended_says_so(town: Town) -> None:
    _, _, paper = await decided(town)
    now = town.story.clock.now()
    await town.write(
        lambda uow: uow.papers.revoke(paper.id, at=now, why="原决定已更正，由YY20260002重新决定")
    )
    _, page = await anybody(town, f"/h5/verify/{paper.code}?h={paper.text_sha256}")
    assert "已撤销" in page
    assert "不再有效" in page
    assert "YY20260002" not in page
    assert "现在有效" not in page


@pytest.mark.parametrize("code", ["0" * 32, "x", "..%2F..%2Fetc", "%00", "1' OR '1'='1", "A" * 400])
async def test_an_unknown_code_gets_one_polite_page(town: Town, code: str) -> None:
    status, page = await anybody(town, f"/h5/verify/{code}")
    assert status == 404
    assert "没有找到这份文书" in page or status == 404


@pytest.mark.clause("C-24")
async def test_the_check_says_nothing_of_rules_that_are_not_public(
    sqlite_url: str, open_town: OpenTown
) -> None:
    async with open_town(sqlite_url, rulebook="huairen") as town:
        firm = await town.firm("怀仁晋北商贸有限公司")
        penalty = await town.record(firm, RecordKind.PENALTY)
        await hired(town, "chen", "陈静", "经办")

        def issue(uow: SqlUnitOfWork) -> Paper:
            work = town.parts.house.work(uow)
            return papers.repair_notice(work, actor_of(work, "chen"), penalty)

        paper = await town.write(issue)
        status, page = await anybody(town, f"/h5/verify/{paper.code}?h={paper.text_sha256}")
        assert status == 200
        document = town.parts.house.rulebook.document
        assert document.title not in page
        assert document.number not in page


async def test_the_chat_gives_the_way_to_the_decision(sqlite_url: str, open_town: OpenTown) -> None:
    async with open_town(sqlite_url, base_url="https://x.example") as town:
        _, wang, _ = await decided(town)
        assert '<a href="https://x.example/h5/firm/cases/YY20260001">看文书和办理经过</a>' in await letters(
            town, wang
        )
        said = await wang.says("进度 YY20260001")
        assert "看异议处理决定书</a>" in said
        assert "看受理通知书</a>" in said
        assert "https://x.example/h5/firm/in/" in said


@pytest.mark.clause("S3-28")
async def test_whoever_signed_in_the_chat_is_given_the_letter(sqlite_url: str, open_town: OpenTown) -> None:
    async with open_town(sqlite_url, base_url="https://x.example") as town:
        firm, wang = await warned(town, "平鲁晋北商贸有限公司")
        await may_sign(town, wang, firm)
        number = await signs(wang, str(firm.uscc))
        assert "看信用承诺书</a>" in wang.sees[-1].text
        assert "看信用承诺书</a>" in await wang.says(f"进度 {number}")
        letter = await newest(town, firm, PaperKind.COMMITMENT)
        house, files = town.parts.house, FolderFiles(town.parts.settings.attachments)
        assert f"承诺人：{firm.name}" in text_of(await pdf_of(house, files, letter.id))
