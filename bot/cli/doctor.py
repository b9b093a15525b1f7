"""doctor: looks at everything an operator has to get right, and says what to do about it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from bot.clock import SystemClock
from bot.settings import Settings, setting_names
from domain.errors import XinshiError

State = Literal["ok", "warn", "fail"]
_PREFIXES = ("XINSHI_", "WECHAT_", "WECOM_")
#: the platform refuses what is signed with a clock further off
_CLOCK_OFF_BY = 60.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, in the words of the operator."""

    what: str
    state: State
    text: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a check that fails does not keep the others from being made."""
    return [
        *_misspelt(),
        _one("密钥", lambda: f"强度足够，{len(settings.key())} 位"),
        _one("规则手册", lambda: _rulebook(settings)),
        _one("本单位事实", lambda: _office(settings)),
        _database(settings),
        _wechat(settings),
        _platform(settings),
        _one("字体", _fonts),
    ]


def _one(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, "ok", check())
    except (XinshiError, OSError) as error:
        return Finding(what, "fail", str(error))


def _misspelt() -> Iterator[Finding]:
    """Names in the environment that look like settings and are none."""
    known = setting_names()
    for name in sorted(os.environ):
        if name.startswith(_PREFIXES) and name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"，是否想写 {close[0]}" if close else ""
            yield Finding("设置", "warn", f"{name} 不是已知的设置{hint}")


def _rulebook(settings: Settings) -> str:
    from storage.rulebook_files import load_rulebook

    book = load_rulebook(settings.rulebook)
    return f"{book.display_name} {book.version}，待核实的解释 {len(book.unverified())} 处"


def _office(settings: Settings) -> str:
    from domain.office import parse_office

    path = settings.office_file()
    return parse_office(path.read_text(encoding="utf-8-sig"), path.name).name


def _fonts() -> str:
    """The press needs its own fonts, whatever else this machine has."""
    from bot.documents.press import fonts

    return f"文书字体齐全：{'、'.join(fonts().families())}"


def _database(settings: Settings) -> Finding:
    from storage.schema import check

    try:
        problems = check(settings.database_url)
    except XinshiError as error:
        problems = [str(error)]
    if problems:
        return Finding("数据库", "fail", "；".join(problems))
    return Finding("数据库", "ok", "可读写，结构是最新的")


def _wechat(settings: Settings) -> Finding:
    try:
        settings.require_wechat()
    except XinshiError as error:
        return Finding("服务号设置", "fail", str(error))
    return Finding("服务号设置", "ok", f"{settings.wechat_mode} 模式")


def _platform(settings: Settings) -> Finding:
    """Whether the platform answers, and what its clock says; tokens are left alone, asking costs quota."""
    if settings.demonstration:
        return Finding("平台与时钟", "ok", "演示使用本机的模拟平台")
    base = settings.wechat_api_base
    try:
        with urlopen(Request(base, method="HEAD"), timeout=5) as answer:  # noqa: S310 - checked to be http(s)
            date = answer.headers.get("Date")
    except (URLError, OSError) as error:
        return Finding(
            "平台与时钟", "fail", f"连不上 {urlsplit(base).hostname}：{getattr(error, 'reason', error)}"
        )
    own = socket.gethostbyname(socket.gethostname())
    trusted = f"；本机地址 {own}，出口地址须列入公众平台的 IP 白名单"
    if not date:
        return Finding("平台与时钟", "warn", f"平台没有报时{trusted}")
    off = abs((SystemClock().now() - _moment(date)).total_seconds())
    if off > _CLOCK_OFF_BY:
        return Finding("平台与时钟", "fail", f"本机时钟与平台相差 {off:.0f} 秒，请校时")
    return Finding("平台与时钟", "ok", f"时钟相差 {off:.0f} 秒{trusted}")


def _moment(date: str) -> datetime:
    return parsedate_to_datetime(date).astimezone(UTC)
