"""The shipped rulebooks, loaded once, and small helpers to test them clause by clause."""

from __future__ import annotations

import pytest

from domain.rules.rulebook_parts import Measure
from storage.rulebook_files import load_rulebook

IDS = ("hegang", "huairen", "pinglu", "wuzhong", "xixia")
SOURCE_OF = {"xixia": "S0", "wuzhong": "S1", "pinglu": "S2", "huairen": "S3", "hegang": "S4"}
IMPORTED = ("xixia", "wuzhong", "huairen", "hegang")

BOOKS = {rulebook_id: load_rulebook(rulebook_id) for rulebook_id in IDS}


def clause(clause_id: str, *values: object) -> object:
    """A parameter set that proves one clause."""
    return pytest.param(clause_id, *values, marks=pytest.mark.clause(clause_id), id=clause_id)


def measures_of(clause_id: str) -> list[Measure]:
    book = next(BOOKS[name] for name, source in SOURCE_OF.items() if clause_id.startswith(source))
    return [measure for measure in book.measures if measure.clause == clause_id]


def classes(rulebook_id: str) -> dict[str, str]:
    return {grade.code: grade.class_name for grade in BOOKS[rulebook_id].grades}
