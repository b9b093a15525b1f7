"""Every page on a phone and on a desk: it fits, it is light, it complains of nothing, everybody can use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from aiohttp import web

from tests.browser.checks import barriers, enlarge, lost_keys, sticks_out
from tests.browser.conftest import PageAt
from tests.browser.places import NO_PAGES, PLACES, Place, address_of
from tests.browser.scenery import Scenery, set_up
from tests.browser.town import Town, open_town
from tests.browser.window import DESK, PHONE, Scheme, Window

#: bytes, without pictures
LIGHT = 200_000
#: written by others, the same on every page, kept by the phone for a year
VENDORED = "/vendor/"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """The rules that show most: the office computes grades, worse ones wait for a name."""
    async with open_town(tmp_path_factory.mktemp("town"), rulebook="pinglu") as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scenery(town: Town) -> Scenery:
    return await set_up(town)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.who or 'anybody'} {place.path}")
@pytest.mark.parametrize(
    "size, scheme", [(PHONE, "light"), (DESK, "dark")], ids=["phone by day", "desk by night"]
)
async def test_a_page_is_whole_light_and_for_everybody(
    place: Place, size: tuple[int, int], scheme: Scheme, scenery: Scenery, page_at: PageAt
) -> None:
    window = await page_at(*size, inside=place.inside, scheme=scheme)
    response = await window.open(await address_of(place, scenery))
    found = [] if response.status == place.status else [f"status {response.status}"]
    # a page that is a refusal is not there, says the browser
    found += [each for each in window.complaints if response.ok or not each.endswith(response.url)]
    found += await weighs_too_much(window)
    found += await sticks_out(window)
    found += await barriers(window)
    found += await lost_keys(window)
    if size == PHONE:
        # on a desk whoever needs large words has the browser's zoom, and then a narrower desk
        found += await enlarge(window)
        found += [f"text twice as large: {each}" for each in await sticks_out(window)]
    assert not found, "\n".join(found)


async def test_no_page_is_forgotten(town: Town) -> None:
    assert set(pages_of(town.app)) == {place.route for place in PLACES if place.route.startswith("/h5/")}


async def weighs_too_much(window: Window) -> list[str]:
    """What went over the wire, and what of it is our own, unpacked."""
    own = [len(await part.body()) for part in window.parts if VENDORED not in part.url]
    sizes = {"sent": await window.weight(), "our own": sum(own)}
    return [f"{size} bytes {what}" for what, size in sizes.items() if size >= LIGHT]


def pages_of(app: web.Application) -> Iterator[str]:
    """The patterns of all pages under /h5/."""
    for route in app.router.routes():
        pattern = route.resource.canonical if route.resource is not None else ""
        if route.method == "GET" and pattern.startswith("/h5/") and pattern not in NO_PAGES:
            yield pattern
