"""Who is at a page, as the platforms tell it: OAuth of the service account and of the WeCom app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar
from yarl import URL

from bot.simulator.knobs import Knobs
from domain.services import staff_register
from tests.driver import ACCOUNT
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import hired

#: the address by which phones know the service; what leads there is followed by hand
PUBLIC = "http://pages.example"


@dataclass
class Browser:
    """A browser inside a phone: it follows nobody by itself, so that every step can be looked at."""

    town: Town
    http: ClientSession

    async def get(self, address: str) -> ClientResponse:
        here = address.replace(PUBLIC, self.town.story.service_url)
        url = URL(here if here.startswith("http") else f"{self.town.story.service_url}{here}", encoded=True)
        async with self.http.get(url, allow_redirects=False) as answer:
            await answer.read()
            return answer

    async def holds(self, phone: str, who: str, path: str) -> None:
        """The platform knows whose phone it is."""
        asked = {"phone": phone, "who": who, "to": f"{self.town.story.service_url}{path}"}
        await self.get(f"{self.town.story.platform_url}/open?{urlencode(asked)}")

    async def sent_to_platform(self, path: str) -> str:
        """Asks for a page as somebody unknown; returns where the platform sends the browser back to."""
        answer = await self.get(path)
        assert answer.status == 302, answer
        asked = await self.get(answer.headers["Location"])
        assert asked.status == 302, await asked.text()
        return asked.headers["Location"]


@pytest.fixture
async def browser(sqlite_url: str, open_town: OpenTown) -> AsyncIterator[Browser]:
    async with (
        open_town(sqlite_url, base_url=PUBLIC) as town,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as http,
    ):
        yield Browser(town, http)


async def test_a_follower_is_known_by_the_platforms_word_and_sees_the_page(browser: Browser) -> None:
    wang = await browser.town.story.follower("王会计")
    await browser.holds("firm", wang.openid, "/h5/firm/")
    back = await browser.sent_to_platform("/h5/firm/")
    inside = await browser.get(back)
    assert (inside.status, inside.headers["Location"]) == (303, "/h5/firm/")
    assert (await browser.get("/h5/firm/")).status == 200


async def test_a_member_of_staff_is_known_by_the_platforms_word(browser: Browser) -> None:
    await hired(browser.town, "chen", "陈静", "经办")
    await browser.holds("staff", "chen", "/h5/staff/")
    inside = await browser.get(await browser.sent_to_platform("/h5/staff/"))
    assert (inside.status, inside.headers["Location"]) == (303, "/h5/staff/")
    assert (await browser.get("/h5/staff/")).status == 200


async def test_a_member_who_was_disabled_is_told_so(browser: Browser) -> None:
    await hired(browser.town, "chen", "陈静", "经办")
    await browser.town.write(lambda uow: staff_register.disable(uow, "chen", by="cli"))
    await browser.holds("staff", "chen", "/h5/staff/")
    refused = await browser.get(await browser.sent_to_platform("/h5/staff/"))
    assert refused.status == 403
    assert "已停用" in await refused.text()


async def test_a_code_counts_once(browser: Browser) -> None:
    wang = await browser.town.story.follower("王会计")
    await browser.holds("firm", wang.openid, "/h5/firm/")
    back = await browser.sent_to_platform("/h5/firm/")
    # the same state again, as somebody would who copied the address in time
    cookies = browser.http.cookie_jar.filter_cookies(URL(f"{browser.town.story.service_url}/h5/firm/oauth"))
    state = cookies["xinshi_state"].value
    assert (await browser.get(back)).status == 303
    browser.http.cookie_jar.update_cookies(
        {"xinshi_state": state}, URL(f"{browser.town.story.service_url}/h5/firm/oauth")
    )
    assert (await browser.get(back)).status == 403


@pytest.mark.parametrize("state", ["", "0" * 32, "another"])
async def test_a_state_that_this_browser_was_not_given_lets_nobody_in(browser: Browser, state: str) -> None:
    wang = await browser.town.story.follower("王会计")
    await browser.holds("firm", wang.openid, "/h5/firm/")
    back = URL(await browser.sent_to_platform("/h5/firm/"))
    forged = await browser.get(str(back.update_query(state=state)))
    assert forged.status == 403
    assert "没有认出您" in await forged.text()


async def test_a_code_without_the_browser_it_was_made_for_lets_nobody_in(browser: Browser) -> None:
    wang = await browser.town.story.follower("王会计")
    await browser.holds("firm", wang.openid, "/h5/firm/")
    back = await browser.sent_to_platform("/h5/firm/")
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as other:
        assert (await Browser(browser.town, other).get(back)).status == 403


async def test_the_virtual_user_of_a_page_copy_is_refused(sqlite_url: str, open_town: OpenTown) -> None:
    account = replace(ACCOUNT, knobs=Knobs(cut_after=5.0, snapshot=True))
    async with (
        open_town(sqlite_url, base_url=PUBLIC, config=account) as town,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as http,
    ):
        browser = Browser(town, http)
        wang = await town.story.follower("王会计")
        await browser.holds("firm", wang.openid, "/h5/firm/")
        refused = await browser.get(await browser.sent_to_platform("/h5/firm/"))
        assert refused.status == 403
        assert "页面快照" in await refused.text()


async def test_a_form_of_somebody_unknown_is_not_sent_on_to_the_platform(browser: Browser) -> None:
    async with browser.http.post(
        f"{browser.town.story.service_url}/h5/firm/cases/YY20260001/supply",
        data={"csrf": "x"},
        allow_redirects=False,
    ) as answer:
        assert answer.status == 403


async def test_what_a_browser_keeps_on_its_way_to_the_platform_is_no_session(browser: Browser) -> None:
    await browser.get("/h5/firm/cases")
    kept = next(each.value for each in browser.http.cookie_jar if each.key == "xinshi_state")
    browser.http.cookie_jar.update_cookies({"xinshi_firm": kept}, URL(browser.town.story.service_url))
    assert (await browser.get("/h5/firm/cases")).status == 302
