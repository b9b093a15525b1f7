"""What a command works with: settings, and from them office, rulebook, keys and database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.speech import warn
from bot.clock import SystemClock
from bot.settings import EXAMPLE_OFFICE, Settings, load_demo_settings, load_settings
from domain.clock import Clock
from domain.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from domain.office import Office
    from domain.rules.rulebook import Rulebook
    from storage.session import SessionFactory
    from storage.unit_of_work import SqlUnitOfWork
    from storage.vault import Vault

_UNCONFIGURED = (
    "（未设置 XINSHI_DATABASE_URL 和 XINSHI_SECRET_KEY：使用演示数据 {url}"
    " / nothing configured: using the demonstration）"
)
_EXAMPLE_ONLY = "（未设置 XINSHI_OFFICE：单位、电话等用的是示例 / using the example office）"


@dataclass(frozen=True)
class Workplace:
    """Everything is opened when first asked for: a command pays for what it uses."""

    settings: Settings
    clock: Clock

    @cached_property
    def rulebook(self) -> Rulebook:
        from storage.rulebook_files import load_rulebook

        return load_rulebook(self.settings.rulebook)

    @cached_property
    def office(self) -> Office:
        from domain.office import parse_office

        path = EXAMPLE_OFFICE
        if self.settings.office is None:
            warn(_EXAMPLE_ONLY)
        else:
            path = self.settings.office_file()
        return parse_office(path.read_text(encoding="utf-8-sig"), path.name)

    @cached_property
    def sealer(self) -> Vault:
        from storage.vault import Vault

        return Vault(self.settings.key())

    def upgrade(self) -> None:
        """Bring the database to the present schema; make the folder of an SQLite file."""
        from storage.schema import upgrade

        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        upgrade(self.settings.database_url)

    @contextmanager
    def session(self) -> Iterator[SqlUnitOfWork]:
        """One short transaction; the database must serve this rulebook."""
        from storage.session import open_session

        with open_session(self.settings.database_url, sealer=self.sealer, clock=self.clock) as uow:
            uow.installation.remember_rulebook(self.rulebook.id)
            yield uow
            # where no service runs, nobody else would chain what this command did
            uow.sealing.seal_batch()

    @contextmanager
    def sessions(self) -> Iterator[SessionFactory]:
        """As ``session``, for many short transactions: the database is opened once."""
        from storage.session import open_sessions

        with self.session():
            pass  # ties the database to this rulebook, or refuses
        with open_sessions(self.settings.database_url, sealer=self.sealer, clock=self.clock) as session:
            yield session
        with self.session():
            pass  # chains what was done


def require_member(uow: SqlUnitOfWork, userid: str) -> None:
    """Raise ``NotAllowed`` unless the userid is an enabled member of staff: nobody acts in a made-up name."""
    member = uow.staff.get(userid)
    if member is None or not member.enabled:
        raise NotAllowed(f"“{userid}”不是在用的工作人员；用 xinshi staff list 查看")


def sqlite_file(database_url: str) -> Path | None:
    """The file of an SQLite address; None for another engine."""
    from storage import engines

    url = engines.parse_url(database_url)
    return engines.sqlite_file(url) if engines.is_sqlite(url) else None


def choose_settings(*, demo: bool) -> Settings:
    """The installation's settings, or the demonstration's.

    The demonstration is used where it is asked for, and where nothing at all is
    configured (no database, no key, no database at the default place): then
    stderr says so.
    """
    if demo:
        return load_demo_settings()
    settings = load_settings()
    configured = {"database_url", "secret_key"} & settings.model_fields_set
    default = sqlite_file(settings.database_url)
    if configured or (default is not None and default.exists()):
        return settings
    chosen = load_demo_settings()
    warn(_UNCONFIGURED.format(url=chosen.database_url))
    return chosen


def open_workplace(*, demo: bool, create: bool = False) -> Workplace:
    """The workplace for a command that uses the database.

    An SQLite file that does not exist is made where ``create``: for commands
    that bring in the first data of an installation.
    """
    settings = choose_settings(demo=demo)
    place = Workplace(settings, SystemClock())
    if settings.demonstration:
        from bot.demo.load import ensure_demo

        ensure_demo(place.settings, place.rulebook, place.office, place.clock, place.sealer, tell=warn)
        return place
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        if create:
            place.sealer  # noqa: B018 - a missing key is said before a file is made
            place.upgrade()
            return place
        raise Refused(f"没有数据库 {file}：请先运行 xinshi db upgrade，或用 --demo 使用演示数据")
    return place
