"""Files that people send in the chat: fetched from the platform while it still keeps them.

The platform names a file and keeps it for three days. What is to be fetched
stands in the database; a try takes a lease, so that no two replicas fetch the
same, and a process that dies loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog

from bot.channels.api_client import Media
from bot.channels.api_errors import Action, ApiError, OutcomeUnknown
from bot.pipeline import House
from domain.errors import Refused, Unavailable
from domain.model.person import Channel
from domain.ports import Files, NamedMedia
from domain.rules.file_types import spoken_type
from domain.services import evidence
from storage.runner import Priority
from storage.unit_of_work import SqlUnitOfWork

log = structlog.get_logger("xinshi.media")

AT_ONCE = 8
#: what no further try mends
_LOST = frozenset({Action.PERMANENT, Action.UNREACHABLE, Action.FALLBACK, Action.BUG})

GONE = "平台上已经没有这份文件"
TOO_LATE = "三天内没有能从平台取到"


class Source(Protocol):
    """A platform that keeps what people sent."""

    async def download_media(self, media_id: str) -> Media: ...


class MediaFetcher:
    """Fetches what is due; one tick of a job."""

    def __init__(self, house: House, sources: Mapping[Channel, Source], files: Files) -> None:
        self._house = house
        self._sources = sources
        self._files = files

    async def fetch(self) -> int:
        """Try each file that is due once; how many were tried."""
        now = self._house.clock.now()
        due = await self._house.runner.run(
            lambda uow: uow.evidence.lease(now, evidence.LEASE, limit=AT_ONCE),
            priority=Priority.BACKGROUND,
            limit_ms=None,
        )
        for media in due:
            await self._try(media)
        return len(due)

    async def _try(self, media: NamedMedia) -> None:
        source = self._sources.get(media.channel)
        try:
            if source is None:
                return await self._give_up(media, GONE)
            data = (await source.download_media(media.media_id)).data
            await self._keep(media, data)
        except ApiError as error:
            log.info("media", action="media.refused", media=media.id, error=str(error))
            return await (self._give_up(media, GONE) if error.action in _LOST else self._again(media))
        except (OutcomeUnknown, Unavailable) as error:
            log.warning("media", action="media.postponed", media=media.id, error=str(error))
            return await self._again(media)
        except Refused as refusal:
            return await self._give_up(media, refusal.text.rstrip("。"))
        return None

    async def _keep(self, media: NamedMedia, data: bytes) -> None:
        """The bytes first, then the row in place of the one that named it."""
        content_type = await asyncio.to_thread(evidence.checked_type, data, "您发的文件")
        name = spoken_type(content_type)
        sha256 = await asyncio.to_thread(self._files.put, data, self._house.clock.now().year)
        file = evidence.File(sha256, content_type, len(data), name)
        await self._house.runner.run(
            lambda uow: self._book(uow, media, file), priority=Priority.BACKGROUND, limit_ms=None
        )

    def _book(self, uow: SqlUnitOfWork, media: NamedMedia, file: evidence.File) -> None:
        work = self._house.work(uow)
        if not uow.evidence.fetched(media.id):
            return
        case = uow.cases.get(media.case_id)
        assert case is not None, "media are fetched for a case"
        actor = evidence.actor_behind(work, evidence.sender_of(media))
        evidence.add(work, case.number, file, actor=actor)

    async def _again(self, media: NamedMedia) -> None:
        due = evidence.again_at(media, self._house.clock.now())
        if due is None:
            return await self._give_up(media, TOO_LATE)
        return await self._house.runner.run(
            lambda uow: uow.evidence.again(media.id, due), priority=Priority.BACKGROUND, limit_ms=None
        )

    async def _give_up(self, media: NamedMedia, reason: str) -> None:
        await self._house.runner.run(
            lambda uow: evidence.lost(self._house.work(uow), media, reason),
            priority=Priority.BACKGROUND,
            limit_ms=None,
        )
