"""What every page shares: its frame, its headers, its way of refusing.

No script and no style inside a page, nothing from elsewhere: the policy says
so. Some addresses are a key for half an hour, so no page leaks its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from html import escape
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.web.assets import Assets
from domain.clock import SHANGHAI
from domain.errors import NotFound, Refused, XinshiError
from domain.rules.codes import mask_personal
from handlers.firm.wording import spoken

log = structlog.get_logger("xinshi.web")

ASSETS: Final = Assets()
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_ROOTS: Final = frozenset({"/h5/firm/", "/h5/staff/"})
_BACK: Final = '<p><a class="button secondary" href="{root}">回到首页</a></p>'
BUSY = "现在办不了，请过几分钟再试。"
BROKEN = "出错了，已记录（编号{no}）。请稍后再试，或在对话里回复“人工”。"


def _day(value: date | datetime) -> str:
    """2026年11月20日; a moment by its Shanghai date."""
    on = value.astimezone(SHANGHAI) if isinstance(value, datetime) else value
    return f"{on.year}年{on.month}月{on.day}日"


def _moment(value: datetime) -> str:
    """2026年11月20日 09:30 in Shanghai."""
    return f"{_day(value)} {value.astimezone(SHANGHAI):%H:%M}"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": _day, "moment": _moment, "spoken": spoken, "masked": mask_personal}
    made.globals |= {"asset": ASSETS.address}
    return made


_TEMPLATES: Final = _environment()


def render(template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page made from a template; every value is escaped."""
    html = _TEMPLATES.get_template(template).render(values)
    response = web.Response(
        text=html, content_type="text/html", charset="utf-8", headers=HEADERS, status=status
    )
    response.enable_compression()
    return response


def page(title: str, body: str, *, status: int = 200) -> web.Response:
    """A page without a side; ``body`` is HTML, ``title`` is text."""
    return render("plain.html", status=status, title=title, body=Markup(body))  # noqa: S704 - our own HTML


def paragraph(text: str, *, aside: bool = False) -> str:
    """A text as one paragraph."""
    return f'<p class="aside">{escape(text)}</p>' if aside else f"<p>{escape(text)}</p>"


def polite(handler: Handler) -> Handler:
    """A refusal becomes a page with its one line; what breaks is said without a detail, and logged with it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        answer: Callable[[web.Request], Awaitable[web.StreamResponse]] = handler
        try:
            return await answer(request)
        except web.HTTPException:
            raise
        except Refused as refusal:
            log.info("page refused", action="page.refused", reason=str(refusal))
            status = 404 if isinstance(refusal, NotFound) else 403
            return page("办不了", paragraph(refusal.text) + _way_back(request), status=status)
        except ConnectionError:
            log.info("page left", action="page.left", route=_route(request))
            return page("请稍后再试", paragraph(BUSY), status=400)
        except XinshiError as error:
            log.warning("page busy", action="page.busy", reason=str(error))
            return page("请稍后再试", paragraph(BUSY), status=503)
        except Exception:
            number = token_hex(4)
            log.exception("page broken", action="page.broken", no=number, route=_route(request))
            return page("出错了", paragraph(BROKEN.format(no=number)), status=500)

    return handle


def _way_back(request: web.Request) -> str:
    """To the first page of the side on which somebody was refused; "" where that is what was asked for."""
    root = "/".join(request.path.split("/")[:3]) + "/"
    return _BACK.format(root=root) if root in _ROOTS and request.path != root else ""


def _route(request: web.Request) -> str:
    """The pattern of an address: the address itself may be a key."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""


def handed_out(data: bytes, *, name: str, content_type: str) -> web.Response:
    """A file to be kept, never to be shown: nothing in it runs under our address."""
    headers = HEADERS | {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return web.Response(body=data, content_type=content_type, headers=headers)
