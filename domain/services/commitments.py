"""信用承诺: from the prior notices to the signature, and whether the promise was kept.

Signing wants the power 签署, a credit code (S3-28), the three notices shown
and acknowledged (S3-29) and each consent asked apart (S3-30). A grade may
forbid a kind (S4-27). Whether it was kept is found by staff; a breach only
with an approver, and it then counts as a record of its own (S4-18).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from domain.errors import Refused
from domain.model.case import Actor, Case, CaseKind, Clock
from domain.model.commitment import Acknowledged, Commitment, Performance, Signed
from domain.model.person import Binding, Power
from domain.model.record import Record, RecordKind, RecordState
from domain.model.subject import Subject
from domain.rules import commitment_letters
from domain.rules.commitment_letters import Letter
from domain.rules.deadlines import dated
from domain.rules.rulebook_commitments import CommitmentKind, NationalKind
from domain.services import bindings, cascade, case_owners, cases, letters, mandates, papers
from domain.services.grades import Verdict, reassess
from domain.services.work import Work

DUE = "履行期限"
#: 承诺类型 of the commitment that a repair asks for
FOR_REPAIR: NationalKind = "信用修复型"
#: states that the steps of the table lead to, where one action has two meanings
_RUNNING, _SUSPECTED, _BROKEN = "履行中", "待认定", "违诺"

OUT_OF_SCOPE = (
    "您的授权书是{scope}，不包括“{kind}”。要签这一种，请回复“签署授权”另交一份授权书，或由有权的人来签。"
)
NOT_READ = "告知的内容有更新，要重新看过才能签署。请回复“承诺”重新办理。"
NOT_ASKED = "还有一项是否同意没有问过，请回复“承诺”重新办理。"
NO_WITHDRAWAL = "{number}不能撤回。{text}"

SIGNED_NOTE = "新的承诺：{number}\n{name}\n{kind}：{item}\n{due}履行情况请回复“履约 {number}”，没有履行的回复“违诺 {number} 情况和依据”。"
PROMISED = "提醒：{number}，您承诺“{item}”，请在{day}以前做到。做不到的，请早一点回复“人工”说明。"
KEPT = "{number}：您的承诺“{item}”已全部履行，记入信用档案。"
SUSPECTED = (
    "{number}：工作人员报告，承诺“{item}”没有按约履行：{text}\n"
    "还没有认定，由另一位负责人核实后决定。您要说明情况，请回复“人工”。"
)
NOT_FOUND = "{number}：经核实，没有认定违反承诺。{text}\n请继续履行。"
PARTLY = "{number}：您的承诺“{item}”认定为部分履行。{text}\n{remedies}"
BROKEN = "{number}：您的承诺“{item}”认定为没有履行，已记入信用记录。{text}\n{grade}对这条记录有异议，请回复“异议”。{remedies}"
GRADE_WAITS = "信用等级可能因此变化，由负责人审定后另行通知。"
GRADE_SAME = "信用等级没有因此变化。"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was chosen, shown and acknowledged in the talk before signing."""

    kind: CommitmentKind
    item: str
    #: last day to perform; None: no end
    due_on: date | None
    #: the date that the letter bears
    on: date
    #: notice → SHA-256 of the text that was acknowledged
    notices: dict[str, str]
    consents: dict[str, bool]


def check_open(
    work: Work, subject: Subject, kind: CommitmentKind | None = None, binding: Binding | None = None
) -> None:
    """``Refused`` where the subject cannot commit: no credit code (S3-28), or a grade that forbids it (S4-27);
    with ``binding`` also where no letter of this person covers the kind."""
    if not subject.uscc:
        raise Refused(commitment_letters.NO_USCC.format(name=subject.name))
    in_force = work.uow.assessments.in_force(subject.id)
    code = in_force.evaluation.code if in_force is not None else None
    if kind is not None and (why := commitment_letters.blocked(work.rulebook, kind, code)) is not None:
        raise Refused(why.public_text)
    if kind is not None and binding is not None and binding.power >= Power.SIGN:
        relied_on(work, binding, kind)


def relied_on(work: Work, binding: Binding, kind: CommitmentKind) -> Binding:
    """The power 签署 that covers a kind: this one, or that of another letter of the same person; else ``Refused``."""
    held = (
        other
        for other, subject in work.uow.bindings.of_person(binding.person_id)
        if subject.id == binding.subject_id
        and other.power >= Power.SIGN
        and bindings.holds(other, work.today)
    )
    for each in (binding, *held):
        if each.covers(kind.id):
            return each
    raise Refused(
        OUT_OF_SCOPE.format(scope=mandates.spoken_scope(work, binding.scope), kind=kind.name),
        log=f"binding {binding.id} does not cover {kind.id}",
    )


def department_for(work: Work, subject: Subject) -> str:
    """Who takes the letter: the regulator of the subject's trade, else the credit office."""
    return case_owners.owner_of(work, "regulator", subject=subject)


def letter_of(work: Work, subject: Subject, draft: Draft) -> Letter:
    """The full text of the letter."""
    item = draft.item
    if draft.due_on is not None:
        item += f"（{draft.due_on.year}年{draft.due_on.month}月{draft.due_on.day}日以前做到）"
    return commitment_letters.letter(
        work.rulebook,
        draft.kind,
        subject,
        item=item,
        department=department_for(work, subject),
        on=draft.on,
    )


def fingerprint(text: str) -> str:
    """By which a text shown is known again."""
    return sha256(text.encode()).hexdigest()


def sign(
    work: Work, actor: Actor, subject: Subject, binding: Binding, draft: Draft, *, signature: str = ""
) -> tuple[Case, Commitment]:
    """Sign: the case is opened and signed, and what lay before the signer is stored.

    ``signature``: SHA-256 of its picture among the files; "" where it is signed in words.
    ``NotAllowed`` without the power 签署; ``Refused`` where the subject may not
    commit, or where something was not shown, not acknowledged or not asked.
    """
    bindings.check_power(binding, Power.SIGN)
    check_open(work, subject, draft.kind)
    binding = relied_on(work, binding, draft.kind)
    notices = _acknowledged(work, subject, draft)
    if set(draft.consents) != {consent.id for consent in work.rulebook.commitments.consents}:
        raise Refused(NOT_ASKED)
    letter = letter_of(work, subject, draft)
    opened = _open(work, actor, subject, binding, draft)
    case = cases.act(work, opened.number, "签署", actor=actor)
    commitment = work.uow.commitments.add(
        Commitment(
            id=0,
            code=f"{work.rulebook.region}{draft.on:%Y%m%d}{int(case.number[6:]):06d}",
            case_id=case.id,
            subject_id=subject.id,
            kind=draft.kind.id,
            item=draft.item,
            template_version=letter.version,
            text_sha256=letter.sha256,
            signed=_signed(work, binding, draft, letter, notices, case.department),
            consents=draft.consents,
            signer_id=binding.person_id,
            power=binding.power,
            signed_at=work.now,
            due_on=draft.due_on,
            publicity=_publicity(work, draft),
            signature_sha256=signature,
        )
    )
    detail = {"text": letter.sha256, "binding": binding.id, "power": int(binding.power)}
    if signature:
        detail["signature"] = signature
    work.uow.audit.append(
        "commitment.signed", actor=actor.label, subject_id=subject.id, ref=commitment.code, detail=detail
    )
    papers.commitment_signed(work, case, commitment, subject, signature)
    _tell_clerks(work, case, subject, draft)
    return case, commitment


def of_subject(work: Work, subject: Subject) -> list[tuple[Case, Commitment]]:
    """What a firm has signed, newest first, each with its case."""
    signed = (
        (case, work.uow.commitments.of_case(case.id))
        for case in work.uow.cases.of_subject(subject.id)
        if case.kind is CaseKind.COMMITMENT
    )
    return [(case, commitment) for case, commitment in signed if commitment is not None]


def in_force(work: Work, subject: Subject, *, national: NationalKind) -> bool:
    """Whether a commitment of this kind was signed and neither withdrawn nor broken."""
    held = (Performance.PENDING, Performance.FULL)
    return any(
        commitment.signed.national == national and commitment.performance in held
        for _, commitment in of_subject(work, subject)
    )


def remind_firm(work: Work, case: Case) -> None:
    """Remind the firm, once, of the day it promised to perform by; for cases whose limit is near."""
    if case.kind is not CaseKind.COMMITMENT or case.state != _RUNNING:
        return
    if case.due_on is None or case.due_on < work.today or case.subject_id is None:
        return
    rule = work.rulebook.commitments.due_day
    said = PROMISED.format(
        number=case.number,
        item=_of(work, case).item,
        day=f"{case.due_on.year}年{case.due_on.month}月{case.due_on.day}日",
    )
    if dated(case.due_on, work.calendar, rule.shift).remind_by < case.due_on:
        said += rule.public_text
    key = f"promise:{case.number}:{case.due_on.isoformat()}"
    letters.tell_subject(work, case.subject_id, said, key=key, kind=case.kind, case=case)


# -- effects: run inside ``cases.act`` -----------------------------------------


def kept(work: Work, case: Case, actor: Actor, text: str) -> None:
    """履约: kept in full; a breach found before by mistake is revoked."""
    _judge(work, case, actor, Performance.FULL, text)
    _clear(work, case, actor)
    _tell(work, case, KEPT, text, legal_effect=False)


def broken(work: Work, case: Case, actor: Actor, text: str) -> None:
    """违诺: a clerk's report, of which the firm is heard; or, when decided anew, the finding itself."""
    if case.state == _SUSPECTED:
        cases.amend(work, case, facts={"reported": text})
        _tell(work, case, SUSPECTED, text, legal_effect=False, key="reported")
    elif case.state == _BROKEN:
        found_broken(work, case, actor, text)


def found_broken(work: Work, case: Case, actor: Actor, text: str) -> None:
    """同意: the breach becomes a record and is evaluated; a worse grade waits for its own approval (S4-18)."""
    commitment = _judge(work, case, actor, Performance.NONE, text)
    if case.facts.get("record") is None:
        record_id = _record(work, case, commitment)
        cases.amend(work, case, facts={"record": record_id})
    done = reassess(work.uow, commitment.subject_id, work.rulebook, work.now)
    grade = GRADE_SAME if done.verdict is Verdict.UNCHANGED else GRADE_WAITS
    _tell(work, case, BROKEN, text, legal_effect=True, grade=grade)


def found_partly_kept(work: Work, case: Case, actor: Actor, text: str) -> None:
    """部分同意, 部分履约: stands in the archive with what is missing, and is no breach on record."""
    _judge(work, case, actor, Performance.PARTLY, text)
    _clear(work, case, actor)
    _tell(work, case, PARTLY, text, legal_effect=True)


def not_found(work: Work, case: Case, actor: Actor, text: str) -> None:
    """驳回 of the report: nothing was found, the commitment runs on."""
    _tell(work, case, NOT_FOUND, text, legal_effect=False, key=f"cleared:{case.version}")


def withdrawn(work: Work, case: Case, actor: Actor, text: str) -> None:
    """撤回, before the matter is completed, where the place allows it."""
    rule = work.rulebook.commitments.withdrawal
    if not rule.allowed:
        raise Refused(NO_WITHDRAWAL.format(number=case.number, text=rule.public_text))
    commitment = work.uow.commitments.of_case(case.id)
    if commitment is not None:
        work.uow.commitments.judge(commitment.id, Performance.WITHDRAWN, text, on=work.today, by="")


def _acknowledged(work: Work, subject: Subject, draft: Draft) -> tuple[Acknowledged, ...]:
    """The notices with what was acknowledged; ``Refused`` where one differs from what is shown today."""
    shown = commitment_letters.prior_notices(work.rulebook, subject.kind)
    for notice in shown:
        if draft.notices.get(notice.id) != fingerprint(notice.text):
            raise Refused(NOT_READ)
    return tuple(Acknowledged(notice.id, notice.name, draft.notices[notice.id]) for notice in shown)


def _open(work: Work, actor: Actor, subject: Subject, binding: Binding, draft: Draft) -> Case:
    clocks: tuple[Clock, ...] = ()
    if draft.due_on is not None:
        end = dated(draft.due_on, work.calendar, work.rulebook.commitments.due_day.shift)
        days = work.calendar.between(work.today, end.accept_through)
        clocks = (Clock(DUE, work.today, days, end.accept_through, basis="S4-18", dated=True),)
    return cases.open_case(
        work,
        CaseKind.COMMITMENT,
        subject_id=subject.id,
        applicant_id=binding.person_id,
        department=department_for(work, subject),
        facts={"what": f"{draft.kind.name}：{draft.item}"},
        clocks=clocks,
        actor=actor,
        text=draft.item,
    )


def _signed(
    work: Work,
    binding: Binding,
    draft: Draft,
    letter: Letter,
    notices: tuple[Acknowledged, ...],
    department: str,
) -> Signed:
    return Signed(
        text=letter.text,
        kind_name=draft.kind.name,
        national=draft.kind.national,
        consequences=commitment_letters.consequences(work.rulebook),
        notices=notices,
        rulebook_version=f"{work.rulebook.id} {work.rulebook.version}",
        department=department,
        binding_id=binding.id,
        proof=binding.proof,
    )


def _publicity(work: Work, draft: Draft) -> str:
    """公开类型: open to everybody only where the signer said so."""
    return "可向社会公开" if draft.consents.get("publication") else work.rulebook.commitments.publication.type


def _of(work: Work, case: Case) -> Commitment:
    """What was signed in this case, or in the one it goes back to."""
    one: Case | None = case
    while one is not None:
        found = work.uow.commitments.of_case(one.id)
        if found is not None:
            return found
        one = work.uow.cases.get(one.parent_id) if one.parent_id else None
    raise ValueError(f"{case.number} holds no commitment")


def _judge(work: Work, case: Case, actor: Actor, found: Performance, text: str) -> Commitment:
    commitment = _of(work, case)
    work.uow.commitments.judge(commitment.id, found, text, on=work.today, by=actor.id)
    work.uow.audit.append(
        "commitment.judged",
        actor=actor.label,
        subject_id=commitment.subject_id,
        ref=commitment.code,
        detail={"performance": found.value},
    )
    return commitment


def _record(work: Work, case: Case, commitment: Commitment) -> int:
    record = Record(
        id=0,
        subject_id=commitment.subject_id,
        kind=RecordKind.COMMITMENT_BREACH,
        title=f"违反信用承诺：{commitment.item}",
        decided_on=work.today,
        authority=case.department,
        doc_no=commitment.code,
        source=work.office.name,
        submitter=case.department,
        rating=Performance.NONE.value,
    )
    return work.uow.records.add(record, business_key=f"commitment:{case.number}", batch_id=None)


def _clear(work: Work, case: Case, actor: Actor) -> None:
    """A breach that was on record is revoked, with all that follows."""
    record_id = case.facts.get("record")
    if record_id is None:
        return
    subject_id = _of(work, case).subject_id
    cascade.record_changed(work, case, subject_id, record_id, RecordState.REVOKED, by=actor.id)
    cases.amend(work, case, facts={"record": None})


def _tell(
    work: Work,
    case: Case,
    template: str,
    text: str,
    *,
    legal_effect: bool,
    grade: str = "",
    key: str = "decided",
) -> None:
    commitment = _of(work, case)
    said = template.format(
        number=case.number,
        item=commitment.item,
        text=f"依据：{text}" if legal_effect else text,
        grade=grade,
        remedies=work.rulebook.remedies_text,
    )
    letters.tell_subject(
        work,
        commitment.subject_id,
        said,
        key=f"{key}:{case.number}",
        kind=case.kind,
        legal_effect=legal_effect,
        case=case,
    )


def _tell_clerks(work: Work, case: Case, subject: Subject, draft: Draft) -> None:
    due = f"履行期限：{draft.due_on.isoformat()}。" if draft.due_on else ""
    said = SIGNED_NOTE.format(
        number=case.number, name=subject.name, kind=draft.kind.name, item=draft.item, due=due
    )
    letters.tell_staff(
        work, letters.clerks_of(work, case.department), said, key=f"opened:{case.number}", case=case
    )
