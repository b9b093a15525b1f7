"""文书 as they are read: who may, in which lists, and what anybody learns who holds one (S0-38)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hmac import compare_digest

from domain.errors import NotAllowed, NotFound
from domain.model.case import Actor, Case, Doer
from domain.model.paper import Paper, PaperKind
from domain.model.subject import Subject
from domain.rules.codes import mask_personal
from domain.services import bindings, grades, looks
from domain.services.case_rights import may_see
from domain.services.papers import NOT_FOUND, PENALTIES, Status, is_bound, status
from domain.services.reports import person_behind
from domain.services.work import Work

_PURPOSE = "文书"

STAFF_ONLY = "这一页由工作人员使用。请回到微信的对话里办理。"
ELSEWHERE = "{number}由{issuer}出具，请联系该单位。"


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper in a list."""

    id: int
    title: str
    number: str
    issued_on: date
    issuer: str
    subject_name: str
    status: Status
    #: it cannot be printed here and is made by hand
    by_hand: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What anybody who holds a paper may learn of it: nothing personal, nothing of what it says."""

    title: str
    number: str
    issued_on: date
    issuer: str
    status: Status
    #: whether the hash on the paper is the one of the text that was issued; None where none was given
    genuine: bool | None


@dataclass(frozen=True, slots=True)
class FirmName:
    """A firm to choose from."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Penalty:
    """A record that a 信用修复告知书 goes with."""

    record_id: int
    decided_on: date
    title: str
    authority: str
    issued: bool


@dataclass(frozen=True, slots=True)
class FirmPapers:
    """A firm with its papers, as staff see them."""

    id: int
    name: str
    uscc: str
    lines: tuple[PaperLine, ...]
    penalties: tuple[Penalty, ...]
    #: whether this member of staff may issue the notice of its grade
    gives_grade: bool


def check(work: Work, code: str, text_sha256: str = "") -> Checked | None:
    """What the paper with this code is; None where there is none. Open to everybody."""
    paper = work.uow.papers.by_code(code)
    if paper is None:
        return None
    given = text_sha256.strip().lower()
    return Checked(
        title=paper.content.title,
        number=paper.number,
        issued_on=paper.issued_on,
        issuer=paper.issuer,
        status=status(work, paper),
        genuine=compare_digest(given.encode(), paper.text_sha256.encode()) if given else None,
    )


def open_paper(work: Work, actor: Actor, paper_id: int) -> Paper:
    """The paper, for somebody who may read it; that he looked is noted (S0-38).

    ``NotFound`` for another firm's paper, ``NotAllowed`` for staff of another department.
    """
    paper = work.uow.papers.get(paper_id)
    if paper is None or (Doer.FIRM in actor.doers and not is_bound(work, actor, paper.subject_id)):
        raise NotFound(NOT_FOUND)
    if Doer.FIRM not in actor.doers and not _may_read(work, actor, paper):
        raise NotAllowed(ELSEWHERE.format(number=paper.number, issuer=paper.issuer))
    _look(work, actor, paper.subject_id)
    return paper


def held_by(work: Work, actor: Actor) -> list[PaperLine]:
    """The papers of every firm that a person is bound to, newest first."""
    person = person_behind(work, actor)
    found = [
        _line(work, paper, subject)
        for _, subject in bindings.active(work.uow, person, work.today)
        for paper in work.uow.papers.of_subject(subject.id)
    ]
    return sorted(found, key=lambda line: line.id, reverse=True)


def firms_of(work: Work, actor: Actor) -> list[FirmName]:
    """The firms of which a person may have the grade notice."""
    person = person_behind(work, actor)
    held = bindings.active(work.uow, person, work.today)
    return [FirmName(subject.id, subject.name) for _, subject in held]


def look_up(work: Work, actor: Actor, wanted: str) -> list[FirmPapers]:
    """The firms that a code or an exact name means, with the papers that this member of staff may read.

    ``NotAllowed`` for people of the firms' side.
    """
    if Doer.FIRM in actor.doers:
        raise NotAllowed(STAFF_ONLY, log=f"{actor.label} at a page of the staff")
    found = grades.find_subject(work.uow, wanted)
    for subject in found:
        _look(work, actor, subject.id)
    return [
        FirmPapers(
            subject.id,
            subject.name,
            subject.uscc or "",
            tuple(of_subject(work, actor, subject)),
            tuple(_penalties(work, subject)) if actor.doers else (),
            gives_grade=bool(actor.doers_in(work.office.name)),
        )
        for subject in found
    ]


def of_subject(work: Work, actor: Actor, subject: Subject) -> list[PaperLine]:
    """The papers of a subject that this member of staff may read, newest first."""
    return [
        _line(work, paper, subject)
        for paper in work.uow.papers.of_subject(subject.id)
        if _may_read(work, actor, paper)
    ]


def of_case(work: Work, case: Case) -> list[PaperLine]:
    """The papers of a case in the order in which they were issued; ask first whether the case may be seen."""
    return [
        _line(work, paper, work.uow.subjects.get(paper.subject_id))
        for paper in work.uow.papers.of_case(case.id)
    ]


def _line(work: Work, paper: Paper, subject: Subject) -> PaperLine:
    return PaperLine(
        id=paper.id,
        title=paper.content.title,
        number=paper.number,
        issued_on=paper.issued_on,
        issuer=paper.issuer,
        subject_name=subject.name,
        status=status(work, paper),
        by_hand=bool(paper.by_hand),
    )


def _penalties(work: Work, subject: Subject) -> list[Penalty]:
    """The newest records that a notice goes with."""
    return [
        Penalty(
            record.id,
            record.decided_on,
            mask_personal(record.title),
            record.authority,
            issued=work.uow.papers.about(PaperKind.REPAIR_NOTICE, f"record:{record.id}") is not None,
        )
        for record in work.uow.records.of_subject(subject.id, limit=20)
        if record.kind in PENALTIES and record.state.counts
    ]


def _may_read(work: Work, actor: Actor, paper: Paper) -> bool:
    """Staff: the credit office reads all, a department what it issued and the cases it had a hand in."""
    places = {where for where, _ in actor.seats} or {actor.department}
    if places & {paper.issuer, work.office.name}:
        return True
    case = work.uow.cases.get(paper.case_id) if paper.case_id is not None else None
    return case is not None and may_see(work, case, actor)


def _look(work: Work, actor: Actor, subject_id: int) -> None:
    looks.note(work.uow, subject_id, viewer=actor.label, purpose=_PURPOSE, at=work.now)
