"""Rulebook files: those that are shipped, and those an office keeps itself."""

from __future__ import annotations

from pathlib import Path

import domain.rulebooks
from domain.errors import Misconfigured
from domain.rules.rulebook import (
    National,
    Rulebook,
    check_rulebook,
    parse_national,
    parse_rulebook,
)
from domain.rules.rulebook_problem import Problem

_SHIPPED = Path(str(domain.rulebooks.__file__)).parent
_NATIONAL = "national"


def shipped_rulebooks() -> list[str]:
    """Ids of the shipped rulebooks, in alphabetical order."""
    return sorted(path.stem for path in _SHIPPED.glob("*.toml") if path.stem != _NATIONAL)


def national_frame() -> National:
    """The shipped national frame."""
    path = _SHIPPED / f"{_NATIONAL}.toml"
    return parse_national(_read(path), where=path.name)


def load_rulebook(id_or_path: str) -> Rulebook:
    """A rulebook by id, or from a TOML file; Misconfigured says what to change."""
    path = _path(id_or_path)
    return parse_rulebook(_read(path), where=path.name, national=national_frame())


def check_rulebook_file(id_or_path: str) -> list[Problem]:
    """All faults of a rulebook file; Misconfigured only when it cannot be read."""
    path = _path(id_or_path)
    return check_rulebook(_read(path), path.name, national=national_frame())


def _path(id_or_path: str) -> Path:
    if id_or_path in shipped_rulebooks():
        return _SHIPPED / f"{id_or_path}.toml"
    path = Path(id_or_path)
    if path.suffix != ".toml":
        raise Misconfigured(
            f"没有规则“{id_or_path}”；XINSHI_RULEBOOK 可用：{'、'.join(shipped_rulebooks())}，或一个 .toml 文件的路径"
        )
    return path


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"规则文件 {path.name} 读不出来：{error}") from error
