"""Forms and cookies as somebody sends them who means harm, or whose browser is broken."""

from __future__ import annotations

import pytest
from aiohttp import FormData
from multidict import CIMultiDict

from bot.web import sessions
from bot.web.firm import filing
from domain.model.record import RecordKind
from tests.stories.casework import PUBLISHED, warned
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import hired
from tests.web.conftest import Browser, Enter
from tests.web.firm_forms import REASON, confirms, drawn, writes
from tests.web.test_firm_objections import case_of, drafts_of

ONE_PART = b"--x\r\nContent-Disposition: form-data; name=csrf%s\r\n\r\nq\r\n--x--"
#: of nobody: made for this test
PERSON = "110101199003070011"
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
BROKEN = [
    (f"{FORM}; charset=nonsense", b"csrf=x"),
    (f"{FORM}; charset=unicode_escape", b"csrf=\\ud800"),
    (f"{FORM}; charset=punycode", b"csrf=" + b"a" * 1000),
    (f"{FORM}; charset=utf-16", b"\xff"),
    (FORM, b"\xff\xfe="),
    (FORM, b"&".join(b"a=1" for _ in range(5000))),
    ("multipart/form-data", b"x"),
    (MULTIPART, b"garbage"),
    (MULTIPART, b"--x--\r\n"),
    (MULTIPART, b"--x\r\n" + b"A" * 20_000 + b"\r\n\r\nq\r\n--x--"),
    (MULTIPART, b"--x\r\nContent-Disposition: form-data; name=csrf"),
    (MULTIPART, ONE_PART % b"\r\nContent-Length: abc"),
    (MULTIPART, ONE_PART % b"\r\nContent-Type: text/plain; charset=nonsense"),
    (MULTIPART, ONE_PART % b"\r\nContent-Transfer-Encoding: weird"),
    (MULTIPART, b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nq\r\n--y--\r\n--x--"),
]


async def at_form(town: Town, enter: Enter) -> tuple[Browser, str]:
    """A firm's accountant before an objection that is begun."""
    firm, wang = await warned(town, "平鲁晋北商贸有限公司")
    path = f"/h5/firm/{firm.id}/object/record-1"
    browser = await enter(town, wang, path)
    await writes(browser, path, text=REASON, action="draft")
    return browser, path


async def posted(browser: Browser, town: Town, path: str, content_type: str, body: bytes) -> int:
    headers = CIMultiDict({"Content-Type": content_type})
    address = f"{town.story.service_url}{path}"
    async with browser.session.post(address, data=body, headers=headers) as answer:
        return answer.status


def secret_of(town: Town, browser: Browser) -> str:
    """The secret that stands in forms of this session, read off its cookie."""
    written = next(each.value for each in browser.session.cookie_jar if each.key == "xinshi_firm")
    house = town.parts.house
    session = sessions.read(house.sealer, "firm", written, house.clock.now())
    assert session is not None
    return session.csrf


async def test_a_form_with_files_without_any_part_is_no_way_around_the_secret(
    town: Town, enter: Enter
) -> None:
    browser, path = await at_form(town, enter)
    assert await posted(browser, town, path, MULTIPART, b"--x--\r\n") == 403
    assert REASON in (await browser.opens(path)).text


async def test_a_broken_form_is_refused_and_never_an_error_of_ours(town: Town, enter: Enter) -> None:
    browser, path = await at_form(town, enter)
    answers = {
        (where, *each): await posted(browser, town, path + where, *each)
        for where in ("", "/send")
        for each in BROKEN
    }
    assert {each: status for each, status in answers.items() if status != 403} == {}
    assert REASON in (await browser.opens(path)).text


async def test_characters_that_a_database_refuses_are_left_out_on_every_way_in(
    database_url: str, open_town: OpenTown, enter: Enter
) -> None:
    async with open_town(database_url) as town:
        browser, path = await at_form(town, enter)
        await writes(browser, path, text=f"\x00{REASON}")
        number = await confirms(browser, path)
        assert (await case_of(town, number)).facts["said"] == REASON
        seen = await browser.sends(f"/h5/firm/cases/{number}/withdraw", {"text": "\x00", "version": "1"})
        assert seen.status < 500
        desk = await enter(town, await hired(town, "chen", "陈静", "经办", "信用办管理员"), "/h5/staff/")
        for asked in (
            "cases?q=%00",
            "cases?state=%00",
            "cases/%00",
            "papers?firm=%00x",
            "broadcasts/%00",
            "rulebook?q=%00",
        ):
            assert (await desk.opens(f"/h5/staff/{asked}")).status < 500, asked


async def test_a_form_keeps_no_fields_that_it_does_not_have(town: Town, enter: Enter) -> None:
    browser, path = await at_form(town, enter)
    page = await writes(browser, path, text="字" * (filing._KEPT + 1), other="x" * 1000, action="draft")
    assert page.status == 200
    assert "字" * filing._KEPT in page.text
    assert "x" * 1000 not in page.text


async def test_a_firm_or_record_has_one_spelling_in_addresses_and_so_one_draft(
    town: Town, enter: Enter
) -> None:
    browser, path = await at_form(town, enter)
    for other in (path.replace("/h5/firm/", "/h5/firm/0"), path.replace("record-1", "record-01")):
        assert (await browser.opens(other)).status == 404
    assert (await browser.opens(path.replace("record-1", "record-１"))).status == 404


async def test_a_signature_of_somebody_who_may_not_sign_is_not_kept(town: Town, enter: Enter) -> None:
    wang = await town.story.follower("王会计")
    browser = await enter(town, wang, "/h5/firm/")
    form = FormData(default_to_multipart=True)
    for name, value in {"csrf": secret_of(town, browser), "once": "0" * 16, "signature": drawn()}.items():
        form.add_field(name, value)
    assert (await browser.sends("/h5/firm/77/commitments/whatever/sign", form)).status == 403
    assert await drafts_of(town, wang) == []


@pytest.mark.parametrize("written", ["", ".", "x", "eA==.", "é", "a" * 4000])
async def test_a_cookie_that_is_none_of_ours_lets_nobody_in(town: Town, enter: Enter, written: str) -> None:
    house = town.parts.house
    assert sessions.read(house.sealer, "firm", written, house.clock.now()) is None


async def test_a_number_of_a_person_in_the_title_of_a_record_stays_covered_on_every_form(
    town: Town, enter: Enter
) -> None:
    firm = await town.firm("平鲁晋北商贸有限公司")
    await town.record(firm, RecordKind.PENALTY, title=f"对王某{PERSON}的处罚", published_on=PUBLISHED)
    await town.approves(firm)
    wang = await town.bound(firm, "王会计")
    browser = await enter(town, wang, f"/h5/firm/{firm.id}/object")
    path = f"/h5/firm/{firm.id}/object/record-1"
    seen = [browser.last]
    seen += [await browser.opens(each) for each in (path, f"/h5/firm/{firm.id}/repair")]
    await writes(browser, path, text=REASON, action="draft")
    seen.append(await browser.opens("/h5/firm/"))
    await writes(browser, path, text=REASON)
    seen.append(browser.last)
    await confirms(browser, path)
    seen.append(browser.last)
    assert ["对王某" in page.text for page in seen] == [True] * len(seen)
    assert [PERSON in page.text for page in seen] == [False] * len(seen)
