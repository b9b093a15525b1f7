"""签署授权: the power to sign for a firm, given by a letter of authority that staff accept.

The letter names who, for what and until when. Accepted, the power stands
beside the binding the person has; when it ends, that binding remains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.errors import Refused
from domain.model.case import Actor, Case, CaseKind
from domain.model.person import Binding, Power
from domain.model.subject import Subject
from domain.rules.cleaning_dates import FOREVER, clean_date
from domain.services import bindings, cases, evidence, letters
from domain.services.work import Work

#: a letter is good for so many years at most; then another one is asked for
LONGEST_YEARS = 3
ALL_KINDS = "签署全部种类的信用承诺"

RUNNING = "您交的授权书正在审核：{number}。回复“进度 {number}”看办到哪一步，要补材料，直接发照片。"
HELD = "您已经有“签署”权限（{proof}），不用再申请。"
END_UNCLEAR = "请把授权的终止日期写成2027年6月30日这样；按授权书上写的，就只回复“同意 {number}”。"
END_PAST = "授权的终止日期{date}已经过去，不能同意。请写一个以后的日期，或驳回并说明理由。"

FILED = "新的签署授权申请：{number}\n{name}\n被授权人：{who}\n范围：{scope}\n到{until}为止\n授权书照片随案保存，回复“材料 {number}”查看。同意请回复“同意 {number}”，可以写别的终止日期。"
GRANTED = (
    "{number}：授权书已审核通过，您可以为{name}签署，到{until}为止，范围：{scope}。要签承诺书，请回复“承诺”。"
)
OTHERS = (
    "有一位办事人凭授权书（{number}）取得了{name}的“签署”权限，到{until}为止，范围：{scope}。\n"
    "如果不是贵单位安排的，请马上打电话{phone}，由{office}核实后解除。"
)
REFUSED = "{number}：授权书没有通过审核。原因：{text}\n改好以后，请回复“签署授权”再交一次。"
WITHDRAWN = "{number}：{name}的“签署”权限经核实已取消。原因：{text}\n有疑问，请回复“人工”。"


@dataclass(frozen=True, slots=True)
class Application:
    """What the firm says about its letter, and the picture of it."""

    #: the person authorised, as the letter names him
    name: str
    #: ids of the kinds of commitment that the letter names; () for all
    kinds: tuple[str, ...]
    until: date
    media_id: str


def check_open(work: Work, subject: Subject, binding: Binding) -> None:
    """``Refused`` where the power is held without end, or a letter is being looked at already."""
    if binding.power >= Power.SIGN and binding.until is None:
        raise Refused(HELD.format(proof=binding.proof))
    for case in work.uow.cases.of_applicant(binding.person_id, open_only=True):
        if case.kind is CaseKind.MANDATE and case.subject_id == subject.id:
            raise Refused(RUNNING.format(number=case.number))


def spoken_scope(work: Work, kinds: Sequence[str]) -> str:
    """What a letter lets sign, in words."""
    known = {kind.id: kind.name for kind in work.rulebook.commitments.kinds}
    return f"签署{'、'.join(known.get(kind, kind) for kind in kinds)}" if kinds else ALL_KINDS


def latest_end(work: Work) -> date:
    """The last day on which a letter brought today may end."""
    today = work.today
    return date(today.year + LONGEST_YEARS, today.month, min(today.day, 28))


def apply(work: Work, actor: Actor, subject: Subject, binding: Binding, wanted: Application) -> Case:
    """Hand in the letter; the clerks of the credit office are told and the picture is fetched."""
    check_open(work, subject, binding)
    scope = spoken_scope(work, wanted.kinds)
    facts: dict[str, Any] = {
        "name": wanted.name,
        "scope": scope,
        "kinds": list(wanted.kinds),
        "until": wanted.until.isoformat(),
        "what": f"{wanted.name}，{scope}，到{_day(wanted.until)}",
    }
    case = cases.open_case(
        work,
        CaseKind.MANDATE,
        subject_id=subject.id,
        applicant_id=binding.person_id,
        department=work.office.name,
        facts=facts,
        actor=actor,
        text=facts["what"],
    )
    evidence.named_media(work, case.number, work.uow.people.get(binding.person_id), [wanted.media_id])
    said = FILED.format(
        number=case.number,
        name=subject.name,
        who=wanted.name,
        scope=scope,
        until=_day(wanted.until),
    )
    letters.tell_staff(
        work, letters.clerks_of(work, case.department), said, key=f"opened:{case.number}", case=case
    )
    return case


# -- effects: run inside ``cases.act`` -----------------------------------------


def granted(work: Work, case: Case, actor: Actor, text: str) -> None:
    """同意, with another end date where one is written: the power is given and everybody bound is told."""
    until, subject = _until(work, case, text), _subject(work, case)
    applicant = _applicant(case)
    _take_back(work, case, reason="replaced")
    kinds = tuple(case.facts["kinds"])
    binding_id = work.uow.bindings.add(
        applicant,
        subject.id,
        Power.SIGN,
        at=work.now,
        proof=f"letter:{case.number}",
        until=until,
        scope=kinds,
    )
    cases.amend(work, case, facts={"binding": binding_id, "until": until.isoformat()})
    work.uow.audit.append(
        "binding.added",
        actor=actor.label,
        subject_id=subject.id,
        ref=str(binding_id),
        detail={"power": int(Power.SIGN), "letter": case.number, "until": until.isoformat(), "kinds": kinds},
    )
    values = {
        "number": case.number,
        "name": subject.name,
        "until": _day(until),
        "scope": case.facts["scope"],
    }
    _tell_applicant(work, case, GRANTED.format(**values))
    _tell_others(work, case, OTHERS.format(**values, phone=work.office.phone, office=work.office.short_name))


def refused(work: Work, case: Case, actor: Actor, text: str) -> None:
    """驳回: the applicant reads why; a power given before by mistake ends."""
    if not _take_back(work, case, reason="corrected"):
        _tell_applicant(work, case, REFUSED.format(number=case.number, text=text))
        return
    said = WITHDRAWN.format(number=case.number, name=_subject(work, case).name, text=text)
    _tell_applicant(work, case, said)
    _tell_others(work, case, said)


def _take_back(work: Work, case: Case, *, reason: str) -> bool:
    """End what an earlier decision on this letter gave; whether there was something."""
    binding_id = case.facts.get("binding")
    if binding_id is None:
        return False
    work.uow.bindings.revoke(binding_id, at=work.now, reason=reason)
    cases.amend(work, case, facts={"binding": None})
    work.uow.audit.append(
        "binding.revoked",
        actor="system",
        subject_id=case.subject_id,
        ref=str(binding_id),
        detail={"reason": reason, "letter": case.number},
    )
    return True


def _until(work: Work, case: Case, text: str) -> date:
    """The last day of the power: as written with the decision, else as the firm named it."""
    until: date | None = date.fromisoformat(case.facts["until"])
    if text:
        try:
            until = clean_date(text.split()[0].rstrip("，。,.")).value
        except Refused:
            until = None
        if until is None or until == FOREVER:
            raise Refused(END_UNCLEAR.format(number=case.number))
    assert until is not None, "an unread date was refused"
    if until < work.today:
        raise Refused(END_PAST.format(date=_day(until)))
    return until


def _tell_applicant(work: Work, case: Case, text: str) -> None:
    letters.tell_person(work, _applicant(case), text, key=f"decided:{case.number}", kind=case.kind, case=case)


def _tell_others(work: Work, case: Case, text: str) -> None:
    """Everybody else who is bound to the firm."""
    applicant, subject = _applicant(case), _subject(work, case)
    others = {
        person.id
        for binding, person in work.uow.bindings.of_subject(subject.id)
        if person.id != applicant and bindings.holds(binding, work.today)
    }
    for other in sorted(others):
        letters.tell_person(
            work, other, text, key=f"mandate:{case.number}:{other}", kind=case.kind, case=case
        )


def _subject(work: Work, case: Case) -> Subject:
    assert case.subject_id is not None, "a letter of authority is a firm's"
    return work.uow.subjects.get(case.subject_id)


def _applicant(case: Case) -> int:
    assert case.applicant_id is not None, "a letter of authority is brought by a person"
    return case.applicant_id


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
