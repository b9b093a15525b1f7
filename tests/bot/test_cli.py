"""The command line: Chinese help, exit status 0, 1 and 2, one line for a refusal, JSON where data is printed."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.settings import EXAMPLE_OFFICE

STRONG = "kT9v-Qz3mW_uR7yLpX2aHs5DfJ8gNcBe"
FIRM = "91140603YYYYYY0101"
SUBJECTS = "主体名称,统一社会信用代码,主体类别\n平鲁区霁岫商贸有限公司,91140603YYYYYY0101,法人\n"
PENALTIES = (
    "主体名称,统一社会信用代码,处罚决定书文号,违法事实,处罚类别,处罚内容,处罚决定日期,处罚机关\n"
    f"平鲁区霁岫商贸有限公司,{FIRM},平市监罚〔2026〕1号,未公示年报,罚款,罚款2000元,2026-11-02,平鲁区市场监督管理局\n"
)


class Terminal:
    """Runs commands in this process, as a shell would; ``out`` and ``err`` hold what the last one said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def run(self, *words: str) -> int:
        status = main(words)
        self.out, self.err = self._capsys.readouterr()
        return status

    def json(self, *words: str) -> dict[str, object]:
        assert self.run(*words, "--json") == 0, self.err
        return dict(json.loads(self.out))


@pytest.fixture
def xinshi(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    """A machine where nothing is configured but the rulebook."""
    for name in list(os.environ):
        if name.startswith(("XINSHI_", "WECHAT_", "WECOM_", "WX_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XINSHI_RULEBOOK", "pinglu")
    return Terminal(capsys)


@pytest.fixture
def installed(xinshi: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """An installation with an empty database."""
    monkeypatch.setenv("XINSHI_SECRET_KEY", STRONG)
    monkeypatch.setenv("XINSHI_OFFICE", str(EXAMPLE_OFFICE))
    assert xinshi.run("db", "upgrade") == 0
    return xinshi


@pytest.fixture
def with_firm(installed: Terminal, tmp_path: Path) -> Terminal:
    """An installation that knows one firm."""
    (tmp_path / "subjects.csv").write_text(SUBJECTS, encoding="utf-8")
    assert installed.run("import", "subjects", "subjects.csv") == 0, installed.err
    return installed


# -- usage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("serve",),
        ("demo",),
        ("chat",),
        ("import",),
        ("grade",),
        ("evaluate",),
        ("bindcode",),
        ("tick",),
        ("doctor",),
        ("db",),
        ("rulebook", "compare"),
        ("staff", "add"),
        ("staff", "deputy"),
        ("staff", "sync"),
        ("office", "check"),
        ("audit", "verify"),
        ("menu", "push"),
    ],
)
def test_every_command_explains_itself_in_chinese(xinshi: Terminal, words: tuple[str, ...]) -> None:
    assert xinshi.run(*words, "--help") == 0
    assert "用法：xinshi" in xinshi.out
    assert "显示本帮助" in xinshi.out
    assert "Usage" not in xinshi.out


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("grade",), "缺少参数：USCC。"),
        (("staff", "add"), "缺少参数：--userid。"),
        (("grade", "X", "--colour"), "没有这个选项：--colour。"),
        (("grade", "X", "--as-of"), "选项后面缺少内容：--as-of。"),
        (("grade", "X", "Y"), "多余的参数：Y。"),
        (("serve", "--port", "many"), "参数的值不对：--port。"),
        (("gradee",), "没有这个命令：gradee，是否想写 'grade'。"),
        (("evaluate", "--approve", "3"), "--approve BATCH --by USERID"),
        ((), "用法：xinshi"),
    ],
)
def test_wrong_usage_is_status_2_and_said_on_stderr(
    xinshi: Terminal, words: tuple[str, ...], line: str
) -> None:
    assert xinshi.run(*words) == 2
    assert line in xinshi.err
    assert xinshi.out == ""


def test_words_that_are_no_text_are_wrong_usage(xinshi: Terminal) -> None:
    assert xinshi.run("grade", "\udcff") == 2
    assert "文字编码不对" in xinshi.err
    assert xinshi.err.count("\n") == 1


def test_help_answers_without_loading_the_house() -> None:
    code = "import sys, bot.cli.app; print(*sorted({'sqlalchemy', 'jieba', 'aiohttp'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


# -- settings ------------------------------------------------------------------------------------


def test_serve_names_the_first_setting_that_is_missing(xinshi: Terminal) -> None:
    assert xinshi.run("serve") == 1
    assert xinshi.err.startswith("XINSHI_SECRET_KEY 未设置")
    assert xinshi.err.count("\n") == 1


def test_an_office_file_in_another_encoding_is_one_line(
    xinshi: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "office.toml").write_bytes('name = "信用办"\n'.encode("gb18030"))
    monkeypatch.setenv("XINSHI_SECRET_KEY", STRONG)
    assert xinshi.run("office", "check", "office.toml") == 1
    assert "应存为 UTF-8" in xinshi.err
    assert xinshi.err.count("\n") == 1
    monkeypatch.setenv("XINSHI_OFFICE", "office.toml")
    assert xinshi.run("serve") == 1
    assert "应存为 UTF-8" in xinshi.err
    assert xinshi.err.count("\n") == 1


def test_a_file_that_is_no_database_is_one_chinese_line(
    xinshi: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "letter.db").write_bytes(b"no database" * 1000)
    monkeypatch.setenv("XINSHI_DATABASE_URL", "sqlite:///letter.db")
    assert xinshi.run("db", "check") == 1
    assert "数据库现在不能用" in xinshi.err
    assert xinshi.err.count("\n") == 1


def test_a_wrong_setting_is_one_line(xinshi: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECHAT_AES_KEY", "short")
    assert xinshi.run("grade", FIRM) == 1
    assert xinshi.err.startswith("WECHAT_ENCODING_AES_KEY 不对：应为 43 位字母或数字")
    assert xinshi.err.count("\n") == 1


def test_an_unknown_rulebook_is_one_line_that_lists_the_known(
    installed: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINSHI_RULEBOOK", "atlantis")
    assert installed.run("grade", FIRM) == 1
    assert all(known in installed.err for known in ("hegang", "huairen", "pinglu", "wuzhong", "xixia"))
    assert installed.err.count("\n") == 1


def test_a_database_of_another_rulebook_is_refused(
    with_firm: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINSHI_RULEBOOK", "hegang")
    assert with_firm.run("grade", FIRM) == 1
    assert "pinglu" in with_firm.err
    assert "hegang" in with_firm.err


def test_a_database_that_is_not_there_is_not_made_by_asking(
    xinshi: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XINSHI_SECRET_KEY", STRONG)
    assert xinshi.run("grade", FIRM) == 1
    assert "xinshi db upgrade" in xinshi.err
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "credit.example.org"])
def test_the_demonstration_starts_on_this_machine_only(xinshi: Terminal, host: str) -> None:
    assert xinshi.run("demo", "--host", host) == 1
    assert "演示只在本机运行" in xinshi.err


# -- data ----------------------------------------------------------------------------------------


def test_a_firm_is_imported_evaluated_and_graded(with_firm: Terminal) -> None:
    told = with_firm.json("evaluate")
    assert (told["evaluated"], told["in_force"], told["proposed"]) == (1, 1, 0)
    grade = with_firm.json("grade", FIRM)
    assert set(grade) >= {
        "uscc",
        "name",
        "rulebook",
        "rulebook_version",
        "as_of",
        "outcome",
        "grade",
        "class",
        "score",
        "source",
        "trace",
        "measures",
        "would_change",
        "disclaimer",
        "provisional",
    }
    assert (grade["uscc"], grade["rulebook"], grade["outcome"]) == (FIRM, "pinglu", "UNRATED")


def test_a_grade_is_read_by_people_too(with_firm: Terminal) -> None:
    assert with_firm.run("grade", FIRM, "--as-of", "2026-11-20") == 0
    assert "平鲁区霁岫商贸有限公司" in with_firm.out
    assert "UNRATED 暂无等级（计算结果，未生效）" in with_firm.out
    assert "S2-13" in with_firm.out


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("grade", "91140603YYYYYY029X"), "没有找到主体"),
        (("grade", FIRM, "--as-of", "gestern"), "不是日期"),
        (("bindcode", "没有这家公司"), "没有找到主体"),
        (("bindcode", FIRM, "--by", "nobody"), "不是在用的工作人员"),
        (("evaluate", "--approve", "1", "--by", "nobody"), "不是在用的审批人员"),
        (("staff", "disable", "nobody"), "没有工作人员"),
        (("import", "subjects", "nowhere.csv"), "没有这个文件"),
        (("import", "subjects", "subjects.csv", "--by", "nobody"), "不是在用的工作人员"),
        (("import", "gossip", "subjects.csv"), "不认识导入种类"),
        (("tick", "--at", "2999-01-01T00:00"), "--at 不能在将来"),
        (("tick", "--at", "soon"), "不是时刻"),
        (("tick", "--at", "0001-01-01T00:00"), "不是时刻"),
        (("evaluate", "--as-of", "2999-01-01"), "不能按将来的日期评价"),
        (("chat", "--as", "boss"), "firm:编号"),
    ],
)
def test_a_refusal_is_status_1_with_its_reason_on_stderr(
    with_firm: Terminal, words: tuple[str, ...], line: str
) -> None:
    assert with_firm.run(*words) == 1
    assert line in with_firm.err
    assert with_firm.err.count("\n") == 1


def test_the_same_file_twice_changes_nothing(with_firm: Terminal) -> None:
    told = with_firm.json("import", "subjects", "subjects.csv")
    assert (told["read"], told["accepted"], told["duplicate"]) == (1, 0, 1)


def test_a_bind_code_is_issued_for_a_firm_by_code_or_name(with_firm: Terminal) -> None:
    first = with_firm.json("bindcode", FIRM)
    second = with_firm.json("bindcode", "平鲁区霁岫商贸有限公司")
    assert first["uscc"] == second["uscc"] == FIRM
    assert first["code"] != second["code"]


def test_staff_are_added_listed_and_disabled(installed: Terminal) -> None:
    add = ("staff", "add", "--userid", "wang", "--name", "王审", "--department", "示例县水利局")
    assert installed.run(*add, "--role", "审批", "--role", "经办") == 0
    assert "是新的" not in installed.out
    assert installed.run(*add[:-1], "没听过的局", "--role", "联络员") == 0
    assert "部门“没听过的局”是新的" in installed.out
    assert installed.run("staff", "disable", "wang") == 0
    assert installed.run("staff", "list", "--json") == 0
    assert json.loads(installed.out) == [
        {
            "userid": "wang",
            "name": "王审",
            "roles": ["审批", "经办", "联络员"],
            "department": "没听过的局",
            "enabled": False,
            "deputies": [],
        }
    ]
    assert installed.run(*add, "--role", "局长") == 1
    assert "没有角色“局长”" in installed.err


def test_the_audit_chain_is_verified_and_a_changed_link_is_named(with_firm: Terminal, tmp_path: Path) -> None:
    assert with_firm.json("audit", "verify")["ok"] is True
    with sqlite3.connect(tmp_path / "var" / "xinshi.sqlite") as database:
        database.execute("UPDATE audit SET actor = 'somebody else' WHERE sealed_no = 1")
    database.close()
    assert with_firm.run("audit", "verify") == 1
    assert "第 1 条断开" in with_firm.err


def test_the_audit_chain_is_compared_with_a_seal_that_was_kept(with_firm: Terminal) -> None:
    found = with_firm.json("audit", "verify")
    assert with_firm.run("audit", "verify", "--kept", f"{found['sealed']}:{found['head']}") == 0
    assert with_firm.run("audit", "verify", "--kept", f"{found['sealed']}:{'0' * 64}") == 1
    assert f"第 {found['sealed']} 条" in with_firm.err
    assert with_firm.run("audit", "verify", "--kept", "12") == 1
    assert "从审计日报里复制" in with_firm.err


def test_a_backup_is_restored(with_firm: Terminal, tmp_path: Path) -> None:
    assert with_firm.run("db", "check") == 0
    assert with_firm.run("db", "backup", "copy.db") == 0
    assert with_firm.run("db", "backup", "copy.db") == 1
    assert "不会覆盖" in with_firm.err
    assert with_firm.run("db", "backup", "var/xinshi.sqlite") == 1
    (tmp_path / "var" / "xinshi.sqlite").unlink()
    assert with_firm.run("db", "restore", "copy.db") == 0
    assert with_firm.json("grade", FIRM)["name"] == "平鲁区霁岫商贸有限公司"
    assert with_firm.run("db", "restore", "subjects.csv") == 1


@pytest.mark.clause("S2-05")
def test_an_import_evaluates_again_whom_it_touches_and_what_is_worse_waits(
    with_firm: Terminal, tmp_path: Path
) -> None:
    with_firm.json("evaluate")
    (tmp_path / "penalties.csv").write_text(PENALTIES, encoding="utf-8")
    assert with_firm.json("import", "penalties", "penalties.csv")["reassessed"] == {"proposed": 1}
    assert with_firm.json("grade", FIRM)["outcome"] == "UNRATED"
    batch = with_firm.json("evaluate")
    assert batch["proposed"] == 1
    boss = ("--userid", "boss", "--name", "老审", "--role", "审批", "--department", "信用办")
    assert with_firm.run("staff", "add", *boss) == 0
    assert with_firm.json("evaluate", "--approve", str(batch["batch"]), "--by", "boss")["approved"] == 1
    assert with_firm.json("grade", FIRM)["grade"] == "B"


# -- rules, office, service ------------------------------------------------------------------------


def test_rulebooks_are_listed_shown_and_checked(xinshi: Terminal, tmp_path: Path) -> None:
    assert xinshi.run("rulebook", "list", "--json") == 0
    assert [book["id"] for book in json.loads(xinshi.out)] == [
        "hegang",
        "huairen",
        "pinglu",
        "wuzhong",
        "xixia",
    ]
    assert xinshi.run("rulebook", "show", "pinglu") == 0
    assert "一般失信" in xinshi.out
    assert xinshi.run("rulebook", "check", "pinglu") == 0
    assert "尚未核实的解释" in xinshi.out
    (tmp_path / "broken.toml").write_text('id = "broken"\n', encoding="utf-8")
    assert xinshi.run("rulebook", "check", "broken.toml") == 1
    assert "缺少" in xinshi.err


def test_a_comparison_shows_who_moves_where(with_firm: Terminal) -> None:
    told = with_firm.json("rulebook", "compare", "pinglu", "hegang")
    assert (told["total"], told["moved"]) == (1, 0)
    assert with_firm.run("rulebook", "compare", "pinglu", "xixia") == 0
    assert "共 1 个主体" in with_firm.out


def test_the_office_file_is_checked_with_every_problem(installed: Terminal, tmp_path: Path) -> None:
    assert installed.run("office", "check") == 0
    (tmp_path / "bad.toml").write_text('nam = "x"\n', encoding="utf-8")
    assert installed.run("office", "check", "bad.toml") == 1
    assert installed.err.count("bad.toml：") > 3


def test_what_is_due_is_done_once(with_firm: Terminal) -> None:
    done = with_firm.json("tick")["done"]
    assert isinstance(done, dict)
    assert "seal_audit" in done


def test_the_menu_is_shown_without_being_pushed(xinshi: Terminal) -> None:
    assert xinshi.run("menu", "push", "--dry-run") == 0
    assert len(json.loads(xinshi.out)["button"]) <= 3


def test_the_doctor_names_what_is_not_configured(
    installed: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WECHAT_API_BASE", "http://127.0.0.1:9")
    monkeypatch.setenv("XINSHI_OFICE", "office.toml")
    assert installed.run("doctor", "--json") == 1
    findings = {each["what"]: each for each in json.loads(installed.out)["findings"]}
    assert findings["数据库"]["state"] == "ok"
    assert findings["服务号设置"]["state"] == "fail"
    assert "是否想写 XINSHI_OFFICE" in findings["设置"]["text"]
    assert findings["平台与时钟"]["state"] == "fail"


# -- the demonstration -------------------------------------------------------------------------------


def test_where_nothing_is_configured_the_demonstration_answers_and_says_so(xinshi: Terminal) -> None:
    assert xinshi.run("grade", FIRM, "--json") == 0
    assert "nothing configured: using the demonstration" in xinshi.err
    grade = json.loads(xinshi.out)
    assert (grade["grade"], grade["class"]) == ("A", "信用优良")
    assert xinshi.run("--demo", "tick", "--at", "2999-01-01T00:00") == 0


def test_a_terminal_talks_with_piped_input(xinshi: Terminal, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--as", f"firm:{FIRM}"],
        input="查等级\n帮助\n",
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(EXAMPLE_OFFICE.parent)},
        cwd=tmp_path,
    )
    assert "信用等级：A（信用优良）" in done.stdout
    assert "“查等级”看信用等级" in done.stdout
    assert "您现在是" in done.stderr


def test_staff_talk_in_a_terminal_as_in_wecom(xinshi: Terminal, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--as", "staff:Window1"],
        input=f"待办\n查 {FIRM}\n",
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(EXAMPLE_OFFICE.parent)},
        cwd=tmp_path,
    )
    assert "现在没有需要您办的事" in done.stdout
    assert "信用等级：A（信用优良）" in done.stdout
