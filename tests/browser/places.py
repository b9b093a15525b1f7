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
CLERK, APPROVER, AUDITOR = "window1", "approver", "auditor"


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


_FIRM, _STAFF = "/h5/firm", "/h5/staff"
_ONE = f"{_FIRM}/{{subject_id}}"

PLACES: Final = (
    Place("/h5/upload/{token}", ACCOUNTANT, "{upload:objection}"),
    Place("/h5/verify/{code}", NOBODY, "/h5/verify/{code}"),
    Place("/h5/verify/{code}", NOBODY, "/h5/verify/00000000000000000000000000000000", status=404),
    Place("/h5/{rest}", ACCOUNTANT, f"{_FIRM}/nowhere", status=404),
    # firms
    Place(f"{_FIRM}/", ACCOUNTANT, f"{_FIRM}/"),
    Place(f"{_FIRM}/", GUEST, f"{_FIRM}/"),
    Place(f"{_ONE}/grade", ACCOUNTANT, f"{_FIRM}/{{firm}}/grade"),
    Place(f"{_ONE}/measures", ACCOUNTANT, f"{_FIRM}/{{firm}}/measures"),
    Place(f"{_ONE}/records", ACCOUNTANT, f"{_FIRM}/{{firm}}/records"),
    Place(f"{_ONE}/records", GUEST, f"{_FIRM}/{{firm}}/records", status=403),
    Place(f"{_FIRM}/cases", ACCOUNTANT, f"{_FIRM}/cases"),
    Place(f"{_FIRM}/cases", GUEST, f"{_FIRM}/cases"),
    Place(f"{_FIRM}/cases/{{number}}", ACCOUNTANT, f"{_FIRM}/cases/{{objection}}"),
    Place(f"{_FIRM}/cases/{{number}}", ACCOUNTANT, f"{_FIRM}/cases/{{decided}}"),
    Place(f"{_FIRM}/cases/{{number}}", OWNER, f"{_FIRM}/cases/{{commitment}}"),
    Place(f"{_FIRM}/cases/{{number}}/review", ACCOUNTANT, f"{_FIRM}/cases/{{decided}}/review"),
    Place(f"{_FIRM}/cases/{{number}}/review/check", ACCOUNTANT, f"{_FIRM}/cases/{{decided}}/review/check"),
    Place(f"{_FIRM}/filed/{{number}}", ACCOUNTANT, f"{_FIRM}/filed/{{repair}}"),
    Place(f"{_FIRM}/filed/{{number}}", OWNER, f"{_FIRM}/filed/{{commitment}}"),
    Place(f"{_ONE}/object", ACCOUNTANT, f"{_FIRM}/{{firm}}/object"),
    Place(f"{_ONE}/object/{{target}}", ACCOUNTANT, f"{_FIRM}/{{firm}}/object/grade"),
    Place(f"{_ONE}/object/{{target}}/check", ACCOUNTANT, f"{_FIRM}/{{firm}}/object/grade/check"),
    Place(f"{_ONE}/repair", ACCOUNTANT, f"{_FIRM}/{{firm}}/repair"),
    Place(f"{_ONE}/repair/{{record}}", ACCOUNTANT, f"{_FIRM}/{{firm}}/repair/{{record}}"),
    Place(f"{_ONE}/repair/{{record}}/check", ACCOUNTANT, f"{_FIRM}/{{firm}}/repair/{{record}}/check"),
    Place(f"{_ONE}/commitments", OWNER, f"{_FIRM}/{{firm}}/commitments"),
    Place(f"{_ONE}/commitments", ACCOUNTANT, f"{_FIRM}/{{firm}}/commitments"),
    Place(f"{_ONE}/commitments/{{kind}}", OWNER, f"{_FIRM}/{{firm}}/commitments/voluntary"),
    Place(f"{_ONE}/commitments/{{kind}}/notices", OWNER, f"{_FIRM}/{{firm}}/commitments/voluntary/notices"),
    Place(f"{_ONE}/commitments/{{kind}}/sign", OWNER, f"{_FIRM}/{{firm}}/commitments/voluntary/sign"),
    Place(f"{_FIRM}/papers", OWNER, f"{_FIRM}/papers"),
    Place(f"{_FIRM}/papers", GUEST, f"{_FIRM}/papers"),
    # staff
    Place(f"{_STAFF}/", CLERK, f"{_STAFF}/"),
    Place(f"{_STAFF}/", APPROVER, f"{_STAFF}/"),
    Place(f"{_STAFF}/", AUDITOR, f"{_STAFF}/"),
    Place(f"{_STAFF}/proposals/{{subject}}", APPROVER, f"{_STAFF}/proposals/{{waiting}}"),
    Place(f"{_STAFF}/cases", CLERK, f"{_STAFF}/cases"),
    Place(f"{_STAFF}/cases/{{number}}", CLERK, f"{_STAFF}/cases/{{objection}}"),
    Place(f"{_STAFF}/cases/{{number}}", APPROVER, f"{_STAFF}/cases/{{decided}}"),
    Place(f"{_STAFF}/cases/{{number}}", CLERK, f"{_STAFF}/cases/{{repair}}"),
    Place(f"{_STAFF}/imports", CLERK, f"{_STAFF}/imports"),
    Place(f"{_STAFF}/imports/{{id}}", CLERK, f"{_STAFF}/imports/{{table}}"),
    Place(f"{_STAFF}/broadcasts", APPROVER, f"{_STAFF}/broadcasts"),
    Place(f"{_STAFF}/broadcasts/new", CLERK, f"{_STAFF}/broadcasts/new"),
    Place(f"{_STAFF}/broadcasts/{{number}}", APPROVER, f"{_STAFF}/broadcasts/{{notice}}"),
    Place(f"{_STAFF}/dashboard", CLERK, f"{_STAFF}/dashboard"),
    Place(f"{_STAFF}/papers", CLERK, f"{_STAFF}/papers"),
    Place(f"{_STAFF}/rulebook", CLERK, f"{_STAFF}/rulebook"),
    Place(f"{_STAFF}/audit", AUDITOR, f"{_STAFF}/audit"),
    Place(f"{_STAFF}/audit", CLERK, f"{_STAFF}/audit", status=403),
    Place(f"{_STAFF}/audit/queries", AUDITOR, f"{_STAFF}/audit/queries"),
    Place("/sim/", NOBODY, "/sim/"),
)

#: what is asked for with GET and is no page: files, streams, ways in that lead on to a page
NO_PAGES: Final = frozenset(
    {
        "/h5/static/{name}",
        "/h5/file/{token}",
        f"{_FIRM}/in/{{token}}",
        f"{_FIRM}/oauth",
        f"{_FIRM}/papers/{{paper_id}}",
        f"{_STAFF}/in/{{token}}",
        f"{_STAFF}/oauth",
        f"{_STAFF}/evidence/{{id}}",
        f"{_STAFF}/imports/{{id}}/rejected",
        f"{_STAFF}/papers/{{paper_id}}",
        f"{_STAFF}/audit/log.csv",
        f"{_STAFF}/audit/queries.csv",
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
