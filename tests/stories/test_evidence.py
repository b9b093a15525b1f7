"""材料 from phone to desk: pictures fetched from the platform, the page, and what it refuses."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from bot.app import WARM
from domain.model.person import Staff
from domain.model.record import RecordKind
from tests.driver import PICTURE, Phone
from tests.stories.conftest import Town

PDF = b"%PDF-1.7\n" + b"proof " * 50


def workbook() -> bytes:
    """What a table is from outside: a zip with the parts of one."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()


@pytest.fixture
async def firm(town: Town) -> Phone:
    """A person whose firm has one open objection, and the desk that works on it."""

    def staffed(uow: Any) -> None:
        name = town.parts.house.office.name
        uow.staff.save(Staff("chen", "陈晨", ("经办", "信用办管理员"), name))
        uow.staff.save(Staff("lin", "林岚", ("审批",), name))
        uow.staff.save(Staff("huang", "黄晖", ("联络员",), "示例县市场监督管理局"))

    # the years of holidays are loaded beside the start; the first turn may come before
    await town.story.service[WARM]
    await town.write(staffed)
    subject = await town.firm()
    await town.record(subject, RecordKind.RECTIFICATION)
    await town.approves(subject)
    phone = await town.bound(subject)
    await phone.says("异议")
    if "向哪里提出" in await phone.says("2"):
        await phone.says("1")
    await phone.says("这条警告已被复议决定撤销")
    assert "已提交" in await phone.says("确认")
    return phone


async def runs(town: Town, name: str) -> int:
    job = next(job for job in town.parts.scheduler.jobs if job.name == name)
    return await town.parts.scheduler.run(job)


def page_in(town: Town, said: str, kind: str) -> str:
    """The address of a page in a message, on the server of this story."""
    return f"{town.story.service_url}/h5/{kind}/" + said.split(f"/h5/{kind}/")[1].split("\n")[0]


def form_of(*files: tuple[str, bytes]) -> FormData:
    # as browsers do: names as they are
    form = FormData(quote_fields=False, default_to_multipart=True)
    for name, data in files:
        form.add_field("file", BytesIO(data), filename=name)
    return form


async def posts(address: str, *files: tuple[str, bytes]) -> tuple[int, str]:
    async with ClientSession() as session, session.post(address, data=form_of(*files)) as response:
        return response.status, await response.text()


async def test_a_picture_is_fetched_and_staff_read_it(town: Town, firm: Phone) -> None:
    assert "正在存进YY2026" in await firm.sends_image()
    await runs(town, "media")
    listed = await town.story.desk("chen").says("材料 YY20260001")
    assert "有1份材料" in listed
    async with ClientSession() as session, session.get(page_in(town, listed, "file")) as response:
        assert await response.read() == PICTURE
        assert response.headers["Content-Disposition"] == 'attachment; filename="YY20260001-1.png"'
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert "sandbox" in response.headers["Content-Security-Policy"]


async def test_a_picture_that_the_platform_no_longer_has_is_told_to_the_sender(
    town: Town, firm: Phone
) -> None:
    await firm.sends_image()
    town.story.passes(days=3, hours=1)
    await runs(town, "media")
    assert "没有收到" in await firm.says("进度")


async def test_the_page_takes_several_files_and_names_each_bad_one(town: Town, firm: Phone) -> None:
    address = page_in(town, await firm.says("材料"), "upload")
    async with ClientSession() as session, session.get(address) as response:
        text = await response.text()
        assert response.status == 200
        assert "YY20260001" in text
        assert "<script" not in text
        assert "style=" not in text
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    status, text = await posts(
        address,
        ("决定书.pdf", PDF),
        ("表格.xlsx", workbook()),
        ("程序.exe", b"MZ\x90\x00" + b"\x00" * 100),
        ("图片.jpg", b"<html><script>alert(1)</script></html>"),
        ("空.png", b""),
        ("大.pdf", b"%PDF-" + bytes(10 * 1024 * 1024)),
    )
    assert status == 200
    assert text.count('class="good"') == 2
    assert text.count('class="bad"') == 4
    assert "“程序.exe”不是可以收的文件" in text
    assert "“大.pdf”超过10MB" in text
    assert "以前已经传过" in (await posts(address, ("又一次.pdf", PDF)))[1]
    assert "有2份材料" in await town.story.desk("chen").says("材料 YY20260001")


async def test_names_of_files_are_never_markup(town: Town, firm: Phone) -> None:
    address = page_in(town, await firm.says("材料"), "upload")
    _, text = await posts(address, ("<img src=x onerror=alert(1)>.pdf", PDF))
    assert "<img" not in text
    assert "&lt;img" in text


async def test_a_link_ends_after_half_an_hour_and_is_good_for_nothing_else(town: Town, firm: Phone) -> None:
    address = page_in(town, await firm.says("材料"), "upload")
    assert (await posts(address.replace("/upload/", "/import/"), ("a.pdf", PDF)))[0] in (403, 404)
    assert (await posts(address[:-2] + "xx", ("a.pdf", PDF)))[0] == 403
    assert (await posts(address))[0] == 403
    town.story.passes(minutes=31)
    status, text = await posts(address, ("a.pdf", PDF))
    assert status == 403
    assert "过期" in text


async def test_a_link_dies_with_the_right_behind_it(town: Town, firm: Phone) -> None:
    address = page_in(town, await firm.says("材料"), "upload")
    await firm.says("解绑")
    await firm.says("1")
    assert "已经解除" in await firm.says("确认")
    status, text = await posts(address, ("a.pdf", PDF))
    assert status == 404
    assert "没有找到案件" in text


async def test_other_departments_get_no_link(town: Town, firm: Phone) -> None:
    await firm.sends_image()
    await runs(town, "media")
    assert "/h5/file/" not in await town.story.desk("huang").says("材料 YY20260001")
