"""The register of staff and WeCom's contact list: a real command beside the simulated platform, over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bot.__main__ import main
from bot.clock import FixedClock, MovableClock
from bot.settings import EXAMPLE_OFFICE
from bot.simulator import (
    SIMULATOR,
    AppConfig,
    DepartmentConfig,
    MemberConfig,
    SimulatorConfig,
    WeCom,
    WeComConfig,
    create_simulator,
)
from bot.simulator.wecom.members import Member
from bot.tasks import Nursery

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OFFICE, WATER, MARKET = "示例县社会信用体系建设办公室", "示例县水利局", "示例县市场监督管理局"
SETTINGS = {
    "XINSHI_RULEBOOK": "pinglu",
    "XINSHI_SECRET_KEY": "kT9v-Qz3mW_uR7yLpX2aHs5DfJ8gNcBe",
    "XINSHI_OFFICE": str(EXAMPLE_OFFICE),
    "WECOM_CORP_ID": "wwdemo",
    "WECOM_AGENT_ID": "1000001",
    "WECOM_SECRET": "demo-secret",
    "WECOM_TOKEN": "demotoken",
    "WECOM_ENCODING_AES_KEY": KEY,
}


class Office:
    """Commands run in a thread, so that the platform answers meanwhile in this loop."""

    def __init__(self, wecom: WeCom, capsys: pytest.CaptureFixture[str]) -> None:
        self.wecom = wecom
        self._capsys = capsys
        self.out = self.err = ""

    async def run(self, *words: str) -> int:
        status = await asyncio.to_thread(main, words)
        self.out, self.err = self._capsys.readouterr()
        return status

    async def does(self, *words: str) -> str:
        assert await self.run(*words) == 0, self.err
        return self.out

    async def members(self) -> dict[str, dict[str, Any]]:
        return {each["userid"]: each for each in json.loads(await self.does("staff", "list", "--json"))}


@pytest.fixture
async def office(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Office]:
    """A corp whose list holds WangFang and lisi; both are registered."""
    monkeypatch.chdir(tmp_path)
    clock, nursery = MovableClock(FixedClock(datetime(2026, 11, 20, 1, 0, tzinfo=UTC))), Nursery()
    corp = WeComConfig(
        "wwdemo",
        (AppConfig(1000001, "信使", "demo-secret"),),
        departments=(
            DepartmentConfig(1, "示例县人民政府", 0),
            DepartmentConfig(2, WATER),
            DepartmentConfig(3, MARKET),
            DepartmentConfig(4, "信用监管股", 3),
        ),
        members=(
            MemberConfig("WangFang", "王芳", departments=(2,)),
            MemberConfig("lisi", "李四", departments=(4,)),
        ),
    )
    config = SimulatorConfig("wxdemo", "s", "demotoken", KEY, callback_url="http://127.0.0.1:9", wecom=corp)
    app = create_simulator(config, clock, nursery)
    async with TestServer(app) as platform:
        settings = SETTINGS | {"WECOM_API_BASE": str(platform.make_url("/wecom"))}
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        office = Office(app[SIMULATOR].wecom, capsys)
        await office.does("db", "upgrade")
        for userid, name, department in (("wangfang", "王芳", WATER), ("lisi", "李四", MARKET)):
            who = ("--userid", userid, "--name", name, "--department", department)
            await office.does("staff", "add", *who, "--role", "经办")
        yield office
        await nursery.close(drain=1)


async def test_a_list_that_agrees_changes_nothing(office: Office) -> None:
    before = await office.members()
    assert (await office.does("staff", "sync")).strip() == "通讯录 2 人：新成员 0，更新 0，停用 0"
    assert await office.members() == before


async def test_names_and_departments_follow_the_list_and_roles_stay(office: Office) -> None:
    office.wecom.member("lisi").name = "李思"
    office.wecom.member("lisi").departments = (2,)
    said = await office.does("staff", "sync")
    assert f"更新 李四（lisi）：姓名 李四 → 李思，部门 {MARKET} → {WATER}" in said
    lisi = (await office.members())["lisi"]
    assert (lisi["name"], lisi["department"], lisi["roles"]) == ("李思", WATER, ["经办"])


async def test_who_stands_under_the_corp_alone_keeps_the_department(office: Office) -> None:
    office.wecom.member("lisi").departments = (1,)
    assert "更新 0" in await office.does("staff", "sync")


async def test_who_left_or_is_disabled_there_is_disabled_and_stays_so(office: Office) -> None:
    del office.wecom.corp.members["lisi"]
    assert "停用 李四（lisi）" in await office.does("staff", "sync")
    assert (await office.members())["lisi"]["enabled"] is False
    office.wecom.corp.add_member(Member("lisi", "李四", departments=(3,)))
    assert "更新 0，停用 0" in await office.does("staff", "sync")
    assert (await office.members())["lisi"]["enabled"] is False


async def test_an_account_disabled_there_is_disabled_here(office: Office) -> None:
    office.wecom.member("lisi").enabled = False
    await office.does("staff", "sync")
    members = await office.members()
    assert (members["lisi"]["enabled"], members["wangfang"]["enabled"]) == (False, True)


async def test_new_members_are_listed_and_added_only_when_asked(office: Office) -> None:
    office.wecom.corp.add_member(Member("Zhao", "赵敏", departments=(4,)))
    assert f"新成员 赵敏（zhao），{MARKET}：未登记，加 --add 登记" in await office.does("staff", "sync")
    assert "zhao" not in await office.members()
    await office.does("staff", "sync", "--add")
    zhao = (await office.members())["zhao"]
    assert (zhao["roles"], zhao["department"], zhao["enabled"]) == ([], MARKET, True)


async def test_a_trial_run_writes_nothing(office: Office) -> None:
    office.wecom.member("lisi").name = "李思"
    before = await office.members()
    said = await office.does("staff", "sync", "--add", "--dry-run")
    assert "李四 → 李思" in said
    assert "没有写入" in said
    assert await office.members() == before


async def test_a_list_without_anybody_known_disables_nobody(office: Office) -> None:
    office.wecom.corp.members.clear()
    office.wecom.corp.add_member(Member("new", "新人", departments=(2,)))
    assert await office.run("staff", "sync") == 1
    assert "没有停用任何人" in office.err
    assert all(member["enabled"] for member in (await office.members()).values())


async def test_a_wrong_secret_is_one_line(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECOM_SECRET", "another")
    assert await office.run("staff", "sync") == 1
    assert "没有改动任何内容" in office.err
    assert office.err.count("\n") == 1


async def test_without_wecom_the_first_missing_setting_is_named(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SETTINGS:
        if name.startswith("WECOM_"):
            monkeypatch.delenv(name)
    assert await office.run("staff", "sync") == 1
    assert office.err.startswith("WECOM_CORP_ID 未设置")
    assert office.err.count("\n") == 1
