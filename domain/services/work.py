"""What a verb of the office works with: one unit of work, the rules, the calendar, the present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.clock import legal_date
from domain.office import Office
from domain.ports import Sealer, UnitOfWork
from domain.rules.rulebook import Rulebook
from domain.rules.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Work:
    """Handed to every service of cases; made anew for each turn and each job."""

    uow: UnitOfWork
    rulebook: Rulebook
    office: Office
    calendar: WorkCalendar
    sealer: Sealer
    now: datetime
    #: the WeCom corp id: under it the staff's accounts are known
    staff_account: str = "wecom"

    @property
    def today(self) -> date:
        """The Shanghai date."""
        return legal_date(self.now)
