"""文书: issued inside the transaction of what they say, numbered, and ended when they no longer hold.

There is one paper of a kind about one thing (a decided case, an assessment, a
record): asked for twice, it is the same paper. What it says is fixed when it is
issued; the file is printed later and always from that. A decision that is
corrected and an assessment that is replaced take their papers with them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from domain.clock import legal_date
from domain.errors import NotAllowed, NotFound, Refused
from domain.model.assessment import OutcomeKind
from domain.model.case import Actor, Case, CaseKind, Doer
from domain.model.commitment import Commitment
from domain.model.paper import SERIES, Content, Paper, PaperKind, text_hash
from domain.model.person import Power
from domain.model.record import RecordKind, RecordState
from domain.model.subject import Subject
from domain.rules.case_tables import TABLES
from domain.rules.quotation import quoted
from domain.services import bindings, grades, letters, paper_decisions, paper_notices
from domain.services.work import Work

#: in numbers where the office file names no mark of its own
_MARK = "信"
_CODE_BYTES = 16
#: what a 信用修复告知书 goes with
PENALTIES = frozenset({RecordKind.PENALTY, RecordKind.RECTIFICATION})

NOT_FOUND = "没有找到这份文书。请回到对话里，回复“进度”查看您的办件。"
NO_GRADE_YET = "{name}还没有生效的信用等级，暂时不能出具告知书。"
GRADE_IN_DOUBT = "{name}的信用等级正在由工作人员核实，核实完毕再出具告知书。"
NO_STAFF = "告知书由信用办的工作人员出具，您现在没有这个角色。"
NO_ROLE = "告知书由工作人员出具，您现在没有这个角色。"
NOT_YOURS = "这条记录的信用修复告知书由{issuer}出具，请联系该单位。"
NO_PENALTY = "只有行政处罚和责令改正、警告的记录才出具信用修复告知书。"
NOT_COUNTED = "这条记录已经不再计入，不用出具信用修复告知书。"

CORRECTED = "原决定已更正，由{number}重新决定"
OVERTURNED = "经复核，已由{number}作出新的决定"
WITHDRAWN = "承诺已撤回"
REPLACED = "信用等级已重新评定"
RECORD_GONE = "所依据的记录已不再有效"

NOT_PUBLIC = "您写的内容引用了不对外公开的文件（{what}）。请用自己的话说明，或引用公开的法律法规。"

BY_HAND = "这份文书里有不能自动排印的内容（例如字库没有的字），已转{issuer}人工制作，办好后通知您。"
MAKE_BY_HAND = "{title}{number}（{name}）里有不能自动排印的内容，请按系统里的内容人工制作并送达。原因：{why}"


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a paper holds; else since when not, and why."""

    valid: bool
    ended_on: date | None = None
    why: str = ""


# -- issuing -------------------------------------------------------------------


def commitment_signed(
    work: Work, case: Case, commitment: Commitment, subject: Subject, signature: str = ""
) -> Paper:
    """The commitment letter, in the transaction of its signature (S3-28…S3-30)."""
    content = paper_notices.commitment_letter(work, subject, case, commitment, signature)
    return _issue(work, PaperKind.COMMITMENT, f"case:{case.id}", subject, content, case.department, case)


def grade_notice(work: Work, actor: Actor, subject_id: int) -> Paper:
    """The notice of the grade in force, made when first asked for; the same paper while that grade holds.

    The firm asks for it itself, or the credit office does at its counter. ``NotFound`` for a firm that is
    not the actor's, ``NotAllowed`` for other staff, ``Refused`` where no grade is in force.
    """
    _check_may_ask(work, actor, subject_id)
    subject = work.uow.subjects.get(subject_id)
    assessment = grades.standing(work.uow, subject, work.rulebook, work.now).assessment
    if assessment is None:
        raise Refused(NO_GRADE_YET.format(name=subject.name))
    if assessment.evaluation.outcome is OutcomeKind.NEEDS_REVIEW:
        raise Refused(GRADE_IN_DOUBT.format(name=subject.name))
    about = f"assessment:{assessment.id}"
    known = work.uow.papers.about(PaperKind.GRADE, about)
    if known is not None:
        return known
    content = paper_notices.grade_notice(work, subject, assessment)
    return _issue(work, PaperKind.GRADE, about, subject, content, work.office.name)


def repair_notice(work: Work, actor: Actor, record_id: int) -> Paper:
    """信用修复告知书 for a penalty, to be served together with the decision (两书同达); staff ask for it."""
    if not actor.doers - {Doer.FIRM, Doer.SYSTEM}:
        raise NotAllowed(NO_ROLE)
    record = work.uow.records.get(record_id)
    if record is None or record.kind not in PENALTIES:
        raise Refused(NO_PENALTY)
    if not record.state.counts:
        raise Refused(NOT_COUNTED)
    issuer = paper_notices.issuer_for(work, record)
    if not {where for where, _ in actor.seats} & {issuer, work.office.name}:
        raise NotAllowed(NOT_YOURS.format(issuer=issuer))
    about = f"record:{record.id}"
    known = work.uow.papers.about(PaperKind.REPAIR_NOTICE, about)
    if known is not None:
        return known
    subject = work.uow.subjects.get(record.subject_id)
    content = paper_notices.repair_notice(work, subject, record)
    return _issue(work, PaperKind.REPAIR_NOTICE, about, subject, content, issuer)


Issue = Callable[[Work, Case, str], None]


def _accepted(work: Work, case: Case, text: str) -> None:
    subject = _subject(work, case)
    if subject is not None and work.uow.papers.about(PaperKind.ACCEPTANCE, f"case:{case.id}") is None:
        content = paper_decisions.acceptance(work, case, subject)
        _issue(work, PaperKind.ACCEPTANCE, f"case:{case.id}", subject, content, case.department, case)


def _not_accepted(work: Work, case: Case, text: str) -> None:
    subject = _subject(work, case)
    if subject is not None:
        content = paper_decisions.no_acceptance(work, case, subject, text)
        _issue(work, PaperKind.NO_ACCEPTANCE, f"case:{case.id}", subject, content, case.department, case)


def _decided(work: Work, case: Case, text: str) -> None:
    subject = _subject(work, case)
    if subject is not None:
        content = paper_decisions.decision(work, case, subject, text)
        _issue_decision(work, case, subject, content)


def _changed_on_review(work: Work, case: Case, text: str) -> None:
    """The decision that a review undoes or changes no longer holds."""
    _decided(work, case, text)
    reviewed = _reviewed(work, case)
    if reviewed is not None:
        _end(work, reviewed.id, OVERTURNED.format(number=case.number))


def _maintained_on_review(work: Work, case: Case, text: str) -> None:
    """The decision stands; again, where a review that is corrected by this one had ended it."""
    _decided(work, case, text)
    reviewed, corrected = _reviewed(work, case), work.uow.cases.get(case.parent_id or 0)
    if reviewed is None or corrected is None or corrected.id == reviewed.id:
        return
    for paper in work.uow.papers.of_case(reviewed.id):
        if paper.revoked_why == OVERTURNED.format(number=corrected.number):
            work.uow.papers.reinstate(paper.id)
            _audit(work, "paper.reinstated", paper)


def _mirrored(work: Work, case: Case, text: str) -> None:
    subject = _subject(work, case)
    if subject is not None:
        content = paper_decisions.mirrored(work, case, subject, text)
        _issue_decision(work, case, subject, content)


def _corrected(work: Work, case: Case, text: str) -> None:
    """更正: ``case`` is the new one; the papers of the decision that it corrects no longer hold."""
    if case.parent_id is not None:
        _end(work, case.parent_id, CORRECTED.format(number=case.number))


def _withdrawn(work: Work, case: Case, text: str) -> None:
    _end(work, case.id, WITHDRAWN)


#: what is put on paper, or ends, with a step of a case
ISSUES: dict[tuple[CaseKind, str], Issue] = {
    (CaseKind.OBJECTION, "受理"): _accepted,
    (CaseKind.REVIEW, "受理"): _accepted,
    (CaseKind.REPAIR, "受理"): _accepted,
    (CaseKind.REPAIR, "不予受理"): _not_accepted,
    (CaseKind.OBJECTION, "同意"): _decided,
    (CaseKind.OBJECTION, "部分同意"): _decided,
    (CaseKind.OBJECTION, "驳回"): _decided,
    (CaseKind.REVIEW, "同意"): _changed_on_review,
    (CaseKind.REVIEW, "部分同意"): _changed_on_review,
    (CaseKind.REVIEW, "驳回"): _maintained_on_review,
    (CaseKind.REPAIR, "同意"): _decided,
    (CaseKind.REPAIR, "驳回"): _decided,
    (CaseKind.REPAIR, "登记同意"): _mirrored,
    (CaseKind.REPAIR, "登记不予"): _mirrored,
    (CaseKind.OBJECTION, "更正"): _corrected,
    (CaseKind.REVIEW, "更正"): _corrected,
    (CaseKind.REPAIR, "更正"): _corrected,
    (CaseKind.COMMITMENT, "撤回"): _withdrawn,
}


def put_on_paper(work: Work, case: Case, action: str, text: str) -> None:
    """Issue or end what goes with a step, after all that follows from it was done."""
    if issue := ISSUES.get((case.kind, action)):
        issue(work, case, text)


def check_words(work: Work, before: Case, action: str, actor: Actor, text: str) -> None:
    """``Refused`` where words of the staff quote a document that is not public (S3-03).

    A firm reads the words of every step that is not the office's own: in its letters, papers and case.
    """
    step = TABLES[before.kind].step(before.state, action)
    own = step is None or step.private or (before.subject_id is None and before.applicant_id is None)
    if own or {Doer.FIRM, Doer.SYSTEM} & actor.doers:
        return
    if what := quoted(work.rulebook, text):
        raise Refused(NOT_PUBLIC.format(what=what))


# -- reading and checking ------------------------------------------------------


def status(work: Work, paper: Paper) -> Status:
    """Whether a paper holds today. A grade notice holds as long as its assessment is in force."""
    if paper.revoked_at is not None:
        return Status(False, legal_date(paper.revoked_at), paper.revoked_why)
    if paper.kind is PaperKind.GRADE:
        return _status_of_grade(work, paper)
    if paper.kind is PaperKind.REPAIR_NOTICE:
        record = work.uow.records.get(int(paper.about.removeprefix("record:")))
        if record is None or record.state is RecordState.REVOKED:
            return Status(False, None, RECORD_GONE)
    return Status(True)


# -- what the press reports ----------------------------------------------------


def printed(work: Work, paper: Paper, pdf_sha256: str) -> Paper:
    """The file of a paper is kept under this hash; returns the paper with the hash that counts."""
    if work.uow.papers.note_printed(paper.id, pdf_sha256):
        detail = {"pdf": pdf_sha256}
        work.uow.audit.append(
            "paper.printed", actor="system", subject_id=paper.subject_id, ref=paper.number, detail=detail
        )
        return replace(paper, pdf_sha256=pdf_sha256, by_hand="")
    return work.uow.papers.get(paper.id) or paper


def not_printable(work: Work, paper: Paper, why: str) -> str:
    """A paper cannot be printed: its issuer's clerks are told, once; returns what the reader is told."""
    if not paper.by_hand:
        work.uow.papers.note_by_hand(paper.id, why)
        _audit(work, "paper.by_hand", paper)
        said = MAKE_BY_HAND.format(
            title=paper.content.title,
            number=paper.number,
            name=work.uow.subjects.get(paper.subject_id).name,
            why=why,
        )
        clerks = letters.clerks_of(work, paper.issuer)
        letters.tell_staff(work, clerks, said, key=f"by-hand:{paper.id}")
    return BY_HAND.format(issuer=paper.issuer)


# -- inside --------------------------------------------------------------------


def _issue_decision(work: Work, case: Case, subject: Subject, content: Content) -> Paper:
    kind = paper_decisions.KINDS[case.kind]
    return _issue(work, kind, f"case:{case.id}", subject, content, case.department, case)


def _issue(
    work: Work,
    kind: PaperKind,
    about: str,
    subject: Subject,
    content: Content,
    issuer: str,
    case: Case | None = None,
) -> Paper:
    """Give a paper its number, hash and code; where somebody was faster, that paper is the one."""
    work.uow.papers.lock(kind, work.today.year)
    known = work.uow.papers.about(kind, about)
    if known is not None:
        return known
    number = _number(work, kind)
    paper = work.uow.papers.add(
        Paper(
            id=0,
            kind=kind,
            number=number,
            issued_on=work.today,
            issued_at=work.now,
            issuer=issuer,
            subject_id=subject.id,
            about=about,
            case_id=case.id if case is not None else None,
            content=content,
            text_sha256=text_hash(kind, number, work.today, issuer, content),
            code=secrets.token_hex(_CODE_BYTES),
        )
    )
    detail = {"about": about, "text": paper.text_sha256}
    work.uow.audit.append(
        "paper.issued", actor="system", subject_id=subject.id, ref=paper.number, detail=detail
    )
    return paper


def _number(work: Work, kind: PaperKind) -> str:
    year = work.today.year
    mark = work.office.file_mark or _MARK
    return f"{mark}{SERIES[kind]}〔{year}〕{work.uow.papers.next_number(kind, year)}号"


def _end(work: Work, case_id: int, why: str) -> None:
    """The papers of a case no longer hold; that it was accepted remains true."""
    for paper in work.uow.papers.of_case(case_id):
        if paper.kind is not PaperKind.ACCEPTANCE and work.uow.papers.revoke(paper.id, at=work.now, why=why):
            _audit(work, "paper.revoked", paper)


def _reviewed(work: Work, case: Case) -> Case | None:
    """The decided case that a review is about; a corrected review goes back to it over the first one."""
    one: Case | None = case
    while one is not None and one.kind is CaseKind.REVIEW:
        one = work.uow.cases.get(one.parent_id) if one.parent_id else None
    return one


def _audit(work: Work, what: str, paper: Paper) -> None:
    work.uow.audit.append(what, actor="system", subject_id=paper.subject_id, ref=paper.number)


def _status_of_grade(work: Work, paper: Paper) -> Status:
    wanted = int(paper.about.removeprefix("assessment:"))
    later = [one for one in work.uow.assessments.history(paper.subject_id) if one.id > wanted]
    if not later:
        return Status(True)
    since = later[-1].in_force_from
    return Status(False, legal_date(since) if since is not None else None, REPLACED)


def _subject(work: Work, case: Case) -> Subject | None:
    return work.uow.subjects.get(case.subject_id) if case.subject_id is not None else None


def is_bound(work: Work, actor: Actor, subject_id: int) -> bool:
    """Whether a person of the firms' side may read about a subject today."""
    person = work.uow.people.get(int(actor.id))
    held = bindings.active(work.uow, person, work.today)
    return any(subject.id == subject_id and each.power >= Power.QUERY for each, subject in held)


def _check_may_ask(work: Work, actor: Actor, subject_id: int) -> None:
    if Doer.FIRM in actor.doers:
        if not is_bound(work, actor, subject_id):
            raise NotFound(NOT_FOUND)
    elif not actor.doers_in(work.office.name):
        raise NotAllowed(NO_STAFF)
