"""Huairen's document is not public: nothing of it reaches a firm (C-24)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from pydantic import BaseModel

from domain.model.assessment import BaseGrade
from domain.rules.grading import evaluate
from domain.rules.industry import Scores, industry_evaluation
from tests.domain.shipped import BOOKS


def firm_texts(part: BaseModel) -> Iterator[str]:
    """Everything of a rulebook that may reach a firm."""
    shown = {"display_name", "public_text", "source_line", "class_name", "name", "executor", "computed_by"}
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name in shown and isinstance(value, str):
            yield value
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel) and name != "document":
                yield from firm_texts(item)


def runs(text: str, length: int) -> set[str]:
    return {text[start : start + length] for start in range(len(text) - length + 1)}


def internal_runs() -> set[str]:
    """Every four characters in a row of what names the internal document and the one it replaced."""
    document = BOOKS["huairen"].document
    named = (document.title, document.number, *document.supersedes)
    return set().union(*(runs(text, 4) for text in named))


@pytest.mark.clause("S3-03")
@pytest.mark.parametrize(
    "secret", ["怀发改", "46号", "40号", "附件", "实施意见", "参考指南", "不予公开", "第三部分"]
)
def test_nothing_that_names_the_internal_document_reaches_a_firm(secret: str) -> None:
    assert not [text for text in firm_texts(BOOKS["huairen"]) if secret in text]


@pytest.mark.clause("S3-03")
def test_no_text_for_firms_repeats_four_characters_of_the_internal_title_or_number() -> None:
    shown = [text for text in firm_texts(BOOKS["huairen"]) if runs(text, 4) & internal_runs()]
    assert shown == []


@pytest.mark.clause("S3-03")
@pytest.mark.parametrize("grade", ["A", "C-", "D", None, "五星"])
@pytest.mark.parametrize("score", ["90", "40", "101", None])
def test_no_explanation_for_firms_repeats_the_internal_title_or_number(
    grade: str | None, score: str | None
) -> None:
    book, on = BOOKS["huairen"], date(2026, 11, 20)
    base = BaseGrade(1, "public", grade, None, on, "信用山西", 1, "zhang")
    scores = Scores(total=Decimal(score) if score else None, public=base, on_serious_list=True)
    steps = (
        *evaluate((), base, book, on).trace,
        *industry_evaluation("industry", scores, book, on).trace,
    )
    assert not [step.public_text for step in steps if runs(step.public_text, 4) & internal_runs()]


@pytest.mark.clause("S3-03")
def test_the_internal_document_is_never_the_basis_that_a_measure_shows() -> None:
    book = BOOKS["huairen"]
    assert book.citation("附件1") == ""
    for measure in book.measures:
        assert book.document.number not in measure.basis + measure.statute
        assert book.document.title not in measure.basis + measure.statute
