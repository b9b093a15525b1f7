"""What goes to the platform above, out of what was said and decided in the chat."""

from __future__ import annotations

from datetime import date

import pytest

from domain.services.exports import (
    COMMITMENT_COLUMNS,
    CORRECTION_COLUMNS,
    commitment_rows,
    correction_rows,
)
from tests.handlers.conftest import Town
from tests.handlers.test_commitments import does, signer, signs, staffed, waiting
from tests.handlers.test_objections import decides, objects

__all__ = ["staffed"]


def exported(town: Town, since: date | None = None, *, judged: bool = False) -> list[dict[str, str]]:
    rows = commitment_rows(town.uow, town.office, since=since, judged_only=judged)
    return [dict(zip(COMMITMENT_COLUMNS, row, strict=True)) for row in rows]


@pytest.mark.clause("S4-18")
def test_the_twenty_items_are_filled_from_what_was_signed_and_found(staffed: Town) -> None:
    assert len(COMMITMENT_COLUMNS) == 20
    firm = staffed.firm()
    number = signs(signer(staffed, firm), due="2026年12月31日")
    does(staffed, number, "违诺", "没有补交")
    does(staffed, number, "同意", "责令改正", by="lin")
    (row,) = exported(staffed)
    assert row["承诺编码"] == "14060320261120000001"
    assert row["承诺人代码"] == firm.uscc
    assert (row["承诺类型"], row["承诺人类别"]) == ("审批替代型", "法人")
    assert str(firm.uscc) in row["承诺内容"]
    assert row["违诺责任"].startswith("违反承诺的")
    assert (row["承诺作出日期"], row["承诺有效期"]) == ("2026-11-20", "2026-12-31")
    assert (row["承诺履行状态"], row["履行状态认定日期"]) == ("全部未履行", "2026-11-20")
    assert (row["未履行的承诺内容"], row["违诺责任追究内容"]) == ("没有补交", "责令改正")
    assert row["认定单位"] == row["受理单位"] == staffed.office.name


def test_the_state_stays_empty_until_somebody_has_found_on_it(staffed: Town) -> None:
    signs(signer(staffed, staffed.firm()))
    (row,) = exported(staffed)
    assert (row["承诺履行状态"], row["认定单位"], row["履行状态认定日期"]) == ("", "", "")
    assert exported(staffed, judged=True) == []


def test_what_is_forbidden_where_all_was_kept_stays_empty(staffed: Town) -> None:
    number = signs(signer(staffed, staffed.firm()))
    does(staffed, number, "违诺", "没有补交")
    does(staffed, number, "驳回", "已补交", by="lin")
    does(staffed, number, "履约")
    (row,) = exported(staffed, judged=True)
    assert row["承诺履行状态"] == "全部履行"
    assert (row["未履行的承诺内容"], row["违诺责任追究内容"]) == ("", "")


def test_a_withdrawn_commitment_says_so_in_the_remark(staffed: Town) -> None:
    talk = signer(staffed, staffed.firm())
    number = signs(talk)
    talk.says(f"撤回 {number} 改走一般程序")
    (row,) = exported(staffed)
    assert row["备注"] == "已撤回：改走一般程序"


def test_since_a_day_finds_what_was_signed_or_judged_from_then_on(staffed: Town) -> None:
    number = signs(signer(staffed, staffed.firm()))
    assert len(exported(staffed, date(2026, 11, 20))) == 1
    assert exported(staffed, date(2026, 11, 21)) == []
    staffed.clock.advance(days=3)
    does(staffed, number, "履约")
    assert len(exported(staffed, date(2026, 11, 21))) == 1


@pytest.mark.clause("S0-41")
def test_corrections_go_out_once_with_what_they_rest_on(staffed: Town) -> None:
    firm = staffed.firm()
    staffed.warned(firm, date(2026, 3, 5))
    staffed.approved(firm)
    talk = staffed.bound(firm)
    number = objects(talk)
    decides(staffed, number, "同意")
    waiting(staffed, talk)
    found = staffed.uow.corrections.since(None)
    rows = [dict(zip(CORRECTION_COLUMNS, row, strict=True)) for row in correction_rows(staffed.uow, found)]
    assert {row["更正内容"] for row in rows} >= {"记录状态", "信用等级"}
    assert {row["案号"] for row in rows} == {number}
    assert rows[0]["记录名称"]
    staffed.uow.corrections.note_exported([each.id for each in found], at=staffed.clock.now())
    assert staffed.uow.corrections.since(None) == []
