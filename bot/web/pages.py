"""What every page shares: its frame, its headers, its way of refusing.

No script, no inline style, nothing from elsewhere: the policy says so, and the
pages work without. An address is a key for half an hour, so no page leaks its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from domain.errors import Refused, XinshiError

STATIC: Final = Path(__file__).parent / "static"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_FRAME = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="stylesheet" href="/h5/static/h5.css">
</head>
<body><main>
<h1>{title}</h1>
{body}
</main></body>
</html>
"""
BUSY = "现在办不了，请过几分钟再试。"


def page(title: str, body: str, *, status: int = 200) -> web.Response:
    """A page; ``body`` is HTML, ``title`` is text."""
    html = _FRAME.format(title=escape(title), body=body)
    return web.Response(text=html, content_type="text/html", charset="utf-8", headers=HEADERS, status=status)


def paragraph(text: str, *, aside: bool = False) -> str:
    """A text as one paragraph."""
    return f'<p class="aside">{escape(text)}</p>' if aside else f"<p>{escape(text)}</p>"


def polite(handler: Handler) -> Handler:
    """A refusal becomes a page with its one line; what breaks is said without a detail."""

    async def handle(request: web.Request) -> web.StreamResponse:
        answer: Callable[[web.Request], Awaitable[web.StreamResponse]] = handler
        try:
            return await answer(request)
        except Refused as refusal:
            return page("办不了", paragraph(refusal.text), status=403)
        except XinshiError:
            return page("请稍后再试", paragraph(BUSY), status=503)

    return handle


def handed_out(data: bytes, *, name: str, content_type: str) -> web.Response:
    """A file to be kept, never to be shown: nothing in it runs under our address."""
    headers = HEADERS | {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return web.Response(body=data, content_type=content_type, headers=headers)
