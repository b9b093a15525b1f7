"""Every page there is: whose it is, and an address of it in the demonstration of ``scenery``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.services import links
from domain.services.links import Purpose
from tests.browser.scenery import Scenery
from tests.browser.window import Inside

ACCOUNTANT: Final = "accountant"
OWNER: Final = "owner"
NOBODY: Final = ""


@dataclass(frozen=True)
class Place:
    """One page. ``who``: one of the people above, or a member of staff by userid.

    ``path`` may hold names of the scenery in braces, or a purpose and target
    of a signed link: ``{upload:objection}``.
    """

    route: str
    who: str
    path: str
    status: int = 200

    @property
    def inside(self) -> Inside:
        """What it is opened in."""
        if self.who in (ACCOUNTANT, OWNER):
            return "wechat"
        return "wecom" if self.who else "browser"


PLACES: Final = (
    Place("/h5/upload/{token}", ACCOUNTANT, "{upload:objection}"),
    Place("/h5/import/{token}", "window1", "{import:}"),
    Place("/sim/", NOBODY, "/sim/"),
)

#: what is asked for with GET and is no page: files, streams, ways in that lead on to a page
NO_PAGES: Final = frozenset(
    {
        "/h5/static/{name}",
        "/h5/file/{token}",
        "/h5/rejected/{token}",
        "/h5/firm/in/{token}",
        "/h5/firm/oauth",
        "/h5/staff/in/{token}",
        "/h5/staff/oauth",
    }
)


async def address_of(place: Place, scenery: Scenery) -> str:
    """The whole address; for a page of one side, a signed link that leads there."""
    town = scenery.town
    if place.path.startswith("{"):
        purpose, _, target = place.path.strip("{}").partition(":")
        person = await scenery.person(place.who)
        return links.address(
            town.address,
            town.parts.house.sealer,
            Purpose(purpose),
            scenery.names.get(target, ""),
            person.id,
            town.clock.now(),
        )
    path = place.path.format_map(scenery.names)
    if not place.who:
        return f"{town.address}{path}"
    return town.entrance(await scenery.person(place.who), path)
