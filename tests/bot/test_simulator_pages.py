"""Pages opened on the phones: whose phone it is, OAuth of both platforms, and what keeps phones apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import ClientResponse
from yarl import URL

from tests.driver import ACCOUNT, CORP
from tests.peer_app import office_of
from tests.peer_scene import Scene, scene_of

STATE = "a1B2"


class Browser:
    """The one browser in which all phones of the page stand."""

    def __init__(self, scene: Scene, http: aiohttp.ClientSession) -> None:
        self.scene, self.http = scene, http
        self.sim = scene.story.platform_url
        self.page = f"{scene.story.service_url}/h5/firm/"

    async def get(self, address: str, **query: str) -> ClientResponse:
        async with self.http.get(address, params=query or None, allow_redirects=False) as response:
            await response.read()
            return response

    async def opens(self, who: str, *, phone: str = "firm", to: str = "") -> ClientResponse:
        return await self.get(f"{self.sim}/open", phone=phone, who=who, to=to or self.page)

    async def authorizes(self, **changes: str) -> ClientResponse:
        """WeChat's ``authorize``, with the parameters in WeChat's order unless changed."""
        asked = {
            "appid": ACCOUNT.app_id,
            "redirect_uri": self.page,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": STATE,
        } | changes
        return await self.get(
            str(URL(f"{self.sim}/wechat/connect/oauth2/authorize?{urlencode(asked)}", encoded=True))
        )

    async def code(self, **changes: str) -> str:
        return URL((await self.authorizes(**changes)).headers["Location"]).query["code"]

    async def login(self, code: str, **changes: str) -> dict[str, object]:
        asked = {"appid": ACCOUNT.app_id, "secret": ACCOUNT.secret, "code": code} | changes
        url = f"{self.scene.story.api_base}/sns/oauth2/access_token"
        async with self.http.get(url, params=asked | {"grant_type": "authorization_code"}) as response:
            return dict(await response.json())


@asynccontextmanager
async def browser_of(scene: Scene) -> AsyncIterator[Browser]:
    # the servers stand at an address, for which cookies must be allowed
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Browser(scene, http)


@pytest.fixture
async def browser(scene: Scene) -> AsyncIterator[Browser]:
    async with browser_of(scene) as opened:
        yield opened


async def test_a_page_learns_once_who_opened_it(browser: Browser) -> None:
    openid = browser.scene.firm.openid
    assert (await browser.opens(openid)).headers["Location"] == browser.page
    back = URL((await browser.authorizes()).headers["Location"])
    assert str(back.with_query(None)) == browser.page
    assert back.query["state"] == STATE
    answer = await browser.login(back.query["code"])
    assert (answer["openid"], answer["scope"]) == (openid, "snsapi_base")
    assert "is_snapshotuser" not in answer
    assert (await browser.login(back.query["code"]))["errcode"] == 40163


async def test_a_code_ends_after_five_minutes_and_wants_the_secret(browser: Browser) -> None:
    await browser.opens(browser.scene.firm.openid)
    code = await browser.code()
    assert (await browser.login(code, secret="guessed"))["errcode"] == 40125
    assert (await browser.login("guessed"))["errcode"] == 40029
    browser.scene.story.passes(minutes=5)
    assert (await browser.login(code))["errcode"] == 40029


async def test_the_visitor_of_a_copied_page_is_nobody_real(browser: Browser) -> None:
    browser.scene.story.simulator.platform.knobs.snapshot = True
    await browser.opens(browser.scene.firm.openid)
    answer = await browser.login(await browser.code())
    assert answer["is_snapshotuser"] == 1
    assert answer["openid"] != browser.scene.firm.openid


@pytest.mark.parametrize(
    "changes",
    [
        {"appid": "wx-another"},
        {"scope": "snsapi_all"},
        {"scope": ""},
        {"state": "not ours!"},
        {"redirect_uri": "page"},
        {"response_type": "token"},
        {"agentid": "1000001"},
    ],
)
async def test_an_address_that_wechat_does_not_know_opens_no_page(
    browser: Browser, changes: dict[str, str]
) -> None:
    await browser.opens(browser.scene.firm.openid)
    refused = await browser.authorizes(**changes)
    assert refused.status == 403
    assert "Location" not in refused.headers
    assert "页面打不开" in await refused.text()


async def test_oauth_leads_back_to_the_accounts_own_domain_only() -> None:
    async with (
        scene_of(replace(ACCOUNT, page_domain="credit.example.com")) as scene,
        browser_of(scene) as browser,
    ):
        await browser.opens(scene.firm.openid)
        assert "10003" in await (await browser.authorizes()).text()


async def test_who_opens_no_page_on_a_phone_is_asked_to(browser: Browser) -> None:
    assert "模拟手机" in await (await browser.authorizes()).text()
    assert (await browser.opens("o-nobody")).status == 404
    assert (await browser.opens("chen", phone="tablet")).status == 404
    assert (await browser.opens(browser.scene.firm.openid, to="https://example.com/")).status == 404
    assert (await browser.opens(browser.scene.firm.openid, to="javascript:alert(1)")).status == 404


async def test_another_persons_phone_has_none_of_the_cookies() -> None:
    cookies = (("page_session", "/h5/firm"),)
    async with scene_of(replace(ACCOUNT, page_cookies=cookies)) as scene, browser_of(scene) as browser:
        first, second = scene.firm, await scene.story.follower("乙公司")
        assert "page_session" in (await browser.opens(first.openid)).headers.getall("Set-Cookie")[0]
        again = await browser.opens(first.openid)
        assert not any("page_session" in each for each in again.headers.getall("Set-Cookie"))
        other = await browser.opens(second.openid)
        assert any('page_session=""' in each for each in other.headers.getall("Set-Cookie"))
        assert (await browser.login(await browser.code()))["openid"] == second.openid


async def test_the_wire_shows_where_a_page_was_led_and_no_code(browser: Browser) -> None:
    await browser.opens(browser.scene.firm.openid)
    code = await browser.code()
    await browser.login(code)
    async with browser.http.get(
        f"{browser.sim}/wire", params={"person": browser.scene.firm.openid}
    ) as response:
        shown = await response.text()
    assert "connect/oauth2/authorize" in shown
    assert "sns/oauth2/access_token" in shown
    assert code not in shown
    assert ACCOUNT.secret not in shown


async def test_a_member_of_staff_opens_a_page_and_the_two_phones_do_not_mix() -> None:
    async with office_of() as office:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            sim, page = office.story.platform_url, f"{office.story.service_url}/h5/staff/"
            person = office.story.simulator.platform.add_person("王会计")
            for phone, who in (("staff", "liu"), ("firm", person.openid)):
                async with http.get(
                    f"{sim}/open", params={"phone": phone, "who": who, "to": page}, allow_redirects=False
                ) as response:
                    assert response.status == 302
            asked = {
                "appid": CORP.corp_id,
                "redirect_uri": page,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": STATE,
                "agentid": "1000001",
            }
            url = f"{sim}/wecom/connect/oauth2/authorize"
            async with http.get(url, params=asked, allow_redirects=False) as response:
                back = URL(response.headers["Location"])
            assert back.query["state"] == STATE
            told = await office.call("auth/getuserinfo", code=back.query["code"])
            assert told["userid"] == "liu"
            assert (await office.call("auth/getuserinfo", code=back.query["code"]))["errcode"] == 40029
            async with http.get(url, params=asked | {"appid": "ww-another"}) as response:
                assert response.status == 403
            office.story.simulator.wecom.corp.member("liu").enabled = False
            async with http.get(url, params=asked) as response:
                assert "禁用" in await response.text()
