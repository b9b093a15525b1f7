"""Finding cases: pages of a list, by who may see them, by what they are about, in the order of urgency."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Date, Select, String, and_, bindparam, func, or_, select

from domain.model.case_search import CaseSearch
from storage.tables import cases, subjects

_EVERY = bindparam("every", type_=Boolean)
_DEPARTMENTS = cases.c.department.in_(bindparam("departments", expanding=True))
_HANDLERS = cases.c.handler.in_(bindparam("handlers", expanding=True))
_KIND = bindparam("kind", type_=String)
_STATE = bindparam("state", type_=String)
_BEFORE = bindparam("before", type_=Date)
_WORDS = bindparam("words", type_=String)
_PATTERN = bindparam("pattern", type_=String)

_FITS = and_(
    or_(_EVERY, _DEPARTMENTS, _HANDLERS),
    or_(_KIND == "", cases.c.kind == _KIND),
    or_(_STATE == "", cases.c.state == _STATE),
    or_(_BEFORE.is_(None), cases.c.due_on < _BEFORE),
    or_(
        _WORDS == "",
        cases.c.number == _WORDS,
        subjects.c.uscc == _WORDS,
        subjects.c.name.like(_PATTERN, escape="\\"),
    ),
)
_FOUND = cases.outerjoin(subjects, subjects.c.id == cases.c.subject_id)
#: by whether they are closed; what runs stands in the order of its due date, what is done newest first
_LISTS: dict[bool, Select[tuple[Any, ...]]] = {
    False: select(cases)
    .select_from(_FOUND)
    .where(cases.c.closed_at.is_(None), _FITS)
    .order_by(cases.c.due_on.is_(None), cases.c.due_on, cases.c.id),
    True: select(cases)
    .select_from(_FOUND)
    .where(cases.c.closed_at.is_not(None), _FITS)
    .order_by(cases.c.closed_at.desc(), cases.c.id.desc()),
}
PAGES: dict[bool, Select[tuple[Any, ...]]] = {
    closed: found.limit(bindparam("at_most")).offset(bindparam("after")) for closed, found in _LISTS.items()
}
COUNTS: dict[bool, Select[Any]] = {
    closed: select(func.count()).select_from(
        found.with_only_columns(cases.c.id).order_by(None).limit(bindparam("at_most")).subquery()
    )
    for closed, found in _LISTS.items()
}


def values_of(wanted: CaseSearch, *, limit: int) -> dict[str, Any]:
    """What the statements are run with."""
    return {
        "every": wanted.everywhere,
        "departments": list(wanted.departments),
        "handlers": list(wanted.handlers),
        "kind": wanted.kind.value if wanted.kind else "",
        "state": wanted.state,
        "before": wanted.due_before,
        "words": wanted.words.upper(),
        "pattern": f"%{_literally(wanted.words)}%",
        "at_most": limit,
    }


def _literally(words: str) -> str:
    """The words as they stand, where a pattern is wanted."""
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
