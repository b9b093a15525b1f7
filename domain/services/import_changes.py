"""What a file corrects in something stored: the change itself, and how the report tells it (M24).

Empty cells say nothing: they never erase.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from domain.model.record import RecordState, Violation
from domain.rules.cleaning import name_key
from domain.rules.cleaning_money import yuan
from domain.services.import_drafts import RecordDraft, SubjectDraft
from domain.services.import_known import KnownRecord, KnownSubject, KnownSubjects


class Change(NamedTuple):
    """A change of something visible; applied when the batch is flipped."""

    subject_id: int
    payload: dict[str, Any]


# -- subjects ----


def subject_change(
    stored: KnownSubject, draft: SubjectDraft, known: KnownSubjects
) -> tuple[Change | None, list[str]]:
    """What a register row changes in a stored subject; empty cells say nothing."""
    clue, diffs = draft.clue, []
    values = {
        "name": stored.name,
        "uscc": stored.uscc,
        "kind": stored.kind,
        "industry": stored.industry,
        "domains": list(stored.domains),
    }
    told: dict[str, Any] = {
        "name": clue.name if name_key(clue.name) != name_key(stored.name) else stored.name,
        "uscc": clue.uscc or stored.uscc,
        "kind": clue.kind.value if clue.kind else stored.kind,
        "industry": draft.industry or stored.industry,
        "domains": list(draft.domains) or list(stored.domains),
    }
    words = {"name": "名称", "uscc": "代码", "kind": "类别", "industry": "行业", "domains": "领域"}
    for key, word in words.items():
        if values[key] != told[key]:
            diffs.append(f"{word} {_shown(values[key])} → {_shown(told[key])}")
    names = [name for name in draft.former_names if name not in stored.former and name != stored.name]
    if told["name"] != stored.name and stored.name not in stored.former:
        names.append(stored.name)
    legacy = [code for code in clue.legacy if code not in known.by_legacy]
    diffs += [f"曾用名增加 {name}" for name in draft.former_names if name in names]
    diffs += [f"旧代码增加 {code}" for code in legacy]
    if not diffs:
        return None, []
    return Change(
        stored.id, {"op": "subject", "id": stored.id, "set": told, "names": names, "legacy": legacy}
    ), diffs


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "、".join(value) or "空"
    return str(value) if value not in (None, "") else "空"


# -- records ----


def act_of(violation: Violation) -> int:
    """What makes two acts of one decision the same: their text, spelling apart."""
    return hash(name_key(violation.act))


def content_of(violation: Violation) -> int:
    """What corrects an act when it differs; the severity follows from it."""
    return hash((violation.sanctions, violation.fine_fen, violation.confiscated_fen, violation.basis))


def own_title(draft: RecordDraft) -> str:
    """The title that a row gives by itself; "" where it only repeats the act."""
    return "" if draft.violations and draft.title == draft.violations[0].act else draft.title


def head_of(draft: RecordDraft) -> int:
    """What the rows of one decision must agree in."""
    return hash(
        (
            own_title(draft),
            draft.state,
            draft.published_on,
            draft.publicity_until,
            draft.valid_until,
            draft.issuer_kind,
            draft.endorsed,
        )
    )


def violation_at(seq: int, violation: Violation) -> Violation:
    """The same act under another number."""
    return Violation(
        seq,
        violation.act,
        violation.sanctions,
        violation.fine_fen,
        violation.confiscated_fen,
        violation.basis,
        violation.severity,
    )


def violation_values(record_id: int, violation: Violation) -> dict[str, Any]:
    """The row of one act."""
    return {
        "record_id": record_id,
        "seq": violation.seq,
        "act": violation.act,
        "sanctions": list(violation.sanctions),
        "fine_fen": violation.fine_fen,
        "confiscated_fen": violation.confiscated_fen,
        "basis": violation.basis,
        "severity": int(violation.severity),
    }


def record_values(draft: RecordDraft) -> dict[str, Any]:
    """The columns of a new record that its row fills."""
    return {
        "kind": draft.kind.value,
        "title": draft.title,
        "decided_on": draft.decided_on,
        "authority": draft.authority,
        "doc_no": draft.doc_no,
        "source": draft.source,
        "state": draft.state.value,
        "published_on": draft.published_on,
        "publicity_until": draft.publicity_until,
        "valid_until": draft.valid_until,
        "issuer_kind": draft.issuer_kind,
        "endorsed": draft.endorsed,
    }


#: a file may only lead a record further on: what was repaired or revoked here stays so
_FURTHER = {
    RecordState.VALID: 0,
    RecordState.CONTESTED: 1,
    RecordState.REPAIRED: 2,
    RecordState.REVOKED: 3,
}
_HEAD_WORDS: tuple[tuple[str, str, Callable[[RecordDraft], object]], ...] = (
    ("title", "名称", own_title),
    ("published_on", "公示日期", lambda draft: draft.published_on),
    ("publicity_until", "公示截止期", lambda draft: draft.publicity_until),
    ("valid_until", "有效期", lambda draft: draft.valid_until),
    ("issuer_kind", "授予单位类型", lambda draft: draft.issuer_kind),
    ("endorsed", "主管部门认定", lambda draft: draft.endorsed),
)


def record_change(
    stored: KnownRecord, draft: RecordDraft, corrections: list[Violation], *, first: bool
) -> tuple[Change | None, list[str]]:
    """What a row corrects in a stored record; empty cells say nothing. ``first``: compare the head too."""
    values: dict[str, Any] = {}
    diffs = []
    own = {violation.seq: violation for violation in stored.violations}
    for key, word, told in _HEAD_WORDS if first else ():
        value = told(draft)
        if value not in (None, "") and value != getattr(stored, key):
            values[key] = value.isoformat() if isinstance(value, date) else value
            diffs.append(f"{word} {_shown(getattr(stored, key))} → {_shown(value)}")
    if first and _FURTHER[draft.state] > _FURTHER[stored.state]:
        values["state"] = draft.state.value
        diffs.append(f"状态 {stored.state.value} → {draft.state.value}")
    for violation in corrections:
        before = own.get(violation.seq)
        diffs.append(_act_diff(before, violation))
        if before is not None and stored.title == before.act:
            values.setdefault("title", violation.act)
    if not diffs:
        return None, []
    rows = [violation_values(stored.id, violation) for violation in corrections]
    payload = {"op": "record", "id": stored.id, "set": values, "violations": rows}
    return Change(stored.subject_id, payload), diffs


def _act_diff(before: Violation | None, after: Violation) -> str:
    if before is None:
        return f"增加违法行为“{after.act[:30]}”"
    told = (
        ("违法行为", before.act[:30], after.act[:30]),
        ("处罚类别", "、".join(before.sanctions), "、".join(after.sanctions)),
        ("罚款", f"{yuan(before.fine_fen)} 元", f"{yuan(after.fine_fen)} 元"),
        ("没收", f"{yuan(before.confiscated_fen)} 元", f"{yuan(after.confiscated_fen)} 元"),
        ("处罚依据", before.basis[:30], after.basis[:30]),
    )
    return "，".join(f"{word} {old or '空'} → {new or '空'}" for word, old, new in told if old != new)
