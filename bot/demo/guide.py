"""五分钟试一试: six steps through the house, which tick themselves off as they happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.demo.cast import CAST, NEWCOMER, SIGNER, STORY_FIRM, story_firm
from bot.demo.hints import DemoHint
from bot.simulator import Act, Hint, Simulator, Step
from bot.simulator.wecom.members import Member
from domain.model.case import Case, CaseKind
from domain.model.person import POWER_NAMES, Binding
from storage.unit_of_work import SqlUnitOfWork

#: whose phone is looked at before there is a case
_CLERK: Final = "window1"
#: phones named for one case; more would confuse
_DESKS: Final = 3
_ASKED_WHY: Final = ("为什么", "点击菜单「为什么」")
#: subjects with somebody bound; a demonstration never has more
_MOST: Final = 500
_NAME_SHOWN: Final = 14


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the visitors of a demonstration have come."""

    #: openid → bindings with the firm's name
    bound: Mapping[str, tuple[tuple[Binding, str], ...]]
    #: of the firm of the story
    firm_id: int
    cases: tuple[Case, ...]
    asked_why: bool
    reminded: bool

    def has(self, kind: CaseKind, *, ended: bool = False) -> bool:
        """Whether there is a case of this kind, or one that has ended."""
        return any(case.kind is kind and (not ended or not case.open) for case in self.cases)


def progress(uow: SqlUnitOfWork, simulator: Simulator) -> Progress:
    """What the database and the phones tell."""
    bound: dict[str, tuple[tuple[Binding, str], ...]] = {}
    cases: list[Case] = []
    for subject_id in uow.bindings.bound_subjects(0, limit=_MOST):
        name = uow.subjects.get(subject_id).name
        for binding, person in uow.bindings.of_subject(subject_id):
            bound[person.sender] = (*bound.get(person.sender, ()), (binding, name))
        cases += uow.cases.of_subject(subject_id)
    said = {bubble.text for person in simulator.platform.people.values() for bubble in person.history}
    firm, opened = story_firm(uow), simulator.platform.opened
    return Progress(
        bound,
        firm.id if firm else 0,
        tuple(cases),
        not said.isdisjoint(_ASKED_WHY) or any(path.endswith("/grade") for path in opened),
        any(_reminders(simulator)),
    )


def _reminders(simulator: Simulator) -> Iterator[bool]:
    corp, app = simulator.wecom.corp, simulator.wecom.app
    for member in corp.members.values():
        for bubble in corp.chat(app, member).history:
            yield "提醒：" in bubble.text


def labels(simulator: Simulator, so_far: Progress) -> dict[str, str]:
    """Openid → what that person is: a trade, and the firm with the power held for it."""
    trades = {role.name: role.trade for role in CAST}
    found = {}
    for person in simulator.platform.people.values():
        trade = trades.get(person.name, "新添的人")
        firms = so_far.bound.get(person.openid, ())
        ties = "、".join(f"{_short(name)}（{POWER_NAMES[tie.power]}）" for tie, name in firms[:2])
        found[person.openid] = f"{trade} · {ties or ('未绑定' if person.following else '未关注')}"
    return found


def _short(name: str) -> str:
    return name if len(name) <= _NAME_SHOWN else f"{name[: _NAME_SHOWN - 1]}…"


def desks(simulator: Simulator, so_far: Progress) -> list[Member]:
    """The members of staff who have something to press in the latest open objection, or else to look at."""
    corp, app = simulator.wecom.corp, simulator.wecom.app
    number = max((c.number for c in so_far.cases if c.kind is CaseKind.OBJECTION and c.open), default="")
    if not number:
        return [each for each in corp.members.values() if each.userid == _CLERK]
    chats = [(each, corp.chat(app, each)) for each in corp.members.values()]
    pressing = [
        each
        for each, chat in chats
        if any(number in card.text and card.buttons for card in chat.cards.values())
    ]
    reading = [each for each, chat in chats if any(number in bubble.text for bubble in chat.history)]
    return (pressing or reading)[:_DESKS]


def _called(member: Member) -> str:
    return f"{member.name}（{member.label}）" if member.label else member.name


@dataclass(frozen=True, slots=True)
class _Story:
    """Who does what in the five minutes, and how far they have come."""

    so_far: Progress
    firm: DemoHint
    #: openids
    newcomer: str
    signer: str
    at_desks: list[Member]

    def fills(self, words: str) -> Act:
        """Words put into the newcomer's line."""
        return Act(f"填入“{words}”", "firm", self.newcomer, words)

    def page(self, label: str, who: str, path: str) -> Act:
        """A page about the firm, opened on somebody's phone."""
        return Act(label, "firm", who, open=f"/h5/firm/{self.so_far.firm_id}/{path}")


def steps(simulator: Simulator, so_far: Progress, firms: list[DemoHint]) -> list[Step]:
    """The six steps; empty where the demonstration's firms are not there."""
    if len(firms) <= STORY_FIRM:
        return []
    owners = {person.name: person.openid for person in simulator.platform.people.values()}
    newcomer, signer = owners.get(NEWCOMER, ""), owners.get(SIGNER, "")
    story = _Story(so_far, firms[STORY_FIRM], newcomer, signer, desks(simulator, so_far))
    return [each(story) for each in (_bind, _understand, _object, _commit, _wait, _decide)]


def _bind(story: _Story) -> Step:
    return Step(
        "绑定一家企业",
        f"在{NEWCOMER}的手机上关注服务号，发绑定码，核对后回复“确认”。企业：{story.firm.name}。",
        any(openid != story.signer for openid in story.so_far.bound),
        (story.fills(f"绑定 {story.firm.code}"), story.fills("确认")),
    )


def _understand(story: _Story) -> Step:
    report = story.page("打开完整报告", story.newcomer, "grade")
    return Step(
        "看懂信用等级",
        "先问等级，再问为什么：每一条都有依据和记录；完整报告在网页里，能看图、能存 PDF。",
        story.so_far.asked_why,
        (story.fills("查等级"), story.fills("为什么"), report),
    )


def _object(story: _Story) -> Step:
    return Step(
        "提出异议",
        "选一条不同意的，写理由，回复“确认”；照片在输入框旁的 ＋ 里，有示例。",
        story.so_far.has(CaseKind.OBJECTION),
        (story.fills("异议"), story.fills("确认")),
    )


def _commit(story: _Story) -> Step:
    return Step(
        "签一份信用承诺",
        f"{SIGNER}已有“签署”权限：换到他的手机，选一种承诺，看完告知，逐项表态，用手指签名。",
        story.so_far.has(CaseKind.COMMITMENT),
        (
            Act(f"换到{SIGNER}，填入“承诺”", "firm", story.signer, "承诺"),
            story.page("打开承诺页面", story.signer, "commitments"),
        ),
    )


def _wait(story: _Story) -> Step:
    looks = (Act(f"看{_called(each)}的手机", "staff", each.userid) for each in story.at_desks[:1])
    return Step(
        "把日历拨过假期",
        "拨到下一个工作日：到期的提醒会出现在工作人员的手机上，休息日不算在期限里。",
        story.so_far.reminded,
        (Act("到下一个工作日", "clock"), *looks),
    )


def _decide(story: _Story) -> Step:
    return Step(
        "办结案件",
        "经办的人在卡片上点“受理”，再换到能审批的人点“同意”；结果随即通知企业。",
        story.so_far.has(CaseKind.OBJECTION, ended=True),
        tuple(Act(f"换到{_called(each)}", "staff", each.userid) for each in story.at_desks),
    )


def hints(firms: list[DemoHint]) -> list[Hint]:
    """What may be typed beyond the six steps."""
    found = [Hint(f"绑定 {firm.code}", f"{firm.name}：{firm.what_to_try}") for firm in firms]
    found.append(Hint("待办", "工作人员：看看有什么要办", staff=True))
    if firms:
        found.append(Hint(f"查 {firms[0].name}", "工作人员：查一家企业的等级和依据", staff=True))
        found.append(Hint(f"绑定码 {firms[0].name}", "工作人员：给企业一个新的绑定码", staff=True))
    return found
