"""What stands in the papers of cases: acceptance, and the decisions on objections, reviews and repairs.

Every decision names what was asked, what was found, what is decided and the
remedies left (S0-39…S0-43, S4-35…S4-40, 行政复议法 20). Nothing of a rulebook
goes in but the words that firms may read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.clock import legal_date
from domain.model.case import Case, CaseEvent, CaseKind
from domain.model.paper import Block, Content, PaperKind
from domain.model.subject import Subject, SubjectKind
from domain.rules.case_clocks import due_clock
from domain.services.work import Work

ACCEPTED = (
    "{you}于{filed}提出的{matter}申请（案号{number}），经审查符合受理条件，"
    "本单位决定予以受理。现将有关事项告知如下："
)
NO_LIMIT = "没有规定期限"
LIMIT = "{day}（{days}个工作日，自{start}的次日起算）"
PROVISIONAL = "放假安排公布后可能调整"
REFERENCE = "期限供参考，以本单位确认为准"
PAUSES = "需要补充材料、检验鉴定的时间不计入办理期限；期限有变化的，另行告知。"
ASK_PROGRESS = "在服务号回复“进度 {number}”可以随时查看办理进展，也可以拨打{phone}（{hours}）询问。"

INTRODUCTION = "{you}于{filed}{about}提出{matter}申请（案号{number}）。{taken}现已办理完毕，决定如下："
TAKEN = "本单位于{accepted}受理。"
ANEW = "本单位此前作出的决定（案号{number}）已经更正，本决定取代原决定。"
REVIEWED = "复核由未参与作出原决定的人员办理。"
NOTHING_SAID = "申请人未另行说明理由。"
NOTHING_FOUND = "经核查，申请人所述情况属实。"
GRADE_NOW = "截至本文书出具之日，{you}的信用等级为{grade}。"
CARRIED_OUT = "依照规定同时办理以下事项："
ASK_REVIEW = "不服本决定的，可以申请一次复核，在服务号回复“复核 {number}”即可提出。"
REPAIR_AGAIN = "改正后可以再次申请修复。"
REPAIR_LATER = "条件具备后可以再次申请。"

REFUSED_AT_THE_DOOR = "{you}于{filed}就{what}提出的{matter}申请（案号{number}），经审查，本单位决定不予受理。"
MIRRORED = (
    "{you}于{filed}就{what}提出的信用修复申请（案号{number}）由“信用中国”网站受理和决定。"
    "现将办理结果转告如下。本告知书不代替“信用中国”网站的决定。"
)
MIRRORED_TITLE = "信用修复结果告知书"

_ISO_DATE = re.compile(r"(?<![\d-])(\d{4})-(\d\d)-(\d\d)(?![\d-])")

#: what a decision says, by kind of case and outcome
DECIDED: dict[tuple[CaseKind, str], str] = {
    (CaseKind.OBJECTION, "成立"): "{matter}成立。{upheld}",
    (CaseKind.OBJECTION, "部分成立"): "{matter}部分成立。成立的部分予以更正，其余部分维持不变。",
    (CaseKind.OBJECTION, "不成立"): "{matter}不成立，维持{kept}不变。",
    (CaseKind.REVIEW, "撤销原决定"): "撤销原决定，异议成立。{upheld}",
    (CaseKind.REVIEW, "变更原决定"): "变更原决定，变更的内容见上述核查情况。",
    (CaseKind.REVIEW, "维持原决定"): "维持原决定。",
    (CaseKind.REPAIR, "同意修复"): "同意修复{what}。",
    (CaseKind.REPAIR, "不予修复"): "不予修复{what}。",
}
RECORD_REVOKED = "该条信用记录予以撤销，不再作为信用评价的依据。"
GRADE_ANEW = "本单位已重新评价。"

#: outcomes on which the effects of the rulebook are carried out
_FAVOURABLE = frozenset({"成立", "撤销原决定", "同意修复"})
KINDS: dict[CaseKind, PaperKind] = {
    CaseKind.OBJECTION: PaperKind.OBJECTION,
    CaseKind.REVIEW: PaperKind.REVIEW,
    CaseKind.REPAIR: PaperKind.REPAIR,
}


def spelled(day: date) -> str:
    """2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def spoken(text: str) -> str:
    """The text with dates like 2026-03-05 as they are read aloud."""
    return _ISO_DATE.sub(lambda found: f"{found[1]}年{int(found[2])}月{int(found[3])}日", text)


def salutation(subject: Subject) -> str:
    """How a paper speaks to a subject."""
    return "你" if subject.kind is SubjectKind.NATURAL_PERSON else "你单位"


def rows(*pairs: tuple[str, str]) -> Block:
    """Names with their values; those without a value are left out."""
    return {"rows": [[name, value] for name, value in pairs if value]}


@dataclass(frozen=True, slots=True)
class _Said:
    """What the sentences of one case have in common."""

    you: str
    filed: str
    what: str
    #: 就 what, or for a review 对 the decision
    about: str
    matter: str
    number: str
    upheld: str
    kept: str

    def put(self, template: str, **more: str) -> str:
        values = {name: getattr(self, name) for name in self.__slots__}
        return template.format(**values | more)


def acceptance(work: Work, case: Case, subject: Subject) -> Content:
    """受理通知书: what was accepted, by whom, until when it is decided, where to ask."""
    said = _said(case, subject)
    table = rows(
        ("案号", case.number),
        ("申请事项", case.facts.get("what", "")),
        ("受理单位", case.department),
        ("受理日期", spelled(work.today)),
        ("办理期限", _limit(case)),
    )
    asking = ASK_PROGRESS.format(number=case.number, phone=work.office.phone, hours=work.office.hours)
    blocks = ({"text": said.put(ACCEPTED)}, table, {"text": PAUSES}, {"text": asking})
    return _content(PaperKind.ACCEPTANCE.value, case, subject, blocks)


def no_acceptance(work: Work, case: Case, subject: Subject, text: str) -> Content:
    """不予受理通知书: the reason and the remedies."""
    blocks: tuple[Block, ...] = (
        {"text": _said(case, subject).put(REFUSED_AT_THE_DOOR)},
        {"head": "一、不予受理的理由"},
        {"text": text},
        {"head": "二、救济途径"},
        {"text": REPAIR_LATER + work.rulebook.remedies_text},
    )
    return _content(PaperKind.NO_ACCEPTANCE.value, case, subject, blocks)


def decision(work: Work, case: Case, subject: Subject, text: str) -> Content:
    """The decision on an objection, a review or a repair: asked, found, decided, remedies."""
    said = _said(case, subject)
    blocks: list[Block] = [
        {"text": said.put(INTRODUCTION, taken=_taken(work, case))},
        {"head": "一、申请的理由"},
        {"text": case.facts.get("said") or NOTHING_SAID},
        {"head": "二、核查的情况和理由"},
        {"text": text or NOTHING_FOUND},
        {"head": "三、决定"},
        {"text": said.put(DECIDED[case.kind, case.outcome]) + _grade_now(work, subject)},
        *_carried_out(work, case),
        {"head": "四、救济途径"},
        {"text": _remedies(work, case)},
    ]
    return _content(KINDS[case.kind].value, case, subject, blocks)


def mirrored(work: Work, case: Case, subject: Subject, text: str) -> Content:
    """What 信用中国 decided on a repair, passed on; we never claim to have decided it."""
    said = _said(case, subject)
    blocks: list[Block] = [
        {"text": said.put(MIRRORED)},
        {"head": "一、办理结果"},
        {"text": said.put(DECIDED[case.kind, case.outcome]) + _grade_now(work, subject)},
        *_carried_out(work, case),
        {"head": "二、结果的来源和说明"},
        {"text": text},
        {"head": "三、救济途径"},
        {"text": _remedies(work, case)},
    ]
    return _content(MIRRORED_TITLE, case, subject, blocks)


def graded(work: Work, subject: Subject) -> str:
    """The grade in force with its class; "" where there is none."""
    in_force = work.uow.assessments.in_force(subject.id)
    if in_force is None:
        return ""
    evaluation = in_force.evaluation
    return f"{evaluation.grade}（{evaluation.class_name}）" if evaluation.grade else evaluation.class_name


def _said(case: Case, subject: Subject) -> _Said:
    what = str(case.facts.get("what", ""))
    about_record = case.facts.get("record") is not None
    quoted = f"“{what}”" if what else "有关事项"
    return _Said(
        you=salutation(subject),
        filed=spelled(legal_date(case.opened_at)),
        what=quoted,
        about=what if case.kind is CaseKind.REVIEW and what else f"就{quoted}",
        matter=case.kind.value if case.kind is not CaseKind.REPAIR else "信用修复",
        number=case.number,
        upheld=RECORD_REVOKED if about_record else GRADE_ANEW,
        kept="该条信用记录" if about_record else "原信用等级",
    )


def _content(title: str, case: Case, subject: Subject, blocks: Iterable[Block]) -> Content:
    return Content(title, subject.name, subject.uscc or "", tuple(blocks), signed_by=case.department)


def _taken(work: Work, case: Case) -> str:
    """When it was accepted, and what it goes back to."""
    parent = work.uow.cases.get(case.parent_id) if case.parent_id else None
    if parent is not None and parent.kind is case.kind:
        return ANEW.format(number=parent.number)
    accepted = [e for e in work.uow.cases.events(case.id, texts=False) if e.action == "受理"]
    taken = TAKEN.format(accepted=_day_of(accepted[0])) if accepted else ""
    return taken + (REVIEWED if case.kind is CaseKind.REVIEW else "")


def _day_of(event: CaseEvent) -> str:
    return spelled(legal_date(event.at))


def _grade_now(work: Work, subject: Subject) -> str:
    grade = graded(work, subject)
    return GRADE_NOW.format(you=salutation(subject), grade=grade) if grade else ""


def _carried_out(work: Work, case: Case) -> list[Block]:
    """What is carried out with a favourable decision, each in the words that firms read (S4-36, S4-39)."""
    if case.outcome not in _FAVOURABLE:
        return []
    rule = work.rulebook.repair if case.kind is CaseKind.REPAIR else work.rulebook.objection
    effects = [f"{effect.public_text}；" for effect in rule.effects]
    effects[-1] = effects[-1][:-1] + "。"
    return [{"text": CARRIED_OUT}, {"items": effects}]


def _remedies(work: Work, case: Case) -> str:
    review = ""
    if case.kind is CaseKind.OBJECTION and case.outcome != "成立" and work.rulebook.review.available:
        review = ASK_REVIEW.format(number=case.number)
    if case.kind is CaseKind.REPAIR and case.outcome not in _FAVOURABLE:
        review = REPAIR_AGAIN
    return review + work.rulebook.remedies_text


def _limit(case: Case) -> str:
    """Until when it is decided, with what is uncertain about it."""
    clock = due_clock(case.clocks)
    if clock is None or case.due_on is None:
        return NO_LIMIT
    said = spelled(case.due_on)
    if not clock.dated:
        said = LIMIT.format(day=said, days=clock.working_days, start=spelled(clock.starts_on))
    notes = [
        note for note, holds in ((PROVISIONAL, case.provisional), (REFERENCE, not clock.verified)) if holds
    ]
    return said + (f"；{'；'.join(notes)}" if notes else "")
