"""staff sync: the contact list of WeCom, asked for once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from aiohttp import ClientSession

from bot.app import wecom_api
from bot.channels.api_errors import ApiError, OutcomeUnknown
from bot.channels.wecom_api import Department, WeComApi
from bot.cli.workplace import Workplace
from domain.errors import Refused
from domain.services.staff_sync import Contact
from storage.runner import open_runner


def contacts_of(place: Workplace) -> tuple[Contact, ...]:
    """Everybody whom the app may see; ``Refused`` with the platform's reason where it does not answer."""
    try:
        return asyncio.run(_ask(place))
    except (ApiError, OutcomeUnknown) as error:
        raise Refused(f"企业微信通讯录没有读到，没有改动任何内容：{error}") from error


async def _ask(place: Workplace) -> tuple[Contact, ...]:
    runner = await open_runner(place.settings.database_url, sealer=place.sealer, clock=place.clock)
    try:
        async with ClientSession() as session:
            return await read_contacts(wecom_api(place.settings, session, runner, place.clock))
    finally:
        await runner.close()


async def read_contacts(api: WeComApi) -> tuple[Contact, ...]:
    """The members of every department that the app may see, each once."""
    departments = {each.id: each for each in await api.departments()}
    found: dict[str, Contact] = {}
    for top in departments.values():
        if top.parent_id in departments:
            continue
        for member in await api.members(top.id, below=True):
            chains = tuple(tuple(_names(number, departments)) for number in member.departments)
            found[member.userid] = Contact(member.userid, member.name, chains, member.gone)
    return tuple(found.values())


def _names(number: int, departments: Mapping[int, Department]) -> Iterator[str]:
    """The name of a department and of those above it, as far as the app sees them."""
    while (each := departments.get(number)) is not None:
        yield each.name
        number = each.parent_id
