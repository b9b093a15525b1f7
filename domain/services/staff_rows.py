"""A list of staff, row by row: read, checked among each other and beside the register, then kept.

Each row says everything of one member: roles that it does not name are taken away. A cell of the state
or of the deputy that is empty or missing leaves what is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from domain.errors import Refused
from domain.model.person import Deputyship, Staff
from domain.ports import UnitOfWork
from domain.rules.cleaning import Cell, clean_name, error_of, text_of
from domain.rules.cleaning_dates import FOREVER, clean_date
from domain.services.import_kinds import STAFF
from domain.services.staff import appoint_deputy
from domain.services.staff_register import differences, read_roles, read_userid, save

T = TypeVar("T")

_DISABLED = frozenset(
    ("停用", "已停用", "禁用", "已禁用", "离职", "已离职", "退休", "已退休", "调离", "调出")
)
_ENABLED = frozenset(("启用", "已启用", "在用", "正常", "有效", "在职", "在岗", "未禁用"))
_FROM_TO = re.compile(r"\s*(?:至|到|—+|～|~|\s-+\s|(?<=\d)-(?=\d{4}[-./年]))\s*")
_LONGEST = {"name": 60, "department": 100}


@dataclass(slots=True)
class StaffRow:
    """One row: the member and the deputy that it tells of, or the reasons against it."""

    number: int
    cells: list[Cell]
    member: Staff | None = None
    #: None: the row does not say whether the member is in use
    enabled: bool | None = None
    deputy: Deputyship | None = None
    reasons: list[str] = field(default_factory=list)

    def told(self, before: Staff) -> list[str]:
        """What the row changes of a member, for the report."""
        told = [] if self.member is None else differences(before, self.member)
        if self.deputy is not None:
            told.append(f"{self.deputy.since} 至 {self.deputy.until} 由 {self.deputy.deputy} 代理")
        return told


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of the rows of one file. Rejected rows hold their reasons."""

    new: tuple[StaffRow, ...]
    changed: tuple[tuple[Staff, StaffRow], ...]
    same: tuple[StaffRow, ...]
    rejected: tuple[StaffRow, ...]

    @property
    def accepted(self) -> tuple[StaffRow, ...]:
        """Rows that change the register."""
        return (*self.new, *(row for _, row in self.changed))


class StaffReader:
    """Reads rows by the places of their columns; ``department`` gives a department its one spelling."""

    def __init__(
        self, places: Mapping[str, int], *, date1904: bool, department: Callable[[str], str]
    ) -> None:
        self._places = places
        self._date1904 = date1904
        self._department = department

    def read(self, number: int, cells: list[Cell]) -> StaffRow:
        """One row, with every reason against it."""
        row = StaffRow(number, cells)
        userid = self._read(row, "userid", read_userid)
        roles = self._read(row, "roles", read_roles)
        name, department = (self._read(row, key, clean_name) for key in _LONGEST)
        row.enabled = _state(row, self._text(row, "state"))
        row.deputy = self._deputy(row, userid or "")
        if userid and roles and name and department and not row.reasons:
            row.member = Staff(userid, name, roles, self._department(department), row.enabled is not False)
        return row

    def _read(self, row: StaffRow, key: str, reader: Callable[[str], T]) -> T | None:
        """A cell that must say something; None with its reason noted where it does not."""
        text = self._text(row, key)
        caption = STAFF.column(key).caption
        if not text:
            row.reasons.append(f"缺少{caption}")
        elif len(text) > _LONGEST.get(key, 200):
            row.reasons.append(f"{caption}太长")
        else:
            try:
                return reader(text)
            except Refused as refusal:
                row.reasons.append(refusal.text)
        return None

    def _deputy(self, row: StaffRow, userid: str) -> Deputyship | None:
        written = self._text(row, "deputy")
        since, until = self._days(row)
        if not written or row.reasons:
            return None
        if since is None or until is None or FOREVER in (since, until):
            row.reasons.append("有代理人，但没有代理的开始和结束日期")
        elif until < since:
            row.reasons.append("代理的结束日期早于开始日期")
        else:
            try:
                return Deputyship(userid, read_userid(written), since, until)
            except Refused as refusal:
                row.reasons.append(f"代理人{refusal.text}")
        return None

    def _days(self, row: StaffRow) -> tuple[date | None, date | None]:
        both: Sequence[Cell] = _FROM_TO.split(self._text(row, "deputy_days"))
        if len(both) != 2:
            both = (self._cell(row, "deputy_since"), self._cell(row, "deputy_until"))
        try:
            since, until = (clean_date(cell, date1904=self._date1904).value for cell in both)
        except Refused as refusal:
            row.reasons.append(f"代理日期：{refusal.text}")
            return None, None
        return since, until

    def _text(self, row: StaffRow, key: str) -> str:
        return text_of(self._cell(row, key))

    def _cell(self, row: StaffRow, key: str) -> Cell:
        place = self._places.get(key, len(row.cells))
        cell = row.cells[place] if place < len(row.cells) else None
        if isinstance(cell, dict):
            row.reasons.append(f"“{STAFF.column(key).caption}”的单元格是 {error_of(cell)}")
            return None
        return cell


def settle(
    rows: Iterable[StaffRow], known: Mapping[str, Staff], deputies: Collection[Deputyship], today: date
) -> Outcome:
    """Check the rows among each other and beside what is known; nothing is written.

    A deputy must be in use, in the file or in the register; one whose days are over is left aside.
    """
    rows = list(rows)
    _reject_repeated(rows)
    good = [row for row in rows if not row.reasons]
    while bad := _without_deputy(good, known):
        good = [row for row in good if row not in bad]
    new, changed, same, seen = [], [], [], set[str]()
    for row in good:
        member = _wanted(row, known)
        before = known.get(member.userid)
        row.member = member
        if row.deputy is not None and (row.deputy.until < today or row.deputy in deputies):
            row.deputy = None
        if member.userid in seen:
            same.append(row)
        elif before is None:
            new.append(row)
        elif before != member or row.deputy is not None:
            changed.append((before, row))
        else:
            same.append(row)
        seen.add(member.userid)
    rejected = [row for row in rows if row.reasons]
    return Outcome(tuple(new), tuple(changed), tuple(same), tuple(rejected))


def keep(uow: UnitOfWork, outcome: Outcome, *, by: str) -> None:
    """Write what a file changes: all members first, since they stand in for each other."""
    for row in outcome.accepted:
        assert row.member is not None
        save(uow, row.member, by=by)
    for row in outcome.accepted:
        if row.deputy is not None:
            each = row.deputy
            appoint_deputy(uow, each.userid, each.deputy, since=each.since, until=each.until, by=by)


def _state(row: StaffRow, text: str) -> bool | None:
    if not text:
        return None
    if text not in _DISABLED | _ENABLED:
        row.reasons.append(f"不认识状态“{text}”，请写在用或停用")
    return text not in _DISABLED


def _reject_repeated(rows: list[StaffRow]) -> None:
    first: dict[str, StaffRow] = {}
    for row in rows:
        if row.member is None:
            continue
        before = first.setdefault(row.member.userid, row)
        if before is not row and (before.member, before.deputy) != (row.member, row.deputy):
            row.reasons.append(f"账号与第 {before.number} 行相同而内容不同，请合并为一行")


def _without_deputy(rows: list[StaffRow], known: Mapping[str, Staff]) -> list[StaffRow]:
    """Rows whose deputy is nobody who could stand in; the reason is noted."""
    members = dict(known) | {each.userid: each for each in (_wanted(row, known) for row in rows)}
    bad = []
    for row in rows:
        if row.deputy is None:
            continue
        stands_in = members.get(row.deputy.deputy)
        if stands_in is None:
            row.reasons.append(f"代理人“{row.deputy.deputy}”不在工作人员名单里")
        elif not (stands_in.enabled and members[row.deputy.userid].enabled):
            row.reasons.append("本人或代理人已停用，不能设置代理")
        elif stands_in.userid == row.deputy.userid:
            row.reasons.append("不能由本人代理本人")
        else:
            continue
        bad.append(row)
    return bad


def _wanted(row: StaffRow, known: Mapping[str, Staff]) -> Staff:
    """The member as the row wants him; one that it says nothing of stays in use or disabled."""
    assert row.member is not None
    before = known.get(row.member.userid)
    if row.enabled is None and before is not None and not before.enabled:
        return Staff(row.member.userid, row.member.name, row.member.roles, row.member.department, False)
    return row.member
