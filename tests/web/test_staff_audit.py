"""The auditor's pages: what was done, who looked at whom, how the chain stands; for nobody else."""

from __future__ import annotations

import csv
import io

import pytest

from domain.model.audit import Verified
from storage.audit_reading import STRETCH
from storage.tables import audit
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import Desk
from tests.stories.conftest import Town
from tests.stories.desks import CASE, hired, objected, runs
from tests.web.conftest import Enter

LOG = "/h5/staff/audit"
QUERIES = "/h5/staff/audit/queries"


async def auditor(town: Town) -> Desk:
    return await hired(town, "shen", "沈计", "审计")


@pytest.mark.clause("S0-38")
async def test_the_auditor_reads_who_did_what_and_who_looked_at_whom(town: Town, enter: Enter) -> None:
    await objected(town)
    chen = await hired(town, "chen", "陈静", "经办")
    await chen.says(f"案件 {CASE}")
    await chen.says(f"受理 {CASE}")
    browser = await enter(town, await auditor(town), LOG)
    assert "办理一步" in browser.last.text
    assert "陈静（chen）" in browser.last.text
    only = await browser.opens(f"{LOG}?actor=陈静&ref={CASE.lower()}&action=case.")
    assert "办理一步" in only.text
    assert "查看主体" not in only.text.split("<tbody>")[1]
    looks = await browser.opens(f"{QUERIES}?subject=平鲁晋北商贸有限公司&actor=chen")
    assert "<td>案件</td>" in looks.text
    assert "没有找到“没有这家”" in (await browser.opens(f"{QUERIES}?subject=没有这家")).text


@pytest.mark.parametrize("role", ["经办", "审批", "信用办管理员", "联络员", "检查人员"])
async def test_everybody_else_is_refused(town: Town, enter: Enter, role: str) -> None:
    browser = await enter(town, await hired(town, "ma", "马超", role), LOG)
    assert browser.last.status == 403
    for path in (QUERIES, f"{LOG}/log.csv", f"{LOG}/queries.csv"):
        assert (await browser.opens(path)).status == 403
    wang = await town.story.follower("王会计")
    assert (await enter(town, wang, LOG)).last.status == 403


async def test_the_state_of_the_chain_is_shown_as_it_is_stored(town: Town, enter: Enter) -> None:
    await objected(town)
    shen = await auditor(town)
    await runs(town, "seal_audit")
    sealed, head = await town.read(lambda uow: uow.sealing.head())
    page = (await enter(town, shen, LOG)).last.text
    assert f"{sealed}条" in page
    assert head in page
    assert "还没有核对过" in page
    now = town.story.clock.now()
    await town.write(lambda uow: uow.auditing.note_verified(Verified(now, sealed, "")))
    assert f"完整，当时已封存{sealed}条" in (await enter(town, shen, LOG)).last.text
    await town.write(lambda uow: uow.auditing.note_verified(Verified(now, 3, "断<在>第4条", 4)))
    assert "断&lt;在&gt;第4条" in (await enter(town, shen, LOG)).last.text


async def test_a_long_log_is_read_in_stretches_and_days_are_found(town: Town, enter: Enter) -> None:
    before = town.story.clock.now()

    def rows(action: str, count: int) -> list[dict[str, object]]:
        at = town.story.clock.now()
        return [{"at": at, "action": action, "actor": "system", "ref": "", "detail": {}}] * count

    def write(uow: SqlUnitOfWork, action: str, count: int) -> None:
        uow.connection.execute(audit.insert(), rows(action, count))

    await town.write(lambda uow: write(uow, "staff.deputy", 1))
    town.story.passes(days=3)
    await town.write(lambda uow: write(uow, "grade.in_force", STRETCH + 10))
    browser = await enter(town, await auditor(town), LOG)
    assert browser.last.text.count("<td>等级生效</td>") == 50
    page = await browser.opens(f"{LOG}?action=staff.deputy")
    assert "可以接着往前找" in page.text
    older = page.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "设置代理" in (await browser.opens(older)).text
    day = before.date().isoformat()
    found = await browser.opens(f"{LOG}?since={day}&until={day}")
    assert "设置代理" in found.text
    assert "<td>等级生效</td>" not in found.text
    assert (await browser.opens(f"{LOG}?since=x&until=2026-99-99&before=abc")).status == 200


async def test_a_table_is_taken_away_whole_and_that_is_written_down(town: Town, enter: Enter) -> None:
    await objected(town)
    detail = {"text": "=1+1"}
    await town.write(lambda uow: uow.audit.append("=cmd", actor="system", ref="@x", detail=detail))
    browser = await enter(town, await auditor(town), LOG)
    table = await browser.opens(f"{LOG}/log.csv?actor=system")
    assert table.headers["Content-Disposition"] == 'attachment; filename="audit-log.csv"'
    rows = list(csv.reader(io.StringIO(table.body.decode("utf-8-sig"))))
    assert rows[0][:4] == ["编号", "时间", "动作", "操作人"]
    assert rows[1][2] == "'=cmd"
    assert rows[1][5] == "'@x"
    assert {row[3] for row in rows[1:]} == {"系统"}
    assert (await browser.opens(f"{LOG}/queries.csv")).status == 200
    assert "导出审计记录" in (await browser.opens(LOG)).text
