"""menu push: the one command that talks to the platform."""

from __future__ import annotations

import asyncio
import json

from bot.app import push_menu_once
from bot.channels.api_errors import ApiError, OutcomeUnknown
from bot.cli.workplace import Workplace
from domain.errors import Refused
from handlers.menu import menu_json


def menu_text(base_url: str) -> str:
    """The menu as the platform would get it."""
    return json.dumps(menu_json(base_url), ensure_ascii=False, indent=2)


def push(place: Workplace) -> None:
    """Give the service account its menu; ``Refused`` with the platform's reason where it is not taken."""
    try:
        asyncio.run(push_menu_once(place.settings, place.sealer, place.clock))
    except (ApiError, OutcomeUnknown) as error:
        raise Refused(f"菜单没有推送成功：{error}") from error
