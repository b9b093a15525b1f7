"""What a page shows of notices to many: who they are for, how far they are, what became of their letters."""

from __future__ import annotations

from dataclasses import dataclass

from domain.errors import NotAllowed, Refused
from domain.model.broadcast import Broadcast, Ledger
from domain.model.case import Actor, Case, CaseEvent, CaseKind
from domain.rules.case_tables import TABLES
from domain.services import audiences, broadcasts, cases
from domain.services.case_owners import canonical_department
from domain.services.case_rights import may_see
from domain.services.work import Work

NEWEST = 40

NOT_YOURS = "群发由经办、联络员、审批人员或信用办管理员发起，您现在没有这些角色。"
NO_TEXT = "内容要在1到{most}个字之间，现在是{length}个字。"
NO_CONDITION = "请至少选一个条件，或改选“全部绑定的单位”。"
BARRED = "要由另一位同事发布：{who}。"
_NOBODY = "现在没有可以发布的人，请联系信用办管理员"
NOT_FOUND = "没有找到这条通知，请回到通知列表。"


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in the list."""

    case: Case
    notice: Broadcast
    sender: str
    #: the actor could release it
    mine: bool


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice with all that belongs to it."""

    case: Case
    notice: Broadcast
    sender: str
    #: the letter as its recipients read it
    letter: str
    ledger: Ledger
    #: recipients who came back to the talk after their letter
    opened: int
    #: what the actor may do now
    choices: tuple[str, ...]
    #: why nobody but somebody else may release it; "" where that is not so
    barred: str
    steps: tuple[CaseEvent, ...]
    #: "" until it was closed
    report: str


@dataclass(frozen=True, slots=True)
class Wish:
    """An audience as a form tells it."""

    everybody: bool = False
    staff: bool = False
    grades: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    trades: str = ""
    names: str = ""
    departments: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def spoken(self) -> str:
        """The audience in the words of the chat, so that both are understood in one place."""
        if self.everybody:
            return "全部"
        said = (
            (("部门", self.departments), ("角色", self.roles))
            if self.staff
            else (
                ("等级", self.grades),
                ("类别", self.classes),
                ("行业", tuple(self.trades.split())),
                ("名单", tuple(self.names.split())),
            )
        )
        parts = [f"{word} {'、'.join(given)}" for word, given in said if given]
        if not parts and not self.staff:
            raise Refused(NO_CONDITION)
        return "；".join(parts) or "全部工作人员"


def require_sender(actor: Actor) -> None:
    """``NotAllowed`` unless the actor may write to many."""
    if not TABLES[CaseKind.BROADCAST].opened_by & actor.doers:
        raise NotAllowed(NOT_YOURS)


def write(work: Work, actor: Actor, text: str, wish: Wish) -> Case:
    """Open the case of a notice, with the checks of the chat (S3-03 among them)."""
    require_sender(actor)
    said = text.strip()
    if not 0 < len(said) <= broadcasts.LONGEST:
        raise Refused(NO_TEXT.format(most=broadcasts.LONGEST, length=len(said)))
    return broadcasts.prepare(work, actor, said, audiences.audience(work, wish.spoken()))


def listed(work: Work, actor: Actor) -> list[Line]:
    """The newest notices that this actor may see; what waits for him first."""
    require_sender(actor)
    lines = []
    for notice in work.uow.broadcasts.newest(limit=NEWEST):
        case = work.uow.cases.get(notice.case_id)
        if case is not None and may_see(work, case, actor):
            mine = "同意" in cases.allowed(work, case, actor)
            lines.append(Line(case, notice, _sender(work, case), mine))
    return sorted(lines, key=lambda line: not line.mine)


def opened(work: Work, actor: Actor, number: str) -> NoticeView:
    """One notice; that it was shown is noted, so that a release is a release of what was seen."""
    require_sender(actor)
    case = cases.find(work, number, actor=actor)
    notice = work.uow.broadcasts.of_case(case.id)
    if notice is None:
        raise Refused(NOT_FOUND)
    cases.note_view(work, case, actor.id)
    ledger = work.uow.broadcasts.ledger(notice.id)
    choices = cases.allowed(work, case, actor)
    if notice.counted is None:
        # nobody decides on what is still being counted
        choices = tuple(choice for choice in choices if choice == "撤回")
    elif not notice.counted:
        choices = tuple(choice for choice in choices if choice != "同意")
    mine = str(case.facts["sender"]) == actor.id
    if not mine and "驳回" in choices:
        # whoever may send it back with a reason does not take it back without one
        choices = tuple(choice for choice in choices if choice != "撤回")
    own = mine and case.open and notice.released_at is None
    return NoticeView(
        case=case,
        notice=notice,
        sender=_sender(work, case),
        letter=broadcasts.LETTER.format(office=work.office.short_name, text=notice.text, number=case.number),
        ledger=ledger,
        opened=work.uow.broadcasts.opened(notice.id),
        choices=choices,
        barred=BARRED.format(who=_releasers(work, case)) if own and notice.counted else "",
        steps=tuple(cases.log(work, case)),
        report=broadcasts.closing_report(case, ledger) if notice.reported_at else "",
    )


def departments(work: Work) -> list[str]:
    """Departments with members in use, in their one spelling."""
    members = (member for member in work.uow.staff.all() if member.enabled)
    return sorted({canonical_department(work.office, member.department) for member in members})


def _releasers(work: Work, case: Case) -> str:
    return "、".join(broadcasts.releasers(work, case, str(case.facts["sender"])).values()) or _NOBODY


def _sender(work: Work, case: Case) -> str:
    userid = str(case.facts["sender"])
    member = work.uow.staff.get(userid)
    return member.name if member is not None else userid
