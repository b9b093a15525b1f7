"""From an invented event to a stored record."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256

from bot.demo.cases import Act, Event
from domain.model.record import Record, RecordKind, Violation
from domain.rules.severity import SeverityScale

_NUMBERED = (RecordKind.PENALTY, RecordKind.RECTIFICATION, RecordKind.SERIOUS_LISTING)
#: days from the decision to its publication, and how long it is shown
_PUBLISHED_AFTER, _SHOWN_FOR = 7, 365


def record_of(event: Event, subject_id: int, today: date, seq: int, scale: SeverityScale) -> Record:
    """The record of an event as it stands on the day of loading."""
    on = today - timedelta(days=event.days_ago)
    published = on + timedelta(days=_PUBLISHED_AFTER)
    shown = event.kind in _NUMBERED and published <= today
    return Record(
        id=0,
        subject_id=subject_id,
        kind=event.kind,
        title=event.title,
        decided_on=on,
        authority=event.authority,
        doc_no=f"示罚〔{on.year}〕{subject_id * 10 + seq}号" if event.kind in _NUMBERED else "",
        source="演示数据",
        submitter="演示数据",
        state=event.state,
        published_on=published if shown else None,
        publicity_until=published + timedelta(days=_SHOWN_FOR) if shown else None,
        valid_until=None if event.lasts is None else on + timedelta(days=event.lasts),
        rating=event.rating,
        score=event.score,
        endorsed=event.endorsed,
        issuer_kind=event.issuer_kind,
        violations=tuple(_violation(i, act, scale) for i, act in enumerate(event.acts, start=1)),
    )


def _violation(seq: int, act: Act, scale: SeverityScale) -> Violation:
    fen = int(act.fine * 100)
    return Violation(
        seq=seq,
        act=act.act,
        sanctions=act.sanctions,
        fine_fen=fen,
        basis=act.basis,
        severity=scale.of(act.sanctions, fen),
    )


def business_key(record: Record, seq: int) -> str:
    """The key of an invented record: loading twice stores it once."""
    text = f"demo {record.subject_id} {seq} {record.kind} {record.decided_on}"
    return sha256(text.encode()).hexdigest()
