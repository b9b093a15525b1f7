"""信用承诺 signed on pages: notices one by one, consents apart, the letter, a signature by hand or in words."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from bot.web.firm import signatures
from domain.model.commitment import Commitment, Performance
from domain.model.person import Power
from domain.model.subject import Subject
from domain.rules.quotation import quoted
from domain.services import papers
from storage.files import FolderFiles
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import Phone
from tests.stories.casework import fined, may_sign, rated, warned
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import heard, hired, runs, sends
from tests.web.conftest import Browser, Enter, person_of
from tests.web.firm_forms import (
    ITEM,
    consents_of,
    drawn,
    once_of,
    presses_sign,
    reads_all,
    sent,
    signs,
    ticks_of,
)


async def at_the_list(
    town: Town, enter: Enter, name: str = "平鲁晋北商贸有限公司"
) -> tuple[Subject, Phone, Browser, str]:
    """A firm whose accountant may sign, at the list of kinds, and the address of a kind without a list."""
    firm, wang = await warned(town, name)
    await may_sign(town, wang, firm)
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/commitments")
    free = next(kind.id for kind in town.parts.house.rulebook.commitments.kinds if not kind.items)
    return firm, wang, browser, f"/h5/firm/{firm.id}/commitments/{free}"


async def signed_in(town: Town, number: str) -> Commitment:
    """What was signed in a case."""
    case = await town.read(lambda uow: uow.cases.by_number(number))
    assert case is not None
    found = await town.read(lambda uow: uow.commitments.of_case(case.id))
    assert found is not None
    return found


@pytest.mark.clause("S3-28")
@pytest.mark.clause("S4-18")
async def test_a_commitment_signed_with_a_finger_is_kept_with_its_picture_and_seen_on_both_sides(
    town: Town, enter: Enter
) -> None:
    chen = await hired(town, "chen", "陈静", "经办")
    firm, wang, browser, path = await at_the_list(town, enter)
    page = await reads_all(browser, path, due="2026-12-31", answer="yes")
    for words in (firm.uscc or "", ITEM, "2026年12月31日以前做到", "授权书 SQ20250001"):
        assert words in page.text
    seen = await presses_sign(browser, path, signature=drawn())
    number = seen.path.rsplit("/", 1)[1]
    assert "已签署" in seen.text
    commitment = await signed_in(town, number)
    assert commitment.code in seen.text
    assert commitment.consents == {"publication": True}
    kept = FolderFiles(town.parts.settings.attachments).get(commitment.signature_sha256)
    assert Image.open(BytesIO(kept)).format == "PNG"
    assert "12月31日到期" in seen.text
    assert number in await wang.says("进度")
    await sends(town)
    assert number in await chen.says("案件 " + number)
    listed = (await browser.opens(f"/h5/firm/{firm.id}/commitments")).text
    assert commitment.code in listed
    assert "未到期" in listed
    assert "看进度或撤回" in listed


async def test_the_paper_of_the_commitment_holds_the_signature(town: Town, enter: Enter) -> None:
    _, _, browser, path = await at_the_list(town, enter)
    number = await signs(browser, path, signature=drawn())
    commitment = await signed_in(town, number)
    (paper,) = await town.read(lambda uow: uow.papers.of_case(commitment.case_id))
    assert paper.content.signature == commitment.signature_sha256
    assert f"/h5/firm/papers/{paper.id}" in browser.last.text
    assert papers.PaperKind.COMMITMENT is paper.kind


async def test_who_cannot_draw_types_the_words_of_the_chat(town: Town, enter: Enter) -> None:
    _, _, browser, path = await at_the_list(town, enter)
    await reads_all(browser, path)
    assert "一字不差" in (await presses_sign(browser, path, pledge="我承诺。")).text
    seen = await presses_sign(browser, path, pledge="我承诺")
    commitment = await signed_in(town, seen.path.rsplit("/", 1)[1])
    assert commitment.signature_sha256 == ""
    assert commitment.due_on is None


async def test_a_form_left_open_in_the_chat_is_gone_once_the_page_was_signed(
    town: Town, enter: Enter
) -> None:
    _, wang, browser, path = await at_the_list(town, enter)
    assert "承诺" in await wang.says("承诺")
    await signs(browser, path, pledge="我承诺")
    town.story.passes(days=1)
    await runs(town, "expire_forms")
    assert heard(wang, "先收起") == 0


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        ("", "请在框里签名"),
        (sent(Image.new("RGBA", (600, 300), "white")), signatures.BLANK),
        ("data:image/png;base64,AAAA", signatures.NOT_A_PICTURE),
        ("data:text/html,<script>", signatures.NOT_A_PICTURE),
    ],
)
async def test_without_a_signature_nothing_is_signed(
    town: Town, enter: Enter, picture: str, said: str
) -> None:
    _, _, browser, path = await at_the_list(town, enter)
    await reads_all(browser, path)
    seen = await presses_sign(browser, path, signature=picture)
    assert said in seen.text
    assert "承诺书全文" in seen.text
    assert await town.read(lambda uow: uow.cases.by_number("CN20260001")) is None


@pytest.mark.clause("S3-29")
async def test_each_notice_has_its_own_tick_and_none_may_be_left_out(town: Town, enter: Enter) -> None:
    _, _, browser, path = await at_the_list(town, enter)
    await browser.opens(path)
    page = await browser.sends(path, {"item": ITEM, "endless": "yes"})
    ticks, (consent,) = ticks_of(page), consents_of(page)
    assert list(ticks) == ["breach", "notice_data", "notice_grades", "notice_measures"]
    assert page.text.index("违反承诺的后果") < page.text.index("评价用到哪些信息")
    for left_out in ticks:
        some = {name: mark for name, mark in ticks.items() if name != left_out}
        seen = await browser.sends(f"{path}/notices", some | {consent: "yes"})
        assert seen.path == f"{path}/notices"
        assert f'href="#{left_out}"' in seen.text
        assert (await browser.opens(f"{path}/sign")).path == f"{path}/notices"
    forged = dict.fromkeys(ticks, "0" * 64) | {consent: "yes"}
    assert (await browser.sends(f"{path}/notices", forged)).path == f"{path}/notices"


@pytest.mark.clause("S3-30")
async def test_each_consent_is_asked_apart_and_nothing_is_chosen_beforehand(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url, rulebook="huairen") as town:
        _, _, browser, path = await at_the_list(town, enter, "怀仁某某陶瓷有限公司")
        await browser.opens(path)
        page = await browser.sends(path, {"item": ITEM, "endless": "yes"})
        county, city, province = consents_of(page)
        assert "checked" not in page.text
        assert page.text.count("不同意也可以签承诺") == 3
        seen = await browser.sends(f"{path}/notices", ticks_of(page) | {county: "yes", city: "no"})
        assert f'href="#{province}"' in seen.text
        assert seen.text.count("checked") == len(ticks_of(page)) + 2
        answers = {county: "yes", city: "no", province: "no"}
        seen = await browser.sends(f"{path}/notices", ticks_of(page) | answers)
        assert seen.path == f"{path}/sign"
        seen = await presses_sign(browser, path, signature=drawn())
        commitment = await signed_in(town, seen.path.rsplit("/", 1)[1])
        assert commitment.consents == {"county": True, "city": False, "province": False}


@pytest.mark.clause("S4-27")
@pytest.mark.clause("S4-15")
@pytest.mark.clause("S4-16")
async def test_a_grade_that_forbids_a_kind_says_so_and_opens_no_form(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url, rulebook="hegang") as town:
        firm, _, browser, _ = await at_the_list(town, enter, "鹤岗某某商贸有限公司")
        await rated(town, firm, "E")
        page = await browser.opens(f"/h5/firm/{firm.id}/commitments")
        assert page.text.count("严重失信类主体限制适用告知承诺等便利") == 5
        assert page.text.count("weui-cell_access") == 3
        seen = await browser.opens(f"/h5/firm/{firm.id}/commitments/notice")
        assert "限制适用告知承诺" in seen.text
        assert "<form" not in seen.text
        assert "承诺的事项" in (await browser.opens(f"/h5/firm/{firm.id}/commitments/repair")).text


async def test_a_matter_is_chosen_from_the_list_of_its_kind(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url, rulebook="hegang") as town:
        firm, _, browser, _ = await at_the_list(town, enter, "鹤岗某某商贸有限公司")
        path = f"/h5/firm/{firm.id}/commitments/notice"
        assert "旅行社设立许可" in (await browser.opens(path)).text
        seen = await browser.sends(path, {"item": "别的事项", "endless": "yes"})
        assert "请选一项承诺的事项" in seen.text
        assert (await browser.sends(path, {"item": "旅行社设立许可", "endless": "yes"})).path.endswith(
            "notices"
        )


async def test_without_the_power_to_sign_the_way_to_it_is_shown(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/commitments")
    assert "请回复“签署授权”" in browser.last.text
    assert "weui-cell_access" not in browser.last.text
    for step in ("", "/notices", "/sign"):
        seen = await browser.opens(f"/h5/firm/{firm.id}/commitments/voluntary{step}")
        assert "请回复“签署授权”" in seen.text
        assert "<form" not in seen.text


async def test_another_firm_an_unknown_kind_and_a_foreign_form_are_closed(town: Town, enter: Enter) -> None:
    _, _, browser, path = await at_the_list(town, enter)
    await warned(town, "平鲁晋南商贸有限公司")
    assert (await browser.opens("/h5/firm/2/commitments")).status == 403
    assert (await browser.opens("/h5/firm/2/commitments/voluntary")).status == 403
    assert (await browser.opens("/h5/firm/1/commitments/nothing")).status == 404
    assert (await browser.sends(path, {"csrf": "x", "item": ITEM})).status == 403
    await reads_all(browser, path)
    assert (await presses_sign(browser, path, csrf="x", pledge="我承诺")).status == 403
    assert await town.read(lambda uow: uow.cases.by_number("CN20260001")) is None


async def test_signing_twice_signs_once(town: Town, enter: Enter) -> None:
    _, _, browser, path = await at_the_list(town, enter)
    page = await reads_all(browser, path)
    once, secret = once_of(page), browser.secret
    first = await presses_sign(browser, path, signature=drawn())
    again = await presses_sign(
        Pretend(browser, page),
        path,
        csrf=secret,
        once=once,
        signature=drawn(),  # type: ignore[arg-type]
    )
    assert (first.path, again.path) == ("/h5/firm/filed/CN20260001",) * 2
    assert await town.read(lambda uow: uow.cases.by_number("CN20260002")) is None


class Pretend:
    """A browser that went back to a page."""

    def __init__(self, browser: Browser, page: object) -> None:
        self.last, self.secret, self.sends = page, browser.secret, browser.sends


async def test_another_letter_than_the_one_shown_is_not_signed(town: Town, enter: Enter) -> None:
    _, _, browser, path = await at_the_list(town, enter)
    await reads_all(browser, path)
    assert "情况有变化" in (await presses_sign(browser, path, letter="0" * 64, pledge="我承诺")).text
    assert await town.read(lambda uow: uow.cases.by_number("CN20260001")) is None


async def test_a_letter_read_before_midnight_is_signed_after_it_but_not_days_later(
    town: Town, enter: Enter
) -> None:
    _, wang, browser, path = await at_the_list(town, enter)
    town.story.passes(hours=13, minutes=59)
    browser = await enter(town, wang, path)
    await reads_all(browser, path)
    town.story.passes(minutes=10)
    number = await presses_sign(browser, path, pledge="我承诺")
    assert "2026年11月20日" in (await signed_in(town, number.path.rsplit("/", 1)[1])).signed.text
    await reads_all(browser, path)
    town.story.passes(days=3)
    browser = await enter(town, wang, f"{path}/sign")
    assert browser.last.path == f"{path}/notices"
    assert "checked" not in browser.last.text


async def test_what_is_missing_on_the_first_page_is_said_there(town: Town, enter: Enter) -> None:
    _, _, browser, path = await at_the_list(town, enter)
    await browser.opens(path)
    seen = await browser.sends(path, {"item": "补"})
    assert "2到100个字" in seen.text
    assert "请选一个日期" in seen.text
    assert "已经过去" in (await browser.sends(path, {"item": ITEM, "due": "2026-11-19"})).text
    assert (await browser.opens(f"{path}/notices")).path == path
    assert ITEM in (await browser.opens(path)).text


async def test_a_draft_of_a_commitment_comes_back_and_goes(town: Town, enter: Enter) -> None:
    _, wang, browser, path = await at_the_list(town, enter)
    await browser.opens(path)
    assert "草稿已保存" in (await browser.sends(path, {"item": ITEM, "action": "draft"})).text
    town.story.passes(days=1)
    browser = await enter(town, wang, path)
    assert "上次填到一半" in browser.last.text
    assert "承诺：" in await wang.says("我的数据")
    assert "草稿已删除" in (await browser.sends(path, {"action": "discard"})).text
    assert f">{ITEM}</textarea>" not in (await browser.opens(path)).text


async def test_a_signed_commitment_is_withdrawn_from_its_case(town: Town, enter: Enter) -> None:
    firm, wang, browser, path = await at_the_list(town, enter)
    number = await signs(browser, path, signature=drawn())
    assert "已撤回" in await wang.says(f"撤回 {number} 材料已经补齐")
    assert (await signed_in(town, number)).performance is Performance.WITHDRAWN
    listed = (await browser.opens(f"/h5/firm/{firm.id}/commitments")).text
    assert "已撤回" in listed
    assert "看进度或撤回" not in listed


@pytest.mark.clause("S3-03")
async def test_nothing_of_an_internal_document_stands_in_a_form_for_firms(
    sqlite_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(sqlite_url, rulebook="huairen") as town:
        firm, wang = await fined(town, "怀仁某某陶瓷有限公司")
        await town.approves(firm)
        await may_sign(town, wang, firm)
        at = f"/h5/firm/{firm.id}"
        browser = await enter(town, wang, f"{at}/commitments")
        seen = [browser.last.text]
        for path in ("/object", "/object/record-1", "/repair", "/repair/1", "/commitments/other"):
            page = await browser.opens(at + path)
            assert page.status == 200
            seen.append(page.text)
        free = next(kind.id for kind in town.parts.house.rulebook.commitments.kinds if not kind.items)
        path = f"{at}/commitments/{free}"
        await browser.opens(path)
        seen.append((await browser.sends(path, {"item": ITEM, "endless": "yes"})).text)
        seen.append((await reads_all(browser, path)).text)
        assert [quoted(town.parts.house.rulebook, text) for text in seen] == [""] * len(seen)


async def test_a_letter_for_other_kinds_does_not_open_this_one(town: Town, enter: Enter) -> None:
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")

    def add(uow: SqlUnitOfWork) -> None:
        now, proof = town.story.clock.now(), "letter:SQ20250002"
        uow.bindings.add(person_of(uow, wang), firm.id, Power.SIGN, at=now, proof=proof, scope=("repair",))

    await town.write(add)
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/commitments")
    assert browser.last.text.count("weui-cell_access") == 1
    seen = await browser.opens(f"/h5/firm/{firm.id}/commitments/voluntary")
    assert "另交一份授权书" in seen.text
    assert "<form" not in seen.text
    number = await signs(browser, f"/h5/firm/{firm.id}/commitments/repair", pledge="我承诺")
    assert (await signed_in(town, number)).signed.proof == "letter:SQ20250002"
