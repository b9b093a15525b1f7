"""menu push: the one command that talks to the platform."""

from __future__ import annotations

import asyncio
import json

from aiohttp import ClientSession

from bot.app import RunnerTokens, push_menu
from bot.channels.wechat_api import WeChatApi
from bot.channels.wechat_errors import ApiError, OutcomeUnknown
from bot.cli.workplace import Workplace
from domain.errors import Refused
from handlers.menu import menu_json
from storage.runner import open_runner


def menu_text() -> str:
    """The menu as the platform would get it."""
    return json.dumps(menu_json(), ensure_ascii=False, indent=2)


def push(place: Workplace) -> None:
    """Give the service account its menu; ``Refused`` with the platform's reason where it is not taken."""
    try:
        asyncio.run(_push(place))
    except (ApiError, OutcomeUnknown) as error:
        raise Refused(f"菜单没有推送成功：{error}") from error


async def _push(place: Workplace) -> None:
    settings = place.settings
    runner = await open_runner(settings.database_url, sealer=place.sealer, clock=place.clock)
    try:
        async with ClientSession() as session:
            api = WeChatApi(
                session,
                settings.wechat_api_base,
                settings.wechat_app_id,
                settings.wechat_app_secret.get_secret_value(),
                tokens=RunnerTokens(runner),
                clock=place.clock,
            )
            await push_menu(api, tries=1)
    finally:
        await runner.close()
