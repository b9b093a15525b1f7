"""What ``xinshi chat`` needs around the terminal channel: the house, and in the demonstration a binding."""

from __future__ import annotations

import asyncio

from bot.channels.console import ACCOUNT, Identity, read_line, talk
from bot.cli.speech import say, warn
from bot.cli.workplace import Workplace
from bot.pipeline import House
from domain.clock import legal_date
from domain.model.person import Channel
from domain.services import bindings
from domain.services.grades import find_subject
from storage.runner import open_runner

BOUND = "（演示：您现在是{name}的经办人）"
HOW_TO_BIND = "（要绑定这家单位：xinshi bindcode {code}，再回复“绑定 绑定码”）"


def chat(place: Workplace, identity: Identity) -> None:
    """Talk until the input ends. In the demonstration ``firm:CODE`` is somebody of that firm already."""
    if not identity.staff:
        _meet(place, identity)
    asyncio.run(_chat(place, identity))


async def _chat(place: Workplace, identity: Identity) -> None:
    runner = await open_runner(
        place.settings.database_url, sealer=place.sealer, clock=place.clock, rulebook_id=place.rulebook.id
    )
    house = House(
        runner,
        place.clock,
        place.rulebook,
        place.office,
        place.sealer,
        staff_account=place.settings.wecom_corp_id or "wecom",
        base_url=place.settings.base_url,
    )
    try:
        await talk(house, identity, read_line, say)
    finally:
        await runner.close()


def _meet(place: Workplace, identity: Identity) -> None:
    """Bind a demonstration's guest who is named after a firm's code, by a code like anybody else's."""
    now = place.clock.now()
    with place.session() as uow:
        found = find_subject(uow, identity.name)
        if not found:
            return
        person = uow.people.get_or_add(Channel.CONSOLE, ACCOUNT, identity.name, now)
        held = bindings.active(uow, person, legal_date(now))
        if any(subject.id == found[0].id for _, subject in held):
            return
        if not place.settings.demonstration:
            warn(HOW_TO_BIND.format(code=identity.name))
            return
        code = bindings.issue_code(uow, found[0].id, by="demo", now=now, sealer=place.sealer).code
        offer = bindings.look_up(uow, person, code, now=now, sealer=place.sealer)
        bindings.bind(uow, person, offer.digest, now=now, tell="有人新绑定了您的单位。")
    warn(BOUND.format(name=found[0].name))
