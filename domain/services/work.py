"""What a verb of the office works with: one unit of work, the rules, the calendar, the present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from domain.clock import legal_date
from domain.model.case import Actor, Case
from domain.office import Office
from domain.ports import Sealer, UnitOfWork
from domain.rules.rulebook import Rulebook
from domain.rules.workdays import WorkCalendar


class Follow(Protocol):
    """What follows from a step of a case, in the step's own transaction."""

    def __call__(self, work: Work, before: Case, after: Case, action: str, actor: Actor, text: str) -> Case:
        """Do all of it; returns the case as it stands then. What it raises undoes the step."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """Handed to every service of cases; made anew for each turn and each job."""

    uow: UnitOfWork
    rulebook: Rulebook
    office: Office
    calendar: WorkCalendar
    sealer: Sealer
    now: datetime
    #: handed in, since what follows are verbs of other services, which themselves open and move cases
    follow: Follow
    #: the WeCom corp id: under it the staff's accounts are known
    staff_account: str = "wecom"
    #: the address of our own pages; "" where there are none
    base_url: str = ""

    @property
    def today(self) -> date:
        """The Shanghai date."""
        return legal_date(self.now)
