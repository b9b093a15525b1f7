"""导入 by two people: one uploads a table and looks at what was understood, another lets it count.

Nothing of a table is written before the second person has agreed; who uploaded
it never is that person. A job checks and imports; every step here is one short
transaction, so that a restart between any two of them loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.errors import NotAllowed, NotFound, Refused, StaleCase, TextMissing
from domain.model.case import Actor
from domain.model.intake import AT_WORK, Checkup, Glimpse, Intake, IntakeState
from domain.services import letters
from domain.services.import_kinds import Column, ImportKind, Use, import_kind
from domain.services.intake_rights import (
    confirmers,
    may_see,
    require_confirmer,
    require_importer,
    require_viewer,
)
from domain.services.work import Work

#: a job that reports nothing for so long is dead
LEASE = timedelta(minutes=1)
#: after so many starts without an end nobody tries again
MOST_ATTEMPTS = 3
#: what nobody goes on with is let go of; of what has ended the rejected rows stay for a while
IDLE_KEPT, REJECTED_KEPT = timedelta(days=14), timedelta(days=30)
NEWEST = 50
_LONGEST_REASON = 300
#: lines of a report that fit a message
_LINES = 8

NOT_YOUR_TABLE = "这份表格由{department}办理，您现在不能查看。"
NO_ROWS = "退回的行已经清理，请重新上传表格。"
NOT_FOUND = "没有找到这次导入，可能已经清理。请回到导入列表。"
ONLY_UPLOADER = "只有上传人{name}可以这样做。"
NOT_NOW = "这份表格现在是“{state}”，不能这样做。"
MOVED_ON = "这份表格刚刚有了变化，请看过现在的内容再决定。"
NO_CONFIRMER = "没有可以确认的另一位同事。请联系信用办管理员，先登记一位审批人员。"
NO_REASON = "请写明退回的理由，上传人要照着改。"
INCOMPLETE = "还缺少这些列：{columns}。请在“各列对应”里选好，再重新检查。"
NOTHING = "没有一行可以导入，请改好表格再上传。"
TWICE = "“{caption}”选了不止一列，请只留一列。"
NO_COLUMN = "没有这一列可选，请重新选择。"
BROKEN = "系统几次都没有处理成，已记录。请联系管理员。"

WAY = '<a href="{base_url}/h5/staff/imports/{id}">打开核对</a>，或回复“导入”。'
WAY_BY_WORD = "请回复“导入”，从列表里打开。"
TO_CONFIRM = "{who}请您确认导入“{title}”：{name}\n读取{read}行，可导入{accepted}行，退回{rejected}行，重复{duplicate}行。\n{way}"
CONFIRMED = "{who}已确认导入“{title}”：{name}，正在导入，结果会再告诉您。"
SENT_BACK = "{who}退回了“{title}”：{name}\n理由：{reason}\n没有写入任何数据。"
DONE = "“{title}”导入完成：{name}（{by}上传，{decider}确认）\n{lines}{rejected}"
REJECTED_ROWS = "\n退回的行和原因：{way}"
FAILED = "“{title}”没有导入：{name}\n{reason}\n没有写入任何数据。"


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was received and whose sealed bytes lie in the file store."""

    kind: ImportKind
    name: str
    sha256: str
    size: int
    stored: str


# -- looking -------------------------------------------------------------------


def listed(work: Work, actor: Actor) -> list[Intake]:
    """The newest ones that this actor may see; ``NotAllowed`` for somebody without a part in imports."""
    require_viewer(actor)
    return [each for each in work.uow.intakes.newest(limit=NEWEST) if may_see(work, each, actor)]


def find(work: Work, intake_id: int, actor: Actor, *, lock: bool = False) -> Intake:
    """One of them; ``NotFound`` or ``NotAllowed``."""
    intake = work.uow.intakes.get(intake_id, lock=lock)
    if intake is None:
        raise NotFound(NOT_FOUND)
    if not may_see(work, intake, actor):
        raise NotAllowed(NOT_YOUR_TABLE.format(department=intake.department))
    return intake


def rejected_rows(work: Work, intake_id: int, actor: Actor) -> Intake:
    """One whose rejected rows are still kept; that they were fetched is written down (S0-38)."""
    intake = find(work, intake_id, actor)
    if not intake.rejected:
        raise NotFound(NO_ROWS)
    _audit(work, "rejected_read", actor.label, intake)
    return intake


def earlier(work: Work, intake: Intake) -> Intake | None:
    """The newest import of the very same file that has ended well before this one."""
    same = work.uow.intakes.of_file(intake.kind, intake.sha256)
    return next((e for e in same if e.id != intake.id and e.state is IntakeState.DONE), None)


def under_way(work: Work, kind: ImportKind, sha256: str, actor: Actor) -> Intake | None:
    """The same file, uploaded before and not ended yet, if this actor may see it."""
    same = work.uow.intakes.of_file(kind.id, sha256)
    return next((each for each in same if each.open and may_see(work, each, actor)), None)


# -- the first person ------------------------------------------------------------


def receive(work: Work, actor: Actor, table: Table) -> Intake:
    """A table has come: a job checks it. Headers told by hand before are taken as told."""
    require_importer(actor, table.kind)
    intake = Intake(
        id=0,
        kind=table.kind.id,
        name=table.name[:100],
        sha256=table.sha256,
        size=table.size,
        stored=table.stored,
        state=IntakeState.CHECKING,
        version=1,
        by=actor.id,
        by_name=actor.name,
        department=actor.department,
        opened_at=work.now,
        touched_at=work.now,
        columns=work.uow.intakes.columns_of(table.kind.id),
    )
    intake = replace(intake, id=work.uow.intakes.add(intake))
    _audit(work, "received", actor.label, intake, {"sha256": table.sha256, "size": table.size})
    return intake


def choose_columns(work: Work, actor: Actor, intake_id: int, wanted: Mapping[str, str]) -> Intake:
    """Say by hand what headers mean: label → key, "" to leave a column out. It is checked again."""
    intake = _own(work, intake_id, actor, IntakeState.SEEN)
    kind, glimpse = import_kind(intake.kind), intake.glimpse
    assert glimpse is not None, "what was seen has columns"
    before = {column.label: column.key for column in glimpse.columns}
    told = {label: key for label, key in wanted.items() if before.get(label, key) != key}
    after = before | told
    choices = {column.key for column in choosable(kind)}
    for key in told.values():
        if key and key not in choices:
            raise Refused(NO_COLUMN)
    for key in choices:
        if sum(each == key for each in after.values()) > 1:
            raise Refused(TWICE.format(caption=kind.column(key).caption))
    columns = intake.columns | told
    return _store(work, intake, IntakeState.CHECKING, columns=columns, glimpse=None, checkup=None)


def submit(work: Work, actor: Actor, intake_id: int, *, base_url: str) -> Intake:
    """Ask a second person; everybody who may be one is told."""
    intake = _own(work, intake_id, actor, IntakeState.SEEN)
    require_importer(actor, import_kind(intake.kind))
    assert intake.glimpse is not None, "what was seen has columns"
    if intake.glimpse.missing or intake.checkup is None:
        raise Refused(INCOMPLETE.format(columns="、".join(intake.glimpse.missing)))
    if not intake.checkup.accepted:
        raise Refused(NOTHING)
    asked = confirmers(work, intake)
    if not asked:
        raise Refused(NO_CONFIRMER)
    intake = _store(work, intake, IntakeState.WAITING)
    _audit(
        work, "submitted", actor.label, intake, {"accepted": intake.checkup.accepted if intake.checkup else 0}
    )
    text = _said(TO_CONFIRM, intake, who=actor.name, way=_way(base_url, intake))
    letters.tell_staff(work, asked, text, key=f"intake-confirm:{intake.id}:{intake.version}")
    return intake


def withdraw(work: Work, actor: Actor, intake_id: int) -> Intake:
    """The uploader lets go of it; nothing was written."""
    intake = _own(work, intake_id, actor, IntakeState.CHECKING, IntakeState.SEEN, IntakeState.WAITING)
    intake = _store(work, intake, IntakeState.WITHDRAWN)
    _audit(work, "withdrawn", actor.label, intake)
    return intake


# -- the second person -----------------------------------------------------------


def confirm(work: Work, actor: Actor, intake_id: int, *, version: int) -> Intake:
    """Let it count: the import is this person's act. ``StaleCase`` where it is not what he saw."""
    intake = _to_decide(work, intake_id, actor, version)
    intake = _store(work, intake, IntakeState.RUNNING, **_decided(work, actor))
    _audit(work, "confirmed", actor.label, intake, {"by": intake.by, "sha256": intake.sha256})
    text = _said(CONFIRMED, intake, who=actor.name)
    letters.tell_staff(work, [intake.by], text, key=f"intake-confirmed:{intake.id}:{intake.version}")
    return intake


def refuse(work: Work, actor: Actor, intake_id: int, reason: str, *, version: int) -> Intake:
    """Send it back; the uploader reads why."""
    intake = _to_decide(work, intake_id, actor, version)
    said = reason.strip()[:_LONGEST_REASON]
    if not said:
        raise TextMissing(NO_REASON)
    intake = _store(work, intake, IntakeState.REFUSED, reason=said, **_decided(work, actor))
    _audit(work, "refused", actor.label, intake, {"by": intake.by})
    text = _said(SENT_BACK, intake, who=actor.name)
    letters.tell_staff(work, [intake.by], text, key=f"intake-refused:{intake.id}:{intake.version}")
    return intake


# -- what the job reports ----------------------------------------------------------


def checked(work: Work, intake: Intake, glimpse: Glimpse, checkup: Checkup | None, *, rejected: str) -> bool:
    """A trial run has ended: the uploader may look. False where it was withdrawn meanwhile."""
    return _reported(work, intake, IntakeState.SEEN, glimpse=glimpse, checkup=checkup, rejected=rejected)


def imported(
    work: Work, intake: Intake, checkup: Checkup, *, rejected: str, batch_id: int | None, base_url: str
) -> bool:
    """It counts: both are told, and what was told by hand of its columns is remembered."""
    if not _reported(work, intake, IntakeState.DONE, checkup=checkup, rejected=rejected, batch_id=batch_id):
        return False
    detail = {"batch": batch_id, "accepted": checkup.accepted, "rejected": checkup.rejected, "by": intake.by}
    _audit(work, "imported", f"staff:{intake.decider}", intake, detail)
    work.uow.intakes.remember(intake.kind, _told_by_hand(intake), by=intake.by, at=work.now)
    way = REJECTED_ROWS.format(way=_way(base_url, intake)) if rejected else ""
    text = _said(DONE, intake, lines="\n".join(checkup.lines[:_LINES]), rejected=way)
    letters.tell_staff(work, [intake.by, intake.decider], text, key=f"intake-done:{intake.id}")
    return True


def failed(work: Work, intake: Intake, reason: str, *, glimpse: Glimpse | None = None) -> bool:
    """It cannot be read or imported: one line says why. Whoever waits for it is told."""
    if not _reported(work, intake, IntakeState.FAILED, reason=reason, glimpse=glimpse or intake.glimpse):
        return False
    _audit(work, "failed", "system", intake)
    if intake.state is IntakeState.RUNNING:
        text = _said(FAILED, replace(intake, reason=reason))
        letters.tell_staff(work, [intake.by, intake.decider], text, key=f"intake-failed:{intake.id}")
    return True


def let_go(work: Work, intake: Intake) -> None:
    """One that nobody goes on with ends; of one that has ended, what is ``unneeded`` is gone."""
    if intake.open:
        if _reported(work, intake, IntakeState.EXPIRED):
            _audit(work, "expired", "system", intake)
        return
    keeps = _keeps_rejected(intake, work.now)
    glimpse = intake.glimpse and replace(
        # the rows that were shown are as personal as the file
        intake.glimpse,
        first=(),
        reasons=intake.glimpse.reasons if keeps else (),
    )
    rejected = intake.rejected if keeps else ""
    rest = replace(intake, stored="", rejected=rejected, glimpse=glimpse, version=intake.version + 1)
    work.uow.intakes.save(rest, was=intake.version)


def unneeded(intake: Intake, now: datetime) -> tuple[str, ...]:
    """Names in the file store that nobody needs any more, of one that has ended."""
    if intake.open:
        return ()
    names = (intake.stored,) if _keeps_rejected(intake, now) else (intake.stored, intake.rejected)
    return tuple(name for name in names if name)


def choosable(kind: ImportKind) -> list[Column]:
    """Columns that a header may be told to be."""
    return [column for column in kind.columns if column.use is not Use.IGNORED]


# -- within ------------------------------------------------------------------------


def _keeps_rejected(intake: Intake, now: datetime) -> bool:
    """Whether the rows that came back are still of use: they are mended and uploaded again."""
    left = intake.state in (IntakeState.WITHDRAWN, IntakeState.EXPIRED)
    return not left and now - intake.touched_at < REJECTED_KEPT


def _own(work: Work, intake_id: int, actor: Actor, *states: IntakeState) -> Intake:
    """One that the actor uploaded, in one of these states."""
    intake = find(work, intake_id, actor, lock=True)
    if intake.by != actor.id:
        raise NotAllowed(ONLY_UPLOADER.format(name=intake.by_name))
    if intake.state not in states:
        raise Refused(NOT_NOW.format(state=intake.state))
    return intake


def _to_decide(work: Work, intake_id: int, actor: Actor, version: int) -> Intake:
    intake = find(work, intake_id, actor, lock=True)
    require_confirmer(work, intake, actor)
    if intake.state is not IntakeState.WAITING:
        raise Refused(NOT_NOW.format(state=intake.state))
    if intake.version != version:
        raise StaleCase(MOVED_ON)
    return intake


def _decided(work: Work, actor: Actor) -> dict[str, object]:
    return {"decider": actor.id, "decider_name": actor.name, "decided_at": work.now}


def _store(work: Work, intake: Intake, state: IntakeState, **changed: object) -> Intake:
    """The next state; a table that goes to work again begins anew."""
    fresh = {"attempts": 0, "rows_done": 0, "rows_all": 0} if state in AT_WORK else {}
    after = replace(
        intake,
        state=state,
        version=intake.version + 1,
        touched_at=work.now,
        **fresh | changed,  # type: ignore[arg-type]
    )
    if not work.uow.intakes.save(after, was=intake.version):
        raise StaleCase(MOVED_ON)
    return after


def _reported(work: Work, intake: Intake, state: IntakeState, **changed: object) -> bool:
    """A job's report about what it took; False where that has moved on since."""
    now = work.uow.intakes.get(intake.id, lock=True)
    if now is None or now.version != intake.version:
        return False
    _store(work, now, state, **changed)
    return True


def _told_by_hand(intake: Intake) -> dict[str, str]:
    """Headers of this file that somebody told, without those that have a place only."""
    labels = {column.label for column in intake.glimpse.columns} if intake.glimpse else set()
    return {
        label: key
        for label, key in intake.columns.items()
        if label in labels and not (label.startswith("第") and label.endswith("列"))
    }


def _said(text: str, intake: Intake, **values: str) -> str:
    found = intake.checkup or Checkup(0, 0, 0, 0, 0)
    return text.format(
        title=import_kind(intake.kind).title,
        name=intake.name,
        by=intake.by_name,
        decider=intake.decider_name,
        reason=intake.reason,
        read=found.read,
        accepted=found.accepted,
        duplicate=found.duplicate,
        **{"rejected": str(found.rejected), "who": "", "way": "", "lines": ""} | values,
    )


def _way(base_url: str, intake: Intake) -> str:
    return WAY.format(base_url=base_url, id=intake.id) if base_url else WAY_BY_WORD


def _audit(
    work: Work, action: str, actor: str, intake: Intake, detail: Mapping[str, object] | None = None
) -> None:
    said = {"kind": intake.kind} | dict(detail or {})
    work.uow.audit.append(f"intake.{action}", actor=actor, ref=f"intake:{intake.id}", detail=said)
