"""What the page is told, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.simulator.people import Bubble
from bot.simulator.wire import Exchange


async def object_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a button; another content type is refused, as a foreign page could send it."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


def json_of(data: object, status: int = 200) -> web.Response:
    """A JSON answer in real Chinese, with moments in ISO form."""
    return web.json_response(
        data, status=status, dumps=lambda each: json.dumps(each, ensure_ascii=False, default=_plain)
    )


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def bubble_json(bubble: Bubble) -> dict[str, Any]:
    """One bubble of a chat."""
    return {
        "number": bubble.number,
        "side": bubble.side,
        "kind": bubble.kind,
        "text": bubble.text,
        "at": bubble.at,
        "wire": bubble.wire,
        "detail": bubble.detail,
    }


def last_json(history: Sequence[Bubble]) -> dict[str, Any] | None:
    """The latest bubble in a few words, for a list of people."""
    if not history:
        return None
    last = history[-1]
    text = last.text.replace("\n", " ")[:40]
    return {"number": last.number, "text": text, "at": last.at}


def exchange_json(exchange: Exchange) -> dict[str, Any]:
    """One exchange on the wire with its attempts."""
    return {
        "number": exchange.number,
        "platform": exchange.platform,
        "direction": exchange.direction,
        "title": exchange.title,
        "at": exchange.at,
        "plain": exchange.plain,
        "answer": exchange.answer,
        "attempts": [asdict(attempt) for attempt in exchange.attempts],
    }
