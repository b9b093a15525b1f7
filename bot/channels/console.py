"""The terminal as a channel: the same pipeline, a line in and a text out, no network.

For whoever tries a conversation out, for scripts with piped input, and for an
operator on a machine without a browser. Reached by ``xinshi chat``.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex

from bot.metrics import Metrics
from bot.pipeline import House, Pipeline
from bot.tasks import Nursery
from domain.errors import Refused
from domain.model.person import Channel, normal_userid
from handlers.turn import Inbound, InboundKind
from handlers.understand import warm_up

ACCOUNT = "console"
PROMPT = "> "

_IDENTITY = re.compile(r"^(firm|staff):(\S{1,64})$")
NO_IDENTITY = "--as 应写作 firm:编号 或 staff:账号，如 firm:张三；现为“{who}”"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sits at the terminal: a name of the console channel, or the account of a member of staff."""

    name: str
    staff: bool = False


def read_identity(who: str) -> Identity:
    """The identity of ``--as``; ``Refused`` says how to write it."""
    match = _IDENTITY.match(who)
    if match is None:
        raise Refused(NO_IDENTITY.format(who=who))
    staff = match[1] == "staff"
    return Identity(normal_userid(match[2]) if staff else match[2], staff)


Read = Callable[[], str]
Write = Callable[[str], None]


async def talk(house: House, identity: Identity, read: Read, write: Write) -> None:
    """Answer line after line until the input ends; ``read`` returns "" at its end, as ``readline`` does."""
    nursery = Nursery()
    # late answers go to the outbox and come with the next reply: nobody pushes to a terminal
    pipeline = Pipeline(house, nursery, Metrics(), wake_delivery=lambda: None)
    await asyncio.to_thread(warm_up)
    try:
        while line := await asyncio.to_thread(read):
            text = line.strip()
            if not text:
                continue
            write(await _answer(pipeline, house, identity, text))
    finally:
        await pipeline.drain(5.0)
        await nursery.close()


async def _answer(pipeline: Pipeline, house: House, identity: Identity, text: str) -> str:
    inbound = Inbound(
        # a member of staff is the same person here as in WeCom: the same talk, the same rights
        channel=Channel.WECOM if identity.staff else Channel.CONSOLE,
        account=house.staff_account if identity.staff else ACCOUNT,
        sender=identity.name,
        kind=InboundKind.TEXT,
        # every line is a message of its own: a terminal never repeats one
        dedupe_key=f"{ACCOUNT}:{token_hex(16)}",
        received_at=house.clock.now(),
        text=text,
    )
    return await pipeline.answer(inbound, arrived=asyncio.get_running_loop().time())


def read_line() -> str:
    """One line of stdin, with a prompt where a person types."""
    if sys.stdin.isatty():
        sys.stderr.write(PROMPT)
        sys.stderr.flush()
    return sys.stdin.readline()
