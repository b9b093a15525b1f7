"""Who gets in, and who does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import ClientSession

from bot.web import sessions
from domain.clock import legal_date
from domain.services import links, privacy, staff_register
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.stories.conftest import Town
from tests.stories.desks import hired
from tests.web.conftest import Enter, link_to, person_of


async def test_a_signed_link_leads_to_its_page_and_sets_a_cookie_that_scripts_cannot_read(town: Town) -> None:
    wang = await town.story.follower("王会计")
    async with ClientSession() as session:
        address = await link_to(town, wang, "/h5/firm/cases")
        async with session.get(address, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/h5/firm/cases")
            cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/h5/firm" in cookie


async def test_a_link_that_was_changed_or_is_too_old_opens_nothing(town: Town, enter: Enter) -> None:
    wang = await town.story.follower("王会计")
    browser = await enter(town, wang, "/h5/firm/cases")
    address = await link_to(town, wang, "/h5/firm/cases")
    changed = address[:-1] + ("A" if address[-1] != "A" else "B")
    assert "已被改动" in (await browser.opens(changed)).text
    town.story.passes(minutes=31)
    assert "已经过期" in (await browser.opens(address)).text
    assert browser.last.status == 403


async def test_a_link_of_one_side_does_not_open_the_other(town: Town, enter: Enter) -> None:
    wang = await town.story.follower("王会计")
    browser = await enter(town, wang, "/h5/firm/cases")
    address = (await link_to(town, wang, "/h5/firm/cases")).replace("/h5/firm/", "/h5/staff/")
    assert (await browser.opens(address)).status == 403


async def test_a_member_who_was_disabled_is_not_let_in_by_an_old_link(town: Town, enter: Enter) -> None:
    chen = await hired(town, "chen", "陈静", "经办")
    browser = await enter(town, chen, "/h5/staff/cases")
    address = await link_to(town, chen, "/h5/staff/cases")
    await town.write(lambda uow: staff_register.disable(uow, "chen", by="cli"))
    assert "已停用" in (await browser.opens(address)).text


@pytest.mark.parametrize("path", ["//evil.example/", "/h5/firm/../staff/", "/h5/firm/?next=x", "/healthz"])
async def test_a_link_leads_nowhere_but_to_pages_of_its_side(town: Town, enter: Enter, path: str) -> None:
    wang = await town.story.follower("王会计")
    browser = await enter(town, wang, "/h5/firm/cases")
    house = town.parts.house
    token = links.token(house.sealer, links.Purpose.ENTER, path, 1, house.clock.now())
    assert (await browser.opens(f"/h5/firm/in/{token}")).status == 403


def test_a_cookie_is_good_for_its_side_and_two_hours(sealer: Vault, clock: FixedClock) -> None:
    cookie = sessions.begin(sealer, "firm", 7, clock.now())
    found = sessions.read(sealer, "firm", cookie, clock.now())
    assert found is not None
    assert found.person_id == 7
    assert sessions.read(sealer, "staff", cookie, clock.now()) is None
    assert sessions.read(sealer, "firm", cookie, clock.now() + timedelta(hours=2)) is None
    for forged in (cookie[:-1] + "~", "x" + cookie, cookie.replace(".", ""), "", ".", "ä.ö"):
        assert sessions.read(sealer, "firm", forged, clock.now()) is None


def test_two_sessions_of_one_person_have_two_secrets(sealer: Vault, clock: FixedClock) -> None:
    first, second = (sessions.begin(sealer, "firm", 7, clock.now()) for _ in range(2))
    secrets = {sessions.read(sealer, "firm", each, clock.now()).csrf for each in (first, second)}  # type: ignore[union-attr]
    assert len(secrets) == 2


async def test_a_refusal_leads_back_to_the_first_page_of_its_side(town: Town, enter: Enter) -> None:
    wang = await town.story.follower("王会计")
    browser = await enter(town, wang, "/h5/firm/")
    refused = await browser.opens("/h5/firm/cases/YY20269999")
    assert refused.status == 404
    assert 'href="/h5/firm/">回到首页' in refused.text


async def test_whoever_was_erased_is_nobody_to_a_page_that_is_still_open(town: Town, enter: Enter) -> None:
    wang = await town.story.follower("王会计")
    browser = await enter(town, wang, "/h5/firm/cases")
    address = await link_to(town, wang, "/h5/firm/cases")
    assert browser.last.status == 200
    clock = town.parts.house.clock

    def erase(uow: SqlUnitOfWork) -> None:
        person = uow.people.get(person_of(uow, wang))
        privacy.erase(uow, person, clock.now(), legal_date(clock.now()))

    await town.write(erase)
    for again in ("/h5/firm/cases", address):
        assert "已按您的要求删除" in (await browser.opens(again)).text
        assert browser.last.status == 403


async def test_an_address_that_leads_nowhere_is_answered_in_words(town: Town, enter: Enter) -> None:
    wang = await town.story.follower("王会计")
    browser = await enter(town, wang, "/h5/firm/")
    for path in ("/h5/firm/nowhere", "/h5/", "/h5/firm/1/2/3/4"):
        seen = await browser.opens(path)
        assert (seen.status, "没有这个页面" in seen.text) == (404, True)
