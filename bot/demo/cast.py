"""Who holds the phones of the demonstration, and the one among them who may sign from the start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.demo.names import ELSEWHERE, PLACES
from bot.demo.population import WELL_KNOWN
from domain.clock import legal_date
from domain.model.person import Channel, Power
from domain.model.subject import Subject
from domain.rules.codes import make_uscc
from domain.services import bindings
from storage.installation import RULEBOOK
from storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True)
class Role:
    """One phone at the start: whose, and what that person does in a firm."""

    name: str
    trade: str
    #: holds the power 签署 for the firm of the story, as if a letter of authority had been accepted
    signs: bool = False


CAST: Final = (Role("王会计", "会计"), Role("赵老板", "法定代表人", signs=True), Role("李经理", "行政经理"))
SIGNER: Final = next(role.name for role in CAST if role.signs)
NEWCOMER: Final = next(role.name for role in CAST if not role.signs)
#: where in the list of well-known firms the firm of the five minutes stands: it has records to object to
STORY_FIRM: Final = 1
#: under which the letter of authority is filed that nobody handed in
LETTER: Final = "letter:（示例）"


def story_firm(uow: SqlUnitOfWork) -> Subject | None:
    """The firm of the five minutes; None where the demonstration's firms are not there."""
    _, prefix = PLACES.get(uow.installation.get(RULEBOOK) or "", ELSEWHERE)
    known = WELL_KNOWN[STORY_FIRM]
    return uow.subjects.by_uscc(make_uscc(prefix, known.number, known.kind))


def empower(uow: SqlUnitOfWork, account: str, openid: str, now: datetime) -> None:
    """Give the power 签署 for the firm of the story to one who is bound to nothing."""
    firm = story_firm(uow)
    if firm is None:
        return
    person = uow.people.get_or_add(Channel.WECHAT, account, openid, now)
    if bindings.active(uow, person, legal_date(now)):
        return
    binding_id = uow.bindings.add(person.id, firm.id, Power.SIGN, at=now, proof=LETTER)
    uow.audit.append(
        "binding.added",
        actor="system",
        subject_id=firm.id,
        ref=str(binding_id),
        detail={"power": int(Power.SIGN), "letter": LETTER},
    )
