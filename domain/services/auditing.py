"""审计: what was done and who looked at whom, for the auditor alone (S0-38, 个人信息保护法 51).

The auditor reads and takes no step; nobody stands in for him. A table that is
taken away is itself an act that is written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.clock import SHANGHAI
from domain.errors import NotAllowed, Refused
from domain.model.audit import AuditRow, AuditSearch, ChainState, QueryRow
from domain.model.case import Actor
from domain.services import desk, grades
from domain.services.work import Work

PAGE = 50
#: a table for the auditor's own files holds so many rows
MOST_EXPORTED = 5000

NOT_YOURS = "审计记录只给审计岗看，您现在没有这个角色。"
NO_SUBJECT = "没有找到“{wanted}”。请写单位全称或18位统一社会信用代码。"

#: what kinds of act there are, by how their names begin
GROUPS: dict[str, str] = {
    "case.": "案件",
    "evidence.": "材料",
    "grade.": "等级",
    "evaluation.": "批量评价",
    "measures.": "措施",
    "commitment.": "承诺",
    "paper.": "文书",
    "letter.": "消息",
    "subject.": "查看主体",
    "bind": "绑定",
    "import.": "导入",
    "export.": "导出",
    "staff.": "工作人员",
    "calendar.": "放假安排",
    "privacy.": "隐私",
    "audit.": "审计",
}
#: acts as people name them; others are shown under their own names
ACTS: dict[str, str] = {
    "case.opened": "立案",
    "case.step": "办理一步",
    "case.limits": "时限起算或变更",
    "case.recounted": "时限重算",
    "evidence.added": "收到材料",
    "evidence.read": "打开材料",
    "grade.in_force": "等级生效",
    "grade.proposed": "等级待核定",
    "grade.approved": "核定等级",
    "evaluation.opened": "批量评价开始",
    "evaluation.flipped": "批量评价生效",
    "measures.followed": "措施随等级调整",
    "commitment.signed": "签署承诺",
    "commitment.judged": "认定履约",
    "paper.issued": "出具文书",
    "paper.printed": "制作文书",
    "paper.revoked": "文书失效",
    "paper.by_hand": "文书转人工制作",
    "letter.resent": "重发消息",
    "subject.viewed": "查看主体",
    "binding.added": "绑定",
    "binding.revoked": "解除绑定",
    "bind_code.issued": "发绑定码",
    "bind_code.wrong": "绑定码输错",
    "import.flipped": "导入生效",
    "export.commitments": "导出承诺",
    "export.corrections": "导出更正",
    "staff.saved": "登记工作人员",
    "staff.disabled": "停用工作人员",
    "staff.deputy": "设置代理",
    "staff.deputy_ended": "结束代理",
    "calendar.day": "录入节假日",
    "calendar.year": "录入放假安排",
    "privacy.notice_shown": "出示隐私告知",
    "privacy.erased": "删除个人信息",
    "audit.exported": "导出审计记录",
}
#: what the details of an act are called; others keep their own names
DETAILS: dict[str, str] = {
    "about": "关于",
    "action": "动作",
    "batch": "批次",
    "before": "原来",
    "begun": "新增",
    "code": "绑定码编号",
    "department": "部门",
    "deputy": "代理人",
    "due_on": "到期",
    "enabled": "在用",
    "ended": "结束",
    "from": "从",
    "outcome": "结果",
    "pdf": "文件摘要",
    "power": "权限",
    "purpose": "用途",
    "roles": "角色",
    "rows": "行数",
    "sha256": "文件摘要",
    "since": "起",
    "size": "字节",
    "text": "文字摘要",
    "to": "到",
    "type": "类型",
    "until": "止",
    "version": "版本",
}
#: who acts without being a person of a channel
_PLACES = {"system": "系统", "cli": "命令行", "counter": "柜台"}
#: a hash is shown by its beginning; tables hold it whole
_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{20,}\b")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the auditor asked for, as it was written."""

    #: a group or an act
    action: str = ""
    #: userid, or the label as it stands in the log
    actor: str = ""
    #: case number, letter number …
    ref: str = ""
    #: name or code of a subject
    subject: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class ActLine:
    """One row of the audit log, in words."""

    id: int
    at: datetime
    act: str
    who: str
    about: str
    ref: str
    #: with hashes by their beginning, and whole
    brief: str
    detail: str
    sealed_no: int | None


@dataclass(frozen=True, slots=True)
class LookLine:
    """One row of the query log, in words."""

    id: int
    at: datetime
    who: str
    whom: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Acts:
    """A page of the audit log; ``after`` is where the next begins, None at the end."""

    lines: tuple[ActLine, ...]
    after: int | None
    chain: ChainState


@dataclass(frozen=True, slots=True)
class Looks:
    """A page of the query log."""

    lines: tuple[LookLine, ...]
    after: int | None


def require_auditor(work: Work, actor: Actor) -> None:
    """``NotAllowed`` for everybody who does not hold the role 审计 himself."""
    if not desk.is_auditor(work, actor):
        raise NotAllowed(NOT_YOURS, log=f"{actor.label} is no auditor")


def acts(work: Work, actor: Actor, wanted: Wanted, *, limit: int = PAGE) -> Acts:
    """A page of what was done, newest first."""
    require_auditor(work, actor)
    rows, after = work.uow.auditing.rows(_search(work, wanted), before=wanted.before, limit=limit)
    return Acts(tuple(_Names(work).acts(rows)), after, work.uow.auditing.chain())


def looks(work: Work, actor: Actor, wanted: Wanted, *, limit: int = PAGE) -> Looks:
    """A page of who looked at whom, newest first."""
    require_auditor(work, actor)
    rows, after = work.uow.auditing.queries(_search(work, wanted), before=wanted.before, limit=limit)
    return Looks(tuple(_Names(work).looks(rows)), after)


def note_exported(work: Work, actor: Actor, what: str, count: int) -> None:
    """The auditor took a table away."""
    require_auditor(work, actor)
    work.uow.audit.append("audit.exported", actor=actor.label, ref=what, detail={"rows": count})


def _search(work: Work, wanted: Wanted) -> AuditSearch:
    subject = None
    if wanted.subject:
        found = grades.find_subject(work.uow, wanted.subject)
        if not found:
            raise Refused(NO_SUBJECT.format(wanted=wanted.subject[:40]))
        subject = found[0].id
    return AuditSearch(
        action=wanted.action,
        actor=_label(work, wanted.actor),
        ref=wanted.ref,
        subject_id=subject,
        since=_midnight(wanted.since),
        until=_midnight(wanted.until + timedelta(days=1)) if wanted.until else None,
    )


def _label(work: Work, written: str) -> str:
    """Who is meant: a label as it stands, a userid, or the name of a member."""
    if not written or ":" in written or written in _PLACES:
        return written
    for label, name in _PLACES.items():
        if written == name:
            return label
    named = (member for member in work.uow.staff.all() if written in (member.userid, member.name))
    member = next(named, None)
    return f"staff:{member.userid if member else written}"


def _detail(values: Mapping[str, object]) -> str:
    """The details of an act in one line; what is empty is left out."""
    said = ((DETAILS.get(key, key), value) for key, value in values.items() if value not in ("", None, []))
    return "，".join(
        f"{key} {'、'.join(map(str, value)) if isinstance(value, list) else value}" for key, value in said
    )


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time.min, SHANGHAI)


class _Names:
    """Labels and numbers of a page put into names, each looked up once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._staff = {member.userid: member.name for member in work.uow.staff.all()}
        self._subjects: dict[int, str] = {}

    def acts(self, rows: list[AuditRow]) -> Iterator[ActLine]:
        for row in rows:
            detail = _detail(row.detail)
            yield ActLine(
                id=row.id,
                at=row.at,
                act=ACTS.get(row.action, row.action),
                who=self._who(row.actor),
                about=self._whom(row.subject_id),
                ref=row.ref,
                brief=_HASH.sub(r"\1…", detail),
                detail=detail,
                sealed_no=row.sealed_no,
            )

    def looks(self, rows: list[QueryRow]) -> Iterator[LookLine]:
        for row in rows:
            yield LookLine(row.id, row.at, self._who(row.viewer), self._whom(row.subject_id), row.purpose)

    def _who(self, label: str) -> str:
        kind, _, name = label.partition(":")
        if kind == "staff":
            known = self._staff.get(name)
            return f"{known}（{name}）" if known else name
        return f"办事人{name}号" if kind == "person" else _PLACES.get(label, label)

    def _whom(self, subject_id: int | None) -> str:
        if subject_id is None:
            return ""
        if subject_id not in self._subjects:
            self._subjects[subject_id] = self._work.uow.subjects.get(subject_id).name
        return self._subjects[subject_id]
