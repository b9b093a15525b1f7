"""Cards that are behind their case: the phones of everybody else show what one member has done."""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot.carriers import WeComCarrier
from bot.channels.api_errors import Action, ApiError
from bot.pipeline import House
from domain.errors import NotAllowed
from domain.model.card import Card
from domain.ports import PhoneCard
from domain.services import case_cards, staff
from storage.runner import Priority
from storage.unit_of_work import SqlUnitOfWork

log = structlog.get_logger("xinshi.delivery")

#: a code changes its card within 72 hours; an hour is left for clocks that differ
CODE_LIFE = timedelta(hours=71)
AT_ONCE = 16


class StaleCards:
    """Brings cards up to their case, in any replica and after any crash: what is behind stands in the database."""

    def __init__(self, house: House, carrier: WeComCarrier) -> None:
        self._house = house
        self._carrier = carrier

    async def refresh(self) -> int:
        """Change the cards that are behind, some at a time; how many were looked at."""
        behind = await self._house.runner.read(self._behind)
        for phone, face in behind:
            await self._change(phone, face)
        return len(behind)

    def _behind(self, uow: SqlUnitOfWork) -> list[tuple[PhoneCard, Card | None]]:
        stale = uow.cards.stale(since=self._house.clock.now() - CODE_LIFE, limit=AT_ONCE)
        return [(phone, self._face(uow, phone)) for phone in stale]

    def _face(self, uow: SqlUnitOfWork, phone: PhoneCard) -> Card | None:
        work, case = self._house.work(uow), uow.cases.get(phone.case_id)
        if case is None:
            return None
        try:
            return case_cards.card(work, case, staff.actor_of(work, phone.userid))
        except NotAllowed:  # no longer a member of staff
            return None

    async def _change(self, phone: PhoneCard, face: Card | None) -> None:
        if face is not None:
            try:
                await self._carrier.change(phone.response_code, face, phone.userid, task_id=phone.task_id)
            except ApiError as refusal:
                log.warning("card not changed", action="delivery.card", error=str(refusal))
                if refusal.action in (Action.RETRY, Action.QUOTA):
                    return
        await self._house.runner.run(
            lambda uow: uow.cards.use(phone), priority=Priority.BACKGROUND, limit_ms=None
        )
