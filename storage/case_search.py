"""Finding cases: pages of a list, by who may see them, by what they are about, in the order of urgency.

First the ids are found and put in order, which touches little of each row;
only those of one page are read. For part of a name the latest of the cases that
ended are looked through; what is named exactly is found however old it is.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

from sqlalchemy import Boolean, Date, Select, String, and_, bindparam, func, or_, select

from domain.model.case_search import CaseSearch
from storage.tables import cases, subjects

#: so many of the cases that ended last are looked through
STRETCH: Final = 20_000

_EVERY = bindparam("every", type_=Boolean)
_KIND = bindparam("kind", type_=String)
_STATE = bindparam("state", type_=String)
_BEFORE = bindparam("before", type_=Date)
_PATTERN = bindparam("pattern", type_=String)
_FITS = and_(
    or_(
        _EVERY,
        cases.c.department.in_(bindparam("departments", expanding=True)),
        cases.c.handler.in_(bindparam("handlers", expanding=True)),
    ),
    or_(_KIND == "", cases.c.kind == _KIND),
    or_(_STATE == "", cases.c.state == _STATE),
    or_(_BEFORE.is_(None), cases.c.due_on < _BEFORE),
)
_NAMED = or_(
    cases.c.number == bindparam("number", type_=String),
    cases.c.subject_id.in_(bindparam("subjects", expanding=True)),
)
_LATEST = (
    select(cases.c.id).where(cases.c.closed_at.is_not(None)).order_by(cases.c.closed_at.desc()).limit(STRETCH)
)
#: by whether they are closed: what runs in the order of its due date, what is done newest first
_ORDER: dict[bool, tuple[Any, ...]] = {
    False: (cases.c.due_on.is_(None), cases.c.due_on, cases.c.id),
    True: (cases.c.closed_at.desc(), cases.c.id.desc()),
}


class _By(Enum):
    """How the subject of a case is asked for."""

    NOT = "not"
    NAME = "exactly"
    PART = "by part of its name"


def _ids(closed: bool, by: _By) -> Select[tuple[int]]:
    """The ids of a list in its order."""
    ended = cases.c.closed_at.is_not(None) if closed else cases.c.closed_at.is_(None)
    found = select(cases.c.id).where(ended, _FITS).order_by(*_ORDER[closed])
    if by is _By.NAME:
        return found.where(_NAMED)
    if by is _By.PART:
        found = found.join(subjects, subjects.c.id == cases.c.subject_id).where(
            subjects.c.name.like(_PATTERN, escape="\\")
        )
        return found.where(cases.c.id.in_(_LATEST)) if closed else found
    return found


_AT_MOST: Any = bindparam("at_most")
_LISTS = {(closed, by): _ids(closed, by) for closed in (False, True) for by in _By}
_PAGES: dict[tuple[bool, _By], Select[tuple[Any, ...]]] = {
    (closed, by): select(cases)
    .where(cases.c.id.in_(ids.limit(_AT_MOST).offset(bindparam("after"))))
    .order_by(*_ORDER[closed])
    for (closed, by), ids in _LISTS.items()
}
_COUNTS: dict[tuple[bool, _By], Select[Any]] = {
    which: select(func.count()).select_from(ids.order_by(None).limit(_AT_MOST).subquery())
    for which, ids in _LISTS.items()
}


def _by(wanted: CaseSearch) -> _By:
    return _By.NAME if wanted.named else _By.PART if wanted.name_part else _By.NOT


def page_of(wanted: CaseSearch) -> Select[tuple[Any, ...]]:
    """The statement for a page of what is looked for."""
    return _PAGES[wanted.closed, _by(wanted)]


def count_of(wanted: CaseSearch) -> Select[Any]:
    """The statement that counts what is looked for."""
    return _COUNTS[wanted.closed, _by(wanted)]


def values_of(wanted: CaseSearch, *, limit: int) -> dict[str, Any]:
    """What the statements are run with."""
    return {
        "every": wanted.everywhere,
        "departments": list(wanted.departments),
        "handlers": list(wanted.handlers),
        "kind": wanted.kind.value if wanted.kind else "",
        "state": wanted.state,
        "before": wanted.due_before,
        "number": wanted.number,
        "subjects": list(wanted.subjects),
        "pattern": f"%{_literally(wanted.name_part)}%",
        "at_most": limit,
    }


def _literally(words: str) -> str:
    """The words as they stand, where a pattern is wanted."""
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
