"""我的记录 as a page: each record with its terms, its first day of repair, and the ways on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.model.case import Actor, Case, CaseKind
from domain.model.record import Record, Violation
from domain.rules.codes import mask_personal
from domain.rules.repair_terms import RepairTerm, eligible, repairable
from domain.services import case_rights, records
from domain.services.records import RecordView
from domain.services.reports import Firm, looked_at
from domain.services.work import Work

#: records on one page, the newest first; staff have the rest
LISTED = 50

DECIDED, PUBLISHED, PUBLIC_UNTIL, VALID_UNTIL = "作出决定", "开始公示", "公示到期", "有效期满"
FIRST_REPAIR = "最早可以申请修复"


@dataclass(frozen=True, slots=True)
class Mark:
    """One day in the life of a record."""

    on: date
    words: str
    #: it lies behind us, or is today
    reached: bool
    #: the day rests on something that is not confirmed: please ask
    reference: bool = False


@dataclass(frozen=True, slots=True)
class Repair:
    """Whether and when a record can be repaired."""

    #: None where no rule gives one
    first_day: date | None
    #: the day has come, or nobody can say which it is
    reached: bool
    #: asking is possible: the day has come, or is not certain
    open: bool
    #: why the day is no more than a reference; "" where it is confirmed
    reference_because: str
    citation: str


@dataclass(frozen=True, slots=True)
class RunningCase:
    """A case that is open about a record."""

    number: str
    kind: CaseKind


@dataclass(frozen=True, slots=True)
class RecordCard:
    """One record with all that its firm needs to know of it."""

    id: int
    view: RecordView
    doc_no: str
    #: what was done and what was imposed for it
    acts: tuple[str, ...]
    marks: tuple[Mark, ...]
    #: None for records that are not repaired at all
    repair: Repair | None
    running: tuple[RunningCase, ...]
    may_object: bool
    may_repair: bool


@dataclass(frozen=True, slots=True)
class RecordsPage:
    """The records of a firm, newest first."""

    firm: Firm
    cards: tuple[RecordCard, ...]
    #: there are more than are listed
    more: bool
    #: how many of those listed are still counted
    counting: int


def page(work: Work, actor: Actor, subject_id: int) -> RecordsPage:
    """A firm's records; ``NotAllowed`` unless the person is bound to it. The look is noted."""
    firm, subject = looked_at(work, actor, subject_id, "我的记录")
    found = work.uow.records.of_subject(subject.id, limit=LISTED + 1)
    running = _running(work, actor, subject.id)
    cards = tuple(_card(work, firm, record, running) for record in found[:LISTED])
    counting = sum(card.view.state.counts for card in cards)
    return RecordsPage(firm, cards, more=len(found) > LISTED, counting=counting)


def _running(work: Work, actor: Actor, subject_id: int) -> list[Case]:
    """Open cases about single records that this person may see."""
    cases = work.uow.cases.of_subject(subject_id, open_only=True)
    about = [case for case in cases if case.facts.get("record") is not None]
    return [case for case in about if case_rights.may_see(work, case, actor)]


def _card(work: Work, firm: Firm, record: Record, running: list[Case]) -> RecordCard:
    term = eligible(record, work.rulebook, work.today) if repairable(record, work.rulebook) else None
    own = [case for case in running if case.facts["record"] == record.id]
    kinds = {case.kind for case in own}
    repair = _repair(work, term) if term else None
    return RecordCard(
        id=record.id,
        view=records.view(record, work.today, work.rulebook),
        doc_no=mask_personal(record.doc_no),
        acts=tuple(_act(violation) for violation in record.violations),
        marks=_marks(record, repair, work.today),
        repair=repair,
        running=tuple(RunningCase(case.number, case.kind) for case in own),
        may_object=firm.may_file
        and record.state.counts
        and not kinds & {CaseKind.OBJECTION, CaseKind.REVIEW},
        may_repair=firm.may_file and repair is not None and repair.open and CaseKind.REPAIR not in kinds,
    )


def _repair(work: Work, term: RepairTerm) -> Repair:
    reached = term.first_day is None or term.first_day <= work.today
    return Repair(
        first_day=term.first_day,
        reached=reached,
        open=reached or not term.verified,
        reference_because="" if term.verified else term.why,
        citation=term.citation,
    )


def _act(violation: Violation) -> str:
    """公示价格不实：警告、罚款2000元."""
    imposed = [word for word in violation.sanctions if word != "罚款" or not violation.fine_fen]
    if violation.fine_fen:
        imposed.append(f"罚款{_yuan(violation.fine_fen)}元")
    if violation.confiscated_fen:
        imposed.append(f"没收{_yuan(violation.confiscated_fen)}元")
    said = "、".join(imposed)
    return mask_personal(f"{violation.act}：{said}" if said else violation.act)


def _yuan(fen: int) -> str:
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def _marks(record: Record, repair: Repair | None, today: date) -> tuple[Mark, ...]:
    """The days of a record in their order."""
    counts = record.state.counts
    days = [
        (record.decided_on, DECIDED, False),
        (record.published_on, PUBLISHED, False),
        (repair.first_day if repair else None, FIRST_REPAIR, bool(repair and repair.reference_because)),
        (record.publicity_until if record.published_on else None, PUBLIC_UNTIL, False),
        (record.valid_until if counts else None, VALID_UNTIL, False),
    ]
    marks = [Mark(on, words, on <= today, reference) for on, words, reference in days if on is not None]
    return tuple(sorted(marks, key=lambda mark: mark.on))
