"""Whatever a row holds, it becomes a draft or comes back with reasons in Chinese."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.codes import make_uscc
from domain.services.import_checks import check
from domain.services.import_kinds import KINDS, ImportKind
from domain.services.import_rows import Sheet
from storage.rulebook_files import load_rulebook
from storage.vault import Vault

_RULEBOOK = load_rulebook("pinglu")
_SEALER = Vault("a secret key that is used in tests only")
_WORDS = st.sampled_from(
    [
        "",
        "无",
        "罚款2000元",
        "警告、罚款",
        "1.甲；2.乙",
        "0.2",
        "５，０００",
        "2021/3/5",
        "长期",
        "A",
        "良好",
        "自然人",
        make_uscc("140603", 1),
        "911406030000000000",
        "140603190001010019",
        "13812345678",
        "已撤销",
        "=1+1",
        "《虚构法》第三条",
    ]
)
_DATES = st.dates(date(1, 1, 1), date(9999, 12, 31)).map(lambda day: [day.isoformat()])
CELLS: st.SearchStrategy[Any] = st.one_of(
    _WORDS,
    _DATES,
    st.none(),
    st.booleans(),
    st.text(max_size=30),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.just({"error": "#REF!"}),
)


def sheet_of(kind: ImportKind) -> Sheet:
    """A file that has every column of its kind."""
    captions = [column.caption for column in kind.columns]
    places = {column.key: place for place, column in enumerate(kind.columns)}
    return Sheet(kind, places, captions, _RULEBOOK, date(2026, 11, 20), _SEALER, "虚构单位")


#: the list of staff is no file of records and has a reader of its own
RECORD_KINDS = sorted(set(KINDS) - {"staff"})
SHEETS = {kind: sheet_of(KINDS[kind]) for kind in KINDS}


@pytest.mark.parametrize("kind", RECORD_KINDS)
@given(data=st.data())
def test_any_row_is_taken_or_returned_with_reasons(kind: str, data: st.DataObject) -> None:
    sheet = SHEETS[kind]
    width = len(sheet.captions)
    cells = data.draw(st.lists(CELLS, min_size=0, max_size=width))
    found = check(sheet, 7, cells)
    assert (found.draft is None) == bool(found.reasons)
    assert all(reason and not reason.isascii() for reason in found.reasons)


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_an_empty_row_lacks_at_least_its_name(kind: str) -> None:
    found = check(SHEETS[kind], 7, [])
    assert "缺少主体名称" in found.reasons
