"""信用修复: from which day a record may be repaired, and what is still missing. Pure.

The term depends on severity and on the rule in force on the day of asking: order 58 until 2026-03-31
counted from the decision, order 36 from 2026-04-01 counts (as drafted) from the first day of publicity.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from domain.model.record import Record, RecordKind, Severity
from domain.rules.months import add_months, day_after
from domain.rules.rulebook import Rulebook
from domain.rules.rulebook_cases import Condition
from domain.rules.rulebook_parts import PublicityTerm
from domain.rules.severity import SeverityScale

#: severity of an entry that lists no sanctions
_OF_KIND = {RecordKind.SERIOUS_LISTING: Severity.SERIOUS, RecordKind.RECTIFICATION: Severity.MINOR}


@dataclass(frozen=True, slots=True)
class FirstDay:
    """The first day on which repair may be asked for. Unless ``verified`` it is 参考: please ask."""

    day: date
    verified: bool
    #: why it is no more than a reference; "" where it is verified
    why: str
    term: PublicityTerm


@dataclass(frozen=True, slots=True)
class RepairTerm:
    """Whether a record may be repaired: ``first_day`` None where no rule gives one."""

    first_day: date | None
    verified: bool
    why: str
    #: conditions of the rulebook that are not met yet, in its order
    missing: tuple[Condition, ...]
    #: the law of the term, as a firm may read it
    citation: str
    severity: Severity

    @property
    def ready(self) -> bool:
        """Whether nothing is missing but what staff look into themselves."""
        return all(condition.shown_by == "staff" for condition in self.missing)


def repairable(record: Record, rulebook: Rulebook) -> bool:
    """Whether this is a record that is repaired at all: of a kind that is, and still counted."""
    return record.kind in rulebook.repair.record_kinds and record.state.counts


def severity_for_repair(record: Record, rulebook: Rulebook) -> Severity:
    """The heaviest violation of the record: the longest term governs."""
    if rulebook.severity is None or not record.violations:
        return _OF_KIND.get(record.kind, Severity.ORDINARY)
    scale = SeverityScale(rulebook.severity)
    found = (max(v.severity, scale.of(v.sanctions, v.fine_fen)) for v in record.violations)
    return max(found) or _OF_KIND.get(record.kind, Severity.ORDINARY)


def first_day(record: Record, rulebook: Rulebook, on: date) -> FirstDay | None:
    """The first day of repair under the rule in force ``on`` a day; None where no rule is known.

    Months end on the same day, or the last of the month (民法典 202); the term must be over, so that the
    first day is the one after. Without a minimum it is the day of the decision.
    """
    term = rulebook.publicity_term(severity_for_repair(record, rulebook), on, _named(record))
    if term is None:
        return None
    why = _why_reference(record, term)
    return FirstDay(_day_after_minimum(record, term), verified=not why, why=why, term=term)


def eligible(
    record: Record, rulebook: Rulebook, on: date, *, shown: Collection[str] = frozenset()
) -> RepairTerm:
    """What stands between a record and its repair ``on`` a day.

    ``shown``: ids of conditions that are shown already (proof handed in, commitment made, looked into by
    staff). The term is counted here. Ask ``repairable`` first.
    """
    found = first_day(record, rulebook, on)
    over = found is not None and on >= found.day
    missing = tuple(
        condition
        for condition in rulebook.repair.conditions
        if not (over if condition.shown_by == "term" else condition.id in shown)
    )
    return RepairTerm(
        first_day=found.day if found else None,
        verified=found is not None and found.verified,
        why=found.why if found else "没有查到适用的公示期限",
        missing=missing,
        citation=rulebook.public_source(found.term) if found else "",
        severity=severity_for_repair(record, rulebook),
    )


def _day_after_minimum(record: Record, term: PublicityTerm) -> date:
    if not term.min_months:
        return record.decided_on
    published = record.published_on if term.starts == "publication" else None
    return day_after(add_months(published or record.decided_on, term.min_months))


def _why_reference(record: Record, term: PublicityTerm) -> str:
    """Why the day is no more than a reference, in words for firms; "" where it is verified."""
    if not term.verified:
        return "期限的规定还在核对"
    if term.min_months and term.starts == "publication" and record.published_on is None:
        return "记录里没有首次公示的日期，按决定日期推算"
    if term.valid_from is not None and record.decided_on < term.valid_from:
        return "记录早于现行规定，如何过渡还在核对"
    return ""


def _named(record: Record) -> str:
    """Where a record may name its sector."""
    acts = (word for v in record.violations for word in (v.act, v.basis))
    return " ".join((record.title, record.authority, *acts))
