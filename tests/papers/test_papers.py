"""Papers as the office's acts: one for each thing, numbered, ended when they no longer hold, read by who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.errors import NotAllowed, NotFound, Refused
from domain.model.paper import Paper, PaperKind, text_hash
from domain.model.person import Power
from domain.model.record import RecordState
from domain.model.subject import Subject, SubjectKind
from domain.rules.quotation import quoted
from domain.services import paper_shelf, papers
from tests.papers.conftest import NAME, Bureau, Open, printed, text_of
from tests.papers.test_every_kind import (
    EXAMPLES,
    REASON,
    Example,
    elsewhere,
    not_accepted,
    not_repaired,
    repaired,
)

NEEDS_OWN_REPAIR = (repaired, not_repaired, not_accepted)


def hash_of(paper: Paper, **changes: object) -> str:
    content = replace(paper.content, **changes)  # type: ignore[arg-type]
    return text_hash(paper.kind, paper.number, paper.issued_on, paper.issuer, content)


def test_the_same_data_give_the_same_hash_and_any_other_word_another(bureau: Bureau) -> None:
    bureau.decides("驳回", REASON)
    paper = bureau.paper(PaperKind.OBJECTION)
    assert hash_of(paper) == paper.text_sha256
    assert hash_of(paper, blocks=tuple(dict(reversed(b.items())) for b in paper.content.blocks)) == hash_of(
        paper
    )
    others = (
        hash_of(paper, addressee="示例乙公司"),
        hash_of(paper, blocks=paper.content.blocks[:-1]),
        text_hash(paper.kind, "示信异决〔2026〕2号", paper.issued_on, paper.issuer, paper.content),
    )
    assert len({paper.text_sha256, *others}) == 4


def test_what_was_issued_comes_back_as_it_was(bureau: Bureau) -> None:
    paper = bureau.repair_notice()
    assert bureau.uow.papers.get(paper.id) == paper
    assert bureau.uow.papers.by_code(paper.code) == paper
    assert len(bytes.fromhex(paper.code)) == 16


def test_each_kind_counts_for_itself_and_each_year_anew(bureau: Bureau) -> None:
    bureau.decides("驳回", REASON)
    bureau.grade_notice()
    assert bureau.paper(PaperKind.ACCEPTANCE).number == "示信受通〔2026〕1号"
    assert bureau.paper(PaperKind.OBJECTION).number == "示信异决〔2026〕1号"
    assert bureau.paper(PaperKind.GRADE).number == "示信等告〔2026〕1号"
    bureau.decides("驳回", REASON)
    assert bureau.paper(PaperKind.OBJECTION).number == "示信异决〔2026〕2号"
    bureau.clock.set(datetime(2027, 1, 5, 4, tzinfo=UTC))
    bureau.decides("驳回", REASON)
    assert bureau.paper(PaperKind.OBJECTION).number == "示信异决〔2027〕1号"


def test_an_office_without_a_mark_of_its_own_numbers_neutrally(bureau: Bureau) -> None:
    bureau.office = bureau.office.model_copy(update={"file_mark": ""})
    assert bureau.repair_notice().number == "信修告〔2026〕1号"


def test_asked_for_twice_it_is_the_same_paper(bureau: Bureau) -> None:
    assert bureau.grade_notice() == bureau.grade_notice()
    assert bureau.repair_notice() == bureau.repair_notice()
    assert len(bureau.uow.papers.of_subject(bureau.firm_id)) == 2


def test_a_case_that_is_passed_on_is_acknowledged_once(bureau: Bureau) -> None:
    case = bureau.objects()
    bureau.does("li", "受理", case)
    bureau.does("li", "转办", case, "信用办 归口管理")
    bureau.does("chen", "受理", case)
    found = [p for p in bureau.uow.papers.of_case(case.id) if p.kind is PaperKind.ACCEPTANCE]
    assert len(found) == 1


def test_a_correction_ends_the_paper_of_the_first_decision(bureau: Bureau) -> None:
    decided = bureau.decides("驳回", REASON)
    first = bureau.paper(PaperKind.OBJECTION)
    bureau.hire("qian", "钱进", ("审批",), "市场监管局")
    bureau.clock.advance(days=3)
    anew = bureau.does("qian", "更正", decided, "漏看了缴款凭证")
    ended = papers.status(bureau.work, bureau.uow.papers.get(first.id) or first)
    assert not ended.valid
    assert ended.ended_on == bureau.work.today
    assert anew.number in ended.why
    bureau.does("qian", "同意", anew, "缴款凭证属实")
    second = bureau.paper(PaperKind.OBJECTION)
    assert papers.status(bureau.work, second).valid
    assert "取代原决定" in text_of(printed(second))


@pytest.mark.parametrize(("action", "holds"), [("同意", False), ("部分同意", False), ("驳回", True)])
def test_a_review_that_goes_another_way_ends_the_first_decision(
    bureau: Bureau, action: str, holds: bool
) -> None:
    decided = bureau.decides("驳回", REASON)
    first = bureau.paper(PaperKind.OBJECTION)
    bureau.reviewed(decided, action, "复核认定的情况。")
    assert papers.status(bureau.work, bureau.uow.papers.get(first.id) or first).valid is holds
    accepted = [p for p in bureau.uow.papers.of_case(decided.id) if p.kind is PaperKind.ACCEPTANCE]
    assert papers.status(bureau.work, accepted[0]).valid, "that it was accepted remains true"


def test_a_review_that_is_corrected_gives_the_first_decision_back(bureau: Bureau) -> None:
    decided = bureau.decides("驳回", REASON)
    first = bureau.paper(PaperKind.OBJECTION)
    review = bureau.reviewed(decided, "同意", "复核认定记录有误。")
    bureau.hire("wu", "吴明", ("审批",), "市场监管局")
    anew = bureau.does("wu", "更正", review, "漏看了缴款日期")
    assert not papers.status(bureau.work, bureau.uow.papers.get(first.id) or first).valid
    bureau.does("wu", "驳回", anew, "原决定正确。")
    assert papers.status(bureau.work, bureau.uow.papers.get(first.id) or first).valid
    assert [row.action for row in bureau.audit_rows()].count("paper.reinstated") == 1


@pytest.mark.clause("S3-03")
def test_a_reason_that_quotes_what_is_not_public_is_no_reason_for_a_firm(bureau_of: Open) -> None:
    bureau = bureau_of("huairen")
    case = bureau.objects()
    clerk, approver = bureau.hands(case)
    bureau.does(clerk, "受理", case)
    with pytest.raises(Refused) as refusal:
        bureau.does(approver, "驳回", case, f"依据《{bureau.rulebook.document.title}》不予支持")
    assert "不对外公开" in refusal.value.text
    assert bureau.rulebook.document.title not in refusal.value.text


@pytest.mark.clause("S3-03")
def test_words_that_a_firm_reads_without_a_paper_quote_nothing_internal_either(bureau_of: Open) -> None:
    bureau = bureau_of("huairen")
    case = bureau.objects()
    clerk, approver = bureau.hands(case)
    words = f"依据《{bureau.rulebook.document.title}》，请补交材料"
    bureau.does(clerk, "受理", case)
    bureau.does(clerk, "报批", case, words)
    bureau.does(approver, "退回", case, words)
    with pytest.raises(Refused) as refusal:
        bureau.does(clerk, "补正", case, words)
    assert "不对外公开" in refusal.value.text


@pytest.mark.clause("S4-40")
def test_a_grade_notice_ends_with_its_grade(bureau_of: Open) -> None:
    bureau = bureau_of("pinglu")
    notice = bureau.grade_notice()
    assert papers.status(bureau.work, notice).valid
    bureau.clock.advance(days=2)
    bureau.uow.records.set_state(bureau.penalty, RecordState.REPAIRED)
    bureau.graded()
    ended = papers.status(bureau.work, notice)
    assert (ended.valid, ended.ended_on) == (False, bureau.work.today)
    assert bureau.grade_notice().number == "示信等告〔2026〕2号"


def test_a_repair_notice_ends_when_the_penalty_is_revoked(bureau: Bureau) -> None:
    notice = bureau.repair_notice()
    bureau.uow.records.set_state(bureau.penalty, RecordState.REVOKED)
    assert not papers.status(bureau.work, notice).valid
    with pytest.raises(Refused):
        papers.repair_notice(bureau.work, bureau.who("li"), bureau.penalty)


@pytest.mark.clause("S3-28")
@pytest.mark.clause("S3-29")
@pytest.mark.clause("S3-30")
def test_the_letter_holds_the_text_signed_the_notices_and_each_consent(bureau_of: Open) -> None:
    bureau = bureau_of("huairen")
    case, commitment = bureau.commits()
    said = text_of(printed(bureau.paper(PaperKind.COMMITMENT)))
    for line in commitment.signed.text.splitlines():
        assert "".join(line.split()) in said
    assert bureau.subject.uscc is not None
    assert bureau.subject.uscc in said
    for notice in commitment.signed.notices:
        assert notice.name in said
        assert notice.sha256[:16] in said
    for consent in bureau.rulebook.commitments.consents:
        assert "".join(f"{consent.platform}{consent.public_text}同意".split()) in said
    assert commitment.text_sha256 in said
    assert case.number in said


def test_a_withdrawn_commitment_takes_its_letter_along(bureau: Bureau) -> None:
    case, _ = bureau.commits()
    bureau.does("firm", "撤回", case, "项目取消")
    assert papers.status(bureau.work, bureau.paper(PaperKind.COMMITMENT)).why == papers.WITHDRAWN


@pytest.mark.clause("S3-03")
@pytest.mark.clause("C-24")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_no_paper_quotes_a_document_that_is_not_public(example: Example, bureau_of: Open) -> None:
    bureau = bureau_of("huairen")
    decided_here = bureau.rulebook.repair.decided_here
    if example.make in NEEDS_OWN_REPAIR and not decided_here:
        example = replace(example, make=elsewhere)
    said = text_of(printed(example.make(bureau)))
    assert quoted(bureau.rulebook, said) == ""
    assert bureau.rulebook.document.title not in said


def test_a_person_is_spoken_to_as_one(bureau: Bureau) -> None:
    bureau.firm_id = bureau.uow.subjects.add(Subject(0, SubjectKind.NATURAL_PERSON, "王小明"))
    bureau.person = bureau.newcomer("openid-wang", Power.FILE)
    said = text_of(printed(bureau.grade_notice()))
    assert "现将你的信用评价结果" in said
    assert "你单位" not in said


# -- who may read --------------------------------------------------------------


def test_the_firm_reads_its_papers_and_another_firm_none(bureau: Bureau) -> None:
    paper = bureau.repair_notice()
    assert paper_shelf.open_paper(bureau.work, bureau.firm, paper.id) == paper
    assert [line.id for line in paper_shelf.held_by(bureau.work, bureau.firm)] == [paper.id]
    other = bureau.uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, "示例乙公司"))
    mine, bureau.firm_id = bureau.firm_id, other
    bureau.person = bureau.newcomer("openid-other", Power.SIGN)
    with pytest.raises(NotFound):
        paper_shelf.open_paper(bureau.work, bureau.firm, paper.id)
    with pytest.raises(NotFound):
        papers.grade_notice(bureau.work, bureau.firm, mine)
    assert paper_shelf.held_by(bureau.work, bureau.firm) == []


def test_a_binding_that_ended_ends_the_reading(bureau: Bureau) -> None:
    paper = bureau.repair_notice()
    (held,) = [b for b, s in bureau.uow.bindings.of_person(bureau.person.id) if s.id == bureau.firm_id]
    bureau.uow.bindings.revoke(held.id, at=bureau.clock.now(), reason="解绑")
    with pytest.raises(NotFound):
        paper_shelf.open_paper(bureau.work, bureau.firm, paper.id)


def test_staff_read_what_is_theirs_and_the_look_is_noted(bureau: Bureau) -> None:
    paper = bureau.repair_notice()
    for userid in ("li", "sun", "chen", "shen"):
        assert paper_shelf.open_paper(bureau.work, bureau.who(userid), paper.id) == paper
    bureau.hire("tian", "田税", ("经办", "审批"), "示例县税务局")
    with pytest.raises(NotAllowed, match="示例县市场监督管理局"):
        paper_shelf.open_paper(bureau.work, bureau.who("tian"), paper.id)
    with pytest.raises(NotAllowed):
        papers.repair_notice(bureau.work, bureau.who("tian"), bureau.fined("另一处罚", paper.issued_on))
    with pytest.raises(NotAllowed):
        papers.repair_notice(bureau.work, bureau.firm, bureau.penalty)
    with pytest.raises(NotAllowed):
        papers.repair_notice(bureau.work, bureau.auditor, bureau.penalty)
    viewers = [
        viewer for _, viewer, purpose in bureau.uow.queries.of_subject(bureau.firm_id) if purpose == "文书"
    ]
    assert viewers == ["staff:shen", "staff:chen", "staff:sun", "staff:li"]


def test_nobody_issues_in_the_name_of_an_authority_that_is_not_ours(bureau: Bureau) -> None:
    penalty = bureau.fined("外地处罚", bureau.work.today)
    record = bureau.uow.records.get(penalty)
    assert record is not None
    stranger = replace(record, authority="邻县市场监督管理局", title="外地处罚二")
    other = bureau.uow.records.add(stranger, business_key="elsewhere", batch_id=None)
    notice = papers.repair_notice(bureau.work, bureau.who("chen"), other)
    assert notice.issuer == notice.content.signed_by == bureau.office.name


def test_staff_have_no_shelf_on_the_side_of_the_firms(bureau: Bureau) -> None:
    for ask in (paper_shelf.held_by, paper_shelf.firms_of):
        with pytest.raises(NotAllowed):
            ask(bureau.work, bureau.who("chen"))
    with pytest.raises(NotAllowed):
        paper_shelf.look_up(bureau.work, bureau.firm, NAME)


# -- checking ------------------------------------------------------------------


def test_who_holds_the_paper_learns_whether_it_is_genuine_and_holds(bureau: Bureau) -> None:
    paper = bureau.repair_notice()
    found = paper_shelf.check(bureau.work, paper.code, paper.text_sha256)
    assert found is not None
    assert (found.genuine, found.status.valid, found.number) == (True, True, paper.number)
    forged = paper_shelf.check(bureau.work, paper.code, "0" * 64)
    assert forged is not None
    assert forged.genuine is False
    plain = paper_shelf.check(bureau.work, paper.code)
    assert plain is not None
    assert plain.genuine is None
    assert paper_shelf.check(bureau.work, "0" * 32) is None
    assert NAME not in str(found)


def test_every_paper_is_in_the_audit_without_its_words(bureau: Bureau) -> None:
    bureau.decides("驳回", REASON)
    rows = [row for row in bureau.audit_rows() if row.action == "paper.issued"]
    assert [row.ref for row in rows] == ["示信受通〔2026〕1号", "示信异决〔2026〕1号"]
    assert all(REASON not in str(row) and NAME not in str(row) for row in rows)
