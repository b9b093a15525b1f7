"""xinshi export: files with their headings, marked as exported only once they are written."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.__main__ import main
from bot.clock import SystemClock
from bot.settings import EXAMPLE_OFFICE, load_settings
from domain.model.case import Case, CaseKind
from domain.model.measure import Correction
from domain.model.subject import Subject, SubjectKind
from domain.services.exports import COMMITMENT_COLUMNS, CORRECTION_COLUMNS
from storage.session import open_session
from storage.vault import Vault

STRONG = "kT9v-Qz3mW_uR7yLpX2aHs5DfJ8gNcBe"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An installation with one correction waiting; the folder it stands in."""
    for name in list(os.environ):
        if name.startswith(("XINSHI_", "WECHAT_", "WECOM_", "WX_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XINSHI_RULEBOOK", "pinglu")
    monkeypatch.setenv("XINSHI_SECRET_KEY", STRONG)
    monkeypatch.setenv("XINSHI_OFFICE", str(EXAMPLE_OFFICE))
    assert main(("db", "upgrade")) == 0
    clock = SystemClock()
    with open_session(load_settings().database_url, sealer=Vault(STRONG), clock=clock) as uow:
        firm = uow.subjects.add(Subject(0, SubjectKind.LEGAL_PERSON, "平鲁区霁岫商贸有限公司"))
        now = clock.now()
        case = uow.cases.add(
            Case(0, "YY20260001", CaseKind.OBJECTION, "已办结", 3, firm, None, "信用办", "", now, None, False)
        )
        uow.corrections.queue(Correction(0, firm, None, case.id, "信用等级", "B", "A", queued_at=now))
    return tmp_path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_corrections_are_exported_once_and_again_on_request(installed: Path) -> None:
    assert main(("export", "corrections", "更正.csv")) == 0
    (row,) = read(installed / "更正.csv")
    assert tuple(row) == CORRECTION_COLUMNS
    assert (row["更正内容"], row["更正前"], row["更正后"]) == ("信用等级", "B", "A")
    assert main(("export", "corrections", "更正.csv")) == 0
    assert read(installed / "更正.csv") == []
    assert main(("export", "corrections", "更正.csv", "--since", "2026-01-01")) == 0
    assert len(read(installed / "更正.csv")) == 1


@pytest.mark.clause("S0-41")
def test_the_receipt_of_the_platform_above_is_written_down_once(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hire = ("staff", "add", "--userid", "chen", "--name", "陈晨", "--role", "经办", "--department", "信用办")
    assert main(hire) == 0
    confirmed = ("export", "corrections", "--confirmed", "1", "--receipt", "市平台 11月25日 第7号", "--by")
    assert main((*confirmed, "chen")) == 1
    assert "没有第1批更正" in capsys.readouterr().err
    assert main(("export", "corrections", "更正.csv")) == 0
    assert "--confirmed 1" in capsys.readouterr().out
    assert main(("export", "corrections", "--confirmed", "1", "--by", "chen")) == 2
    assert main((*confirmed, "nobody")) == 1
    assert main((*confirmed, "chen")) == 0
    assert "共 1 条，回执已登记" in capsys.readouterr().out
    assert main((*confirmed, "chen")) == 1
    assert "已于" in capsys.readouterr().err
    with open_session(load_settings().database_url, sealer=Vault(STRONG), clock=SystemClock()) as uow:
        (row,) = uow.corrections.of_batch(1)
    assert (row.receipt, row.confirmed_by) == ("市平台 11月25日 第7号", "chen")


def test_what_could_not_be_written_is_not_marked(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("export", "corrections", "没有这个文件夹/更正.csv")) == 1
    assert "没有导出" in capsys.readouterr().err
    assert main(("export", "corrections", "更正.csv")) == 0
    assert len(read(installed / "更正.csv")) == 1


def test_commitments_are_written_under_their_twenty_headings(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(("export", "commitments", "--json")) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["rows"] == 0
    sheet = load_workbook(installed / said["file"])["信用承诺"]
    assert [cell.value for cell in sheet[1]] == list(COMMITMENT_COLUMNS)


@pytest.mark.parametrize(
    "words",
    [("commitments", "承诺.doc"), ("commitments", "承诺.csv", "--since", "上周")],
    ids=["ending", "date"],
)
def test_a_wrong_ending_or_date_is_refused_in_one_line(
    installed: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert main(("export", *words)) == 1
    assert capsys.readouterr().err.count("\n") == 1
