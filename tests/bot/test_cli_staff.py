"""Staff from the command line: roles that add up, deputies with dates, lists from elsewhere."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.settings import EXAMPLE_OFFICE

STRONG = "kT9v-Qz3mW_uR7yLpX2aHs5DfJ8gNcBe"
WATER, MARKET = "示例县水利局", "示例县市场监督管理局"


class Desk:
    """Runs commands in this process; ``out`` and ``err`` hold what the last one said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def run(self, *words: str) -> int:
        status = main(words)
        self.out, self.err = self._capsys.readouterr()
        return status

    def does(self, *words: str) -> str:
        assert self.run(*words) == 0, self.err
        return self.out

    def add(self, userid: str, name: str, *roles: str, department: str = WATER) -> str:
        words = [word for role in roles for word in ("--role", role)]
        return self.does(
            "staff", "add", "--userid", userid, "--name", name, "--department", department, *words
        )

    @property
    def members(self) -> dict[str, dict[str, Any]]:
        return {each["userid"]: each for each in json.loads(self.does("staff", "list", "--json"))}


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """An installation with an empty database and the example office."""
    for name in list(os.environ):
        if name.startswith(("XINSHI_", "WECHAT_", "WECOM_", "WX_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XINSHI_RULEBOOK", "pinglu")
    monkeypatch.setenv("XINSHI_SECRET_KEY", STRONG)
    monkeypatch.setenv("XINSHI_OFFICE", str(EXAMPLE_OFFICE))
    desk = Desk(capsys)
    desk.does("db", "upgrade")
    return desk


def test_a_further_role_comes_to_those_held_and_only_replaces_them(desk: Desk) -> None:
    desk.add("Wang", "王伟", "审批")
    assert "审批、经办" in desk.add("wang", "王伟", "经办")
    assert desk.members["wang"]["roles"] == ["审批", "经办"]
    who = ("--userid", "wang", "--name", "王伟", "--department", WATER)
    desk.does("staff", "add", *who, "--role", "联络员", "--only")
    assert desk.members["wang"]["roles"] == ["联络员"]


def test_who_was_disabled_is_back_when_added_again(desk: Desk) -> None:
    desk.add("wang", "王伟", "审批")
    desk.does("staff", "disable", "WANG")
    assert "已停用" in desk.does("staff", "list")
    desk.add("wang", "王伟", "经办")
    assert desk.members["wang"]["enabled"] is True


def test_an_account_that_wecom_would_not_take_is_refused(desk: Desk) -> None:
    who = ("--userid", "王伟", "--name", "王伟", "--role", "经办", "--department", WATER)
    assert desk.run("staff", "add", *who) == 1
    assert "账号“王伟”不对" in desk.err
    assert desk.members == {}


def test_a_deputy_is_set_shown_replaced_and_ended(desk: Desk) -> None:
    for userid, name in (("wang", "王伟"), ("zhao", "赵敏"), ("sun", "孙浩")):
        desk.add(userid, name, "审批")
    said = desk.does(
        "staff", "deputy", "wang", "--for", "zhao", "--from", "2126-02-01", "--until", "2126-02-09"
    )
    assert "2126-02-01 至 2126-02-09，王伟（wang）的工作由赵敏（zhao）代理" in said
    desk.does("staff", "deputy", "wang", "--for", "sun", "--until", "2126-02-09")
    assert [each["deputy"] for each in desk.members["wang"]["deputies"]] == ["sun"]
    assert "孙浩（" in desk.does("staff", "list")
    assert "已结束" in desk.does("staff", "deputy", "wang", "--end")
    assert desk.members["wang"]["deputies"] == []
    assert "没有代理人" in desk.does("staff", "deputy", "wang", "--end")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("nobody", "--for", "wang", "--until", "2126-01-01"), "没有工作人员“nobody”"),
        (("nobody", "--end"), "没有工作人员“nobody”"),
        (("wang", "--for", "WANG", "--until", "2126-01-01"), "不能由本人代理本人"),
        (("wang", "--for", "zhao", "--until", "2020-01-01"), "已经过去"),
        (("wang", "--for", "zhao", "--until", "明天"), "不是日期"),
        (("wang", "--for", "zhao", "--from", "2126-02-01", "--until", "2126-01-01"), "早于开始"),
    ],
)
def test_deputies_that_make_no_sense_are_one_line(desk: Desk, words: tuple[str, ...], line: str) -> None:
    desk.add("wang", "王伟", "审批")
    desk.add("zhao", "赵敏", "审批")
    assert desk.run("staff", "deputy", *words) == 1
    assert line in desk.err
    assert desk.err.count("\n") == 1


def test_a_deputy_without_days_is_wrong_usage(desk: Desk) -> None:
    assert desk.run("staff", "deputy", "wang", "--for", "zhao") == 2
    assert "--until" in desk.err


def test_every_change_of_the_register_is_audited(desk: Desk, tmp_path: Path) -> None:
    desk.add("wang", "王伟", "审批")
    desk.add("zhao", "赵敏", "审批")
    desk.does("staff", "deputy", "wang", "--for", "zhao", "--until", "2126-02-09")
    desk.does("staff", "disable", "zhao")
    with sqlite3.connect(tmp_path / "var" / "xinshi.sqlite") as database:
        actions = [row[0] for row in database.execute("SELECT action FROM audit WHERE action LIKE 'staff.%'")]
    database.close()
    assert actions == ["staff.saved", "staff.saved", "staff.deputy", "staff.disabled"]


def test_a_list_of_staff_is_imported_once(desk: Desk, tmp_path: Path) -> None:
    rows = "账号,姓名,角色,部门,状态\nwang,王伟,审批、经办,信用办,\nzhao,赵敏,联络员,没听过的局,停用\nsun,孙浩,局长,商务局,\n"
    (tmp_path / "staff.csv").write_text(rows, encoding="utf-8")
    assert "读取 3 行：接受 2，修复 0，退回 1，重复 0" in desk.does(
        "import", "staff", "staff.csv", "--dry-run"
    )
    assert desk.members == {}
    said = desk.does("import", "staff", "staff.csv")
    assert "部门“没听过的局”是新的" in said
    assert "staff.csv.rejected.xlsx" in said
    assert said.count("是新的") == 1
    members = desk.members
    assert members["wang"]["roles"] == ["审批", "经办"]
    assert members["zhao"]["enabled"] is False
    assert "接受 0，修复 0，退回 1，重复 2" in desk.does("import", "staff", "staff.csv")
    assert desk.members == members
