"""导入 from desk to register: the link, the page, the report, and who may not."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from bot.app import WARM
from domain.model.person import Staff
from domain.model.subject import SubjectKind
from domain.rules.codes import make_uscc
from tests.driver import Desk
from tests.stories.conftest import Town

GOOD = make_uscc("140603", 901, SubjectKind.LEGAL_PERSON)
CSV = f"主体名称,统一社会信用代码\n平鲁新来商贸有限公司,{GOOD}\n平鲁错码商贸有限公司,123\n".encode()


@pytest.fixture
async def chen(town: Town) -> Desk:
    def staffed(uow: Any) -> None:
        name = town.parts.house.office.name
        uow.staff.save(Staff("chen", "陈晨", ("经办",), name))
        uow.staff.save(Staff("lin", "林岚", ("审批",), name))

    # the years of holidays are loaded beside the start; the first turn may come before
    await town.story.service[WARM]
    await town.write(staffed)
    return town.story.desk("chen")


def page_in(town: Town, said: str, kind: str) -> str:
    return f"{town.story.service_url}/h5/{kind}/" + said.split(f"/h5/{kind}/")[1].split("\n")[0]


async def posts(address: str, kind: str, name: str, data: bytes) -> tuple[int, str]:
    form = FormData(quote_fields=False, default_to_multipart=True)
    form.add_field("kind", kind)
    form.add_field("file", BytesIO(data), filename=name)
    async with ClientSession() as session, session.post(address, data=form) as response:
        return response.status, await response.text()


async def test_a_table_is_imported_and_its_sender_told(town: Town, chen: Desk) -> None:
    address = page_in(town, await chen.says("导入"), "import")
    async with ClientSession() as session, session.get(address) as response:
        assert "<select" in await response.text()
    status, text = await posts(address, "subjects", "名单.csv", CSV)
    assert status == 200
    assert "正在导入" in text
    report = await chen.hears(late=20)
    assert "读取 2 行：接受 1" in report
    assert "退回 1" in report
    assert await town.read(lambda uow: uow.subjects.by_uscc(GOOD))
    async with ClientSession() as session, session.get(page_in(town, report, "rejected")) as response:
        assert (await response.read()).startswith(b"PK")
        assert response.headers["Content-Disposition"] == 'attachment; filename="rejected.xlsx"'
    assert not list((town.parts.settings.data_dir / "imports").iterdir())


async def test_a_table_that_is_none_is_told_with_the_reason(town: Town, chen: Desk) -> None:
    address = page_in(town, await chen.says("导入"), "import")
    await posts(address, "subjects", "坏.xlsx", b"this is no workbook")
    report = await chen.hears(late=20)
    assert "没有成功" in report
    assert "没有写入任何数据" in report


@pytest.mark.parametrize(
    "kind, name, data, said",
    [
        ("subjects", "程序.exe", b"MZ", "不是表格"),
        ("nothing", "名单.csv", CSV, "不认识导入种类"),
        ("subjects", "大.csv", b"x" * (20 * 1024 * 1024 + 1), "超过20MB"),
    ],
)
async def test_what_cannot_be_a_table_is_refused_at_once(
    town: Town, chen: Desk, kind: str, name: str, data: bytes, said: str
) -> None:
    address = page_in(town, await chen.says("导入"), "import")
    status, text = await posts(address, kind, name, data)
    assert status == 403
    assert said in text


async def test_a_role_that_is_taken_away_closes_the_page(town: Town, chen: Desk) -> None:
    assert "没有这个角色" in await town.story.desk("lin").says("导入")
    address = page_in(town, await chen.says("导入"), "import")
    name = town.parts.house.office.name
    await town.write(lambda uow: uow.staff.save(Staff("chen", "陈晨", ("审计",), name)))
    status, text = await posts(address, "subjects", "名单.csv", CSV)
    assert status == 403
    assert "没有这个角色" in text


async def test_no_clerk_makes_himself_an_administrator(town: Town, chen: Desk) -> None:
    said = await chen.says("导入")
    table = "账号,姓名,角色,部门\nchen,陈晨,信用办管理员,信用办\n".encode()
    address = page_in(town, said, "import")
    async with ClientSession() as session, session.get(address) as response:
        assert 'value="staff"' not in await response.text()
    for kind in ("staff", "工作人员名单"):
        status, _ = await posts(address, kind, "名单.csv", table)
        assert status == 403
    member = await town.read(lambda uow: uow.staff.get("chen"))
    assert member is not None
    assert member.roles == ("经办",)
