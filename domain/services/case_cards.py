"""A case as a card for one member of staff: the facts, and what this member may do with one press.

A button stands only for what needs no words, and for a refusal, whose reason
is chosen from a list. Everything else is said in a sentence; the card names it.
"""

from __future__ import annotations

from domain.model.card import Button, Card
from domain.model.case import Actor, Case, CaseKind
from domain.services import case_view, cases
from domain.services.work import Work

#: refusals, for which a reason may be chosen instead of typed
REFUSALS = frozenset({"驳回", "不予受理"})
#: (id, text of at most 16 characters) by kind; a typed reason can say more
_COMMON = (("no-proof", "没有提供证明材料"), ("not-ours", "不属于本单位受理范围"))
_REASONS: dict[CaseKind, tuple[tuple[str, str], ...]] = {
    CaseKind.OBJECTION: (("correct", "经核实，信息准确"), ("rule", "评定符合规定"), *_COMMON),
    CaseKind.REVIEW: (("upheld", "经复核，原决定正确"), ("no-new", "没有新的事实和证据"), *_COMMON),
    CaseKind.REPAIR: (("early", "未满最短公示期"), ("unmet", "法定义务没有履行完毕"), *_COMMON),
    CaseKind.COMMITMENT: (("performed", "经核实，已按承诺履行"),),
    CaseKind.MANDATE: (
        ("unclear", "授权书看不清"),
        ("unsealed", "授权书没有盖章"),
        ("scope", "授权范围不明确"),
    ),
    CaseKind.BROADCAST: (("wording", "内容需要修改"), ("audience", "对象范围不对")),
}
#: the platform takes the first for chosen where nobody chose
_UNCHOSEN = ("none", "驳回请先选理由")
_STYLES = {"受理": 2, "同意": 2, "确认": 2, "驳回": 3, "不予受理": 3}
#: a card holds so many buttons
_MOST_BUTTONS = 6
#: characters of what was applied for
_LONGEST_CLAIM = 60

BY_WORDS = "其他办理请打字，如“{first} {number} {asks}”。"
NOTHING_LEFT = "现在没有需要您办的。"


def card(work: Work, case: Case, actor: Actor, *, note: str = "") -> Card:
    """The card of a case as it stands now; ``note`` (a refusal, why it comes) is said first."""
    possible = cases.allowed(work, case, actor)
    buttons = tuple(
        Button(action, action, _STYLES.get(action, 1)) for action in possible if _pressable(case, action)
    )[:_MOST_BUTTONS]
    refuses = any(button.action in REFUSALS for button in buttons)
    said = [note, claim(case)] if case.open else [note, _last(work, case)]
    if buttons:
        said.append(_by_words(case, possible))
    return Card(
        title=f"{case.kind} {case.number}",
        description="\n".join(filter(None, said)),
        fields=_fields(work, case),
        case_number=case.number,
        version=case.version,
        buttons=buttons,
        reasons=(_UNCHOSEN, *_REASONS.get(case.kind, _COMMON)) if refuses else (),
        closing="" if buttons else _closing(work, case, possible, note),
    )


def reason_text(case: Case, chosen: str) -> str:
    """The words of a chosen reason; "" for none of ours."""
    return dict(_REASONS.get(case.kind, _COMMON)).get(chosen, "")


def reason_texts(case: Case) -> tuple[str, ...]:
    """The reasons that may be chosen for a refusal."""
    return tuple(text for _, text in _REASONS.get(case.kind, _COMMON))


def claim(case: Case) -> str:
    """What the case is about, in one line."""
    what, said = str(case.facts.get("what", "")), str(case.facts.get("said", ""))
    stopped = "、".join(measure["text"] for measure in case.facts.get("measures", ()))
    text = "；".join(filter(None, (what, said, stopped)))
    return text if len(text) <= _LONGEST_CLAIM else text[: _LONGEST_CLAIM - 1] + "…"


def _pressable(case: Case, action: str) -> bool:
    return not cases.asks_for(case, action) or action in REFUSALS


def _by_words(case: Case, possible: tuple[str, ...]) -> str:
    spoken = [action for action in possible if not _pressable(case, action)]
    if not spoken:
        return ""
    return BY_WORDS.format(first=spoken[0], number=case.number, asks=cases.asks_for(case, spoken[0]))


def _fields(work: Work, case: Case) -> tuple[tuple[str, str], ...]:
    seen = case_view.view(work, case, for_firm=False)
    lines = (
        ("单位", seen.subject_name),
        ("状态", seen.state + (f"（{seen.outcome}）" if seen.outcome else "")),
        ("时限", _limit(seen)),
        ("部门", seen.department),
        ("经办", seen.handler),
    )
    return tuple((label, value) for label, value in lines if value)


def _closing(work: Work, case: Case, possible: tuple[str, ...], note: str) -> str:
    """Without buttons: what was done last and what may be said; while it is open also what it is about."""
    said = (note or _last(work, case)) + (_by_words(case, possible) or NOTHING_LEFT)
    return "\n".join(filter(None, (said, claim(case)))) if case.open else said


def _limit(seen: case_view.CaseView) -> str:
    """The countdown in the few characters that a line of a card holds."""
    if seen.closed_on is not None or seen.due_on is None or seen.days_left is None:
        return "计时已暂停" if seen.paused_for else seen.countdown
    left = seen.days_left
    when = "今天到期" if left == 0 else f"还有{left}个工作日" if left > 0 else f"超期{-left}个工作日"
    note = "，暂定" if seen.provisional else "，参考" if seen.reference else ""
    return f"{seen.due_on.month}月{seen.due_on.day}日（{when}{note}）"


def _last(work: Work, case: Case) -> str:
    """Who did what last, and when."""
    event = cases.log(work, case)[-1]
    return f"已由{event.actor_name}于{cases.spoken(event.at)}“{event.action}”。"
