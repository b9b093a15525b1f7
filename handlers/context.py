"""What a handler may know and touch: one turn, one person, one unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.clock import Clock, legal_date
from domain.model.person import Person
from domain.office import Office
from domain.ports import Conversation, Sealer, UnitOfWork
from domain.rules.rulebook import Rulebook
from domain.services.case_effects import follow
from domain.services.work import Work


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to every handler. Only ``conversation`` changes, and the router saves it."""

    uow: UnitOfWork
    clock: Clock
    rulebook: Rulebook
    office: Office
    sealer: Sealer
    person: Person
    conversation: Conversation
    #: the WeCom corp id, under which staff are written to
    staff_account: str = "wecom"
    #: the address of our own pages, for the links that are given out
    base_url: str = ""

    def now(self) -> datetime:
        """The present as aware UTC."""
        return self.clock.now()

    def today(self) -> date:
        """The Shanghai date."""
        return legal_date(self.clock.now())

    def work(self) -> Work:
        """What the services of cases want; loads the calendar, so only turns about cases ask for it."""
        return Work(
            uow=self.uow,
            rulebook=self.rulebook,
            office=self.office,
            calendar=self.uow.calendar.load(),
            sealer=self.sealer,
            now=self.clock.now(),
            follow=follow,
            staff_account=self.staff_account,
            base_url=self.base_url,
        )

    @property
    def actor(self) -> str:
        """Who acts, as audit and query log write it: an id, never an openid."""
        return f"person:{self.person.id}"
