"""Pages that are opened inside WeChat and WeCom, and one that is public."""

from __future__ import annotations

from aiohttp import web

from bot.web.entrance import open_site_routes
from bot.web.firm.cases import Cases
from bot.web.firm.commitments import Commitments
from bot.web.firm.filed import Filed
from bot.web.firm.grades import Grades
from bot.web.firm.home import Home
from bot.web.firm.objections import Objections
from bot.web.firm.papers import Papers
from bot.web.firm.records import Records
from bot.web.firm.repairs import Repairs
from bot.web.pages import ASSETS, polite
from bot.web.public.verify import Verify
from bot.web.site import Site
from bot.web.staff.audit import AuditPages
from bot.web.staff.broadcasts import BroadcastPages
from bot.web.staff.cases import CasePages
from bot.web.staff.dashboard import DashboardPages
from bot.web.staff.home import HomePages
from bot.web.staff.imports import ImportPages
from bot.web.staff.papers import PaperPages
from bot.web.staff.rulebook import RulebookPages
from domain.errors import NotFound

NOWHERE = "没有这个页面。请回到首页，或从对话里的链接打开。"


def all_routes(site: Site) -> list[web.AbstractRouteDef]:
    """Every route of the two sides of the counter."""
    return [
        *ASSETS.routes(),
        *open_site_routes(site),
        *Home(site.firm).routes(),
        *Grades(site.firm).routes(),
        *Records(site.firm).routes(),
        *Cases(site.firm).routes(),
        *Objections(site.firm).routes(),
        *Repairs(site.firm).routes(),
        *Commitments(site.firm).routes(),
        *Filed(site.firm).routes(),
        *Papers(site.firm).routes(),
        *HomePages(site.staff).routes(),
        *CasePages(site.staff).routes(),
        *ImportPages(site.staff).routes(),
        *BroadcastPages(site.staff).routes(),
        *DashboardPages(site.staff).routes(),
        *PaperPages(site.staff).routes(),
        *RulebookPages(site.staff).routes(),
        *AuditPages(site.staff).routes(),
        *Verify(site).routes(),
        web.get("/h5/{rest:.*}", polite(_nowhere)),
        web.post("/h5/{rest:.*}", polite(_nowhere)),
    ]


async def _nowhere(_request: web.Request) -> web.StreamResponse:
    """Whatever else somebody types or guesses."""
    raise NotFound(NOWHERE)
