"""Xixia, Wuzhong, Huairen, Hegang: the base grade is imported, with source, batch and approver."""

from __future__ import annotations

from datetime import date

import pytest

from domain.model.assessment import OutcomeKind, Source
from domain.rules.grading import evaluate
from storage.rulebook_files import load_rulebook
from tests.domain.units import TODAY, base, listing, warning

BOOKS = {name: load_rulebook(name) for name in ("xixia", "wuzhong", "huairen", "hegang")}


@pytest.mark.clause("S0-10")
@pytest.mark.clause("S3-07")
@pytest.mark.clause("S4-04")
@pytest.mark.parametrize(
    ("place", "grade", "class_name"),
    [
        ("xixia", "A+", "诚信守法"),
        ("xixia", "A", "诚信守法"),
        ("xixia", "B", "轻微失信"),
        ("xixia", "C", "一般失信"),
        ("xixia", "C-", "一般失信"),
        ("xixia", "D", "严重失信"),
        ("xixia", "D-", "严重失信"),
        ("huairen", "A-", "优"),
        ("huairen", "B", "良"),
        ("huairen", "C", "中"),
        ("huairen", "D", "差"),
        ("hegang", "A", "诚信守法"),
        ("hegang", "B", "诚信守法"),
        ("hegang", "C", "轻微失信"),
        ("hegang", "D", "一般失信"),
        ("hegang", "E", "严重失信"),
    ],
)
def test_the_same_letter_means_what_its_own_rulebook_says(place: str, grade: str, class_name: str) -> None:
    evaluation = evaluate((), base(grade), BOOKS[place], TODAY)
    assert (evaluation.grade, evaluation.class_name) == (grade, class_name)
    assert evaluation.source is Source.IMPORTED


@pytest.mark.clause("S1-04")
def test_wuzhong_takes_the_scale_that_is_pushed_to_it() -> None:
    assert [evaluate((), base(word), BOOKS["wuzhong"], TODAY).grade for word in "优良中差"] == list(
        "优良中差"
    )


@pytest.mark.clause("S0-05")
@pytest.mark.clause("S4-06")
@pytest.mark.parametrize("place", BOOKS)
def test_records_do_not_change_an_imported_grade(place: str) -> None:
    book = BOOKS[place]
    best = min(book.grades, key=lambda grade: grade.order).code
    assert evaluate((warning(), listing()), base(best), book, TODAY).grade == best


@pytest.mark.clause("S0-05")
@pytest.mark.parametrize("place", BOOKS)
def test_the_trace_names_source_batch_and_approver(place: str) -> None:
    evaluation = evaluate((), base(BOOKS[place].grades[0].code), BOOKS[place], TODAY)
    step = evaluation.trace[0]
    assert step.test == "来源：省信用信息共享平台；评价日期：2026-10-01；批次：12；批准人：zhang"
    assert "zhang" not in step.public_text
    assert evaluation.source_text == "省信用信息共享平台，2026-10-01评价"


@pytest.mark.clause("C-11")
@pytest.mark.parametrize("place", BOOKS)
@pytest.mark.parametrize("result", [None, base(None)])
def test_no_result_is_unrated(place: str, result: object) -> None:
    evaluation = evaluate((), result, BOOKS[place], TODAY)  # type: ignore[arg-type]
    assert evaluation.outcome is OutcomeKind.UNRATED
    assert not evaluation.trace[0].holds


@pytest.mark.parametrize("place", BOOKS)
def test_a_grade_that_the_rulebook_does_not_know_is_not_guessed(place: str) -> None:
    evaluation = evaluate((), base("Z"), BOOKS[place], TODAY)
    assert evaluation.outcome is OutcomeKind.NEEDS_REVIEW
    assert "“Z”" in evaluation.trace[0].public_text


def test_a_result_of_a_later_date_does_not_count_yet() -> None:
    evaluation = evaluate((), base("A", on=date(2026, 12, 15)), BOOKS["xixia"], TODAY)
    assert (evaluation.code, evaluation.valid_until) == ("UNRATED", date(2026, 12, 15))


@pytest.mark.clause("S3-03")
@pytest.mark.clause("C-24")
def test_nothing_of_a_document_that_is_not_public_stands_in_what_firms_read() -> None:
    huairen = BOOKS["huairen"]
    assert not huairen.quotable
    assert huairen.citation("附件1") == ""
    told = [step.public_text for step in evaluate((), base("B"), huairen, TODAY).trace]
    told += [measure.public_text for measure in huairen.measures]
    told += [grade.public_text for grade in huairen.grades]
    assert not [text for text in told if "怀发改" in text or huairen.document.title in text or "附件" in text]
