"""导入: a table that somebody uploaded, on its way through a check and a second person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class IntakeState(StrEnum):
    """Where an uploaded table stands; the value is what people read."""

    CHECKING = "正在检查"
    #: the uploader looks at what was understood
    SEEN = "待核对"
    #: for the second person
    WAITING = "待确认"
    RUNNING = "正在导入"
    DONE = "已导入"
    FAILED = "未成功"
    REFUSED = "已退回"
    WITHDRAWN = "已撤回"
    EXPIRED = "已过期"


#: a job works on these
AT_WORK = frozenset({IntakeState.CHECKING, IntakeState.RUNNING})
#: the bytes are still needed
OPEN = AT_WORK | {IntakeState.SEEN, IntakeState.WAITING}


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """One column of the file, and what it was taken for."""

    #: its header; of a column without one, its place
    label: str
    #: key of the import kind's column; "" where it is left out
    key: str
    #: exact | similar | chosen (by hand) | known (not needed) | ""
    how: str


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a file looks like when it is read as its kind; texts are masked as in the rejected rows."""

    #: what the file really is: xlsx, xls, csv, html
    form: str
    sheet: str
    #: rows of the sheet, header included
    height: int
    columns: tuple[FoundColumn, ...]
    #: captions of required columns that were not found
    missing: tuple[str, ...]
    #: captions over the first rows, and those rows as they were understood
    heads: tuple[str, ...] = ()
    first: tuple[tuple[str, ...], ...] = ()
    #: (row number, why it was rejected) of the first rejected rows
    reasons: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Checkup:
    """The result of a trial run, or of the import itself."""

    read: int
    accepted: int
    repaired: int
    rejected: int
    duplicate: int
    #: what else is to be said, line by line
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """An uploaded table as stored. ``version`` grows with every step that a person or a job takes."""

    id: int
    kind: str
    #: the sender's own name for the file
    name: str
    sha256: str
    size: int
    #: under which name the sealed bytes lie in the file store; "" once they are gone
    stored: str
    state: IntakeState
    version: int
    #: who uploaded it, and for which department
    by: str
    by_name: str
    department: str
    opened_at: datetime
    touched_at: datetime
    #: label → key, as remembered or chosen by hand
    columns: dict[str, str] = field(default_factory=dict)
    glimpse: Glimpse | None = None
    checkup: Checkup | None = None
    #: why it failed, was refused or came back
    reason: str = ""
    #: the sealed workbook of rejected rows in the file store
    rejected: str = ""
    decider: str = ""
    decider_name: str = ""
    decided_at: datetime | None = None
    attempts: int = 0
    rows_done: int = 0
    rows_all: int = 0
    batch_id: int | None = None

    @property
    def open(self) -> bool:
        return self.state in OPEN
