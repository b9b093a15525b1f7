"""What the local WeCom is told before it starts: a corp, its departments, its apps, its members."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.simulator.knobs import Knobs


@dataclass(frozen=True, slots=True)
class DepartmentConfig:
    """One department; 1 is the root, whose parent is 0."""

    number: int
    name: str
    parent: int = 1


@dataclass(frozen=True, slots=True)
class MemberConfig:
    """One member of the corp; ``label`` is shown beside the name on the page and means nothing to WeCom."""

    userid: str
    name: str
    label: str = ""
    departments: tuple[int, ...] = (1,)
    #: whether the apps may see and write to this member
    visible: bool = True
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class AppConfig:
    """One self-built app."""

    agent_id: int
    name: str
    secret: str
    token: str = ""
    encoding_aes_key: str = ""
    #: where pushes go; empty: the app receives none, and may send no card with buttons
    callback_url: str = ""
    #: addresses that may call with this app's token; empty: all
    trusted_ips: frozenset[str] = frozenset()
    #: host, with port, that OAuth may lead back to; empty: any
    trusted_domain: str = ""


@dataclass(frozen=True, slots=True)
class WeComConfig:
    """One corp. The first app is the one on the phones of the page."""

    corp_id: str
    apps: tuple[AppConfig, ...]
    name: str = "县信用办"
    departments: tuple[DepartmentConfig, ...] = (DepartmentConfig(1, "县信用办", 0),)
    members: tuple[MemberConfig, ...] = ()
    #: whether a token asked for again is the same one; the documents once said so, and do not any more
    steady_token: bool = True
    #: whether a task id may be used once only; the documents leave it open
    task_ids_once: bool = True
    #: cookies of the service's pages, names with paths: another member's phone has none of them
    page_cookies: tuple[tuple[str, str], ...] = ()
    #: members the corp pays for: an app may write to 200 times as many a day
    account_limit: int = 1000
    #: where chats and cards are kept across restarts; ``None``: nowhere
    memory: Path | None = None
    knobs: Knobs = field(default_factory=Knobs)
