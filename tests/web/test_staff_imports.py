"""导入 by two people on pages: what is shown before, who may, and that nothing counts too early."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.clock import FixedClock, MovableClock
from domain.model.intake import IntakeState
from domain.model.person import Staff
from domain.services import intakes as intake_service
from storage import imports
from storage.tables import audit, intakes
from storage.unit_of_work import SqlUnitOfWork
from tests.driver import BEGINNING, Desk
from tests.stories.conftest import OpenTown, Town
from tests.stories.desks import heard, hired, runs
from tests.web.conftest import Browser, Enter
from tests.web.tables import CSV, GOOD, LIST, approver, clerk, settled, takes, uploads

STAFF_TABLE = "账号,姓名,角色,部门\nnew,新人,经办,信用办\n".encode()


async def counted(town: Town) -> bool:
    """Whether the firm of the table is in the register."""
    return await town.read(lambda uow: uow.subjects.by_uscc(GOOD)) is not None


async def files(town: Town) -> int:
    """How many files lie in the file store."""
    folder = town.parts.settings.attachments
    return sum(path.is_file() for path in folder.rglob("*"))


async def submitted(town: Town, enter: Enter) -> tuple[Browser, Browser]:
    """A table that waits for its second person."""
    chen, liu = await clerk(town, enter), await approver(town, enter)
    await uploads(chen)
    await settled(town)
    assert "已提交" in await takes(chen, "submit")
    return chen, liu


@pytest.mark.clause("S0-37")
@pytest.mark.clause("S0-38")
async def test_one_uploads_another_confirms_and_both_are_told(
    open_town: OpenTown, database_url: str, enter: Enter
) -> None:
    async with open_town(database_url) as town:
        await confirmed(town, enter)


async def confirmed(town: Town, enter: Enter) -> None:
    chen, liu = await clerk(town, enter), await approver(town, enter)
    page = await uploads(chen)
    assert "已收到，正在检查" in page
    assert 'http-equiv="refresh"' in page
    await settled(town)
    page = (await chen.opens(f"{LIST}/1")).text
    assert "待核对" in page
    assert "平鲁新来商贸有限公司" in page
    assert "名称一致" in page
    assert "refresh" not in page
    assert not await counted(town)
    assert "等另一位同事确认：刘海" in await takes(chen, "submit")
    assert not await counted(town)
    page = (await liu.opens(LIST)).text
    assert "等您确认" in page
    assert "正在导入" in await takes(liu, "confirm")
    done = await settled(town)
    assert done.state is IntakeState.DONE
    assert await counted(town)
    await runs(town, "intakes")
    for userid in ("chen", "liu"):
        assert heard(town.story.desk(userid), "导入完成：名单.csv（陈静上传，刘海确认）") == 1
    assert heard(town.story.desk("liu"), "陈静请您确认导入“主体名单”") == 1
    assert heard(town.story.desk("liu"), f"{LIST}/1") >= 1
    batch = done.batch_id
    assert batch is not None
    found = await town.read(lambda uow: uow.batches.get(batch))
    assert found is not None
    assert found.by == "liu"


async def test_rejected_rows_are_shown_with_reasons_and_handed_out_as_a_workbook(
    town: Town, enter: Enter
) -> None:
    chen = await clerk(town, enter)
    await uploads(chen)
    checked = await settled(town)
    assert checked.checkup is not None
    assert (checked.checkup.read, checked.checkup.accepted, checked.checkup.rejected) == (2, 1, 1)
    page = (await chen.opens(f"{LIST}/1")).text
    assert "退回的行" in page
    seen = await chen.opens(f"{LIST}/1/rejected")
    assert seen.headers["Content-Disposition"] == 'attachment; filename="rejected-1.xlsx"'
    rows = list(load_workbook(BytesIO(seen.body)).worksheets[0].iter_rows(values_only=True))
    assert rows[1][0] == "平鲁错码商贸有限公司"
    assert str(rows[1][-1]) in page


@pytest.mark.clause("S0-37")
async def test_whoever_uploaded_a_table_never_confirms_it(town: Town, enter: Enter) -> None:
    gao = await clerk(town, enter, "gao", "高山", "信用办管理员", "审批", "经办")
    await approver(town, enter)
    await uploads(gao)
    await settled(town)
    page = await takes(gao, "submit")
    assert 'value="confirm"' not in page
    assert "要由另一位同事确认" in await takes(gao, "confirm", version="3")
    assert not await counted(town)


async def test_a_deputy_of_the_approver_does_not_confirm_his_own_table(town: Town, enter: Enter) -> None:
    chen, _ = await submitted(town, enter)
    today = BEGINNING.date()
    await town.write(
        lambda uow: uow.staff.add_deputy("liu", "chen", since=today, until=today + timedelta(days=3))
    )
    assert "要由另一位同事确认" in await takes(chen, "confirm", version="3")


async def test_a_refusal_needs_a_reason_and_the_uploader_reads_it(town: Town, enter: Enter) -> None:
    chen, liu = await submitted(town, enter)
    assert "请写明退回的理由" in await takes(liu, "refuse", reason="  ")
    secret = liu.secret
    assert "已退回" in await takes(liu, "refuse", reason="来源单位没有盖章")
    await runs(town, "intakes")
    assert heard(town.story.desk("chen"), "来源单位没有盖章") == 1
    assert "来源单位没有盖章" in (await chen.opens(f"{LIST}/1")).text
    assert "不能这样做" in await takes(liu, "confirm", version="4", csrf=secret)
    assert not await counted(town)


async def test_without_another_person_nothing_is_submitted(town: Town, enter: Enter) -> None:
    chen = await clerk(town, enter)
    await uploads(chen)
    await settled(town)
    assert "没有可以确认的另一位同事" in await takes(chen, "submit")


async def test_what_was_seen_is_what_is_confirmed(town: Town, enter: Enter) -> None:
    _, liu = await submitted(town, enter)
    assert "刚刚有了变化" in await takes(liu, "confirm", version="2")
    assert not await counted(town)


@pytest.mark.parametrize(
    "kind, name, data, said",
    [
        ("subjects", "程序.exe", b"MZ", "不是表格"),
        ("nothing", "名单.csv", CSV, "不认识导入种类"),
        ("subjects", "空.csv", b"", "空文件"),
        ("subjects", "大.csv", b"x" * (20 * 1024 * 1024 + 1), "超过20MB"),
        ("staff", "人员.csv", STAFF_TABLE, "只能由信用办管理员导入"),
    ],
)
async def test_what_cannot_be_a_table_is_refused_at_once_in_one_line(
    town: Town, enter: Enter, kind: str, name: str, data: bytes, said: str
) -> None:
    chen = await clerk(town, enter)
    page = await uploads(chen, kind, name, data)
    assert page.count('role="alert"') == 1
    assert said in page
    assert await town.read(lambda uow: uow.intakes.get(1)) is None
    assert await files(town) == 0


@pytest.mark.parametrize(
    "name, data, said",
    [
        ("坏.xlsx", b"this is no workbook", "表头"),
        ("坏.xlsx", b"PK\x03\x04 broken", "已损坏"),
        ("空表.csv", b"\n", "空的"),
    ],
)
async def test_a_table_that_cannot_be_read_says_why_in_one_line(
    town: Town, enter: Enter, name: str, data: bytes, said: str
) -> None:
    chen = await clerk(town, enter)
    await uploads(chen, "subjects", name, data)
    failed = await settled(town)
    assert failed.state is IntakeState.FAILED
    page = (await chen.opens(f"{LIST}/1")).text
    assert failed.reason in page
    assert said in failed.reason
    assert "\n" not in failed.reason
    assert "没有写入任何数据" in page


async def test_columns_are_told_by_hand_and_remembered_for_the_next_file(town: Town, enter: Enter) -> None:
    chen, liu = await clerk(town, enter), await approver(town, enter)
    strange = CSV.replace("主体名称,统一社会信用代码".encode(), "谁家,哪个码".encode())
    await uploads(chen, data=strange)
    await settled(town)
    page = (await chen.opens(f"{LIST}/1")).text
    assert "还缺少这些列：主体名称" in page
    assert "平鲁新来商贸有限公司" in page
    assert 'value="submit"' not in page
    assert "请只留一列" in await takes(chen, "columns", **{"column-0": "name", "column-1": "name"})
    assert "没有这一列可选" in await takes(chen, "columns", **{"column-0": "nonsense"})
    page = await takes(chen, "columns", **{"column-0": "name", "column-1": "uscc"})
    assert "按新的对应重新检查" in page
    assert (await settled(town)).state is IntakeState.SEEN
    assert "人工指定" in (await chen.opens(f"{LIST}/1")).text
    await takes(chen, "submit")
    await takes(liu, "confirm")
    assert (await settled(town)).state is IntakeState.DONE
    assert await counted(town)
    await uploads(chen, name="下月.csv", data=strange + b"\n")
    again = await settled(town, 2)
    assert again.glimpse is not None
    assert [column.how for column in again.glimpse.columns] == ["chosen", "chosen"]
    assert again.checkup is not None
    assert again.checkup.duplicate == 1


async def test_the_same_file_is_taken_once_and_after_its_import_said_to_change_nothing(
    town: Town, enter: Enter
) -> None:
    chen, liu = await submitted(town, enter)
    assert "已经传过" in await uploads(chen)
    assert chen.last.path == f"{LIST}/1"
    await takes(liu, "confirm")
    await settled(town)
    await uploads(chen, name="另一个名字.csv")
    assert chen.last.path == f"{LIST}/2"
    await settled(town, 2)
    assert "再次导入不会改变任何数据" in (await chen.opens(f"{LIST}/2")).text
    assert "没有一行可以导入" in await takes(chen, "submit", 2)


async def test_a_restart_between_any_two_steps_loses_nothing(
    open_town: OpenTown, sqlite_url: str, enter: Enter
) -> None:
    clock = MovableClock(FixedClock(BEGINNING))

    async with open_town(sqlite_url, clock=clock) as town:
        await uploads(await clerk(town, enter))
    clock.advance(timedelta(minutes=2))
    async with open_town(sqlite_url, clock=clock) as town:
        await settled(town)
    async with open_town(sqlite_url, clock=clock) as town:
        await approver(town, enter)
        assert "已提交" in await takes(await clerk(town, enter), "submit")
    async with open_town(sqlite_url, clock=clock) as town:
        assert "已确认" in await takes(await approver(town, enter), "confirm")
    clock.advance(timedelta(minutes=2))
    async with open_town(sqlite_url, clock=clock) as town:
        assert (await settled(town)).state is IntakeState.DONE
        assert await counted(town)


async def test_an_import_whose_process_died_before_it_could_say_so_is_not_done_twice(
    town: Town, enter: Enter
) -> None:
    _, liu = await submitted(town, enter)
    await takes(liu, "confirm")
    done = await settled(town)

    def forgotten(uow: SqlUnitOfWork) -> None:
        values = {"state": IntakeState.RUNNING.value, "batch_id": None}
        uow.connection.execute(intakes.update().values(values))

    await town.write(forgotten)
    again = await settled(town)
    assert (again.state, again.batch_id) == (IntakeState.DONE, done.batch_id)
    assert again.checkup is not None
    assert again.checkup.accepted == 1


async def test_what_is_withdrawn_or_left_alone_leaves_nothing_behind(town: Town, enter: Enter) -> None:
    chen = await clerk(town, enter)
    await uploads(chen)
    await settled(town)
    assert "已撤回" in await takes(chen, "withdraw")
    await runs(town, "sweep_intakes")
    assert await files(town) == 0
    await uploads(chen)
    await settled(town, 2)
    town.story.passes(days=31)
    for _ in range(2):
        await runs(town, "sweep_intakes")
    assert await files(town) == 0
    left = await town.read(lambda uow: uow.intakes.get(2))
    assert left is not None
    assert left.state is IntakeState.EXPIRED
    assert left.glimpse is not None
    assert left.glimpse.first == ()
    chen = await clerk(town, enter)
    assert "已过期" in (await chen.opens(f"{LIST}/2")).text
    assert "已经清理" in (await chen.opens(f"{LIST}/2/rejected")).text


async def test_the_bytes_lie_sealed_and_the_rows_that_were_shown_too(town: Town, enter: Enter) -> None:
    chen = await clerk(town, enter)
    await uploads(chen)
    await settled(town)
    firm = "平鲁新来商贸".encode()
    folder = town.parts.settings.attachments
    assert all(firm not in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    details = await town.read(lambda uow: uow.connection.execute(select(intakes.c.details)).scalar_one())
    assert firm not in details
    assert not list((town.parts.settings.data_dir / "imports").iterdir())


async def test_a_list_of_staff_is_confirmed_by_another_administrator_only(town: Town, enter: Enter) -> None:
    gao = await clerk(town, enter, "gao", "高山", "信用办管理员")
    liu = await approver(town, enter)
    chen = await clerk(town, enter)
    await uploads(gao, "staff", "人员.csv", STAFF_TABLE)
    await settled(town)
    assert "没有可以确认的另一位" in await takes(gao, "submit")
    ma = await clerk(town, enter, "ma", "马超", "信用办管理员")
    assert "马超" in await takes(gao, "submit")
    for other in (liu, chen):
        assert "现在不能查看" in (await other.opens(f"{LIST}/1")).text
        assert "人员.csv" not in (await other.opens(LIST)).text
    await takes(ma, "confirm")
    assert (await settled(town)).state is IntakeState.DONE
    assert await town.read(lambda uow: uow.staff.get("new")) is not None


async def test_a_role_that_is_taken_away_and_a_form_from_elsewhere_are_refused(
    town: Town, enter: Enter
) -> None:
    chen, liu = await submitted(town, enter)
    name = town.parts.house.office.name
    await liu.opens(f"{LIST}/1")
    await town.write(lambda uow: uow.staff.save(Staff("liu", "刘海", ("审计",), name)))
    assert (await liu.sends(f"{LIST}/1", {"step": "confirm", "version": "3"})).status == 403
    assert "放得太久" in (await chen.sends(f"{LIST}/1", {"step": "withdraw", "csrf": "x"})).text
    other = await enter(town, await hired(town, "sun", "孙丽", "审批", department="市场监管局"), LIST)
    assert "现在不能查看" in (await other.opens(f"{LIST}/1")).text
    assert (await other.opens(f"{LIST}/99")).status == 404
    assert (await other.opens(f"{LIST}/x")).status == 404


async def test_the_chat_leads_to_the_page_and_every_step_is_audited(town: Town, enter: Enter) -> None:
    _chen, liu = await submitted(town, enter)
    await liu.opens(f"{LIST}/1/rejected")
    desk: Desk = town.story.desk("chen")
    said = await desk.says("导入")
    assert "/h5/staff/in/" in said
    await takes(liu, "confirm")
    await settled(town)
    rows = await town.read(
        lambda uow: uow.connection.execute(
            select(audit.c.action, audit.c.actor).where(audit.c.ref == "intake:1").order_by(audit.c.id)
        ).all()
    )
    assert [tuple(row) for row in rows] == [
        ("intake.received", "staff:chen"),
        ("intake.submitted", "staff:chen"),
        ("intake.rejected_read", "staff:liu"),
        ("intake.confirmed", "staff:liu"),
        ("intake.imported", "staff:liu"),
    ]


async def test_who_has_no_part_in_imports_is_told_who_has(town: Town, enter: Enter) -> None:
    shen = await clerk(town, enter, "shen", "沈计", "审计")
    assert shen.last.status == 403
    assert "由审批人员确认" in shen.last.text


async def test_a_table_waits_while_another_import_is_alive(town: Town, enter: Enter) -> None:
    _, liu = await submitted(town, enter)
    now = town.story.clock.now()

    def alive(uow: SqlUnitOfWork) -> int:
        return imports.open_batch(
            uow.connection, "awards", file_sha256="", source="cli", by="cli:root", now=now
        )

    batch = await town.write(alive)
    await takes(liu, "confirm")
    for _ in range(intake_service.MOST_ATTEMPTS + 1):
        await runs(town, "intakes")
        assert not await counted(town)
        town.story.passes(minutes=2)
        await town.write(lambda uow: imports.renew(uow.connection, batch, town.story.clock.now()))
    await town.write(lambda uow: imports.abandon(uow.connection, batch, town.story.clock.now(), "test"))
    assert (await settled(town)).state is IntakeState.DONE
    assert await counted(town)


async def test_a_job_that_dies_again_and_again_gives_up_with_a_line(town: Town, enter: Enter) -> None:
    chen = await clerk(town, enter)
    await uploads(chen)
    await settled(town)
    tried = {"state": IntakeState.CHECKING.value, "attempts": intake_service.MOST_ATTEMPTS}
    await town.write(lambda uow: uow.connection.execute(intakes.update().values(tried)))
    assert (await settled(town)).reason == intake_service.BROKEN
    assert intake_service.BROKEN in (await chen.opens(f"{LIST}/1")).text
