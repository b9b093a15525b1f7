"""The grade report over HTTP: right, explained, for its own firm only, and silent where rules are not public."""

from __future__ import annotations

import re
from html import unescape

import pytest

from domain.model.person import Channel, Power
from domain.model.record import RecordKind
from domain.model.subject import Subject
from domain.rules.quotation import quoted
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import ACCOUNT, Phone
from tests.stories.casework import rated, warned
from tests.stories.conftest import OpenTown, Town
from tests.web.conftest import Enter

_TAG = re.compile(r"<[^>]+>")


def said(html: str) -> str:
    """What stands on a page, without its tags and with single spaces."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())


async def looked(town: Town, firm: Subject) -> list[str]:
    """What firms' pages and chat noted in the query log of a firm, oldest first."""
    found = await town.read(lambda uow: uow.queries.of_subject(firm.id))
    return [purpose for _, _, purpose in reversed(found)]


async def may_only_query(town: Town, firm: Subject, name: str = "李出纳") -> Phone:
    """A person who may look and nothing else."""
    phone = await town.story.follower(name)
    now = town.story.clock.now()

    def bind(uow: SqlUnitOfWork) -> None:
        person = uow.people.get_or_add(Channel.WECHAT, ACCOUNT.app_id, phone.openid, now)
        uow.bindings.add(person.id, firm.id, Power.QUERY, at=now, proof="letter")

    await town.write(bind)
    return phone


@pytest.mark.clause("S0-10")
@pytest.mark.clause("S2-13")
@pytest.mark.clause("S3-32")
@pytest.mark.clause("C-23")
async def test_the_report_says_grade_class_rules_date_source_and_why(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/grade")
    page = said(browser.last.text)
    assert browser.last.status == 200
    assert firm.name in page
    assert "B 一般失信" in page
    assert town.parts.house.rulebook.display_name in page
    assert "评定日期 2026年11月20日" in page
    assert "依据第八条（二）1" in page
    assert "责令改正" in page
    assert f'action="/h5/firm/{firm.id}/grade/paper"' in browser.last.text
    assert "应当 日常检查会适当增加" in page
    assert "由平鲁区发展和改革局执行" in page


@pytest.mark.clause("S0-38")
async def test_that_a_report_was_looked_at_stands_in_the_query_log(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/grade")
    await browser.opens(f"/h5/firm/{firm.id}/measures")
    await browser.opens(f"/h5/firm/{firm.id}/records")
    assert (await looked(town, firm))[-3:] == ["等级报告", "监管措施", "我的记录"]


@pytest.mark.clause("S0-09")
@pytest.mark.clause("S3-07")
@pytest.mark.clause("S4-04")
@pytest.mark.parametrize(
    ("rulebook", "grade", "shown"),
    [
        ("xixia", "C-", "C- 一般失信"),
        ("wuzhong", "良", "良 信用良"),
        ("huairen", "B+", "B+ 良"),
        ("hegang", "B", "B 诚信守法"),
        ("pinglu", "", "B 一般失信"),
    ],
)
async def test_each_place_has_its_own_report(
    sqlite_url: str, open_town: OpenTown, enter: Enter, rulebook: str, grade: str, shown: str
) -> None:
    async with open_town(sqlite_url, rulebook=rulebook) as town:
        firm = await town.firm("某某商贸有限公司")
        if grade:
            await rated(town, firm, grade)
        else:
            await town.record(firm, RecordKind.RECTIFICATION)
            await town.approves(firm)
        wang = await town.bound(firm)
        browser = await enter(town, wang, f"/h5/firm/{firm.id}/grade")
        page = said(browser.last.text)
        assert shown in page
        rules = town.parts.house.rulebook
        assert rules.outcome_text(grade or "B") in page
        assert rules.wording.disclaimer in page
        assert all(each.code in page and each.class_name in page for each in rules.grades)
        for path in ("measures", "records"):
            assert (await browser.opens(f"/h5/firm/{firm.id}/{path}")).status == 200


@pytest.mark.clause("S3-03")
@pytest.mark.clause("C-24")
async def test_nothing_of_an_internal_document_stands_on_a_page(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url, rulebook="huairen") as town:
        rules = town.parts.house.rulebook
        firm = await town.firm("怀仁某某商贸有限公司")
        await rated(town, firm, "D")
        await town.record(firm, RecordKind.PENALTY, title="价格违法案")
        wang = await town.bound(firm)
        browser = await enter(town, wang, "/h5/firm/")
        for path in ("", f"{firm.id}/grade", f"{firm.id}/measures", f"{firm.id}/records", "cases"):
            page = said((await browser.opens(f"/h5/firm/{path}")).text)
            assert browser.last.status == 200
            assert quoted(rules, page) == ""
            assert "附件" not in page
            for secret in (rules.document.title, rules.document.number, *rules.document.supersedes):
                assert secret not in page
            for measure in rules.measures:
                assert measure.article not in page
                assert measure.text not in page or measure.text in measure.public_text


@pytest.mark.clause("C-11")
async def test_an_outcome_that_is_no_grade_says_what_it_is(town: Town, enter: Enter) -> None:
    fresh = await town.firm("平鲁新办商贸有限公司")
    wang = await town.bound(fresh)
    browser = await enter(town, wang, f"/h5/firm/{fresh.id}/grade")
    rules = town.parts.house.rulebook
    assert rules.outcomes.unrated.public_text in said(browser.last.text)
    assert "规则没有为这种情形规定监管措施" in browser.last.text


@pytest.mark.clause("C-11")
async def test_what_needs_a_person_says_who_and_how_to_reach_them(town: Town, enter: Enter) -> None:
    firm = await town.firm("平鲁多次商贸有限公司")
    for _ in range(3):
        await town.record(firm, RecordKind.RECTIFICATION)
    await town.approves(firm)
    wang = await town.bound(firm)
    page = said((await enter(town, wang, f"/h5/firm/{firm.id}/grade")).last.text)
    assert town.parts.house.rulebook.outcomes.needs_review.public_text in page
    assert "人工核定由" in page
    assert town.parts.house.office.phone in page


async def test_a_first_adverse_grade_is_not_shown_before_a_person_approved_it(
    town: Town, enter: Enter
) -> None:
    firm = await town.firm()
    await town.record(firm, RecordKind.RECTIFICATION)
    wang = await town.bound(firm)
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/grade")
    assert "现在还没有生效的等级" in browser.last.text
    assert "一般失信" not in browser.last.text


async def test_the_history_is_drawn_and_told_in_a_table(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    await wang.says("查等级")
    town.story.passes(days=400)
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/grade")
    drawn = re.search(r"<svg.*?</svg>", browser.last.text, re.DOTALL)
    assert drawn is not None
    assert "<title" in drawn[0]
    assert "2026年11月20日起：B（一般失信）" in drawn[0]
    assert "style=" not in browser.last.text
    table = said(browser.last.text[browser.last.text.index("<table") :])
    assert "2026年11月20日 B（一般失信）" in table
    assert "（现在）" in table


async def test_a_grade_that_never_changed_is_told_in_one_line(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/grade")
    assert "从2026年11月20日起是B（一般失信），没有变过" in browser.last.text
    assert "<svg" not in browser.last.text


async def test_what_would_lift_the_grade_begins_with_the_nearest(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    page = said((await enter(town, wang, f"/h5/firm/{firm.id}/grade")).last.text)
    ways = page[page.index("怎么变好") : page.index("等级的变化")]
    assert ways.index("完成修复") < ways.index("条件达到以后")
    assert "等级会是" in ways


@pytest.mark.clause("S0-38")
async def test_the_report_of_another_firm_is_refused_like_one_that_does_not_exist(
    town: Town, enter: Enter
) -> None:
    own, wang = await warned(town, "平鲁自家商贸有限公司")
    other, _ = await warned(town, "平鲁别家商贸有限公司")
    browser = await enter(town, wang, f"/h5/firm/{own.id}/grade")
    for page in ("grade", "records", "measures"):
        refused = await browser.opens(f"/h5/firm/{other.id}/{page}")
        missing = await browser.opens(f"/h5/firm/999999/{page}")
        assert (refused.status, refused.text) == (missing.status, missing.text)
        assert refused.status == 403
        assert "别家" not in refused.text
        assert "绑定" in refused.text
    assert "等级报告" not in await looked(town, other)


async def test_whoever_was_unbound_sees_nothing_more(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/grade")
    await wang.says("解绑")
    await wang.says("确认")
    refused = await browser.opens(f"/h5/firm/{firm.id}/grade")
    assert refused.status == 403
    assert firm.name not in refused.text


async def test_who_may_only_look_is_told_how_to_do_more(town: Town, enter: Enter) -> None:
    firm, _ = await warned(town, "平鲁晋北商贸有限公司")
    li = await may_only_query(town, firm)
    browser = await enter(town, li, f"/h5/firm/{firm.id}/grade")
    assert "B" in browser.last.text
    assert "只能看" in browser.last.text
    assert f"/h5/firm/{firm.id}/object" not in browser.last.text
    await browser.opens(f"/h5/firm/{firm.id}/records")
    assert "只能看" in browser.last.text
    assert "/repair" not in browser.last.text


async def test_a_name_that_is_markup_is_shown_and_does_nothing(town: Town, enter: Enter) -> None:
    firm = await town.firm("<script>alert(1)</script>&\"'有限公司")
    await town.record(firm, RecordKind.RECTIFICATION, title="<img src=x onerror=alert(1)>")
    await town.approves(firm)
    wang = await town.bound(firm)
    browser = await enter(town, wang, "/h5/firm/")
    for path in ("", f"{firm.id}/grade", f"{firm.id}/records", f"{firm.id}/measures"):
        html = (await browser.opens(f"/h5/firm/{path}")).text
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


async def test_a_report_is_small(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    for _ in range(40):
        await town.record(firm, RecordKind.AWARD)
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/grade")
    assert len(browser.last.body) < 100_000
    await browser.opens(f"/h5/firm/{firm.id}/records")
    assert len(browser.last.body) < 100_000
