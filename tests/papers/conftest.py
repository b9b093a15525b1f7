"""An office that puts things on paper: a firm with its cases, and every kind of paper made the way it comes about."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader

from bot.documents.press import Print, check_address, pdf
from bot.documents.seal import TestSeal
from domain.model.case import Actor, Case
from domain.model.commitment import Commitment
from domain.model.paper import Paper, PaperKind
from domain.model.person import Power, Staff
from domain.model.record import Record, RecordKind, Violation
from domain.model.subject import Subject, SubjectKind
from domain.rules import commitment_letters
from domain.rules.codes import make_uscc
from domain.services import bindings, commitments, grades, objections, papers, repairs
from domain.services.commitments import Draft
from storage.rulebook_files import load_rulebook
from storage.unit_of_work import SqlUnitOfWork
from tests.cases.conftest import Desk
from tests.conftest import FixedClock

NAME = "示例县晨光食品有限公司"
BASE = "https://credit.example"
#: set to make the pictures of the documentation anew
PICTURES = "XINSHI_PICTURES"
_FOLDER = Path(__file__).parents[2] / "docs" / "pictures" / "papers"


@dataclass
class Bureau(Desk):
    """A desk whose firm has a code, a penalty and somebody who signs."""

    name: str = NAME

    def settle(self) -> Bureau:
        super().settle()
        uscc = make_uscc("140603", 501, SubjectKind.LEGAL_PERSON)
        self.firm_id = self.uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, self.name, uscc))
        self.person = self.newcomer("openid-signer", Power.SIGN)
        self.penalty = self.fined("未按规定进行食品留样", date(2026, 7, 15))
        return self

    @property
    def subject(self) -> Subject:
        return self.uow.subjects.get(self.firm_id)

    def fined(self, title: str, on: date) -> int:
        record = Record(
            id=0,
            subject_id=self.firm_id,
            kind=RecordKind.PENALTY,
            title=title,
            decided_on=on,
            authority="示例县市场监督管理局",
            doc_no=f"示市监罚〔2026〕{on.day}号",
            published_on=on,
            violations=(Violation(1, title, ("罚款",), 500_000, basis="食品安全法"),),
        )
        return self.uow.records.add(record, business_key=f"{title}{on}", batch_id=None)

    def graded(self) -> None:
        grades.reassess(self.uow, self.firm_id, self.rulebook, self.clock.now(), approved_by="wang")

    def objects(self, text: str = "罚款已经在期限内缴清，请核实。") -> Case:
        target = next(t for t in objections.targets(self.work, self.subject) if t.record)
        door = objections.doors(self.work, target)[0]
        return objections.file(self.work, self.person.id, self.firm, self.subject, target, door, text)

    def decides(self, action: str, text: str = "", said: str = "罚款已经在期限内缴清，请核实。") -> Case:
        case = self.objects(said)
        clerk, approver = self.hands(case)
        self.does(clerk, "受理", case)
        return self.does(approver, action, case, text)

    def hands(self, case: Case) -> tuple[str, str]:
        """Who accepts and who decides a case where it lies."""
        return ("li", "sun") if case.department != self.office.name else ("chen", "wang")

    def reviewed(self, decided: Case, action: str, text: str) -> Case:
        case = objections.file_review(
            self.work, self.person.id, self.firm, self.subject, decided, "处罚决定书日期认定有误。"
        )
        clerk, _ = self.hands(case)
        self.does(clerk, "受理", case)
        return self.does(self.other_approver(case), action, case, text)

    def other_approver(self, case: Case) -> str:
        if case.department == self.office.name:
            return "zhao"
        self.hire("qian", "钱进", ("审批",), "市场监管局")
        return "qian"

    def hire(self, userid: str, name: str, roles: tuple[str, ...], department: str) -> None:
        self.uow.staff.save(Staff(userid, name, roles, department))

    def repairs(self, action: str, text: str = "") -> Case:
        found = repairs.candidates(self.work, self.subject)[0]
        case = repairs.file(
            self.work, self.person.id, self.firm, self.subject, found, "罚款已缴清，整改已通过验收。"
        )
        clerk, approver = self.hands(case)
        if case.state == "待提交":
            self.does("firm", "已提交", case, "查询码 XC20261120")
            return self.does("chen", action, case, text)
        if action != "不予受理":
            self.does(clerk, "受理", case)
        return self.does(approver, action, case, text)

    def commits(self, item: str = "三十日内补交消防验收材料") -> tuple[Case, Commitment]:
        held = bindings.require(self.uow, self.person, self.firm_id, Power.SIGN, self.work.today)
        rule = self.rulebook.commitments
        draft = Draft(
            kind=rule.kinds[0],
            item=item,
            due_on=date(2026, 12, 20),
            on=self.work.today,
            notices={
                notice.id: commitments.fingerprint(notice.text)
                for notice in commitment_letters.prior_notices(self.rulebook, self.subject.kind)
            },
            consents={consent.id: True for consent in rule.consents},
        )
        return commitments.sign(self.work, self.firm, self.subject, held, draft)

    def paper(self, kind: PaperKind) -> Paper:
        """The newest paper of a kind."""
        found = [each for each in self.uow.papers.of_subject(self.firm_id) if each.kind is kind]
        assert found, f"no {kind} was issued"
        return found[0]

    def grade_notice(self) -> Paper:
        self.graded()
        return papers.grade_notice(self.work, self.firm, self.firm_id)

    def repair_notice(self) -> Paper:
        return papers.repair_notice(self.work, self.who("li"), self.penalty)

    @property
    def auditor(self) -> Actor:
        return self.who("shen")


Open = Callable[..., Bureau]


@pytest.fixture
def bureau_of(uow: SqlUnitOfWork, clock: FixedClock) -> Open:
    """An office under a rulebook."""

    def opened(rulebook_id: str = "xixia", name: str = NAME) -> Bureau:
        return Bureau(uow, clock, load_rulebook(rulebook_id), name=name).settle()

    return opened


@pytest.fixture
def bureau(bureau_of: Open) -> Bureau:
    return bureau_of()


def printed(paper: Paper, *, seal: bool = True) -> bytes:
    """The file of a paper as the demonstration prints it."""
    own = paper.kind is PaperKind.COMMITMENT
    impression = TestSeal().impression(paper.issuer) if seal and not own else None
    return pdf(Print(paper, check_address(BASE, paper), seal=impression))


def text_of(made: bytes) -> str:
    """All that the file says, without line breaks and spaces."""
    pages = PdfReader(io.BytesIO(made)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def picture_of(made: bytes, name: str) -> None:
    """Draw page one; kept for the documentation where that is asked for."""
    page = pypdfium2.PdfDocument(made)[0]
    drawn = page.render(scale=1.35).to_pil()
    assert drawn.getextrema() != ((255, 255),) * 3, "an empty page"
    if os.environ.get(PICTURES):
        _FOLDER.mkdir(parents=True, exist_ok=True)
        drawn.quantize(48).save(_FOLDER / f"{name}.png", optimize=True)
