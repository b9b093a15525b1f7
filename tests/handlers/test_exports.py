"""What goes to the platform above, out of what was said and decided in the chat."""

from __future__ import annotations

from datetime import date

import pytest

from domain.errors import Refused, TextMissing
from domain.model.person import Channel, Staff
from domain.services import corrections, reminders
from domain.services.exports import (
    COMMITMENT_COLUMNS,
    CORRECTION_COLUMNS,
    commitment_rows,
    correction_rows,
)
from tests.handlers.conftest import Town, work_of
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
    assert staffed.uow.corrections.note_exported([each.id for each in found], at=staffed.clock.now()) == 1
    assert staffed.uow.corrections.since(None) == []


@pytest.mark.clause("S0-41", "S4-39", "S4-40")
def test_each_change_is_followed_up_to_the_receipt_and_the_firm_is_told(staffed: Town) -> None:
    firm = staffed.firm()
    staffed.warned(firm, date(2026, 3, 5))
    staffed.approved(firm)
    talk = staffed.bound(firm)
    number = objects(talk)
    decides(staffed, number, "同意")
    clerk = staffed.talk("chen", Channel.WECOM)
    assert "报送上级平台：记录状态 异议中 → 已撤销（待导出）" in clerk.says(f"案件 {number}")
    assert "条更正要报送上级平台" in digest_of_admin(staffed)
    found = staffed.uow.corrections.since(None)
    batch = staffed.uow.corrections.note_exported([each.id for each in found], at=staffed.clock.now())
    assert "第1批已导出，待回执" in clerk.says(f"案件 {number}")
    staffed.clock.advance(days=10)
    assert "第1批更正已于2026-11-20报送，还没有登记上级平台的回执" in digest_of_admin(staffed)
    waiting(staffed, talk)
    assert corrections.confirm(work_of(staffed), batch, "市平台第7号", by="chen") == len(found)
    told = waiting(staffed, talk)
    assert f"{number}：更正的内容已报送，上级平台已登记更新" in told
    assert "信用等级" in told
    assert "第1批已更新，回执：市平台第7号" in clerk.says(f"案件 {number}")
    with pytest.raises(Refused, match="登记过"):
        corrections.confirm(work_of(staffed), batch, "市平台第8号", by="chen")
    with pytest.raises(TextMissing):
        corrections.confirm(work_of(staffed), batch, " ", by="chen")


def digest_of_admin(town: Town) -> str:
    """What an administrator reads in the morning."""
    work = work_of(town)
    town.uow.staff.save(Staff("ma", "马超", ("信用办管理员",), town.office.name))
    reminders.digest(work, "ma")
    person = town.uow.people.get_or_add(Channel.WECOM, work.staff_account, "ma", work.now)
    return "\n".join(town.uow.outbox.take_waiting(person.id, work.now))


@pytest.mark.clause("S4-37")
def test_what_the_source_must_add_goes_to_the_platform_above(staffed: Town) -> None:
    firm = staffed.firm()
    staffed.warned(firm, date(2026, 3, 5))
    staffed.approved(firm)
    number = objects(staffed.bound(firm))
    decides(staffed, number, "部分同意", text="缺少已整改的日期，请补充")
    (asked,) = staffed.uow.corrections.since(None)
    assert (asked.what, asked.after) == ("补充数据", "缺少已整改的日期，请补充")
    (row,) = correction_rows(staffed.uow, [asked])
    assert number in row
