"""Rulebook files: shipped ones by id, an office's own by path."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import Misconfigured
from storage.rulebook_files import (
    check_rulebook_file,
    load_rulebook,
    national_frame,
    shipped_rulebooks,
)
from tests.domain.units import toml


def test_five_rulebooks_are_shipped_and_each_loads_under_its_own_id() -> None:
    assert shipped_rulebooks() == ["hegang", "huairen", "pinglu", "wuzhong", "xixia"]
    assert [load_rulebook(name).id for name in shipped_rulebooks()] == shipped_rulebooks()


def test_an_offices_own_file_is_read_also_with_a_byte_order_mark(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(toml("pinglu", ('id = "pinglu"', 'id = "own"')), encoding="utf-8-sig")
    assert load_rulebook(str(own)).id == "own"
    assert load_rulebook(str(own)).severity == national_frame().severity
    assert check_rulebook_file(str(own)) == []


def test_an_unknown_id_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Misconfigured, match=r"没有规则“beijing”.*hegang、huairen、pinglu、wuzhong、xixia"):
        load_rulebook("beijing")


def test_a_missing_file_or_another_encoding_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"absent\.toml 读不出来"):
        load_rulebook(str(tmp_path / "absent.toml"))
    gbk = tmp_path / "gbk.toml"
    gbk.write_bytes(toml("pinglu").encode("gb18030"))
    with pytest.raises(Misconfigured, match=r"gbk\.toml 读不出来"):
        check_rulebook_file(str(gbk))


def test_a_faulty_file_names_itself_and_its_keys(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(toml("pinglu", ("order = 4", "order = 3")), encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"own\.toml 有 1 处错误：grades：order = 3"):
        load_rulebook(str(own))
    assert [problem.key for problem in check_rulebook_file(str(own))] == ["grades"]
