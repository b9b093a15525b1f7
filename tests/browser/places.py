"""Every page there is: whose it is, and an address of it in the demonstration of ``scenery``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.demo.serve import PEOPLE
from domain.services import links
from domain.services.links import Purpose
from tests.browser.scenery import ACCOUNTANT, GUEST, OWNER, Scenery
from tests.browser.window import Inside

NOBODY: Final = ""
CLERK, APPROVER, ADMIN, AUDITOR = "window1", "approver", "admin", "auditor"


@dataclass(frozen=True)
class Place:
    """One page. ``who``: a person of the demonstration by name, or a member of staff by userid.

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
        if self.who in PEOPLE:
            return "wechat"
        return "wecom" if self.who else "browser"


PLACES: Final = (
    Place("/h5/upload/{token}", ACCOUNTANT, "{upload:objection}"),
    Place("/h5/import/{token}", CLERK, "{import:}"),
    Place("/h5/firm/", ACCOUNTANT, "/h5/firm/"),
    Place("/h5/firm/", GUEST, "/h5/firm/"),
    Place("/h5/firm/{subject_id}/grade", ACCOUNTANT, "/h5/firm/{firm}/grade"),
    Place("/h5/firm/{subject_id}/measures", ACCOUNTANT, "/h5/firm/{firm}/measures"),
    Place("/h5/firm/{subject_id}/records", ACCOUNTANT, "/h5/firm/{firm}/records"),
    Place("/h5/firm/cases", ACCOUNTANT, "/h5/firm/cases"),
    Place("/h5/firm/cases", GUEST, "/h5/firm/cases"),
    Place("/h5/firm/cases/{number}", ACCOUNTANT, "/h5/firm/cases/{objection}"),
    Place("/h5/firm/cases/{number}", ACCOUNTANT, "/h5/firm/cases/{decided}"),
    Place("/h5/firm/cases/{number}", OWNER, "/h5/firm/cases/{commitment}"),
    Place("/h5/staff/", CLERK, "/h5/staff/"),
    Place("/h5/staff/", APPROVER, "/h5/staff/"),
    Place("/h5/staff/", AUDITOR, "/h5/staff/"),
    Place("/h5/staff/proposals/{subject}", APPROVER, "/h5/staff/proposals/{waiting}"),
    Place("/h5/staff/cases", CLERK, "/h5/staff/cases"),
    Place("/h5/staff/cases/{number}", CLERK, "/h5/staff/cases/{objection}"),
    Place("/h5/staff/cases/{number}", APPROVER, "/h5/staff/cases/{decided}"),
    Place("/h5/staff/cases/{number}", CLERK, "/h5/staff/cases/{repair}"),
    Place("/h5/staff/cases/{number}", CLERK, "/h5/staff/cases/{commitment}"),
    Place("/sim/", NOBODY, "/sim/"),
)

#: what is asked for with GET and is no page: files, streams, ways in that lead on to a page
NO_PAGES: Final = frozenset(
    {
        "/h5/static/{name}",
        "/h5/file/{token}",
        "/h5/rejected/{token}",
        "/h5/staff/evidence/{id}",
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
